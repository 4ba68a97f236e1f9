"""Rows of price files, and what is read from the store once more: put in order, and held against the calendar
and against themselves.

What can be mended or left out is a `Finding`, what would make figures wrong an error.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from screener.data.findings import Finding, refuse
from screener.data.price_rows import PriceRows
from screener.data.refusals import LARGEST
from screener.data.witnesses import (
    LARGEST_RATE,
    LEAST_RATE,
    Columns,
    columns,
    equal,
    false_caps,
    outside_range,
    repeated,
)
from screener.errors import DataError
from screener.i18n import _
from screener.krx.calendar import LONGEST_CLOSURE, Calendar
from screener.krx.tables import Bools, Days, Floats, to_numpy

_SHOWS = 10
"""Sessions from which two stocks with the same figures are one."""
_STANDS_STILL = 3
"""Sessions with the same close from which there was no trade."""
_FOUNDED = date(1956, 3, 3)
"""KRX's first session."""
_SHIFT_SHOWS = 10
"""Days from which it shows that all dates are a day early or late."""


def clean(
    long: PriceRows,
    what: str,
    calendar: Calendar | None = None,
    after_market: date | None = None,
    *,
    strict: bool = False,
) -> tuple[PriceRows, list[Finding]]:
    """Rows sorted by ticker and date, each once, without rows of days on which the market was closed.

    Rows that are not to be believed lose their close, and are marked as `refused`.

    Args:
        long: the rows.
        what: how messages call where they come from.
        calendar: whose sessions the days must be; None = weekdays on which somebody traded.
        after_market: from then on a close may be one of the after-market, beyond its own high and low.
        strict: whether a figure that cannot be is an error.

    Raises:
        DataError: two rows that contradict each other, or sessions on days on which KRX was closed.
    """
    findings = Finding.at("zeros_restored", (), long.restored_zeros)
    order = np.lexsort((long.day, long.ticker))
    moved = order != np.argsort(long.ticker, kind="stable")
    findings += Finding.at("unsorted", (), int(moved.sum()))
    long, found = _without_closed_days(long.take(order), calendar, what)
    findings += found
    again = _again(long, what)
    if again.any():
        findings += Finding.at("duplicates", long.places(again).values())
        long = long.take(~again)
    if strict:
        _refuse_values(long, what)
    long, found = _believed(long, after_market)
    return long, findings + found


def _believed(long: PriceRows, after_market: date | None) -> tuple[PriceRows, list[Finding]]:
    """Sorted rows, each once, without the figures that cannot be."""
    values, close = dict(long.values), long.values["close"]
    findings: list[Finding] = []

    def say(code: str, rows: Bools) -> None:
        findings.extend(Finding.at(code, long.places(rows).values()))

    no_rate = _no_rate(long.column("change_pct"))
    if no_rate.any():
        say("impossible_rate", no_rate)
        values["change_pct"] = np.where(no_rate, np.nan, values["change_pct"])
    say("missing_price", np.isnan(close))
    say("zero_price", (close == 0) & long.untraded)
    same = long.continued
    before = {name: np.where(same, np.roll(column, 1), np.nan) for name, column in values.items()}
    regular = np.ones(len(close), dtype=bool) if after_market is None else long.day < np.datetime64(after_market)
    refused = np.zeros(len(close), dtype=bool)
    for code, wrong in (
        ("impossible", _impossible(long)),
        ("outside_range", outside_range(values) & regular),
        ("repeated", repeated(values, before, long.day) & same),
    ):
        say(code, wrong & ~refused)
        refused |= wrong
    twins = _twins(long)
    findings += Finding.at("twins", [long.tickers[ticker] for ticker in twins])
    refused |= np.isin(long.ticker, twins)
    if "marcap" in values:
        false = false_caps(values) & ~refused
        say("false_cap", false)
        values["marcap"] = np.where(false | ~(values["marcap"] > 0), np.nan, values["marcap"])
    values["close"] = np.where(refused, np.nan, close)
    halted, still = _untold_halts(values, before["close"], same)
    if (halted | still).any():
        say("untold_halt", halted)
        say("stands_still", still)
        values["volume"] = np.where(halted | still, 0.0, long.column("volume"))
    return replace(long, values=values, refused=refused), findings


def _refuse_values(long: PriceRows, what: str) -> None:
    """What goes into the store is held against what is known; what cannot be is not even taken."""
    cannot = {name: np.isinf(column) | (column < 0) for name, column in long.values.items() if name != "change"}
    if "change_pct" in cannot:
        cannot["change_pct"] = _no_rate(long.values["change_pct"])
    for name, wrong, why in (
        ("close", _no_price(long), _("is not a price")),
        *((*one, _("is impossible")) for one in cannot.items()),
    ):
        refuse(
            wrong,
            "{what}: {ticker} on {day}: {name} {value:g} {why}{more}",
            hint="correct it or delete the row",
            what=what,
            ticker=long.named,
            day=long.day,
            name=name,
            value=long.values[name],
            why=why,
        )


def _no_price(long: PriceRows) -> Bools:
    """Rows whose close is no price, and is not that of a day without a trade either."""
    close = long.values["close"]
    return np.asarray((close <= 0) & ~((close == 0) & long.untraded))


def _no_rate(percent: Floats) -> Bools:
    """No rate, in %, is as low, or as high."""
    found: Bools = (percent <= 100 * LEAST_RATE) | (percent > 100 * LARGEST_RATE)
    return found


def _twins(long: PriceRows) -> list[int]:
    """Stocks with the very closes and volumes of another one on every session, and of those some that differ."""
    if "volume" not in long.values:
        return []
    starts = np.flatnonzero(np.diff(long.ticker, prepend=-1))
    found: dict[bytes, list[int]] = {}
    for start, end in pairwise([*starts.tolist(), len(long.ticker)]):
        figures = [column[start:end] for column in (long.values["close"], long.values["volume"])]
        if end - start >= _SHOWS and all(len(np.unique(column)) >= _SHOWS // 2 for column in figures):
            days = long.day[start:end].astype(np.int64)
            found.setdefault(np.concatenate([days, *figures]).tobytes(), []).append(int(long.ticker[start]))
    return [ticker for alike in found.values() if len(alike) > 1 for ticker in alike]


def _impossible(long: PriceRows) -> Bools:
    """Rows with a figure that no row can have."""
    wrong = _no_price(long)
    for name, column in long.values.items():
        if name not in ("change_pct", "change"):
            wrong |= np.isinf(column) | (column < 0) | (column > LARGEST)
    return np.asarray(wrong)


def _again(long: PriceRows, what: str) -> Bools:
    """Sorted rows that say the same as the one before them."""
    again = long.continued
    again[1:] &= long.day[1:] == long.day[:-1]
    for name, column in long.values.items() if again.any() else ():
        refuse(
            again[1:] & ~equal(column[1:], column[:-1]),
            "{what}: {ticker} on {day} is listed twice, with {name} {first:g} and {second:g}{more}",
            hint="delete the wrong row",
            what=what,
            ticker=long.named[1:],
            day=long.day[1:],
            name=name,
            first=column[:-1],
            second=column[1:],
        )
    return again


def _untold_halts(rows: Columns, before: Floats, same: Bools) -> tuple[Bools, Bools]:
    """Rows of no trade that no volume tells; and those of which only closes that stand still tell it.

    The whole row stands at the close before it, or has nothing but that close where other rows have more. Of closes
    alone, three equal ones in a row are as good as never trades. `same`: whether the row before is of the same stock.
    """
    close, opened, high, low, volume = columns(rows, "close", "open", "high", "low", "volume")
    stands = (close == before) & np.isnan(volume) & same
    flat = stands & (opened == close) & (high == close) & (low == close)
    blank = np.isnan(opened) & np.isnan(high) & np.isnan(low)
    more = bool(np.isfinite(volume).any() or np.isfinite(opened).any())
    if more:
        return flat | (stands & blank), np.zeros(len(close), dtype=bool)
    run = np.zeros(len(close), dtype=np.int64)
    # How many rows in a row have stood still up to each, and then up to the end of its run.
    starts = np.flatnonzero(~stands)
    if starts.size:
        number = np.searchsorted(starts, np.arange(len(close)), side="right") - 1
        length = np.bincount(np.maximum(number, 0), minlength=starts.size) - 1
        run = np.where(stands, length[np.maximum(number, 0)], 0)
    return flat, run >= _STANDS_STILL


def _without_closed_days(long: PriceRows, calendar: Calendar | None, what: str) -> tuple[PriceRows, list[Finding]]:
    """A filled-in weekend or holiday is no session: it would shift every window that spans it.

    `long` is sorted by ticker and date.
    """
    days, position = np.unique(long.day, return_inverse=True)
    weekend = ~np.is_busday(days)
    # One stock without a trade is halted; a day on which none of several traded, although they did before and
    # after, was no session.
    several = np.bincount(position, minlength=len(days)) > 1
    anything = (np.bincount(position, weights=~long.untraded, minlength=len(days)) > 0) | ~several
    closed = weekend | ~anything
    if calendar is not None:
        trades = np.array([calendar.is_session(day) for day in days.tolist()], dtype=bool)
        _refuse_sessions_on(days, ~trades, position, long, calendar, what)
        long = replace(long, closed=frozenset(days[trades & ~anything].tolist()))
        closed = ~trades | ~anything
    if not closed.any():
        return long, []
    rows = closed[position]
    return long.take(~rows), Finding.at("closed_days", [str(day) for day in days[closed]], int(rows.sum()))


def _refuse_sessions_on(
    days: Days, closed: Bools, position: NDArray[np.intp], long: PriceRows, calendar: Calendar, what: str
) -> None:
    """Figures of their own on a closed day, with a session missing beside it, are those of another day."""
    if not closed.any():
        return
    close = long.values["close"]
    own = long.traded & ~(long.continued & (close == np.roll(close, 1)))
    moved = np.bincount(position, weights=own, minlength=len(days)) > max(1, len(np.unique(long.ticker)) // 2)
    there = set(days.tolist())
    for day in days[closed & moved].tolist():
        beside = calendar.sessions(max(day - LONGEST_CLOSURE, min(there)), min(day + LONGEST_CLOSURE, max(there)))
        if not there.issuperset(beside):
            lacking = min(set(beside) - there, key=lambda one: abs(one - day))
            raise DataError(
                "{what}: KRX was closed on {day}, and the session {lacking} is missing",
                hint="correct the dates; if KRX traded, add the day to opened in [calendar] of screener.toml",
                what=what,
                day=day,
                lacking=lacking,
            )


def refuse_untraded(prices: PriceRows, called: str, hint: str = "") -> None:
    """Refuse prices in which none of the stocks that were asked for has a trade; `hint`: what helps against it."""
    if not prices.traded.any():
        raise DataError(
            "{called}: none of the {count} configured tickers ever traded",
            hint=hint,
            called=called,
            count=len(prices.tickers),
        )


def dated(table: pa.Table, called: str, calendar: Calendar, today: date, said: list[Finding]) -> pa.Table:
    """Rows of a file under their own dates; what was mended is `said`.

    Dates that all are a day early, as midnight in Seoul is in UTC, or a day late, have one reading only: they leave
    Sundays and Saturdays that no session has, and every one of them is a session once it is moved.

    Raises:
        DataError: days to come, or before there was an exchange.
    """
    days = to_numpy(pc.unique(table["date"]))
    trades = [calendar.is_session(day) for day in days.tolist()]
    for by, code in ((1, "day_early"), (-1, "day_late")):
        moved = days + np.timedelta64(by, "D")
        if len(days) >= _SHIFT_SHOWS and np.mean(trades) < 0.9 and all(map(calendar.is_session, moved.tolist())):
            said += Finding.at(code, [called])
            there = pc.cast(pc.add(table["date"].cast(pa.int32()), pa.scalar(by, pa.int32())), pa.date32())
            table = table.set_column(table.column_names.index("date"), "date", there)
            days = moved
            break
    refuse(
        days > np.datetime64(today),
        "{called}: {day} is in the future (today is {today})",
        hint="correct the date",
        called=called,
        day=days,
        today=today,
    )
    refuse(
        days < np.datetime64(_FOUNDED),
        "{called}: {day} is before the exchange opened",
        hint="correct the date",
        called=called,
        day=days,
    )
    return table
