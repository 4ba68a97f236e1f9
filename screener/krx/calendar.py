"""When the Korea Exchange trades: its sessions, and when their figures are final."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from typing import NamedTuple

from screener.krx.hours import KRX_SCHEDULE, KST, Schedule

LONGEST_CLOSURE = timedelta(days=14)
"""Longer than KRX ever closes: reaches from any day to the session before it."""
_DATAGOKR_FROM = time(13)
"""data.go.kr has a session from 13:00 KST of the next business day on."""

_DAY = timedelta(days=1)
_SATURDAY = 5


class EventDays(NamedTuple):
    """Where the calendar puts an event."""

    event_day: date
    base: date
    """The session before the event day."""
    since: int | None
    """Sessions from the event day to the last final one, 0 on the event day itself; None until it has closed."""


@dataclass(frozen=True)
class Calendar:
    """KRX's sessions: weekdays but for the holidays that the `holidays` library knows, corrected twice.

    What was observed beats what is configured, and that beats the library. The library knows the years 2000 to 2100
    (outside of them every weekday counts as a session) and every holiday that was declared before its release; a
    temporary holiday that is declared later is a session here until it is configured or observed.
    """

    closed: frozenset[date] = frozenset()
    """Configured: KRX was closed, whatever the library says."""
    opened: frozenset[date] = frozenset()
    """Configured: KRX traded, whatever the library says."""
    seen_open: frozenset[date] = frozenset()
    """Days on which prices show trades."""
    seen_closed: frozenset[date] = frozenset()
    """Days for which KRX answered that nothing was traded."""
    schedule: Schedule = KRX_SCHEDULE

    def is_session(self, day: date) -> bool:
        """Whether KRX trades on `day`."""
        if day in self.seen_open or day in self.seen_closed:
            return day in self.seen_open
        if day in self.opened or day in self.closed:
            return day in self.opened
        return day.weekday() < _SATURDAY and day not in _holidays(day.year)

    def sessions(self, first: date, last: date) -> list[date]:
        """Every session from `first` to `last`, both included, ascending; none if `last` is before `first`."""
        days = (first + number * _DAY for number in range((last - first).days + 1))
        return [day for day in days if self.is_session(day)]

    def first_on_or_after(self, day: date) -> date:
        """`day`, if it is a session, else the next one: what news of `day` moves first."""
        while not self.is_session(day):
            day += _DAY
        return day

    def before(self, day: date) -> date:
        """The last session before `day`."""
        day -= _DAY
        while not self.is_session(day):
            day -= _DAY
        return day

    def shift(self, day: date, number: int) -> date:
        """The session `number` sessions after (negative: before) the first one on or after `day`."""
        day = self.first_on_or_after(day)
        for _step in range(abs(number)):
            day = self.first_on_or_after(day + _DAY) if number > 0 else self.before(day)
        return day

    def count(self, after: date, through: date) -> int:
        """How many sessions there are later than `after` and no later than `through`."""
        return len(self.sessions(after + _DAY, through))

    def last_final(self, now: datetime, *, last_prices: bool = False) -> date:
        """The newest session whose closes are final at `now`, an aware time in any zone.

        With `last_prices`, of a source that gives the last price of a day for its close: until the after-market ends
        that is the regular close, from the next morning on the price of the after-market, and in between either.
        """
        today = now.astimezone(KST).date()
        over = now >= self.schedule.closes(today)
        day = today if over and self.is_session(today) else self.before(today)
        return self.before(day) if last_prices and self.schedule.changes(day, now) else day

    def settled(self, day: date, fetched: datetime, *, last_prices: bool = False) -> bool:
        """Whether figures of `day` that were fetched at `fetched`, an aware time, were final by then."""
        return fetched >= self.schedule.settles(day, last_prices=last_prices)

    def published(self, source: str, day: date) -> datetime:
        """When `source` has the session `day`, aware: the Open API on the next morning, data.go.kr a session later.

        A business day on which KRX is closed, as the last one of a year, counts as none: the session comes a day late.
        """
        if source == "datagokr":
            return datetime.combine(self.first_on_or_after(day + _DAY), _DATAGOKR_FROM, KST)
        return datetime.combine(day + _DAY if source == "openapi" else day, time(), KST)

    def last_published(self, source: str, until: date, now: datetime) -> date:
        """`until`, or the newest session before it that `source` has at `now`, an aware time."""
        while self.published(source, until) > now:
            until = self.before(until)
        return until

    def outdated(self, day: date, fetched: datetime, now: datetime, *, last_prices: bool = False) -> bool:
        """Whether figures of `day` were not final when they were fetched, and are by `now`; both are aware times."""
        settled = partial(self.settled, day, last_prices=last_prices)
        return not settled(fetched) and settled(now)

    def place(self, first_day: date, event_day: date | None, base: date | None, now: datetime) -> EventDays:
        """Where an event falls.

        `first_day` is the first calendar day on which KRX could react to the news; a configured `event_day` or `base`
        is taken as it is. `now` is an aware time.
        """
        event_day = event_day or self.first_on_or_after(first_day)
        last = self.last_final(now)
        since = self.count(event_day, last) if event_day <= last else None
        return EventDays(event_day, base or self.before(event_day), since)


@cache
def _holidays(year: int) -> frozenset[date]:
    """The days of `year` on which, says the library, KRX is closed; weekends are left out of it."""
    import holidays

    return frozenset(holidays.financial_holidays("XKRX", years=year))
