"""A sync that is killed at any moment loses no row and doubles none, and the next one goes on."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from pathlib import Path

import pyarrow.dataset
import pytest

from screener.data.store import Store
from screener.krx.tables import MARKET, PRICES
from tests.e2e.command import Command, Done, Running
from tests.e2e.conftest import FUNDS, STOCKS, configure
from tests.e2e.secrets import ID, PASSWORD
from tests.fakes.krx import Exchange, Market, kst
from tests.forkserver import Starter

SEED = 20250131
HISTORIES, SESSIONS = (170, 30) if os.environ.get("SOAK") else (50, 12)
"""Kills; `make soak` has 200."""
PATIENCE = 1.05
SPLIT = "298040"
BEFORE_SPLIT, AFTER_SPLIT = kst(2025, 3, 12), kst(2025, 3, 14)
Rows = dict[str, dict[date, float]]
"""Closes by ticker and session."""
Check = Callable[[Rows], None]


@dataclass(frozen=True)
class Sync:
    """A sync that is to be killed."""

    command: Command
    arguments: tuple[str, ...]
    path: str
    """Of its table in the store."""

    def at(self, now: datetime) -> Sync:
        return Sync(self.command.with_(now=now), self.arguments, self.path)

    def start(self) -> Running:
        return self.command.start("sync", *self.arguments)

    def run(self) -> Done:
        return self.start().wait()

    def spell(self) -> tuple[float, float]:
        """Seconds after which a whole one begins to work and ends, undisturbed by what else the machine does."""
        spells = []
        for _ in range(3):
            shutil.rmtree(self.command.store, ignore_errors=True)
            running = self.start()
            self.await_lock()
            began = time.perf_counter() - running.started
            done = running.wait()
            assert done.code == 0, done.err
            spells.append((began, done.seconds))
        return min(began for began, _ in spells), min(ended for _, ended in spells)

    def await_lock(self) -> None:
        """Until somebody writes into the store."""
        end = time.perf_counter() + 10
        while not (self.command.store / ".lock.json").exists():
            assert time.perf_counter() < end, "it does not begin to work"
            time.sleep(0.001)

    def held(self) -> Rows:
        """What the store holds, read as the screener reads it; it must be sound."""
        source, kind = self.path.split("/")
        table = Store.open(self.command.store).table(source, {"prices": PRICES, "market": MARKET}[kind])
        assert table.verify() == []
        return rows_of(table.read(("date", "ticker", "close")))

    def seen(self) -> Rows:
        """The same, read as others do that know Parquet and nothing of the screener."""
        folder = self.command.store / self.path
        if not list(folder.glob("*/*.parquet")):
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


def killed(sync: Sync, after: float) -> int:
    """Start it and kill it; its exit status, which is 0 if it was quicker."""
    running = sync.start()
    time.sleep(max(0.0, running.started + after - time.perf_counter()))
    os.kill(running.pid, signal.SIGKILL)
    return running.wait().code


@pytest.fixture
def exchange(market: Market) -> Iterator[Exchange]:
    with Exchange(market) as running:
        running.account.name, running.account.password = ID, PASSWORD
        yield running


@pytest.fixture
def bare(starter: Starter, exchange: Exchange, tmp_path: Path) -> Command:
    """A command that writes often."""
    configure(tmp_path)
    return Command(starter, tmp_path, BEFORE_SPLIT, exchange.environment, patience=None, batch=3)


def truth(market: Market, now: datetime, first: date) -> Rows:
    """What a keyless sync from `first` on brings at a moment."""
    market.now = now
    days = [day for day in market.truth.sessions if first <= day <= now.date()]
    stocks = {one: {day: market.truth.adjusted(day, one) or 0.0 for day in days} for one in STOCKS}
    return stocks | {one: {day: float(market.truth.fund(day, one)) for day in days} for one in FUNDS}


def kill_until_one_is_quicker(sync: Sync, spell: tuple[float, float], dice: random.Random, check: Check) -> int:
    """Kill syncs of one store at moments at which they work; how many it took until one had completed."""
    seen = pairs(sync.seen())
    began, ended = spell
    for kills in count():
        # The longer none was quicker, the later: the machine may have more to do than when the spell was taken.
        code = killed(sync, dice.uniform(began, ended * PATIENCE**kills))
        check(sync.held())
        before, seen = seen, pairs(sync.seen())
        assert before <= seen, "a row is lost to other readers"
        if code != -signal.SIGKILL:
            assert code == 0
            return kills
    raise AssertionError


def test_killed_histories_with_a_split_between_two_syncs(bare: Command, market: Market) -> None:
    first = date(2024, 12, 16)
    sync = Sync(bare, ("--from", str(first)), "pykrx-keyless/prices")
    old, new = (truth(market, now, first) for now in (BEFORE_SPLIT, AFTER_SPLIT))
    assert old[SPLIT][first] == 5 * new[SPLIT][first]

    def of_either_day(rows: Rows) -> None:
        """Each stock has the whole of one history or of the other, or is not there yet."""
        for ticker, closes in rows.items():
            assert closes in (old[ticker], new[ticker])

    market.now = BEFORE_SPLIT
    spell = sync.spell()
    dice, kills = random.Random(SEED), 0  # noqa: S311 - a draw that can be repeated
    while kills < HISTORIES:
        shutil.rmtree(bare.store)
        for now, whole in ((BEFORE_SPLIT, old), (AFTER_SPLIT, new)):
            market.now = now
            kills += kill_until_one_is_quicker(sync.at(now), spell, dice, of_either_day)
            assert sync.held() == sync.seen() == whole


def test_killed_sessions(bare: Command, market: Market) -> None:
    days = [date(2025, 3, 10), date(2025, 3, 11), date(2025, 3, 12)]
    member = bare.given(KRX_ID=ID, KRX_PW=PASSWORD).with_(batch=1)
    sync = Sync(member, ("--source", "pykrx", "--from", str(days[0])), "pykrx-login/market")
    whole = {day: {one: market.truth.close(day, one) for one in market.truth.tickers(day)} for day in days}

    def whole_sessions(rows: Rows) -> None:
        by_day: dict[date, dict[str, float]] = {}
        for ticker, closes in rows.items():
            for day, close in closes.items():
                by_day.setdefault(day, {})[ticker] = close
        assert by_day.items() <= whole.items()

    market.now = BEFORE_SPLIT
    spell = sync.spell()
    dice, kills = random.Random(SEED), 0  # noqa: S311 - a draw that can be repeated
    while kills < SESSIONS:
        shutil.rmtree(bare.store)
        kills += kill_until_one_is_quicker(sync, spell, dice, whole_sessions)
        assert len(pairs(sync.held())) == sum(map(len, whole.values()))


def test_what_a_killed_write_leaves_is_no_damage(bare: Command, market: Market) -> None:
    market.now = BEFORE_SPLIT
    sync = Sync(bare, (), "pykrx-keyless/prices")
    assert sync.run().code == 0
    part = bare.store / sync.path / "year=2025/_staged-0123456789ab"
    part.write_bytes(b"half of a file")
    verified = bare.run("store", "verify")
    assert (verified.code, verified.out) == (0, f"{bare.store}: sound\n")
    assert verified.said == [
        f"screener: {part}: left from a write that was cut short, and no part of the store: the next sync clears it away"
    ]
    market.now = AFTER_SPLIT
    assert sync.at(AFTER_SPLIT).run().code == 0
    assert not part.exists()
    assert bare.with_(now=AFTER_SPLIT).run("store", "verify").err == ""


def test_a_write_that_counts_is_finished_by_the_next_sync(bare: Command, market: Market) -> None:
    """Killed between the manifest and the files, the store is right, but others would still read the old files."""
    first = date(2025, 1, 2)
    sync = Sync(bare.with_(batch=None), ("--from", str(first)), "pykrx-keyless/prices")
    truth(market, BEFORE_SPLIT, first)
    assert sync.run().code == 0
    part = bare.store / sync.path / "year=2025/part-0.parquet"
    old = part.read_bytes()
    whole = truth(market, AFTER_SPLIT, first)
    sync = sync.at(AFTER_SPLIT)
    assert sync.run().code == 0
    digest = hashlib.sha256(part.read_bytes()).hexdigest()
    part.rename(part.with_name(f"_staged-{digest[:12]}"))
    part.write_bytes(old)
    assert sync.held() == whole != sync.seen()
    done = sync.run()
    assert done.out.startswith("pykrx-keyless: nothing was missing, 0 requests")
    assert sync.held() == sync.seen() == whole


def test_two_at_once_one_works_and_the_other_says_who_does(bare: Command, market: Market) -> None:
    market.now = BEFORE_SPLIT
    config = bare.folder / "config/screener.toml"
    sync = Sync(bare, (), "pykrx-keyless/prices")
    assert sync.run().code == 0
    config.write_text(config.read_text().replace("request_spacing = 0.0", "request_spacing = 0.2"))
    market.now = AFTER_SPLIT
    sync = sync.at(AFTER_SPLIT)
    first = sync.start()
    sync.await_lock()
    second = sync.run()
    reader = sync.command.run("report", "--source", "store")
    assert (bare.store / ".lock.json").exists(), "the first was done too early to prove anything"
    assert (second.code, second.out) == (3, "")
    (line,) = second.said
    assert line.startswith(f"screener: {bare.store}: fetch from pykrx-keyless (pid {first.pid} on ")
    assert line.endswith(", since 2025-03-14T18:30:00+09:00) is writing there: wait for it, or end it")
    assert (reader.code, reader.err) == (0, "")
    done = first.wait()
    assert done.code == 0, done.err
    assert bare.run("store", "verify").code == 0
