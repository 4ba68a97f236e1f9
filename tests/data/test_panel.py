"""Where an event falls among the sessions, around the Lunar New Year of 2025."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from screener.data.panel import place_event
from screener.errors import DataError

SESSIONS = np.array(["2025-01-23", "2025-01-24", "2025-01-31", "2025-02-03"], dtype="datetime64[D]")


def test_news_on_a_holiday_trades_on_the_next_session() -> None:
    at = place_event(SESSIONS, "deepseek", date(2025, 1, 27))
    assert (at.row, at.event_day, at.base) == (2, date(2025, 1, 31), date(2025, 1, 24))


def test_news_on_a_session_trades_on_it() -> None:
    assert place_event(SESSIONS, "x", date(2025, 1, 24)).event_day == date(2025, 1, 24)


@pytest.mark.parametrize(
    ("news", "event_day", "base", "expected"),
    [
        (date(2025, 2, 4), None, None, "no session from 2025-02-04 on: the prices end on 2025-02-03"),
        (date(2025, 1, 27), date(2025, 1, 30), None, "2025-01-30 is not a session in the prices"),
        (date(2025, 1, 27), None, date(2025, 1, 23), "the session before 2025-01-31 is 2025-01-24 in the prices, not"),
        (date(2025, 1, 20), None, None, "the prices start on 2025-01-23: the session before the event is missing"),
    ],
)
def test_contradiction_is_refused(news: date, event_day: date | None, base: date | None, expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        place_event(SESSIONS, "x", news, event_day, base)
