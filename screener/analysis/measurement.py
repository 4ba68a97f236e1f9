"""One event on one panel: the study of its returns, what the panel knows beside them, whether its days carry a verdict.

For the last the whole market is asked beside the stocks studied: its equal-weight return, and groups of it that chance
put together. On an ordinary day 5% of these have a p of 5% at most. Where far more do, the market as a whole moved in
ways that the model does not know of, and what a sector did that day need not be the event's doing (docs/methods.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np

from screener.analysis.model import WILD, DayCheck, Group, Rules, Stock, Window, WindowCheck
from screener.config.models import Filters
from screener.data.panel import Panel
from screener.data.universe import WholeMarket
from screener.krx.hours import RETURN_GAP
from screener.study import Bools, Floats, Ints
from screener.study.models import Model, Refit, leaves_out_constant
from screener.study.portfolio import Portfolio, mean_of_available
from screener.study.study import Study

_ROUNDING = 1e-12  # far below the smallest step of any price, far above what products of returns leave
LARGE_PART = 0.05
"""A stock of this part of its index moves it by so much of its own move that the index hides part of the effect."""
_GROUPS, _STOCKS = 200, 300
_FEWEST = 300
"""Stocks with a history, without which the whole market is not at hand."""
MOST_RANDOM = 0.10
"""Share of random groups that may have moved as much as they must: twice what is expected."""


@dataclass(frozen=True)
class Reference:
    """The whole market over the T sessions of a study, measured against the same benchmarks."""

    equal_weight: Floats
    """(T,) mean return of its ordinary shares, decimal."""
    groups: tuple[Portfolio, ...]
    """Of them, put together by chance."""
    stocks: tuple[Portfolio, ...]
    """Some of them, each by itself."""
    size: int
    """Members of each group."""

    @classmethod
    def of(cls, whole: WholeMarket, stocks: Sequence[Stock], refit: Refit, event: int, size: int) -> Reference | None:
        """The reference of a study of `stocks` on the event in that row; None where too few stocks have a history.

        The groups have `size` members, of the markets of `stocks` in the same parts, and none of `stocks` unless these
        are most of the market. Preferred shares double their ordinary ones and are left out, and so are stocks that
        are too small for a scan.
        """
        markets = sorted({stock.market for stock in stocks})
        inside: Bools = np.array(
            [
                ticker.endswith("0") and market in markets
                for ticker, market in zip(whole.tickers, whole.markets, strict=True)
            ]
        )
        inside &= ~(whole.caps < Filters().least_cap)
        inside &= np.isfinite(whole.returns[refit.estimation_of(event)]).sum(axis=0) >= refit.min_obs
        if inside.sum() < _FEWEST:
            return None
        columns = np.flatnonzero(inside)
        benchmark_of = np.array([markets.index(whole.markets[column]) for column in columns], dtype=np.int64)
        studied = {stock.ticker for stock in stocks}
        others: Bools = np.array([whole.tickers[column] not in studied for column in columns])
        returns = whole.returns[:, columns]
        alone = np.sort(np.random.default_rng(1).choice(len(columns), min(_STOCKS, len(columns)), replace=False))
        if others.sum() < _FEWEST:
            others[:] = True
        return cls(
            mean_of_available(returns),
            tuple(
                Portfolio.of(returns[:, members], benchmark_of[members])
                for members in _drawn(benchmark_of, others, _mix(stocks, markets, size))
            ),
            tuple(Portfolio.each(returns[:, alone], benchmark_of[alone])),
            size,
        )


def _mix(stocks: Sequence[Stock], markets: Sequence[str], size: int) -> list[int]:
    """How many of `size` stocks are of each market, if the mix is that of `stocks`."""
    count = Counter(stock.market for stock in stocks)
    first = [round(size * count[market] / len(stocks)) for market in markets[:-1]]
    return [*first, size - sum(first)]


def _drawn(benchmark_of: Ints, others: Bools, mix: Sequence[int]) -> list[Ints]:
    """`_GROUPS` groups of the columns that are `others`, as many of each benchmark as `mix` says."""
    rng = np.random.default_rng(0)
    pools = [np.flatnonzero(others & (benchmark_of == number)) for number in range(len(mix))]
    return [
        np.concatenate([rng.choice(pool, min(n, len(pool)), replace=False) for pool, n in zip(pools, mix, strict=True)])
        for _ in range(_GROUPS)
    ]


class Measurement:
    """N columns, the panel's tickers; S stocks, each a member of one sector; W windows that the prices reach over."""

    def __init__(
        self,
        panel: Panel,
        event_row: int,
        stocks: Sequence[Stock],
        rules: Rules,
        excluded: Sequence[int] = (),
        reference: Reference | None = None,
    ) -> None:
        self.panel, self.event_row, self.stocks, self.rules = panel, event_row, stocks, rules
        position = {ticker: column for column, ticker in enumerate(panel.tickers)}
        self.column_of: Ints = np.array([position[stock.ticker] for stock in stocks], dtype=np.int64)
        """(S,) the column of each stock."""
        self._members: dict[Group, Ints] = {}

        market_of = {stock.ticker: stock.market for stock in stocks}
        self.markets = sorted(set(market_of.values()))
        """Of the benchmarks."""
        unknown = np.full(len(panel.sessions), np.nan)
        benchmarks, self.market_caps = (
            np.stack([known.get(market, unknown) for market in self.markets])
            for known in (panel.benchmarks, panel.market_caps)
        )
        self.windows = tuple(self._window(first, last) for first, last in rules.windows)
        """All of `rules`, those that the prices do not reach over among them."""
        self.available = tuple(window for window in self.windows if window.available)
        self.caps = panel.caps[event_row - 1] if event_row else np.full(len(panel.tickers), np.nan)
        """(N,) capitalisation at the base session, KRW; NaN where unknown."""
        rows = [slice(event_row + window.first, event_row + window.last + 1) for window in self.available]
        self.study = Study(
            returns=panel.daily_returns,
            benchmarks=benchmarks,
            benchmark_of=np.array([self.markets.index(market_of[ticker]) for ticker in panel.tickers], dtype=np.int64),
            event=event_row,
            refit=rules.refit,
            windows=rows,
            excluded=excluded,
            placebo_dates=rules.placebo_dates,
            caps=self.caps,
            equal_weight=reference.equal_weight if reference else None,
            random_groups=reference.groups if reference else (),
            random_stocks=reference.stocks if reference else (),
        )
        self.raw = [self._raw_returns(window) for window in rows]
        """For each window, (N,) buy-and-hold returns from the close before it to its last close."""
        self.close_gaps = [self._close_gap(window) for window in rows]
        """For each window, the difference of returns that closes of two kinds alone can make, decimal."""
        self.volume = [self.volume_ratio(window, self.study.estimation) for window in rows]
        """For each window, (N,) mean daily volume over the mean in the estimation window."""

    @cached_property
    def checks(self) -> tuple[WindowCheck, ...]:
        """For each available window, whether its sessions can carry a verdict."""
        return checked(self.study)

    @property
    def random_shares(self) -> list[float]:
        """For each available window, the share of random groups with a p of 5% at most; NaN where there are none."""
        return [np.nan if one.random_share is None else one.random_share for one in self.checks]

    @property
    def inconclusive(self) -> list[float]:
        """For each available window, the largest CAR, decimal, that carries no verdict; infinite where none does."""
        return [np.inf if one.withheld else gap for one, gap in zip(self.checks, self.close_gaps, strict=True)]

    def number(self, first: int, last: int) -> int | None:
        """Which of the available windows is [first, last]; None if none is."""
        numbers = [n for n, window in enumerate(self.available) if (window.first, window.last) == (first, last)]
        return numbers[0] if numbers else None

    def index_weights(self) -> Floats:
        """(N,) part of each column in its market's capitalisation at the base session; NaN where not known."""
        return np.asarray(self.caps / self.market_caps[:, self.event_row - 1][self.study.benchmark_of])

    def columns(self, group: Group) -> Ints:
        """Columns of the group's members."""
        if group not in self._members:
            inside: Bools = np.array([group.holds(stock) for stock in self.stocks], dtype=np.bool_)
            self._members[group] = self.column_of[inside]
        return self._members[group]

    @property
    def p_on_event_day(self) -> Floats:
        """(N,) placebo p of each column in the window [0,0]; NaN where that is not among the windows."""
        number = self.number(0, 0)
        if number is None or not self.study.has_history:
            return np.full(len(self.panel.tickers), np.nan)
        return self.study.stock_placebos[number].placebo_p

    @cached_property
    def traded(self) -> Bools:
        """(T, N) whether a stock traded: a return ends there, or a later one begins, or it was not to be believed."""
        span = self.panel.span
        traded: Bools = (span > 0) | self.panel.suspect
        row, column = np.nonzero(span)
        traded[row - span[row, column], column] = True
        return traded

    def _window(self, first: int, last: int) -> Window:
        start, end = self.event_row + first, self.event_row + last
        sessions = self.panel.sessions
        if start < 0 or end >= len(sessions):
            return Window(first, last, None, None, None)
        base = sessions[start - 1].item() if start else None
        return Window(first, last, base, sessions[start].item(), sessions[end].item())

    def _close_gap(self, rows: slice) -> float:
        """A return is off by as much as both its closes may be, its benchmark's being regular; those between cancel."""
        ends = self.panel.sessions[[max(rows.start - 1, 0), rows.stop - 1]].tolist()
        return RETURN_GAP if self.panel.last_prices.intersection(ends) else 0.0

    def _raw_returns(self, rows: slice) -> Floats:
        """(N,) buy-and-hold returns; NaN if the close before or the last one is missing."""
        returns, span = self.panel.returns[rows], self.panel.span[rows]
        # The spans of its returns add up to the window exactly if a stock traded at the base and on the last session.
        held = (span.sum(axis=0) == len(returns)) & (span[-1] > 0)
        change = np.nanprod(1.0 + returns, axis=0) - 1.0
        # A price that came back to where it was is no rise: what is left is rounding.
        return np.where(held, np.where(np.abs(change) > _ROUNDING, change, 0.0), np.nan)

    def volume_ratio(self, rows: slice, estimation: slice) -> Floats:
        """(N,) mean daily volume in the window `rows` over the mean in its estimation window; NaN without one."""
        usual = mean_of_available(self.panel.volume[estimation].T)
        ratio: Floats = np.full(len(usual), np.nan)
        np.divide(mean_of_available(self.panel.volume[rows].T), usual, out=ratio, where=usual > 0)
        return ratio


def checked(study: Study) -> tuple[WindowCheck, ...]:
    """For each window, the share of random groups that moved as much as they must, and whether it carries a verdict."""
    checks = []
    for window, share in zip(study.windows, study.random_shares.tolist(), strict=True):
        known, moved = np.isfinite(share), round(_moved(study, window), 2)
        withheld = share > MOST_RANDOM if known else moved > WILD
        checks.append(
            WindowCheck(
                window.start - study.event,
                window.stop - 1 - study.event,
                share if known else None,
                moved if np.isfinite(moved) else None,
                bool(withheld),
                not leaves_out_constant(window.stop - window.start, study.refit.estimation),
            )
        )
    return tuple(checks)


def _moved(study: Study, window: slice) -> float:
    """The largest move of an index over the window, or of the difference of two, in standard deviations; NaN: unknown.

    The standard deviation is that of the sessions of the estimation window times the root of the window's length.
    """
    series = [*study.benchmarks, *(a - b for a, b in combinations(study.benchmarks, 2))]
    moves = []
    for one in series:
        learned = one[study.estimation]
        learned = learned[np.isfinite(learned)]
        sd = learned.std(ddof=1) * np.sqrt(window.stop - window.start) if len(learned) >= study.refit.min_obs else 0.0
        if sd > 0 and np.isfinite(one[window]).all():
            moves.append(float(abs(one[window].sum()) / sd))
    return max(moves, default=np.nan)


def in_force(
    rules: Rules, reference: Reference | None, measure: Callable[[Rules], Measurement]
) -> tuple[Measurement, DayCheck]:
    """What `measure` makes of the rules in force, and the check of its days.

    Left to itself (`rules.automatic`), an event is measured by the market model. Where the check of its leading window
    fails and the whole market is at hand, it is measured against market and size.
    """
    measurement = measure(rules)
    windows = measurement.checks
    groups, size = (len(reference.groups), reference.size) if reference else (0, 0)
    check = DayCheck(rules.model, None, groups, size, windows)
    if not (rules.automatic and reference and windows and windows[0].withheld):
        return measurement, check
    before = windows[0].random_share
    measurement = measure(replace(rules, model=Model.MARKET_SIZE))
    return measurement, replace(check, model=Model.MARKET_SIZE, before=before, windows=measurement.checks)
