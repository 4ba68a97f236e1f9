"""Every fault of the table in docs/faults.md: what is said, how it ends, and that the store is none the worse for it."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from screener.data.store import Store
from screener.krx.tables import MARKET, PRICES
from tests.conftest import ROOT
from tests.e2e.cases import BLOCKS, NETWORK, ROWS, Case, Row, pattern, remembered, table
from tests.e2e.command import Command
from tests.e2e.conftest import EVENING, FUNDS, STOCKS, WHOLE, configure, let_in
from tests.e2e.secrets import DATA_KEY, ID, KEY, PASSWORD, assert_nothing_leaked
from tests.fakes.datagokr import DataGoKr
from tests.fakes.krx import Market, kst
from tests.forkserver import Starter

SOURCES = {"keyless": "pykrx-keyless", "login": "pykrx-login", "openapi": "openapi", "datagokr": "datagokr"}
STORED = date(2025, 2, 6)
"""What the store holds before a fault ends here."""

Content = dict[tuple[str, str], dict[date, dict[str, float]]]


def as_(way: str, command: Command, market: Market) -> Command:
    """The command of somebody who goes this way, when the last of the sessions is there to be had."""
    if way == "openapi":  # it has a session from the next morning on
        market.now = kst(2025, 2, 11, 8, 0)
        return command.given(KRX_AUTH_KEY=KEY).with_(now=market.now)
    if way == "datagokr":
        market.now = kst(2025, 2, 11, 13, 0)
        return command.given(DATA_GO_KR_KEY=DATA_KEY).with_(now=market.now)
    return command.given(KRX_ID=ID, KRX_PW=PASSWORD) if way == "login" else command


def sync(way: str, first: date, last: date) -> tuple[str, ...]:
    source = way if way in ("openapi", "datagokr") else "pykrx"
    return "sync", "--source", source, "--from", str(first), "--to", str(last)


@pytest.fixture(scope="module")
def before(starter: Starter, market: Market, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store by way, brought up to the session before the fault."""
    folder = tmp_path_factory.mktemp("before")
    configure(folder)
    market.now = EVENING
    with DataGoKr(market) as exchange:
        let_in(exchange)
        command = Command(starter, folder, EVENING, exchange.environment, whole=WHOLE)
        for way in SOURCES:
            done = as_(way, command, market).run(*sync(way, STORED, STORED), "--store", folder / way)
            assert done.code == 0, done.err
        yield folder


def content(store: Path) -> Content:
    """Closes by table, session and ticker."""
    held: Content = {}
    for one in Store.open(store).tables():
        days = held.setdefault((one.source, one.kind.name), {})
        rows = one.read(("date", one.kind.key, "close" if "close" in one.kind.schema.names else "foreign"))
        for day, key, close in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            assert key not in days.setdefault(day, {}), "a row is listed twice"
            days[day][key] = close
    return held


def assert_true(held: Content, market: Market) -> None:
    """Every stored close is the exchange's final one, and no session is there in part."""
    truth = market.truth
    for (_, kind), days in held.items():
        for day, closes in days.items():
            if kind == MARKET.name:
                assert closes == {ticker: truth.close(day, ticker) for ticker in truth.tickers(day)}
            elif kind == PRICES.name:
                assert closes == {one: truth.adjusted(day, one) for one in STOCKS} | {
                    one: truth.fund(day, one) for one in FUNDS
                }
            else:
                codes = {"KOSPI": "1001", "KOSDAQ": "2001", "KRX_SEMICONDUCTOR": "5044"}
                assert closes == {name: truth.level(day, codes[name]) for name in closes}


def in_turn() -> list[tuple[Row, Case]]:
    """Each fault once, and of those of the network each way to bring it about; the ways to the exchange take turns.

    `make soak` has them on each way.
    """
    chosen: list[tuple[Row, Case]] = []
    for row in ROWS:
        alike = defaultdict(list)
        for case in row.cases:
            alike[id(case.strike) if row in (*NETWORK, *BLOCKS) else 0].append(case)
        for same in alike.values():
            chosen.append((row, same[len(chosen) % len(same)]))
    return chosen


def cases(chosen: Sequence[tuple[Row, Case]]) -> list[object]:
    return [
        pytest.param(row, case, id=f"{row.fault}, {case.way}, {row.cases.index(case)}".replace(" ", "_"))
        for row, case in chosen
    ]


@pytest.mark.parametrize(("row", "case"), cases(in_turn()))
def test_a_fault_is_told_in_a_line_and_costs_nothing(
    row: Row, case: Case, before: Path, command: Command, exchange: DataGoKr
) -> None:
    assert_told_and_costs_nothing(row, case, before, command, exchange)


def assert_told_and_costs_nothing(row: Row, case: Case, before: Path, command: Command, exchange: DataGoKr) -> None:
    shutil.copytree(before / case.way, command.store)
    held = content(command.store)
    user = as_(case.way, command, exchange.market)
    struck = case.strike(user, exchange)
    done = struck.run(*sync(case.way, case.first, case.last))

    assert done.code == row.code, done.err
    line = row.line.replace("2,500", str(WHOLE))
    assert [said for said in done.said if not (line and pattern(line).fullmatch(said))] == []
    assert bool(done.said) == bool(row.line)
    assert "Traceback" not in done.out + done.err
    assert_nothing_leaked(command, exchange)
    if "wrong" in row.fault or "expired" in row.fault:
        assert sum(request.path.endswith("MDCCOMS001D1.cmd") for request in exchange.requests) <= 1
    if case.strike is remembered:
        assert exchange.requests == []
    if row in BLOCKS:
        exchange.requests.clear()
        again = struck.run(*sync(case.way, case.first, case.last))
        assert again.code == 5
        assert all(f"blocked this machine on {user.now:%Y-%m-%d %H:%M}" in line for line in again.said)
        assert exchange.requests == []

    if "damaged" in row.fault:
        assert command.run("store", "repair").code == 0
        first = min(day for days in held.values() for day in days)
        assert struck.run(*sync(case.way, first, case.last)).code == 0  # what it held is fetched again
    after = content(command.store)
    assert_true(after, exchange.market)
    for name, days in held.items():
        assert days.items() <= after[name].items()
    assert [damage for one in Store.open(command.store).tables() for damage in one.verify()] == []

    exchange.faults.clear()
    exchange.says = None
    exchange.account.password_expired, exchange.account.quota = False, 10_000
    for path in command.home.rglob("blocked-*.json"):
        path.unlink()
    exchange.market.now = max(user.now, exchange.market.now)
    done = user.with_(now=exchange.market.now).run(*sync(case.way, case.first, case.last))
    assert (done.code, done.said) == (0, [])
    after = content(command.store)
    assert_true(after, exchange.market)
    kind = PRICES if case.way == "keyless" else MARKET
    assert {case.first, case.last} <= after[SOURCES[case.way], kind.name].keys()


def test_the_page_of_faults_lists_every_fault() -> None:
    """`python -m tests.e2e.cases` prints the table."""
    assert table() in (ROOT / "docs/faults.md").read_text(encoding="utf-8")
