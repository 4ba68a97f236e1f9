"""The source `openapi`: the unmodified krx-openapi, whose connection is answered here."""

from __future__ import annotations

import http.client
import io
import json
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar, cast
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from screener.errors import DataError, LoginError, NetworkError, UsageError
from screener.krx.client import Client, RefusalError, TemporaryError
from screener.krx.openapi import OpenApi

T = TypeVar("T")

KEY = "0123456789ABCDEF0123456789ABCDEF01234567"
DAY = date(2025, 1, 31)


def stock(ticker: str, market: str, day: str = "20250131") -> dict[str, str]:
    return {
        "BAS_DD": day,
        "ISU_CD": ticker,
        "ISU_NM": f"회사 {ticker}",
        "MKT_NM": market,
        "SECT_TP_NM": "",
        "TDD_CLSPRC": "199200",
        "CMPPREVDD_PRC": "-21800",
        "FLUC_RT": "-9.86",
        "TDD_OPNPRC": "201000",
        "TDD_HGPRC": "203500",
        "TDD_LWPRC": "194600",
        "ACC_TRDVOL": "12468393",
        "ACC_TRDVAL": "2471235862100",
        "MKTCAP": "145017979078800",
        "LIST_SHRS": "728002365",
    }


def level(name: str, close: str, day: str = "20250131") -> dict[str, str]:
    return {
        "BAS_DD": day,
        "IDX_CLSS": name[:3],
        "IDX_NM": name,
        "CLSPRC_IDX": close,
        "CMPPREVDD_IDX": "-19.43",
        "FLUC_RT": "-0.77",
        "OPNPRC_IDX": "2513.44",
        "HGPRC_IDX": "2522.52",
        "LWPRC_IDX": "-",
        "ACC_TRDVOL": "3594367000",
        "ACC_TRDVAL": "12032513284345",
        "MKTCAP": "",
    }


def block(*rows: dict[str, str]) -> bytes:
    return json.dumps({"OutBlock_1": rows}, ensure_ascii=False).encode()


ANSWERS = {
    "sto/stk_bydd_trd": block(stock("000660", "KOSPI"), stock("0126Z0", "KOSPI")),
    "sto/ksq_bydd_trd": block(stock("304100", "KOSDAQ")),
    "sto/knx_bydd_trd": block(stock("112190", "KONEX")),
    "idx/kospi_dd_trd": block(
        level("코스피 외국주포함", "-"), level("코스피", "2,517.37"), level("코스피 200", "332.87")
    ),
    "idx/kosdaq_dd_trd": block(level("코스닥", "728.29"), level("코스닥 150", "1,199.79")),
}

Answer = bytes | Exception | Callable[[], bytes]


@dataclass
class Exchange:
    """Stands where the library opens its connection."""

    answers: dict[str, Answer] = field(default_factory=lambda: dict[str, Answer](ANSWERS))
    asked: list[tuple[str, str, float]] = field(default_factory=list)

    def open(self, request: urllib.request.Request, timeout: float) -> Any:
        address = urlsplit(request.full_url)
        assert (address.scheme, address.hostname) == ("https", "data-dbg.krx.co.kr")
        assert request.get_header("Auth_key") == KEY
        assert KEY not in request.full_url
        service = address.path.removeprefix("/svc/apis/").removesuffix(".json")
        self.asked.append((service, parse_qs(address.query)["basDd"][0], timeout))
        answer = self.answers[service]
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer() if callable(answer) else answer)


class Direct:
    """A wire without patience."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def ask(self, host: str, what: str, call: Callable[[float], T]) -> T:
        self.asked.append((host, what))
        return call(7.5)


@pytest.fixture
def exchange(monkeypatch: pytest.MonkeyPatch) -> Iterator[Exchange]:
    import krx_openapi.session

    stand_in = Exchange()
    monkeypatch.setattr(krx_openapi.session, "_OPENER", stand_in)
    with time_machine.travel("2025-03-03T12:00:00+09:00", tick=False):
        yield stand_in


@pytest.fixture
def source() -> OpenApi:
    return OpenApi(KEY, cast(Client, Direct()))


def status(code: int) -> urllib.error.HTTPError:
    return urllib.error.HTTPError("https://data-dbg.krx.co.kr", code, "", http.client.HTTPMessage(), io.BytesIO())


def test_session_takes_three_requests(exchange: Exchange, source: OpenApi) -> None:
    rows = source.session(DAY).to_pylist()
    assert [(row["ticker"], row["market"]) for row in rows] == [
        ("000660", "KOSPI"),
        ("0126Z0", "KOSPI"),
        ("304100", "KOSDAQ"),
        ("112190", "KONEX"),
    ]
    hynix = {name: rows[0][name] for name in ("date", "close", "volume", "marcap", "change_pct")}
    assert hynix == {
        "date": DAY,
        "close": 199200.0,
        "volume": 12468393,
        "marcap": 145017979078800,
        "change_pct": -9.86,
    }
    services = ("sto/stk_bydd_trd", "sto/ksq_bydd_trd", "sto/knx_bydd_trd")
    assert exchange.asked == [(service, "20250131", 7.5) for service in services]
    asked = cast(Direct, source.client).asked
    assert asked[0] == ("data-dbg.krx.co.kr", "유가증권 일별매매정보 2025-01-31")
    assert len(asked) == 3


def test_konex_is_not_asked_for_before_it_opened(exchange: Exchange, source: OpenApi) -> None:
    exchange.answers["sto/stk_bydd_trd"] = block(stock("000660", "KOSPI", "20130628"))
    exchange.answers["sto/ksq_bydd_trd"] = block(stock("304100", "KOSDAQ", "20130628"))
    assert source.session(date(2013, 6, 28)).num_rows == 2
    assert len(exchange.asked) == 2


def test_indices_take_two_requests_a_day(exchange: Exchange, source: OpenApi) -> None:
    rows = source.indices([DAY]).to_pylist()
    assert [(row["date"], row["index"], row["close"], row["low"], row["marcap"]) for row in rows] == [
        (DAY, "KOSPI", 2517.37, None, None),
        (DAY, "KOSDAQ", 728.29, None, None),
    ]
    assert len(exchange.asked) == 2
    assert source.indices([]).num_rows == 0


def test_renamed_index_is_no_missing_one(exchange: Exchange, source: OpenApi) -> None:
    exchange.answers["idx/kospi_dd_trd"] = block(level("KOSPI", "2,517.37"))
    with pytest.raises(DataError, match="lists 코스피 0 times among the indices of 2025-01-31"):
        source.indices([DAY])


@pytest.mark.parametrize("closed", [date(2025, 1, 27), date(2025, 2, 26), date(2025, 3, 3)])
def test_day_without_figures_was_none_or_is_still_to_come(exchange: Exchange, source: OpenApi, closed: date) -> None:
    exchange.answers = dict.fromkeys(ANSWERS, block())
    assert source.session(closed).num_rows == 0
    assert source.indices([closed]).num_rows == 0


def test_days_before_the_first_one_are_unknown(exchange: Exchange, source: OpenApi) -> None:
    exchange.answers = dict.fromkeys(ANSWERS, block())
    with pytest.raises(DataError, match="no data for 2009-12-30: it starts on 2010-01-04"):
        source.session(date(2009, 12, 30))
    assert source.indices([date(2009, 12, 30)]).num_rows == 0


@pytest.mark.parametrize("service", ["sto/stk_bydd_trd", "sto/ksq_bydd_trd", "sto/knx_bydd_trd"])
def test_half_a_market_is_none(exchange: Exchange, source: OpenApi, service: str) -> None:
    exchange.answers[service] = block()
    with pytest.raises(DataError, match="일별매매정보 has no data for 2025-01-31: a partial market is not stored"):
        source.session(DAY)


def test_figures_of_another_day_are_refused(exchange: Exchange, source: OpenApi) -> None:
    exchange.answers["sto/ksq_bydd_trd"] = block(stock("304100", "KOSDAQ", "20250124"))
    with pytest.raises(NetworkError, match="코스닥 일별매매정보 returns figures of 20250124 for 2025-01-31"):
        source.session(DAY)


def test_renamed_column(exchange: Exchange, source: OpenApi) -> None:
    exchange.answers["sto/stk_bydd_trd"] = ANSWERS["sto/stk_bydd_trd"].replace(b"TDD_CLSPRC", b"CLSPRC")
    with pytest.raises(DataError, match="no TDD_CLSPRC"):
        source.session(DAY)


def dropped() -> bytes:
    raise http.client.IncompleteRead(b"{")


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (status(500), TemporaryError, "status 500"),
        (status(503), TemporaryError, "status 503"),
        (status(403), RefusalError, "status 403"),
        (status(302), RefusalError, "status 302"),
        (status(404), NetworkError, "status 404"),
        (status(429), NetworkError, "the 10,000 requests a day of this key are used up: run it again after midnight"),
        (
            status(401),
            LoginError,
            "rejects KRX_AUTH_KEY, or no application was made for the service 유가증권 일별매매정보",
        ),
        (
            b'{"respMsg": "Unauthorized API Call", "respCode": "401"}',
            LoginError,
            "no application was made for the service 유가증권 일별매매정보",
        ),
        (b'{"respMsg": "internal\\u001b[2J", "respCode": "999"}', NetworkError, r"KRX 999: internal\[2J"),
        (b"<!DOCTYPE html><html>blocked</html>", RefusalError, "an answer without data"),
        (b"\x1f\x8b\x08garbage", RefusalError, "an answer without data"),
        (b"[]", RefusalError, "an answer without data"),
        (b"{}", NetworkError, "expected exactly one OutBlock"),
        (TimeoutError("slow"), TemporaryError, "response timed out"),
        (urllib.error.URLError(TimeoutError("slow")), TemporaryError, "response timed out"),
        (urllib.error.URLError(ConnectionRefusedError(111, "no")), TemporaryError, "connection refused"),
        (urllib.error.URLError(socket.gaierror(-2, "no")), TemporaryError, "name could not be resolved"),
        (ConnectionResetError(104, "reset"), TemporaryError, r"the connection was dropped \(ConnectionResetError\)"),
        (http.client.RemoteDisconnected("gone"), TemporaryError, r"the connection was dropped \(RemoteDisconnected\)"),
        (dropped, TemporaryError, r"the connection was dropped \(IncompleteRead\)"),
    ],
)
def test_every_fault_is_told_apart(
    exchange: Exchange, source: OpenApi, answer: Answer, kind: type[Exception], said: str
) -> None:
    exchange.answers["sto/stk_bydd_trd"] = answer
    with pytest.raises(kind, match=said) as caught:
        source.session(DAY)
    assert type(caught.value) is kind
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "\n" not in str(caught.value)
    assert len(exchange.asked) == 1


@pytest.mark.usefixtures("exchange")
@pytest.mark.parametrize("key", ["", " \n"])
def test_empty_key_is_not_looked_for_elsewhere(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("KRX_API_KEY", KEY)  # where the library would look
    with pytest.raises(LoginError, match="KRX_AUTH_KEY is empty"):
        OpenApi(key, cast(Client, Direct()))


def test_key_that_cannot_be_one_is_not_sent(exchange: Exchange) -> None:
    with pytest.raises(LoginError, match="KRX_AUTH_KEY contains characters that are not allowed in a key") as caught:
        OpenApi("비밀열쇠", cast(Client, Direct())).session(DAY)
    assert "비밀" not in str(caught.value)
    assert exchange.asked == []


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "krx_openapi", None)
    with pytest.raises(UsageError, match=r"pip install '\.\[openapi\]'"):
        OpenApi(KEY, cast(Client, Direct()))
