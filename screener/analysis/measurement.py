"""The arrays that all parts of one measurement share: fits, windows, tests and placebo dates, each computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from screener.analysis.results import Group, Stock, Window
from screener.data.panel import Panel
from screener.study.arrays import Floats, Ints
from screener.study.models import Model
from screener.study.rolling import Refit
from screener.study.study import Study


@dataclass(frozen=True)
class Rules:
    """How the impact is measured."""

    model: Model
    estimation: int
    """Sessions of the estimation window."""
    gap: int
    """Sessions between the estimation window and tau = 0."""
    min_obs: int
    placebo_dates: int
    """Ordinary sessions before the event that it is ranked among, at most."""
    windows: tuple[tuple[int, int], ...]
    spreads: tuple[tuple[str, str], ...]
    weights: Mapping[str, float]
    """Of the parts of a score."""

    @property
    def refit(self) -> Refit:
        """The same for each placebo date."""
        return Refit(self.model, self.estimation, self.gap, self.min_obs)


_ROUNDING = 1e-12  # far below the smallest step of any price, far above what products of returns leave
LARGE_PART = 0.05
"""A stock of this part of its index moves it by so much of its own move that the index hides part of the effect."""


class Measurement:
    """One event on one panel: the study of its returns, and what the panel knows beside them.

    Columns are the panel's tickers; W windows are those of `rules` that the prices reach over.
    """

    def __init__(
        self, panel: Panel, event_row: int, stocks: Sequence[Stock], rules: Rules, excluded: Sequence[int] = ()
    ) -> None:
        self.panel, self.event_row, self.stocks, self.rules = panel, event_row, stocks, rules
        position = {ticker: column for column, ticker in enumerate(panel.tickers)}
        self._members: dict[Group, Ints] = {}
        self.column_of = [position[stock.ticker] for stock in stocks]

        market_of = {stock.ticker: stock.market for stock in stocks}
        markets = sorted(set(market_of.values()))
        unknown = np.full(len(panel.sessions), np.nan)
        benchmarks, self.market_caps = (
            np.stack([known.get(market, unknown) for market in markets])
            for known in (panel.benchmarks, panel.market_caps)
        )
        self.windows = tuple(self._window(first, last) for first, last in rules.windows)
        self.rows = {
            window: slice(event_row + window.first, event_row + window.last + 1)
            for window in self.windows
            if window.available
        }
        self.caps = panel.caps[event_row - 1] if event_row else np.full(len(panel.tickers), np.nan)
        self.study = Study(
            returns=panel.daily_returns,
            benchmarks=benchmarks,
            benchmark_of=np.array([markets.index(market_of[ticker]) for ticker in panel.tickers], dtype=np.int64),
            event=event_row,
            refit=rules.refit,
            windows=list(self.rows.values()),
            excluded=excluded,
            placebo_dates=rules.placebo_dates,
            caps=self.caps,
        )
        self.fit, self.studied, self.estimation = self.study.fit, self.study.studied, self.study.estimation
        self.results = dict(zip(self.rows, self.study.results, strict=True))
        self.raw = {window: self._raw_returns(rows) for window, rows in self.rows.items()}
        self.benchmark = dict(zip(self.rows, self.study.benchmark_returns, strict=True))
        self.volume = {window: self._volume_ratio(rows) for window, rows in self.rows.items()}

    def index_weights(self) -> Floats:
        """(N,) part of each column in its market's capitalisation at the base session; NaN where not known."""
        return np.asarray(self.caps / self.market_caps[:, self.event_row - 1][self.study.benchmark_of])

    def columns(self, group: Group) -> Ints:
        """Columns of the group's members."""
        if group not in self._members:
            members = [column for stock, column in zip(self.stocks, self.column_of, strict=True) if group.holds(stock)]
            self._members[group] = np.array(members, dtype=np.int64)
        return self._members[group]

    def _window(self, first: int, last: int) -> Window:
        start, end = self.event_row + first, self.event_row + last
        sessions = self.panel.sessions
        if start < 0 or end >= len(sessions):
            return Window(first, last, None, None, None)
        base = sessions[start - 1].item() if start else None
        return Window(first, last, base, sessions[start].item(), sessions[end].item())

    def _raw_returns(self, rows: slice) -> Floats:
        """(N,) buy-and-hold return from the close before the window to its last close; NaN if either is missing."""
        returns, span = self.panel.returns[rows], self.panel.span[rows]
        # The spans of its returns add up to the window exactly if a stock traded at the base and on the last session.
        held = (span.sum(axis=0) == len(returns)) & (span[-1] > 0)
        change = np.nanprod(1.0 + returns, axis=0) - 1.0
        # A price that came back to where it was is no rise: what is left is rounding.
        return np.where(held, np.where(np.abs(change) > _ROUNDING, change, 0.0), np.nan)

    def _volume_ratio(self, rows: slice) -> Floats:
        """(N,) mean daily volume in the window over the mean in the estimation window; NaN without one."""
        usual = _mean_down(self.panel.volume[self.estimation])
        ratio: Floats = np.full(len(usual), np.nan)
        np.divide(_mean_down(self.panel.volume[rows]), usual, out=ratio, where=usual > 0)
        return ratio


def _mean_down(values: Floats) -> Floats:
    """(N,) mean over the known rows of each column; NaN where no row is known."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    mean: Floats = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return mean
