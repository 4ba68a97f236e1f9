"""The impact of one event: every stock, sector, theme and spread, in every window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from screener.market.panel import Panel
from screener.screens.results import Group, GroupRow, PathPoint, Skipped, SpreadRow, Stock, StockRow, Window
from screener.study.abnormal import WindowResult, over_window
from screener.study.expected import Design, Floats, Ints, Model, fit
from screener.study.portfolio import Portfolio, PortfolioTest, cross_section, portfolio_t, weighted_mean

PATH = (-10, 20)
"""Two weeks before the event, to see what leaked, and a month after it, to see what lasted."""


@dataclass(frozen=True)
class Rules:
    """How the impact is measured."""

    model: Model
    estimation: int
    """Sessions of the estimation window."""
    gap: int
    """Sessions between the estimation window and tau = 0."""
    min_obs: int
    windows: tuple[tuple[int, int], ...]
    spreads: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Impact:
    """Everything that was measured; one row per (stock or group, window that the prices reach over)."""

    windows: tuple[Window, ...]
    stocks: tuple[StockRow, ...]
    groups: tuple[GroupRow, ...]
    spreads: tuple[SpreadRow, ...]
    paths: tuple[PathPoint, ...]
    skipped: tuple[Skipped, ...]


def measure_impact(
    panel: Panel, event_row: int, stocks: Sequence[Stock], groups: Sequence[Group], rules: Rules
) -> Impact:
    """Measure the event at row `event_row` of `panel` on `stocks`, whose tickers are among the panel's."""
    measurement = _Measurement(panel, event_row, stocks, rules)
    return Impact(
        measurement.windows,
        tuple(measurement.stock_rows()),
        tuple(row for group in groups for row in measurement.group_rows(group)),
        tuple(row for pair in rules.spreads for row in measurement.spread_rows(*pair)),
        tuple(point for group in groups for point in measurement.path(group)),
        tuple(measurement.skipped()),
    )


class _Measurement:
    """The arrays that all parts of one measurement share; columns are the panel's tickers."""

    def __init__(self, panel: Panel, event_row: int, stocks: Sequence[Stock], rules: Rules) -> None:
        self.panel, self.event_row, self.stocks, self.rules = panel, event_row, stocks, rules
        position = {ticker: column for column, ticker in enumerate(panel.tickers)}
        self.column_of = [position[stock.ticker] for stock in stocks]

        market_of = {stock.ticker: stock.market for stock in stocks}
        markets = sorted(set(market_of.values()))
        unknown = np.full(len(panel.sessions), np.nan)
        self.benchmarks = np.stack([panel.benchmarks.get(market, unknown) for market in markets])
        self.designs = [Design.of(rules.model, benchmark) for benchmark in self.benchmarks]
        self.design_of: Ints = np.array([markets.index(market_of[ticker]) for ticker in panel.tickers], dtype=np.int64)

        end = max(event_row - rules.gap, 0)
        self.estimation = slice(max(end - rules.estimation, 0), end)
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
        self.raw = {window: self._raw_returns(rows) for window, rows in self.rows.items()}
        self.benchmark = {
            window: (np.prod(1.0 + self.benchmarks[:, rows], axis=1) - 1.0)[self.design_of]
            for window, rows in self.rows.items()
        }
        self.volume = {window: self._volume_ratio(rows) for window, rows in self.rows.items()}

    def _window(self, first: int, last: int) -> Window:
        start, end = self.event_row + first, self.event_row + last
        sessions = self.panel.sessions
        if start < 0 or end >= len(sessions):
            return Window(first, last, None, None)
        return Window(first, last, sessions[start].item(), sessions[end].item())

    def _raw_returns(self, rows: slice) -> Floats:
        """(N,) buy-and-hold return from the close before the window to its last close; NaN if either is missing."""
        returns, span = self.panel.returns[rows], self.panel.span[rows]
        sessions_into = np.arange(1, len(returns) + 1)[:, None]
        straddles = (span > sessions_into).any(axis=0)
        held = np.isfinite(returns[-1]) & ~straddles & ~self.panel.suspect[rows].any(axis=0)
        return np.where(held, np.nanprod(1.0 + returns, axis=0) - 1.0, np.nan)

    def _volume_ratio(self, rows: slice) -> Floats:
        """(N,) mean daily volume in the window over the mean in the estimation window; NaN without one."""
        usual = _mean_down(self.panel.volume[self.estimation])
        ratio: Floats = np.full(len(usual), np.nan)
        np.divide(_mean_down(self.panel.volume[rows]), usual, out=ratio, where=usual > 0)
        return ratio

    def stock_rows(self) -> list[StockRow]:
        table = []
        for window, rows in self.rows.items():
            result, benchmark = self.results[window], self.benchmark[window]
            table += [
                StockRow(
                    stock=stock,
                    window=window,
                    raw_return=float(self.raw[window][column]),
                    benchmark_return=float(benchmark[column]),
                    car=float(result.car[column]),
                    bhar=float(result.bhar[column]),
                    scar=float(result.scar[column]),
                    p=float(result.p[column]),
                    volume_ratio=float(self.volume[window][column]),
                    flags=self._flags(column, rows),
                )
                for stock, column in zip(self.stocks, self.column_of, strict=True)
            ]
        return table

    def _flags(self, column: int, rows: slice) -> tuple[str, ...]:
        raised = {
            "limit_up": self.panel.limit[rows, column] > 0,
            "limit_down": self.panel.limit[rows, column] < 0,
            "halted": self.panel.volume[rows, column] == 0,
            "resumed": self.panel.span[rows, column] > 1,
            "no_estimation": ~self.studied[column : column + 1],
        }
        return tuple(flag for flag, where in raised.items() if where.any())

    def _columns(self, group: Group) -> Ints:
        members = [column for stock, column in zip(self.stocks, self.column_of, strict=True) if group.holds(stock)]
        return np.array(members, dtype=np.int64)

    def _portfolio(self, group: Group) -> Portfolio:
        """Of the members with an estimation window: the others would change the portfolio on the way."""
        columns = self._columns(group)
        columns = columns[self.studied[columns]]
        return Portfolio.of(self.daily[:, columns], self.design_of[columns])

    def _tests(self, portfolio: Portfolio) -> list[PortfolioTest]:
        """One test for each available window."""
        rules, rows = self.rules, list(self.rows.values())
        return portfolio_t(rules.model, portfolio, self.designs, self.estimation, rows, rules.min_obs)

    def group_rows(self, group: Group) -> list[GroupRow]:
        columns = self._columns(group)
        caps = self.caps[columns]
        table = []
        for window, test in zip(self.rows, self._tests(self._portfolio(group)), strict=True):
            raw, car, volume = (
                self.raw[window][columns],
                self.results[window].car[columns],
                self.volume[window][columns],
            )
            cross = cross_section(raw, caps)
            held, studied, active = np.isfinite(raw), np.isfinite(car), np.isfinite(volume)
            table.append(
                GroupRow(
                    group=group,
                    window=window,
                    members=len(columns),
                    n=cross.n,
                    n_skipped=int((~studied).sum()),
                    benchmark_return=_mean(self.benchmark[window][columns][held]),
                    mean_return_ew=cross.mean_ew,
                    mean_return_cw=cross.mean_cw,
                    median_return=cross.median,
                    breadth_up=cross.breadth_up,
                    caar_ew=_mean(car[studied]),
                    caar_cw=weighted_mean(car, caps),
                    t_portfolio=test.t,
                    p_portfolio=test.p,
                    volume_ratio=float(np.median(volume[active])) if active.any() else np.nan,
                )
            )
        return table

    def spread_rows(self, sector_a: str, sector_b: str) -> list[SpreadRow]:
        a, b = (Group(sector, None, sector, sector, post_hoc=False) for sector in (sector_a, sector_b))
        tests = self._tests(self._portfolio(a) - self._portfolio(b))
        return [
            SpreadRow(
                sector_a=sector_a,
                sector_b=sector_b,
                window=of_a.window,
                n_a=of_a.n,
                n_b=of_b.n,
                mean_return_ew=of_a.mean_return_ew - of_b.mean_return_ew,
                mean_return_cw=of_a.mean_return_cw - of_b.mean_return_cw,
                caar_ew=of_a.caar_ew - of_b.caar_ew,
                caar_cw=of_a.caar_cw - of_b.caar_cw,
                t_portfolio=test.t,
                p_portfolio=test.p,
            )
            for of_a, of_b, test in zip(self.group_rows(a), self.group_rows(b), tests, strict=True)
        ]

    def path(self, group: Group) -> list[PathPoint]:
        columns = self._columns(group)
        first = max(self.event_row + PATH[0], self.estimation.stop)
        last = min(self.event_row + PATH[1], len(self.panel.sessions) - 1)
        abnormal = self.fit.abnormal[first : last + 1][:, columns]
        have = np.isfinite(abnormal)
        count = have.sum(axis=1)
        if not count.all():
            return []
        aar = np.where(have, abnormal, 0.0).sum(axis=1) / count
        running = np.cumsum(aar)
        base = self.event_row - 1 - first
        caar = running - (running[base] if base >= 0 else 0.0)
        return [
            PathPoint(
                group,
                first + step - self.event_row,
                self.panel.sessions[first + step].item(),
                int(count[step]),
                float(aar[step]),
                float(caar[step]),
            )
            for step in range(len(aar))
        ]

    def skipped(self) -> list[Skipped]:
        leading = next(iter(self.rows), None)
        table = []
        for stock, column in zip(self.stocks, self.column_of, strict=True):
            car = self.results[leading].car[column] if leading else np.nan
            if np.isfinite(car):
                continue
            code, day = self._reason(column, leading)
            has_return = bool(leading and np.isfinite(self.raw[leading][column]))
            table.append(Skipped(stock, code, day, int(self.fit.observations[column]), has_return))
        return table

    def _reason(self, column: int, leading: Window | None) -> tuple[str, date | None]:
        first_price = self.panel.first_price[column].item()
        if first_price is None:
            return "no_price", None
        if first_price > self.panel.sessions[self.event_row].item():
            return "listed_after", first_price
        if self.estimation.stop == self.estimation.start:
            return "no_history", first_price
        if not self.studied[column]:
            return "too_short", first_price
        missed = np.flatnonzero(np.isnan(self.daily[self.rows[leading], column])) if leading else np.array([], int)
        at = (self.rows[leading].start + int(missed[0])) if leading and missed.size else self.event_row
        return "halted", self.panel.sessions[at].item()


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")


def _mean_down(values: Floats) -> Floats:
    """(N,) mean over the known rows of each column; NaN where no row is known."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    mean: Floats = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return mean
