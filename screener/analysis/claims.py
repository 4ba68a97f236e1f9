"""What was claimed about an event, each claim beside the prices that test it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from screener.analysis.frames import from_rows
from screener.analysis.measurement import Measurement
from screener.analysis.model import VERDICTS, Group, Verdict, Window
from screener.config.claims import (
    Analogue,
    Article,
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
from screener.config.models import Abroad
from screener.study import Ints
from screener.study.portfolio import cross_section

Unit = Literal["return", "share", "rank", "ratio"]
_LEAST_KNOWN = 0.75
"""Part of a group that must have a figure: what newspapers chose to print of it, or half of it, is not the group."""
_TRILLION = 1e12


class _Figure(NamedTuple):
    """One figure that a verdict rests on."""

    what: str
    """return, mean, mean_cw, median, caar, up, down, but (return of a stock that did otherwise), difference, rank_best,
    rank_worst, recovered (part of a fall), given_back (part of a rise), cap, ratio, peer, or known (members with a
    figure)."""
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


class _Found(NamedTuple):
    """The figure under test, and what it rests on; without one, what is missing for it."""

    value: float = math.nan
    unit: Unit | None = None
    figures: tuple[_Figure, ...] = ()
    most: Verdict = "consistent"
    """The best that the verdict can be."""
    lacks: str = ""
    """What there is no figure for: window, return, members, abnormal or cap; closes: none that can be believed; empty
    where there is one."""


class _NoFigureError(Exception):
    """A test asks for a figure that there is none of; `found` says why."""

    def __init__(self, lacks: str, figures: tuple[_Figure, ...] = ()) -> None:
        self.found = _Found(figures=figures, lacks=lacks)


def windows_of(claims: Mapping[str, Claim]) -> tuple[tuple[int, int], ...]:
    """Every window that the tests of `claims` need, once."""
    return tuple(dict.fromkeys(window for one in claims.values() if one.test for window in one.test.windows))


def check_claims(
    claims: Mapping[str, Claim],
    articles: Mapping[str, Article],
    measurement: Measurement,
    groups: Sequence[Group],
    abroad: Sequence[Abroad],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The frames `claims`, every claim with its verdict, and `figures`, what the verdicts rest on.

    Args:
        claims: by id, claims about one event.
        articles: by id, those that are known by more than their id.
        measurement: of that event, over `windows_of(claims)`.
        groups: the sectors and themes of its stocks.
        abroad: markets abroad that claims compare with.
    """
    figures = _Figures(measurement, groups, abroad)
    rows, used = [], []
    for identifier, claim in claims.items():
        verdict, window, found = _checked(claim, figures)
        row = _row(identifier, claim, articles) | _window_columns(window) | _verdict_columns(verdict, found)
        rows.append(row | (figures.significance(claim.test) if claim.test and not found.lacks else {}))
        used += [{"id": identifier, **figures.row(figure)} for figure in found.figures]
    return from_rows("claims", rows), from_rows("figures", used)


def _checked(claim: Claim, figures: _Figures) -> tuple[Verdict, Window | None, _Found]:
    if claim.test is None:
        return "not testable", None, _Found()
    windows = [figures.window(window) for window in claim.test.windows]
    last = windows[-1] if windows else None
    if not all(window.available for window in windows):
        return "no data", last, _Found(lacks="window")
    try:
        found = figures.of(claim.test)
    except _NoFigureError as error:
        return "no data", last, error.found
    if not _withstands(found, claim.test, max(map(figures.close_gap, windows), default=0.0)):
        return "no data", last, _Found(figures=found.figures, lacks="closes")
    return max(_verdict(found, claim.test), found.most, key=VERDICTS.index), last, found


def _row(identifier: str, claim: Claim, articles: Mapping[str, Article]) -> dict[str, Any]:
    reason, otherwise = claim.not_testable or claim.caveat, claim.otherwise
    days = [article.date for name in claim.by if (article := articles.get(name)) and article.date]

    def named(names: Sequence[str], language: Literal["ko", "en"]) -> tuple[str, ...]:
        return tuple(articles[name].text(language) if name in articles else name for name in names)

    return {
        "id": identifier,
        "said_ko": claim.said.ko,
        "said_en": claim.said.en,
        "by_ko": named(claim.by, "ko"),
        "by_en": named(claim.by, "en"),
        "articles": "; ".join(claim.by),
        "date": claim.date or max(days, default=None),
        "kind": claim.test and claim.test.kind,
        "reason_ko": reason and reason.ko,
        "reason_en": reason and reason.en,
        "against": claim.against,
        "otherwise_ko": otherwise and otherwise.ko,
        "otherwise_en": otherwise and otherwise.en,
        "otherwise_by_ko": named(otherwise.by, "ko") if otherwise else (),
        "otherwise_by_en": named(otherwise.by, "en") if otherwise else (),
    }


def _window_columns(window: Window | None) -> dict[str, Any]:
    if window is None:
        return {}
    return {
        "window_start": window.first,
        "window_end": window.last,
        "base": window.base,
        "start": window.start,
        "end": window.end,
    }


def _verdict_columns(verdict: Verdict, found: _Found) -> dict[str, Any]:
    known = verdict not in ("no data", "not testable")
    return {
        "verdict": verdict,
        "lacks": found.lacks or None,
        "value": found.value if known else math.nan,
        "unit": found.unit if known else None,
    }


def _withstands(found: _Found, test: Ranged, close_gap: float) -> bool:
    """Whether the verdict is the same whatever closes of two kinds add to returns, `close_gap` at most."""
    if not close_gap:
        return True
    if found.unit != "return":
        return found.unit == "ratio"
    moved = (found._replace(value=found.value + shift) for shift in (-close_gap, close_gap))
    return {_verdict(one, test) for one in moved} == {_verdict(found, test)}


def _verdict(found: _Found, test: Ranged) -> Verdict:
    # Ranges of returns are in %; beyond six decimals stands only what floating point left there.
    value = round(found.value * (100 if found.unit == "return" else 1), 6)
    if test.consistent[0] <= value <= test.consistent[1]:
        return "consistent"
    if test.partly and test.partly[0] <= value <= test.partly[1]:
        return "partly consistent"
    return "not consistent"


class _Figures:
    """The measurement's figures by what tests ask for."""

    def __init__(self, measurement: Measurement, groups: Sequence[Group], abroad: Sequence[Abroad]) -> None:
        self.measurement = measurement
        self.abroad = {peer.name.en: peer for peer in abroad}
        self.sectors = [group for group in groups if group.theme is None and not group.post_hoc]
        self._groups = {(group.sector, group.theme): group for group in groups}
        self._windows = {(window.first, window.last): window for window in measurement.windows}
        self._stocks = {stock.ticker: stock for stock in measurement.stocks}

    def window(self, window: tuple[int, int]) -> Window:
        return self._windows[window]

    def close_gap(self, window: Window) -> float:
        return self.measurement.close_gaps[self.measurement.available.index(window)]

    def _number(self, window: tuple[int, int]) -> int:
        return self.measurement.available.index(self.window(window))

    def row(self, figure: _Figure) -> dict[str, Any]:
        """Columns of a figure, what it is of by its names."""
        of, post_hoc = figure.of, False
        if isinstance(of, str):
            peer = self.abroad.get(of)
            ko, en = (peer.name.ko, peer.name.en) if peer else (of, of)
        elif of.tickers:
            stocks = [self._stocks[ticker] for ticker in of.tickers]
            ko, en = ", ".join(stock.ko for stock in stocks), ", ".join(stock.en for stock in stocks)
        else:
            group = self._groups[of.sector, of.theme]
            ko, en, post_hoc = group.ko, group.en, group.post_hoc
        return {
            "what": figure.what,
            "value": figure.value,
            "of_ko": ko,
            "of_en": en,
            "post_hoc": post_hoc,
            "n": figure.n,
            "stated": figure.stated,
            "window_start": figure.window and figure.window.first,
            "window_end": figure.window and figure.window.last,
        }

    def significance(self, test: Test) -> dict[str, Any]:
        """Columns of the primary test of the stocks that a claim is about, over its window; of a versus, of a minus b.

        None for a test without a window, and without an estimation window before the event.
        """
        study = self.measurement.study
        if not test.windows or not study.has_history:
            return {}
        window, targets = test.windows[-1], list(test.targets.values())
        number, columns = self._number(window), [self._columns(target) for target in targets]
        if isinstance(test, Versus):
            placebo = study.spreads(*columns)[number][1]
        else:
            [placebo] = study.placebos(columns, [study.windows[number]])
        moved, *less = [self._known(target, "caar", window).value for target in targets]
        return {
            "caar_ew": moved - sum(less),
            "placebo_rank": placebo.placebo_rank[0],
            "placebo_n": placebo.placebo_n[0],
            "placebo_p": placebo.placebo_p[0],
        }

    def of(self, test: Test) -> _Found:
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

    def _change(self, test: Change) -> _Found:
        [target], [window] = test.targets.values(), test.windows
        change = self._known(target, "mean", window)
        if not math.isfinite(change.value):
            raise _NoFigureError("return")
        return _Found(change.value, "return", (_Figure("return", change.value, target),))

    def _grouped(self, test: Grouped) -> _Found:
        figure = self._figure(test.of, test.measure, test.window)
        if test.measure in ("up", "down"):
            others = self._others(test.of, 1 if test.measure == "up" else -1, test.window)
            mean = self._known(test.of, "mean", test.window)
            return _Found(figure.value, "share", (figure, *others, mean))
        return _Found(figure.value, "return", (figure,))

    def _rank(self, test: Rank) -> _Found:
        own = self._figure(Target(test.sector), test.measure, test.window)
        targets = [Target(group.sector) for group in self.sectors]
        found = [(target, self._known(target, test.measure, test.window)) for target in targets]
        values = [figure.value for target, figure in found if not self._lacks(target, figure)]
        ahead = sum(value > own.value if test.order == "best" else value < own.value for value in values)
        rank = _Figure(f"rank_{test.order}", ahead + 1, own.of, len(values))
        return _Found(rank.value, "rank", (rank, own))

    def _versus(self, test: Versus) -> _Found:
        a, b = (self._figure(target, test.measure, test.window) for target in (test.a, test.b))
        difference = a.value - b.value
        return _Found(difference, "return", (_Figure("difference", difference), a, b))

    def _path(self, test: Path) -> _Found:
        first, then = (self._figure(test.of, test.measure, window, named=True) for window in test.windows)
        if not (first.value > 0 if test.moved == "up" else first.value < 0):
            return _Found(math.nan, "share", (first, then))
        undone = 1 - then.value / first.value
        what = "given_back" if test.moved == "up" else "recovered"
        return _Found(undone, "share", (_Figure(what, undone), first, then))

    def _ratio(self, test: Ratio) -> _Found:
        [target] = test.targets.values()
        cap = float(self.measurement.caps[self._columns(target)[0]]) / _TRILLION
        if not math.isfinite(cap):
            raise _NoFigureError("cap")
        ratios = [_Figure("ratio", stated / cap, stated=stated) for stated in test.trillion_won]
        # The claim must hold with each sum, so the one that bears it out least decides.
        found = [_Found(ratio.value, "ratio", (*ratios, _Figure("cap", cap, target))) for ratio in ratios]
        return max(found, key=lambda one: VERDICTS.index(_verdict(one, test)))

    def _analogue(self, test: Analogue) -> _Found:
        peers = [_Figure("peer", self.abroad[peer].change_pct / 100, peer) for peer in test.peers]
        direction = 1 if peers[0].value > 0 else -1
        share = self._figure(test.of, "up" if direction > 0 else "down", test.window)
        mean = self._known(test.of, "mean", test.window)
        most: Verdict = "consistent" if mean.value * direction > 0 else "partly consistent"
        others = self._others(test.of, direction, test.window)
        return _Found(share.value, "share", (share, *others, mean, *peers), most)

    def _figure(self, target: Target, measure: str, window: tuple[int, int], *, named: bool = False) -> _Figure:
        """One figure of a group; `named` says of which window it is."""
        figure = self._known(target, measure, window, named=named)
        if lacks := self._lacks(target, figure):
            raise _NoFigureError(lacks, (_Figure("known", figure.n, target, len(self._columns(target))),))
        return figure

    def _lacks(self, target: Target, figure: _Figure) -> str:
        """What a figure of some members lacks to be one of the whole group; empty if nothing."""
        enough = figure.n >= _LEAST_KNOWN * len(self._columns(target))
        if enough and math.isfinite(figure.value):
            return ""
        if figure.what == "caar":
            return "abnormal"
        return "cap" if figure.what == "mean_cw" and enough else "members"

    def _known(self, target: Target, measure: str, window: tuple[int, int], *, named: bool = False) -> _Figure:
        """The same of however many members have a return."""
        number, columns = self._number(window), self._columns(target)
        study = self.measurement.study
        returns = (study.results[number].car if measure == "caar" else self.measurement.raw[number])[columns]
        cross = cross_section(-returns if measure == "down" else returns, self.measurement.caps[columns])
        value = {
            "mean": cross.mean_ew,
            "caar": cross.mean_ew,
            "mean_cw": cross.mean_cw,
            "median": cross.median,
            "up": cross.breadth_up,
            "down": cross.breadth_up,
        }[measure]
        return _Figure(measure, value, target, cross.n, self.window(window) if named else None)

    def _others(self, target: Target, direction: int, window: tuple[int, int]) -> list[_Figure]:
        """The members that did not move in that direction, the farthest first."""
        columns = self._columns(target)
        returns = self.measurement.raw[self._number(window)][columns]
        against = np.flatnonzero(np.isfinite(returns) & (returns * direction <= 0))
        against = against[np.argsort(returns[against] * direction, kind="stable")]
        tickers = self.measurement.panel.tickers
        return [_Figure("but", float(returns[at]), Target(tickers=(tickers[columns[at]],))) for at in against]

    def _columns(self, target: Target) -> Ints:
        if not target.tickers:
            return self.measurement.columns(self._groups[target.sector, target.theme])
        return np.array([self.measurement.panel.tickers.index(ticker) for ticker in target.tickers], dtype=np.int64)
