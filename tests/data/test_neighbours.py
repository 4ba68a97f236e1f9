"""What is stored of a session goes with the sessions beside it, whichever came first, and bears the time of its request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from screener.data.fetch import Plan
from screener.errors import DataError, NetworkError
from screener.krx.tables import FLOWS, INDICES, INDUSTRIES, MARKET, TableKind
from tests.data import live
from tests.fakes.krx import MockedExchange, kst, mocked
from tests.fakes.krx.messages import Answer, Request

SESSION, INDEX, FLOW, INDUSTRY = "MDCSTAT01501", "MDCSTAT00301", "MDCSTAT02401", "MDCSTAT03901"
BEFORE, EVENT, AFTER = date(2025, 1, 24), date(2025, 1, 31), date(2025, 2, 3)
LOGIN: live.Provider = "pykrx-login"


@pytest.fixture(scope="module")
def whole() -> live.Market:
    return live.market()


@pytest.fixture
def exchange(whole: live.Market) -> Iterator[MockedExchange]:
    whole.now = kst(2025, 2, 10)
    with mocked(whole) as exchange:
        yield exchange


def fetch(opened: live.Connections, first: date, last: date, **days: tuple[date, ...]) -> live.Fetched:
    return live.live(LOGIN, opened).fetch(Plan(first, last, (), **days))


def closes(opened: live.Connections, day: date) -> dict[str, float]:
    rows = opened.store.table(LOGIN, MARKET).read(("ticker", "close"), day, day).to_pydict()
    return dict(zip(rows["ticker"], rows["close"], strict=True))


def truth(exchange: MockedExchange, day: date) -> dict[str, float | None]:
    return {ticker: exchange.market.truth.close(day, ticker) for ticker in exchange.market.truth.tickers(day)}


@pytest.mark.parametrize(("first", "last"), [(BEFORE, EVENT), (EVENT, AFTER), (BEFORE, AFTER)])
def test_a_first_session_that_was_stale_is_mended_by_its_neighbour(
    exchange: MockedExchange, tmp_path: Path, first: date, last: date
) -> None:
    opened = live.access(tmp_path, exchange)
    exchange.faults.add("stale", bld=SESSION)
    fetch(opened, EVENT, EVENT)
    assert closes(opened, EVENT) == truth(exchange, BEFORE)  # nothing is there that could tell
    exchange.faults.clear()
    fetch(opened, first, last)
    for day in exchange.market.truth.sessions:
        if first <= day <= last:
            assert closes(opened, day) == truth(exchange, day)


def test_a_stored_session_that_is_right_stays_whatever_its_neighbour_says(
    exchange: MockedExchange, tmp_path: Path
) -> None:
    opened = live.access(tmp_path, exchange)
    fetch(opened, EVENT, EVENT)
    exchange.faults.add("stale", bld=SESSION)
    with pytest.raises(NetworkError, match="2025-02-03 arrived with the figures of 2025-01-31"):
        fetch(opened, EVENT, AFTER)
    with pytest.raises(
        DataError, match="2025-01-31: its closes and rates of change contradict the closes of 2025-01-24"
    ):
        fetch(opened, BEFORE, EVENT)
    assert closes(opened, EVENT) == truth(exchange, EVENT)
    assert list(opened.store.table(LOGIN, MARKET).sessions) == [EVENT]


def test_rates_that_do_not_go_with_their_own_changes(exchange: MockedExchange, tmp_path: Path) -> None:
    usual = exchange.answer

    def shifted(request: Request) -> Answer:
        answer = usual(request)
        return live.replace(answer, body=re.sub(rb'("CMPPREVDD_PRC":"[^"]*)"', rb'\g<1>0"', answer.body))

    exchange.answer = shifted  # type: ignore[method-assign]
    opened = live.access(tmp_path, exchange)
    with pytest.raises(DataError, match="2025-01-31: its rates of change contradict its changes: not stored"):
        fetch(opened, EVENT, EVENT)
    assert not opened.store.table(LOGIN, MARKET).sessions


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        ("stale", NetworkError, "the indices of 2025-01-31 arrived with the figures of 2025-01-24"),
        ("zeros", DataError, "the indices of 2025-01-\\d\\d: KOSDAQ has no level"),
        ("half", DataError, "the move of KOSDAQ since"),
    ],
)
def test_an_index_that_is_not_the_truth_is_not_stored(
    exchange: MockedExchange, tmp_path: Path, fault: str, error: type[Exception], said: str
) -> None:
    opened = live.access(tmp_path, exchange)
    exchange.faults.add(fault, bld=INDEX)  # type: ignore[arg-type]
    with pytest.raises(error, match=said):
        fetch(opened, EVENT, EVENT)
    assert not opened.store.tables()


def test_an_index_that_lacks_a_session_is_told(exchange: MockedExchange, tmp_path: Path) -> None:
    usual = exchange.answer

    def shorter(request: Request) -> Answer:
        if request.bld != INDEX:
            return usual(request)
        return usual(live.replace(request, body=request.body.replace("endDd=20250131", "endDd=20250124")))

    exchange.answer = shorter  # type: ignore[method-assign]
    with pytest.raises(NetworkError, match="the indices of 2025-01-31 are missing, though it was a session"):
        fetch(live.access(tmp_path, exchange), EVENT, EVENT)


@pytest.mark.parametrize(("bld", "kind"), [(FLOW, "flows"), (INDUSTRY, "industries")])
def test_half_of_the_flows_or_industries_is_not_stored(
    exchange: MockedExchange, tmp_path: Path, bld: str, kind: str
) -> None:
    opened = live.access(tmp_path, exchange)
    exchange.faults.add("half", bld=bld)
    with pytest.raises(
        DataError, match=f"the {kind} of 2025-01-31 arrived with .* stocks: a partial market is not stored"
    ):
        fetch(opened, EVENT, EVENT, flow_days=(EVENT,), industry_days=(EVENT,))
    assert kind not in [table.kind.name for table in opened.store.tables()]


def test_flows_and_industries_of_a_day_without_session_are_left_out(tmp_path: Path) -> None:
    surprise = date(2025, 2, 5)
    with mocked(live.market(start=date(2025, 1, 2), end=date(2025, 2, 14), closed=frozenset({surprise}))) as exchange:
        exchange.market.now = kst(2025, 2, 5)
        opened = live.access(tmp_path, exchange)
        fetch(opened, date(2025, 2, 4), date(2025, 2, 4))
        exchange.requests.clear()
        # On the evening of a holiday that nobody knew: no answer is empty, and nothing is refused.
        done = fetch(opened, date(2025, 2, 4), surprise, flow_days=(surprise,), industry_days=(surprise,))
        assert (done.silent, done.sessions) == ([surprise], 0)
        assert len([request for request in exchange.requests if request.bld]) <= 5
        assert not [request for request in exchange.requests if request.bld in (FLOW, INDUSTRY)]


@pytest.mark.parametrize(("bld", "kind"), [(SESSION, MARKET), (INDEX, INDICES), (FLOW, FLOWS), (INDUSTRY, INDUSTRIES)])
def test_times_are_those_of_the_request(exchange: MockedExchange, tmp_path: Path, bld: str, kind: TableKind) -> None:
    """What was asked for before 18:00 is not final, however late its answer came."""
    day = date(2025, 2, 10)
    usual = exchange.answer

    def slow(request: Request) -> Answer:
        answer = usual(request)
        if request.bld == bld:
            exchange.market.now = kst(2025, 2, 10, 18, 0)
        return answer

    exchange.answer = slow  # type: ignore[method-assign]
    exchange.market.now = early = kst(2025, 2, 10, 17, 59)
    opened = live.access(tmp_path, exchange)
    fetch(opened, day, day, flow_days=(day,) * (kind is FLOWS), industry_days=(day,) * (kind is INDUSTRIES))
    assert opened.store.table(LOGIN, kind).sessions[day] == early


def test_an_update_of_a_day_is_three_requests(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange)
    fetch(opened, BEFORE, date(2025, 2, 7))
    exchange.requests.clear()
    fetch(opened, BEFORE, date(2025, 2, 10))
    assert [request.bld for request in exchange.requests if request.bld] == [INDEX, INDEX, SESSION]
