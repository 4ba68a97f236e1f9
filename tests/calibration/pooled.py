"""`python -m tests.calibration.pooled`: size and power of the tests of many events on random calendars of real returns.

A calendar is drawn without looking at returns, so that whatever it finds is a false alarm; with an effect added to every
event day, what it finds is power. Writes pooled.csv and pooled.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from screener.study import Bools, Floats, Ints
from screener.study.abnormal import Portfolio
from screener.study.models import Refit
from screener.study.placebo import LEVEL
from screener.study.pooled import (
    PooledTests,
    Portfolios,
    Rows,
    ShiftSums,
    circular_shift,
    collisions,
    normal_score,
    pooled_tests,
    shift_sums,
)
from screener.study.rolling import Rolling, roll
from tests.calibration.market import ROOT, Market, load_market
from tests.calibration.sets import draw_sets

LENGTHS = (1, 6)
EFFECTS = (0.0, 0.01, 0.02)
PLACEBOS = 240
STOCKS, TRIPLES = 700, 800
"""Drawn once; calendars are drawn of these."""
NAMES = {
    "z_shift": "circular shift (headline)",
    "z_score": "normal scores",
    "t_kp": "KP adjusted, partial overlap",
    "t_calendar": "calendar-time portfolio",
    "t_crude": "crude dependence",
    "t_bmp": "BMP, assumes independence",
    "t_csect": "cross-sectional t, assumes independence",
}


@dataclass(frozen=True)
class Bank:
    """What every portfolio of one kind did on every session, so that a draw is a look-up."""

    members: list[Ints]
    """(P,) columns of the market in each portfolio."""
    returns: Floats
    """(T, P) equal-weight returns of the portfolios."""
    design_of: Ints
    """(P,) the index each is measured against: its own, or that of most members."""
    rolled: list[Rolling]
    """By window [0,0], [0,+1] ... of each length and, after those, of each single session of the longest."""

    @classmethod
    def of(cls, market: Market, refit: Refit, members: list[Ints], *, daily: bool = True) -> Bank:
        portfolios = [Portfolio.of(market.returns[:, own], market.design_of[own]) for own in members]
        dates = slice(refit.history, len(market.sessions))
        windows = [range(length) for length in LENGTHS]
        if daily:
            windows += [range(k, k + 1) for k in range(max(LENGTHS))]
        returns = np.stack([portfolio.returns @ portfolio.weights for portfolio in portfolios], axis=1)
        design_of = np.array([np.bincount(market.design_of[own]).argmax() for own in members])
        return cls(members, returns, design_of, roll(refit, portfolios, market.designs, dates, windows))

    def renumbered(self, columns: Ints) -> Bank:
        """The same with members as places in `columns`, those of the market that rows are drawn from."""
        return replace(self, members=[np.searchsorted(columns, own) for own in self.members])

    def window(self, length: int) -> Rolling:
        return self.rolled[LENGTHS.index(length)]

    def daily(self, at: Ints, portfolio: Ints, length: int) -> Floats:
        """(E, L) abnormal returns of the sessions of each event's window, by the model fitted before the event."""
        return np.stack([one.caar[at, portfolio] for one in self.rolled[len(LENGTHS) :][:length]], axis=1)

    def residuals(self, market: Market, refit: Refit, session: Ints, portfolio: Ints) -> tuple[Floats, Floats]:
        """(E, M) residuals of each event's own estimation window over their (E,) standard deviation, and that."""
        learned = session[:, None] - refit.gap - refit.estimation + np.arange(refit.estimation)
        y, x = self.returns[learned, portfolio[:, None]], market.benchmarks[self.design_of[portfolio][:, None], learned]
        x = np.where(np.isfinite(y), x, np.nan)
        x = x - np.nanmean(x, axis=1, keepdims=True)
        y = y - np.nanmean(y, axis=1, keepdims=True)
        slope = np.nansum(x * y, axis=1, keepdims=True) / np.nansum(x * x, axis=1, keepdims=True)
        residual = y - slope * x
        sigma = np.sqrt(np.nansum(np.square(residual), axis=1) / (np.isfinite(residual).sum(axis=1) - 2))
        return residual / sigma[:, None], sigma


@dataclass(frozen=True)
class Calendar:
    """D session portfolios of one draw, and the rows that they are made of."""

    session: Ints
    portfolio: Ints
    """(D,) in the bank of portfolios."""
    rows: Ints
    """(E,) in the bank of rows."""
    row_of: Ints
    """(E,) the portfolio of each row."""


@dataclass(frozen=True)
class Trial:
    """Everything that the draws of one design share."""

    market: Market
    refit: Refit
    bank: Bank
    row_bank: Bank

    @property
    def sessions(self) -> range:
        """Sessions with a full history and a full longest window."""
        return range(self.refit.history, len(self.market.sessions) - max(LENGTHS) + 1)

    def tests(self, drawn: Calendar, length: int, effect: float) -> PooledTests:
        rolled, start = self.bank.window(length), self.refit.history
        at = drawn.session - start
        caar, sd = rolled.caar[at, drawn.portfolio], rolled.sd[at, drawn.portfolio]
        z = rolled.z_ewma[:, drawn.portfolio]
        if effect:
            z = z + self._added(drawn, length) * effect / (np.sqrt(length) * rolled.sd[:, drawn.portfolio])
        rows = slice(start, start + len(z))
        sums: ShiftSums = shift_sums(z, rows, drawn.session, self.sessions)
        before = at - length - np.arange(PLACEBOS)[:, None]
        ordinary = np.where(before >= 0, z[np.maximum(before, 0), np.arange(len(at))], np.nan)
        score = normal_score(z[at, np.arange(len(at))], ordinary)
        members = [self.bank.members[portfolio] for portfolio in drawn.portfolio]
        shift = circular_shift(sums, collisions(drawn.session, members, length, self.sessions))
        return pooled_tests(
            self._rows(drawn, length, effect), Portfolios(drawn.session, caar + effect, sd, score), shift
        )

    def _added(self, drawn: Calendar, length: int) -> Floats:
        """(R, D) in how many event days of the same securities the window from each session would be."""
        sets = [frozenset(self.bank.members[portfolio].tolist()) for portfolio in drawn.portfolio]
        days = np.zeros((len(self.bank.window(length).caar), len(sets)))
        places = drawn.session - self.refit.history
        number = {own: k for k, own in enumerate(dict.fromkeys(sets))}
        own_events = np.zeros((len(days), len(number)))
        for own, place in zip(sets, places.tolist(), strict=True):
            own_events[max(place - length + 1, 0) : place + 1, number[own]] += 1
        days[:] = own_events[:, [number[own] for own in sets]]
        return days

    def _rows(self, drawn: Calendar, length: int, effect: float) -> Rows:
        rolled = self.row_bank.window(length)
        session = drawn.session[drawn.row_of]
        at = session - self.refit.history
        car, t = rolled.caar[at, drawn.rows], rolled.t[at, drawn.rows]
        daily = self.row_bank.daily(at, drawn.rows, length)
        daily[:, 0] += effect
        residuals, sigma = self.row_bank.residuals(self.market, self.refit, session, drawn.rows)
        return Rows(session, car + effect, t + effect * t / car, daily, residuals, sigma)


def calendars(kind: str, trial: Trial, draws: int, rng: np.random.Generator) -> Iterator[Calendar]:
    """Random calendars of one kind."""
    days = np.arange(trial.sessions.start, trial.sessions.stop)
    months = np.array([f"{trial.market.sessions[day]:%Y-%m}" for day in days])
    size = pd.Series(np.abs(trial.market.benchmarks[0][days])).groupby(months).mean()
    wild = size[size >= size.quantile(2 / 3)].index.to_numpy()
    usable = np.isfinite(trial.bank.window(max(LENGTHS)).z_ewma)
    for _ in range(draws):
        if "apart" in kind:
            slots = days[rng.integers(0, 6) :: 2 * max(LENGTHS)][:-1]
            session = slots + rng.integers(0, max(LENGTHS) + 1, len(slots))
        elif "months" in kind:
            chosen = rng.choice(wild if "wild" in kind else size.index.to_numpy(), 5, replace=False)
            session = np.sort(rng.choice(days[np.isin(months, chosen)], 50, replace=False))
        else:
            count = 150 if "market" in kind else 8 if "ten stocks" in kind else 40
            session = np.sort(rng.choice(days, count, replace=False))
        yield _filled(kind, trial, session, usable, rng)


def _filled(kind: str, trial: Trial, session: Ints, usable: Bools, rng: np.random.Generator) -> Calendar:
    """Portfolios for the sessions of a calendar, drawn among those that have a statistic then."""
    available = usable[session - trial.refit.history]
    if "market" in kind or "sector" in kind:
        one = int(rng.choice(np.flatnonzero(available.all(axis=0))))
        portfolio = np.full(len(session), one)
    elif "firms" in kind:
        firms = rng.choice(np.flatnonzero(available.all(axis=0)), 8, replace=False)
        portfolio = rng.choice(firms, len(session))
    else:
        portfolio = np.array([rng.choice(np.flatnonzero(own)) for own in available])
    if trial.bank is trial.row_bank:
        return Calendar(session, portfolio, portfolio, np.arange(len(session)))
    rows = np.array([trial.bank.members[one] for one in portfolio]).ravel()
    return Calendar(session, portfolio, rows, np.repeat(np.arange(len(session)), len(rows) // len(session)))


def main() -> None:
    """Draw, test, write."""
    parser = argparse.ArgumentParser(prog="python -m tests.calibration.pooled", description=__doc__)
    parser.add_argument("--krx", type=Path, default=ROOT.parent / "shared" / "krx", help="folder of the real prices")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where the two tables go")
    parser.add_argument("--draws", type=int, default=1000, help="calendars per design")
    parser.add_argument("--power-draws", type=int, default=200, help="of which have effects added")
    parser.add_argument("--design", default="", help="only designs with this in their name")
    parser.add_argument("--seed", type=int, default=20250131)
    options = parser.parse_args()
    if not (options.krx / "prices_long.parquet").exists():
        sys.exit(f"{options.krx}: no prices_long.parquet; --krx DIR says where it is")
    start, rng = perf_counter(), np.random.default_rng(options.seed)
    market, refit = load_market(options.krx), Refit()
    designs = _designs(market, refit, rng)
    if not any(options.design in design for design in designs):
        sys.exit(f"no design {options.design!r}: there are {', '.join(designs)}")
    frames = []
    for design, trial in designs.items():
        if options.design not in design:
            continue
        if "ten stocks" in design:  # it came later, and the others keep their draws
            rng = np.random.default_rng([options.seed, len(designs)])
        frames += list(_outcomes(design, trial, options.draws, options.power_draws, rng))
        sys.stderr.write(f"{perf_counter() - start:6.0f} s  {design}\n")
        _write(
            pd.DataFrame(frames),
            f"{market.sessions[trial.sessions[0]]} to {market.sessions[trial.sessions[-1]]}",
            options,
        )
    sys.stdout.write((options.out / "pooled.md").read_text(encoding="utf-8"))


def _designs(market: Market, refit: Refit, rng: np.random.Generator) -> dict[str, Trial]:
    """What calendars are drawn of, by the name of the design."""
    liquid = np.sort(rng.choice(market.liquid, STOCKS, replace=False))
    stocks = Bank.of(market, refit, [np.array([column]) for column in liquid])
    drawn = [rng.choice(liquid, 3, replace=False) for _ in range(TRIPLES)]
    triples = Bank.of(market, refit, drawn, daily=False)
    cells = {cell.name: cell.sets for cell in draw_sets(market, refit, max(LENGTHS), 100, rng)}
    groups = Bank.of(market, refit, cells["correlated 20"])
    tens = [own for own in cells["correlated 10"] if np.isin(own, market.liquid).all()][:60]
    of_tens = np.unique(np.concatenate(tens))
    ten_stocks = Bank.of(market, refit, [np.array([column]) for column in of_tens])
    tens_of = Bank.of(market, refit, tens, daily=False)
    return {
        "different days, windows apart": Trial(market, refit, stocks, stocks),
        "different days": Trial(market, refit, stocks, stocks),
        "clustered in 5 months": Trial(market, refit, stocks, stocks),
        "clustered in 5 wild months": Trial(market, refit, stocks, stocks),
        "three events a day": Trial(market, refit, triples.renumbered(liquid), stocks),
        "eight firms, five events each": Trial(market, refit, stocks, stocks),
        "one sector, 40 dates": Trial(market, refit, groups, groups),
        "one market, 150 dates": Trial(market, refit, groups, groups),
        "one sector's ten stocks, 8 dates": Trial(market, refit, tens_of.renumbered(of_tens), ten_stocks),
    }


def _write(outcomes: pd.DataFrame, span: str, options: argparse.Namespace) -> None:
    """Both tables, after each design anew, for the whole takes a quarter of an hour."""
    table = _table(outcomes)
    options.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.out / "pooled.csv", index=False, float_format="%.4f", lineterminator="\n")
    (options.out / "pooled.md").write_text(_markdown(table, span, options), encoding="utf-8")


def _outcomes(
    design: str, trial: Trial, draws: int, with_power: int, rng: np.random.Generator
) -> Iterator[dict[str, object]]:
    """Whether each test rejects, for every draw, window and effect."""
    kind = {"three events a day": "triples"}.get(design, design)
    for number, drawn in enumerate(calendars(kind, trial, draws, rng)):
        for length in LENGTHS:
            for effect in EFFECTS if number < with_power else EFFECTS[:1]:
                found = trial.tests(drawn, length, effect)
                covered = abs(found.caar - effect) <= found.half_width
                for name, statistic in found.statistics.items():
                    yield {
                        "design": design,
                        "window": f"[0,{'+' if length > 1 else ''}{length - 1}]",
                        "test": name,
                        "effect": effect,
                        "rejected": np.nan if statistic.reason else float(statistic.p <= LEVEL),
                        "covered": float(covered) if name == "z_shift" and not effect else np.nan,
                        "collided": found.shift.collided,
                        "shifts": found.shift.shifts,
                        "dates": found.dates,
                        "rows": found.rows,
                    }


def _table(outcomes: pd.DataFrame) -> pd.DataFrame:
    """One row per design, window and test."""
    rows = []
    for (design, window, test), part in outcomes.groupby(["design", "window", "test"], sort=False):
        quiet = part[part.effect == 0]
        rejected = quiet.rejected.dropna()
        size = rejected.mean()
        row = {
            "design": design,
            "window": window,
            "test": test,
            "n": len(rejected),
            "size": size,
            "size_se": np.sqrt(size * (1 - size) / len(rejected)) if len(rejected) else np.nan,
            **{f"power_{100 * effect:.0f}pct": part[part.effect == effect].rejected.mean() for effect in EFFECTS[1:]},
            "interval_holds": quiet.covered.mean(),
            "rows": quiet.rows.mean(),
            "dates": quiet.dates.mean(),
            "shifts": quiet.shifts.mean(),
            "collided": quiet.collided.mean(),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _markdown(table: pd.DataFrame, span: str, options: argparse.Namespace) -> str:
    """Size of every test on every design, then power."""
    lines = [
        "# Calibration of the tests of many events",
        "",
        f"{options.draws:,} random calendars per design on real KRX returns of {span}, effects added to {options.power_draws}",
        f"of them, seed {options.seed}; nominal level 5%. Written by `python -m tests.calibration.pooled`.",
        "",
    ]
    for design, part in table.groupby("design", sort=False):
        first = part.iloc[0]
        crowded = part[part.window == part.window.iloc[-1]].iloc[0]
        lines += [
            f"## {str(design).capitalize()}",
            "",
            f"{first.rows:.0f} rows on {first.dates:.0f} dates. Shifts: {first.shifts:.0f} for [0,0], "
            f"{crowded.shifts:.0f} for [0,+5], of which the worst puts {first.collided:.0f} / {crowded.collided:.0f} "
            "events on others.",
            "",
            "| test | size [0,0] | +1% | +2% | size [0,+5] | +1% | +2% |",
            "|---" + "|---:" * 6 + "|",
        ]
        for test, rows in part.groupby("test", sort=False):
            cells = []
            for row in rows.to_dict("records"):
                known = row["n"] > 0
                cells.append(f"{100 * row['size']:.1f} ± {100 * row['size_se']:.1f}" if known else "-")
                cells += [f"{100 * row[f'power_{k}pct']:.0f}" if known else "-" for k in (1, 2)]
            lines.append(f"| {NAMES[str(test)]} | {' | '.join(cells)} |")
        holds = part[part.test == "z_shift"].interval_holds
        lines += ["", f"95% intervals hold {' / '.join(f'{100 * one:.1f}' for one in holds)}%.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
