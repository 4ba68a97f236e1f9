"""KRX's official Open API, through the library krx-openapi: whole sessions and index levels for a key."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from screener.errors import DataError, LoginError, NetworkError, UsageError
from screener.i18n import _
from screener.krx.client import PIECE, Client, RefusalError, TemporaryError, taken_whole
from screener.krx.tables import index_rows, market_rows

if TYPE_CHECKING:
    from krx_openapi import KRX

HOST = "data-dbg.krx.co.kr"
SITE = "https://openapi.krx.co.kr"
SINCE = date(2010, 1, 4)
"""First session that the API has; of earlier days it knows nothing."""
KONEX_SINCE = date(2013, 7, 1)
"""KONEX opened on that day."""

Row = Mapping[str, str]
Services = dict[str, Callable[["KRX", str], Sequence[Row]]]

# By the names under which an account applies for them.
_STOCKS: Services = {
    "유가증권 일별매매정보": lambda krx, day: krx.stock.daily(day, market="KOSPI"),
    "코스닥 일별매매정보": lambda krx, day: krx.stock.daily(day, market="KOSDAQ"),
}
_KONEX: Services = {"코넥스 일별매매정보": lambda krx, day: krx.stock.daily(day, market="KONEX")}
_INDICES: Services = {
    "KOSPI 시리즈 일별시세정보": lambda krx, day: krx.index.kospi(day),
    "KOSDAQ 시리즈 일별시세정보": lambda krx, day: krx.index.kosdaq(day),
}
_INDEX_NAMES = {"KOSPI": "코스피", "KOSDAQ": "코스닥"}

_TRANSPORT = re.compile(r"(?:request to KRX failed|KRX response read failed) .*: (\w+)")


class OpenApi:
    """The source `openapi`."""

    name = "openapi"
    requests_each = 5
    same_day = False
    at_once = 20

    def __init__(self, key: str, client: Client) -> None:
        """Take the user's key; it goes to KRX and nowhere else.

        Raises:
            LoginError: the key is empty.
            UsageError: the library is not installed.
        """
        if not key.strip():
            # The library would look for another one in places of its own.
            raise LoginError("KRX_AUTH_KEY is empty", hint="set it to a key from {site}, or unset it", site=SITE)
        self.client = client
        self._key = key
        self._library = _load()

    def session(self, day: date) -> pa.Table:
        """MARKET rows of one day, in three requests; none if KRX did not trade, or until the next morning.

        Raises:
            LoginError: KRX refuses the key, or the account has not applied for the service.
            DataError: half a market, a day before the API's first, or a form that is not known.
            NetworkError: no answer, another day's answer, or no more requests today.
        """
        answers = self._answers(day, _STOCKS | _KONEX if day >= KONEX_SINCE else _STOCKS)
        return pa.concat_tables([market_rows(day, []), *(market_rows(day, rows) for rows in answers)])

    def indices(self, days: Sequence[date]) -> pa.Table:
        """INDICES rows of KOSPI and KOSDAQ, in two requests a day; none of days without trading or before the first."""
        tables = [index_rows(index, []) for index in _INDEX_NAMES]
        for day in days:
            if day < SINCE:
                continue
            for (index, name), rows in zip(_INDEX_NAMES.items(), self._answers(day, _INDICES), strict=False):
                level = [row for row in rows if row.get("IDX_NM") == name]
                if len(level) != 1:
                    raise DataError(
                        "KRX Open API names {name} {count} times among the indices of {day}",
                        hint="see whether a newer screener knows its new name",
                        name=name,
                        count=len(level),
                        day=day,
                    )
                tables.append(index_rows(index, level, day="BAS_DD", change="CMPPREVDD_IDX"))
        return pa.concat_tables(tables)

    def try_key(self) -> None:
        """Ask for one table that has long been final, to see whether KRX takes the key."""
        service = next(iter(_INDICES))
        self._ask(date(2025, 1, 31), service, _INDICES[service])

    def _answers(self, day: date, services: Services) -> list[Sequence[Row]]:
        """The answer of each service; no answers if KRX did not trade on `day`, or until the next morning."""
        answers = {service: self._ask(day, service, fetch) for service, fetch in services.items()}
        without = [service for service, rows in answers.items() if not rows]
        if not without:
            return list(answers.values())
        if len(without) < len(answers):
            raise DataError(
                "KRX Open API: {service} has nothing on {day}",
                hint="half a market is not stored; try later",
                service=without[0],
                day=day,
            )
        if day < SINCE:
            raise DataError(
                "KRX Open API has no figures of {day}", hint="it has those from {since} on", day=day, since=SINCE
            )
        return []

    def _ask(self, day: date, service: str, fetch: Callable[[KRX, str], Sequence[Row]]) -> Sequence[Row]:
        stamp = f"{day:%Y%m%d}"

        def send(seconds: float) -> Sequence[Row]:
            try:
                return fetch(self._library.KRX(self._key, timeout=seconds), stamp)
            except self._library.KRXError as error:
                raise _fault(self._library, error, service) from None

        rows = self.client.ask(HOST, f"{service} {day}", send)
        others = {row.get("BAS_DD", _("no date")) for row in rows} - {stamp}
        if others:
            raise NetworkError(
                "KRX Open API: {service} answers with figures of {other} for {day}",
                hint="nothing is stored, try later",
                service=service,
                other=min(others),
                day=day,
            )
        return rows


def _load() -> ModuleType:
    try:
        import krx_openapi
    except ImportError:
        raise UsageError(
            "KRX_AUTH_KEY is set, but KRX's Open API needs a library", hint="pip install 'krx-impact-screener[openapi]'"
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
            if answer.length:  # taken in pieces, a body that breaks off is no error of its own
                raise http.client.IncompleteRead(body, answer.length)
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
        return LoginError("KRX_AUTH_KEY holds characters that no key has", hint="copy it anew from {site}", site=SITE)
    if isinstance(error, library.KRXAuthError) or status == 401:
        return LoginError(
            "KRX Open API refuses KRX_AUTH_KEY, or the service {service} was not applied for",
            hint="see {site} (a key is good for a year, and each service is applied for)",
            service=service,
            site=SITE,
        )
    if isinstance(error, library.KRXRateLimitError):
        return NetworkError(
            "KRX Open API: the 10,000 requests a day of this key are used up", hint="run it again after midnight KST"
        )
    if transport:
        cause = transport.group(1)
        known = {
            "gaierror": _("its name could not be resolved"),
            "ConnectionRefusedError": _("it refused the connection"),
            "TimeoutError": _("it did not answer in time"),
            "SSLCertVerificationError": _("its certificate is not trusted"),
        }
        return TemporaryError(known.get(cause) or _("the connection was dropped ({cause})", cause=cause))
    if status >= 500:
        return TemporaryError(_("status {status}", status=status))
    if status == 403 or 300 <= status < 400:
        return RefusalError(_("status {status}", status=status))
    if text.startswith(("non-JSON response", "unexpected KRX response")):
        return RefusalError(_("something else than data"))
    said = (
        _("status {status}", status=status)
        if status
        else "".join(letter for letter in text if letter.isprintable())[:120]
    )
    return NetworkError(
        "KRX Open API: {service}: {said}",
        hint="try later, or see whether a newer krx-openapi knows it",
        service=service,
        said=said,
    )
