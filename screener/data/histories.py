"""Price histories of single stocks, one by one, from a source that has nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from screener.data.sources import Fetched, Plan
from screener.errors import DataError, NetworkError
from screener.i18n import _, ngettext
from screener.krx.checks import history_is_sound, last_session_is_stale
from screener.krx.tables import PRICES, to_numpy

if TYPE_CHECKING:
    from screener.data.connections import Connections
    from screener.data.store import Coverage, Replacing
    from screener.krx.pykrx import Pykrx

BATCH = 20
"""Stocks between two writes."""
OVERLAP = 10
"""Sessions that are asked for again: where they differ from what is stored, the past was restated."""
CONTROL = "005930"
"""A stock that every source of Korean prices knows: if it is missing as well, the source refuses."""
RESTATED = ("open", "close")
"""What differs where a split has restated the past; volumes are not adjusted, and settle only at 18:00."""


def fetch_histories(source: Pykrx, connections: Connections, plan: Plan) -> Fetched:
    """Fetch what the store lacks of `plan`; call it under `store.writing`.

    Raises:
        NetworkError: the source cannot be reached, refuses, or is stale.
        DataError: histories of some stocks contradict themselves; those of the others are stored.
    """
    settled = connections.calendar.last_final(connections.now(), last_prices=True)
    fetch = _HistoryFetch(source, connections, replace(plan, last=min(plan.last, settled)))
    fetched, progress = fetch.fetched, connections.progress
    if settled < plan.last:
        fetched.silent.append(plan.last)
    if settled < plan.first:
        return fetched
    missing = fetch.missing()
    source.client.expect(2 * len(missing) + 10)
    if missing and connections.now().date() == plan.last:
        fetch.end_where_the_source_does()
        missing = fetch.missing()
    progress.start(_("{source}: stocks", source=source.name), len(missing))
    try:
        for ticker in missing:
            fetch.one(ticker)
            progress.step(ticker)
    except BaseException:
        fetch.store_quietly()
        raise
    fetch.store()
    if fetch.faulty:
        more = (
            ngettext(" (and {n} more stock)", " (and {n} more stocks)", len(fetch.faulty) - 1)
            if len(fetch.faulty) > 1
            else ""
        )
        raise DataError(
            "{first}{more}; the other stocks are stored", first=next(iter(fetch.faulty.values())), more=more
        )
    return fetched


class _HistoryFetch:
    """Fetches one stock after the other, and stores them by the batch."""

    def __init__(self, source: Pykrx, connections: Connections, plan: Plan) -> None:
        self.source = source
        self.prices = connections.store.table(source.name, PRICES)
        self.plan = plan
        self.calendar, self.now = connections.calendar, connections.now
        self.fetched = Fetched(source.name, plan.last)
        self.whole: dict[str, pa.Table] = {}
        """Histories that are to take the place of what is stored of their stock."""
        self.more: dict[str, pa.Table] = {}
        """Sessions to add."""
        self.coverage: dict[str, tuple[date, date]] = {}
        """First and last day that was asked for, by ticker, of all that waits."""
        self.faulty: dict[str, str] = {}
        """By ticker, what is wrong with its history."""
        self.started = self.now()
        """When the first of what waits was asked for."""

    def missing(self) -> list[str]:
        """The stocks of the plan that the store does not hold whole, or holds as they were before they were final."""
        at = self.now()
        return [ticker for ticker in self.plan.tickers if not self._covered(self.prices.coverage.get(ticker), at)]

    def _covered(self, known: Coverage | None, at: datetime) -> bool:
        if known is None or known.first > self.plan.first or known.last < self.plan.last:
            return False
        return not self.calendar.outdated(self.plan.last, known.fetched, at, last_prices=True)

    def end_where_the_source_does(self) -> None:
        """On its own evening a session may not be there yet: then the plan ends with the one before it."""
        rows = self._fetch(CONTROL, self.calendar.shift(self.plan.last, -OVERLAP), self.plan.last)
        if not rows.num_rows:
            raise self._refusal(CONTROL)
        newest = rows["date"][-1].as_py()
        if newest < self.plan.last:
            self.fetched.silent.append(self.plan.last)
            self.fetched.last = newest
            self.plan = replace(self.plan, last=newest)

    def one(self, ticker: str) -> None:
        """Fetch what is missing of one stock; what contradicts itself is left out, and named in the end."""
        try:
            self._one(ticker)
        except DataError as error:
            self.faulty[ticker] = str(error)

    def _one(self, ticker: str) -> None:
        known = self.prices.coverage.get(ticker)
        if known is None:
            self._take_whole(ticker, PRICES.schema.empty_table(), self.plan.first, self.plan.last)
            return
        stored = self.prices.read(PRICES.schema.names, keys=[ticker])
        first, last = min(self.plan.first, known.first), max(self.plan.last, known.last)
        if first < known.first:
            self._take_whole(ticker, stored, first, last)
            return
        rows = self._fetch(ticker, self.calendar.shift(known.last, -OVERLAP), last)
        begin = self.calendar.shift(known.last, -OVERLAP)
        overlap = stored.filter(pc.greater_equal(stored["date"], pa.scalar(begin)))
        if not rows.num_rows and overlap.num_rows:
            self._known_to_be_empty(ticker)
        if _holds(rows, self._settled(overlap, known.fetched)):
            self._keep(self.more, ticker, rows, first, last)
        elif _lacks_sessions_of(overlap, rows):
            # Whatever the source has forgotten, the store has not.
            self.fetched.absent.append(ticker)
            self._keep(self.more, ticker, PRICES.schema.empty_table(), first, last)
        else:
            self.fetched.restated.append(ticker)
            self._take_whole(ticker, stored, first, last)

    def _settled(self, rows: pa.Table, fetched: datetime) -> pa.Table:
        """Of `rows`, fetched at `fetched`, those whose price was settled: another one now is another history."""
        days = rows["date"].to_pylist()
        return rows.filter(
            pa.array([self.calendar.settled(day, fetched, last_prices=True) for day in days], pa.bool_())
        )

    def _take_whole(self, ticker: str, stored: pa.Table, first: date, last: date) -> None:
        """Fetch a history whole, to take the place of what is stored of it."""
        rows = self._fetch(ticker, first, last)
        if not rows.num_rows:
            self._known_to_be_empty(ticker)
            self.fetched.absent.append(ticker)
            # Of nothing nothing is taken over; what is stored stays.
            self._keep(self.more, ticker, rows, first, last)
            return
        # Naver gives about 3,000 sessions: what lies before them cannot be had again, in no adjustment.
        reachable = stored.filter(pc.greater_equal(stored["date"], rows["date"][0]))
        if _lacks_sessions_of(reachable, rows):
            self.fetched.absent.append(ticker)
            self._keep(self.more, ticker, PRICES.schema.empty_table(), first, last)
        else:
            self._keep(self.whole, ticker, rows, first, last)

    def _fetch(self, ticker: str, first: date, last: date) -> pa.Table:
        rows = self.source.history(ticker, first, last)
        return history_is_sound(self.source.name, ticker, rows, last, self.calendar.schedule.after_market_since)

    def _known_to_be_empty(self, ticker: str) -> None:
        """An empty answer is no data only if the source answers at all, now."""
        start = self.calendar.shift(self.plan.last, -OVERLAP)
        if ticker == CONTROL or not self._fetch(CONTROL, start, self.plan.last).num_rows:
            raise self._refusal(ticker)

    def _refusal(self, ticker: str) -> NetworkError:
        both = (
            _("{ticker} and {control}, which it has", ticker=ticker, control=CONTROL)
            if ticker != CONTROL
            else _("{ticker}, which it has", ticker=ticker)
        )
        return NetworkError(
            "{source} answers with nothing for {both}",
            hint="it refuses, or has changed; nothing of it is stored, try later",
            source=self.source.name,
            both=both,
        )

    def _keep(self, where: dict[str, pa.Table], ticker: str, rows: pa.Table, first: date, last: date) -> None:
        where[ticker] = rows
        self.coverage[ticker] = first, last
        if len(self.coverage) == BATCH:
            self.store()

    def store(self) -> None:
        """Write what is waiting.

        Raises:
            NetworkError: the source is stale; nothing of it is written.
        """
        parts: tuple[tuple[dict[str, pa.Table], Replacing], ...] = ((self.whole, "series"), (self.more, "rows"))
        coverage, started = self.coverage, self.started
        self.whole, self.more, self.coverage, self.started = {}, {}, {}, self.now()
        self._refuse_stale([rows for tables, _replacing in parts for rows in tables.values()])
        for tables, replacing in parts:
            if tables:
                rows, asked = pa.concat_tables(tables.values()), {ticker: coverage[ticker] for ticker in tables}
                self.prices.write(rows, replacing=replacing, fetched=started, coverage=asked)
        self.fetched.series += len(coverage)

    def store_quietly(self) -> None:
        """Write what is waiting although the fetch has ended; why it did is what the user must hear."""
        try:
            self.store()
        except NetworkError:
            return

    def _refuse_stale(self, tables: list[pa.Table]) -> None:
        last, before = self.plan.last, self.calendar.before(self.plan.last)
        if last_session_is_stale(tables, last, before):
            raise NetworkError(
                "{source} gives the figures of {before} under {last}",
                hint="they are not stored, try again later",
                source=self.source.name,
                before=before,
                last=last,
            )


def _holds(fresh: pa.Table, stored: pa.Table) -> bool:
    """Whether the fresh rows have every stored session, with the same prices."""
    if _lacks_sessions_of(stored, fresh):
        return False
    same = fresh.filter(pa.array(np.isin(to_numpy(fresh["date"]), to_numpy(stored["date"]))))
    return all(same[name].combine_chunks().equals(stored[name].combine_chunks()) for name in RESTATED)


def _lacks_sessions_of(stored: pa.Table, fresh: pa.Table) -> bool:
    """Whether a session that is stored is missing in the fresh rows."""
    return bool(np.setdiff1d(to_numpy(stored["date"]), to_numpy(fresh["date"])).size)
