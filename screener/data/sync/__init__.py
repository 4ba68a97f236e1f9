"""Brings the store up to date: fetches what is missing, looks at it, and only then keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import pyarrow as pa

from screener.krx.client import Client


@dataclass(frozen=True)
class Plan:
    """What the store should hold."""

    first: date
    """First day."""
    last: date
    """Last day; no later than the last final session."""
    tickers: tuple[str, ...]
    """Stocks that a source without whole-market sessions is asked for, one by one."""
    flow_days: tuple[date, ...] = ()
    """Sessions of which the investors' net purchases are wanted."""
    industry_days: tuple[date, ...] = ()
    """Sessions of which the industries are wanted."""
    again: tuple[date, ...] = ()
    """Whole-market sessions to ask for once more although they are stored, for KRX corrects figures late."""


@dataclass
class Fetched:
    """What a fetch brought; it grows while the fetch goes on."""

    source: str
    last: date | None
    """Last session that was asked for, and once all is stored the last one that is held; None if none is."""
    sessions: int = 0
    """Whole-market sessions that were stored."""
    series: int = 0
    """Histories of single stocks that were stored."""
    restated: list[str] = field(default_factory=list)
    """Stocks whose adjusted prices had changed backwards, so that they were fetched whole."""
    absent: list[str] = field(default_factory=list)
    """Stocks of which the source knows no price, or no longer the prices that are stored."""
    closed: list[date] = field(default_factory=list)
    """Days that the calendar took for sessions and that were none."""
    corrected: dict[date, list[str]] = field(default_factory=dict)
    """Stored sessions whose final figures have changed since, and the stocks that are concerned."""
    silent: list[date] = field(default_factory=list)
    """Days without figures at the end; whether they were sessions shows with the next one."""
    requests: int = 0
    blocked: bool = False
    """Whether a better source was not asked, or not to the end, because it refuses this machine."""


class WholeMarket(Protocol):
    """A source that gives whole sessions."""

    name: str
    client: Client
    requests_each: int
    """Requests that one session takes, its indices included."""
    same_day: bool
    """Whether it has a session on its own evening; else it has it from the next morning on."""
    at_once: int
    """Sessions whose indices are asked for at once."""

    def session(self, day: date) -> pa.Table:
        """MARKET rows of a day, with the `change` that the source gives, KRW."""
        ...

    def indices(self, days: Sequence[date]) -> pa.Table:
        """INDICES rows of `days`, with the `change` that the source gives; of sessions before them if that is free."""
        ...


class WithInvestors(WholeMarket, Protocol):
    """One that also knows who bought, and in which industry a stock is."""

    def flows(self, day: date) -> pa.Table:
        """FLOWS rows of a day."""
        ...

    def industries(self, day: date) -> pa.Table:
        """INDUSTRIES rows of a day."""
        ...
