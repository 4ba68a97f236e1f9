"""Answers of the exchange that anything has happened to, through unmodified pykrx, beside a plain reading of them."""

from __future__ import annotations

import io
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from screener.data.checks import indices_are_sound, session_is_open
from screener.data.refusals import judge_history
from screener.errors import ScreenerError
from screener.krx.calendar import Calendar
from screener.krx.client import Account, Breaker, Client, Timeouts
from screener.krx.pykrx import Pykrx
from tests.fakes.krx import Market, kst
from tests.fakes.krx.krx import Krx
from tests.fakes.krx.naver import chart
from tests.fuzz.mutations import mutated

DAY, NOW = date(2025, 2, 10), kst(2025, 2, 10)
SIZE = 300
MARKET = Market(date(2024, 12, 2), DAY, size=SIZE, now=NOW)


class Forgetful(Breaker):
    """Every example is a day of its own."""

    def check(self, host: str) -> None:
        """Nothing is remembered."""

    def trip(self, host: str, why: str) -> str:  # noqa: ARG002 - what a breaker is told
        """Nothing is."""
        return ""


class Canned(BaseAdapter):
    """Gives one answer to every request, and lets every login in."""

    def __init__(self) -> None:
        super().__init__()
        self.body = b""
        self.kind = "application/json; charset=utf-8"

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code = 200
        login = "MDCCOMS001" in str(request.url) or "login.jsp" in str(request.url)
        body = b'{"_error_code":"CD001"}' if login else self.body
        answer.raw = HTTPResponse(io.BytesIO(body), preload_content=False)
        answer.headers["Content-Type"] = self.kind
        answer.encoding = "euc-kr" if "EUC" in self.kind else "utf-8"
        answer.url, answer.request = str(request.url), request
        return answer

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture(scope="module")
def canned() -> tuple[Pykrx, Canned]:
    patience = Timeouts(spacing=0.0, attempts=1)
    source = Pykrx(Account("id", "password"), Client(Forgetful(Path("nowhere"), lambda: NOW), patience))
    adapter = Canned()
    for prefix in ("http://", "https://"):
        source._transport.mount(prefix, adapter)
    return source, adapter


def whole_market() -> str:
    form = {"trdDd": f"{DAY:%Y%m%d}", "mktId": "ALL"}
    return Krx(MARKET).answer("MDCSTAT01501", form).body.decode()


def one_index() -> str:
    form = {"indIdx": "1", "indIdx2": "001", "strtDd": "20250120", "endDd": "20250210"}
    return Krx(MARKET).answer("MDCSTAT00301", form).body.decode()


def history() -> str:
    return chart(MARKET, {"symbol": "005930", "count": "40"}).body.decode("euc-kr")


SESSION, INDEX, HISTORY = whole_market(), one_index(), history()


def number(text: str) -> float | None:
    """What KRX means by a number; a row without one has none."""
    bare = text.replace(",", "").strip()
    try:
        return None if bare in ("", "-") or not bare.isascii() else float(bare)
    except ValueError:  # it is kept aside, if there are few of them
        return None


def assert_one_line(error: ScreenerError) -> None:
    assert str(error)
    assert "\n" not in str(error)


@settings(deadline=None)
@given(st.data())
def test_a_session(canned: tuple[Pykrx, Canned], data: st.DataObject) -> None:
    source, adapter = canned
    text = data.draw(mutated(SESSION))
    adapter.body, adapter.kind = text.encode("utf-8", "surrogatepass"), "application/json; charset=utf-8"
    try:
        rows = source.session(DAY)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("screener.data.checks.WHOLE", SIZE - 5)
            session_is_open("krx", DAY, rows)
    except ScreenerError as error:
        assert_one_line(error)
        return
    told = json.loads(text)["OutBlock_1"]
    assert rows["close"].to_pylist() == [number(one.get("TDD_CLSPRC", "")) for one in told]
    assert rows["change_pct"].to_pylist() == [number(one.get("FLUC_RT", "")) for one in told]
    assert [str(one) for one in rows["ticker"].to_pylist()] == [one["ISU_SRT_CD"] for one in told]


@settings(deadline=None)
@given(st.data())
def test_an_index(canned: tuple[Pykrx, Canned], data: st.DataObject) -> None:
    source, adapter = canned
    text = data.draw(mutated(INDEX))
    adapter.body, adapter.kind = text.encode("utf-8", "surrogatepass"), "application/json; charset=utf-8"
    try:
        rows = source.indices([DAY])
        indices_are_sound("krx", rows)
    except ScreenerError as error:
        assert_one_line(error)
        return
    told = json.loads(text)["output"]
    mine = [row for row in rows.to_pylist() if str(row["index"]) == "KOSPI"]
    assert [row["close"] for row in mine] == [number(one.get("CLSPRC_IDX", "")) for one in told]
    assert [row["date"] for row in mine] == [
        datetime.strptime(one["TRD_DD"].replace("/", ""), "%Y%m%d").date()  # noqa: DTZ007 - a date
        for one in told
    ]


@settings(deadline=None)
@given(st.data())
def test_a_history(canned: tuple[Pykrx, Canned], data: st.DataObject) -> None:
    source, adapter = canned
    text = data.draw(mutated(HISTORY))
    adapter.body, adapter.kind = text.encode("euc-kr", "replace"), "text/xml;charset=EUC-KR"
    try:
        rows, _refused = judge_history(source.history("005930", date(2024, 12, 2), DAY)[0], Calendar(), None)
    except ScreenerError as error:
        assert_one_line(error)
        return
    items = [one.split("|") for one in re.findall(r'<item data="([^"]*)"', text)]
    told = {item[0]: item[4] for item in items if len(item) > 4}
    for row in rows.to_pylist():
        assert row["close"] == float(told[f"{row['date']:%Y%m%d}"])
