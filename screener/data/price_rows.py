"""Price files in long form, one row per ticker and session, read into plain columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from screener.krx.tables import Bools, Days, Floats, coded, floats, to_numpy

PRICE_COLUMNS = ("open", "high", "low", "close", "volume", "marcap", "change_pct", "value", "shares", "change")
"""The value columns that the screener uses, the last three only as witnesses; a file may hold more."""

ByMarket = Mapping[str, tuple[Days, Floats]]
"""By market, or index, its days, and the level, capitalisation or move of each."""


@dataclass(frozen=True)
class PriceRows:
    """Rows of one or several price files; every column has one entry per row, in file order."""

    tickers: tuple[str, ...]
    """Those that were asked for."""
    day: Days
    ticker: NDArray[np.int32]
    """Position in `tickers`."""
    values: Mapping[str, Floats]
    """KRW, shares, or % (`change_pct`); NaN where the file has no value. Columns that no file has are absent."""
    restored_zeros: int = 0
    """Rows whose ticker had lost its leading zeros."""
    market_of: Mapping[int, str] = field(default_factory=dict)
    """By ticker, the market that the files say it is listed on, of its last row; empty if they do not say."""
    market_caps: ByMarket = field(default_factory=dict)
    """By market, days and the capitalisation of all its stocks together, KRW; empty if the files do not say."""
    market_moves: ByMarket = field(default_factory=dict)
    """By market, days and its move weighted by capitalisation, decimal; empty if the files do not say."""
    closed: frozenset[date] = frozenset()
    """Days of the calendar on which none of the rows has a trade: KRX was closed, whatever the calendar says."""
    refused: Bools | None = None
    """Rows that are not to be believed; their close is NaN. None before they were looked at."""

    @classmethod
    def of(cls, table: pa.Table, tickers: Sequence[str], until: date | None = None) -> PriceRows:
        """Rows of `tickers`, through `until`, of a table with `date`, `ticker` as dictionary, and value columns."""
        number, written = coded(table, "ticker")
        place = {ticker: position for position, ticker in enumerate(tickers)}
        position = np.array([place.get(text.zfill(6), -1) for text in written] or [-1], dtype=np.int32)
        shortened = np.array([len(text) < 6 for text in written] or [False])

        rows = np.flatnonzero(position[number] >= 0)
        if until is not None:
            rows = rows[to_numpy(table["date"], rows) <= np.datetime64(until)]
        values = {
            name: to_numpy(table[name], rows).astype(np.float64) for name in PRICE_COLUMNS if name in table.column_names
        }
        kept = position[number[rows]]
        market_of = {}
        if "market" in table.column_names:
            market, names = coded(table, "market")
            which = market[rows]
            known = np.flatnonzero(np.isfinite(which))
            market_of = {int(ticker): names[int(at)] for ticker, at in zip(kept[known], which[known], strict=True)}
        day, restored = to_numpy(table["date"], rows), int(shortened[number[rows]].sum())
        return cls(tuple(tickers), day, kept, values, restored, market_of)

    @classmethod
    def of_all(cls, tables: Sequence[pa.Table], tickers: Sequence[str], until: date | None) -> PriceRows:
        """Rows of all tables together, as `of`, and what those with a whole market tell of it."""
        parts = [_with_market(table, tickers, until) for table in tables]
        names = [name for name in PRICE_COLUMNS if any(name in part.values for part in parts)]
        return cls(
            tuple(tickers),
            np.concatenate([part.day for part in parts]),
            np.concatenate([part.ticker for part in parts]),
            {name: np.concatenate([part.column(name) for part in parts]) for name in names},
            sum(part.restored_zeros for part in parts),
            {ticker: market for part in parts for ticker, market in part.market_of.items()},
            _joined([part.market_caps for part in parts]),
            _joined([part.market_moves for part in parts]),
        )

    def column(self, name: str) -> Floats:
        """One of `values`; NaN throughout where no file has it."""
        return self.values[name] if name in self.values else np.full(len(self.day), np.nan)

    def take(self, rows: NDArray[Any]) -> PriceRows:
        """The given rows, by position or by mask."""
        values = {name: column[rows] for name, column in self.values.items()}
        refused = None if self.refused is None else self.refused[rows]
        return replace(self, day=self.day[rows], ticker=self.ticker[rows], values=values, refused=refused)

    @property
    def untraded(self) -> Bools:
        """Rows of a halt, or of a day without a trade: KRX keeps the last close and gives open and volume 0."""
        volume, opened = self.column("volume"), self.column("open")
        return np.asarray((volume == 0) | (np.isnan(volume) & (opened == 0)))

    @property
    def traded(self) -> Bools:
        """Rows with a price at which somebody traded."""
        close = self.values["close"]
        return np.isfinite(close) & (close > 0) & ~self.untraded

    @property
    def is_refused(self) -> Bools:
        """`refused`; before they were looked at, no row is."""
        return np.zeros(len(self.day), dtype=bool) if self.refused is None else self.refused

    @property
    def continued(self) -> Bools:
        """Sorted rows whose stock is that of the row before."""
        return np.asarray(np.diff(self.ticker, prepend=-1) == 0)

    @property
    def named(self) -> NDArray[Any]:
        """The ticker of each row."""
        return np.array(self.tickers, dtype=object)[self.ticker]

    def places(self, rows: Bools) -> dict[int, str]:
        """Ticker and day of some rows, by position; by day, and then by ticker."""
        at = np.flatnonzero(rows)
        at = at[np.lexsort((self.ticker[at], self.day[at]))]
        return {row: f"{self.tickers[self.ticker[row]]} {self.day[row]}" for row in at.tolist()}

    def spread(self, days: Days, values: NDArray[Any]) -> NDArray[Any]:
        """(T, N) `values`, one a row, on `days` and `tickers`; NaN, or False, where there is no row."""
        grid = np.full((len(days), len(self.tickers)), False if values.dtype == bool else np.nan)
        row = np.minimum(np.searchsorted(days, self.day), len(days) - 1)
        known = days[row] == self.day
        grid[row[known], self.ticker[known]] = values[known]
        return grid


def _joined(parts: Sequence[ByMarket]) -> dict[str, tuple[Days, Floats]]:
    """The days of all parts, ascending; of a day that several have, the value of the last one."""
    joined = {}
    for market in dict.fromkeys(market for part in parts for market in part):
        later_first = [part[market] for part in reversed(parts) if market in part]
        days, first = np.unique(np.concatenate([days for days, _values in later_first]), return_index=True)
        joined[market] = days, np.concatenate([values for _days, values in later_first])[first]
    return joined


def _with_market(table: pa.Table, tickers: Sequence[str], until: date | None) -> PriceRows:
    long = PriceRows.of(table, tickers, until)
    if not long.day.size:
        return long
    return replace(long, market_caps=market_caps(table), market_moves=market_moves(table))


WHOLE_MARKET = 700
"""Stocks that a day of a whole market has at least: KOSPI lists about 950, KOSDAQ 1,800."""


def market_caps(table: pa.Table) -> dict[str, tuple[Days, Floats]]:
    """Capitalisation of each market on each day; a segment such as `KOSDAQ GLOBAL` counts with its market.

    Empty where the table lacks `market` or `marcap`. A day with a part of a market only is left out: a stock's weight
    in it would be far too large.
    """
    if not {"market", "marcap"} <= set(table.column_names):
        return {}
    number, names = coded(table, "market")
    day, marcap = to_numpy(table["date"]), to_numpy(table["marcap"])
    caps = {}
    for market in sorted({name.split()[0] for name in names}):
        inside = np.isin(number, [which for which, name in enumerate(names) if name.split()[0] == market])
        days, position, count = np.unique(day[inside], return_inverse=True, return_counts=True)
        total = np.bincount(position, weights=marcap[inside].astype(np.float64)).astype(np.float64)
        caps[market] = days[count >= WHOLE_MARKET], total[count >= WHOLE_MARKET]
    return caps


def with_base(table: pa.Table) -> pa.Table:
    """Rows whose rate and capitalisation are known, with `base`: that capitalisation at base prices."""
    rate = floats(table, "change_pct") / 100.0
    marcap = floats(table, "marcap")
    known = np.isfinite(rate) & (np.abs(rate) < 1.0) & np.isfinite(marcap)
    return table.filter(pa.array(known)).append_column("base", pa.array(marcap[known] / (1.0 + rate[known])))


def market_moves(table: pa.Table) -> dict[str, tuple[Days, Floats]]:
    """The move of each whole market on each day, weighted by capitalisation at base prices, where rates are there."""
    if not {"market", "marcap", "change_pct"} <= set(table.column_names):
        return {}
    there = with_base(table)
    before = market_caps(there.select(["date", "market", "base"]).rename_columns(["date", "market", "marcap"]))
    return {
        market: (days, caps / before[market][1] - 1.0)
        for market, (days, caps) in market_caps(there).items()
        if len(days)
    }
