"""Which reports are due: one for each session on which an event is open, once its figures are final."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from screener.archive import report_name
from screener.archive.history import REVISION, Row, sessions_open
from screener.archive.reports import stored_revision
from screener.config import Settings
from screener.data.sources import LAST_PRICES
from screener.data.store import Store
from screener.krx.calendar import Calendar
from screener.krx.tables import INDICES, MARKET, PRICES

LOOKS = (1, 5)
"""Sessions after which a session is fetched again, since KRX corrects figures late: the next day, and a week later."""


def complete_from(calendar: Calendar, way: str, day: date) -> datetime:
    """When the volumes and flows of `day` are final as well, and `way` has them, aware."""
    return max(calendar.schedule.settles(day, last_prices=way in LAST_PRICES), calendar.published(way, day))


def newest_final(calendar: Calendar, way: str, now: datetime) -> date:
    """The newest session whose volumes and flows are final as well, and that `way` has by now."""
    day = calendar.last_final(now)
    while complete_from(calendar, way, day) > now:
        day = calendar.before(day)
    return day


def any_begun(settings: Settings, calendar: Calendar, through: date) -> bool:
    """Whether the day of any event is over by `through`."""
    return any(event.session(calendar) <= through for event in settings.events.values())


def stored_sessions(store: Store, way: str, through: date) -> dict[date, datetime]:
    """The stored sessions of `way` through `through`, ascending, and when each was written last.

    Raises:
        DataError: the store is damaged.
    """
    return {day: at for day, at in store.main_table(way).sessions.items() if day <= through}


def to_look_at_again(stored: Mapping[date, datetime], coming: date, looked: Mapping[str, str]) -> list[date]:
    """Sessions that are old enough for another look.

    `looked` has, by session, the day on which it was last fetched again, though nothing had to be written.
    """
    sessions = [*stored, coming]
    days = []
    for index, (day, written) in enumerate(stored.items()):
        age = len(stored) - index
        last = max(looked.get(day.isoformat(), ""), written.date().isoformat())
        age_then = bisect_right(sessions, date.fromisoformat(last)) - 1 - index
        if age <= 2 * max(LOOKS) and any(age_then < look <= age for look in LOOKS):
            days.append(day)
    return days


class Span(NamedTuple):
    """The sessions of one event's reports."""

    event: str
    days: tuple[date, ...]
    """Ascending; none before the event day."""
    last: date | None
    """The last one there will be, None while the event is open."""


def spans(settings: Settings, sessions: Sequence[date], *, everything: bool) -> list[Span]:
    """Of each configured event, those of the stored `sessions` on which its windows, claims or path still grow.

    With `everything` an event that is over gets a report as of the newest session all the same.
    """
    found = []
    for name, event in settings.events.items():
        start = bisect_left(sessions, event.earliest_session)
        length = sessions_open(settings, name) + 1
        days = list(sessions[start : start + length])
        over = len(sessions) > start + length
        last = days[-1] if over else None
        if over and everything:
            days.append(sessions[-1])
        found.append(Span(name, tuple(days), last))
    return found


def _store_digests(store: Store, way: str) -> dict[date, str]:
    """By session, a digest of the stored sessions up to it, which changes if any of them is written again."""
    digest = hashlib.sha256()
    if way == "file":  # which takes up the same files on each run
        for kind in (MARKET, PRICES, INDICES):
            digest.update((kind.name + store.table(way, kind).digest()).encode())
        return dict.fromkeys(stored_sessions(store, way, date.max), digest.hexdigest()[:32])
    written: dict[date, str] = {}
    for kind in (MARKET, PRICES, INDICES):
        for day, fetched in store.table(way, kind).sessions.items():
            written[day] = f"{written.get(day, '')} {kind.name} {fetched.isoformat()}"
    found = {}
    for day in sorted(written):
        digest.update(f"{day}{written[day]}\n".encode())
        found[day] = digest.hexdigest()[:32]
    return found


def report_digests(store: Store, way: str, found: Sequence[Span], history: Sequence[Row]) -> dict[str, str]:
    """By report, a digest of what it rests on: the stored sessions up to its day, and the history up to its own rows.

    Its trend is made of the rows before it; its own are among them so that a damaged one is made again.
    """
    digests = _store_digests(store, way)
    rows_of: dict[str, list[Row]] = {}
    for row in history:
        rows_of.setdefault(f"{row['as_of']}/{row['event']}", []).append(row)
    by_report = {}
    for span in found:
        digest = hashlib.sha256()
        for day in span.days:
            name = report_name(day, span.event)
            # Columns that a later version adds are empty in rows of an earlier one.
            rows = [sorted(cell for cell in row.items() if cell[1]) for row in rows_of.get(name, ())]
            digest.update(repr(rows).encode())
            by_report[name] = f"{digests[day]}-{digest.hexdigest()[:16]}"
    return by_report


def due_reports(
    root: Path, found: Sequence[Span], sound: Collection[str], history: Sequence[Row]
) -> dict[date, list[str]]:
    """By session, the events whose report is missing, or rests on figures that were corrected since.

    `sound` names the reports that were made from what they rest on now; `history` holds the rows of history.csv.
    """
    known = {(row["as_of"], row["event"], row.get(REVISION) or "1") for row in history}
    due: dict[date, list[str]] = {}
    for span in found:
        for day in span.days:
            name = report_name(day, span.event)
            in_history = (day.isoformat(), span.event, str(stored_revision(root / name))) in known
            if not in_history or name not in sound:
                due.setdefault(day, []).append(span.event)
    return dict(sorted(due.items()))


def with_later_reports(
    due: Mapping[date, Sequence[str]], found: Sequence[Span], history: Sequence[Row]
) -> dict[date, list[str]]:
    """`due`, and of each event the reports after one that the history lacks, since it enters their trend."""
    known = {(row["as_of"], row["event"]) for row in history}
    wanted = {day: list(events) for day, events in due.items()}
    for span in found:
        lacking = next((index for index, day in enumerate(span.days) if (str(day), span.event) not in known), None)
        for day in span.days[lacking:] if lacking is not None else ():
            if span.event not in wanted.setdefault(day, []):
                wanted[day].append(span.event)
    return dict(sorted(wanted.items()))
