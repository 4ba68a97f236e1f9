"""Which session an event belongs to, as the data has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from screener.errors import DataError
from screener.krx.tables import Days


@dataclass(frozen=True)
class EventTime:
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

    Args:
        sessions: (T,) sessions, ascending; a single one is taken at its word, with the configured base.
        name: how messages call the event.
        news: first day on which KRX could have reacted.
        event_day: configured event day, or None.
        base: configured base, or None.

    Raises:
        DataError: the event is not covered, or the data and the configuration contradict each other.
    """
    first, last = _day(sessions[0]), _day(sessions[-1])
    row = int(np.searchsorted(sessions, np.datetime64(event_day or news)))
    if row >= len(sessions):
        raise DataError(
            "{name}: no session from {day} on: the prices end on {last}",
            name=name,
            day=event_day or news,
            last=last,
        )
    found = _day(sessions[row])
    if event_day is not None and found != event_day:
        raise DataError(
            "{name}: {event_day} is no session in the prices (next is {found})",
            hint="mend event_day, or add the session",
            name=name,
            event_day=event_day,
            found=found,
        )
    if row == 0:
        if len(sessions) == 1 and base is not None:
            return EventTime(row, found, base)
        raise DataError(
            "{name}: the prices start on {first}: the session before the event is missing", name=name, first=first
        )
    before = _day(sessions[row - 1])
    if base is not None and before != base:
        raise DataError(
            "{name}: the session before {found} is {before} in the prices, not {base}",
            hint="mend base, or add the session",
            name=name,
            found=found,
            before=before,
            base=base,
        )
    return EventTime(row, found, before)


def _day(session: np.datetime64) -> date:
    day: date = session.astype("datetime64[D]").item()
    return day
