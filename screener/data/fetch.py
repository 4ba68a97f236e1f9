"""What a fetch into the store is asked for, what it brings, and the loop that it goes through."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from screener.data.findings import Finding, in_words
from screener.errors import NetworkError
from screener.i18n import _, ngettext

if TYPE_CHECKING:
    import pyarrow as pa

    from screener.data.connections import Connections
    from screener.data.store import Refused

BATCH = 20
"""Sessions or stocks between two writes: a file is rewritten for each, and a killed fetch repeats at most so many."""


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
    refused: list[Refused] = field(default_factory=list)
    """What came and was not believed; it is kept aside in the store."""
    findings: list[Finding] = field(default_factory=list)
    """What was wrong with files, and was mended or is left out of every report."""
    requests: int = 0
    blocked: bool = False
    """Whether a better source was not asked, or not to the end, because it refuses this machine."""

    def describe(self, store: str) -> str:
        """What was done, in lines."""
        parts = [ngettext("{n} session", "{n} sessions", self.sessions)] if self.sessions else []
        parts += [ngettext("{n} stock", "{n} stocks", self.series)] if self.series else []
        fetched = ", ".join(parts) or _("nothing missing")
        until = _("through {day}", day=self.last) if self.last else _("no session is stored")
        asked = ngettext("{n} request", "{n} requests", self.requests)
        lines = [f"{self.source}: {fetched}, {asked}; {until}"]
        noted: tuple[tuple[Sequence[object], str], ...] = (
            (self.restated, _("adjusted prices changed retroactively; replaced in full")),
            (self.absent, _("no price, or the stored prices no longer match")),
            (
                [one.shown for one in self.refused],
                _("rejected and kept aside; `screener store verify` shows the reason"),
            ),
            (self.closed, _("not a session, though the calendar has it")),
            (self.silent, _("no figures: a holiday, or not published yet")),
        )
        for names, meaning in noted:
            if names:
                more = _(" and {count} more", count=len(names) - 5) if len(names) > 5 else ""
                lines.append(f"  {', '.join(map(str, names[:5]))}{more}: {meaning}")
        lines += [f"  {line}" for line in in_words(self.findings)]
        return "\n".join([*lines, "  " + _("store: {store}", store=store)]) + "\n"


class Fetch(ABC):
    """Asks for one session or stock after the other, and stores what came, whatever becomes of the rest."""

    def __init__(self, connections: Connections, fetched: Fetched) -> None:
        self.calendar, self.now, self.progress = connections.calendar, connections.now, connections.progress
        self.fetched = fetched

    @abstractmethod
    def one(self, item: Any) -> None:
        """Ask for a session or stock, and keep it if it is as it should be."""

    @abstractmethod
    def store(self, started: datetime) -> None:
        """Write what is kept; the first of it was asked for at `started`.

        Raises:
            NetworkError: seen together, it shows that the source is stale; nothing of it is written.
        """

    def each(self, items: Sequence[Any]) -> None:
        """Ask for all of `items`."""
        for first in range(0, len(items), BATCH):
            started = self.now()
            try:
                for item in items[first : first + BATCH]:
                    self.one(item)
                    self.progress.step(str(item))
            except BaseException:
                with suppress(NetworkError):  # why the fetch ended is what the user must hear
                    self.store(started)
                raise
            self.store(started)


def restated(rows: pa.Table, stored: pa.Table, key: str) -> list[bool]:
    """For each row, whether its close differs from the stored one of that day and `key`, where there is one."""
    if not stored.num_rows:
        return [False] * rows.num_rows

    def places(table: pa.Table) -> Iterator[tuple[Any, Any]]:
        return zip(table["date"].to_pylist(), table[key].to_pylist(), strict=True)

    held = dict(zip(places(stored), stored["close"].to_pylist(), strict=True))
    closes = zip(places(rows), rows["close"].to_pylist(), strict=True)
    return [held.get(place, close) != close for place, close in closes]
