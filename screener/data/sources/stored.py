"""Prices from the store: one source's tables at a time, for a series never mixes two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from screener.data import refusals
from screener.data.cleaning import clean, refuse_untraded
from screener.data.findings import Finding
from screener.data.levels import weigh_levels
from screener.data.panel import Panel, build_panel
from screener.data.price_rows import PRICE_COLUMNS, PriceRows, market_caps, market_moves
from screener.data.sources import LAST_PRICES, PROXIES, SOURCES, File, Market, PriceRequest, Source
from screener.data.store import WHOLE_SESSION
from screener.data.universe import LISTED, OF_PRICES, OF_RATES, WholeMarket, whole_market
from screener.errors import DataError
from screener.i18n import N_, _
from screener.krx.calendar import LONGEST_CLOSURE, Calendar
from screener.krx.tables import INDICES, MARKET, PRICES, Days, Floats, floats, to_numpy

if TYPE_CHECKING:
    from screener.data.store import Store, StoredTable

_SYNC = N_("download what is missing with `screener sync`")
_PROXY_NAMES = {"KOSPI": "KODEX 200 (069500)", "KOSDAQ": "KODEX KOSDAQ150 (229200)"}


class DateSpan(NamedTuple):
    """The days that a study can use."""

    event_day: date
    first: date
    last: date
    final: date
    """Last session whose closes are final, and that may be used at all."""

    @classmethod
    def of(cls, need: PriceRequest, calendar: Calendar, now: datetime) -> DateSpan:
        """By the calendar; none is later than the last final session."""
        event_day = need.event_day or calendar.first_on_or_after(need.news)
        final = calendar.last_final(now)
        final = min(final, need.as_of or final)
        last = min(calendar.shift(event_day, need.after), final)
        return cls(event_day, calendar.shift(event_day, -need.before), last, final)


@dataclass(frozen=True)
class Stored(Source):
    """What the store holds of one of its sources."""

    store: Store
    calendar: Calendar
    now: Callable[[], datetime]
    """KST."""
    of: tuple[str, ...] = SOURCES
    """The sources whose tables may serve."""
    in_part: bool = False
    """Whether less than the report needs will do, as long as the event itself is there."""
    name: str = "store"

    def refusal(self, need: PriceRequest) -> str | None:
        """Why the store cannot serve `need`; None if it can."""
        span = DateSpan.of(need, self.calendar, self.now())
        lacks = [(source, self._lacks(source, need, span)) for source in self.of]
        if any(lack is None for _source, lack in lacks):
            return None
        lacking = "; ".join(f"{source}: {lack}" for source, lack in lacks if lack)
        if lacking:
            return _("{store} lacks {told}", store=self.store.shown, told=lacking)
        return _("{store} is empty", store=self.store.shown)

    def extent(self) -> tuple[date, date] | None:
        """First and last session of the best source that has any."""
        there = (self.store.main_table(source).sessions for source in self.of)
        return next(((min(days), max(days)) for days in there if days), None)

    def made_of(self, first: date, last: date) -> str:  # noqa: ARG002 - a restated history changes all its days
        """Checksums of the tables."""
        kinds = (MARKET, PRICES, INDICES)
        return " ".join(self.store.table(source, kind).digest() for source in self.of for kind in kinds)

    def load(self, need: PriceRequest) -> Market:
        """The best source's prices."""
        span = DateSpan.of(need, self.calendar, self.now())
        source = next((name for name in self.of if self._lacks(name, need, span) is None), None)
        if source is None:
            raise DataError("{refusal}", hint="it is not available yet; try again later", refusal=self.refusal(need))
        start, end = self._stretch(source, span.event_day) or (span.first, span.last)
        span = span._replace(first=max(start, span.first), last=min(end, span.final))
        read = {"file": self._from_files, "pykrx-keyless": self._from_histories}.get(source, self._from_sessions)
        return read(source, need, span)

    def _stretch(self, source: str, around: date) -> tuple[date, date] | None:
        """First and last session of the days around `around` that are there without a gap.

        A rate over a session that is missing would be that of another day.
        """
        table = self.store.main_table(source)
        sessions, closed = table.sessions, table.closed
        if not sessions:
            return None
        if source == "file":
            return min(sessions), max(sessions)
        wanted = self.calendar.sessions(min(sessions), max(sessions))
        # A session that was refused as a whole is done without, unless it is the event's.
        aside = {one.day for one in table.refused if one.key == WHOLE_SESSION} - {around, self.calendar.before(around)}
        gaps = [day for day in wanted if day not in sessions and day not in closed and day not in aside]
        start = max((gap for gap in gaps if gap < around), default=date.min)
        end = min((gap for gap in gaps if gap >= around), default=date.max)
        inside = [day for day in sessions if start < day < end]
        return (inside[0], inside[-1]) if inside else None

    def _lacks(self, source: str, need: PriceRequest, span: DateSpan) -> str | None:
        """What is missing of `need`, in words, empty if everything is; None if nothing is."""
        there = self._stretch(source, span.event_day)
        if there is None:
            return ""
        first, last = span.first, span.last
        if self.in_part:
            first, last = self.calendar.before(span.event_day), min(span.event_day, span.last)
        elif source == "file":
            # How far files reach is the user's choice; no source may lengthen them.
            first = self.calendar.shift(span.event_day, -need.least)
        if there[0] > first or there[1] < last:
            return _(
                "sessions from {first} to {last}; the file contains {start} to {end}",
                first=first,
                last=last,
                start=there[0],
                end=there[1],
            )
        table = self.store.main_table(source)
        fetched = None if self.in_part or source == "file" else table.sessions.get(last)
        if fetched and self.calendar.outdated(last, fetched, self.now(), last_prices=source in LAST_PRICES):
            return _("the final volumes of {day}", day=last)
        if source != "pykrx-keyless":
            levels = self.store.table(source, INDICES).sessions
            without = [day for day in table.sessions if first <= day <= last and day not in levels]
            return _("the indices of {day}", day=without[0]) if without else None
        if not self.in_part:
            known = table.coverage
            for ticker in (*need.tickers, *PROXIES.values()):
                if ticker not in known or known[ticker].first > first or known[ticker].last < last:
                    return _("{ticker} from {first} to {last}", ticker=ticker, first=first, last=last)
        return None

    def _called(self, source: str) -> str:
        """How messages call the tables of a source."""
        return f"{self.name} ({source})"

    def _from_sessions(self, source: str, need: PriceRequest, span: DateSpan) -> Market:
        """Official rates of whole-market sessions, and the indices themselves."""
        official, findings = self._official(source, need, span)
        refuse_untraded(official, self._called(source), hint=_SYNC)
        indices = self.store.table(source, INDICES)
        levels = {name: _level(indices, name, span) for name in need.markets}
        panel, found = build_panel(official, official, levels, need.price_limit)
        panel, refused = weigh_levels(panel, levels, need.market_of, self._called(source), official.market_moves)
        findings += refusals.findings(indices.refused, need.markets, span.first, span.last)
        table = self.store.table(source, MARKET)
        market = self._market(source, panel, findings + found + refused, ", ".join(need.markets), table)
        return replace(market, everyone=lambda: self._everyone(source, need, span, panel.sessions))

    def _everyone(self, source: str, need: PriceRequest, span: DateSpan, sessions: Days) -> WholeMarket:
        """Every stock that KOSPI and KOSDAQ listed on the session before the event."""
        base = self.calendar.before(span.event_day)
        rows = self.store.table(source, MARKET).read(("date", "ticker", "market"), base, base).to_pylist()
        listed = {str(row["ticker"]): str(row["market"]).split()[0] for row in rows}
        market_of = {ticker: market for ticker, market in listed.items() if market in need.markets}
        panel = self._from_sessions(source, replace(need, market_of=market_of), span).panel
        return WholeMarket.of(panel, market_of, sessions, base)

    def _official(self, source: str, need: PriceRequest, span: DateSpan) -> tuple[PriceRows, list[Finding]]:
        table = self.store.table(source, MARKET)
        columns = ("date", "ticker", "market", *(name for name in PRICE_COLUMNS if name in MARKET.schema.names))
        rows = table.read(columns, span.first, span.last, need.tickers)
        official, found = clean(PriceRows.of(rows, need.tickers), self._called(source), self._known(source))
        found += refusals.findings(table.refused, need.tickers, span.first, span.last)
        # A stock's weight in its index is wanted of the base only.
        columns = ("date", "market", "marcap", "change_pct")
        around = table.read(columns, span.event_day - LONGEST_CLOSURE, span.event_day)
        # Nor is the move of a market known on a day of which a stock was refused.
        aside = np.array([one.day for one in table.refused], dtype="datetime64[D]")
        whole = around.filter(pa.array(~np.isin(to_numpy(around["date"]), aside)))
        return replace(official, market_caps=market_caps(around), market_moves=market_moves(whole)), found

    def _known(self, source: str) -> Calendar | None:
        """The calendar that days of files must keep to; what came from KRX has made its own."""
        return replace(self.calendar, seen_open=frozenset()) if source == "file" else None

    def _prices(self, source: str, need: PriceRequest, span: DateSpan) -> tuple[PriceRows, list[Finding]]:
        """Adjusted closes of single stocks."""
        table = self.store.table(source, PRICES)
        rows = table.read(PRICES.schema.names, span.first, span.last, need.tickers)
        since = self.calendar.schedule.after_market_since
        prices, found = clean(PriceRows.of(rows, need.tickers), self._called(source), self._known(source), since)
        refuse_untraded(prices, self._called(source), hint=_SYNC)
        keys = (*need.tickers, *PROXIES.values())
        return prices, found + refusals.findings(table.refused, keys, span.first, span.last)

    def _from_histories(self, source: str, need: PriceRequest, span: DateSpan) -> Market:
        """Adjusted closes, and those of the funds that stand for the indices."""
        prices, findings = self._prices(source, need, span)
        table = self.store.table(source, PRICES)
        levels = {name: _level(table, PROXIES[name], span) for name in need.markets}
        panel, found = build_panel(prices, None, levels, need.price_limit)
        panel, refused = weigh_levels(panel, {}, need.market_of, self._called(source), None)
        fetched, schedule = table.sessions, self.calendar.schedule
        last = [day for day in panel.sessions.tolist() if schedule.is_after_market(day, fetched[day])]
        panel = replace(panel, last_prices=frozenset(last))
        funds = ", ".join(_("{fund} for {index}", fund=_PROXY_NAMES[name], index=name) for name in need.markets)
        market = self._market(source, panel, findings + found + refused, funds, table)
        return replace(market, proxies=_PROXY_NAMES)

    def _from_files(self, source: str, need: PriceRequest, span: DateSpan) -> Market:
        """Adjusted closes and the indices; official rates as well where market files were taken in."""
        prices, findings = self._prices(source, need, span)
        official, moves = None, None
        if self.store.table(source, MARKET).sessions:
            official, found = self._official(source, need, span)
            findings, moves = findings + found, official.market_moves
        indices = self.store.table(source, INDICES)
        levels = {name: _level(indices, name, span) for name in need.markets}
        panel, found = build_panel(prices, official, levels, need.price_limit, self._known(source))
        panel, refused = weigh_levels(panel, levels, need.market_of, self._called(source), moves)
        panel = replace(panel, last_prices=need.last_prices(panel.sessions.tolist()))
        table = self.store.table(source, PRICES)
        market = self._market(source, panel, findings + found + refused, ", ".join(need.markets), table)
        if official is None:
            return market
        return replace(market, everyone=lambda: self._imported(source, need, span, panel.sessions))

    def _imported(self, source: str, need: PriceRequest, span: DateSpan, sessions: Days) -> WholeMarket | None:
        """Every stock that the sessions of market files list on the last one before the event."""
        prices, market = (self.store.table(source, kind) for kind in (PRICES, MARKET))
        base = max((day for day in market.sessions if day < span.event_day), default=None)
        if base is None:
            return None

        def rows_of(tickers: Sequence[str]) -> tuple[PriceRows, PriceRows]:
            of_prices, of_rates = (
                table.read(("date", "ticker", *columns), span.first, span.last, tickers)
                for table, columns in ((prices, OF_PRICES), (market, OF_RATES))
            )
            return PriceRows.of(of_prices, tickers), PriceRows.of(of_rates, tickers)

        listed = market.read(("date", *LISTED, "marcap"), base, base)
        return whole_market(listed, need.markets, rows_of, sessions, need.price_limit)

    def _market(
        self, source: str, panel: Panel, findings: Sequence[Finding], benchmark: str, table: StoredTable
    ) -> Market:
        first, last = panel.sessions[0].item(), panel.sessions[-1].item()
        # Of what is used, not of the files that hold it: those grow every day, and tell when they were fetched.
        files = (File(f"{source} {first} to {last}", panel.checksum()),)
        at = table.sessions.get(last)
        fetched = at.replace(second=0, microsecond=0) if at else None
        return Market(source, panel, tuple(findings), benchmark, files, fetched=fetched)


def _level(table: StoredTable, key: str, span: DateSpan) -> tuple[Days, Floats]:
    """Days and levels of an index, or of what stands for it, from the session before the first one on."""
    rows = table.read(("date", table.kind.key, "close"), span.first - LONGEST_CLOSURE, span.last, [key])
    if not rows.num_rows:
        raise DataError(
            "{source}: the store has no level of {key}",
            hint="download it with `screener sync`",
            source=table.source,
            key=key,
        )
    return to_numpy(rows["date"]), floats(rows, "close")
