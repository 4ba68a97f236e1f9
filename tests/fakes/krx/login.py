"""KRX's login: the cookie, the codes, one session an account; and the Open API's keys and quota."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from tests.fakes.krx.messages import Answer, Request, as_json, page

LOGIN_POST = "/contents/MDC/COMS/client/MDCCOMS001D1.cmd"
LOGIN_PAGES = ("/contents/MDC/COMS/client/MDCCOMS001.cmd", "/contents/MDC/COMS/client/view/login.jsp")
DONE, EXPIRED, DUPLICATE, WRONG = "CD001", "CD010", "CD011", "CD002"
TEXTS = {
    DONE: "정상",
    EXPIRED: "비밀번호를 변경한 지 3개월이 지났습니다. 비밀번호를 변경하여 주시기 바랍니다.",
    DUPLICATE: "이미 로그인되어 있습니다. 기존 접속을 종료하고 로그인하시겠습니까?",
    WRONG: "아이디 또는 비밀번호가 일치하지 않습니다.",
}


@dataclass
class Account:
    """The one account that the exchange knows, and who is logged in."""

    name: str = "tester"
    password: str = "right-password"  # noqa: S105 - of a simulated exchange
    password_expired: bool = False
    auth_key: str = "right-key"
    quota: int = 10_000
    """Calls of the Open API a day."""
    calls: int = 0
    """Calls of the Open API so far."""
    session: str | None = None
    """JSESSIONID that is logged in."""
    logins: int = 0
    """Logins that succeeded."""
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def expire_sessions(self) -> None:
        """Forget who is logged in: the next data request is answered with LOGOUT."""
        self.session = None

    def new_cookie(self) -> str:
        """A JSESSIONID that nobody has."""
        return f"SIMULATED{next(self._numbers):023d}.bWRjX2RvbWFpbi9tZGNvd2FwMQ=="

    def logged_in(self, request: Request) -> bool:
        """Whether the request carries the cookie of the live session."""
        return self.session is not None and request.cookies.get("JSESSIONID") == self.session

    def login_page(self, request: Request) -> Answer:
        """A page on the way to the login; gives a cookie to who has none."""
        answer = page("KRX 정보데이터시스템", '<form id="f"><input name="mbrId"><input name="pw"></form>')
        if "JSESSIONID" in request.cookies:
            return answer
        return Answer(200, answer.body, answer.kind, {"Set-Cookie": self._set_cookie(self.new_cookie())})

    def login(self, request: Request) -> Answer:
        """The posted login."""
        form = request.form
        cookie = request.cookies.get("JSESSIONID")
        if (form.get("mbrId"), form.get("pw")) != (self.name, self.password):
            code = WRONG
        elif self.password_expired:
            code = EXPIRED
        elif self.session not in (None, cookie) and form.get("skipDup") != "Y":
            code = DUPLICATE
        else:
            code = DONE
        answer = as_json({"_error_code": code, "_error_message": TEXTS[code]})
        if code != DONE:
            return answer
        self.logins += 1
        self.session = cookie or self.new_cookie()
        return Answer(200, answer.body, answer.kind, {"Set-Cookie": self._set_cookie(self.session)})

    @staticmethod
    def _set_cookie(value: str) -> str:
        return f"JSESSIONID={value}; Path=/; HttpOnly"
