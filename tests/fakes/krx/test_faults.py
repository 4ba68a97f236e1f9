"""What a client meets when a fault is on, over the loopback server and inside the process; and KRX's login."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import requests

from tests.fakes.krx import Exchange, Market, MockedExchange, kst, mocked
from tests.fakes.krx.messages import KRX, NAVER

LOGIN = "https://data.krx.co.kr/contents/MDC/COMS/client/"
DATA = "https://data.krx.co.kr/comm/bldAttendant/getJsonData.cmd"
CHART = "http://fchart.stock.naver.com/sise.nhn?symbol=000660&timeframe=day&count=10&requestType=0"
WHOLE = {"bld": "dbms/MDC/STAT/standard/MDCSTAT01501", "trdDd": "20250203", "mktId": "ALL"}

Place = Exchange | MockedExchange


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(date(2025, 1, 2), date(2025, 2, 28), size=300)


@pytest.fixture
def exchange(market: Market) -> Iterator[Exchange]:
    with Exchange(market) as running:
        yield running


@pytest.fixture(params=["server", "mocked"])
def place(request: pytest.FixtureRequest, market: Market) -> Iterator[Place]:
    with Exchange(market) if request.param == "server" else mocked(market) as running:
        yield running


@pytest.fixture
def client(place: Place) -> Iterator[requests.Session]:
    with _client(place) as session:
        yield session


def _client(place: Place) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    if isinstance(place, Exchange):
        session.proxies = {"http": place.url, "https": place.url}
        session.verify = place.environment["REQUESTS_CA_BUNDLE"]
    return session


def _login(session: requests.Session, **more: str) -> str:
    session.get(LOGIN + "MDCCOMS001.cmd", timeout=60)
    form = {"mbrId": "tester", "pw": "right-password", **more}
    code: str = session.post(LOGIN + "MDCCOMS001D1.cmd", data=form, timeout=60).json()["_error_code"]
    return code


def _whole(session: requests.Session) -> requests.Response:
    return session.post(DATA, data=WHOLE, timeout=60)


def _rows(session: requests.Session) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = _whole(session).json()["OutBlock_1"]
    return rows


def _items(session: requests.Session) -> list[list[str]]:
    tree = ET.fromstring(session.get(CHART, timeout=60).text)  # noqa: S314 - of our own making
    return [item.attrib["data"].split("|") for item in tree.iter("item")]


def test_data_needs_a_login(place: Place, client: requests.Session) -> None:
    assert (_whole(client).status_code, _whole(client).text) == (400, "LOGOUT")
    assert _login(client) == "CD001"
    assert len(_rows(client)) == len(place.market.truth.tickers(date(2025, 2, 3)))
    place.account.expire_sessions()
    assert _whole(client).text == "LOGOUT"
    assert _login(client) == "CD001"
    assert _whole(client).ok
    assert place.account.logins == 2


def test_a_second_login_ends_the_first(place: Place, client: requests.Session) -> None:
    _login(client)
    with _client(place) as other:
        assert _login(other) == "CD011"
        assert _whole(client).ok
        assert _login(other, skipDup="Y") == "CD001"
        assert _whole(other).ok
    assert _whole(client).text == "LOGOUT"


def test_refused_logins(place: Place, client: requests.Session) -> None:
    assert _login(client, pw="wrong") not in ("CD001", "CD010", "CD011")
    place.account.password_expired = True
    assert _login(client) == "CD010"
    assert _whole(client).text == "LOGOUT"
    assert (place.account.logins, place.credentials) == (0, ("tester", "right-password"))


def test_only_the_chosen_requests_are_struck(place: Place, client: requests.Session) -> None:
    second = place.faults.add("status", status=500, host=NAVER, first=2, last=3)
    elsewhere = place.faults.add("html", bld="MDCSTAT00301")
    other = place.faults.add("html", symbol="005930")
    assert [client.get(CHART, timeout=60).status_code for _ in range(4)] == [200, 500, 500, 200]
    assert (second.seen, second.struck, elsewhere.seen, other.seen) == (4, 2, 0, 0)
    place.faults.clear()
    assert len(_items(client)) == 10
    with pytest.raises(ValueError, match="no such fault: storm"):
        place.faults.add("storm")  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_statuses(place: Place, client: requests.Session, status: int) -> None:
    place.faults.add("status", status=status)
    assert client.get(CHART, timeout=60).status_code == status
    assert client.get(LOGIN + "MDCCOMS001.cmd", timeout=60).status_code == status


@pytest.mark.parametrize("name", ["html", "error_page"])
def test_pages_where_figures_belong(place: Place, client: requests.Session, name: Any) -> None:
    _login(client)
    place.faults.add(name)
    for answer in (_whole(client), client.get(CHART, timeout=60)):
        assert answer.status_code == 200
        assert answer.text.startswith("<!DOCTYPE html>")


def test_half_a_document(place: Place, client: requests.Session) -> None:
    _login(client)
    place.faults.add("truncated")
    with pytest.raises(requests.JSONDecodeError):
        _rows(client)
    with pytest.raises(ET.ParseError):
        _items(client)


def test_another_charset_than_the_header_says(place: Place, client: requests.Session) -> None:
    _login(client)
    assert 'name="SK하이닉스"' in client.get(CHART, timeout=60).text
    place.faults.add("wrong_charset")
    assert "하이닉스" not in client.get(CHART, timeout=60).text
    with pytest.raises(UnicodeDecodeError):
        _whole(client).content.decode("utf-8")


def test_gzip_that_is_none(place: Place, client: requests.Session) -> None:
    place.faults.add("gzip_garbage")
    with pytest.raises(requests.exceptions.ContentDecodingError):
        client.get(CHART, timeout=60)


def test_no_connection_and_no_answer(place: Place, client: requests.Session) -> None:
    place.faults.add("refused", first=1, last=1)
    place.faults.add("no_answer", first=2)
    with pytest.raises(requests.ConnectionError):
        client.get(CHART, timeout=60)
    with pytest.raises(requests.ReadTimeout):
        client.get(CHART, timeout=0.2)


def test_dropped_in_the_middle(place: Place, client: requests.Session) -> None:
    _login(client)
    place.faults.add("dropped")
    for ask in (_whole, _items):
        with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
            ask(client)


def test_tables_that_lie(place: Place, client: requests.Session) -> None:
    _login(client)
    whole, items = _rows(client), _items(client)
    before = _struck_rows(place, client, "stale")
    assert [row["ISU_SRT_CD"] for row in before] == [row["ISU_SRT_CD"] for row in whole]
    truth = place.market.truth
    closes = [int(row["TDD_CLSPRC"].replace(",", "")) for row in before]
    assert closes == [truth.close(date(2025, 1, 31), row["ISU_SRT_CD"]) for row in before]
    assert _struck_rows(place, client, "empty_block") == []
    assert _struck_rows(place, client, "half") == whole[::2]
    assert "TDD_CLSPRC" not in _struck_rows(place, client, "renamed")[0]
    zeros = _struck_rows(place, client, "zeros")
    assert {(row["TDD_CLSPRC"], row["ACC_TRDVOL"]) for row in zeros} == {("-", "-")}
    assert zeros[0]["LIST_SHRS"] == whole[0]["LIST_SHRS"]

    assert _struck_items(place, client, "empty_block") == []
    assert _struck_items(place, client, "half") == items[::2]
    assert _struck_items(place, client, "zeros") == [[item[0], *"00000"] for item in items]
    assert _struck_items(place, client, "stale") == [*items[:-1], [items[-1][0], *items[-2][1:]]]
    with pytest.raises(KeyError):
        _struck_items(place, client, "renamed")


def _struck_rows(place: Place, client: requests.Session, name: Any) -> list[dict[str, str]]:
    place.faults.clear()
    place.faults.add(name, host=KRX)
    return _rows(client)


def _struck_items(place: Place, client: requests.Session, name: Any) -> list[list[str]]:
    place.faults.clear()
    place.faults.add(name, host=NAVER)
    return _items(client)


def test_a_redirect_to_http_shows_what_leaks(place: Place, client: requests.Session) -> None:
    _login(client)
    place.faults.add("redirect", first=1, last=1)
    _whole(client)
    leaked = [request for request in place.requests if not request.secure]
    assert [request.host for request in leaked] == [KRX]
    assert "JSESSIONID" in leaked[0].cookies


def test_a_byte_now_and_then(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte starts the read timeout anew: only a deadline of the client's own ends this."""
    exchange.faults.drip_seconds = 3.0
    with _client(exchange) as client:
        whole = client.get(CHART, timeout=60).content
        exchange.faults.add("drip")
        waited: list[float] = []
        monkeypatch.setattr("tests.fakes.krx.server.wait", lambda _, seconds: waited.append(seconds))
        assert client.get(CHART, timeout=60).content == whole
    assert waited == [3.0] * len(whole)


def test_an_answer_that_is_held_comes_when_it_is_released(exchange: Exchange) -> None:
    held = exchange.faults.add("held")
    with _client(exchange) as client:
        with pytest.raises(requests.ReadTimeout):
            client.get(CHART, timeout=0.1)
        assert held.arrived.is_set()
        held.released.set()
        assert client.get(CHART, timeout=60).ok


def test_a_length_that_is_wrong(exchange: Exchange) -> None:
    with _client(exchange) as client:
        whole = client.get(CHART, timeout=60).content
        exchange.faults.add("wrong_length")
        assert client.get(CHART, timeout=60).content == whole[: len(whole) // 2]
        exchange.faults.clear()
        assert client.get(CHART, timeout=60).content == whole


def test_nobody_there(exchange: Exchange) -> None:
    proxy = exchange.unreachable["HTTP_PROXY"]
    with _client(exchange) as client, pytest.raises(requests.ConnectionError, match="refused"):
        client.get(CHART, proxies={"http": proxy}, timeout=60)


def test_waiting_clients_do_not_keep_it_from_its_end(market: Market) -> None:
    with Exchange(market) as exchange, _client(exchange) as client:
        for fault in ("no_answer", "held", "drip"):
            exchange.faults.clear()
            exchange.faults.drip_seconds = 1e6
            exchange.faults.add(fault)
            with pytest.raises((requests.ReadTimeout, requests.ConnectionError)):
                client.get(CHART, timeout=0.1)
    with pytest.raises(requests.ConnectionError), _client(exchange) as client:
        client.get(CHART, timeout=60)


def test_connections_that_time_out(market: Market) -> None:
    with mocked(market) as exchange, _client(exchange) as client:
        exchange.faults.add("connect_timeout")
        with pytest.raises(requests.ConnectTimeout):
            client.get(CHART, timeout=60)


def test_the_log_says_who_asked_for_what(exchange: Exchange) -> None:
    with _client(exchange) as client:
        client.get(CHART, headers={"User-Agent": "me"}, timeout=60)
        _whole(client)
    first, second = exchange.requests
    assert (first.method, first.host, first.symbol, first.secure) == ("GET", NAVER, "000660", False)
    assert first.headers["user-agent"] == "me"
    assert (second.method, second.host, second.bld, second.secure) == ("POST", KRX, "MDCSTAT01501", True)
    assert second.form == WHOLE


def test_figures_of_today_change_until_they_are_settled(exchange: Exchange) -> None:
    seen = []
    evening = exchange.market.now
    with _client(exchange) as client:
        for hour in (8, 14, 16, 18):
            exchange.market.now = kst(2025, 2, 3, hour, 0)
            newest = _items(client)[-1]
            seen.append((newest[0], newest[4], newest[5]))
    exchange.market.now = evening
    early, trading, closed, settled = seen
    assert early[0] == "20250131"
    assert trading[0] == closed[0] == settled[0] == "20250203"
    assert trading[1] != closed[1] == settled[1]
    assert int(trading[2]) < int(closed[2]) < int(settled[2])
