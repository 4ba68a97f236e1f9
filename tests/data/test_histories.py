"""Histories of single stocks through unmodified pykrx and Naver, without an account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from screener.data.refusals import judge_history
from screener.errors import BlockedError, DataError, NetworkError
from screener.krx.calendar import Calendar
from screener.krx.hours import KRX_SCHEDULE, Span, TradingHours
from screener.krx.tables import PRICES
from tests.data import live
from tests.fakes.krx import MockedExchange, kst, mocked

EVENT = date(2025, 1, 31)
HYNIX = "000660"
KEYLESS: live.Provider = "pykrx-keyless"


@pytest.fixture
def exchange() -> Iterator[MockedExchange]:
    with mocked(live.market()) as exchange:
        exchange.market.now = kst(2025, 2, 10)
        yield exchange


def closes(opened: live.Connections, ticker: str) -> dict[date, float]:
    rows = opened.store.table(KEYLESS, PRICES).read(("date", "ticker", "close"), keys=[ticker]).to_pylist()
    return {row["date"]: row["close"] for row in rows}


def fetch(opened: live.Connections, first: date = live.FIRST, last: date = live.LAST, *tickers: str) -> live.Fetched:
    return live.live(KEYLESS, opened).fetch(live.plan(first, last, tickers or live.TICKERS))


def test_a_history_costs_one_request_and_is_the_truth(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange, account=False)
    done = fetch(opened)
    assert (done.series, done.requests, len(exchange.requests)) == (5, 5, 5)
    days = [day for day in exchange.market.truth.sessions if live.FIRST <= day <= live.LAST]
    for ticker in live.TICKERS[:3]:
        assert closes(opened, ticker) == {day: exchange.market.truth.adjusted(day, ticker) for day in days}
    assert closes(opened, "069500") == {day: exchange.market.truth.fund(day, "069500") for day in days}
    assert closes(opened, HYNIX)[EVENT] == 199_200


def test_naver_never_sees_krx_cookie(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange)
    way = live.live("pykrx-login", opened)
    way.fetch(live.plan(EVENT, EVENT))
    fetch(replace(opened), EVENT, EVENT)
    to_krx = [request for request in exchange.requests if request.host == live.KRX]
    to_naver = [request for request in exchange.requests if request.host == live.NAVER]
    assert any("JSESSIONID" in request.cookies for request in to_krx)
    assert to_naver
    assert not any(request.cookies for request in to_naver)


def test_the_second_time_nothing_is_fetched_and_a_day_more_is(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange, account=False)
    fetch(opened)
    exchange.requests.clear()
    assert fetch(opened).series == 0
    assert not exchange.requests
    fetch(opened, live.FIRST, date(2025, 2, 10))
    assert len(exchange.requests) == 5 + 1  # on the day itself one request asks first whether it is there
    assert closes(opened, HYNIX)[date(2025, 2, 10)] == exchange.market.truth.adjusted(date(2025, 2, 10), HYNIX)


def test_a_split_that_restates_the_past_is_fetched_whole(exchange: MockedExchange, tmp_path: Path) -> None:
    market = exchange.market
    day, ticker = market.day_of("split"), market.troubles["split"].ticker
    before = Calendar().before(day)
    market.now = kst(before.year, before.month, before.day)
    opened = live.access(tmp_path, exchange, account=False)
    fetch(opened, live.FIRST, before, ticker, HYNIX)
    old = closes(opened, ticker)
    market.now = kst(day.year, day.month, day.day)
    done = fetch(opened, live.FIRST, day, ticker, HYNIX)
    assert done.restated == [ticker]
    new = closes(opened, ticker)
    assert new == {one: market.truth.adjusted(one, ticker) for one in new}
    assert old[live.FIRST] / new[live.FIRST] == pytest.approx(5, rel=0.01)
    assert set(new) == {*old, day}


def test_a_stock_that_the_source_does_not_know_is_absent(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange, account=False)
    assert fetch(opened, live.FIRST, live.LAST, HYNIX, "999999").absent == ["999999"]
    exchange.requests.clear()
    fetch(opened, live.FIRST, live.LAST, HYNIX, "999999")
    assert not exchange.requests


def test_nothing_for_a_stock_that_is_known_is_a_refusal(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange, account=False)
    exchange.faults.add("empty_block")
    with pytest.raises(NetworkError, match="returns nothing for 000660 and 005930"):
        fetch(opened, live.FIRST, live.LAST, HYNIX)
    assert not opened.store.tables()


def test_what_the_source_forgets_the_store_keeps(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange, account=False)
    fetch(opened, live.FIRST, live.LAST, "005930", HYNIX)
    kept = closes(opened, HYNIX)
    exchange.faults.add("empty_block", symbol=HYNIX)
    done = fetch(opened, live.FIRST, date(2025, 2, 10), "005930", HYNIX)
    assert done.absent == [HYNIX]
    assert closes(opened, HYNIX) == kept


def test_a_figure_of_a_day_that_is_not_over_is_not_stored(exchange: MockedExchange, tmp_path: Path) -> None:
    exchange.market.now = kst(2025, 2, 10, 15, 29)
    opened = live.access(tmp_path, exchange, account=False)
    assert opened.calendar.last_final(opened.now()) == date(2025, 2, 7)
    fetch(opened)
    assert max(closes(opened, HYNIX)) == date(2025, 2, 7)


def test_a_close_that_is_not_there_yet_is_no_holiday(exchange: MockedExchange, tmp_path: Path) -> None:
    day = date(2025, 2, 10)
    exchange.market.now = kst(2025, 2, 10, 8, 0)  # the source knows nothing of the day yet
    opened = replace(live.access(tmp_path, exchange, account=False), now=lambda: kst(2025, 2, 10, 15, 31))
    fetch(opened, live.FIRST, day)
    assert max(closes(opened, HYNIX)) == date(2025, 2, 7)
    exchange.market.now = kst(2025, 2, 10, 18, 30)
    again = live.access(tmp_path, exchange, account=False)
    assert again.calendar.is_session(day)
    fetch(again, live.FIRST, day)
    assert max(closes(again, HYNIX)) == day


def test_a_day_without_any_price_was_no_session(tmp_path: Path) -> None:
    surprise = date(2025, 2, 5)
    with mocked(live.market(start=date(2025, 1, 2), end=date(2025, 2, 14), closed=frozenset({surprise}))) as exchange:
        exchange.market.now = kst(2025, 2, 10)
        opened = live.access(tmp_path, exchange, account=False)
        tickers = exchange.market.truth.tickers(EVENT)[:12]
        fetch(opened, live.FIRST, live.LAST, *tickers)
        assert not live.access(tmp_path, exchange).calendar.is_session(surprise)


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        ("stale", NetworkError, "returns the figures of 2025-02-06 for 2025-02-07"),
        ("truncated", NetworkError, "a truncated answer"),
        ("gzip_garbage", NetworkError, "could not be unpacked"),
        ("html", BlockedError, "blocks this machine"),
        ("refused", NetworkError, "could not be reached"),
    ],
)
def test_what_is_not_the_truth_is_not_stored(
    exchange: MockedExchange, tmp_path: Path, fault: str, error: type[Exception], said: str
) -> None:
    exchange.market.now = kst(2025, 2, 7)
    opened = live.access(tmp_path, exchange, account=False)
    exchange.faults.add(fault)  # type: ignore[arg-type]
    with pytest.raises(error, match=said):
        fetch(opened)
    assert not opened.store.tables()


def test_interrupted_it_goes_on_where_it_stopped(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange, account=False)
    exchange.faults.add("no_answer", symbol=live.TICKERS[3])
    with pytest.raises(NetworkError):
        fetch(opened)
    assert sorted(opened.store.table(KEYLESS, PRICES).coverage) == sorted(live.TICKERS[:3])
    exchange.faults.clear()
    exchange.requests.clear()
    fetch(opened)
    assert [request.symbol for request in exchange.requests] == list(live.TICKERS[3:])


def test_a_wrong_charset_does_not_touch_figures(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange, account=False)
    exchange.faults.add("wrong_charset")
    fetch(opened)
    assert closes(opened, HYNIX)[EVENT] == 199_200


def test_impossible_figures_are_named() -> None:
    row = {"date": EVENT, "ticker": "000660", "open": 100.0, "high": 200.0, "low": 100.0, "close": 300.0, "volume": 5}
    table = pa.Table.from_pylist([row]).cast(pa.schema([*PRICES.schema]))
    sound, refused = judge_history(table, Calendar(), None)
    assert (sound.num_rows, refused[EVENT][0]) == (0, "form")


def test_a_close_a_won_above_its_high_is_rounding() -> None:
    row = {
        "date": EVENT,
        "ticker": "322510",
        "open": 11300.0,
        "high": 11315.0,
        "low": 11300.0,
        "close": 11316.0,
        "volume": 5,
    }
    table = pa.Table.from_pylist([row]).cast(pa.schema([*PRICES.schema]))
    assert judge_history(table, Calendar(), None)[0].num_rows == 1


def test_a_stock_that_contradicts_itself_does_not_hold_up_the_others(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange, account=False)
    exchange.faults.add("zeros", symbol=HYNIX)
    for _ in range(2):
        with pytest.raises(
            DataError,
            match=r"000660: .* not reliable, the first of .*: a figure is missing or impossible.*; the other stocks are stored",
        ):
            fetch(opened)
        held = opened.store.table(KEYLESS, PRICES).coverage
        assert sorted(held) == sorted(set(live.TICKERS) - {HYNIX})
    exchange.faults.clear()
    fetch(opened)
    assert closes(opened, HYNIX)[EVENT] == 199_200


def test_an_earlier_end_takes_nothing_away(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange, account=False)
    fetch(opened, date(2025, 1, 31), live.LAST)
    fetch(opened, date(2025, 1, 2), date(2025, 1, 24))
    days = [day for day in exchange.market.truth.sessions if date(2025, 1, 2) <= day <= live.LAST]
    assert list(closes(opened, HYNIX)) == days
    exchange.requests.clear()
    assert fetch(opened, date(2025, 1, 2), live.LAST).restated == []
    assert not exchange.requests


def test_a_source_that_falls_silent_halfway_has_not_said_that_there_is_nothing(
    exchange: MockedExchange, tmp_path: Path
) -> None:
    opened = live.access(tmp_path, exchange, account=False)
    exchange.faults.add("empty_block", host=live.NAVER, first=3)
    with pytest.raises(NetworkError, match="returns nothing for 035420 and 005930, which is known to exist"):
        fetch(opened)
    assert sorted(opened.store.table(KEYLESS, PRICES).coverage) == sorted(live.TICKERS[:2])


def test_a_delisted_stock_costs_no_more_than_the_others(exchange: MockedExchange, tmp_path: Path) -> None:
    market = exchange.market
    gone, day = market.troubles["delisting"].ticker, market.day_of("delisting")
    market.now = kst(2025, 3, 28)
    opened = live.access(tmp_path, exchange, account=False)
    fetch(opened, day - timedelta(days=20), date(2025, 3, 28), gone, HYNIX)
    market.now = kst(2025, 3, 31)
    exchange.requests.clear()
    done = fetch(opened, day - timedelta(days=20), date(2025, 3, 31), gone, HYNIX)
    assert done.restated == []
    assert [request.symbol for request in exchange.requests].count(gone) == 1


def test_a_file_or_a_late_source_does_not_make_holidays(exchange: MockedExchange, tmp_path: Path) -> None:
    day = date(2025, 2, 10)
    exchange.market.now = kst(2025, 2, 10, 8, 0)  # at half past six in the evening the source still has nothing
    opened = replace(live.access(tmp_path, exchange, account=False), now=lambda: kst(2025, 2, 10))
    done = fetch(opened, live.FIRST, day, "005930", HYNIX)
    assert (done.last, done.silent) == (date(2025, 2, 7), [day])
    exchange.requests.clear()
    fetch(opened, live.FIRST, day, "005930", HYNIX)
    assert len(exchange.requests) == 1  # is it there now?
    exchange.market.now = kst(2025, 2, 10, 19, 0)
    again = fetch(opened, live.FIRST, day, "005930", HYNIX)
    assert (again.last, again.silent, again.restated) == (day, [], [])
    assert max(closes(opened, HYNIX)) == day


SINCE = date(2025, 2, 3)
"""First session with an after-market in these tests."""


@pytest.fixture
def two_prices() -> Iterator[MockedExchange]:
    with mocked(live.Market(start=date(2024, 12, 2), end=date(2025, 3, 31), after_market=SINCE)) as exchange:
        yield exchange


def at(exchange: MockedExchange, folder: Path, moment: datetime) -> live.Connections:
    exchange.market.now = moment
    hours = TradingHours(SINCE, Span(time(9), time(15, 30)), Span(time(16), time(20)))
    schedule = KRX_SCHEDULE.corrected([hours], [])
    opened = live.access(folder, exchange, account=False)
    return replace(opened, calendar=replace(opened.calendar, schedule=schedule))


def test_the_last_price_that_settles_overnight_is_no_restatement(two_prices: MockedExchange, tmp_path: Path) -> None:
    truth = two_prices.market.truth
    fetch(at(two_prices, tmp_path, kst(2025, 2, 5)), live.FIRST, date(2025, 2, 5))
    evening = at(two_prices, tmp_path, kst(2025, 2, 6))
    fetch(evening, live.FIRST, date(2025, 2, 6))
    assert closes(evening, HYNIX)[date(2025, 2, 6)] == truth.close(date(2025, 2, 6), HYNIX)  # the regular close
    two_prices.requests.clear()
    next_evening = at(two_prices, tmp_path, kst(2025, 2, 7))
    done = fetch(next_evening, live.FIRST, date(2025, 2, 7))
    assert done.restated == []
    assert len(two_prices.requests) == len(live.TICKERS) + 1  # one a stock, and whether the day is there
    settled = two_prices.market.last_prices(HYNIX, two_prices.market.figures.close[:, two_prices.market.places[HYNIX]])
    by_day = dict(zip(two_prices.market.days, settled.tolist(), strict=True))
    held = closes(next_evening, HYNIX)
    assert {day: held[day] for day in held if day < date(2025, 2, 7)} == {
        day: by_day[day] for day in held if day < date(2025, 2, 7)
    }
    assert any(held[day] != truth.close(day, HYNIX) for day in held)


def test_between_the_two_prices_of_a_day_neither_is_taken(two_prices: MockedExchange, tmp_path: Path) -> None:
    night = at(two_prices, tmp_path, kst(2025, 2, 6, 20, 10))
    done = fetch(night, live.FIRST, date(2025, 2, 6))
    assert (max(closes(night, HYNIX)), done.silent) == (date(2025, 2, 5), [date(2025, 2, 6)])
    morning = at(two_prices, tmp_path, kst(2025, 2, 7, 6, 0))
    fetch(morning, live.FIRST, date(2025, 2, 6))
    assert max(closes(morning, HYNIX)) == date(2025, 2, 6)


def test_a_close_of_the_evening_is_asked_for_again_the_next_morning(two_prices: MockedExchange, tmp_path: Path) -> None:
    fetch(at(two_prices, tmp_path, kst(2025, 2, 6)), live.FIRST, date(2025, 2, 6))
    two_prices.requests.clear()
    fetch(at(two_prices, tmp_path, kst(2025, 2, 6, 21, 0)), live.FIRST, date(2025, 2, 6))
    assert not two_prices.requests
    assert fetch(at(two_prices, tmp_path, kst(2025, 2, 7, 6, 0)), live.FIRST, date(2025, 2, 6)).restated == []
    assert len(two_prices.requests) == len(live.TICKERS)


def test_a_split_is_a_restatement_although_prices_settle(two_prices: MockedExchange, tmp_path: Path) -> None:
    market = two_prices.market
    day, ticker = market.day_of("split"), market.troubles["split"].ticker
    before = Calendar().before(day)
    assert before >= SINCE
    fetch(at(two_prices, tmp_path, kst(before.year, before.month, before.day)), live.FIRST, before, ticker, HYNIX)
    after = at(two_prices, tmp_path, kst(day.year, day.month, day.day))
    assert fetch(after, live.FIRST, day, ticker, HYNIX).restated == [ticker]
