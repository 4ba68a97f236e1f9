"""The days that rows from outside stand on, against the calendar: no sessions, and dates that are moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from screener.data.findings import EXAMPLES, Finding, refuse
from screener.data.price_rows import PriceRows
from screener.errors import DataError
from screener.krx.calendar import LONGEST_CLOSURE, Calendar
from screener.krx.tables import Days, to_numpy


def without_closed_days(long: PriceRows, calendar: Calendar | None, what: str) -> tuple[PriceRows, list[Finding]]:
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
    found = Finding("closed_days", "warning", int(rows.sum()), tuple(str(day) for day in days[closed][:EXAMPLES]))
    return long.take(~rows), [found]


def _refuse_sessions_on(
    days: Days, closed: NDArray[np.bool_], position: NDArray[np.intp], long: PriceRows, calendar: Calendar, what: str
) -> None:
    """Figures of their own on a closed day, with a session missing beside it, are those of another day."""
    if not closed.any():
        return
    close = long.values["close"]
    same = np.concatenate([[False], long.ticker[1:] == long.ticker[:-1]])[: len(close)]
    own = np.isfinite(close) & (close > 0) & ~long.untraded & ~(same & (close == np.roll(close, 1)))
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


_FOUNDED = date(1956, 3, 3)
"""KRX's first session."""
_SHIFT_SHOWS = 10
"""Days from which it shows that all dates are a day early or late."""


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
            said += Finding.at(code, "warning", [called])
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
