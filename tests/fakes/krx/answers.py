"""The front desk of the stand-in: which of its services answers a request, and what goes wrong with it."""

from __future__ import annotations

from dataclasses import replace

from tests.fakes.krx import naver, openapi
from tests.fakes.krx.faults import Fault, Faults, spoil
from tests.fakes.krx.krx import Krx
from tests.fakes.krx.login import LOGIN_PAGES, LOGIN_POST, Account
from tests.fakes.krx.market import Market
from tests.fakes.krx.messages import KRX, NAVER, OPENAPI, Answer, Request, page

DATA = "/comm/bldAttendant/getJsonData.cmd"
LOGOUT = Answer(400, b"LOGOUT", "text/plain; charset=utf-8")


class Desk:
    """Takes every request: logs it, lets a fault strike, answers from a market and an account."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.account = Account()
        self.faults = Faults()
        self.requests: list[Request] = []
        self._krx = Krx(market)

    @property
    def credentials(self) -> tuple[str, str]:
        """Login id and password that the exchange accepts."""
        return self.account.name, self.account.password

    def handle(self, request: Request) -> tuple[Answer, Fault | None]:
        """The answer, spoiled where a fault strikes, and that fault: how the answer travels is up to the caller."""
        self.requests.append(request)
        fault = self.faults.strike(request)
        if fault is None:
            return self.answer(request), None
        return spoil(fault, request, self.answer, self.market.days), fault

    def answer(self, request: Request) -> Answer:
        """The answer that the real site would give; a page of 404 where there is nothing."""
        if request.host == NAVER and request.path == "/sise.nhn":
            return naver.chart(self.market, request.query)
        if request.host in (KRX, OPENAPI) and not request.secure:
            return Answer(302, b"", headers={"Location": request.url.replace("http:", "https:", 1)})
        if request.host == OPENAPI and request.path.startswith("/svc/apis/"):
            return openapi.answer(self.market, self.account, request)
        if request.host == KRX and request.path in LOGIN_PAGES:
            return self.account.login_page(request)
        if request.host == KRX and request.path == LOGIN_POST:
            return self.account.login(request)
        if request.host == KRX and request.path == DATA:
            return self._krx.answer(request.bld, request.form) if self.account.logged_in(request) else LOGOUT
        return replace(page("404 Not Found"), status=404)
