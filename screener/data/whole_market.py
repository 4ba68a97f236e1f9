"""Every stock of a market, as the random groups need them that an event is held against."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from screener.data.panel import WholeMarket
from screener.data.price_rows import WHOLE_MARKET, PriceRows
from screener.krx.tables import Days, to_numpy, words

LISTED, OF_PRICES, OF_RATES = ("ticker", "market"), ("close", "volume"), ("close", "volume", "change_pct")
"""Columns that are read of the listed stocks, beside `marcap`, of their prices, and of their official rates."""
_ROUNDED = 0.005
"""A limit price is rounded to a tick, of half a per cent of the price at most."""
_RowsOf = Callable[[Sequence[str]], tuple[PriceRows, PriceRows]]


def whole_market(
    listed: pa.Table, markets: Collection[str], rows_of: _RowsOf, sessions: Days, price_limit: float
) -> WholeMarket | None:
    """Every stock that `listed`, rows of one session, has of the `markets`; None if that is no whole market.

    The stocks studied are held against them by the hundred, so that a wrong price here and there does not show: they
    are read without the checks that the stocks themselves go through. A return beyond the limit is not used.

    Args:
        listed: ticker and market, perhaps marcap, of the session before the event.
        markets: KOSPI, KOSDAQ.
        rows_of: reads adjusted closes, and official rates, of the tickers that it is given.
        sessions: those of the panel.
        price_limit: daily limit as a decimal; 0 for a market without one.
    """
    if "market" not in listed.column_names:
        return None
    market_of = dict(zip(words(listed, "ticker"), words(listed, "market"), strict=True))
    caps = dict(zip(market_of, _numbers(listed, "marcap").tolist(), strict=True))
    inside = {ticker: name.split()[0] for ticker, name in market_of.items() if name.split()[0] in markets}
    if len(inside) < WHOLE_MARKET:
        return None
    named = tuple(ticker.zfill(6) for ticker in inside)
    prices, rates = rows_of(named)
    close = _on_sessions(prices, np.where(prices.traded, prices.values["close"], np.nan), sessions, len(named))
    returns = np.full(close.shape, np.nan)
    returns[1:] = close[1:] / close[:-1] - 1.0
    if "change_pct" in rates.values:
        official = _on_sessions(rates, rates.values["change_pct"] / 100.0, sessions, len(named))
        returns = np.where(np.isfinite(returns) & np.isfinite(official), official, returns)
    if price_limit:
        returns[np.abs(returns) > price_limit + _ROUNDED] = np.nan
    return WholeMarket(named, tuple(inside.values()), returns, np.array([caps[ticker] for ticker in inside]))


def _on_sessions(rows: PriceRows, values: NDArray[np.float64], sessions: Days, tickers: int) -> NDArray[np.float64]:
    """(T, N) `values` of the rows on the sessions; NaN where there is none."""
    grid = np.full((len(sessions), tickers), np.nan)
    row = np.minimum(np.searchsorted(sessions, rows.day), len(sessions) - 1)
    known = sessions[row] == rows.day
    grid[row[known], rows.ticker[known]] = values[known]
    return grid


def _numbers(rows: pa.Table, name: str) -> NDArray[np.float64]:
    """A column as floats; NaN for null, and where there is no such column."""
    if name not in rows.column_names:
        return np.full(rows.num_rows, np.nan)
    return np.asarray(to_numpy(rows[name].cast(pa.float64(), safe=False)))
