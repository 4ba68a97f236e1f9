"""What is fixed about the Korea Exchange."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
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

_NOVEMBER, _THURSDAY = 11, 3


def closing(day: date) -> time:
    """When trading on `day` is over at the latest, KST."""
    known = EXAM_DAYS.get(day.year)
    exam = day == known if known else (day.month, day.weekday()) == (_NOVEMBER, _THURSDAY)
    return EXAM_CLOSE if exam else CLOSE
