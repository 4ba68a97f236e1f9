"""The arrays that all parts of one measurement share: fits, windows, tests and placebo dates, each computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from screener.analysis.results import Group, Stock, Window
from screener.data.panel import Panel
from screener.study.abnormal import WindowResult, over_window
from screener.study.arrays import Bools, Floats, Ints
from screener.study.battery import GroupTests, battery
from screener.study.benchmark import leave_one_out
from screener.study.expected import Design, Model, fit
from screener.study.placebo import Placebo, each_security, placebo_of_groups, placebo_test
from screener.study.portfolio import Portfolio, in_each_window
from screener.study.rolling import Refit
from screener.study.spread import Spread, TwoSample, spreads, two_sample
from screener.study.statistic import half_width


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
    """One event on one panel; columns are the panel's tickers."""

    def __init__(
        self, panel: Panel, event_row: int, stocks: Sequence[Stock], rules: Rules, excluded: Sequence[int] = ()
    ) -> None:
        self.panel, self.event_row, self.stocks, self.rules, self.excluded = panel, event_row, stocks, rules, excluded
        position = {ticker: column for column, ticker in enumerate(panel.tickers)}
        self._members: dict[Group, Ints] = {}
        self.column_of = [position[stock.ticker] for stock in stocks]

        market_of = {stock.ticker: stock.market for stock in stocks}
        markets = sorted(set(market_of.values()))
        unknown = np.full(len(panel.sessions), np.nan)
        self.benchmarks, self.market_caps = (
            np.stack([known.get(market, unknown) for market in markets])
            for known in (panel.benchmarks, panel.market_caps)
        )
        self.designs = [Design.of(rules.model, benchmark) for benchmark in self.benchmarks]
        self.design_of: Ints = np.array([markets.index(market_of[ticker]) for ticker in panel.tickers], dtype=np.int64)

        self.estimation = rules.refit.estimation_of(event_row)
        self.daily = panel.daily_returns
        self.fit = fit(rules.model, self.daily, self.designs, self.design_of, self.estimation, rules.min_obs)
        self.studied = np.isfinite(self.fit.sigma)
        self.caps = panel.caps[event_row - 1] if event_row else np.full(len(panel.tickers), np.nan)

        self.windows = tuple(self._window(first, last) for first, last in rules.windows)
        self.rows = {
            window: slice(event_row + window.first, event_row + window.last + 1)
            for window in self.windows
            if window.available
        }
        self.results: dict[Window, WindowResult] = {
            window: over_window(self.fit, self.daily, rows) for window, rows in self.rows.items()
        }
        self.complete = self._complete(list(self.rows.values()))
        """(N, W) whether a column has an abnormal return on every session of a window."""
        self.raw = {window: self._raw_returns(rows) for window, rows in self.rows.items()}
        self.benchmark = {
            window: (np.prod(1.0 + self.benchmarks[:, rows], axis=1) - 1.0)[self.design_of]
            for window, rows in self.rows.items()
        }
        self.volume = {window: self._volume_ratio(rows) for window, rows in self.rows.items()}

    def index_weights(self) -> Floats:
        """(N,) part of each column in its market's capitalisation at the base session; NaN where not known."""
        return np.asarray(self.caps / self.market_caps[:, self.event_row - 1][self.design_of])

    def without_itself(self) -> dict[int, dict[Window, WindowResult]]:
        """By column of a stock that is a large part of its index: its results against the index without it.

        Its weight on other days follows from the base session's, for it grows as the stock outgrows the index.
        """
        weights = self.index_weights()
        results = {}
        for column in np.flatnonzero(self.studied & (weights >= LARGE_PART)):
            index, own = self.benchmarks[self.design_of[column]], self.daily[:, column]
            relative = np.cumprod((1.0 + np.nan_to_num(own)) / (1.0 + np.nan_to_num(index)))
            weight = weights[column] * relative / relative[self.event_row - 1]
            before = np.concatenate([[np.nan], weight[:-1]])[:, None]
            alone = own[:, None]
            design = Design.of(self.rules.model, leave_one_out(index, alone, before)[:, 0])
            zero = np.zeros(1, dtype=np.int64)
            fitted = fit(self.rules.model, alone, [design], zero, self.estimation, self.rules.min_obs)
            results[int(column)] = {window: over_window(fitted, alone, rows) for window, rows in self.rows.items()}
        return results

    @property
    def has_history(self) -> bool:
        """Whether there is anything to learn normal behaviour from."""
        return bool(self.studied.any()) and bool(self.rows)

    def columns(self, group: Group) -> Ints:
        """Columns of the group's members."""
        if group not in self._members:
            members = [column for stock, column in zip(self.stocks, self.column_of, strict=True) if group.holds(stock)]
            self._members[group] = np.array(members, dtype=np.int64)
        return self._members[group]

    def tests(self, groups: Sequence[Group]) -> list[list[GroupTests]]:
        """For each group, the tests of each available window."""
        return battery(
            self.fit,
            self.daily,
            self.designs,
            self.estimation,
            [self.columns(group) for group in groups],
            list(self.rows.values()),
            min_obs=self.rules.min_obs,
            caps=self.caps,
        )

    def placebos(self, groups: Sequence[Group], windows: Sequence[slice] | None = None) -> list[Placebo]:
        """For each of `windows`, rows of the panel, the groups' portfolios among their placebo dates.

        None = the available windows.
        """
        if windows is None:
            windows = list(self.rows.values())
        return placebo_of_groups(
            self.rules.refit,
            self.daily,
            self.design_of,
            [self.columns(group) for group in groups],
            self._complete(windows),
            self.designs,
            self.event_row,
            windows,
            self.excluded,
            self.rules.placebo_dates,
        )

    def stock_placebos(self) -> list[Placebo]:
        """For each available window, each column of the panel among its placebo dates."""
        return placebo_test(
            self.rules.refit,
            each_security(self.daily, self.design_of),
            self.designs,
            self.event_row,
            list(self.rows.values()),
            self.excluded,
            self.rules.placebo_dates,
        )

    def spreads(self, a: Group, b: Group) -> list[Spread]:
        """For each available window, group A minus group B, of the members that are complete in it."""

        def test(inside: Bools, rows: list[slice]) -> list[Spread]:
            of_a, of_b = (self._portfolio(self.columns(group), inside) for group in (a, b))
            most = self.rules.placebo_dates
            return spreads(self.rules.refit, of_a, of_b, self.designs, self.event_row, rows, self.excluded, most)

        return in_each_window(self.complete, list(self.rows.values()), test)

    def two_sample(self, a: Group, b: Group, window: Window) -> TwoSample:
        """Group A against group B, robust to variance that the event itself raised."""
        scar, residuals = self.results[window].scar, self.fit.abnormal[self.estimation]
        of_a, of_b = self.columns(a), self.columns(b)
        return two_sample(scar[of_a], scar[of_b], residuals[:, of_a], residuals[:, of_b])

    def half_widths(self) -> dict[Window, Floats]:
        """By available window, (N,) half of the 95 % interval of each column's CAR, by its t; decimal."""
        return {window: half_width(result.se, self.fit.df) for window, result in self.results.items()}

    def _complete(self, windows: Sequence[slice]) -> Bools:
        """(N, W) whether a column has a fit, and an abnormal return on every session of a window."""
        known, fitted = np.isfinite(self.fit.abnormal), self.fit.sigma > 0
        return np.array([known[rows].all(axis=0) & fitted for rows in windows]).reshape(-1, len(fitted)).T

    def _portfolio(self, members: Ints, inside: Bools) -> Portfolio:
        own = members[inside[members]]
        return Portfolio.of(self.daily[:, own], self.design_of[own])

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
