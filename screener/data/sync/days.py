"""Whole-market sessions, each looked at beside its neighbours before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pyarrow as pa

from screener.data.progress import Progress
from screener.data.store import StoredTable
from screener.data.sync.plan import Fetched
from screener.data.sync.source import WholeMarket
from screener.errors import DataError, NetworkError
from screener.krx.calendar import Calendar
from screener.krx.checks import session_follows, session_is_open
from screener.krx.tables import MARKET


@dataclass
class Days:
    """Fetches one session after the other."""

    source: WholeMarket
    market: StoredTable
    calendar: Calendar
    now: Callable[[], datetime]
    progress: Progress
    fetched: Fetched
    indices: StoredTable
    """Whose sessions were sessions, whatever the answer for them looks like."""
    waiting: dict[date, pa.Table] = field(default_factory=dict)
    """Sessions that came and are not stored yet."""
    closed: list[date] = field(default_factory=list)
    latest: tuple[date, pa.Table] | None = None
    """What came last, which is the session before the next one."""
    again: set[date] = field(default_factory=set)
    """Stored sessions that were asked for once more."""

    def fetch(self, days: Sequence[date]) -> None:
        """Fetch the sessions of `days`, ascending, and keep what came even if not all of them did.

        Raises:
            DataError: a session is not whole, or contradicts itself or its neighbours.
            NetworkError: no answer, or an old one.
        """
        started = self.now()
        try:
            for day in days:
                self._one(day)
                self.progress.step(str(day))
        finally:
            self._store(started)

    def _one(self, day: date) -> None:
        asked = self.now()
        rows = self.source.session(day)
        if self._is_open(day, rows):
            self._take(day, rows)
            self.latest = day, rows
            # Its rates go with the session before it: nothing was traded on the days between.
            previous = self._before(day)
            if self._held(previous) is not None:
                self.closed += [one for one in self.fetched.silent if previous < one < day]
                self.fetched.silent = [one for one in self.fetched.silent if one not in self.closed]
        elif day in self.indices.sessions:
            if self.calendar.settled(day, asked):
                raise DataError(
                    "{source}: the session {day} came without figures, though the indices have it: not stored, try "
                    "again later",
                    source=self.source.name,
                    day=day,
                )
        elif self.calendar.settled(day, asked):  # earlier on the day itself the figures may still come
            self.fetched.silent.append(day)

    def _is_open(self, day: date, rows: pa.Table) -> bool:
        """Whether `rows` are a session, and go with the sessions beside it."""
        if not session_is_open(self.source.name, day, rows):
            return False
        for other in (self._before(day), self._after(day)):
            there = self._held(other)
            if there is None:
                continue
            try:
                self._follow(day, rows, other, there)
            except (DataError, NetworkError) as error:
                # An answer can be older than its date, never younger: of two that are equal the later one is wrong, and
                # of two that do not go together the earlier one may be.
                its_fault = isinstance(error, NetworkError) == (other > day)
                if not its_fault or other in self.again or other in self.waiting:
                    raise
                self.again.add(other)
                fresh = self.source.session(other)
                if not self._is_open(other, fresh):
                    raise
                self._follow(day, rows, other, fresh)
                self._take(other, fresh)
        return True

    def _take(self, day: date, rows: pa.Table) -> None:
        """Keep `rows`; of figures that were final already, only if some have changed since."""
        fetched = self.market.sessions.get(day)
        if fetched is not None and self.calendar.settled(day, fetched):
            changed = _differing(self.market.read(MARKET.schema.names, day, day), rows.select(MARKET.schema.names))
            if not changed:
                return
            self.fetched.corrected[day] = changed
        self.waiting[day] = rows

    def _follow(self, day: date, rows: pa.Table, other: date, there: pa.Table) -> None:
        """Refuse two sessions of which the later one does not follow on the earlier one."""
        earlier, later = (there, rows) if other < day else (rows, there)
        session_follows(self.source.name, max(day, other), later, earlier)

    def _before(self, day: date) -> date:
        """The session before `day`."""
        previous = self.calendar.before(day)
        while self._was_none(previous):
            previous = self.calendar.before(previous)
        return previous

    def _after(self, day: date) -> date:
        """The session after `day`."""
        following = self.calendar.first_on_or_after(day + timedelta(days=1))
        while self._was_none(following):
            following = self.calendar.first_on_or_after(following + timedelta(days=1))
        return following

    def _was_none(self, day: date) -> bool:
        return day in (*self.closed, *self.fetched.closed, *self.fetched.silent) or day in self.market.closed

    def _held(self, day: date) -> pa.Table | None:
        """The session of `day`, if it is there."""
        if day in self.waiting:
            return self.waiting[day]
        if self.latest and self.latest[0] == day:
            return self.latest[1]
        rows = self.market.read(MARKET.schema.names, day, day)
        return rows if rows.num_rows else None

    def _store(self, started: datetime) -> None:
        """Write what is waiting, under the time at which the first of it was asked for."""
        if self.waiting or self.closed:
            rows = pa.concat_tables(self.waiting.values()) if self.waiting else MARKET.schema.empty_table()
            self.market.write(rows, replacing="sessions", fetched=started, closed=self.closed)
            self.fetched.sessions += len(self.waiting)
            self.fetched.closed += self.closed
            self.waiting, self.closed = {}, []


def _differing(stored: pa.Table, fresh: pa.Table) -> list[str]:
    """Tickers of the rows of one session that are not the same in both."""
    plain = pa.schema(
        [(one.name, pa.string() if pa.types.is_dictionary(one.type) else one.type) for one in stored.schema]
    )
    both = [table.cast(plain).sort_by("ticker").combine_chunks() for table in (stored, fresh)]
    if both[0].equals(both[1]):
        return []
    rows = [{row["ticker"]: row for row in table.to_pylist()} for table in both]
    return sorted(ticker for ticker in {*rows[0], *rows[1]} if rows[0].get(ticker) != rows[1].get(ticker))
