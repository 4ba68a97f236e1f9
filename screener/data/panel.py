"""The panel: aligned arrays, sessions x tickers, that every study works on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screener.data.longform import Long
from screener.data.quality import EXAMPLES, Finding, Severity, finding, traded
from screener.errors import DataError
from screener.krx.tables import Days

Floats = NDArray[np.float64]

LIMIT_TOUCHED = 0.295
"""A limit price is rounded down to a tick of at most 0.5 % of the price, so a return at the limit is 29.5 to 30 %."""
RATE_DISAGREES = 0.005
"""Adjusted closes are rounded to whole won; a larger distance from the official rate means something else."""


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
    suspect: NDArray[np.bool_]
    """(T, N) the return was beyond the daily price limit, so it cannot be right; it is NaN."""
    actions: NDArray[np.bool_]
    """(T, N) the official rate differs from the change of the closes: a split, a rights issue, a capital reduction."""
    benchmarks: Mapping[str, Floats]
    """(T,) return of each market's index, decimal."""
    market_caps: Mapping[str, Floats]
    """(T,) capitalisation of all stocks of each market together, KRW; empty where no file covers a whole market."""
    first_price: Days
    """(N,) first session with a row for the ticker; NaT without any."""

    @property
    def daily_returns(self) -> Floats:
        """(T, N) returns over exactly one session: what a model of daily returns may be fitted to."""
        return np.where(self.span == 1, self.returns, np.nan)


def checksum(panel: Panel) -> str:
    """SHA-256, in hex, of all that a study takes from a panel: equal prices give equal ones, however they came."""
    digest = hashlib.sha256("\n".join(panel.tickers).encode())
    for name in sorted(panel.benchmarks):
        digest.update(name.encode() + panel.benchmarks[name].tobytes())
    for name in sorted(panel.market_caps):
        digest.update(name.encode() + panel.market_caps[name].tobytes())
    for array in (panel.sessions, panel.returns, panel.span, panel.volume, panel.caps, panel.limit, panel.suspect):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def build_panel(
    prices: Long,
    official: Long | None,
    benchmarks: Mapping[str, tuple[Days, Floats]],
    tickers: Sequence[str],
    price_limit: float,
    *,
    adjusted: bool = True,
) -> tuple[Panel, list[Finding]]:
    """Align cleaned rows on sessions and turn prices into returns.

    A return is the official change rate against the base price where there is one, which is right through splits,
    rights issues and capital reductions, and else the change of the adjusted close since the previous trade. The
    first price of a ticker has no return: a listing-day rate is against the offer price.

    Args:
        prices: closes, cleaned.
        official: rows of a market file with `change_pct` and `marcap`, cleaned; they take precedence.
        benchmarks: days and closes of each market's index.
        tickers: what the rows' ticker numbers point into; the panel's columns.
        price_limit: daily limit as a decimal; 0 for a market without one.
        adjusted: whether `prices` are adjusted; the change of raw closes is no return.
    """
    days = _sessions([prices] if official is None else [prices, official], benchmarks)
    shape = (len(days), len(tickers))

    def spread(long: Long, name: str) -> Floats:
        grid = np.full(shape, np.nan)
        if name in long.values:
            grid[np.searchsorted(days, long.day), long.ticker] = long.values[name]
        return grid

    def flags(long: Long, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        grid = np.zeros(shape, dtype=bool)
        grid[np.searchsorted(days, long.day)[rows], long.ticker[rows]] = True
        return grid

    def latest(name: str) -> Floats:
        grid = spread(prices, name)
        if official is not None:
            theirs = spread(official, name)
            grid = np.where(np.isfinite(theirs), theirs, grid)
        return grid

    row_there = flags(prices, np.ones(len(prices.day), dtype=bool))
    has_traded = flags(prices, traded(prices))
    if official is not None:
        # What either file knows of a halt counts: one of them may not carry volumes.
        theirs_there = flags(official, np.ones(len(official.day), dtype=bool))
        theirs_traded = flags(official, traded(official))
        has_traded = (has_traded | ~row_there) & (theirs_traded | ~theirs_there) & (row_there | theirs_there)
        row_there |= theirs_there

    previous = _previous_trade(has_traded)
    step = np.arange(len(days))[:, None]
    has_return = has_traded & (previous >= 0)
    span = np.where(has_return, step - previous, 0)

    close = np.where(flags(prices, traded(prices)), spread(prices, "close"), np.nan)
    before = np.where(previous >= 0, np.take_along_axis(close, np.maximum(previous, 0), axis=0), np.nan)
    from_close = close / before - 1.0
    from_rate = np.where(has_return, latest("change_pct") / 100.0, np.nan)
    returns = np.where(np.isfinite(from_rate) | (not adjusted), from_rate, np.where(has_return, from_close, np.nan))

    both = np.isfinite(from_rate) & np.isfinite(from_close) & (span == 1)
    differs = both & (np.abs(from_close - from_rate) > RATE_DISAGREES)
    in_decimals = both.sum() >= 20 and np.median(np.abs(from_close[both])) > 20 * np.median(np.abs(from_rate[both]))
    if in_decimals or (both.sum() >= 20 and differs.sum() > both.sum() / 2):
        raise DataError(
            "change_pct does not go with the closes on most of {count} rows",
            hint="is it in %, and of these closes?",
            count=both.sum(),
        )

    beyond = np.zeros(shape, dtype=bool)
    if price_limit:
        rounding = np.where(before > 0, 1.0 / np.where(before > 0, before, 1.0), 0.0)
        # A price cannot move during a halt, so the first return after one is under the limit too. Where rows are
        # missing, nobody knows.
        without_gap = _rows_since(row_there, previous) == span
        # No limit holds while a stock is traded for the last time before it leaves: there rate and closes agree.
        confirmed = np.isfinite(from_rate) & (np.abs(from_close - from_rate) <= RATE_DISAGREES)
        beyond = has_return & without_gap & ~confirmed & (np.abs(returns) > price_limit + rounding + 0.001)
    returns[beyond] = np.nan
    span[~np.isfinite(returns)] = 0

    present = row_there.any(axis=0)
    first = np.where(present, row_there.argmax(axis=0), 0)
    panel = Panel(
        sessions=days,
        tickers=tuple(tickers),
        returns=returns,
        span=span,
        volume=latest("volume"),
        caps=latest("marcap"),
        limit=limits_touched(returns, latest("high"), latest("low"), close, price_limit),
        suspect=beyond,
        actions=differs & ~beyond,
        benchmarks={name: _index_returns(days, at, value) for name, (at, value) in benchmarks.items()},
        market_caps={
            name: _on(days, *caps) for name, caps in (official.market_caps.items() if official is not None else ())
        },
        first_price=np.where(present, days[first], np.datetime64("NaT")) if len(days) else np.array([], days.dtype),
    )

    last = np.where(present, len(days) - 1 - row_there[::-1].argmax(axis=0), -1)
    empty = np.asarray(~row_there.any(axis=1))
    absent = ~row_there & (step > first) & (step < last) & present & ~empty[:, None]
    findings = finding("session_missing", "warning", [str(day) for day in days[empty]])
    marked: tuple[tuple[str, Severity, NDArray[np.bool_]], ...] = (
        ("halted", "info", row_there & ~has_traded),
        ("gap", "warning", absent),
        ("beyond_limit", "warning", beyond),
        ("corporate_action", "info", differs & ~beyond),
    )
    for code, severity, where in marked:
        cells = np.argwhere(where)
        if len(cells):
            examples = tuple(f"{tickers[column]} {days[row]}" for row, column in cells[:EXAMPLES])
            findings.append(Finding(code, severity, len(cells), examples))
    for name, series in panel.benchmarks.items():
        lacking = [f"{name} {days[row]}" for row in np.flatnonzero(~np.isfinite(series)) if row]
        findings += finding("benchmark_gap", "warning", lacking)
    return panel, findings


def _sessions(parts: Sequence[Long], benchmarks: Mapping[str, tuple[Days, Floats]]) -> Days:
    """Days with prices, and days between them on which an index moved although no price is there."""
    days = np.unique(np.concatenate([long.day for long in parts]))
    moved = [at[1:][np.diff(close) != 0] for at, close in benchmarks.values()]
    if not moved or not days.size:
        return days
    index_days = np.unique(np.concatenate(moved))
    inside = (index_days >= days[0]) & (index_days <= days[-1]) & np.is_busday(index_days)
    return np.union1d(days, index_days[inside])


def _rows_since(row_there: NDArray[np.bool_], previous: NDArray[np.int64]) -> NDArray[np.int64]:
    """(T, N) rows of the ticker's own after its previous trade, up to and with each row."""
    count = np.cumsum(row_there, axis=0)
    return count - np.take_along_axis(count, np.maximum(previous, 0), axis=0)


def _previous_trade(has_traded: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(T, N) row of the last trade before each row; -1 without one."""
    rows = np.where(has_traded, np.arange(len(has_traded))[:, None], -1)
    latest = np.maximum.accumulate(rows, axis=0)
    return np.vstack([np.full((1, rows.shape[1]), -1), latest[:-1]])


def limits_touched(returns: Floats, high: Floats, low: Floats, close: Floats, price_limit: float) -> NDArray[np.int8]:
    """+1 where a (T, N) return closed at the upper limit, -1 at the lower; `high`, `low`, `close` NaN if unknown."""
    touched = price_limit - (0.30 - LIMIT_TOUCHED)
    with np.errstate(invalid="ignore"):
        up = (returns >= touched) & ~(close < high)
        down = (returns <= -touched) & ~(close > low)
    if not price_limit:
        return np.zeros(returns.shape, dtype=np.int8)
    return up.astype(np.int8) - down.astype(np.int8)


def _on(days: Days, at: Days, values: Floats) -> Floats:
    """(T,) `values` on the days of the panel; NaN on the others."""
    aligned = np.full(len(days), np.nan)
    here = np.isin(at, days)
    aligned[np.searchsorted(days, at[here])] = values[here]
    return aligned


def _index_returns(days: Days, at: Days, close: Floats) -> Floats:
    aligned = _on(days, at, close)
    before = np.full(len(days), np.nan)
    before[1:] = aligned[:-1]
    # The session before the panel's first one is in the index file more often than not.
    if len(days):
        earlier = at < days[0]
        before[0] = close[earlier][-1] if earlier.any() else np.nan
    result: Floats = aligned / before - 1.0
    return result
