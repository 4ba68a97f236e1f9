"""Answers of the exchange whose headers or bodies are odd, through unmodified pykrx."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import InvalidHeader

from screener.krx.client import Account, Client, Timeouts, trusted
from screener.krx.pykrx import Pykrx
from tests.fuzz.test_wire import DAY, HISTORY, NOW, SESSION, Forgetful
from tests.outside.case import UNDERSTOOD, case


class _Odd(BaseAdapter):
    """Gives one body with some headers to every request, and lets every login in unless `login` is answered, too."""

    def __init__(self, body: bytes, status: int, login: bytes, headers: dict[str, str]) -> None:
        super().__init__()
        self.body, self.status, self.login, self.headers = body, status, login, headers

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        is_login = "MDCCOMS001" in str(request.url) or "login.jsp" in str(request.url)
        try:
            raw = HTTPResponse(
                io.BytesIO(self.login if is_login else self.body),
                headers=None if is_login else self.headers,
                status=200 if is_login else self.status,
                preload_content=False,
            )
        except InvalidHeader as error:  # as the adapter of requests does
            raise requests.exceptions.InvalidHeader(error, request=request) from None
        return requests.adapters.HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        """Nothing is open."""


LET_IN = b'{"_error_code":"CD001"}'


def asked(
    body: bytes, status: int = 200, login: bytes = LET_IN, *, keyless: bool = False, **headers: str
) -> Callable[[Path], None]:
    def run(_folder: Path) -> None:
        account = None if keyless else Account("id", "password")
        source = Pykrx(account, Client(Forgetful(Path("nowhere"), lambda: NOW), Timeouts(spacing=0.0, attempts=1)))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for prefix in ("http://", "https://"):
            source._transport.mount(prefix, _Odd(body, status, login, named))
        if keyless:
            source.history("005930", DAY, DAY)
        else:
            source.session(DAY)

    return run


JSON = "application/json; charset=utf-8"
DEEP = b'{"OutBlock_1":' * 5000
case("JSON nested 5,000 deep", "KRX", 5, "a truncated answer")(asked(DEEP, Content_Type=JSON))
case("JSON nested 5,000 deep", "KRX's login", 5, "a truncated answer")(asked(b"{}", login=b"[" * 5000))
case("half of a surrogate pair in a name", "KRX", 3, "ISU_ABBRV of row 1 cannot be read")(
    asked(SESSION.replace('"ISU_ABBRV":"', '"ISU_ABBRV":"\\ud800', 1).encode(), Content_Type=JSON)
)
case("a name of 200,000 letters", "KRX", 0, UNDERSTOOD)(
    asked(SESSION.replace('"ISU_ABBRV":"', '"ISU_ABBRV":"' + "A" * 200_000, 1).encode(), Content_Type=JSON)
)
case("a Date header of the year 9999", "KRX", 0, UNDERSTOOD)(
    asked(SESSION.encode(), Content_Type=JSON, Date="Fri, 31 Dec 9999 23:59:59 GMT")
)
case("a Date header of a day that is none", "KRX", 0, UNDERSTOOD)(
    asked(SESSION.encode(), Content_Type=JSON, Date="99 Foo 99999999999 99:99:99")
)
for _charset in ("idna", "undefined", "no-such-charset", "base64"):
    case(f"the charset {_charset}", "Naver", 5, "an answer in an unknown charset")(
        asked(HISTORY.encode("euc-kr"), keyless=True, Content_Type=f"text/xml; charset={_charset}")
    )
for _place in ("http://[::1", "https://xn--a/", "//", "https://\udcff/", "https://a..b/"):
    case(f"a redirect to `{_place!r}`", "Naver", 5, "fchart.stock.naver.com")(
        asked(b"", status=302, keyless=True, Location=_place)
    )
for _length in ("-1", "x"):
    case(f"a Content-Length of `{_length[:12]}`", "Naver", 0, UNDERSTOOD)(
        asked(HISTORY.encode("euc-kr"), keyless=True, Content_Type="text/xml; charset=euc-kr", Content_Length=_length)
    )
case("a Content-Length of two numbers", "Naver", 5, "the headers of its answer are not valid")(
    asked(HISTORY.encode("euc-kr"), keyless=True, Content_Length="1,23400")
)
case("a Content-Length that is never reached", "Naver", 5, "the connection was dropped")(
    asked(HISTORY.encode("euc-kr"), keyless=True, Content_Type="text/xml; charset=euc-kr", Content_Length="9" * 50)
)
case("an encoding that it is not in", "Naver", 5, "its answer could not be unpacked")(
    asked(HISTORY.encode("euc-kr"), keyless=True, Content_Encoding="gzip")
)


@case("a bundle of certificates that is not there", "REQUESTS_CA_BUNDLE", 2, "/nowhere.pem, which cannot be read")
def missing_bundle(_folder: Path) -> None:
    with patch.dict(os.environ, REQUESTS_CA_BUNDLE="/nowhere.pem"):
        trusted()


@case("a bundle without certificates", "REQUESTS_CA_BUNDLE", 2, "(it contains no certificates)")
def empty_bundle(folder: Path) -> None:
    (folder / "bundle.pem").write_text("none")
    with patch.dict(os.environ, REQUESTS_CA_BUNDLE=str(folder / "bundle.pem")):
        asked(b"")(folder)
