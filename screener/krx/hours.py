"""When KRX trades, by date, KST. What has changed since this release is corrected in screener.toml, under [calendar].

Since 2026-09-14 a stock has two last prices a day. The regular close, at the end of the regular session, is official:
the next day's limits and the official change rate refer to it. The last price of the after-market is no close. Funds
(ETFs) and notes (ETNs) are not traded in the after-market. What is said here of the time since then was learnt from the
public code and measurements of projects that read KRX's sources, between 2026-09-14 and 2026-10-10.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

KST = ZoneInfo("Asia/Seoul")
_CLOSE_GAP = 0.015
"""How far the last price of an after-market is taken to be from the regular close, decimal: the largest difference on
record, SK hynix's of 2026-09-29 (1,790,000 against 1,765,000 won, 1.41%), rounded up."""
RETURN_GAP = 2 * _CLOSE_GAP
"""How far a return between two such closes may be off, decimal."""


_OFF_HOURS_END = time(18)
"""Until there was an after-market, trades at the close or at a single price were possible until then."""


class Span(NamedTuple):
    """A stretch of trading, KST."""

    opens: time
    closes: time


@dataclass(frozen=True)
class TradingHours:
    """The hours that hold from a day on, until those of a later one."""

    since: date
    regular: Span
    after_market: Span | None = None
    """Continuous trading after the regular session, whose last price is no close."""
    pre_market: Span | None = None
    """Trading before the regular session: its volume counts, its prices are no closes."""

    @property
    def settled(self) -> time:
        """When volume, value and flows are final: trades after the regular session count into them."""
        return self.after_market.closes if self.after_market else _OFF_HOURS_END


_HOURS = (
    TradingHours(date.min, Span(time(9), time(15))),
    TradingHours(date(2016, 8, 1), Span(time(9), time(15, 30))),
    TradingHours(date(2026, 9, 14), Span(time(9), time(15, 30)), Span(time(16), time(20))),
)
"""Ascending."""
_EXAM_DAYS = frozenset(
    {
        date(2016, 11, 17),
        date(2017, 11, 23),
        date(2018, 11, 15),
        date(2019, 11, 14),
        date(2020, 12, 3),
        date(2021, 11, 18),
        date(2022, 11, 17),
        date(2023, 11, 16),
        date(2024, 11, 14),
        date(2025, 11, 13),
        date(2026, 11, 19),
    }
)
"""Days of the university entrance examination, on which the regular session is an hour later. The day is published
anew every year: in a year of which none is known the second and the third Thursday of November count as one. That costs
an hour, and never takes a price of the last hour for a close."""

_EXAM_DELAY = timedelta(hours=1)
_THURSDAY, _NOVEMBER = 3, 11
_SECOND_OR_THIRD = range(8, 22)
"""Days of a month on which the second and the third of any weekday fall."""
_NEXT_MORNING = time(6)
"""By then a source that gives the last price of a day has that of the after-market."""


@dataclass(frozen=True)
class Schedule:
    """Trading hours by date, and the days of the examination."""

    hours: tuple[TradingHours, ...] = _HOURS
    """Ascending."""
    exams: frozenset[date] = _EXAM_DAYS

    def corrected(self, hours: Iterable[TradingHours], exams: Iterable[date]) -> Schedule:
        """With `hours` in the place of those of the same first day, and `exams` of those of their years."""
        by_day = {one.since: one for one in (*self.hours, *hours)}
        by_year = {day.year: day for day in (*self.exams, *exams)}
        return Schedule(tuple(by_day[day] for day in sorted(by_day)), frozenset(by_year.values()))

    @property
    def after_market_since(self) -> date | None:
        """The first day with an after-market; None if there has been none."""
        return next((one.since for one in self.hours if one.after_market), None)

    def on(self, day: date) -> TradingHours:
        """The hours that hold on `day`, examinations apart."""
        return next(one for one in reversed(self.hours) if one.since <= day)

    def is_exam(self, day: date) -> bool:
        """Whether the regular session of `day` is, or may be, an hour later."""
        if any(exam.year == day.year for exam in self.exams):
            return day in self.exams
        return (day.month, day.weekday()) == (_NOVEMBER, _THURSDAY) and day.day in _SECOND_OR_THIRD

    def closes(self, day: date) -> datetime:
        """When the regular session of `day` is over at the latest: its close is final."""
        end = datetime.combine(day, self.on(day).regular.closes, KST)
        return end + _EXAM_DELAY if self.is_exam(day) else end

    def settles(self, day: date, *, last_prices: bool = False) -> datetime:
        """When figures of `day` are final in volume, value and flows too, aware.

        With `last_prices` they come from a source that gives the last price of a day for its close: final is what it
        goes on giving, the price of the after-market.
        """
        if last_prices and self.on(day).after_market is not None:
            return datetime.combine(day + timedelta(days=1), _NEXT_MORNING, KST)
        return datetime.combine(day, self.on(day).settled, KST)

    def is_after_market(self, day: date, fetched: datetime) -> bool:
        """Whether the last price of `day`, fetched at the aware time `fetched`, may be that of the after-market.

        On the evening itself, while the after-market trades, such a source still gives the regular close.
        """
        after = self.on(day).after_market
        return after is not None and fetched >= datetime.combine(day, after.closes, KST)

    def changes(self, day: date, at: datetime) -> bool:
        """Whether a source of last prices may give either price of `day` at the aware time `at`."""
        return self.is_after_market(day, at) and at < self.settles(day, last_prices=True)


KRX_SCHEDULE = Schedule()
