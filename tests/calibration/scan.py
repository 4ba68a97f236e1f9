"""`python -m tests.calibration.scan`: how often the blind search for groups cries wolf on ordinary sessions.

Pseudo-events on days on which nothing is configured. Groups are formed before each as `screener scan` does; what is
counted is the share of pseudo-events on which a way to correct for the number of groups finds anything at all. Real
themes have real news on ordinary sessions, so that no such share is a share of false discoveries in the strict sense: it
says how often the answer 'something extraordinary happened' would be given. Writes scan.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from screener.analysis.discover import Formed, search
from screener.study import Bools, Floats
from screener.study.models import Refit
from screener.study.parametric import two_sided
from screener.study.placebo import PlaceboPlan, benjamini_hochberg, pooled_p, westfall_young
from screener.study.portfolio import Portfolio
from screener.study.rolling import roll
from screener.study.study import Study
from screener.workers import Workers, compute
from tests.calibration.market import ROOT, Market, load_market

DATES = 148
"""Ordinary sessions that each pseudo-event has: as many as 31 January 2025 has in a year of history."""
EVERY = 5
"""Sessions between two pseudo-events."""
LEAST_VALUE = 1e8
TOGETHER = 8
"""Pseudo-events of one part: some seconds of work."""
EFFECTS = (0.05, 0.10, 0.15)
LEVELS = (0.05, 0.10)
WAYS = {
    "portfolio t, Benjamini-Hochberg": "t",
    "own placebo rank, Benjamini-Hochberg": "rank",
    "Westfall-Young over the groups of the event": "wy",
    "placebo pooled over the event's groups, Benjamini-Hochberg": "hindsight",
    "search repeated on ordinary sessions, Benjamini-Hochberg (the product's q)": "blind",
    "share of groups that moved (the product's test of all together)": "stirred",
}


def main() -> None:
    """Run the pseudo-events, write the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.calibration.scan", description=__doc__)
    parser.add_argument("--krx", type=Path, default=ROOT.parent / "shared" / "krx", help="folder of the real prices")
    parser.add_argument("--jobs", type=int, help="processes; by default one a core")
    parser.add_argument("--cluster", help="address of a Dask scheduler, in place of them")
    options = parser.parse_args()
    krx: Path = options.krx.resolve()
    if not (krx / "prices_long.parquet").exists():
        sys.exit(f"{krx}: no prices_long.parquet")
    (market, _liquid_of), refit = _prices(krx), Refit()
    first = refit.history + DATES + 1  # what 31 January 2025 has in the files of a year and two months
    rows = [row for row in range(first, len(market.sessions), EVERY) if row not in set(market.excluded.tolist())]
    jobs = [(f"{row}", (krx, rows[at : at + TOGETHER])) for at, row in enumerate(rows) if at % TOGETHER == 0]
    with TemporaryDirectory() as folder:
        parts = compute(_trials, jobs, Workers(options.jobs, options.cluster), Path(folder), _told)
    found = pd.DataFrame([one for part in parts for one in json.loads(part)])
    text = _markdown(found, f"{market.sessions[rows[0]]} to {market.sessions[rows[-1]]}")
    (Path(__file__).parent / "scan.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def _told(parts: int) -> None:
    sys.stderr.write(f"{parts} parts\n")


@lru_cache(maxsize=1)
def _prices(krx: Path) -> tuple[Market, Floats]:
    market = load_market(krx)
    return market, _liquid(krx, market)


def _trials(job: tuple[Path, list[int]]) -> bytes:
    """The pseudo-events on some rows, as JSON: what one worker does at a time."""
    krx, rows = job
    market, liquid = _prices(krx)
    with threadpool_limits(1):
        return json.dumps([_trial(market, Refit(), liquid, row) for row in rows]).encode()


def _liquid(krx: Path, market: Market) -> Floats:
    """(T, N) median value traded over the 20 sessions through each."""
    prices = pd.read_parquet(krx / "prices_long.parquet")
    prices["value"] = prices.close * prices.volume
    value = prices.pivot(index="date", columns="ticker", values="value")[market.tickers]
    return np.asarray(value.rolling(20).median().to_numpy(), dtype=np.float64)


def _trial(market: Market, refit: Refit, liquid: Floats, row: int) -> dict[str, float]:
    eligible: Bools = liquid[row - 1] >= LEAST_VALUE
    study = Study(
        returns=market.returns,
        benchmarks=market.benchmarks,
        benchmark_of=market.design_of,
        event=row,
        refit=refit,
        windows=[slice(row, row + 1)],
        excluded=market.excluded.tolist(),
        placebo_dates=DATES,
    )
    done = search(study, eligible)
    z, t, own, sd = _own(market, refit, done.formed, row)
    p_t = two_sided(t, refit.estimation - 2)
    rank = (1 + (np.abs(own) >= np.abs(z)).sum(axis=0)) / (len(own) + 1)
    blind = pooled_p(z, done.ordinary)
    smallest = {
        "t": np.nanmin(benjamini_hochberg(p_t)),
        "rank": np.nanmin(benjamini_hochberg(rank)),
        "wy": np.nanmin(westfall_young(z, own)),
        "hindsight": np.nanmin(benjamini_hochberg(pooled_p(z, own))),
        "blind": np.nanmin(benjamini_hochberg(blind)),
        "stirred": done.stirred(z).p,
    }
    result = {f"{name} {level}": float(value <= level) for name, value in smallest.items() for level in LEVELS}
    result |= {
        "groups": float(len(z)),
        "largest": float(np.nanmax(np.abs(z))),
        "single rank": float(np.mean(rank <= 0.05)),
        "single blind": float(np.nanmean(blind <= 0.05)),
        "single hindsight 1%": float(np.nanmean(pooled_p(z, own) <= 0.01)),
        "single blind 1%": float(np.nanmean(blind <= 0.01)),
    }
    sizes = np.array([len(one.columns) for one in done.formed])
    large = np.flatnonzero(sizes >= np.median(sizes))
    for effect in EFFECTS:
        lifted = z + np.diag(effect / sd)[large]  # in each row one group has the effect
        q = [benjamini_hochberg(pooled_p(one, done.ordinary)) for one in lifted]
        result[f"power {effect}"] = float(
            np.mean([found[group] <= 0.10 for found, group in zip(q, large, strict=True)])
        )
    return result


def _portfolio(market: Market, one: Formed) -> Portfolio:
    return Portfolio.of(market.returns[:, one.columns], market.design_of[one.columns])


def _own(market: Market, refit: Refit, formed: tuple[Formed, ...], row: int) -> tuple[Floats, Floats, Floats, Floats]:
    """z_ewma and t of the groups at the event, z at their own placebo dates, and their standard deviations."""
    dates = PlaceboPlan(refit, [], row, [], excluded=market.excluded, most=DATES).dates(range(1))
    portfolios = [_portfolio(market, one) for one in formed]
    rolled = roll(refit, portfolios, market.designs, slice(int(dates[0]), row + 1), [range(1)])[0]
    return rolled.z_ewma[-1], rolled.t[-1], rolled.z_ewma[dates - dates[0]], rolled.sd[-1]


def _markdown(found: pd.DataFrame, span: str) -> str:
    percent = found.mean() * 100

    def share(name: str) -> str:
        return f"{percent[name]:.1f}"

    lines = [
        "# Calibration of the blind search for groups",
        "",
        f"{len(found)} pseudo-events from {span}, every {EVERY}th session, each with {DATES} ordinary sessions before it;",
        f"{found.groups.mean():.0f} groups on average. Written by `python -m tests.calibration.scan`.",
        "",
        "## Share of pseudo-events on which anything is found, %",
        "",
        "| correction | at 5% | at 10% |",
        "|---|---:|---:|",
        *(
            f"| {label} | {share(f'{name} {LEVELS[0]}')} | {share(f'{name} {LEVELS[1]}')} |"
            for label, name in WAYS.items()
        ),
        "",
        f"The largest |z| among the groups of a pseudo-event has the median {found.largest.median():.1f}.",
        "",
        "## One group by itself",
        "",
        "| p | share of groups, % | nominal |",
        "|---|---:|---:|",
        f"| own placebo rank | {share('single rank')} | 5 |",
        f"| among the groups of ordinary sessions | {share('single blind')} | 5 |",
        f"| among the groups of ordinary sessions | {share('single blind 1%')} | 1 |",
        f"| among the same groups on ordinary sessions, which formed them | {share('single hindsight 1%')} | 1 |",
        "",
        "## Power: share of effects in one group, each of the larger half in turn, that q <= 0.10 finds, %",
        "",
        "| " + " | ".join(f"+{effect * 100:.0f}%" for effect in EFFECTS) + " |",
        "|" + "---:|" * len(EFFECTS),
        "| " + " | ".join(share(f"power {effect}") for effect in EFFECTS) + " |",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
