"""Whether the days of an event can carry a verdict: how many random groups of stocks moved as much as they must.

The whole market beside the stocks studied: its equal-weight return, and groups of it that chance put together. On an
ordinary day 5% of these have a p of 5% at most. Where far more do, the market as a whole moved in ways that the model
does not know of, and what a sector did that day need not be the event's doing (docs/methods.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from screener.analysis.model import DayCheck, Rules, Stock, WindowCheck
from screener.config.models import Filters
from screener.data.universe import WholeMarket
from screener.study.arrays import Bools, Floats, Ints
from screener.study.models import Model, Refit, leaves_out_constant
from screener.study.portfolio import Portfolio, mean_of_available
from screener.study.study import Study

if TYPE_CHECKING:
    from screener.analysis.measurement import Measurement

_GROUPS, _STOCKS = 200, 300
_FEWEST = 300
"""Stocks with a history, without which the whole market is not at hand."""
MOST_RANDOM = 0.10
"""Share of random groups that may have moved as much as they must: twice what is expected."""
WILD = 3.0
"""Standard deviations of an index move, or of the difference of two, beyond which a day carries no verdict where no
random groups can be asked."""
RANDOM_ON_WILD_DAYS = 0.25
"""Share of random groups with a p of 5% at most on such days (docs/methods.md)."""


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
