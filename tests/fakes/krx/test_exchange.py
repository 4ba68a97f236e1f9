"""The stand-in, met by the unmodified libraries in processes of their own: they must see the truth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.krx import Exchange, Market, kst

EVENT = date(2025, 1, 31)
START, END = date(2025, 1, 20), date(2025, 2, 10)

Said = dict[str, Any]

PYKRX = """
import json, sys
from pykrx import stock
from pykrx.website.krx.market import core

split, overflow_day, halted, halt_day = sys.argv[2:]
said = {}

def note(name, frame, column=None):
    frame = frame if column is None else frame[[column]]
    frame.index = [i.strftime("%Y-%m-%d") if hasattr(i, "strftime") else i for i in frame.index]
    said[name] = {str(index): list(row) for index, row in zip(frame.index, frame.to_numpy().tolist())}

note("naver", stock.get_market_ohlcv("20250120", "20250210", "000660"))
note("fund", stock.get_market_ohlcv("20250120", "20250210", "069500"))
note("split", stock.get_market_ohlcv("20250301", "20250331", split))
note("split_raw", stock.get_market_ohlcv("20250301", "20250331", split, adjusted=False))
note("raw", stock.get_market_ohlcv("20250120", "20250210", "000660", adjusted=False))
note("market", stock.get_market_ohlcv("20250131", market="ALL"))
note("holiday", stock.get_market_ohlcv("20250130", market="ALL"))
note("halt", stock.get_market_ohlcv(halt_day, market="KOSDAQ").loc[[halted]])
note("cap", stock.get_market_cap("20250131", market="ALL"))
note("kospi", stock.get_index_ohlcv("20250120", "20250210", "1001"))
note("chips", stock.get_index_ohlcv("20230102", "20250331", "5044", name_display=False))
note("foreign", stock.get_market_net_purchases_of_equities("20250131", "20250207", "ALL", "외국인"))
note("flows", stock.get_market_trading_value_by_date("20250120", "20250210", "000660"))
note("industry", stock.get_market_sector_classifications("20250131", "KOSPI"), "업종명")
said["index_name"] = stock.get_index_ticker_name("1001")
said["members"] = stock.get_index_portfolio_deposit_file("1028", "20250131")
whole = core.전종목시세().fetch("20250131", "ALL")
said["row"] = whole[whole["ISU_SRT_CD"] == "000660"].iloc[0].to_dict()
said["closed_industries"] = len(core.업종분류현황().fetch("20250130", "STK"))
try:
    stock.get_market_ohlcv(overflow_day, market="ALL")
except OverflowError as error:
    said["overflow"] = str(error)
json.dump(said, open(sys.argv[1], "w"))
"""

OPENAPI = """
import json, sys
import krx_openapi

krx = krx_openapi.KRX("right-key")
said = {
    "kospi": krx.stock.daily("20250131", "KOSPI"),
    "kosdaq": krx.stock.daily("20250131", "KOSDAQ"),
    "konex": krx.stock.daily("20250131", "KONEX"),
    "info": krx.stock.info("20250131", "KOSDAQ"),
    "index": krx.index.kospi("20250131"),
    "fund": krx.etp.etf("20250131"),
    "holiday": krx.stock.daily("20250130"),
    "today": krx.stock.daily("20250331"),
}
for key in ("wrong", "right-key"):
    try:
        for _ in range(4):
            krx_openapi.KRX(key).index.kospi("20250131")
    except krx_openapi.KRXError as error:
        said[key] = type(error).__name__
json.dump(said, open(sys.argv[1], "w"))
"""


def _ask(exchange: Exchange, script: str, folder: Path, *arguments: str) -> Said:
    name, password = exchange.credentials
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    environment = {**kept, "LANG": "C.UTF-8", **exchange.environment, "KRX_ID": name, "KRX_PW": password}
    command = [sys.executable, "-c", script, str(folder / "said.json"), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    said: Said = json.loads((folder / "said.json").read_text(encoding="utf-8"))
    return said


@pytest.fixture(scope="module")
def market() -> Market:
    return Market()


@pytest.fixture(scope="module")
def exchange(market: Market) -> Iterator[Exchange]:
    with Exchange(market) as running:
        yield running


@pytest.fixture(scope="module")
def said(exchange: Exchange, market: Market, tmp_path_factory: pytest.TempPathFactory) -> Said:
    halt, split = market.troubles["halt"], market.troubles["split"]
    days = (f"{market.day_of('overflow'):%Y%m%d}", halt.ticker, f"{market.day_of('halt'):%Y%m%d}")
    return _ask(exchange, PYKRX, tmp_path_factory.mktemp("pykrx"), split.ticker, *days)


def _days(market: Market, start: date = START, end: date = END) -> list[date]:
    return [day for day in market.truth.sessions if start <= day <= end]


def test_the_new_year_holidays_of_2025_are_no_sessions(said: Said) -> None:
    expected = [20, 21, 22, 23, 24, 31]  # KRX was closed from 27 to 30 January 2025
    assert [day for day in said["naver"] if day < "2025-02"] == [f"2025-01-{day}" for day in expected]


def test_the_published_close_and_change_of_the_event_day(said: Said) -> None:
    opened, high, low, close, _, change = said["naver"]["2025-01-31"]
    assert (close, round(change, 2)) == (199_200, -9.86)
    assert low <= min(opened, close) <= max(opened, close) <= high
    assert said["naver"]["2025-01-24"][3] == 221_000
    assert said["kospi"]["2025-01-31"][3] == 2517.37


@pytest.mark.parametrize("table", ["naver", "raw"])
def test_one_stock_by_day(said: Said, market: Market, table: str) -> None:
    truth = market.truth
    assert list(said[table]) == [str(day) for day in _days(market)]
    for day in _days(market):
        row = said[table][str(day)]
        assert (row[3], row[4]) == (truth.close(day, "000660"), truth.volume(day, "000660"))
        assert row[-1] == pytest.approx(truth.change_pct(day, "000660"), abs=0.006)


def test_a_fund_follows_its_index(said: Said, market: Market) -> None:
    days = _days(market)
    for before, day in pairwise(days):
        assert said["fund"][str(day)][3] == market.truth.fund(day, "069500")
        index = market.truth.level(day, "1001") / market.truth.level(before, "1001") - 1
        assert said["fund"][str(day)][5] / 100 == pytest.approx(index, abs=0.005)


def test_a_split_is_restated_backwards_and_the_official_rate_bridges_it(said: Said, market: Market) -> None:
    ticker, split = market.troubles["split"].ticker, market.day_of("split")
    days = _days(market, date(2025, 3, 1), date(2025, 3, 31))
    for day in days:
        adjusted, raw = said["split"][str(day)][3], said["split_raw"][str(day)][3]
        assert adjusted == market.truth.adjusted(day, ticker)
        assert raw == market.truth.close(day, ticker) == (adjusted * 5 if day < split else adjusted)
    for day in days[1:]:
        assert said["split_raw"][str(day)][6] == pytest.approx(said["split"][str(day)][5], abs=0.01)


def test_the_whole_market(said: Said, market: Market) -> None:
    truth = market.truth
    assert list(said["market"]) == truth.tickers(EVENT)
    assert len(said["market"]) > 2_500
    for ticker, (_, _, _, close, volume, value, change, cap) in said["market"].items():
        assert (close, volume) == (truth.close(EVENT, ticker), truth.volume(EVENT, ticker))
        assert change == pytest.approx(truth.change_pct(EVENT, ticker), abs=1e-4)
        assert value == close * volume
        assert [close, cap, volume, value, truth.shares(EVENT, ticker)] == said["cap"][ticker]
        assert cap == close * said["cap"][ticker][4]
    assert "0041B0" in said["market"]
    assert not {"069500", "229200", "064400"} & set(said["market"])  # funds; LG CNS was listed on 5 February


def test_limit_ups_of_the_event_day(said: Said, market: Market) -> None:
    for name in ("limit_up_0", "limit_up_1", "limit_up_2"):
        change = said["market"][market.troubles[name].ticker][6]
        assert 29 < change <= 30


def test_a_holiday_has_all_rows_and_no_figures(said: Said) -> None:
    assert len(said["holiday"]) > 2_500
    assert {tuple(row) for row in said["holiday"].values()} == {(0,) * 8}
    assert said["closed_industries"] == 0


def test_a_halt_keeps_the_close_and_nothing_else(said: Said, market: Market) -> None:
    halt = market.troubles["halt"]
    opened, high, low, close, volume, value, change, _ = said["halt"][halt.ticker]
    assert (opened, high, low, volume, value, change) == (0, 0, 0, 0, 0, 0)
    assert close == market.truth.close(market.days[halt.row - 1], halt.ticker)


def test_volume_that_pykrx_cannot_hold(said: Said, market: Market) -> None:
    ticker = market.troubles["overflow"].ticker
    assert (market.truth.volume(market.day_of("overflow"), ticker) or 0) > 2_147_483_647
    assert "overflow" in said


def test_indices(said: Said, market: Market) -> None:
    assert said["index_name"] == "코스피"
    for day in _days(market):
        assert said["kospi"][str(day)][3] == market.truth.level(day, "1001")
    assert list(said["chips"]) == [str(day) for day in market.truth.sessions]  # two requests of at most 730 days
    kospi_cap = sum(row[1] for ticker, row in said["cap"].items() if ticker in said["industry"])
    assert said["kospi"][str(EVENT)][6] == kospi_cap
    assert len(said["members"]) == 200


def test_net_purchases_add_up(said: Said, market: Market) -> None:
    week = (EVENT, date(2025, 2, 7))
    assert len(said["foreign"]) > 2_000
    for ticker, row in said["foreign"].items():
        assert row[6] == market.truth.net_value(*week, ticker, "9000")
        assert row[3] == row[2] - row[1]
    for day, (institutions, others, individuals, foreigners, total) in said["flows"].items():
        assert institutions + others + individuals + foreigners == total == 0
        assert foreigners == market.truth.net_value(date.fromisoformat(day), date.fromisoformat(day), "000660", "9000")


def test_industries(said: Said, market: Market) -> None:
    assert said["industry"] == {ticker: [market.truth.industry(ticker)] for ticker in said["industry"]}
    assert len({industry for (industry,) in said["industry"].values()}) > 5


def test_a_row_as_the_wire_has_it(said: Said) -> None:
    columns = (
        "ISU_SRT_CD ISU_CD ISU_ABBRV MKT_NM SECT_TP_NM TDD_CLSPRC FLUC_TP_CD CMPPREVDD_PRC FLUC_RT TDD_OPNPRC TDD_HGPRC "
        "TDD_LWPRC ACC_TRDVOL ACC_TRDVAL MKTCAP LIST_SHRS MKT_ID"
    )
    assert list(said["row"]) == columns.split()
    published = {"ISU_CD": "KR7000660001", "ISU_ABBRV": "SK하이닉스", "MKT_NM": "KOSPI", "MKT_ID": "STK"}
    published |= {"TDD_CLSPRC": "199,200", "FLUC_TP_CD": "2", "CMPPREVDD_PRC": "-21,800", "FLUC_RT": "-9.86"}
    assert said["row"].items() >= published.items()


@pytest.mark.usefixtures("said")
def test_what_pykrx_sent_is_in_the_log(exchange: Exchange) -> None:
    """Importing it logs in with 4 GET and 1 POST; afterwards it sends KRX's cookie to Naver."""
    log = exchange.requests
    assert [request.method for request in log[:5]] == ["GET"] * 4 + ["POST"]
    assert log[4].form["mbrId"] == "tester"
    naver = next(request for request in log if request.symbol)
    assert not naver.secure
    assert "JSESSIONID" in naver.cookies
    assert sum(request.bld == "MDCSTAT01501" for request in log) == 6


def test_the_open_api(exchange: Exchange, market: Market, tmp_path: Path) -> None:
    exchange.account.quota = 11  # 8 calls that are answered, 1 with a wrong key, 2 more
    said = _ask(exchange, OPENAPI, tmp_path)
    rows = {row["ISU_CD"]: row for row in said["kospi"] + said["kosdaq"] + said["konex"]}
    assert sorted(rows) == sorted(market.truth.tickers(EVENT))
    for ticker, row in rows.items():
        assert int(row["TDD_CLSPRC"]) == market.truth.close(EVENT, ticker)
        assert float(row["FLUC_RT"]) == pytest.approx(market.truth.change_pct(EVENT, ticker))
    assert {row["ISU_SRT_CD"] for row in said["info"]} == {row["ISU_CD"] for row in said["kosdaq"]}
    assert [row["CLSPRC_IDX"] for row in said["index"] if row["IDX_NM"] == "코스피"] == ["2517.37"]
    assert int(said["fund"][0]["TDD_CLSPRC"]) == market.truth.fund(EVENT, "069500")
    assert (said["holiday"], said["today"]) == ([], [])
    assert (said["wrong"], said["right-key"]) == ("KRXAuthError", "KRXRateLimitError")


UNSETTLED = """
import json, sys
from pykrx import stock
today = stock.get_market_ohlcv("20250312", market="ALL")
said = {
    "close": int(today.loc["000660", "종가"]),
    "naver": stock.get_market_ohlcv("20250301", "20250331", "000660")["종가"].tolist(),
    "split": stock.get_market_ohlcv("20250301", "20250331", sys.argv[2])["종가"].tolist(),
    "next": stock.get_market_ohlcv("20250314", market="ALL")["종가"].sum().item(),
}
try:
    stock.get_market_cap("20250312")
except KeyError as error:
    said["logout"] = str(error)
json.dump(said, open(sys.argv[1], "w"))
"""


def test_during_a_session_before_the_split(tmp_path: Path) -> None:
    """Provisional figures, nothing restated yet, nothing of tomorrow; then the session is gone."""
    market = Market(size=300, now=kst(2025, 3, 12, 14, 0))
    ticker = market.troubles["split"].ticker
    days = [day for day in market.days if date(2025, 3, 1) <= day <= date(2025, 3, 12)]
    with Exchange(market) as exchange:
        fault = exchange.faults.add("logout", bld="MDCSTAT01501", first=3)
        said = _ask(exchange, UNSETTLED, tmp_path, ticker)
    final = market.truth.close(days[-1], "000660")
    assert said["close"] == said["naver"][-1] != final
    assert said["naver"][:-1] == [market.truth.close(day, "000660") for day in days[:-1]]
    assert said["split"][:-1] == [market.truth.close(day, ticker) for day in days[:-1]]
    assert said["next"] == 0
    assert "None of [Index(['종가'" in said["logout"]  # how pykrx says that it is logged out
    assert fault.struck == 1
