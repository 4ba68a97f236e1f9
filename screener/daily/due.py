"""Which reports are due: one for each session on which an event is still open, once its figures are final."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from screener.app.trend import open_for
from screener.archive.filed import seems_whole
from screener.archive.history import REVISION, Row
from screener.config import Settings
from screener.data.store import Store
from screener.krx.calendar import Calendar
from screener.krx.tables import INDICES, MARKET, PRICES

LOOKS = (1, 5)
"""Sessions after which a session is asked for once more, for KRX corrects figures late: the next day, and a week on."""


def newest_final(calendar: Calendar, way: str, now: datetime) -> date:
    """The newest session whose volumes and flows are final too, and that `way` has by now."""
    day = calendar.last_final(now)
    early = not calendar.settled(day, now) or (way == "openapi" and day == now.date())
    return calendar.before(day) if early else day


def begun(settings: Settings, calendar: Calendar, through: date) -> bool:
    """Whether any event's day is over by `through`."""
    days = [one.event_day or calendar.first_on_or_after(one.first_day) for one in settings.events.values()]
    return any(day <= through for day in days)


def held(store: Store, way: str, through: date) -> dict[date, datetime]:
    """Sessions that the store has of `way`, ascending, and when each was written last.

    Raises:
        DataError: what it has is damaged.
    """
    return {day: at for day, at in store.main_table(way).sessions.items() if day <= through}


def to_look_at_again(stored: Mapping[date, datetime], coming: date, looked: Mapping[str, str]) -> list[date]:
    """Sessions that are old enough for another look.

    Args:
        stored: sessions, and when each was written, ascending.
        coming: the session after them.
        looked: by session, the day on which it was last asked for once more, though nothing had to be written.
    """
    sessions = [*stored, coming]
    found = []
    for at, (day, written) in enumerate(stored.items()):
        age = len(stored) - at
        last = max(looked.get(day.isoformat(), ""), written.date().isoformat())
        seen = bisect_right(sessions, date.fromisoformat(last)) - 1 - at
        if age <= 2 * max(LOOKS) and any(seen < look <= age for look in LOOKS):
            found.append(day)
    return found


@dataclass(frozen=True)
class Span:
    """The sessions of one event's reports."""

    event: str
    days: tuple[date, ...]
    """Ascending; none before its event day has come."""
    last: date | None
    """The last one there will be, None while the event is open."""


def spans(settings: Settings, sessions: Sequence[date], *, everything: bool) -> list[Span]:
    """Of each configured event, the sessions on which its windows, claims or path still grow.

    Args:
        settings: what is configured.
        sessions: those whose figures are there, ascending.
        everything: whether an event that is over gets a report as of the newest session all the same.
    """
    found = []
    for name, event in settings.events.items():
        start = bisect_left(sessions, event.event_day or event.first_day)
        length = open_for(settings, name) + 1
        days = list(sessions[start : start + length])
        over = len(sessions) > start + length
        last = days[-1] if over else None
        if over and everything:
            days.append(sessions[-1])
        found.append(Span(name, tuple(days), last))
    return found


def bases(store: Store, way: str) -> dict[date, str]:
    """By session, the stored sessions up to it: another word, if any of them was written anew."""
    digest = hashlib.sha256()
    if way == "file":  # which takes up the same files on each run
        for kind in (MARKET, PRICES, INDICES):
            digest.update((kind.name + store.table(way, kind).digest()).encode())
        return dict.fromkeys(held(store, way, date.max), digest.hexdigest()[:32])
    written: dict[date, str] = {}
    for kind in (MARKET, PRICES, INDICES):
        for day, fetched in store.table(way, kind).sessions.items():
            written[day] = f"{written.get(day, '')} {kind.name} {fetched.isoformat()}"
    found = {}
    for day in sorted(written):
        digest.update(f"{day}{written[day]}\n".encode())
        found[day] = digest.hexdigest()[:32]
    return found


def key(day: date, event: str) -> str:
    """How a report is called: its directory below the reports."""
    return f"{day.isoformat()}/{event}"


def rests_on(stored: Mapping[date, str], found: Sequence[Span], history: Sequence[Row]) -> dict[str, str]:
    """By report, what it rests on: the stored sessions up to its day, and the rows of the history up to its own.

    Its trend is made of the rows before it; its own are among them so that one that was damaged is made again.

    Args:
        stored: as `bases` gives them.
        found: what there is to report on.
        history: rows of history.csv.
    """
    told: dict[str, list[Row]] = {}
    for row in history:
        told.setdefault(f"{row['as_of']}/{row['event']}", []).append(row)
    on = {}
    for span in found:
        digest = hashlib.sha256()
        for day in span.days:
            name = key(day, span.event)
            # Columns that a later version adds are empty in rows of an earlier one.
            rows = [sorted(cell for cell in row.items() if cell[1]) for row in told.get(name, ())]
            digest.update(repr(rows).encode())
            on[name] = f"{stored[day]}-{digest.hexdigest()[:16]}"
    return on


def due(root: Path, found: Sequence[Span], sound: Collection[str], history: Sequence[Row]) -> dict[date, list[str]]:
    """By session, the events whose report is missing, or rests on figures that were corrected since.

    Args:
        root: the reports directory.
        found: what there is to report on.
        sound: the reports that were made on what they rest on now.
        history: rows of history.csv.
    """
    known = {(row["as_of"], row["event"], row.get(REVISION) or "1") for row in history}
    missing: dict[date, list[str]] = {}
    for span in found:
        for day in span.days:
            name = key(day, span.event)
            in_history = (day.isoformat(), span.event, str(seems_whole(root / name))) in known
            if not in_history or name not in sound:
                missing.setdefault(day, []).append(span.event)
    return dict(sorted(missing.items()))


def with_later(
    todo: Mapping[date, Sequence[str]], found: Sequence[Span], history: Sequence[Row]
) -> dict[date, list[str]]:
    """`todo`, and of each event the reports after one that the history lacks: it enters their trend.

    Args:
        todo: as `due` gives it.
        found: what there is to report on.
        history: rows of history.csv.
    """
    told = {(row["as_of"], row["event"]) for row in history}
    wanted = {day: list(events) for day, events in todo.items()}
    for span in found:
        lacking = next((place for place, day in enumerate(span.days) if (str(day), span.event) not in told), None)
        for day in span.days[lacking:] if lacking is not None else ():
            if span.event not in wanted.setdefault(day, []):
                wanted[day].append(span.event)
    return dict(sorted(wanted.items()))
