"""The report of the real command: which way to the exchange it takes, and what it says of that."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.e2e.command import Command
from tests.e2e.conftest import EVENING, FUNDS, SIZE, STOCKS, WHOLE, Full, configure
from tests.e2e.secrets import ID, KEY, assert_nothing_leaked
from tests.e2e.stocked import refill
from tests.fakes.krx import Exchange, Market, kst
from tests.fakes.krx.messages import HOSTS, KRX, NAVER, OPENAPI
from tests.forkserver import Starter

EVENT, BASE = date(2025, 1, 31), date(2025, 1, 24)
BEFORE_LAST = date(2025, 1, 31)
"""The windows reach to 3 February: what ends here lacks one session."""
PROXY = "The benchmark is a proxy: ETFs on KOSPI 200 and KOSDAQ 150 instead of the indices."


@pytest.fixture
def partly(full: Full, member: Command) -> Command:
    """Somebody with a key and an account, whose store lacks the last session that the report needs, of either."""
    refill(member.with_(folder=full[0]).store, member.store, BEFORE_LAST, "openapi", "pykrx-login")
    return member.given(KRX_AUTH_KEY=KEY)


def table(folder: Path, name: str) -> list[dict[str, str]]:
    (path,) = (folder / "reports").glob(f"2025-*/deepseek/{name}.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def flat(text: str) -> str:
    return text.replace("\n", " ")


def test_without_an_account_the_study_is_whole_and_names_its_proxy(command: Command, exchange: Exchange) -> None:
    done = command.run("report")
    assert done.code == 0, done.err
    assert PROXY in flat(done.out)
    assert "Market: KODEX 200 (069500)" in done.out
    assert "Naver's adjusted closes through pykrx, without an account, downloaded 2025-02-10 18:30 KST" in flat(
        done.out
    )
    assert done.err == "screener: pykrx-keyless: stocks: 9 to go\n"
    # Is the day there? Then each history twice, for the market is younger than what is asked for: is it all?
    asked = [request.symbol for request in exchange.requests]
    assert asked == ["005930", *(symbol for symbol in (*FUNDS, *STOCKS) for _again in range(2))]
    rows = {row["ticker"]: row for row in table(command.folder, "stocks") if row["window_end"] == "0"}
    truth = exchange.market.truth
    for ticker, row in rows.items():
        base, close = truth.adjusted(BASE, ticker), truth.adjusted(EVENT, ticker)
        assert base
        assert close
        assert float(row["raw_return"]) == pytest.approx(close / base - 1, abs=1e-6)
        fund = "229200" if row["market"] == "KOSDAQ" else "069500"
        moved = truth.fund(EVENT, fund) / truth.fund(BASE, fund) - 1
        assert float(row["benchmark_return"]) == pytest.approx(moved, abs=1e-6)
        assert row["benchmark"] == "KODEX 200 (069500) for KOSPI, KODEX KOSDAQ150 (229200) for KOSDAQ"
        assert row["car"]
    assert set(rows) == set(STOCKS)
    exchange.requests.clear()
    again = command.run("report")
    assert (again.code, again.err, exchange.requests) == (0, "", [])
    assert again.out == done.out
    document = json.loads(command.run("report", "--json").out)
    assert document["provenance"]["proxies"] == {"KOSPI": "KODEX 200 (069500)", "KOSDAQ": "KODEX KOSDAQ150 (229200)"}
    assert document["provenance"]["study"] is True
    assert_nothing_leaked(command, exchange)


def test_with_an_account_the_indices_themselves_are_the_benchmark(full: Full, market: Market) -> None:
    folder, done, asked = full
    assert done.code == 0, done.err
    assert "KRX through pykrx, with an account" in done.out
    assert PROXY not in flat(done.out)
    # As newspapers printed it: KOSPI -0.77%, KOSDAQ -0.06%, SK hynix -9.86%.
    assert "Market: KOSPI -0.77%, KOSDAQ -0.06%" in done.out
    rows = {row["ticker"]: row for row in table(folder, "stocks") if row["window_end"] == "0"}
    assert float(rows["000660"]["raw_return"]) == pytest.approx(-0.0986, abs=5e-5)
    assert {row["benchmark"] for row in rows.values()} == {"KOSPI, KOSDAQ"}
    sessions = [day for day in market.truth.sessions if day <= date(2025, 2, 3)]
    wanted = 20 + 39 + 30 + 1 + 1  # estimation, ordinary sessions, spare; the event day and the one after it
    assert asked.count("MDCSTAT01501") == wanted <= len(sessions)
    assert asked.count("MDCSTAT00301") == 3
    assert NAVER not in asked


def test_a_key_opens_the_official_way_first(partly: Command, exchange: Exchange) -> None:
    done = partly.run("report")
    assert done.code == 0, done.err
    assert "Source: KRX Open API, downloaded" in done.out
    assert "through the close of 2025-02-03" in done.out
    assert {request.host for request in exchange.requests} == {OPENAPI}
    assert len(exchange.requests) == 5  # three markets and two families of indices
    assert_nothing_leaked(partly, exchange)


WAYS = (
    "KRX Open API",
    "KRX through pykrx, with an account",
    "Naver's adjusted closes through pykrx, without an account",
)


@pytest.mark.parametrize(
    ("down", "source", "through"),
    [
        ((OPENAPI,), WAYS[1], "2025-02-03"),
        ((OPENAPI, KRX), WAYS[2], "2025-02-10"),
        (HOSTS, WAYS[0], "2025-01-31"),  # the better half of what the store has in part
    ],
)
def test_each_way_falls_back_to_the_next_and_says_so(
    partly: Command, exchange: Exchange, down: tuple[str, ...], source: str, through: str
) -> None:
    for host in down:
        exchange.faults.add("status", status=503, host=host)
    done = partly.run("report")
    assert done.code == 0, done.err
    assert f"Source: {source}, downloaded" in flat(done.out)
    assert f"through the close of {through}" in done.out
    for way, short, host in zip(WAYS, ("openapi", "pykrx-login", "pykrx-keyless"), (OPENAPI, KRX, NAVER), strict=True):
        said = f"{host} could not be reached ("
        assert (f"{way}: unavailable: {said}" in flat(done.out)) == (host in down)
        assert (f"screener: {short}: unavailable: {said}" in done.err) == (host in down)
    assert len(done.said) == len(down)
    assert_nothing_leaked(partly, exchange)


def test_with_nothing_at_all_the_newspapers_remain(member: Command, exchange: Exchange) -> None:
    exchange.faults.add("status", status=503)
    done = member.given(KRX_AUTH_KEY=KEY).run("report")
    assert done.code == 0
    assert "figures selected by newspapers" in flat(done.out)
    assert len(done.said) == 3


@pytest.mark.parametrize("fault", ["nobody is there", "no_answer"])
def test_without_the_exchange_there_is_the_press_report(command: Command, exchange: Exchange, fault: str) -> None:
    if fault == "nobody is there":
        command = command.given(**exchange.unreachable)
    else:
        exchange.faults.add(fault)  # type: ignore[arg-type]
        command = command.with_(hopeless="")
    done = command.run("report")
    assert done.code == 0
    assert "figures selected by newspapers" in flat(done.out)
    for said in (flat(done.out), done.err):
        assert "fchart.stock.naver.com could not be reached" in said
    assert len(done.said) == 1


def test_a_year_later_nothing_is_different(starter: Starter, tmp_path: Path) -> None:
    configure(tmp_path)
    with Exchange(Market(date(2024, 9, 2), date(2026, 2, 27), size=SIZE)) as exchange:
        exchange.market.now = kst(2026, 3, 2, 9, 0)
        command = Command(starter, tmp_path, exchange.market.now, exchange.environment, whole=WHOLE)
        done = command.run("report", "--json")
        assert done.code == 0, done.err
        document = json.loads(done.out)
        truth = exchange.market.truth
        (hynix,) = (row for row in document["stocks"] if row["ticker"] == "000660" and row["window_end"] == 0)
        closes = [truth.adjusted(day, "000660") or 0 for day in (BASE, EVENT)]
        assert hynix["raw_return"] == pytest.approx(closes[1] / closes[0] - 1, abs=1e-6)
        assert len(exchange.requests) == 2 * (len(STOCKS) + len(FUNDS))  # the market is younger than what is asked for
        assert command.run("report").err == ""


def test_one_source_by_name(command: Command, member: Command, exchange: Exchange) -> None:
    nothing = command.run("report", "--source", "store")
    assert (nothing.code, nothing.out) == (3, "")
    assert nothing.said == [
        f"screener: store: {command.store} is empty: pass prices with --source file:PATH --benchmark FILE"
    ]
    keyless = command.run("report", "--source", "pykrx")
    assert (keyless.code, PROXY in flat(keyless.out)) == (0, True)
    exchange.requests.clear()
    stored = command.run("report", "--source", "store")
    assert (stored.code, stored.err, exchange.requests) == (0, "", [])
    no_key = command.run("report", "--source", "openapi")
    assert (no_key.code, no_key.out) == (2, "")
    assert no_key.said == ["screener: --source openapi needs a key: set KRX_AUTH_KEY (free at openapi.krx.co.kr)"]
    down = member.given(**exchange.unreachable, KRX_AUTH_KEY=KEY).run("report", "--source", "openapi")
    assert (down.code, down.out, len(down.said)) == (5, "", 1)
    assert "data-dbg.krx.co.kr could not be reached" in down.err


def test_sync_and_what_looks_after_the_store(command: Command, exchange: Exchange) -> None:
    first = command.run("sync")
    assert (first.code, first.out.splitlines()[0]) == (
        0, "pykrx-keyless: 9 stocks, 19 requests; through 2025-02-10",
    )  # fmt: skip
    exchange.requests.clear()
    again = command.run("sync")
    assert (again.code, exchange.requests) == (0, [])
    assert again.out.splitlines()[0] == "pykrx-keyless: nothing missing, 0 requests; through 2025-02-10"
    info = command.run("store", "info")
    assert re.search(r"^pykrx-keyless +prices +96 +2024-09-11 +2025-02-10 ", info.out, flags=re.MULTILINE)
    assert command.run("store", "verify").out == f"{command.store}: OK\n"
    (path,) = command.store.glob("pykrx-keyless/prices/prices.parquet")
    whole, rows = path.read_bytes(), pq.read_table(path)
    path.write_bytes(whole[:100] + b"X" + whole[101:])
    broken = command.run("store", "verify")
    assert (broken.code, broken.out) == (3, f"{path}: checksum mismatch\n")
    refused = command.run("report", "--source", "store")
    assert (refused.code, refused.out) == (3, "")
    assert refused.said == [f"screener: {path}: is damaged: run `screener store repair`"]
    mended = command.run("store", "repair")
    assert (mended.code, mended.out) == (0, f"{path}: removed: checksum mismatch\n")
    assert command.run("sync").code == 0
    assert pq.read_table(path).equals(rows)
    assert command.run("store", "verify").code == 0


@pytest.mark.parametrize(("given", "lacks"), [("KRX_ID", "KRX_PW"), ("KRX_PW", "KRX_ID")])
def test_half_an_account_is_told_and_not_used(command: Command, exchange: Exchange, given: str, lacks: str) -> None:
    done = command.given(**{given: ID}).run("sync", "--from", "2025-02-10")
    assert done.code == 0
    assert done.said == [
        f"screener: {given} is set without {lacks}: continuing without the account; set both, or neither"
    ]
    assert {request.host for request in exchange.requests} == {NAVER}


def test_sync_takes_files_of_ones_own(command: Command, exchange: Exchange) -> None:
    """Prices and indices that came from elsewhere: the store serves them without the exchange."""
    truth = exchange.market.truth
    days = [day for day in truth.sessions if day <= EVENING.date()]
    prices, indices = command.folder / "prices.csv", command.folder / "indices.csv"
    rows = [f"{day},{ticker},{truth.adjusted(day, ticker)}" for day in days for ticker in STOCKS]
    prices.write_text("\n".join(["date,ticker,close", *rows]) + "\n", encoding="utf-8")
    levels = [
        f"{day},{name},{truth.level(day, code)}"
        for day in days
        for name, code in (("KOSPI", "1001"), ("KOSDAQ", "2001"))
    ]
    indices.write_text("\n".join(["date,index,close", *levels]) + "\n", encoding="utf-8")
    done = command.run("sync", "--source", f"file:{prices}", "--benchmark", indices)
    assert done.code == 0, done.err
    assert done.out.splitlines()[0] == "file: 7 stocks, 0 requests; through 2025-02-10"
    report = command.run("report")
    assert (report.code, report.err) == (0, "")
    assert "Market: KOSPI -0.77%, KOSDAQ -0.06%" in report.out
    assert exchange.requests == []


def test_a_store_on_another_filesystem(command: Command, exchange: Exchange) -> None:
    folder = command.folder / "elsewhere"
    url = f"fsspec+local://{folder}"
    done = command.run("report", "--store", url)
    assert done.code == 0, done.err
    assert list(folder.glob("pykrx-keyless/prices/prices.parquet"))
    exchange.requests.clear()
    again = command.given(SCREENER_STORE=url).run("report")
    assert (again.code, again.out, exchange.requests) == (0, done.out, [])
    assert command.run("store", "verify", "--store", url).code == 0
    assert not command.store.exists()


def test_a_terminal_sees_a_bar_that_leaves_no_trace(command: Command) -> None:
    ours, theirs = pty.openpty()
    with ThreadPoolExecutor(1) as reader:
        reading = reader.submit(_read, ours)
        terminal = command.given(TERM="xterm-256color", COLUMNS="100")
        done = terminal.start("sync", stderr=Path(os.ttyname(theirs))).wait()
        os.close(theirs)
    shown = reading.result()
    assert done.code == 0
    assert done.out.startswith("pykrx-keyless: 9 stocks")
    assert "\x1b" not in done.out
    assert "pykrx-keyless: stocks" in shown
    # The last line is erased, the cursor shown again, and nothing follows.
    assert re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", shown.rpartition("\x1b[2K")[2]) == ""
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")


def _read(terminal: int) -> str:
    """Everything that is shown until the other end is closed."""
    shown = b""
    with suppress(OSError):
        while part := os.read(terminal, 4096):
            shown += part
    os.close(terminal)
    return shown.decode()
