"""The panel: aligned arrays, sessions x tickers, that every study works on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from screener.data.findings import EXAMPLES, Finding
from screener.data.price_rows import ByMarket, PriceRows
from screener.data.rates import weigh_rates
from screener.data.witnesses import NEAR
from screener.errors import DataError
from screener.krx.calendar import Calendar
from screener.krx.tables import Bools, Days, Floats

_LIMIT_TOUCHED = 0.295
"""A limit price is rounded down to a tick of at most 0.5% of the price, so a return at the limit is 29.5 to 30%."""


@dataclass(frozen=True)
class Panel:
    """T sessions x N tickers. NaN = unknown, or no trade."""

    sessions: Days
    """(T,) sessions, ascending."""
    tickers: tuple[str, ...]
    returns: Floats
    """(T, N) simple return since the ticker's previous trade, decimal."""
    span: NDArray[np.int64]
    """(T, N) sessions that the return spans: 1, or more after a halt; 0 where there is no return."""
    volume: Floats
    """(T, N) shares traded; 0 on a halt."""
    caps: Floats
    """(T, N) market capitalisation, KRW."""
    limit: NDArray[np.int8]
    """(T, N) +1 closed at the upper price limit, -1 at the lower, 0 neither."""
    suspect: Bools
    """(T, N) the row, or its return, is not to be believed; it is NaN."""
    actions: Bools
    """(T, N) the base price is not the close before it: a split, a rights issue, a capital reduction."""
    benchmarks: Mapping[str, Floats]
    """(T,) return of each market's index, decimal."""
    market_caps: Mapping[str, Floats]
    """(T,) capitalisation of all stocks of each market together, KRW; empty where no file covers a whole market."""
    first_price: Days
    """(N,) first session with a row for the ticker; NaT without any."""
    last_prices: frozenset[date] = frozenset()
    """Sessions whose closes are, or may be, the last prices of the after-market."""

    @property
    def daily_returns(self) -> Floats:
        """(T, N) returns over exactly one session: what a model of daily returns may be fitted to."""
        return np.where(self.span == 1, self.returns, np.nan)

    def checksum(self) -> str:
        """SHA-256, in hex, of all that a study takes of it: equal prices give equal ones, however they came."""
        digest = hashlib.sha256("\n".join(self.tickers).encode())
        for series in (self.benchmarks, self.market_caps):
            for name, values in sorted(series.items()):
                digest.update(name.encode() + values.tobytes())
        for array in (self.sessions, self.returns, self.span, self.volume, self.caps, self.limit, self.suspect):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def build_panel(
    prices: PriceRows,
    official: PriceRows | None,
    benchmarks: ByMarket,
    price_limit: float,
    calendar: Calendar | None = None,
) -> tuple[Panel, list[Finding]]:
    """Align cleaned rows on sessions and turn prices into returns.

    A return is the official change rate against the base price where there is one, which is right through splits,
    rights issues and capital reductions, and else the change of the adjusted close since the previous trade. The
    first price of a ticker has no return: a listing-day rate is against the offer price.

    Args:
        prices: adjusted closes of the panel's tickers, cleaned; or `official` itself, whose change is a return only
            where no shares moved.
        official: rows of a market file with `change_pct` and `marcap`, cleaned; they take precedence.
        benchmarks: days and closes of each market's index.
        price_limit: daily limit as a decimal; 0 for a market without one.
        calendar: whose sessions the panel has, also those without a price; None = what the rows say.
    """
    days = _sessions([prices] if official is None else [prices, official], benchmarks, calendar)
    grid = _Grid(days, prices, official)
    close = grid.close
    previous = _previous_trade(grid.traded)
    before = np.where(previous >= 0, np.take_along_axis(close, np.maximum(previous, 0), axis=0), np.nan)
    has_return = grid.traded & (previous >= 0)
    span = np.where(has_return, np.arange(len(days))[:, None] - previous, 0)
    from_close = close / before - 1.0
    from_rate = np.where(has_return, grid.latest("change_pct") / 100.0, np.nan)
    _refuse_other_rates(from_close, from_rate, span)

    told = weigh_rates(prices, official, days, from_close, span)
    fallback = told.moved if official is prices else from_close
    returns = np.where(has_return & ~told.doubted, np.where(np.isfinite(told.rate), told.rate, fallback), np.nan)
    span[told.resumed] = 1
    without_gap = _rows_since(grid.present, previous) == span
    beyond = has_return & without_gap & ~told.lifted & _beyond_limit(returns, before, price_limit)
    returns[beyond] = np.nan
    span[~np.isfinite(returns)] = 0
    refused = grid.refused & ~np.isfinite(returns)

    panel = Panel(
        sessions=days,
        tickers=prices.tickers,
        returns=returns,
        span=span,
        volume=grid.latest("volume"),
        caps=grid.latest("marcap"),
        limit=limits_touched(returns, grid.latest("high"), grid.latest("low"), close, price_limit),
        suspect=beyond | refused | (told.doubted & has_return),
        actions=told.actions & ~beyond,
        benchmarks={name: _index_returns(days, dates, level) for name, (dates, level) in benchmarks.items()},
        market_caps={name: on_days(days, *caps) for name, caps in (official.market_caps if official else {}).items()},
        first_price=np.append(days, np.datetime64("NaT"))[grid.first],
    )
    return panel, _findings(panel, grid, beyond, told.findings)


class _Grid:
    """Rows of prices, and of a market file beside them, on sessions x tickers."""

    def __init__(self, days: Days, prices: PriceRows, official: PriceRows | None) -> None:
        self._days = days
        self._parts = [prices] if official is None else [prices, official]
        there = [self._spread(rows, ~rows.is_refused) for rows in self._parts]
        traded = [self._spread(rows, rows.traded) for rows in self._parts]
        self.close = self._spread(prices, np.where(prices.traded, prices.values["close"], np.nan))
        """(T, N) of the prices; NaN without a trade."""
        self.refused = np.any([self._spread(rows, rows.is_refused) for rows in self._parts], axis=0)
        """(T, N) where either has a row that is not to be believed."""
        self.present = np.any(there, axis=0)
        """(T, N) where either has a row."""
        self.first = np.where(self.present.any(axis=0), self.present.argmax(axis=0), len(days))
        """(N,) the first such row; T where there is none."""
        self.traded = np.all([did | ~has for did, has in zip(traded, there, strict=True)], axis=0) & self.present
        """(T, N) where both say so; of two, what either knows of a halt counts: one of them may not carry volumes."""

    def latest(self, name: str) -> Floats:
        """(T, N) a column of the market file, and of the prices where that has none."""
        found = np.full(self.close.shape, np.nan)
        for rows in self._parts:
            if name in rows.values:
                grid = self._spread(rows, rows.values[name])
                found = np.where(np.isfinite(grid), grid, found)
        return found

    def _spread(self, rows: PriceRows, values: NDArray[Any]) -> NDArray[Any]:
        return rows.spread(self._days, values)


def _refuse_other_rates(from_close: Floats, from_rate: Floats, span: NDArray[np.int64]) -> None:
    """Raises:
    DataError: rates and closes agree hardly anywhere, or one is in % and the other in decimals.
    """
    both = np.isfinite(from_rate) & np.isfinite(from_close) & (span == 1)
    differs = both & (np.abs(from_close - from_rate) > NEAR)
    enough = both.sum() >= 20
    in_decimals = enough and np.median(np.abs(from_close[both])) > 20 * np.median(np.abs(from_rate[both]))
    if in_decimals or (enough and differs.sum() > both.sum() / 2):
        raise DataError(
            "change_pct contradicts the closes on most of {count} rows",
            hint="check that it is in % and belongs to these closes",
            count=both.sum(),
        )


def _beyond_limit(returns: Floats, before: Floats, price_limit: float) -> Bools:
    """(T, N) returns beyond the daily price limit.

    A price cannot move during a halt, so the first return after one is under the limit too.
    """
    if not price_limit:
        return np.zeros(returns.shape, dtype=bool)
    rounding = np.where(before > 0, 1.0 / np.where(before > 0, before, 1.0), 0.0)
    beyond: Bools = np.abs(returns) > price_limit + rounding + 0.001
    return beyond


def _findings(panel: Panel, grid: _Grid, beyond: Bools, told: Sequence[Finding]) -> list[Finding]:
    """What a reader of the panel should know: sessions, rows and levels that are missing, halts, impossible returns."""
    days, present = panel.sessions, grid.present
    step, empty = np.arange(len(days))[:, None], np.asarray(~present.any(axis=1))
    last = len(days) - 1 - present[::-1].argmax(axis=0)
    absent = ~present & (step > grid.first) & (step < last) & ~empty[:, None]
    findings = Finding.at("session_missing", [str(day) for day in days[empty]])
    for code, where in (
        ("halted", present & ~grid.traded),
        ("gap", absent & ~grid.refused),
        ("beyond_limit", beyond),
    ):
        cells = np.argwhere(where)
        examples = [f"{panel.tickers[column]} {days[row]}" for row, column in cells[:EXAMPLES]]
        findings += Finding.at(code, examples, len(cells))
    findings += told
    for name, series in panel.benchmarks.items():
        lacking = [f"{name} {days[row]}" for row in np.flatnonzero(~np.isfinite(series)) if row]
        findings += Finding.at("benchmark_gap", lacking)
    return findings


def _sessions(parts: Sequence[PriceRows], benchmarks: ByMarket, calendar: Calendar | None) -> Days:
    """Days with prices, and sessions between them: of the calendar, or on which an index moved."""
    days = np.unique(np.concatenate([long.day for long in parts]))
    moved = [at[1:][np.diff(close) != 0] for at, close in benchmarks.values()]
    index_days = np.unique(np.concatenate(moved)) if moved else days[:0]
    if calendar is not None and days.size:
        between = calendar.sessions(days[0].item(), days[-1].item())
        # Stocks of which none traded do not make a holiday of a day on which an index moved.
        closed = {day for long in parts for day in long.closed} - set(index_days.tolist())
        return np.union1d(days, np.array([day for day in between if day not in closed], dtype="datetime64[D]"))
    if not moved or not days.size:
        return days
    inside = (index_days >= days[0]) & (index_days <= days[-1]) & np.is_busday(index_days)
    return np.union1d(days, index_days[inside])


def _rows_since(row_there: Bools, previous: NDArray[np.int64]) -> NDArray[np.int64]:
    """(T, N) rows of the ticker's own after its previous trade, up to and with each row."""
    count = np.cumsum(row_there, axis=0)
    return count - np.take_along_axis(count, np.maximum(previous, 0), axis=0)


def _previous_trade(has_traded: Bools) -> NDArray[np.int64]:
    """(T, N) row of the last trade before each row; -1 without one."""
    rows = np.where(has_traded, np.arange(len(has_traded))[:, None], -1)
    latest = np.maximum.accumulate(rows, axis=0)
    return np.vstack([np.full((1, rows.shape[1]), -1), latest[:-1]])


def limits_touched(returns: Floats, high: Floats, low: Floats, close: Floats, price_limit: float) -> NDArray[np.int8]:
    """+1 where a (T, N) return closed at the upper limit, -1 at the lower; `high`, `low`, `close` NaN if unknown."""
    touched = price_limit - (0.30 - _LIMIT_TOUCHED)
    with np.errstate(invalid="ignore"):
        up = (returns >= touched) & ~(close < high)
        down = (returns <= -touched) & ~(close > low)
    if not price_limit:
        return np.zeros(returns.shape, dtype=np.int8)
    return up.astype(np.int8) - down.astype(np.int8)


def on_days(days: Days, at: Days, values: Floats) -> Floats:
    """(T,) `values` on the days of the panel; NaN on the others."""
    aligned = np.full(len(days), np.nan)
    here = np.isin(at, days)
    aligned[np.searchsorted(days, at[here])] = values[here]
    return aligned


def _index_returns(days: Days, at: Days, close: Floats) -> Floats:
    aligned = on_days(days, at, close)
    before = np.full(len(days), np.nan)
    before[1:] = aligned[:-1]
    # The session before the panel's first one is in the index file more often than not.
    if len(days):
        earlier = at < days[0]
        before[0] = close[earlier][-1] if earlier.any() else np.nan
    result: Floats = aligned / before - 1.0
    return result


class EventTime(NamedTuple):
    """An event's place among T sessions."""

    row: int
    """Row of the event day, tau = 0."""
    event_day: date
    base: date
    """The session before the event day."""


def place_event(
    sessions: Days, name: str, news: date, event_day: date | None = None, base: date | None = None
) -> EventTime:
    """Find the event day, the first session on or after the news, and check what the configuration says of it.

    `sessions` (T,) are ascending; a single one is taken at its word, with the configured base. `name` is how messages
    call the event, `news` the first day on which KRX could have reacted.
    """
    days: list[date] = sessions.astype("datetime64[D]").tolist()
    row = int(np.searchsorted(sessions, np.datetime64(event_day or news)))
    if row >= len(days):
        raise DataError(
            "{name}: no session from {day} on: the prices end on {last}",
            name=name,
            day=event_day or news,
            last=days[-1],
        )
    found = days[row]
    if event_day is not None and found != event_day:
        raise DataError(
            "{name}: {event_day} is not a session in the prices (next is {found})",
            hint="correct event_day, or add the session",
            name=name,
            event_day=event_day,
            found=found,
        )
    if row == 0:
        if len(days) == 1 and base is not None:
            return EventTime(row, found, base)
        raise DataError(
            "{name}: the prices start on {first}: the session before the event is missing", name=name, first=days[0]
        )
    before = days[row - 1]
    if base is not None and before != base:
        raise DataError(
            "{name}: the session before {found} is {before} in the prices, not {base}",
            hint="correct base, or add the session",
            name=name,
            found=found,
            before=before,
            base=base,
        )
    return EventTime(row, found, before)
