"""A small exchange on a loopback port, and the command with an account on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.exchange import Exchange, Market, kst
from tests.live.command import Command, Done, Starter
from tests.live.conftest import configure
from tests.live.secrets import ID, KEY, PASSWORD

START, END = date(2024, 9, 2), date(2025, 4, 30)
SIZE, WHOLE = 300, 200
"""Stocks, and how many of them count as a whole market."""
EVENT, NEXT, THIRD = date(2025, 1, 31), date(2025, 2, 3), date(2025, 2, 4)
Daily = Callable[..., Done]


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    running = Starter()
    yield running
    running.stop()


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
    with Exchange(market) as running:
        account = running.account
        account.name, account.password, account.auth_key = ID, PASSWORD, KEY
        yield running


@pytest.fixture
def member(starter: Starter, exchange: Exchange, tmp_path: Path) -> Command:
    """The command with an account."""
    configure(tmp_path)
    command = Command(starter, tmp_path, exchange.market.now, exchange.environment, whole=WHOLE)
    return command.given(KRX_ID=ID, KRX_PW=PASSWORD, SCREENER_CONFIG="config")


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
