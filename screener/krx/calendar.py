"""What is fixed about the Korea Exchange, and when it trades: its sessions, and when their figures are final."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

KST = ZoneInfo("Asia/Seoul")
CLOSE = time(15, 30)
"""End of a session, KST; until then a day's figures change with every trade."""
EXAM_CLOSE = time(16, 30)
"""On the day of the university entrance examination trading is an hour later."""
EXAM_DAYS = {
    2016: date(2016, 11, 17),
    2017: date(2017, 11, 23),
    2018: date(2018, 11, 15),
    2019: date(2019, 11, 14),
    2020: date(2020, 12, 3),
    2021: date(2021, 11, 18),
    2022: date(2022, 11, 17),
    2023: date(2023, 11, 16),
    2024: date(2024, 11, 14),
    2025: date(2025, 11, 13),
}
"""By year. It is fixed anew every year, on a Thursday of November but in 2020: in a year that is not here all of those
wait, which costs an hour and never takes a price of the last hour for a close."""
LONGEST_CLOSURE = timedelta(days=14)
"""Longer than KRX ever closes: reaches from any day to the session before it."""
TICKER = re.compile(r"[0-9A-Z]{6}")
"""Six characters; since 2024 KRX gives out codes with letters."""
SETTLED = time(18, 0)
"""After-hours trades count into a day's volume, value and flows until 18:00 KST."""
DATAGOKR_FROM = time(13, 0)
"""data.go.kr has a session from 13:00 KST of the next business day on."""

_DAY = timedelta(days=1)
_THURSDAY, _SATURDAY, _NOVEMBER = 3, 5, 11


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

    def last_final(self, now: datetime) -> date:
        """The newest session whose closes are final at `now`, an aware time in any zone."""
        now = now.astimezone(KST)
        today = now.date()
        over = now.time() >= closing(today)
        return today if over and self.is_session(today) else self.before(today)

    @staticmethod
    def settled(day: date, fetched: datetime) -> bool:
        """Whether figures of `day` that were fetched at `fetched`, an aware time, are final in volume and flows too."""
        return fetched >= datetime.combine(day, SETTLED, KST)

    def published(self, source: str, day: date) -> datetime:
        """When `source` has the session `day`, aware: the Open API on the next morning, data.go.kr a session later.

        A business day on which KRX is closed, as the last one of a year, counts as none: the session comes a day late.
        """
        if source == "datagokr":
            return datetime.combine(self.first_on_or_after(day + _DAY), DATAGOKR_FROM, KST)
        return datetime.combine(day + _DAY if source == "openapi" else day, time(0), KST)

    def last_published(self, source: str, until: date, now: datetime) -> date:
        """`until`, or the newest session before it that `source` has at `now`, an aware time."""
        while self.published(source, until) > now:
            until = self.before(until)
        return until

    def outdated(self, day: date, fetched: datetime, now: datetime) -> bool:
        """Whether figures of `day` were not final when they were fetched, and are by `now`; both are aware times."""
        return not self.settled(day, fetched) and self.settled(day, now)

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


def closing(day: date) -> time:
    """When trading on `day` is over at the latest, KST."""
    known = EXAM_DAYS.get(day.year)
    exam = day == known if known else (day.month, day.weekday()) == (_NOVEMBER, _THURSDAY)
    return EXAM_CLOSE if exam else CLOSE
