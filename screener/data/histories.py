"""Price histories of single stocks, one by one, from a source that has nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from screener.data.checks import histories_are_fresh
from screener.data.fetch import Fetch, Fetched, Plan
from screener.data.levels import out_of_line
from screener.data.price_rows import PriceRows
from screener.data.refusals import REASONS, as_json, is_adjustment, judge_history
from screener.data.sources import PROXIES
from screener.data.store import Refused
from screener.errors import DataError, NetworkError
from screener.i18n import _, ngettext
from screener.krx.tables import PRICES, Days, Floats, to_numpy, words

if TYPE_CHECKING:
    from screener.data.connections import Connections
    from screener.data.store import Coverage
    from screener.krx.pykrx import Pykrx

_OVERLAP = 10
"""Sessions that are asked for again: where they differ from what is stored, the past was restated."""
_CONTROL = "005930"
"""A stock that every source of Korean prices knows: if it is missing as well, the source refuses."""
_RESTATED = ("open", "close")
"""What differs where a split has restated the past; volumes are not adjusted, and settle only in the evening."""
_MOST_REFUSED, _MOST_REFUSED_PART = 5, 0.02
"""Rows of a history that may be refused, at most, or part of them: with more of them the whole is."""
_NOTHING = PRICES.schema.empty_table()


def fetch_histories(source: Pykrx, connections: Connections, plan: Plan) -> Fetched:
    """Fetch what the store lacks of `plan`; call it under `store.writing`.

    Raises:
        NetworkError: the source cannot be reached, refuses, or is stale.
        DataError: histories of some stocks contradict themselves; those of the others are stored.
    """
    settled = connections.calendar.last_final(connections.now(), last_prices=True)
    fetch = _HistoryFetch(source, connections, replace(plan, last=min(plan.last, settled)))
    if settled < plan.last:
        fetch.fetched.silent.append(plan.last)
    if settled < plan.first:
        return fetch.fetched
    missing = fetch.missing()
    source.client.expect(2 * len(missing) + 10)
    if missing and connections.now().date() == plan.last:
        fetch.end_where_the_source_does()
        missing = fetch.missing()
    connections.progress.start(_("{source}: stocks", source=source.name), len(missing))
    fetch.each(missing)
    if fetch.faulty:
        first, *others = fetch.faulty.values()
        more = ngettext(" (and {n} more stock)", " (and {n} more stocks)", len(others)) if others else ""
        raise DataError("{first}{more}; the other stocks are stored", first=first, more=more)
    return fetch.fetched


class _Came(NamedTuple):
    """What came of one stock."""

    rows: pa.Table
    asked: tuple[date, date]
    """First and last day that were asked for."""
    is_whole: bool
    """Whether it takes the place of what is stored; else it is added."""


class _HistoryFetch(Fetch):
    """Fetches one stock after the other."""

    def __init__(self, source: Pykrx, connections: Connections, plan: Plan) -> None:
        super().__init__(connections, Fetched(source.name, plan.last))
        self.source, self.plan = source, plan
        self.prices = connections.store.table(source.name, PRICES)
        self.waiting: dict[str, _Came] = {}
        self.came: dict[str, pa.Table] = {}
        """The same as it came."""
        self.refused: dict[str, list[Refused]] = {}
        """By ticker what came with it, and is not believed."""
        self.short: set[str] = set()
        """Stocks of whose history rows may lack."""
        self.faulty: dict[str, str] = {}
        """By ticker, what is wrong with its history."""

    def missing(self) -> list[str]:
        """The stocks of the plan that the store does not hold whole, or holds as they were before they were final."""
        at, (first, last), known = self.now(), (self.plan.first, self.plan.last), self.prices.coverage
        due = self._due()
        return [
            ticker
            for ticker in self.plan.tickers
            if ticker not in known
            or ticker in due
            or known[ticker].first > first
            or known[ticker].last < last
            or self.calendar.outdated(last, known[ticker].fetched, at, last_prices=True)
        ]

    def _due(self) -> set[str]:
        """Stocks of which something was refused that is to be asked for again."""
        at, opened = self.now(), self.calendar.is_session
        return {
            one.key for one in self.prices.refused if one.is_due(at) or (one.reason == "closed" and opened(one.day))
        }

    def end_where_the_source_does(self) -> None:
        """On its own evening a session may not be there yet: then the plan ends with the one before it."""
        rows = self._control()
        if not rows.num_rows:
            raise self._refusal(_CONTROL)
        newest = rows["date"][-1].as_py()
        if newest < self.plan.last:
            self.fetched.silent.append(self.plan.last)
            self.fetched.last = newest
            self.plan = replace(self.plan, last=newest)

    def one(self, ticker: str) -> None:
        """Fetch what is missing of one stock; what contradicts itself is left out, and named in the end."""
        known = self.prices.coverage.get(ticker)
        first, last, stored, more = self.plan.first, self.plan.last, _NOTHING, None
        self.refused[ticker] = []
        try:
            if known is not None:
                first, last = min(first, known.first), max(last, known.last)
                stored = self.prices.read(PRICES.schema.names, keys=[ticker])
                if first == known.first and ticker not in self._due():
                    more = self._added(ticker, stored, known, last)
            whole, rows = self._whole(ticker, stored, first, last) if more is None else (False, more)
        except DataError as error:
            self.faulty[ticker] = str(error)
        else:
            if known is not None and not rows.num_rows and self.refused[ticker]:
                last = known.last  # what did not come is still to be asked for
            self.waiting[ticker] = _Came(rows, (first, last), whole)

    def _added(self, ticker: str, stored: pa.Table, known: Coverage, last: date) -> pa.Table | None:
        """Rows to add to what is stored of what is `known`; None if the past was restated."""
        begin = self.calendar.shift(known.last, -_OVERLAP)
        rows = self._fetch(ticker, begin, last)
        overlap = stored.filter(pc.greater_equal(stored["date"], pa.scalar(begin)))
        if not rows.num_rows and overlap.num_rows:
            self._known_to_be_empty(ticker)
        if _lacks_sessions_of(overlap, rows):
            return self._forgotten(ticker, rows, known.last)
        settled = self._settled(overlap, known.fetched)
        same = rows.filter(pa.array(np.isin(to_numpy(rows["date"]), to_numpy(settled["date"]))))
        if all(same[name].combine_chunks().equals(settled[name].combine_chunks()) for name in _RESTATED):
            return rows
        self.fetched.restated.append(ticker)
        return None

    def _settled(self, rows: pa.Table, fetched: datetime) -> pa.Table:
        """Of `rows`, fetched at `fetched`, those whose price was settled: another one now is another history."""
        days: list[date] = to_numpy(rows["date"]).tolist()
        return rows.filter(
            pa.array([self.calendar.settled(day, fetched, last_prices=True) for day in days], pa.bool_())
        )

    def _whole(self, ticker: str, stored: pa.Table, first: date, last: date) -> tuple[bool, pa.Table]:
        """A history whole, to take the place of what is stored of it; of nothing nothing is taken over."""
        rows = self._fetch(ticker, first, last)
        if not rows.num_rows:
            self._known_to_be_empty(ticker)
            return False, self._forgotten(ticker, rows)
        # Naver gives about 3,000 sessions: what lies before them cannot be had again, in no adjustment.
        reachable = stored.filter(pc.greater_equal(stored["date"], rows["date"][0]))
        if _lacks_sessions_of(reachable, rows):
            return False, self._forgotten(ticker, rows, max(to_numpy(stored["date"])).item())
        known = self.prices.coverage.get(ticker)
        held = self._settled(reachable, known.fetched) if known else reachable
        days = np.isin(to_numpy(rows["date"]), to_numpy(held["date"]))
        fresh = rows.filter(pa.array(days))
        if not is_adjustment(to_numpy(held["close"]), to_numpy(fresh["close"])):
            if ticker in self.fetched.restated:
                self.fetched.restated.remove(ticker)
            return False, self._kept_aside(ticker, last, "other")
        return True, rows

    def _forgotten(self, ticker: str, rows: pa.Table, held: date | None = None) -> pa.Table:
        """Whatever the source has forgotten, the store has not; `held` is the last session that is stored."""
        if rows.num_rows and held is not None:
            return self._kept_aside(ticker, min(self.calendar.shift(held, 1), self.plan.last), "short")
        self.fetched.absent.append(ticker)
        return _NOTHING

    def _kept_aside(self, ticker: str, day: date, reason: str) -> pa.Table:
        self.refused[ticker] = [Refused(day, ticker, reason, "", self.now())]
        return _NOTHING

    def _fetch(self, ticker: str, first: date, last: date) -> pa.Table:
        asked = self.now()
        rows, is_short = self.source.history(ticker, first, last)
        if is_short:
            self.short.add(ticker)
        self.came[ticker] = rows
        sound, refused = self._judged(ticker, rows)
        self.refused[ticker] = [Refused(day, ticker, reason, row, asked) for day, (reason, row) in refused.items()]
        return sound

    def _judged(self, ticker: str, rows: pa.Table) -> tuple[pa.Table, dict[date, tuple[str, str]]]:
        """Rows that are believed, and by day the others; with many of them nothing of the history is."""
        sound, refused = judge_history(rows, self.calendar, self.calendar.schedule.after_market_since)
        if len(refused) > max(_MOST_REFUSED, _MOST_REFUSED_PART * rows.num_rows):
            day, (reason, _row) = min(refused.items())
            raise DataError(
                "{source}: {ticker}: {count} of {rows} rows are not reliable, the first of {day}: {why}: not stored",
                source=self.source.name,
                ticker=ticker,
                count=len(refused),
                rows=rows.num_rows,
                day=day,
                why=_(REASONS[reason]),
            )
        return sound, refused

    def _control(self) -> pa.Table:
        rows, _short = self.source.history(_CONTROL, self.calendar.shift(self.plan.last, -_OVERLAP), self.plan.last)
        self._judged(_CONTROL, rows)
        return rows

    def _known_to_be_empty(self, ticker: str) -> None:
        """An empty answer is no data only if the source answers at all, now."""
        if ticker == _CONTROL or not self._control().num_rows:
            raise self._refusal(ticker)

    def _refusal(self, ticker: str) -> NetworkError:
        both = (
            _("{ticker} and {control}, which is known to exist", ticker=ticker, control=_CONTROL)
            if ticker != _CONTROL
            else _("{ticker}, which is known to exist", ticker=ticker)
        )
        return NetworkError(
            "{source} returns nothing for {both}",
            hint="it refused, or its format has changed; nothing is stored; try again later",
            source=self.source.name,
            both=both,
        )

    def store(self, started: datetime) -> None:
        """Write what is waiting."""
        waiting, self.waiting = self.waiting, {}
        came, self.came = [self.came[ticker] for ticker in waiting], {}
        self._name_holes(waiting, started)
        self._weigh_funds(waiting, started)
        histories_are_fresh(self.source.name, came, self.plan.last, self.calendar.before(self.plan.last))
        for whole in (True, False):
            parts = {ticker: one for ticker, one in waiting.items() if one.is_whole == whole}
            if parts:
                refused = [one for ticker in parts for one in self.refused[ticker]]
                self.prices.write(
                    pa.concat_tables([one.rows for one in parts.values()]),
                    replacing=frozenset(parts) if whole else "rows",
                    fetched=started,
                    coverage={ticker: one.asked for ticker, one in parts.items()},
                    refused=refused,
                )
                self.fetched.refused += refused
        self.fetched.series += len(waiting)

    def _weigh_funds(self, waiting: dict[str, _Came], at: datetime) -> None:
        """Take out what a fund that stands for an index says otherwise than the other fund and the stocks.

        One session alone does not show it: what is stored of it goes when the next one takes it back.
        """
        funds = tuple(PROXIES.values())
        for fund, other in (funds, funds[::-1]):
            came = waiting.get(fund)
            if came is None or not came.rows.num_rows:
                continue
            own = self.prices.read(PRICES.schema.names, keys=[fund])
            held = self.prices.read(PRICES.schema.names, came.rows["date"][0].as_py(), self.plan.last)
            days = to_numpy(came.rows["date"])
            moves = _moves(pa.concat_tables([held, *(one.rows for one in waiting.values())]), days)
            stocks = [move for ticker, move in moves.items() if ticker not in funds]
            if other not in moves or not stocks:
                continue
            false = days[out_of_line(moves[fund], moves[other], np.column_stack(stocks))]
            if not false.size:
                continue
            aside = [(day, as_json(came.rows, row)) for row, day in enumerate(days.tolist()) if day in false.tolist()]
            self.refused[fund] += [Refused(day, fund, "index", row, at) for day, row in aside]
            kept = [own.filter(pa.array(~np.isin(to_numpy(own["date"]), days)))] if not came.is_whole else []
            rows = pa.concat_tables([*kept, came.rows.filter(pa.array(~np.isin(days, false)))])
            waiting[fund] = came._replace(rows=rows, is_whole=True)

    def _name_holes(self, waiting: Mapping[str, _Came], at: datetime) -> None:
        """Sessions that a stock lacks between its first and its last one, though others have them.

        Or after its last one, where the source counts more rows than it gives.
        """
        days = {ticker: set(to_numpy(one.rows["date"]).tolist()) for ticker, one in waiting.items()}
        known = set(self.prices.sessions).union(*days.values())
        for ticker, there in days.items():
            aside = {one.day for one in self.refused[ticker]}
            lacking = sorted(known - there - aside) if there else []
            end = self.plan.last if ticker in self.short else max(there, default=self.plan.last)
            inside = [day for day in lacking if min(there) < day <= end and self.calendar.is_session(day)]
            self.refused[ticker] += [Refused(day, ticker, "missing", "", at) for day in inside[:_MOST_REFUSED]]


def _lacks_sessions_of(stored: pa.Table, fresh: pa.Table) -> bool:
    """Whether a session that is stored is missing in the fresh rows."""
    return bool(np.setdiff1d(to_numpy(stored["date"]), to_numpy(fresh["date"])).size)


def _moves(rows: pa.Table, days: Days) -> dict[str, Floats]:
    """(T,) change of each stock's close from day to day, decimal; of two rows of a day the later one counts."""
    tickers = sorted(set(words(rows, "ticker")))
    long = PriceRows.of(rows.unify_dictionaries(), tickers)
    closes = long.spread(days, long.values["close"])
    moves = np.vstack([np.full((1, len(tickers)), np.nan), closes[1:] / closes[:-1] - 1.0])
    return dict(zip(tickers, moves.T, strict=True))
