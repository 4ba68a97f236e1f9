"""Runs the pseudo-events: the p of every test, with and without an added effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr
from scipy.stats import false_discovery_control

from screener.study import Floats, Ints
from screener.study.models import Refit
from screener.study.parametric import two_sided
from screener.study.placebo import (
    PlaceboPlan,
    benjamini_hochberg,
    two_sided_rank,
    westfall_young,
)
from screener.study.portfolio import Portfolio
from screener.study.rolling import Rolling, roll
from tests.calibration.candidates import MEMBER_TESTS, PAIR_TESTS, Study
from tests.calibration.market import Market
from tests.calibration.members import roll_members
from tests.calibration.sets import FEWER, MOST, Cell

EFFECTS = (0.0, 0.01, 0.02, 0.05)
FAMILY = 8
LEVEL = 0.05
HISTORIES = {FEWER: str(FEWER), MOST: f"up to {MOST}"}


@dataclass(frozen=True)
class Outcome:
    """One test of one pseudo-event."""

    cell: str
    length: int
    test: str
    effect: float
    month: str
    """Event days of one month are not independent; standard errors are clustered by it."""
    wild: float
    """Recent volatility of the portfolio over that of its estimation window."""
    rejected: bool


@dataclass(frozen=True)
class Histories:
    """What every portfolio of a cell did on every date, one item per window."""

    refit: Refit
    headline: list[Rolling]
    moving_only: list[Rolling]
    steady_only: list[Rolling]
    members: list[Rolling] | None
    """The mean standardised abnormal return of the members of each set; None for differences."""

    @classmethod
    def of(
        cls,
        market: Market,
        refit: Refit,
        portfolios: Sequence[Portfolio],
        lengths: Sequence[int],
        sets: Sequence[Ints] | None = None,
    ) -> Histories:
        dates = slice(refit.history, len(market.sessions))
        windows = [range(length) for length in lengths]
        headline, moving_only, steady_only = (
            roll(replace(refit, long_run=share), portfolios, market.designs, dates, windows)
            for share in (refit.long_run, 0, 1)
        )
        members = None
        if sets is not None:
            members = roll_members(refit, market.returns, market.design_of, sets, market.designs, dates, windows)
        return cls(refit, headline, moving_only, steady_only, members)


def trials(
    market: Market, refit: Refit, cell: Cell, events: list[tuple[int, int]], lengths: Sequence[int]
) -> Iterator[Outcome]:
    """Every test on every event, (number of the set, row of the date), of one cell."""
    portfolios = [Portfolio.of(market.returns[:, s], market.design_of[s]) for s in cell.sets]
    histories = Histories.of(market, refit, portfolios, lengths, cell.sets)
    for number, date in events:
        for which, length in enumerate(lengths):
            p = portfolio_tests(market, histories, which, number, date)
            study = Study.of(market, cell.sets[number], refit, date, length)
            if len(study.members) > 3:
                lifted = [study.plus(effect) for effect in EFFECTS]
                p |= {name: np.array([test(one) for one in lifted]) for name, test in MEMBER_TESTS.items()}
            yield from _outcomes(market, histories, cell.name, which, number, date, p)


def pair_trials(
    market: Market,
    refit: Refit,
    cell: Cell,
    pairs: list[tuple[int, int]],
    events: list[tuple[int, int]],
    lengths: Sequence[int],
) -> Iterator[Outcome]:
    """The same for the difference of two sets; the effect is added to the first."""
    legs = [Portfolio.of(market.returns[:, s], market.design_of[s]) for s in cell.sets]
    histories = Histories.of(market, refit, [legs[a] - legs[b] for a, b in pairs], lengths)
    for number, date in events:
        for which, length in enumerate(lengths):
            p = portfolio_tests(market, histories, which, number, date)
            a, b = (Study.of(market, cell.sets[s], refit, date, length) for s in pairs[number])
            if min(len(a.members), len(b.members)) > 3:
                lifted = [a.plus(effect) for effect in EFFECTS]
                p |= {name: np.array([test(one, b) for one in lifted]) for name, test in PAIR_TESTS.items()}
            yield from _outcomes(market, histories, f"{cell.name}: A - B", which, number, date, p)


def family_trials(
    market: Market,
    refit: Refit,
    cell: Cell,
    families: list[Ints],
    events: list[tuple[int, int]],
    lengths: Sequence[int],
) -> Iterator[Outcome]:
    """Any rejection among eight sets; with an effect, added to the first, whether that one is found."""
    portfolios = [Portfolio.of(market.returns[:, s], market.design_of[s]) for s in cell.sets]
    histories = Histories.of(market, refit, portfolios, lengths)
    for number, date in events:
        members = families[number]
        for which, rolling in enumerate(histories.headline):
            answers: dict[str, list[float]] = {}
            for most, label in HISTORIES.items():
                rows = PlaceboPlan(refit, [], date, [], excluded=market.excluded, most=most).dates(
                    range(rolling.length)
                )
                then = rolling.z_ewma[np.ix_(rows - rolling.dates.start, members)]
                for effect in EFFECTS:
                    now = _raised(rolling, rolling.z_ewma, date, members, np.where(np.arange(FAMILY) == 0, effect, 0.0))
                    rank, n = two_sided_rank(now, then)
                    found = {
                        f"placebo p, uncorrected, {label}": rank / n,
                        f"placebo p, Benjamini-Hochberg, {label}": benjamini_hochberg(rank / n),
                        f"placebo p, Benjamini-Yekutieli, {label}": _yekutieli(rank / n),
                        f"Westfall-Young, largest z_ewma, {label}": westfall_young(now, then),
                    }
                    for name, p in found.items():
                        known = np.isfinite(p).all()
                        answers.setdefault(name, []).append(float(p[0] if effect else p.min()) if known else np.nan)
            p_by_effect = {name: np.array(values) for name, values in answers.items()}
            yield from _outcomes(
                market, histories, f"{cell.name}: any of {FAMILY}", which, int(members[0]), date, p_by_effect
            )


def _yekutieli(p: Floats) -> Floats:
    return false_discovery_control(p, method="by") if np.isfinite(p).all() else np.full_like(p, np.nan)


def portfolio_tests(market: Market, histories: Histories, which: int, number: int, date: int) -> dict[str, Floats]:
    """p at each of `EFFECTS` by the tests that need the portfolio's own history only."""
    refit, rolling = histories.refit, histories.headline[which]
    effects = np.array(EFFECTS)
    column = np.array([number])
    sources = {
        "placebo z_ewma": (rolling, rolling.z_ewma),
        "placebo z, moving volatility only": (histories.moving_only[which], histories.moving_only[which].z_ewma),
        "placebo z, estimation volatility only": (histories.steady_only[which], histories.steady_only[which].z_ewma),
        "placebo of portfolio t": (rolling, rolling.t),
    }
    if histories.members is not None:
        sources["placebo of members' mean z"] = (histories.members[which], histories.members[which].z_ewma)
    p: dict[str, Floats] = {}
    for most, label in HISTORIES.items():
        at = (
            PlaceboPlan(refit, [], date, [], excluded=market.excluded, most=most).dates(range(rolling.length))
            - rolling.dates.start
        )
        for name, (source, statistic) in sources.items():
            rank, n = two_sided_rank(_raised(source, statistic, date, column, effects), statistic[at][:, column])
            p[f"{name}, {label}"] = rank / n
    p["portfolio t"] = two_sided(_raised(rolling, rolling.t, date, column, effects), refit.estimation - 2)
    p["z_ewma, normal law"] = 2 * ndtr(-np.abs(_raised(rolling, rolling.z_ewma, date, column, effects)))
    return p


def _outcomes(
    market: Market, histories: Histories, cell: str, which: int, number: int, date: int, p: dict[str, Floats]
) -> Iterator[Outcome]:
    at = date - histories.refit.history
    wild = float(histories.moving_only[which].sd[at, number] / histories.steady_only[which].sd[at, number])
    month = f"{market.sessions[date]:%Y-%m}"
    length = histories.headline[which].length
    for test, values in p.items():
        for effect, value in zip(EFFECTS, values, strict=True):
            if np.isfinite(value):
                yield Outcome(cell, length, test, effect, month, wild, bool(value <= LEVEL))


def _raised(rolling: Rolling, statistic: Floats, date: int, columns: Ints, added: Floats) -> Floats:
    """The statistic of `columns` on `date` after `added` came on top of the abnormal return."""
    at = date - rolling.dates.start
    caar = rolling.caar[at, columns]
    raised: Floats = statistic[at, columns] * (caar + added) / caar
    return raised
