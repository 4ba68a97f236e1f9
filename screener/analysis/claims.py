"""What was claimed about an event, each claim beside the prices that test it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from screener.analysis.measurement import Measurement
from screener.analysis.results import Group, Window
from screener.config.claims import (
    Analogue,
    Change,
    Claim,
    Grouped,
    Path,
    Ranged,
    Rank,
    Ratio,
    Target,
    Test,
    Versus,
)
from screener.study.arrays import Ints
from screener.study.portfolio import cross_section

Verdict = Literal["confirmed", "partly", "contradicted", "no data", "not testable here"]
VERDICTS: tuple[Verdict, ...] = ("confirmed", "partly", "contradicted", "no data", "not testable here")
Unit = Literal["return", "share", "rank", "ratio"]
LEAST_KNOWN = 0.75
"""Part of a group that must have a figure: what newspapers chose to print of it, or half of it, is not the group."""
TRILLION = 1e12


@dataclass(frozen=True)
class Figure:
    """One figure that a verdict rests on."""

    what: str
    """return, mean, mean_cw, median, caar, up, down, but (return of a stock that did otherwise), difference, rank_best,
    rank_worst, undone, cap, ratio, peer, or known (members with a figure)."""
    value: float
    """Decimal, share, rank or ratio; of cap, trillion KRW."""
    of: Target | str = ""
    """The stocks, or the English name of a peer."""
    n: int = 0
    """Members with a figure; of rank, sectors that were ranked; of known, all members."""
    window: Window | None = None
    """Where the figure is of another window than the claim."""
    stated: float = math.nan
    """Of ratio, the sum that the claim states, trillion KRW."""


@dataclass(frozen=True)
class Checked:
    """One claim and what became of it."""

    id: str
    claim: Claim
    verdict: Verdict
    window: Window | None = None
    value: float = math.nan
    """The figure under test."""
    unit: Unit | None = None
    figures: tuple[Figure, ...] = ()
    lacks: str = ""
    """What `no data` lacks: window, return, members, abnormal or cap."""


@dataclass(frozen=True)
class _Found:
    value: float
    unit: Unit
    figures: tuple[Figure, ...]
    most: Verdict = "confirmed"
    """The best that the verdict can be."""


@dataclass(frozen=True)
class _Missing:
    """Why there is no figure."""

    lacks: str
    figures: tuple[Figure, ...] = ()


def windows_of(claims: Mapping[str, Claim]) -> tuple[tuple[int, int], ...]:
    """Every window that the tests of `claims` need, once."""
    return tuple(dict.fromkeys(window for one in claims.values() if one.test for window in one.test.windows))


def check_claims(
    claims: Mapping[str, Claim], measurement: Measurement, groups: Sequence[Group], abroad: Mapping[str, float]
) -> tuple[Checked, ...]:
    """Compute every claim.

    Args:
        claims: by id, claims about one event.
        measurement: of that event, over `windows_of(claims)`.
        groups: the sectors and themes of its stocks.
        abroad: change of each peer abroad, decimal, by English name.
    """
    figures = _Figures(measurement, groups, abroad)
    return tuple(_checked(identifier, claim, figures) for identifier, claim in claims.items())


def _checked(identifier: str, claim: Claim, figures: _Figures) -> Checked:
    if claim.test is None:
        return Checked(identifier, claim, "not testable here")
    windows = [figures.window(window) for window in claim.test.windows]
    last = windows[-1] if windows else None
    if not all(window.available for window in windows):
        return Checked(identifier, claim, "no data", last, lacks="window")
    found = figures.of(claim.test)
    if isinstance(found, _Missing):
        return Checked(identifier, claim, "no data", last, figures=found.figures, lacks=found.lacks)
    verdict = max(_verdict(found, claim.test), found.most, key=VERDICTS.index)
    return Checked(identifier, claim, verdict, last, found.value, found.unit, found.figures)


def _verdict(found: _Found, test: Ranged) -> Verdict:
    # Ranges of returns are in %; beyond six decimals stands only what floating point left there.
    value = round(found.value * (100 if found.unit == "return" else 1), 6)
    if test.confirmed[0] <= value <= test.confirmed[1]:
        return "confirmed"
    if test.partly and test.partly[0] <= value <= test.partly[1]:
        return "partly"
    return "contradicted"


class _Figures:
    """The measurement's figures by what tests ask for."""

    def __init__(self, measurement: Measurement, groups: Sequence[Group], abroad: Mapping[str, float]) -> None:
        self.measurement, self.abroad = measurement, abroad
        self.sectors = [group for group in groups if group.theme is None and not group.post_hoc]
        self._groups = {(group.sector, group.theme): group for group in groups}
        self._windows = {(window.first, window.last): window for window in measurement.windows}

    def window(self, window: tuple[int, int]) -> Window:
        return self._windows[window]

    def of(self, test: Test) -> _Found | _Missing:
        match test:
            case Change():
                return self._change(test)
            case Grouped():
                return self._grouped(test)
            case Rank():
                return self._rank(test)
            case Versus():
                return self._versus(test)
            case Path():
                return self._path(test)
            case Ratio():
                return self._ratio(test)
            case Analogue():
                return self._analogue(test)

    def _change(self, test: Change) -> _Found | _Missing:
        [target], [window] = test.targets.values(), test.windows
        change = self._figure(target, "mean", window)
        if isinstance(change, _Missing):
            return _Missing("return")
        return _Found(change.value, "return", (Figure("return", change.value, target),))

    def _grouped(self, test: Grouped) -> _Found | _Missing:
        figure = self._figure(test.of, test.measure, test.window)
        if isinstance(figure, _Missing):
            return figure
        if test.measure in ("up", "down"):
            others = self._others(test.of, 1 if test.measure == "up" else -1, test.window)
            mean = self._known(test.of, "mean", test.window)
            return _Found(figure.value, "share", (figure, *others, mean))
        return _Found(figure.value, "return", (figure,))

    def _rank(self, test: Rank) -> _Found | _Missing:
        own = self._figure(Target(test.sector), test.measure, test.window)
        if isinstance(own, _Missing):
            return own
        found = [self._figure(Target(group.sector), test.measure, test.window) for group in self.sectors]
        values = [one.value for one in found if isinstance(one, Figure)]
        ahead = sum(value > own.value if test.order == "best" else value < own.value for value in values)
        rank = Figure(f"rank_{test.order}", ahead + 1, own.of, len(values))
        return _Found(rank.value, "rank", (rank, own))

    def _versus(self, test: Versus) -> _Found | _Missing:
        a, b = (self._figure(target, test.measure, test.window) for target in (test.a, test.b))
        if isinstance(a, _Missing):
            return a
        if isinstance(b, _Missing):
            return b
        difference = a.value - b.value
        return _Found(difference, "return", (Figure("difference", difference), a, b))

    def _path(self, test: Path) -> _Found | _Missing:
        first, then = (self._figure(test.of, test.measure, window, named=True) for window in test.windows)
        if isinstance(first, _Missing):
            return first
        if isinstance(then, _Missing):
            return then
        if not (first.value > 0 if test.moved == "up" else first.value < 0):
            return _Found(math.nan, "share", (first, then))
        undone = 1 - then.value / first.value
        return _Found(undone, "share", (Figure("undone", undone), first, then))

    def _ratio(self, test: Ratio) -> _Found | _Missing:
        [target] = test.targets.values()
        cap = float(self.measurement.caps[self._columns(target)[0]]) / TRILLION
        if not math.isfinite(cap):
            return _Missing("cap")
        ratios = [Figure("ratio", stated / cap, stated=stated) for stated in test.trillion_won]
        # The claim must hold with each sum, so the one that bears it out least decides.
        found = [_Found(ratio.value, "ratio", (*ratios, Figure("cap", cap, target))) for ratio in ratios]
        return max(found, key=lambda one: VERDICTS.index(_verdict(one, test)))

    def _analogue(self, test: Analogue) -> _Found | _Missing:
        peers = [Figure("peer", self.abroad[peer], peer) for peer in test.peers]
        direction = 1 if peers[0].value > 0 else -1
        share = self._figure(test.of, "up" if direction > 0 else "down", test.window)
        if isinstance(share, _Missing):
            return share
        mean = self._known(test.of, "mean", test.window)
        most: Verdict = "confirmed" if mean.value * direction > 0 else "partly"
        others = self._others(test.of, direction, test.window)
        return _Found(share.value, "share", (share, *others, mean, *peers), most)

    def _figure(
        self, target: Target, measure: str, window: tuple[int, int], *, named: bool = False
    ) -> Figure | _Missing:
        """One figure of a group; `named` says of which window it is."""
        figure = self._known(target, measure, window, named=named)
        members = len(self._columns(target))
        if figure.n >= LEAST_KNOWN * members and math.isfinite(figure.value):
            return figure
        known = Figure("known", figure.n, target, members)
        if measure == "caar":
            return _Missing("abnormal", (known,))
        return _Missing("cap" if measure == "mean_cw" and figure.n >= LEAST_KNOWN * members else "members", (known,))

    def _known(self, target: Target, measure: str, window: tuple[int, int], *, named: bool = False) -> Figure:
        """The same of however many members have a return."""
        at, columns = self.window(window), self._columns(target)
        of_all = self.measurement.results[at].car if measure == "caar" else self.measurement.raw[at]
        returns = of_all[columns]
        cross = cross_section(-returns if measure == "down" else returns, self.measurement.caps[columns])
        value = {
            "mean": cross.mean_ew,
            "caar": cross.mean_ew,
            "mean_cw": cross.mean_cw,
            "median": cross.median,
            "up": cross.breadth_up,
            "down": cross.breadth_up,
        }[measure]
        return Figure(measure, value, target, cross.n, at if named else None)

    def _others(self, target: Target, direction: int, window: tuple[int, int]) -> list[Figure]:
        """The members that did not move in that direction, the farthest first."""
        columns = self._columns(target)
        returns = self.measurement.raw[self.window(window)][columns]
        against = np.flatnonzero(np.isfinite(returns) & (returns * direction <= 0))
        against = against[np.argsort(returns[against] * direction, kind="stable")]
        tickers = self.measurement.panel.tickers
        return [Figure("but", float(returns[at]), Target(tickers=(tickers[columns[at]],))) for at in against]

    def _columns(self, target: Target) -> Ints:
        if not target.tickers:
            return self.measurement.columns(self._groups[target.sector, target.theme])
        return np.array([self.measurement.panel.tickers.index(ticker) for ticker in target.tickers], dtype=np.int64)
