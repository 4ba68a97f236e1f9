"""Syncs that are killed at random moments, 200 of them: `pytest tests/soak/kills.py`, part of `make soak`.

The suite has the same at exact steps (`tests.e2e.test_crashes`); here the kernel and the scheduler choose.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from tests.e2e.command import Command
from tests.e2e.conftest import END, SIZE, START, WHOLE, configure
from tests.e2e.secrets import ID, PASSWORD
from tests.e2e.test_crashes import (
    AFTER_SPLIT,
    BEFORE_SPLIT,
    SPLIT,
    Check,
    Sync,
    of_either_day,
    pairs,
    truth,
    whole_sessions,
)
from tests.fakes.krx import Exchange, Market
from tests.forkserver import Starter

SEED = 20250131
HISTORIES, SESSIONS = 170, 30
"""Kills."""
PATIENCE = 1.05


@pytest.fixture
def market() -> Market:
    return Market(START, END, size=SIZE)


@pytest.fixture
def exchange(market: Market) -> Iterator[Exchange]:
    with Exchange(market) as running:
        running.account.name, running.account.password = ID, PASSWORD
        yield running


@pytest.fixture
def bare(starter: Starter, exchange: Exchange, tmp_path: Path) -> Command:
    """A command that writes often."""
    configure(tmp_path)
    return Command(starter, tmp_path, BEFORE_SPLIT, exchange.environment, batch=3, whole=WHOLE)


def spell(sync: Sync) -> tuple[float, float]:
    """Seconds after which a whole one begins to work and ends, undisturbed by what else the machine does."""
    spells = []
    for _ in range(3):
        shutil.rmtree(sync.command.store, ignore_errors=True)
        started = time.perf_counter()
        running = sync.start()
        while not (sync.command.store / ".lock.json").exists():
            assert time.perf_counter() < started + 60, "it does not begin to work"
            time.sleep(0.001)
        began = time.perf_counter() - started
        done = running.wait()
        assert done.code == 0, done.err
        spells.append((began, time.perf_counter() - started))
    return min(began for began, _ in spells), min(ended for _, ended in spells)


def killed(sync: Sync, after: float) -> int:
    """Start it and kill it; its exit status, which is 0 if it was quicker."""
    running = sync.start()
    time.sleep(after)
    os.kill(running.pid, signal.SIGKILL)
    return running.wait().code


def kill_until_one_is_quicker(sync: Sync, times: tuple[float, float], dice: random.Random, check: Check) -> int:
    """Kill syncs of one store at moments at which they work; how many it took until one had completed."""
    seen = pairs(sync.seen())
    began, ended = times
    for kills in count():
        # The longer none was quicker, the later: the machine may have more to do than when the times were taken.
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
    market.now = BEFORE_SPLIT
    times = spell(sync)
    dice, kills = random.Random(SEED), 0  # noqa: S311 - a draw that can be repeated
    while kills < HISTORIES:
        shutil.rmtree(bare.store)
        for now, whole in ((BEFORE_SPLIT, old), (AFTER_SPLIT, new)):
            market.now = now
            kills += kill_until_one_is_quicker(sync.at(now), times, dice, of_either_day(old, new))
            assert sync.held() == sync.seen() == whole


def test_killed_sessions(bare: Command, market: Market) -> None:
    days = [date(2025, 3, 10), date(2025, 3, 11), date(2025, 3, 12)]
    member = bare.given(KRX_ID=ID, KRX_PW=PASSWORD).with_(batch=1)
    sync = Sync(member, ("--source", "pykrx", "--from", str(days[0])), "pykrx-login/market")
    market.now = BEFORE_SPLIT
    times = spell(sync)
    dice, kills = random.Random(SEED), 0  # noqa: S311 - a draw that can be repeated
    while kills < SESSIONS:
        shutil.rmtree(bare.store)
        kills += kill_until_one_is_quicker(sync, times, dice, whole_sessions(market, days))
        assert len(pairs(sync.held())) == sum(len(market.truth.tickers(day)) for day in days)
