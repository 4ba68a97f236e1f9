"""A small exchange on a loopback port, and the command with an account on it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.e2e.command import BRIEF, Command, Done
from tests.e2e.conftest import configure
from tests.e2e.secrets import ID, KEY, PASSWORD
from tests.fakes.krx import Exchange, Market, kst
from tests.forkserver import Starter

START, END = date(2024, 9, 2), date(2025, 4, 30)
SIZE, WHOLE = 200, 130
"""Stocks, and how many of them count as a whole market."""
EVENT, NEXT, THIRD = date(2025, 1, 31), date(2025, 2, 3), date(2025, 2, 4)
Daily = Callable[..., Done]


@dataclass(frozen=True)
class Evening:
    """What a run on an evening left, what it said, and how often it asked for what."""

    folder: Path
    done: Done
    asked: Counter[str]


@pytest.fixture(scope="session")
def small() -> Market:
    return Market(START, END, size=SIZE)


@pytest.fixture
def market(small: Market) -> Iterator[Market]:
    yield small
    small.corrections.clear()


@pytest.fixture
def exchange(market: Market) -> Iterator[Exchange]:
    market.now = kst(2025, 1, 31)
    with _running(market) as running:
        yield running


@contextmanager
def _running(market: Market) -> Iterator[Exchange]:
    with Exchange(market) as running:
        known = running.account
        known.name, known.password, known.auth_key = ID, PASSWORD, KEY
        yield running


def account(starter: Starter, exchange: Exchange, folder: Path) -> Command:
    """The command with an account, in a folder that it has for itself."""
    configure(folder)
    command = Command(starter, folder, exchange.market.now, exchange.environment, whole=WHOLE, constants=BRIEF)
    return command.given(KRX_ID=ID, KRX_PW=PASSWORD, SCREENER_CONFIG="config")


@pytest.fixture
def member(starter: Starter, exchange: Exchange, tmp_path: Path) -> Command:
    """The command with an account."""
    return account(starter, exchange, tmp_path)


@pytest.fixture(scope="session")
def evenings(starter: Starter, small: Market, tmp_path_factory: pytest.TempPathFactory) -> dict[date, Evening]:
    """The evenings of the event and of the next two sessions, once for all tests."""
    folder = tmp_path_factory.mktemp("evenings") / "now"
    folder.mkdir()
    left = {}
    with _running(small) as exchange:
        command = account(starter, exchange, folder)
        for day in (EVENT, NEXT, THIRD):
            small.now = kst(day.year, day.month, day.day)
            exchange.requests.clear()
            done = command.with_(now=small.now).run("daily")
            assert done.code == 0, done.err
            asked = Counter(request.bld for request in exchange.requests if request.bld)
            left[day] = Evening(shutil.copytree(folder, folder.with_name(str(day)), symlinks=True), done, asked)
    return left


def _put_back(member: Command, evening: Evening) -> None:
    for name in ("home", "reports"):
        shutil.copytree(evening.folder / name, member.folder / name, symlinks=True)


@pytest.fixture
def first(member: Command, evenings: dict[date, Evening]) -> None:
    """What the run on the evening of the event left is there."""
    _put_back(member, evenings[EVENT])


@pytest.fixture
def second(member: Command, evenings: dict[date, Evening]) -> None:
    """The same of the next session's evening."""
    _put_back(member, evenings[NEXT])


@pytest.fixture
def third(member: Command, evenings: dict[date, Evening]) -> None:
    """The same of the evening after that."""
    _put_back(member, evenings[THIRD])


@pytest.fixture
def daily(member: Command, exchange: Exchange) -> Daily:
    """`screener daily` at a moment, which is the exchange's as well."""

    def run(at: datetime | date, *arguments: str | Path) -> Done:
        now = at if isinstance(at, datetime) else kst(at.year, at.month, at.day)
        exchange.market.now = now
        return member.with_(now=now).run("daily", *arguments)

    return run


@pytest.fixture
def reports(member: Command) -> Path:
    return member.folder / "reports"
