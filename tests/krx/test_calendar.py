"""KRX's sessions against what the exchange did."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from screener.config import load_settings
from screener.config.models import CalendarRules, Event
from screener.krx.calendar import Calendar
from screener.krx.hours import KST

KRX = Calendar()

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KST)


def as_in_toml(text: str) -> date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


@pytest.mark.parametrize(
    "closed",
    [
        "2020-08-17",  # temporary holiday
        "2023-10-02",  # temporary holiday
        "2024-04-10",  # general election
        "2024-10-01",  # temporary holiday
        "2024-12-31",  # last weekday of the year
        "2025-01-27",  # temporary holiday
        "2025-01-28",
        "2025-01-29",
        "2025-01-30",
        "2025-03-03",  # in place of 1 March, a Saturday
        "2025-05-01",
        "2025-06-03",  # presidential election
        "2025-12-31",
        "2026-06-03",  # local elections
        "2026-07-17",
        "2025-02-01",  # Saturday
    ],
)
def test_days_on_which_krx_was_closed(closed: str) -> None:
    assert not KRX.is_session(date.fromisoformat(closed))


@pytest.mark.parametrize("opened", ["2025-01-24", "2025-01-31", "2024-12-30", "2025-01-02", "2026-07-16", "2023-01-02"])
def test_days_on_which_krx_traded(opened: str) -> None:
    assert KRX.is_session(date.fromisoformat(opened))


@pytest.mark.parametrize(("year", "sessions"), [(2023, 245), (2024, 244), (2025, 242)])
def test_sessions_of_a_year(year: int, sessions: int) -> None:
    assert len(KRX.sessions(date(year, 1, 1), date(year, 12, 31))) == sessions


@pytest.mark.parametrize("index", ["KOSPI", "KOSDAQ"])
def test_calendar_agrees_with_every_day_of_the_real_index(krx: Path, index: str) -> None:
    levels = pq.read_table(krx / "indices.parquet", columns=["date", "index"])
    traded: list[date] = sorted(levels.filter(pc.field("index") == index)["date"].to_numpy().tolist())
    assert len(traded) > 800
    assert KRX.sessions(traded[0], traded[-1]) == traded


def test_shipped_days_are_what_the_library_may_not_know() -> None:
    """An old release of the library has neither; the configuration closes them by itself."""
    closed = set(load_settings(today=date(2026, 11, 23)).screener.calendar.closed)
    assert closed == {date(2026, 6, 3), date(2026, 7, 17)}


def test_years_beyond_the_library_have_their_weekdays() -> None:
    assert KRX.sessions(date(1980, 1, 1), date(1980, 1, 7)) == [date(1980, 1, day) for day in (1, 2, 3, 4, 7)]
    assert KRX.is_session(date(2150, 1, 1))  # a Thursday


def test_observed_beats_configured_beats_library() -> None:
    session, holiday, other = date(2025, 1, 31), date(2025, 1, 27), date(2025, 2, 3)
    assert not Calendar(closed=frozenset({session})).is_session(session)
    assert Calendar(opened=frozenset({holiday})).is_session(holiday)
    seen = Calendar(
        closed=frozenset({session}),
        opened=frozenset({holiday}),
        seen_open=frozenset({session}),
        seen_closed=frozenset({holiday, other}),
    )
    assert [seen.is_session(day) for day in (session, holiday, other)] == [True, False, False]


def test_around_the_lunar_new_year_of_2025() -> None:
    news, event = date(2025, 1, 27), date(2025, 1, 31)
    assert KRX.first_on_or_after(news) == event
    assert KRX.first_on_or_after(event) == event
    assert KRX.before(event) == KRX.before(news) == date(2025, 1, 24)
    assert [KRX.shift(event, number) for number in (-2, -1, 0, 1, 2)] == [
        date(2025, 1, 23),
        date(2025, 1, 24),
        event,
        date(2025, 2, 3),
        date(2025, 2, 4),
    ]
    assert KRX.count(date(2025, 1, 24), date(2025, 2, 4)) == 3
    assert KRX.sessions(event, news) == []


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        ("2025-01-27", "2025-01-31"),
        ("2025-02-04T15:29", "2025-02-04"),
        ("2025-02-04T15:30", "2025-02-05"),
        ("2025-02-04T15:31", "2025-02-05"),
        ("2025-02-04T06:29Z", "2025-02-04"),  # 15:29 in Seoul
        ("2025-02-04T06:30Z", "2025-02-05"),
        ("2025-02-03T20:00-05:00", "2025-02-04"),  # 10:00 in Seoul, the next day
        ("2025-02-07T20:00", "2025-02-10"),  # Friday evening
        ("2025-01-24T15:00", "2025-01-24"),  # eve of the holiday
        ("2025-01-24T16:00", "2025-01-31"),
        ("2024-12-30T18:00", "2025-01-02"),  # last session of the year
    ],
)
def test_first_session_on_which_krx_could_react(news: str, expected: str) -> None:
    event = Event.model_validate({"name": {"ko": "가", "en": "x"}, "news": as_in_toml(news)})
    assert str(KRX.first_on_or_after(event.first_day)) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-01-31T15:29:59+09:00", "2025-01-24"),
        ("2025-01-31T15:30:00+09:00", "2025-01-31"),
        ("2025-01-31T06:30:00+00:00", "2025-01-31"),
        ("2025-01-31T01:29:59-05:00", "2025-01-24"),
        ("2025-01-31T23:00:00+00:00", "2025-01-31"),  # Saturday in Seoul
        ("2025-01-29T20:00:00+09:00", "2025-01-24"),  # holiday
        ("2025-02-02T20:00:00+09:00", "2025-01-31"),  # Sunday
        ("2025-11-13T16:29:00+09:00", "2025-11-12"),  # examination day: 10:00 to 16:30
        ("2025-11-13T16:30:00+09:00", "2025-11-13"),
        ("2025-11-14T15:30:00+09:00", "2025-11-14"),
        ("2025-11-06T15:30:00+09:00", "2025-11-06"),  # a Thursday of November before it
        ("2020-12-03T15:30:00+09:00", "2020-12-02"),  # the one examination that the epidemic put into December
        ("2026-11-19T16:29:59+09:00", "2026-11-18"),  # the examination of 2026, published
        ("2026-11-19T16:30:00+09:00", "2026-11-19"),
        ("2026-11-12T15:30:00+09:00", "2026-11-12"),
        ("2099-11-05T15:30:00+09:00", "2099-11-05"),  # the first Thursday of a November is none
        ("2099-11-12T15:30:00+09:00", "2099-11-11"),  # of later years it is not known which of two Thursdays it is
        ("2099-11-19T16:29:59+09:00", "2099-11-18"),
        ("2099-11-26T15:30:00+09:00", "2099-11-26"),
        ("2016-07-29T15:00:00+09:00", "2016-07-29"),  # until then the session ended at 15:00
        ("2016-08-01T15:00:00+09:00", "2016-07-29"),
        ("2016-08-01T15:30:00+09:00", "2016-08-01"),
    ],
)
def test_last_session_whose_closes_are_final(now: str, expected: str) -> None:
    assert str(KRX.last_final(datetime.fromisoformat(now))) == expected


@pytest.mark.parametrize(
    ("source", "now", "expected"),
    [
        ("pykrx-login", "2025-02-07T15:30+09:00", "2025-02-07"),
        ("openapi", "2025-02-07T23:59+09:00", "2025-02-06"),
        ("openapi", "2025-02-08T00:00+09:00", "2025-02-07"),
        ("datagokr", "2025-02-07T12:59+09:00", "2025-02-05"),
        ("datagokr", "2025-02-07T13:00+09:00", "2025-02-06"),
        ("datagokr", "2025-02-07T23:00+09:00", "2025-02-06"),
        ("datagokr", "2025-02-10T12:00+09:00", "2025-02-06"),  # Monday
        ("datagokr", "2025-02-10T04:00+00:00", "2025-02-07"),
        ("datagokr", "2025-01-30T18:00+09:00", "2025-01-23"),  # the 24th comes after the holidays
        ("datagokr", "2025-01-31T13:00+09:00", "2025-01-24"),
    ],
)
def test_a_source_has_a_session_when_it_publishes_it(source: str, now: str, expected: str) -> None:
    moment = datetime.fromisoformat(now)
    assert str(KRX.last_published(source, KRX.last_final(moment), moment)) == expected


def test_volumes_and_flows_are_final_in_the_evening() -> None:
    day = date(2025, 1, 31)
    assert not KRX.settled(day, moment("2025-01-31T17:59:59"))
    assert KRX.settled(day, moment("2025-01-31T18:00:00"))
    assert KRX.settled(day, datetime(2025, 1, 31, 9, 0, tzinfo=UTC))
    assert not KRX.settled(day, moment("2025-01-30T18:00:00"))
    assert not KRX.settled(date(2026, 9, 14), moment("2026-09-14T19:59:59"))  # the after-market opened that day
    assert KRX.settled(date(2026, 9, 14), moment("2026-09-14T20:00:00"))
    assert KRX.settled(date(2026, 9, 11), moment("2026-09-11T18:00:00"))


def test_last_prices_are_final_the_morning_after_an_after_market() -> None:
    day = date(2026, 9, 14)
    evening, night, morning = (moment(f"2026-09-{at}") for at in ("14T18:30", "14T20:30", "15T06:00"))
    assert not KRX.settled(day, night, last_prices=True)
    assert KRX.settled(day, morning, last_prices=True)
    assert KRX.outdated(day, evening, morning, last_prices=True)
    assert not KRX.outdated(day, evening, night, last_prices=True)
    assert KRX.settled(date(2026, 9, 11), moment("2026-09-11T18:00"), last_prices=True)


def test_a_last_price_is_the_close_while_the_after_market_trades() -> None:
    schedule = KRX.schedule
    assert not schedule.is_after_market(date(2026, 9, 14), moment("2026-09-14T19:59"))
    assert schedule.is_after_market(date(2026, 9, 14), moment("2026-09-14T20:00"))
    assert schedule.is_after_market(date(2026, 9, 14), moment("2026-10-01T09:00"))
    assert not schedule.is_after_market(date(2026, 9, 11), moment("2026-10-01T09:00"))


def test_hours_that_have_changed_since_are_configured() -> None:
    rules = tomllib.loads(
        """
        exams = [2027-11-18]
        [[hours]]
        since = 2027-02-01
        regular = "09:00-15:30"
        pre_market = "07:00-08:50"
        after_market = "16:00-21:00"
        """
    )
    schedule = CalendarRules.model_validate(rules).calendar.schedule
    assert schedule.settles(date(2027, 1, 29)) == moment("2027-01-29T20:00")
    assert schedule.settles(date(2027, 2, 1)) == moment("2027-02-01T21:00")
    assert schedule.closes(date(2027, 11, 18)) == moment("2027-11-18T16:30")
    assert schedule.closes(date(2027, 11, 11)) == moment("2027-11-11T15:30")
    assert schedule.on(date(2027, 2, 1)).pre_market == (time(7), time(8, 50))


@pytest.mark.parametrize("wrong", ["15:30", "9-15", "15:30-09:00", "morning-evening"])
def test_a_stretch_of_trading_that_is_none_is_a_mistake(wrong: str) -> None:
    with pytest.raises(ValidationError, match="09:00-15:30"):
        CalendarRules.model_validate({"hours": [{"since": date(2027, 2, 1), "regular": wrong}]})


def test_configured_hours_decide_on_which_session_news_falls() -> None:
    news = {"name": {"ko": "가", "en": "x"}, "news": as_in_toml("2027-02-01T15:40")}
    longer = {"hours": [{"since": date(2027, 2, 1), "regular": "09:00-16:00"}]}
    schedule = CalendarRules.model_validate(longer).calendar.schedule
    assert Event.model_validate(news).first_day == date(2027, 2, 2)
    assert Event.model_validate(news, context={"schedule": schedule}).first_day == date(2027, 2, 1)


@pytest.mark.parametrize(
    ("now", "since"),
    [
        ("2025-01-31T15:29", None),
        ("2025-01-31T15:30", 0),
        ("2025-02-02T12:00", 0),
        ("2025-02-03T15:29", 0),
        ("2025-02-03T15:30", 1),
        ("2025-02-11T18:00", 7),
    ],
)
def test_sessions_since_an_event(now: str, since: int | None) -> None:
    at = KRX.place(date(2025, 1, 27), None, None, moment(now))
    assert (at.event_day, at.base, at.since) == (date(2025, 1, 31), date(2025, 1, 24), since)


def test_configured_days_of_an_event_stand() -> None:
    at = KRX.place(date(2025, 1, 27), date(2025, 2, 3), date(2025, 1, 24), moment("2025-02-04T16:00"))
    assert (at.event_day, at.base, at.since) == (date(2025, 2, 3), date(2025, 1, 24), 1)


@given(days, st.integers(-30, 30))
def test_neighbours(day: date, number: int) -> None:
    event = KRX.first_on_or_after(day)
    base = KRX.before(event)
    assert base < day <= event
    assert KRX.is_session(base)
    assert KRX.sessions(base, event) == [base, event]
    assert KRX.shift(KRX.shift(day, number), -number) == event
    if number >= 0:
        assert KRX.count(event, KRX.shift(day, number)) == number


@given(days, st.integers(0, 400), st.frozensets(days, max_size=3), st.frozensets(days, max_size=3))
def test_sessions_are_the_days_that_are_sessions(
    first: date, length: int, closed: frozenset[date], seen: frozenset[date]
) -> None:
    calendar = Calendar(closed=closed, seen_open=seen)
    last = first + timedelta(days=length)
    sessions = calendar.sessions(first, last)
    assert sessions == sorted({*sessions})
    assert all(first <= day <= last for day in sessions)
    assert not (closed - seen).intersection(sessions)
    assert {day for day in seen if first <= day <= last} <= {*sessions}


@given(days, st.times())
def test_last_final_session_is_over_and_the_next_is_not(day: date, at: time) -> None:
    now = datetime.combine(day, at, KST)
    last = KRX.last_final(now)
    assert datetime.combine(last, time(15) if last < date(2016, 8, 1) else time(15, 30), KST) <= now
    assert now < datetime.combine(KRX.shift(last, 1), time(16, 30), KST)
