"""KRX's official Open API, through the library krx-openapi: whole sessions and index levels for a key."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from screener.decoding import from_json
from screener.errors import DataError, LoginError, NetworkError, UsageError, install
from screener.i18n import _
from screener.krx.client import PIECE, Client, RefusalError, TemporaryError, taken_whole
from screener.krx.daily import DailyService, dropped
from screener.krx.tables import INDEX_FIELDS, STOCK_FIELDS, Records

if TYPE_CHECKING:
    from krx_openapi import KRX

HOST = "data-dbg.krx.co.kr"
_SITE = "https://openapi.krx.co.kr"
_KONEX_SINCE = date(2013, 7, 1)
"""KONEX opened on that day."""

_Services = dict[str, Callable[["KRX", str], Records]]

# By the names under which an account applies for them.
_STOCKS: _Services = {
    "유가증권 일별매매정보": lambda krx, day: krx.stock.daily(day, market="KOSPI"),
    "코스닥 일별매매정보": lambda krx, day: krx.stock.daily(day, market="KOSDAQ"),
}
_KONEX: _Services = {"코넥스 일별매매정보": lambda krx, day: krx.stock.daily(day, market="KONEX")}
_INDICES: _Services = {
    "KOSPI 시리즈 일별시세정보": lambda krx, day: krx.index.kospi(day),
    "KOSDAQ 시리즈 일별시세정보": lambda krx, day: krx.index.kosdaq(day),
}
_TRANSPORT = re.compile(r"(?:request to KRX failed|KRX response read failed) .*: (\w+)")


class OpenApi(DailyService):
    """The source `openapi`."""

    name = "openapi"
    title = "KRX Open API"
    since = date(2010, 1, 4)
    day_field = "BAS_DD"
    index_field = "IDX_NM"
    stock_fields = STOCK_FIELDS
    index_fields = INDEX_FIELDS | {"date": "BAS_DD", "change": "CMPPREVDD_IDX"}

    def __init__(self, key: str, client: Client) -> None:
        """Take the user's key; it goes to KRX and nowhere else.

        Raises:
            LoginError: the key is empty.
            UsageError: the library is not installed.
        """
        if not key.strip():
            # The library would look for another one in places of its own.
            raise LoginError("KRX_AUTH_KEY is empty", hint="set it to a key from {site}, or unset it", site=_SITE)
        super().__init__(key, client)
        self._library = _load()

    def stocks(self, day: date) -> Records:
        return self._answers(day, _STOCKS | _KONEX if day >= _KONEX_SINCE else _STOCKS)

    def levels(self, day: date) -> Records:
        return self._answers(day, _INDICES)

    def try_key(self) -> None:
        service = next(iter(_INDICES))
        self._ask(date(2025, 1, 31), service, _INDICES[service])

    def _answers(self, day: date, services: _Services) -> Records:
        """What all services answer; nothing if KRX did not trade on `day`, or until the next morning."""
        answers = {service: self._ask(day, service, fetch) for service, fetch in services.items()}
        without = [service for service, rows in answers.items() if not rows]
        if 0 < len(without) < len(answers):
            raise DataError(
                "KRX Open API: {service} has no data for {day}",
                hint="a partial market is not stored; try again later",
                service=without[0],
                day=day,
            )
        return [row for rows in answers.values() for row in rows]

    def _ask(self, day: date, service: str, fetch: Callable[[KRX, str], Records]) -> Records:
        def send(seconds: float) -> Records:
            try:
                records = fetch(self._library.KRX(self._key, timeout=seconds), f"{day:%Y%m%d}")
            except self._library.KRXError as error:
                raise _fault(self._library, error, service) from None
            return cast("Records", from_json(json.dumps(records)))

        return self.of_day(day, service, self.client.ask(HOST, f"{service} {day}", send))


def _load() -> ModuleType:
    try:
        import krx_openapi
    except ImportError:
        raise UsageError(
            "KRX_AUTH_KEY is set, but the KRX Open API needs a library", hint=install("openapi", "krx-openapi")
        ) from None
    if not isinstance(krx_openapi.session._OPENER, _Opener):
        krx_openapi.session._OPENER = _Opener(krx_openapi.session._OPENER)  # type: ignore[assignment]
    return krx_openapi


class _Opener:
    """The library's own opener, whose answers can be read only as far as an answer may go."""

    def __init__(self, opener: Any) -> None:
        self._opener = opener

    def open(self, request: Any, timeout: float) -> Any:
        answer = self._opener.open(request, timeout=timeout)
        read = answer.read

        def whole() -> bytes:
            body = taken_whole(iter(lambda: read(PIECE), b""), HOST)
            # Taken in pieces, a body that breaks off is no error of its own.
            if missing := getattr(answer, "length", None):
                raise http.client.IncompleteRead(body, missing)
            return body

        answer.read = whole
        return answer


def _fault(library: Any, error: Exception, service: str) -> Exception:
    """What the library's error is for a `Client`; it keeps the status in its text only."""
    text = str(error)
    found = re.match(r"HTTP (\d{3}) ", text)
    status = int(found.group(1)) if found else 0
    transport = _TRANSPORT.match(text)
    if isinstance(error, library.KRXConfigError):
        return LoginError(
            "KRX_AUTH_KEY contains characters that are not allowed in a key",
            hint="copy it again from {site}",
            site=_SITE,
        )
    if isinstance(error, library.KRXAuthError) or status == 401:
        return LoginError(
            "KRX Open API rejects KRX_AUTH_KEY, or no application was made for the service {service}",
            hint="see {site} (a key is valid for a year, and each service needs its own application)",
            service=service,
            site=_SITE,
        )
    if isinstance(error, library.KRXRateLimitError):
        return NetworkError(
            "KRX Open API: the 10,000 requests a day of this key are used up", hint="run it again after midnight KST"
        )
    if transport:
        return TemporaryError(dropped(transport.group(1)))
    if status >= 500:
        return TemporaryError(_("status {status}", status=status))
    if status == 403 or 300 <= status < 400:
        return RefusalError(_("status {status}", status=status))
    if text.startswith(("non-JSON response", "unexpected KRX response")):
        return RefusalError(_("an answer without data"))
    said = (
        _("status {status}", status=status)
        if status
        else "".join(letter for letter in text if letter.isprintable())[:120]
    )
    return NetworkError(
        "KRX Open API: {service}: {said}",
        hint="try again later, or check whether a newer krx-openapi supports it",
        service=service,
        said=said,
    )
