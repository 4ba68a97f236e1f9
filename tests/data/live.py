"""Connections to the stand-in exchange from inside the process, with a store of its own and no pauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from screener.data.connections import Connections, Provider
from screener.data.fetch import Fetched, Plan
from screener.data.sources.live import Live
from screener.data.store import Store
from screener.krx.calendar import Calendar
from screener.krx.client import Account, Breaker, Client, Timeouts
from screener.krx.http import KRX, NAVER
from tests.fakes.krx import Market, MockedExchange

__all__ = [
    "KRX",
    "NAVER",
    "Account",
    "Connections",
    "Fetched",
    "Market",
    "Provider",
    "access",
    "live",
    "market",
    "plan",
    "replace",
]

FAST = Timeouts(spacing=0.0, connect=1.0, read=1.0, request=5.0, attempts=3, backoff=0.001)
FIRST, LAST = date(2025, 1, 20), date(2025, 2, 7)
"""Twelve sessions, with the closed days from 27 to 30 January among them."""
SIZE, WHOLE = 300, 200
"""Stocks, and how many of them count as a whole market in the tests of this package."""
TICKERS = ("005930", "000660", "035420", "069500", "229200")


def market(start: date = date(2024, 12, 2), end: date = date(2025, 3, 31), **given: Any) -> Market:
    """A market of a few weeks around the event, and of a tenth of the real one's stocks."""
    return Market(start, end, **{"size": SIZE, **given})


def access(
    folder: Path,
    exchange: MockedExchange,
    *,
    account: bool = True,
    key: str | None = None,
    data_key: str | None = None,
) -> Connections:
    """The store in `folder`, and the stand-in as the exchange; the clock is the stand-in's."""
    store = Store.open(folder / "store")

    def now() -> datetime:
        return exchange.market.now

    return Connections(
        store=store,
        calendar=store.observed(Calendar()),
        breaker=Breaker(folder / "state", now),
        now=now,
        timeouts=FAST,
        account=Account(*exchange.credentials) if account else None,
        key=key,
        data_key=data_key,
    )


def live(way: Provider, opened: Connections) -> Live:
    """One way to the exchange."""
    return Live(way, opened, Client(opened.breaker, opened.timeouts))


def plan(first: date = FIRST, last: date = LAST, tickers: tuple[str, ...] = TICKERS) -> Plan:
    """A small fetch."""
    return Plan(first, last, tickers)
