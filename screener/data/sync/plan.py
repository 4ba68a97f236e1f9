"""What a fetch is to bring, and what it brought."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


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
