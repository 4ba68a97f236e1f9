"""What comes over the wire is of whom it should be, and a password goes nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from screener.errors import BlockedError, LoginError, NetworkError
from screener.krx.client import Breaker, Client
from screener.krx.http import ping
from screener.krx.pykrx import Pykrx
from tests.data import live
from tests.fakes.krx import MockedExchange, kst, mocked
from tests.fakes.krx.faults import Fault
from tests.fakes.krx.login import LOGIN_POST
from tests.fakes.krx.messages import Answer, Request, as_json

DAY = date(2025, 2, 7)
PORTAL = "http://portal.example/login"


@pytest.fixture
def exchange() -> Iterator[MockedExchange]:
    with mocked(live.Market(start=date(2025, 1, 20), end=date(2025, 2, 14), size=200)) as exchange:
        exchange.market.now = kst(2025, 2, 7)
        yield exchange


def answering(exchange: MockedExchange, which: Callable[[Request], bool], answer: Answer) -> None:
    """The stand-in gives `answer` to the requests that `which` picks."""
    usual = exchange.answer
    exchange.answer = lambda request: answer if which(request) else usual(request)  # type: ignore[method-assign]


def is_login(request: Request) -> bool:
    return request.path == LOGIN_POST


def is_naver(request: Request) -> bool:
    return request.host == live.NAVER


def redirect(to: str, status: int = 307) -> Answer:
    return Answer(status, b"", headers={"Location": to})


def fetch(opened: live.Connections, way: live.Provider) -> live.Fetched:
    return live.live(way, opened).fetch(live.plan(DAY, DAY))


def passwords(exchange: MockedExchange) -> int:
    return sum(exchange.credentials[1] in request.body for request in exchange.requests)


@pytest.mark.parametrize(
    "content", [as_json([1]), as_json(None), as_json("LOGOUT"), as_json({}), as_json({"_error_code": None})]
)
def test_a_login_that_is_answered_in_another_form(exchange: MockedExchange, tmp_path: Path, content: Answer) -> None:
    answering(exchange, is_login, content)
    with pytest.raises(NetworkError, match=r"^data.krx.co.kr: the answer to the login has an unknown format") as told:
        fetch(live.access(tmp_path, exchange), "pykrx-login")
    assert "\n" not in str(told.value)
    assert passwords(exchange) == 1


def test_a_password_that_is_no_text_is_not_sent(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.replace(live.access(tmp_path, exchange), account=live.Account("tester", "right\udcffpw"))
    with pytest.raises(LoginError, match="KRX_ID or KRX_PW is not UTF-8 text: set it again"):
        fetch(opened, "pykrx-login")
    assert exchange.requests == []


@pytest.mark.parametrize("fault", ["status", "no_answer", "dropped", "truncated"])
def test_a_login_without_an_answer_is_not_sent_again(
    exchange: MockedExchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    strike = exchange.faults.strike
    struck = Fault(fault)  # type: ignore[arg-type]
    monkeypatch.setattr(exchange.faults, "strike", lambda request: struck if is_login(request) else strike(request))
    with pytest.raises(NetworkError, match="could not be reached"):
        fetch(live.access(tmp_path, exchange), "pykrx-login")
    assert passwords(exchange) == 1


@pytest.mark.parametrize(
    "to", ["http://data.krx.co.kr/x", "https://evil.example/x", f"https://data.krx.co.kr{LOGIN_POST}", "/x"]
)
@pytest.mark.parametrize("status", [302, 307, 308])
def test_the_password_follows_no_redirect(exchange: MockedExchange, tmp_path: Path, to: str, status: int) -> None:
    answering(exchange, is_login, redirect(to, status))
    with pytest.raises(BlockedError, match="redirect"):
        fetch(live.access(tmp_path, exchange), "pykrx-login")
    assert passwords(exchange) == 1


@pytest.mark.parametrize("to", ["http://data.krx.co.kr/x", "https://evil.example/x", "//evil.example/x"])
def test_a_login_page_leads_nowhere_else(exchange: MockedExchange, tmp_path: Path, to: str) -> None:
    answering(exchange, lambda request: request.path.endswith("login.jsp"), redirect(to))
    with pytest.raises(BlockedError, match="a redirect to http"):
        fetch(live.access(tmp_path, exchange), "pykrx-login")
    assert passwords(exchange) == 0
    assert all(request.secure and request.host == live.KRX for request in exchange.requests)


def test_a_network_that_wants_a_login_of_its_own_is_no_refusal(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange, account=False)
    answering(exchange, is_naver, redirect(PORTAL, 302))
    with pytest.raises(NetworkError, match=r"redirects to portal.example, 3 tries\): check the network") as told:
        fetch(opened, "pykrx-keyless")
    assert not isinstance(told.value, BlockedError)
    assert opened.breaker.block(live.NAVER) is None


def test_a_page_of_naver_itself_is_a_refusal(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange, account=False)
    answering(exchange, is_naver, Answer(200, b"<html>no</html>", "text/html"))
    with pytest.raises(BlockedError):
        fetch(opened, "pykrx-keyless")
    assert opened.breaker.block(live.NAVER) is not None


def test_prices_of_another_stock_are_not_taken(exchange: MockedExchange, tmp_path: Path) -> None:
    usual = exchange.answer

    def other(request: Request) -> Answer:
        return usual(live.replace(request, url=request.url.replace("000660", "005930")))

    exchange.answer = other  # type: ignore[method-assign]
    opened = live.access(tmp_path, exchange, account=False)
    with pytest.raises(NetworkError, match="returns the prices of 005930 for 000660: they were not stored"):
        fetch(opened, "pykrx-keyless")


@pytest.mark.parametrize(
    ("way", "minutes", "fits"),
    [
        ("pykrx-keyless", 4, True),
        ("pykrx-keyless", -4, True),
        ("pykrx-keyless", 6, False),
        ("pykrx-keyless", -6, False),
        ("pykrx-keyless", 240, False),
        ("pykrx-login", 240, False),
    ],
)
def test_a_clock_that_is_wrong_makes_no_close_of_a_price_of_noon(
    exchange: MockedExchange, tmp_path: Path, way: live.Provider, minutes: int, fits: bool
) -> None:
    opened = live.access(tmp_path, exchange)
    ours = exchange.market.now
    opened = live.replace(opened, now=lambda: ours, breaker=Breaker(opened.breaker.folder, lambda: ours))
    exchange.market.now = ours - timedelta(minutes=minutes)
    if fits:
        fetch(opened, way)
        return
    with pytest.raises(
        NetworkError, match=r"the clock of this machine shows 2025-02-07 18:30 KST, that of the exchange .*: set it"
    ):
        fetch(opened, way)
    assert not opened.store.tables()
    assert ping(live.NAVER, Client(opened.breaker, live.FAST)) == exchange.market.now


def test_a_refusal_of_the_future_ends_a_day_from_now(exchange: MockedExchange, tmp_path: Path) -> None:
    breaker = live.access(tmp_path, exchange).breaker
    now = exchange.market.now
    exchange.market.now = kst(2035, 2, 7)
    breaker.trip(live.NAVER, "status 403")
    exchange.market.now = now
    block = breaker.block(live.NAVER)
    assert block is not None
    assert (block.since, block.why) == (now, "status 403")
    exchange.market.now = now + timedelta(hours=24)
    assert breaker.block(live.NAVER) is None


def test_a_login_page_may_lead_to_another_one_of_krx(exchange: MockedExchange, tmp_path: Path) -> None:
    there = "/contents/MDC/COMS/client/view/login.jsp"
    answering(exchange, lambda request: request.path.endswith("MDCCOMS001.cmd"), redirect(there))
    opened = live.access(tmp_path, exchange)
    Pykrx(opened.account, Client(opened.breaker, live.FAST)).log_in()
    assert exchange.account.logins == 1
