"""Reports from the store: the same figures as from the files or the exchange that filled it, and no others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screener.data.choice import choose, load
from screener.data.sources import Market, PriceRequest
from screener.data.sources.stored import Stored
from screener.errors import DataError
from screener.krx.calendar import Calendar
from screener.krx.tables import MARKET, PRICES
from tests.conftest import Run
from tests.data import live
from tests.fakes.krx import MockedExchange, kst, mocked

EVENT = date(2025, 1, 31)
HYNIX, NAVER_CORP = "000660", "035420"


@pytest.fixture
def exchange() -> Iterator[MockedExchange]:
    with mocked(live.market()) as exchange:
        exchange.market.now = kst(2025, 2, 10)
        yield exchange


def need(*tickers: str, **more: Any) -> PriceRequest:
    market_of = dict.fromkeys(tickers or (HYNIX, NAVER_CORP), "KOSPI") | more.pop("others", {})
    asked: dict[str, Any] = {"before": 8, "least": 5, "after": 3, **more}
    return PriceRequest(market_of, date(2025, 1, 27), asked.pop("as_of", None), 0.3, date(2025, 2, 10), EVENT, **asked)


def through(opened: live.Connections, source: str, wanted: PriceRequest) -> Market:
    return load(choose(source, [], [], lambda: opened), wanted)


def returns(market: Market, ticker: str) -> dict[date, float]:
    column = market.panel.returns[:, market.panel.tickers.index(ticker)]
    return dict(zip((day.item() for day in market.panel.sessions), column.tolist(), strict=True))


def test_official_rates_are_the_returns(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange)
    market = through(opened, "auto", need())
    assert (market.source, market.benchmark, market.proxies) == ("pykrx-login", "KOSPI", {})
    assert market.fetched == kst(2025, 2, 10)
    assert returns(market, HYNIX)[EVENT] == pytest.approx(-0.0986)
    truth = exchange.market.truth
    row = [day.item() for day in market.panel.sessions].index(EVENT)
    index = truth.level(EVENT, "1001") / truth.level(date(2025, 1, 24), "1001") - 1
    assert market.panel.benchmarks["KOSPI"][row] == pytest.approx(index)
    sent = len(exchange.requests)
    again = through(live.access(tmp_path, exchange), "auto", need())
    assert (again.source, len(exchange.requests)) == ("pykrx-login", sent)
    np.testing.assert_array_equal(again.panel.returns, market.panel.returns)


def test_sizes_are_compared_with_the_whole_market_where_it_is_stored(tmp_path: Path) -> None:
    with mocked(live.market(size=2_620)) as exchange:
        exchange.market.now = kst(2025, 2, 10)
        opened = live.access(tmp_path, exchange)
        market = through(opened, "auto", need(others={"042700": "KOSPI", "031980": "KOSDAQ"}))
    assert market.everyone is not None
    whole = market.everyone()
    assert whole is not None
    assert len(whole.tickers) > 2_400
    assert set(whole.markets) == {"KOSPI", "KOSDAQ"}
    assert whole.returns.shape == (len(market.panel.sessions), len(whole.tickers))
    row = [day.item() for day in market.panel.sessions].index(EVENT)
    column = whole.tickers.index(HYNIX)
    assert whole.returns[row, column] == pytest.approx(-0.0986)
    # Newspapers' -9.86% is among the largest moves of the day; by hand, over every stock that has a return:
    returns = np.abs(whole.returns[row][np.isfinite(whole.returns[row])])
    assert (returns < 0.0986).mean() > 0.9


def test_a_split_is_no_return(exchange: MockedExchange, tmp_path: Path) -> None:
    split = exchange.market.day_of("split")
    ticker = exchange.market.troubles["split"].ticker
    exchange.market.now = kst(2025, 3, 31)
    wanted = need(ticker, HYNIX)
    wanted = replace(wanted, news=split, event_day=split, after=2)
    for account in (True, False):
        opened = live.access(tmp_path / str(account), exchange, account=account)
        market = through(opened, "auto", wanted)
        official = (exchange.market.truth.change_pct(split, ticker) or 0) / 100
        assert returns(market, ticker)[split] == pytest.approx(official, abs=0.001)
        closes = [exchange.market.truth.close(day, ticker) or 0 for day in (Calendar().before(split), split)]
        assert closes[1] < 0.3 * closes[0]  # what chaining raw closes would have taken for a return


def test_without_an_account_the_benchmark_is_a_named_proxy(exchange: MockedExchange, tmp_path: Path) -> None:
    market = through(live.access(tmp_path, exchange, account=False), "auto", need())
    assert market.source == "pykrx-keyless"
    assert market.proxies["KOSPI"] == "KODEX 200 (069500)"
    assert market.benchmark == "KODEX 200 (069500) for KOSPI"
    truth = exchange.market.truth
    fund = truth.fund(EVENT, "069500") / truth.fund(date(2025, 1, 24), "069500") - 1
    row = [day.item() for day in market.panel.sessions].index(EVENT)
    assert market.panel.benchmarks["KOSPI"][row] == pytest.approx(fund)


def test_sources_are_not_mixed(exchange: MockedExchange, tmp_path: Path) -> None:
    without = live.access(tmp_path, exchange, account=False)
    through(without, "auto", need(after=0))
    opened = live.access(tmp_path, exchange)
    assert through(opened, "auto", need()).source == "pykrx-login"  # what stands for an index is wanted no longer
    for source, kind in (("pykrx-login", MARKET), ("pykrx-keyless", PRICES)):
        assert opened.store.table(source, kind).sessions
    assert through(opened, "store", need()).benchmark == "KOSPI"  # the better of the two, whole


def test_days_beyond_a_gap_do_not_count(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange)
    days = [day for day in exchange.market.truth.sessions if date(2025, 1, 10) <= day <= date(2025, 2, 7)]
    for stretch in (days[:3], days[4:]):  # the fourth is missing
        live.live("pykrx-login", opened).fetch(live.plan(stretch[0], stretch[-1]))
    stored = Stored(opened.store, opened.calendar, opened.now)
    assert stored.refusal(need(before=12)) is not None
    market = replace(stored, in_part=True).load(need(before=12))
    assert market.panel.sessions[0].item() == days[4]


def test_a_store_in_part_serves_only_when_nothing_better_does(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange, account=False)
    live.live("pykrx-keyless", opened).fetch(live.plan(live.FIRST, live.LAST))
    exchange.faults.add("refused")
    market = through(opened, "auto", need(before=12))
    assert market.source == "pykrx-keyless"
    assert [one.source for one in market.tried] == ["pykrx-keyless"]
    assert "could not be reached" in market.tried[0].why


def test_a_store_without_the_event_does_not_serve(exchange: MockedExchange, tmp_path: Path) -> None:
    opened = live.access(tmp_path, exchange)
    with pytest.raises(DataError, match="is empty"):
        through(opened, "store", need())
    live.live("pykrx-login", opened).fetch(live.plan(date(2025, 2, 3), date(2025, 2, 7)))
    with pytest.raises(DataError, match="lacks pykrx-login: sessions from 2025-01-24 to 2025-01-31"):
        through(opened, "store", need())


def test_the_real_event_is_the_same_from_files_and_from_the_store(krx: Path, run: Run) -> None:
    from tests.test_cli import AS_OF, sources

    arguments = sources(krx)
    assert run("sync", *arguments).returncode == 0
    figures = []
    for source in (arguments, ["--source", "store"]):
        done = run("report", "--json", "--as-of", AS_OF, *source)
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        for table in ("stocks", "sectors", "spreads"):
            for row in document[table]:
                row.pop("source")
        figures.append([document[table] for table in ("stocks", "sectors", "spreads", "findings")])
    assert figures[0] == figures[1]


def test_the_real_files_are_taken_in_whole(krx: Path, run: Run) -> None:
    from tests.test_cli import sources

    run("sync", *sources(krx))
    held = run("store", "info").stdout
    # The row counts are those that the files' own description gives.
    assert "983,537" in held
    assert "71,708" in held
    assert run("store", "verify").stdout.endswith(": OK\n")
