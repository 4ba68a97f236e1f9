"""Whole-market sessions through unmodified pykrx: what is stored is the truth, and what is not the truth is not stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from screener.data.fetch import Plan
from screener.data.sources import PriceRequest
from screener.errors import BlockedError, DataError, LoginError, NetworkError
from screener.krx.calendar import Calendar
from screener.krx.tables import FLOWS, INDICES, INDUSTRIES, MARKET
from tests.data import live
from tests.fakes.krx import MockedExchange, kst, mocked

EVENT = date(2025, 1, 31)
HYNIX = "000660"
SESSION, INDEX = "MDCSTAT01501", "MDCSTAT00301"


@pytest.fixture(scope="module")
def whole() -> live.Market:
    return live.market()


@pytest.fixture
def exchange(whole: live.Market) -> Iterator[MockedExchange]:
    whole.now = kst(2025, 2, 10, 18, 30)
    with mocked(whole) as exchange:
        yield exchange


def rows(opened: live.Connections, day: date, ticker: str) -> dict[str, object]:
    table = opened.store.table("pykrx-login", MARKET).read(MARKET.schema.names, day, day, [ticker])
    (row,) = table.to_pylist()
    return row


def asked(exchange: MockedExchange, bld: str) -> int:
    return sum(request.bld == bld for request in exchange.requests)


def test_a_session_costs_one_request_and_is_the_truth(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange)
    done = live.live("pykrx-login", opened).fetch(live.plan())
    truth = exchange.market.truth
    days = [day for day in truth.sessions if live.FIRST <= day <= live.LAST]
    assert date(2025, 1, 27) not in days
    assert (done.sessions, asked(exchange, SESSION)) == (len(days), len(days))
    assert asked(exchange, INDEX) == 3
    for day in days:
        row = rows(opened, day, HYNIX)
        assert row["close"] == truth.close(day, HYNIX)
        assert row["volume"] == truth.volume(day, HYNIX)
        assert row["change_pct"] == pytest.approx(truth.change_pct(day, HYNIX), abs=0.005)
    # As newspapers printed it: 199,200 won, -9.86%.
    event = rows(opened, EVENT, HYNIX)
    assert (event["close"], event["change_pct"]) == (199_200, -9.86)
    levels = opened.store.table("pykrx-login", INDICES).read(("date", "index", "close"), EVENT, EVENT).to_pylist()
    closes = {one["index"]: one["close"] for one in levels}
    assert (closes["KOSPI"], closes["KOSDAQ"]) == (2517.37, 728.29)


def test_the_second_time_nothing_is_fetched(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange)
    live.live("pykrx-login", opened).fetch(live.plan())
    before = len(exchange.requests)
    done = live.live("pykrx-login", opened).fetch(live.plan())
    assert (done.sessions, len(exchange.requests)) == (0, before)


def test_a_day_more_costs_five_requests_at_most(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange)
    live.live("pykrx-login", opened).fetch(live.plan())
    exchange.requests.clear()
    live.live("pykrx-login", opened).fetch(live.plan(last=date(2025, 2, 10)))
    data = [request for request in exchange.requests if request.bld]
    assert len(data) <= 5
    assert [request.bld for request in data].count(SESSION) == 1


def test_investors_and_industries_of_the_days_that_are_wanted(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange)
    wanted = Plan(EVENT, EVENT, (), flow_days=(EVENT,), industry_days=(EVENT,))
    live.live("pykrx-login", opened).fetch(wanted)
    flow = opened.store.table("pykrx-login", FLOWS).read(FLOWS.schema.names, keys=[HYNIX]).to_pylist()[0]
    truth = exchange.market.truth
    for name, investor in (("foreign", "9000"), ("institution", "7050"), ("individual", "8000")):
        assert flow[name] == truth.net_value(EVENT, EVENT, HYNIX, investor)
    industry = opened.store.table("pykrx-login", INDUSTRIES).read(("ticker", "industry"), keys=[HYNIX]).to_pylist()[0]
    assert industry["industry"] == truth.industry(HYNIX)


def test_a_volume_beyond_32_bits_and_a_ticker_with_a_letter(exchange: MockedExchange, tmp_path: Path) -> None:
    market = exchange.market
    opened = live.access(tmp_path, exchange)
    market.now = kst(2025, 3, 31, 18, 30)
    for trouble in ("overflow", "letter"):
        day, ticker = market.day_of(trouble), market.troubles[trouble].ticker
        live.live("pykrx-login", opened).fetch(live.plan(day, day))
        assert rows(opened, day, ticker)["volume"] == market.truth.volume(day, ticker)
        assert trouble != "overflow" or int(str(rows(opened, day, ticker)["volume"])) > 2**31


def test_a_holiday_that_the_calendar_does_not_know_is_remembered(tmp_path: Path) -> None:
    surprise = date(2025, 2, 5)
    with mocked(live.market(start=date(2025, 1, 2), end=date(2025, 2, 14), closed=frozenset({surprise}))) as exchange:
        exchange.market.now = kst(2025, 2, 10, 18, 30)
        opened = live.access(tmp_path, exchange)
        done = live.live("pykrx-login", opened).fetch(live.plan())
        assert done.closed == [surprise]
        exchange.requests.clear()
        live.live("pykrx-login", live.access(tmp_path, exchange)).fetch(live.plan())
        assert not exchange.requests
    calendar = live.access(tmp_path, exchange).calendar
    assert not calendar.is_session(surprise)
    assert calendar.before(date(2025, 2, 6)) == date(2025, 2, 4)


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("surprises", [[date(2025, 2, 5)], [date(2025, 2, 5), date(2025, 2, 6)]])
def test_a_holiday_between_stored_sessions_is_remembered(tmp_path: Path, surprises: list[date], *, lost: bool) -> None:
    """The sessions on both sides may be there already, or their file with what it remembers may be lost."""
    small = live.market(start=date(2025, 1, 2), end=date(2025, 2, 14), closed=frozenset(surprises))
    with mocked(small) as exchange:
        exchange.market.now = kst(2025, 2, 10, 18, 30)
        way = live.live("pykrx-login", live.access(tmp_path, exchange))
        if lost:
            way.fetch(live.plan())
            (tmp_path / "store/pykrx-login/market/year=2025/2025-02.parquet").unlink()
        else:
            way.fetch(live.plan(date(2025, 1, 31), date(2025, 2, 4)))
            way.fetch(live.plan(date(2025, 2, 7), date(2025, 2, 7)))
            if len(surprises) == 1:
                way.fetch(live.plan(date(2025, 2, 6), date(2025, 2, 6)))
        done = live.live("pykrx-login", live.access(tmp_path, exchange)).fetch(live.plan())
        assert (done.closed, done.silent) == (surprises, [])
        exchange.requests.clear()
        live.live("pykrx-login", live.access(tmp_path, exchange)).fetch(live.plan())
        assert not exchange.requests


def test_a_session_that_the_calendar_does_not_know_shows_in_the_indices(
    exchange: MockedExchange, tmp_path: Path
) -> None:
    wrong = live.replace(live.access(tmp_path, exchange), calendar=Calendar(closed=frozenset({EVENT})))
    done = live.live("pykrx-login", wrong).fetch(live.plan())
    assert done.sessions == len([day for day in exchange.market.truth.sessions if live.FIRST <= day <= live.LAST])
    assert rows(wrong, EVENT, HYNIX)["close"] == 199_200
    assert live.access(tmp_path, exchange).calendar.is_session(EVENT)


def test_a_gap_is_filled_beside_what_is_there(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange)
    for first, last in ((31, 31), (24, 31)):
        live.live("pykrx-login", opened).fetch(live.plan(date(2025, 1, first), date(2025, 1, last)))
    live.live("pykrx-login", opened).fetch(live.plan(date(2025, 2, 5), date(2025, 2, 7)))
    live.live("pykrx-login", opened).fetch(live.plan())
    for day in opened.store.table("pykrx-login", MARKET).sessions:
        assert rows(opened, day, HYNIX)["close"] == exchange.market.truth.close(day, HYNIX)


def test_figures_of_the_day_are_taken_again_once_they_are_final(exchange: MockedExchange, tmp_path: Path) -> None:
    day = date(2025, 2, 10)
    exchange.market.now = kst(2025, 2, 10, 15, 35)
    opened = live.access(tmp_path, exchange)
    live.live("pykrx-login", opened).fetch(live.plan(day, day))
    early = rows(opened, day, HYNIX)["volume"]
    exchange.market.now = kst(2025, 2, 10, 18, 30)
    live.live("pykrx-login", opened).fetch(live.plan(day, day))
    final = rows(opened, day, HYNIX)["volume"]
    assert final == exchange.market.truth.volume(day, HYNIX)
    assert early != final


def test_a_session_that_came_empty_is_no_holiday(exchange: MockedExchange, tmp_path: Path) -> None:
    """Zeros are how KRX answers for a holiday: they are not believed of a day of which there are indices."""
    opened = live.access(tmp_path, exchange)
    table = opened.store.table("pykrx-login", MARKET)
    days = [day for day in exchange.market.truth.sessions if day >= date(2025, 2, 3)][:4]
    exchange.faults.add("zeros", bld=SESSION, first=2, last=2)
    with pytest.raises(DataError, match=f"{days[1]} arrived without figures, though the indices have it"):
        live.live("pykrx-login", opened).fetch(live.plan(days[0], days[3]))
    assert (sorted(table.sessions), table.closed) == (days[:1], {})
    exchange.faults.clear()
    assert live.live("pykrx-login", opened).fetch(live.plan(days[0], days[3])).sessions == 3
    assert sorted(opened.store.table(table.source, table.kind).sessions) == days


@pytest.mark.parametrize("way", ["pykrx-keyless", "pykrx-login"])
def test_a_report_on_the_evening_of_a_holiday_that_nobody_knew(tmp_path: Path, way: live.Provider) -> None:
    surprise = date(2025, 2, 5)
    small = live.market(start=date(2025, 1, 2), end=date(2025, 2, 14), closed=frozenset({surprise}))
    need = PriceRequest({HYNIX: "KOSPI"}, EVENT, None, 0.3, surprise, before=5, after=5)
    for hour in (15, 17, 18):
        small.now = kst(2025, 2, 5, hour, 45)
        with mocked(small) as exchange:
            got = live.live(way, live.access(tmp_path / str(hour), exchange)).load(need)
        assert got.panel.sessions[-1].item() == date(2025, 2, 4)


def test_a_report_before_the_event_day_has_come(exchange: MockedExchange, tmp_path: Path) -> None:
    exchange.faults.add("zeros", bld=SESSION, first=3)
    need = PriceRequest({HYNIX: "KOSPI"}, date(2025, 2, 10), None, 0.3, date(2025, 2, 10), before=2)
    with pytest.raises(
        DataError, match="2025-02-10 arrived without figures, though the indices have it: not stored; try"
    ):
        live.live("pykrx-login", live.access(tmp_path, exchange)).load(need)


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        ("half", DataError, "a partial market is not stored"),
        ("stale", NetworkError, "arrived with the figures of 2025-02-03"),
        ("renamed", DataError, "TDD_CLSPRC"),
        ("empty_block", NetworkError, "returns nothing"),
        ("truncated", NetworkError, "a truncated answer"),
        ("dropped", NetworkError, "connection was dropped"),
        ("refused", NetworkError, "could not be reached"),
        ("no_answer", NetworkError, "could not be reached"),
        ("connect_timeout", NetworkError, "could not be reached"),
        ("html", BlockedError, "blocks this machine"),
        ("error_page", BlockedError, "blocks this machine"),
        ("redirect", BlockedError, "blocks this machine"),
        ("logout", LoginError, "ended the session twice"),
    ],
)
def test_what_is_not_the_truth_is_not_stored(
    exchange: MockedExchange, tmp_path: Path, fault: str, error: type[Exception], said: str
) -> None:
    opened = live.access(tmp_path, exchange)
    exchange.faults.add(fault, bld=SESSION, first=3)  # type: ignore[arg-type]
    days = [day for day in exchange.market.truth.sessions if day >= date(2025, 1, 31)]
    with pytest.raises(error, match=said) as caught:
        live.live("pykrx-login", opened).fetch(live.plan(days[0], days[3]))
    assert "\n" not in str(caught.value)
    table = opened.store.table("pykrx-login", MARKET)
    assert sorted(table.sessions) == days[:2]  # what came before it is kept
    assert not table.verify()
    exchange.faults.clear()
    opened.breaker.path(live.KRX).unlink(missing_ok=True)
    live.live("pykrx-login", opened).fetch(live.plan(days[0], days[3]))
    assert sorted(opened.store.table(table.source, table.kind).sessions) == days[:4]


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_in_trouble_is_asked_again(exchange: MockedExchange, tmp_path: Path, status: int) -> None:
    opened = live.access(tmp_path, exchange)
    fault = exchange.faults.add("status", bld=SESSION, status=status, last=2)
    done = live.live("pykrx-login", opened).fetch(live.plan(EVENT, EVENT))
    assert (done.sessions, fault.struck, asked(exchange, SESSION)) == (1, 2, 3)


@pytest.mark.parametrize("status", [403, 429])
def test_a_refusal_is_not_asked_again_for_a_day(exchange: MockedExchange, tmp_path: Path, status: int) -> None:
    opened = live.access(tmp_path, exchange)
    exchange.faults.add("status", bld=SESSION, status=status)
    with pytest.raises(BlockedError):
        live.live("pykrx-login", opened).fetch(live.plan(EVENT, EVENT))
    assert asked(exchange, SESSION) == 1
    exchange.faults.clear()
    exchange.requests.clear()
    began = exchange.market.now
    for hours in (0, 1, 23):
        exchange.market.now = began + timedelta(hours=hours)
        with pytest.raises(BlockedError, match="blocked this machine on 2025-02-10 18:30"):
            live.live("pykrx-login", live.access(tmp_path, exchange)).fetch(live.plan(EVENT, EVENT))
    assert not exchange.requests
    exchange.market.now = began + timedelta(hours=24)
    assert live.live("pykrx-login", live.access(tmp_path, exchange)).fetch(live.plan(EVENT, EVENT)).sessions == 1


def test_a_session_that_krx_ended_is_cured_by_one_login(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange)
    exchange.faults.add("logout", bld=SESSION, first=3, last=3)
    live.live("pykrx-login", opened).fetch(live.plan())
    assert exchange.account.logins == 2


@pytest.mark.parametrize(
    ("password", "expired", "said"),
    [("wrong-password", False, "KRX rejects KRX_ID and KRX_PW"), ("right-password", True, "has expired")],
)
def test_a_login_that_fails_is_tried_once(
    exchange: MockedExchange, tmp_path: Path, capfd: pytest.CaptureFixture[str], password: str, expired: bool, said: str
) -> None:
    opened = live.access(tmp_path, exchange)
    exchange.account.password_expired = expired
    login = live.Account(exchange.credentials[0], password)
    with pytest.raises(LoginError, match=said) as caught:
        live.live("pykrx-login", live.replace(opened, account=login)).fetch(live.plan())
    posts = [request for request in exchange.requests if request.path.endswith("MDCCOMS001D1.cmd")]
    assert len(posts) == 1
    printed = capfd.readouterr()
    for text in (str(caught.value), repr(caught.value), repr(login), repr(opened), printed.out, printed.err):
        assert password not in text
        assert exchange.credentials[0] not in text


def test_pykrx_prints_nothing_and_sees_no_account(
    exchange: MockedExchange, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRX_ID", exchange.credentials[0])
    monkeypatch.setenv("KRX_PW", "another-password")
    opened = live.access(tmp_path, exchange)
    live.live("pykrx-login", opened).fetch(live.plan(EVENT, EVENT))
    assert capfd.readouterr() == ("", "")
    assert exchange.account.logins == 1
    assert all("another-password" not in request.body for request in exchange.requests)
