"""`python -m tests.calibration.days`: the size of the headline test by how far the market moved that day.

Every session with enough ordinary ones before it is a pseudo-event of every set, by the market model, by market and
size, and by the rule of the product: the market model unless random groups show that it fails that day, then market
and size, and no verdict where these fail too. Writes days.csv (every session) and days.md.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from screener.analysis.measurement import MOST_RANDOM
from screener.analysis.model import WILD
from screener.config import load_settings
from screener.study import Bools, Floats, Ints
from screener.study.models import Design, Model, Refit
from screener.study.moves import distance, slope
from screener.study.placebo import LEVEL, PlaceboPlan, two_sided_rank
from screener.study.portfolio import Portfolio, mean_of_available
from screener.study.rolling import Rolling, roll
from tests.calibration.long_windows import long_tables
from tests.calibration.market import ROOT, Market, load_market
from tests.calibration.sets import draw_sets

LENGTHS = (1, 6)
FEWEST, MOST = 100, 240
"""Ordinary sessions before a pseudo-event."""
CHECKED, TESTED = 200, 300
"""Random groups that check the day, and others that are tested."""
LIMIT = 0.305
"""A return beyond the daily price limit is a mistake of the data."""
COLUMNS = (0, 1, 2, 3, 4, 6, np.inf)
"""|KOSPI move| over the window, in standard deviations of its estimation window."""
EFFECTS = (0.01, 0.02, 0.05)
CHOSEN = np.datetime64("2024-01-01")
"""What was decided, was decided on the sessions before this day; the figures are of those from it on."""
RULES = ("market model", "market and size", "the product's rule")
MODELS = {"market model": Model.MARKET, "market and size": Model.MARKET_SIZE}


@dataclass(frozen=True)
class Histories:
    """What P portfolios did on every session, by one model; R of them are the random groups that check the day."""

    rolling: list[Rolling]
    """By window; the variance does not know the market's move yet."""
    squared: list[Floats]
    """By window, (T,) how far the market moved; 0 where the model does not ask."""
    checked: slice
    """The random groups that check."""

    def z(self, which: int, rows: Ints, slope: float) -> tuple[Floats, Floats]:
        """z (n, P) on some sessions, and the standard deviation (n, P) of the abnormal return of the window."""
        one = self.rolling[which]
        at = rows - one.dates.start
        wider = np.sqrt(1.0 + slope * self.squared[which][rows])[:, None]
        sd = one.sd[at] * np.sqrt(one.length) * wider
        return one.caar[at] / sd, sd


def histories(market: Market, model: Model, portfolios: list[Portfolio], refit: Refit, pool: Ints) -> Histories:
    """Of all `portfolios`, the first `CHECKED` of which check."""
    within_limit = np.where(np.abs(market.returns[:, pool]) <= LIMIT, market.returns[:, pool], np.nan)
    equal_weight = mean_of_available(within_limit)
    designs = [Design.of(model, benchmark, equal_weight=equal_weight) for benchmark in market.benchmarks]
    refit = replace(refit, model=model)
    dates = slice(refit.history, len(market.sessions))
    rolling = roll(refit, portfolios, designs, dates, [range(length) for length in LENGTHS])
    squared = [np.zeros(len(market.sessions)) for _ in LENGTHS]
    if model is Model.MARKET_SIZE:
        moves = np.column_stack([*market.benchmarks, equal_weight])
        for place, length in enumerate(LENGTHS):
            squared[place][dates] = distance(moves, refit, dates, range(length))
    return Histories(rolling, squared, slice(0, CHECKED))


@dataclass(frozen=True)
class Outcome:
    """One session as a pseudo-event, of all sets, in one window by one model."""

    share: float
    """Of the random groups that check."""
    p: Floats
    """(1 + effects, P) without an effect, and with each of `EFFECTS` added."""


def outcomes(market: Market, found: Histories, refit: Refit, which: int, row: int) -> Outcome:
    """The tests of one session."""
    length = LENGTHS[which]
    plan = PlaceboPlan(refit, [], row, [], excluded=market.excluded, most=MOST)
    rows = plan.dates(range(length))
    ordinary = found.rolling[which].z_ewma[rows - found.rolling[which].dates.start]
    grows = slope(ordinary[:, found.checked], found.squared[which][rows])
    placebo, _ = found.z(which, rows, grows)
    [z], [sd] = found.z(which, np.array([row]), grows)
    p = []
    for effect in (0.0, *EFFECTS):
        rank, n = two_sided_rank(z + effect / sd, placebo)
        p.append(rank / n)
    known = p[0][found.checked]
    return Outcome(float((known[np.isfinite(known)] <= LEVEL).mean()), np.array(p))


def moved(series: Floats, refit: Refit, row: int, length: int) -> float:
    """|move| over the window in standard deviations of the estimation window."""
    learned = series[refit.estimation_of(row)]
    return float(abs(series[row : row + length].sum()) / (np.nanstd(learned, ddof=1) * np.sqrt(length)))


def run(market: Market, kinds: Mapping[str, slice], found: Mapping[str, Histories], refit: Refit) -> pd.DataFrame:
    """One row for each session, window, rule and kind of set."""
    rows: list[dict[str, object]] = []
    first = refit.history + FEWEST + max(LENGTHS) - 1
    apart = market.benchmarks[0] - market.benchmarks[1]
    for row in range(first, len(market.sessions) - max(LENGTHS) + 1):
        by_model = {
            name: [outcomes(market, one, refit, which, row) for which in range(len(LENGTHS))]
            for name, one in found.items()
        }
        fails = by_model["market model"][0].share > MOST_RANDOM
        in_force = "market and size" if fails else "market model"
        for which, length in enumerate(LENGTHS):
            moves = [moved(series, refit, row, length) for series in (*market.benchmarks, apart)]
            for rule in RULES:
                one = by_model[in_force if rule == RULES[2] else rule][which]
                withheld = rule == RULES[2] and one.share > MOST_RANDOM
                common = {
                    "date": market.sessions[row],
                    "window": f"[0,{'+' if length > 1 else ''}{length - 1}]",
                    "rule": rule,
                    "kospi": moves[0],
                    "index": max(moves),
                    "share": one.share,
                    "switched": fails,
                    "withheld": withheld,
                }
                for kind, columns in kinds.items():
                    p = one.p[:, columns]
                    known = np.isfinite(p[0])
                    rejected = (p[:, known] <= LEVEL).mean(axis=1) if known.any() else np.full(len(p), np.nan)
                    shares = dict(zip(("size", *(f"power_{100 * e:.0f}" for e in EFFECTS)), rejected, strict=True))
                    rows.append({**common, "kind": kind, **shares})
    return pd.DataFrame(rows)


def summary(table: pd.DataFrame) -> Iterator[str]:
    """Size by column, share of bad days, coverage, power, for each window and kind."""
    edges = [f"{low:g}-{high:g}" for low, high in itertools.pairwise(COLUMNS)]
    for window, of_window in table.groupby("window", sort=False):
        yield f"### {window}\n"
        yield (
            f"| set | rule | size | {' | '.join(edges)} | bad days | covered | no verdict | +1% | +2% | +5% |\n"
            "|---|---|" + "---:|" * (len(edges) + 7)
        )
        for (kind, rule), part in of_window.groupby(["kind", "rule"], sort=False):
            verdict = ~part["withheld"].astype(bool)
            false = part["size"] * verdict
            cells = [100 * false.mean()]
            for low, high in itertools.pairwise(COLUMNS):
                inside = (part["kospi"] >= low) & (part["kospi"] < high)
                cells.append(100 * false[inside].mean())
            # Of four sets one is more than a fifth.
            cells += [
                100 * (false > 0.2).mean() if kind != "configured" else np.nan,
                100 * (1 - part["size"]).mean(),
                100 * part["withheld"].mean(),
            ]
            cells += [100 * (part[f"power_{100 * e:.0f}"] * verdict).mean() for e in EFFECTS]
            shown = " | ".join("-" if np.isnan(cell) else f"{cell:.1f}" for cell in cells)
            yield f"| {kind} | {rule} | {shown} |"
        yield ""


def wild_days(table: pd.DataFrame, events: Collection[date]) -> Iterator[str]:
    """Sessions on which the market model fails, an index moved far, or an event is configured: both checks."""
    days = table[(table["kind"] == "random 20") & (table["window"] == "[0,0]")]
    week = table[(table["kind"] == "random 20") & (table["window"] == "[0,+5]") & (table["rule"] == RULES[2])]
    withheld_week = dict(zip(week["date"], week["withheld"], strict=True))
    yield "| session | index move, sd | market model | market and size | verdict [0,0] | verdict [0,+5] |"
    yield "|---|---:|---:|---:|---|---|"
    for day, rows in days.groupby("date", sort=True):
        market, size, product = (rows[rows["rule"] == rule].iloc[0] for rule in RULES)
        if market["share"] <= 0.2 and market["index"] <= WILD and day not in events:
            continue
        shares = f"{100 * market['share']:.0f} | {100 * size['share']:.0f}"
        verdicts = " | ".join("withheld" if no else "given" for no in (product["withheld"], withheld_week[day]))
        yield f"| {day}{' (event)' if day in events else ''} | {market['index']:.1f} | {shares} | {verdicts} |"


def without_market(table: pd.DataFrame) -> str:
    """What an index move of more than `WILD` says where no random groups can be asked."""
    days = table[(table["kind"] == "random 20") & (table["rule"] == RULES[0])]
    lines = []
    for window, part in days.groupby("window", sort=False):
        wild = part["index"] > WILD
        bad = part["size"] > 0.2
        lines.append(
            f"- {window}: {int(wild.sum())} of {len(part)} sessions, on which {100 * part['size'][wild].mean():.0f}% of "
            f"random sets have a p of 5% at most; {int((wild & bad).sum())} of the {int(bad.sum())} bad days are among "
            f"them, and on the others {100 * part['size'][~wild].mean():.1f}% reject."
        )
    return "\n".join(lines)


def markdown(table: pd.DataFrame, events: Collection[date]) -> str:
    """The whole page."""
    day = table["date"].to_numpy().astype("datetime64[D]")
    parts: list[tuple[str, Bools]] = [
        (f"Hold-out: {CHOSEN} on", day >= CHOSEN),
        (f"What was decided on: before {CHOSEN}", day < CHOSEN),
    ]
    lines = [
        "# The headline test by how far the market moved",
        "",
        f"Every session from {day.min()} to {day.max()} as a pseudo-event, {FEWEST} to {MOST} ordinary sessions before it,",
        f"{TESTED} random sets of 20, 200 of stocks that go together, and the configured sectors; {CHECKED} other random",
        "groups check each day. Written by `python -m tests.calibration.days`.",
        "",
        "Size: share with p <= .05 where nothing was added, %, over all sessions and by the |KOSPI move| over the window in",
        "standard deviations of its estimation window. Bad days: sessions on which more than a fifth of the sets reject.",
        "Covered: 95% intervals that hold the truth. By the product's rule a withheld verdict is no rejection, in size and",
        "in power; no verdict: share of sessions. Power: share of added effects that are found.",
        "",
    ]
    for title, inside in parts:
        lines += [f"## {title}", "", *summary(table[inside])]
    lines += ["## Sessions on which the market model fails, or an index moved by more than 3 sd", ""]
    lines += ["Share of 200 random groups with a p of 5% at most, %.", "", *wild_days(table, events), ""]
    lines += ["## Without the whole market", "", without_market(table), ""]
    return "\n".join(lines)


def main() -> None:
    """Draw, test, write."""
    parser = argparse.ArgumentParser(prog="python -m tests.calibration.days", description=__doc__)
    parser.add_argument("--krx", type=Path, default=ROOT.parent / "shared" / "krx", help="folder of the real prices")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where the tables go")
    parser.add_argument("--seed", type=int, default=20240805)
    options = parser.parse_args()
    if not (options.krx / "prices_long.parquet").exists():
        sys.exit(f"{options.krx}: no prices_long.parquet; --krx DIR says where it is")
    start = perf_counter()
    rng, refit, market = np.random.default_rng(options.seed), Refit(), load_market(options.krx)
    drawn = {cell.name: cell.sets for cell in draw_sets(market, refit, max(LENGTHS), CHECKED, rng)}
    pool = market.large
    sets = [rng.choice(pool, 20, replace=False) for _ in range(CHECKED + TESTED)]
    kinds = {"random 20": slice(CHECKED, len(sets))}
    for kind in ("correlated 20", "configured"):
        kinds[kind] = slice(len(sets), len(sets) + len(drawn[kind]))
        sets += drawn[kind]
    portfolios = [Portfolio.of(market.returns[:, own], market.design_of[own]) for own in sets]
    found = {name: histories(market, model, portfolios, refit, pool) for name, model in MODELS.items()}
    sys.stderr.write(f"{perf_counter() - start:6.0f} s  refits\n")
    table = run(market, kinds, found, refit)
    sys.stderr.write(f"{perf_counter() - start:6.0f} s  days\n")
    events = {event.earliest_session for event in load_settings().events.values()}
    text = (
        markdown(table, events) + "\n" + long_tables(market, [portfolios[n] for n in range(CHECKED, len(sets))], refit)
    )
    sys.stderr.write(f"{perf_counter() - start:6.0f} s  long windows\n")
    options.out.mkdir(parents=True, exist_ok=True)
    table[table["kind"] == "random 20"].drop(columns=["kind", *(f"power_{100 * e:.0f}" for e in EFFECTS)]).to_csv(
        options.out / "days.csv", index=False, float_format="%.4f", lineterminator="\n"
    )
    (options.out / "days.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
