"""data.go.kr, the government's open data: whole sessions and index levels since 2020 for a key.

The key travels in the address. So no redirect is followed, and no error of urllib goes on, not even as the context of
another: it would hold the address, or an answer that repeats it.
"""

from __future__ import annotations

import http.client
import re
import urllib.request
from contextlib import suppress
from datetime import date
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.parse import quote, unquote, urlencode

from screener.decoding import from_json
from screener.errors import DataError, LoginError, NetworkError
from screener.i18n import N_, _
from screener.krx.client import PIECE, Client, RefusalError, TemporaryError, taken_whole, trusted
from screener.krx.daily import DailyService, dropped
from screener.krx.tables import Records

HOST = "apis.data.go.kr"
_SITE = "https://www.data.go.kr"
_MOST = 20_000
"""Rows of a day at most."""


class _Service(NamedTuple):
    """One service, and how many rows a page of it has."""

    name: str
    """Under which a key is applied for."""
    path: str
    rows: int


_STOCKS = _Service("금융위원회_주식시세정보", "GetStockSecuritiesInfoService_V2/getStockPriceInfo_V2", 1000)
_INDICES = _Service("금융위원회_지수시세정보", "GetMarketIndexInfoService_V2/getStockMarketIndex_V2", 100)
"""About 170 rows, of which the first page need not hold KOSPI."""

_FIGURES = {"open": "mkp", "high": "hipr", "low": "lopr", "close": "clpr", "volume": "trqu", "value": "trPrc"}
_STOCK_FIELDS = _FIGURES | {
    "ticker": "srtnCd",
    "name": "itmsNm",
    "market": "mrktCtg",
    "marcap": "mrktTotAmt",
    "shares": "lstgStCnt",
    "change": "vs",
    "change_pct": "fltRt",
}
_INDEX_FIELDS = _FIGURES | {"date": "basDt", "marcap": "lstgMrktTotAmt", "change": "vs"}

# Codes and names of https://www.data.go.kr's guide; names stand alone in what the gateway answers as plain text.
_NORMAL, _NO_DATA, _USED_UP, _UNKNOWN_KEY, _DENIED = 0, 3, 22, 30, 20
_CODES = {
    1: "APPLICATION_ERROR",
    2: "DB_ERROR",
    _NO_DATA: "NODATA_ERROR",
    4: "HTTP_ERROR",
    5: "SERVICETIMEOUT_ERROR",
    10: "INVALID_REQUEST_PARAMETER_ERROR",
    11: "NO_MANDATORY_REQUEST_PARAMETERS_ERROR",
    12: "NO_OPENAPI_SERVICE_ERROR",
    _DENIED: "SERVICE_ACCESS_DENIED_ERROR",
    21: "TEMPORARILY_DISABLE_THE_SERVICEKEY_ERROR",
    _USED_UP: "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR",
    _UNKNOWN_KEY: "SERVICE_KEY_IS_NOT_REGISTERED_ERROR",
    31: "DEADLINE_HAS_EXPIRED_ERROR",
    32: "UNREGISTERED_IP_ERROR",
    33: "UNSIGNED_CALL_ERROR",
    99: "UNKNOWN_ERROR",
}
_PASSING = (1, 2, 4, 5, 99)
_KEY_FAULTS = {
    _DENIED: (
        N_("data.go.kr rejects DATA_GO_KR_KEY for {service}"),
        N_("apply for it at {site}; each service needs its own application"),
    ),
    21: (N_("data.go.kr has suspended DATA_GO_KR_KEY"), N_("see {site}")),
    _UNKNOWN_KEY: (
        N_("DATA_GO_KR_KEY is not registered with data.go.kr"),
        N_("copy it again from {site}; a key granted within the last two hours may not be active yet"),
    ),
    31: (N_("DATA_GO_KR_KEY has expired"), N_("extend it at {site}")),
    32: (N_("data.go.kr rejects DATA_GO_KR_KEY from this address"), N_("register the address at {site}")),
    33: (N_("data.go.kr rejects DATA_GO_KR_KEY: the call is not signed"), N_("copy it again from {site}")),
}
_OF_GATEWAY = {401: _UNKNOWN_KEY, 403: _DENIED, 429: _USED_UP}
"""What the gateway means by a status, where its answer has no code."""
_CODE = re.compile(r"(?:returnReasonCode|resultCode)\W{1,6}(\d{1,3})\b")
_PAGE = re.compile(r"\s*<(?:!doctype html|html|head|script)\b", re.IGNORECASE)


class _AsItCame(urllib.request.HTTPErrorProcessor):
    """Every status is an answer like another: nothing is raised, and no redirect followed."""

    def https_response(self, request: Any, response: Any) -> Any:  # noqa: ARG002 - what urllib calls
        return response


class DataGoKr(DailyService):
    """The source `datagokr`."""

    name = "datagokr"
    title = publisher = "data.go.kr"
    since = date(2020, 1, 2)
    day_field = "basDt"
    index_field = "idxNm"
    stock_fields = _STOCK_FIELDS
    index_fields = _INDEX_FIELDS

    def __init__(self, key: str, client: Client) -> None:
        """Take the user's key, as data.go.kr gives it: percent-encoded, or not.

        Raises:
            LoginError: the key is empty, or cannot be one.
        """
        super().__init__(encoded(key), client)
        self._opener = urllib.request.build_opener(_AsItCame, urllib.request.HTTPSHandler(context=trusted()))
        self._opener.addheaders = [("User-Agent", "krx-impact-screener")]

    def stocks(self, day: date) -> Records:
        return self._records(_STOCKS, day)

    def levels(self, day: date) -> Records:
        return self._records(_INDICES, day)

    def try_key(self) -> None:
        for service in (_STOCKS, _INDICES):
            self._page(service._replace(rows=1), self.since, 1)

    def _records(self, service: _Service, day: date) -> Records:
        """All pages; what is no whole day is refused."""
        records, total = self._page(service, day, 1)
        page = 1
        while len(records) < total <= _MOST:
            page += 1
            more, now = self._page(service, day, page)
            if not more or now != total:
                break
            records += more
        if len(records) != total:
            raise DataError(
                "data.go.kr: {service} returned {count:,} of {total:,} rows for {day}",
                hint="a partial market is not stored; try again later",
                service=service.name,
                count=len(records),
                total=total,
                day=day,
            )
        return self.of_day(day, service.name, records)

    def _page(self, service: _Service, day: date, page: int) -> tuple[list[dict[str, str]], int]:
        """The rows of a page, and how many all pages have."""
        fields = {"resultType": "json", "numOfRows": service.rows, "pageNo": page, "basDt": f"{day:%Y%m%d}"}
        address = f"https://{HOST}/1160100/{service.path}?serviceKey={self._key}&{urlencode(fields)}"

        def send(seconds: float) -> tuple[list[dict[str, str]], int]:
            return _read(service, *self._get(address, seconds))

        return self.client.ask(HOST, f"{service.name} {day}", send)

    def _get(self, address: str, seconds: float) -> tuple[int, str]:
        """Status and text of an answer."""
        try:
            with self._opener.open(address, timeout=seconds) as answer:
                body = taken_whole(iter(lambda: answer.read(PIECE), b""), HOST)
                return answer.status, body.decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) and isinstance(error.reason, Exception) else error
            cause = type(reason).__name__
        raise TemporaryError(dropped(cause))


def encoded(key: str) -> str:
    """The key as it stands in an address, whichever form it has: older ones come percent-encoded and not.

    Raises:
        LoginError: it is empty, or cannot be a key.
    """
    bare = unquote(key.strip())
    if not bare:
        raise LoginError("DATA_GO_KR_KEY is empty", hint="set it to a key from {site}, or unset it", site=_SITE)
    if not re.fullmatch(r"[A-Za-z0-9+/=_-]+", bare):
        raise LoginError(
            "DATA_GO_KR_KEY contains characters that are not allowed in a key",
            hint="copy it again from {site}",
            site=_SITE,
        )
    return quote(bare, safe="")


def _read(service: _Service, status: int, text: str) -> tuple[list[dict[str, str]], int]:
    """Rows and their number in all; what else the answer says is raised."""
    content: Any = None
    with suppress(ValueError):
        content = from_json(text)
    found = _CODE.search(text)
    code = int(found[1]) if found else _named(text.replace(" ", "_"))
    if code == _NO_DATA:
        return [], 0
    if code == _NORMAL and status == http.client.OK and content is not None:
        return _rows(service, content)
    if code is None and _PAGE.match(text):
        raise (
            TemporaryError(_("status {status}", status=status))
            if status >= 500
            else RefusalError(_("a web page instead of data"))
        )
    raise _fault(service, status, text, code or _OF_GATEWAY.get(status))


def _named(text: str) -> int | None:
    return next((code for code, name in _CODES.items() if name in text), None)


def _rows(service: _Service, content: Any) -> tuple[list[dict[str, str]], int]:
    """One row comes as itself, not in a list; none as nothing at all."""
    try:
        body = content["response"]["body"]
        found = body["items"] and body["items"]["item"]
        total = int(body["totalCount"])
    except (KeyError, TypeError, ValueError, OverflowError):
        found, total = None, -1
    rows = [found] if isinstance(found, dict) else found or []
    if total < 0 or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _unknown(service, _("an answer in another format"))
    return rows, total


def _fault(service: _Service, status: int, text: str, code: int | None) -> Exception:
    """What is wrong, for a `Client`; of the text only what it begins with, and nothing that may be the key."""
    if code in _KEY_FAULTS:
        message, hint = _KEY_FAULTS[code]
        return LoginError(message, hint=hint, service=service.name, site=_SITE)
    if code == _USED_UP:
        return NetworkError(
            "data.go.kr: the 10,000 requests a day of this key are used up", hint="run it again after midnight KST"
        )
    if code in _PASSING:
        return TemporaryError(_CODES[code])
    if code:
        return _unknown(service, f"{code} {_CODES.get(code, '')}".rstrip())
    if status >= 500:
        return TemporaryError(_("status {status}", status=status))
    if 300 <= status < 400:
        return RefusalError(_("a redirect to {place}", place=_("another page")))
    if status != http.client.OK:
        return _unknown(service, _("status {status}", status=status))
    if not text.strip():
        return TemporaryError(_("an empty answer"))
    if text.lstrip()[0] in "{<":
        return TemporaryError(_("a truncated answer"))
    return RefusalError(_("an answer without data"))


def _unknown(service: _Service, said: str) -> NetworkError:
    return NetworkError(
        "data.go.kr: {service}: {said}",
        hint="try again later, or check for a newer screener that supports it",
        service=service.name,
        said=said,
    )
