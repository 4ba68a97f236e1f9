"""A sync that crashes at any step loses no row and doubles none, and the next one goes on; two syncs at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow.dataset
import pytest

from screener.data.store import Store
from screener.krx.tables import MARKET, PRICES
from tests.e2e.command import BRIEF, LIMIT, Command, Done, Running
from tests.e2e.conftest import FUNDS, STOCKS, WHOLE, configure
from tests.e2e.secrets import ID, PASSWORD
from tests.fakes.krx import Exchange, Market, kst
from tests.forkserver import Starter

SPLIT = "298040"
BEFORE_SPLIT, AFTER_SPLIT = kst(2025, 3, 12), kst(2025, 3, 14)
Rows = dict[str, dict[date, float]]
"""Closes by ticker and session."""
Check = Callable[[Rows], None]


@dataclass(frozen=True)
class Sync:
    """A sync that crashes."""

    command: Command
    arguments: tuple[str, ...]
    path: str
    """Of its table in the store."""

    def at(self, now: datetime) -> Sync:
        return Sync(self.command.with_(now=now), self.arguments, self.path)

    def crashes(self) -> Iterator[str]:
        return self.command.crashes("sync", *self.arguments)

    def start(self) -> Running:
        return self.command.start("sync", *self.arguments)

    def run(self) -> Done:
        return self.start().wait()

    def held(self) -> Rows:
        """What the store holds, read as the screener reads it; it must be sound."""
        source, kind = self.path.split("/")
        table = Store.open(self.command.store).table(source, {"prices": PRICES, "market": MARKET}[kind])
        assert table.verify() == []
        return rows_of(table.read(("date", "ticker", "close")))

    def seen(self) -> Rows:
        """The same, read as others do that know Parquet and nothing of the screener."""
        folder = self.command.store / self.path
        if not list(folder.rglob("*.parquet")):
            return {}
        dataset = pyarrow.dataset.dataset(folder, format="parquet", partitioning="hive")
        return rows_of(dataset.to_table(columns=["date", "ticker", "close"]))


def rows_of(table: pyarrow.Table) -> Rows:
    rows: Rows = {}
    for day, ticker, close in zip(*(column.to_pylist() for column in table.columns), strict=True):
        assert day not in rows.setdefault(ticker, {}), f"{ticker} stands twice on {day}"
        rows[ticker][day] = close
    return rows


def pairs(rows: Rows) -> set[tuple[str, date]]:
    return {(ticker, day) for ticker, days in rows.items() for day in days}


@pytest.fixture
def exchange(market: Market) -> Iterator[Exchange]:
    with Exchange(market) as running:
        running.account.name, running.account.password = ID, PASSWORD
        yield running


@pytest.fixture
def bare(starter: Starter, exchange: Exchange, tmp_path: Path) -> Command:
    """A command that writes often."""
    configure(tmp_path)
    return Command(starter, tmp_path, BEFORE_SPLIT, exchange.environment, batch=5, whole=WHOLE, constants=BRIEF)


def truth(market: Market, now: datetime, first: date) -> Rows:
    """What a keyless sync from `first` on brings at a moment."""
    market.now = now
    days = [day for day in market.truth.sessions if first <= day <= now.date()]
    stocks = {one: {day: market.truth.adjusted(day, one) or 0.0 for day in days} for one in STOCKS}
    return stocks | {one: {day: float(market.truth.fund(day, one)) for day in days} for one in FUNDS}


def of_either_day(old: Rows, new: Rows) -> Check:
    """Each stock has the whole of one history or of the other, or is not there yet."""

    def check(rows: Rows) -> None:
        for ticker, closes in rows.items():
            assert closes in (old[ticker], new[ticker])

    return check


def whole_sessions(market: Market, days: Sequence[date]) -> Check:
    """Each session has every stock of the market, or is not there yet."""
    whole = {day: {one: market.truth.close(day, one) for one in market.truth.tickers(day)} for day in days}

    def check(rows: Rows) -> None:
        by_day: dict[date, dict[str, float]] = {}
        for ticker, closes in rows.items():
            for day, close in closes.items():
                by_day.setdefault(day, {})[ticker] = close
        assert by_day.items() <= whole.items()

    return check


def content(store: Path) -> dict[str, bytes]:
    """The files of a store, by name; who writes, or wrote, there is not of them."""
    return {
        str(path.relative_to(store)): path.read_bytes()
        for path in sorted(store.rglob("*"))
        if path.is_file() and "lock" not in path.name
    }


def assert_the_next_goes_on(sync: Sync, check: Check) -> None:
    """After a crash at each step others lose no row, and the next sync leaves what one without a crash leaves."""
    crashes, steps = sync.crashes(), 0
    before = pairs(sync.seen())
    for step in crashes:
        check(sync.held())
        assert before <= pairs(sync.seen()), f"{step}: a row is lost to other readers"
        done = sync.run()
        assert done.code == 0, (step, done.err)
        if not steps:
            calm = content(sync.command.store)
        assert content(sync.command.store) == calm, step
        steps += 1
    assert steps > 6
    assert sync.held() == sync.seen()


def test_histories_with_a_split_between_two_syncs(bare: Command, market: Market) -> None:
    first = date(2024, 12, 16)
    sync = Sync(bare, ("--from", str(first)), "pykrx-keyless/prices")
    old, new = (truth(market, now, first) for now in (BEFORE_SPLIT, AFTER_SPLIT))
    assert old[SPLIT][first] == 5 * new[SPLIT][first]
    market.now = BEFORE_SPLIT
    assert sync.run().code == 0
    assert sync.held() == old
    market.now = AFTER_SPLIT
    assert_the_next_goes_on(sync.at(AFTER_SPLIT), of_either_day(old, new))
    assert sync.held() == new


def test_sessions(bare: Command, market: Market) -> None:
    days = [date(2025, 3, 11), date(2025, 3, 12)]
    member = bare.given(KRX_ID=ID, KRX_PW=PASSWORD).with_(batch=1)
    sync = Sync(member, ("--source", "pykrx", "--from", str(days[0])), "pykrx-login/market")
    market.now = BEFORE_SPLIT
    assert_the_next_goes_on(sync, whole_sessions(market, days))
    assert len(pairs(sync.held())) == sum(len(market.truth.tickers(day)) for day in days)


def test_what_a_killed_write_leaves_is_no_damage(bare: Command, market: Market) -> None:
    market.now = BEFORE_SPLIT
    sync = Sync(bare, (), "pykrx-keyless/prices")
    assert sync.run().code == 0
    part = bare.store / sync.path / "_prices.parquet.new"
    part.write_bytes(b"half of a file")
    verified = bare.run("store", "verify")
    assert (verified.code, verified.out) == (0, f"{bare.store}: OK\n")
    assert verified.said == [
        f"screener: {part}: left from an interrupted write and not part of the store; the next sync removes it"
    ]
    market.now = AFTER_SPLIT
    assert sync.at(AFTER_SPLIT).run().code == 0
    assert not part.exists()
    assert bare.with_(now=AFTER_SPLIT).run("store", "verify").err == ""


def test_two_at_once_one_works_and_the_other_says_who_does(bare: Command, exchange: Exchange) -> None:
    exchange.market.now = BEFORE_SPLIT
    sync = Sync(bare, (), "pykrx-keyless/prices")
    assert sync.run().code == 0
    exchange.market.now = AFTER_SPLIT
    sync = sync.at(AFTER_SPLIT)
    held = exchange.faults.add("held", symbol="042700")
    first = sync.start()
    assert held.arrived.wait(LIMIT)
    second = sync.run()
    reader = sync.command.run("report", "--source", "store")
    held.released.set()
    assert (second.code, second.out) == (3, "")
    (line,) = second.said
    assert line.startswith(f"screener: {bare.store}: download from pykrx-keyless (pid {first.pid} on ")
    assert line.endswith(", since 2025-03-14T18:30:00+09:00) is writing there: wait for it to finish, or stop it")
    assert (reader.code, reader.err) == (0, "")
    done = first.wait()
    assert done.code == 0, done.err
    assert bare.run("store", "verify").code == 0
