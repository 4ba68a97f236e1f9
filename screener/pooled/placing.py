"""Puts each event on its session and its stocks, or says why it is not used."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from screener.choices import MARKETS
from screener.config import Settings
from screener.data.forms.reading import read_table
from screener.data.store import Store
from screener.errors import UsageError
from screener.i18n import N_
from screener.krx.calendar import Calendar
from screener.krx.codes import code_of
from screener.krx.hours import KST
from screener.krx.tables import INDUSTRIES, MARKET, words
from screener.pooled.events import EventFile, EventRow
from screener.report.model import ALL
from screener.report.request import group_label, stocks_of
from screener.study.units import Plan

_Listed = tuple[str, str | None, str | None]
"""Ticker, name and segment of the market of a stock; None = not known."""
_APART = 60
"""Sessions between two lists of the market that are read of a store: who is listed changes slowly."""


@dataclass(frozen=True, eq=False)
class Listing:
    """Every stock that is known, by ticker: its market, and its names in Korean and English."""

    market_of: Mapping[str, str]
    names: Mapping[str, tuple[str, str]]
    industries: Mapping[str, str]
    """Empty where the source has none."""

    @classmethod
    def of(cls, settings: Settings, rows: Sequence[_Listed], industries: Mapping[str, str]) -> Listing:
        """The configured stocks, and those of `rows`, of which later ones count."""
        configured = stocks_of(settings.sectors)
        market_of: dict[str, str] = {}
        names: dict[str, tuple[str, str]] = {}
        for ticker, name, segment in rows:
            market = next((market for market in MARKETS if (segment or "").startswith(market)), None)
            if market is not None:
                market_of[ticker] = market
                names[ticker] = name or ticker, name or ticker
        market_of |= {stock.ticker: stock.market for stock in configured}
        names |= {stock.ticker: (stock.ko, stock.en) for stock in configured}
        return cls(market_of, names, industries)

    @classmethod
    def of_files(cls, settings: Settings, paths: Sequence[Path]) -> Listing:
        """The configured stocks, and those of market files, and of price files that tell names and markets."""
        rows: dict[str, _Listed] = {}
        for path in paths:
            table = read_table(path, ("date", "ticker"), (), ("ticker", "name", "market"))
            if "market" not in table.column_names:
                continue
            ticker = words(table, "ticker")
            last = pa.array(sorted({code: row for row, code in enumerate(ticker)}.values()))
            there = table.select([name for name in ("ticker", "name", "market") if name in table.column_names])
            for row in there.take(last).to_pylist():
                code = str(row["ticker"]).zfill(6)
                rows[code] = code, row.get("name"), row["market"]
        return cls.of(settings, list(rows.values()), {})

    @classmethod
    def of_store(cls, settings: Settings, store: Store, source: str) -> Listing:
        """The configured stocks, and those of the store's whole-market sessions, with their latest industries."""
        table, rows = store.table(source, MARKET), list[_Listed]()
        sessions = sorted(table.sessions)
        for day in dict.fromkeys([*sessions[::_APART], *sessions[-1:]]):
            listed = table.read(("ticker", "name", "market"), day, day)
            rows += zip(*(listed[name].to_pylist() for name in ("ticker", "name", "market")), strict=True)
        industries, table = {}, store.table(source, INDUSTRIES)
        if table.sessions:
            last = max(table.sessions)
            told = table.read(("ticker", "industry"), last, last)
            known = zip(told["ticker"].to_pylist(), told["industry"].to_pylist(), strict=True)
            industries = {ticker: industry for ticker, industry in known if ticker and industry}
        return cls.of(settings, rows, industries)

    def ticker(self, asked: str) -> str | None:
        """The stock of that code or name; None if there is none."""
        code = code_of(asked)
        if code in self.market_of:
            return code
        wanted = asked.casefold()
        found = self._called.get(wanted, ())
        return next(iter(found)) if len(found) == 1 else None

    @cached_property
    def _called(self) -> Mapping[str, Set[str]]:
        """By name, in small letters, the stocks that are called so."""
        called: dict[str, set[str]] = {}
        for ticker, names in self.names.items():
            for name in names:
                called.setdefault(name.casefold(), set()).add(ticker)
        return called


@dataclass(frozen=True)
class Placed:
    """An event on its session and its stocks, or why it is not used; without a stock or sector it is one a sector."""

    row: EventRow
    day: date | None = None
    """Its session."""
    session: int = -1
    """The number of that among the sessions of the study."""
    members: tuple[str, ...] = ()
    """Tickers."""
    ticker: str | None = None
    """None for a sector."""
    names: tuple[str, str] = ("", "")
    """In Korean and English."""
    group: str | None = None
    reason: str = ""
    """A key of the reasons; empty for one that is used."""


def on_session(row: EventRow, day: date | None, days: Sequence[date], plan: Plan) -> Placed:
    """A row on its session `day` among the `days` of the prices, if it can be measured there; None = none of them."""
    if row.moment is None:
        return Placed(row, reason="no date")
    number = bisect_left(days, day) if day else len(days)
    known = number < len(days) and days[number] == day
    reason = ""
    if (day and day < days[0]) or (known and number < plan.before):
        reason = "before the prices"
    elif not known or number + plan.after >= len(days):
        reason = "window not over"
    return Placed(row, day, number if known else -1, reason=reason)


def first_of_each(placed: Iterable[Placed]) -> list[Placed]:
    """The same, but the second of two on the same stocks, session and window is not used."""
    seen: set[tuple[int, tuple[str, ...], tuple[int, int] | None]] = set()
    found = []
    for one in placed:
        key = one.session, one.members, one.row.window
        found.append(replace(one, reason="twice") if not one.reason and key in seen else one)
        if not one.reason:
            seen.add(key)
    return found


@dataclass(frozen=True, eq=False)
class Place:
    """Where events are put."""

    settings: Settings
    calendar: Calendar
    days: Sequence[date]
    """Every session that the prices reach over."""
    plan: Plan
    listing: Listing
    grouped_by: str
    """sectors, industry, a column of the file; '' = no groups."""

    def all(self, file: EventFile) -> list[Placed]:
        """Every row, those that are not used among them."""
        if any(row.values.get(self.grouped_by, "").casefold() == ALL for row in file.rows):
            raise UsageError(
                "{path}: a group is called {name}, as all events together are",
                hint="name it otherwise",
                path=file.path,
                name=ALL,
            )
        return first_of_each(one for row in file.rows for one in self._row(row))

    def _row(self, row: EventRow) -> Iterator[Placed]:
        day = session_of(row.moment, self.calendar) if row.moment else None
        at = on_session(row, day, self.days, self.plan)
        if row.moment is None:
            yield at
        elif row.ticker is not None:
            yield self._of_stock(at, row.ticker)
        else:
            yield from self._of_sectors(at, row.sector)

    def _of_stock(self, at: Placed, asked: str) -> Placed:
        ticker = self.listing.ticker(asked)
        if ticker is None:
            code = code_of(asked)
            # A code may be that of a stock whose prices are there, but not its market.
            return replace(at, ticker=code, reason="no such stock" if code is None else "no market")
        return replace(
            at,
            members=(ticker,),
            ticker=ticker,
            names=self.listing.names[ticker],
            group=self._group_of(at.row, ticker),
        )

    def _of_sectors(self, at: Placed, asked: str | None) -> Iterator[Placed]:
        sectors = self.settings.sectors
        if asked is not None:
            try:
                labels = [group_label(self.settings, asked)]
            except UsageError:
                yield replace(at, names=(asked, asked), reason="no such sector")
                return
        else:
            labels = [name for name in sectors if name not in self.settings.at_hand]
        for label in labels:
            name, _colon, theme = label.partition(":")
            sector = sectors[name]
            title = sector.themes[theme] if theme else sector.name
            members = tuple(one.ticker for one in sector.members if not theme or one.theme == theme)
            group = label if self.grouped_by == "sectors" else at.row.values.get(self.grouped_by) or None
            yield replace(at, members=members, names=(title.ko, title.en), group=group)

    def _group_of(self, row: EventRow, ticker: str) -> str | None:
        if self.grouped_by == "sectors":
            return self._sectors.get(ticker)
        if self.grouped_by == "industry":
            return self.listing.industries.get(ticker)
        return row.values.get(self.grouped_by) or None

    @cached_property
    def _sectors(self) -> Mapping[str, str]:
        """By ticker, the first sector that holds it."""
        sectors = reversed(self.settings.sectors.items())
        return {member.ticker: name for name, sector in sectors for member in sector.members}


def session_of(moment: date, calendar: Calendar) -> date:
    """The first session on which KRX could react: news after the regular close belongs to the next one."""
    if not isinstance(moment, datetime):
        return calendar.first_on_or_after(moment)
    late = moment.replace(tzinfo=KST) >= calendar.schedule.closes(moment.date())
    return calendar.first_on_or_after(moment.date() + timedelta(days=1 if late else 0))


def grouped_by(asked: str | None, file: EventFile, listing: Callable[[], Listing]) -> str:
    """What events are grouped by: as asked, or the file's column `group`, or sectors where events are of sectors.

    Raises:
        UsageError: nothing tells such groups.
    """
    if asked is None:
        if file.has_group:
            return "group"
        return "sectors" if any(row.ticker is None for row in file.rows) else ""
    if asked == "industry" and not listing().industries:
        raise UsageError(
            "no industries are available",
            hint=N_(
                "download them with `screener sync` and an account, or add a column to the events and use --groups "
                "COLUMN"
            ),
        )
    if asked in ("sectors", "industry"):
        return asked
    known = {name.casefold(): name for name in ("group" if file.has_group else "", *file.labels) if name}
    if asked.casefold() in known:
        return known[asked.casefold()]
    raise UsageError(
        "{path}: no column {asked!r} to group by",
        hint="use one of {known}",
        path=file.path,
        asked=asked,
        known=", ".join(("sectors", "industry", *known.values())),
    )
