"""What can go wrong between a client and the exchange, by name.

    exchange.faults.add("no_answer")                               # every request from now on
    exchange.faults.add("logout", bld="MDCSTAT01501", first=3, last=3)  # the third of these, once
    exchange.faults.add("status", status=403, host=NAVER)
    exchange.faults.clear()

The first fault that matches a request strikes it.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, get_args

from tests.fakes.krx.messages import Answer, Request, as_json, page

Name = Literal[
    "refused",  # the connection is reset before anything comes
    "connect_timeout",  # no connection within the time; on the loopback server the same as no_answer
    "no_answer",  # the connection stands, nothing comes
    "held",  # the answer is held back until the fault is released
    "drip",  # a byte a second
    "dropped",  # closed in the middle of the body
    "wrong_length",  # Content-Length says half of what comes
    "truncated",  # half of the JSON or XML, otherwise in order
    "wrong_charset",  # another encoding than the header says
    "gzip_garbage",  # Content-Encoding: gzip over rubbish
    "status",  # 429, 403, 500, 503: `status`
    "html",  # a page where JSON or XML belongs
    "error_page",  # KRX's page for an error, with 200
    "logout",  # HTTP 400, LOGOUT
    "redirect",  # to the same address over http
    "empty_block",  # the table is there, without rows
    "renamed",  # a column has another name
    "half",  # every second row is missing
    "zeros",  # the rows of a session without figures, as on a holiday
    "stale",  # the figures of the session before under the day that was asked
]
RENAMED = {"TDD_CLSPRC": "CLSPRC_TDD", "CLSPRC_IDX": "IDX_CLSPRC", "NETBID_TRDVAL": "NET_TRDVAL", "short_code": "code"}
FIGURES = ("CLSPRC", "OPNPRC", "HGPRC", "LWPRC", "CMPPREVDD", "FLUC_RT", "ACC_TRD", "MKTCAP")
_ITEM = re.compile(r'<item data="([^"]*)" />')


@dataclass
class Fault:
    """One fault, and which requests it strikes."""

    name: Name
    host: str | None = None
    """Only requests to this host."""
    bld: str | None = None
    """Only requests for this table (MDCSTAT01501), or service of the Open API."""
    symbol: str | None = None
    """Only requests to Naver for this ticker."""
    first: int = 1
    """The first matching request that is struck, counted from when the fault was added."""
    last: int | None = None
    """The last one, None for all that follow."""
    status: int = 503
    """For `status`."""
    seen: int = 0
    """Matching requests so far."""
    struck: int = 0
    """Requests struck so far."""
    arrived: threading.Event = field(default_factory=threading.Event)
    """Set by the first request that is struck."""
    released: threading.Event = field(default_factory=threading.Event)
    """To be set by the test: what is held is answered."""

    def matches(self, request: Request) -> bool:
        """Whether the fault is about such a request."""
        pairs = ((self.host, request.host), (self.bld, request.bld), (self.symbol, request.symbol))
        return all(wanted is None or wanted == found for wanted, found in pairs)


class Faults:
    """The faults that are switched on."""

    def __init__(self) -> None:
        self.drip_seconds = 1.0
        """Time between two bytes of a drip."""
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, name: Name, **which: Any) -> Fault:
        """Switch a fault on; `which` are the fields of Fault. The fault counts what it strikes."""
        if name not in get_args(Name):
            raise ValueError(f"no such fault: {name}")
        fault = Fault(name, **which)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Switch all off."""
        with self._lock:
            self._faults.clear()

    def strike(self, request: Request) -> Fault | None:
        """The fault that strikes this request; counts it."""
        with self._lock:
            hit = None
            for fault in self._faults:
                if fault.matches(request):
                    fault.seen += 1
                    if hit is None and fault.first <= fault.seen <= (fault.last or fault.seen):
                        fault.struck += 1
                        fault.arrived.set()
                        hit = fault
            return hit


def spoil(fault: Fault, request: Request, answer: Callable[[Request], Answer], days: list[date]) -> Answer:
    """The spoiled answer.

    Args:
        fault: any; those that spoil how an answer travels leave it as it is.
        request: what was asked.
        answer: what would be answered to it, or to a similar request.
        days: the market's sessions, oldest first.
    """
    match fault.name:
        case "status":
            return replace(page(f"{fault.status}", "잠시 후 다시 이용해 주십시오."), status=fault.status)
        case "html":
            return page("안내", "<p>비정상적인 접근이 감지되어 접속이 제한되었습니다.</p>")
        case "error_page":
            return page("KRX | 에러 페이지", "<h1>서비스 이용에 불편을 드려 죄송합니다.</h1>")
        case "logout":
            return Answer(400, b"LOGOUT", "text/plain; charset=utf-8")
        case "redirect":
            return Answer(302, b"", headers={"Location": request.url.replace("https:", "http:", 1)})
        case "gzip_garbage":
            return replace(answer(request), body=b"\x1f\x8b\x08rubbish" * 40, headers={"Content-Encoding": "gzip"})
        case "truncated":
            whole = answer(request)
            return replace(whole, body=whole.body[: len(whole.body) // 2])
        case "wrong_charset":
            whole = answer(request)
            here, there = ("utf-8", "euc-kr") if whole.kind.startswith("application/json") else ("euc-kr", "utf-8")
            return replace(whole, body=whole.body.decode(here).encode(there))
        case "stale" if _day_of(request):
            return _session_before(request, answer, days)
        case "empty_block" | "renamed" | "half" | "zeros" | "stale":
            whole = answer(request)
            return _table(fault.name, whole) if whole.kind.startswith("application/json") else _xml(fault.name, whole)
    return answer(request)


def _day_of(request: Request) -> str:
    """The one day that is asked for, or nothing."""
    return request.form.get("trdDd") or request.query.get("basDd") or request.query.get("basDt") or ""


def _session_before(request: Request, answer: Callable[[Request], Answer], days: list[date]) -> Answer:
    asked = _day_of(request)
    before = max((f"{day:%Y%m%d}" for day in days if f"{day:%Y%m%d}" < asked), default=asked)
    other = replace(request, url=request.url.replace(asked, before), body=request.body.replace(asked, before))
    whole = answer(other)
    body = whole.body
    for column in ("BAS_DD", "basDt"):
        body = body.replace(f'"{column}":"{before}"'.encode(), f'"{column}":"{asked}"'.encode())
    return replace(whole, body=body)


def _table(name: Name, whole: Answer) -> Answer:
    content = json.loads(whole.body)
    for key, rows in content.items():
        if isinstance(rows, list):
            content[key] = _rows(name, rows)
    return as_json(content)


def _rows(name: Name, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    if name == "empty_block":
        return []
    if name == "half":
        return rows[::2]
    if name == "renamed":
        return [{RENAMED.get(column, column): value for column, value in row.items()} for row in rows]
    if name == "zeros":
        nothing = "0" if rows and "BAS_DD" in rows[0] else "-"
        return [
            {c: nothing if any(part in c for part in FIGURES) else value for c, value in row.items()} for row in rows
        ]
    newest = {"TRD_DD": rows[0]["TRD_DD"]} if rows and "TRD_DD" in rows[0] else {}
    return [rows[1] | newest, *rows[1:]] if newest and len(rows) > 1 else rows


def _xml(name: Name, whole: Answer) -> Answer:
    text = whole.body.decode("euc-kr")
    items = _ITEM.findall(text)
    if name == "empty_block":
        items = []
    elif name == "half":
        items = items[::2]
    elif name == "zeros":
        items = [f"{item[:8]}|0|0|0|0|0" for item in items]
    elif name == "stale" and len(items) > 1:
        items[-1] = items[-1][:8] + items[-2][8:]
    field = "value" if name == "renamed" else "data"
    inside = "\n".join(f'\t\t<item {field}="{item}" />' for item in items)
    start, end = text.index(">", text.index("<chartdata")) + 1, text.index("</chartdata>")
    return replace(whole, body=f"{text[:start]}\n{inside}\n\t{text[end:]}".encode("euc-kr"))
