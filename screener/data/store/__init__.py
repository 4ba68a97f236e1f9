"""The local dataset: what was fetched, by source and table, in Parquet files that cannot lose or double a row."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from screener.data.store.parquet import WHOLE_SESSION, Coverage, Refused
from screener.data.store.place import APPLICATION, Place, without_secrets
from screener.data.store.table import Info, StoredTable
from screener.errors import DataError
from screener.krx.calendar import Calendar
from screener.krx.tables import KINDS, MARKET, PRICES, TableKind

__all__ = [
    "APPLICATION",
    "WHOLE_SESSION",
    "Coverage",
    "Info",
    "Refused",
    "Store",
    "StoredTable",
    "without_secrets",
]

_MANY = 10
"""Stocks that do not all stop trading on one session."""


class Store:
    """A dataset of Parquet files that others may read as it is; only `writing` and what is done in it changes it."""

    def __init__(self, place: Place) -> None:
        self.shown = place.shown
        self._place = place
        self._is_writing = False

    @classmethod
    def open(cls, url: str | Path | None, group: str = "") -> Store:
        """The store at a path or URL, or the user's own, which `group` may write; nothing is created before a write."""
        return cls(Place.open(url, group))

    def __repr__(self) -> str:
        return f"Store({self.shown!r})"

    @property
    def excludes_others(self) -> bool:
        """Whether a writer on another machine is kept out as well."""
        return self._place.excludes_others

    def table(self, source: str, kind: TableKind) -> StoredTable:
        """A table, whether or not it has been written yet."""
        return StoredTable(self._place, source, kind, lambda: self._is_writing)

    def tables(self) -> list[StoredTable]:
        """The tables that there are, by source and kind."""
        folders = {tuple(name.split("/")[:2]) for name in self._place.names("") if name.count("/") > 1}
        return [self.table(source, KINDS[kind]) for source, kind in sorted(folders) if kind in KINDS]

    def main_table(self, source: str) -> StoredTable:
        """The table of a source whose dates are its sessions: whole markets, or histories of single stocks."""
        return self.table(source, PRICES if source in ("pykrx-keyless", "file") else MARKET)

    def first_dates(self, tickers: Collection[str]) -> dict[str, date]:
        """By ticker, the earliest session of which any source has a price; those that have none are left out."""
        first: dict[str, date] = {}
        for table in self.tables():
            if table.kind in (PRICES, MARKET):
                rows = table.read(("date", "ticker"), keys=tickers)
                for row in rows.group_by("ticker").aggregate([("date", "min")]).to_pylist():
                    ticker, day = str(row["ticker"]), row["date_min"]
                    first[ticker] = min(day, first.get(ticker, day))
        return first

    @contextmanager
    def writing(self, command: str, now: datetime) -> Iterator[None]:
        """The right to write, which one process has at a time; tables of an earlier layout are moved to today's.

        Those who want it meanwhile are told `command`, what it is wanted for, and `now`, since when.

        Raises:
            BusyError: another one has it, and who.
        """
        with self._place.held(command, now):
            self._is_writing = True
            try:
                for table in self.tables():
                    table.upgrade()
                yield
            finally:
                self._is_writing = False

    def observed(self, calendar: Calendar) -> Calendar:
        """The calendar, corrected by the sessions that the store holds and the days that turned out to be none."""
        opened: set[date] = set()
        closed: set[date] = set()
        for table in self.tables():
            if table.source == "file" or table.kind not in (MARKET, PRICES):
                continue  # what files lack or add says nothing of the exchange
            try:
                sessions, shut, coverage = table.sessions, table.closed, table.coverage
            except DataError:
                continue  # whoever reads the table is told
            opened.update(sessions)
            closed.update(shut)
            if table.kind is PRICES and len(coverage) >= _MANY and sessions:
                # Days before the newest session on which none of many stocks traded, although all were asked for.
                first = max(known.first for known in coverage.values())
                last = min(max(sessions), *(known.last for known in coverage.values()))
                closed.update(day for day in calendar.sessions(first, last) if day not in sessions)
        return replace(calendar, seen_open=frozenset(opened), seen_closed=frozenset(closed - opened))
