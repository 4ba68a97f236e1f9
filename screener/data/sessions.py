"""Whole-market sessions and their indices; each session is looked at beside its neighbours before it is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from screener.data.checks import (
    indices_are_sound,
    investors_are_whole,
    levels_join,
    session_follows,
    session_is_open,
    weighted_move,
)
from screener.data.fetch import Fetch, Fetched, Plan, restated
from screener.data.levels import by_index, refuse_exchanged
from screener.data.refusals import as_json, judge_session, set_aside
from screener.data.store import WHOLE_SESSION, Refused
from screener.errors import DataError, NetworkError
from screener.i18n import _
from screener.krx.tables import BENCHMARKS, FLOWS, INDICES, INDUSTRIES, MARKET, plain, words

if TYPE_CHECKING:
    from screener.data.connections import Connections
    from screener.data.store import StoredTable
    from screener.krx.client import Client
    from screener.krx.pykrx import Pykrx


_MOST_FAULTY = 3
"""Sessions of which nothing is to be believed in one fetch, before nothing more is asked for."""
_ASIDE = ("marcap", "no_rate")
"""Reasons that concern a figure, and leave the row."""


class _SessionSource(Protocol):
    """A source that gives whole sessions."""

    name: str
    client: Client
    requests_each: int
    """Requests that one session takes, its indices included."""
    at_once: int
    """Sessions whose indices are asked for at once."""

    def session(self, day: date) -> pa.Table:
        """MARKET rows of a day, with the `change` that the source gives, KRW."""
        ...

    def indices(self, days: Sequence[date]) -> pa.Table:
        """INDICES rows of `days`, with the `change` that the source gives; of sessions before them if that is free."""
        ...


def fetch_sessions(source: _SessionSource, connections: Connections, plan: Plan) -> Fetched:
    """Fetch what the store lacks of `plan`; call it under `store.writing`.

    Raises:
        DataError: a session is not whole, or contradicts itself or its neighbours.
        NetworkError: no answer, or an old one.
    """
    calendar = connections.calendar
    last = calendar.last_published(source.name, plan.last, connections.now())
    fetch = _SessionFetch(source, connections, last)
    market, indices = fetch.market, fetch.indices
    wanted = [day for day in calendar.sessions(plan.first, last) if day not in market.closed]
    doubted = [one.day for one in indices.refused if one.is_due(connections.now())]
    again = {day for day in (*plan.again, *doubted) if day in market.sessions and plan.first <= day <= last}
    asked = {*_missing(market, wanted, connections), *again}
    lacking = sorted({*_missing(indices, wanted, connections), *asked})
    source.client.expect(source.requests_each * (len(lacking) + 10))
    connections.progress.start(_("{source}: sessions", source=source.name), len(asked))
    after = plan.first
    for start in range(0, len(lacking), source.at_once):
        stretch = lacking[start : start + source.at_once]
        until = stretch[-1] if start + source.at_once < len(lacking) else last
        fetch.levels(_missing(indices, stretch, connections))
        # The indices show sessions that the calendar does not know.
        seen = {day for day in indices.sessions if plan.first <= day <= last}
        fetch.calendar = replace(calendar, seen_open=calendar.seen_open | seen)
        due = _missing(market, sorted(day for day in {*wanted, *seen} if after <= day <= until), connections)
        fetch.each(sorted({*due, *again.intersection(stretch)}))
        without = [day for day in due if day in market.sessions and day not in indices.sessions]
        if without:
            raise NetworkError(
                "{source}: the indices of {day} are missing, though it was a session",
                hint="try again later",
                source=source.name,
                day=without[0],
            )
        after = until
    if fetch.faulty:
        raise fetch.faulty[0]  # `store verify` names the others
    return fetch.fetched


def fetch_investors(source: Pykrx, connections: Connections, plan: Plan) -> None:
    """Fetch net purchases and industries of the days that `plan` names, where the store lacks them.

    A day that turned out to be no session, or has not come, is left out.
    """
    store, now, progress = connections.store, connections.now, connections.progress
    market = store.table(source.name, MARKET)
    flows = FLOWS, _("flows"), plan.flow_days, source.flows
    industries = INDUSTRIES, _("industries"), plan.industry_days, source.industries
    for kind, name, days, ask in (flows, industries):
        table = store.table(source.name, kind)
        missing = _missing(table, [day for day in days if day in market.sessions], connections)
        source.client.expect(3 * len(missing) + 10)
        progress.start(f"{source.name}: {name}", len(missing))
        for day in missing:
            asked = now()
            rows = ask(day)
            investors_are_whole(kind, source.name, day, rows, market.read(("ticker", "market", "volume"), day, day))
            table.write(rows, replacing="sessions", fetched=asked)
            progress.step(str(day))


def _missing(table: StoredTable, days: Sequence[date], connections: Connections) -> list[date]:
    """Days that the table does not hold whole, or holds as they were before they were final, which by now they are."""
    there, now = table.sessions, connections.now()
    due = {one.day for one in table.refused if one.is_due(now)}
    return [
        day for day in days if day not in there or day in due or connections.calendar.outdated(day, there[day], now)
    ]


class _SessionFetch(Fetch):
    """Fetches one session after the other, and looks at each beside its neighbours before it is kept."""

    def __init__(self, source: _SessionSource, connections: Connections, last: date) -> None:
        super().__init__(connections, Fetched(source.name, last))
        self.source, self.last = source, last
        self.known = connections.calendar
        self.market = connections.store.table(source.name, MARKET)
        self.indices = connections.store.table(source.name, INDICES)
        """Whose sessions were sessions, whatever the answer for them looks like."""
        self.waiting: dict[date, pa.Table] = {}
        """Sessions that came and are not stored yet."""
        self.closed: list[date] = []
        self.latest: tuple[date, pa.Table] | None = None
        """What came last, which is the session before the next one."""
        self.again: set[date] = set()
        """Stored sessions that were asked for once more."""
        self.refused: dict[date, list[Refused]] = {}
        """What came with the sessions that are waiting, and is not believed."""
        self.faulty: list[DataError] = []
        """What is wrong with sessions of which nothing is stored."""

    def levels(self, days: Sequence[date]) -> None:
        """Fetch the indices of `days`, and look at them beside the sessions around them."""
        if not days:
            return
        started, before = self.now(), self.known.before(days[0])
        there = self.indices.read(INDICES.schema.names, before, days[-1])
        doubted = {one.day for one in self.indices.refused}
        there = there.filter(pa.array([day not in doubted for day in there["date"].to_pylist()], pa.bool_()))
        known = set(there["date"].to_pylist())
        rows = self.source.indices(days if before in known else [before, *days])
        try:
            _refuse_levels(self.source.name, _beside(there, rows))
        except DataError:
            if before not in known:
                raise
            # What is stored of the session before may be what is wrong.
            rows = self.source.indices([before, *days])
            _refuse_levels(self.source.name, _beside(there, rows))
        final = [day for day, at in self.indices.sessions.items() if self.calendar.settled(day, at)]
        levels_join(self.source.name, rows, there.filter(pc.is_in(there["date"], pa.array(final, pa.date32()))))
        # Of the days before, only what turned out to be wrong is written anew.
        came: list[Any] = rows["date"].to_pylist()
        new = [
            days[0] <= day <= self.last or differs
            for day, differs in zip(came, restated(rows, there, "index"), strict=True)
        ]
        rows = rows.filter(pa.array(new, pa.bool_()))
        if rows.num_rows:
            self.indices.write(rows, replacing="rows", fetched=started)

    def one(self, day: date) -> None:
        """Fetch a session; one without trades is kept in mind as closed once the next one shows that it was."""
        asked = self.now()
        rows = self.source.session(day)
        try:
            is_open = self._is_open(day, rows)
        except DataError as error:
            self._refuse(day, error, asked)
            return
        if is_open:
            self._take(day, rows, asked)
            # Its rates go with the session before it: nothing was traded on the days between.
            previous = self._neighbour(day, -1)
            if self._held(previous) is not None:
                self._close_between(previous, day)
        elif self.calendar.settled(day, asked):  # earlier on the day itself the figures may still come
            if day in self.indices.sessions:
                raise DataError(
                    "{source}: the session {day} arrived without figures, though the indices have it",
                    hint="not stored; try again later",
                    source=self.source.name,
                    day=day,
                )
            self.fetched.silent.append(day)
            # Where the next session is there already, it shows at once that this day was none.
            previous, following = self._neighbour(day, -1), self._neighbour(day, 1)
            if self._goes_on(previous, following):
                self._close_between(previous, following)

    def _close_between(self, day: date, following: date) -> None:
        """Keep in mind as closed the days without figures between two sessions of which one follows on the other."""
        self.closed += [quiet for quiet in self.fetched.silent if day < quiet < following]
        self.fetched.silent = [quiet for quiet in self.fetched.silent if quiet not in self.closed]

    def _goes_on(self, day: date, following: date) -> bool:
        """Whether both sessions are held, and the rates of the later one are against the closes of the earlier one."""
        before, rows = self._held(day), self._held(following)
        if before is None or rows is None:
            return False
        try:
            session_follows(self.source.name, following, rows, before)
        except (DataError, NetworkError):
            return False
        return True

    def _is_open(self, day: date, rows: pa.Table) -> bool:
        """Whether `rows` are a session, and go with the sessions beside it."""
        if not session_is_open(self.source.name, day, rows):
            return False
        for other in (self._neighbour(day, -1), self._neighbour(day, 1)):
            there = self._held(other)
            if there is None:
                continue
            try:
                self._follow(day, rows, other, there)
            except (DataError, NetworkError) as error:
                # An answer can be older than its date, never younger: of two that are equal the later one is wrong, and
                # of two that do not go together the earlier one may be.
                its_fault = isinstance(error, NetworkError) == (other > day)
                if not its_fault or other in self.again or other in self.waiting:
                    raise
                self.again.add(other)
                asked = self.now()
                fresh = self.source.session(other)
                if not self._is_open(other, fresh):
                    raise
                self._follow(day, rows, other, fresh)
                self._take(other, fresh, asked)
        return True

    def _refuse(self, day: date, error: DataError, asked: datetime) -> None:
        """Go on without a session that is not to be believed, unless too many are like it."""
        self.faulty.append(error)
        if day not in self.market.sessions:
            said = json.dumps({"said": str(error)}, ensure_ascii=False)
            self.refused[day] = [Refused(day, WHOLE_SESSION, "session", said, asked)]
        if len(self.faulty) >= _MOST_FAULTY:
            raise error

    def _take(self, day: date, rows: pa.Table, asked: datetime) -> None:
        """Keep the rows that are believed; of figures that were final already, only if some have changed since."""
        previous, following = self._neighbour(day, -1), self._neighbour(day, 1)
        before, after = self._held(previous), self._held(following)
        sound, refused, earlier = judge_session(rows, before)
        sound = sound.select(MARKET.schema.names)
        if before is not None and earlier:
            self._take_back(previous, before, earlier, asked)
        if after is not None:
            later = judge_session(after, sound)
            # What is stored of the session after does not go on from here: one of the two is wrong, and both are asked
            # for again.
            both = [ticker for ticker, (reason, _row) in later.refused.items() if reason not in _ASIDE]
            if both:
                self._take_back(following, after, both, asked)
            sound, aside = _without(sound, [*both, *later.earlier])
            refused |= aside
        self.latest = day, sound
        if before is not None:
            self._weigh(day, sound, previous, before, asked)
        fetched, known = self.market.sessions.get(day), [one for one in self.market.refused if one.day == day]
        if fetched is not None and self.calendar.settled(day, fetched):
            changed = _differing(self.market.read(MARKET.schema.names, day, day), sound)
            if not changed and not known and not refused:
                return
            mended = {one.key for one in known} | set(refused)
            if corrected := [ticker for ticker in changed if ticker not in mended]:
                self.fetched.corrected[day] = corrected
        self.waiting[day] = sound
        self.refused[day] = set_aside(day, refused, asked)

    def _weigh(self, day: date, rows: pa.Table, previous: date, before: pa.Table, asked: datetime) -> None:
        """Take the level of an index out again that does not move with its stocks, whatever its own change says."""
        levels = self.indices.read(INDICES.schema.names, previous, day)
        level = {(one["date"], one["index"]): one["close"] for one in levels.to_pylist()}
        false: dict[str, tuple[str, str]] = {}
        for index in BENCHMARKS:
            moved, slack = weighted_move(rows, before, index)
            now, then = level.get((day, index)), level.get((previous, index))
            if now and then and abs(now / then - 1.0 - moved) > slack:
                false[index] = "index", json.dumps({"close": now, "before": then, "stocks": round(moved, 5)})
        left = levels.filter(pc.equal(levels["date"], pa.scalar(day)))
        left = left.filter(pa.array([name not in false for name in words(left, "index")], pa.bool_()))
        if not false:
            return
        if not left.num_rows:
            raise DataError(
                "{source}: the indices of {day} do not follow their stocks",
                hint="try again later",
                source=self.source.name,
                day=day,
            )
        aside = set_aside(day, false, asked)
        self.indices.write(left, replacing="sessions", fetched=self.indices.sessions[day], refused=aside)
        self.fetched.refused += aside

    def _take_back(self, day: date, rows: pa.Table, tickers: Sequence[str], asked: datetime) -> None:
        """Take rows of a session that is held out of it again, for another session contradicts them."""
        self.waiting[day], aside = _without(rows, tickers)
        if self.latest and self.latest[0] == day:
            self.latest = day, self.waiting[day]
        known = self.refused.get(day) or [one for one in self.market.refused if one.day == day]
        self.refused[day] = [*(one for one in known if one.key not in aside), *set_aside(day, aside, asked)]

    def _follow(self, day: date, rows: pa.Table, other: date, there: pa.Table) -> None:
        """Refuse two sessions of which the later one does not follow on the earlier one."""
        earlier, later = (there, rows) if other < day else (rows, there)
        session_follows(self.source.name, max(day, other), later, earlier)

    def _neighbour(self, day: date, step: int) -> date:
        """The session before (-1) or after (+1) `day`, by all that is known so far."""
        none = {*self.closed, *self.fetched.closed, *self.fetched.silent, *self.market.closed}
        other = self.calendar.shift(day, step)
        while other in none:
            other = self.calendar.shift(other, step)
        return other

    def _held(self, day: date) -> pa.Table | None:
        if day in self.waiting:
            return self.waiting[day]
        if self.latest and self.latest[0] == day:
            return self.latest[1]
        rows = self.market.read(MARKET.schema.names, day, day)
        return rows if rows.num_rows else None

    def store(self, started: datetime) -> None:
        """Write what is waiting."""
        if self.waiting or self.closed or self.refused:
            rows = pa.concat_tables(self.waiting.values()) if self.waiting else MARKET.schema.empty_table()
            refused = [one for of_day in self.refused.values() for one in of_day]
            self.market.write(rows, replacing="sessions", fetched=started, closed=self.closed, refused=refused)
            self.fetched.sessions += len(self.waiting)
            self.fetched.closed += self.closed
            self.fetched.refused += refused
            self.waiting, self.closed, self.refused = {}, [], {}


def _without(rows: pa.Table, tickers: Sequence[str]) -> tuple[pa.Table, dict[str, tuple[str, str]]]:
    """The rows of one session without those of some stocks, and these as they are kept aside."""
    gone = np.isin(np.array(words(rows, "ticker"), dtype=object), list(tickers))
    aside = {words(rows, "ticker")[row]: ("next", as_json(rows, row)) for row in np.flatnonzero(gone).tolist()}
    return rows.filter(pa.array(~gone)), aside


def _differing(stored: pa.Table, fresh: pa.Table) -> list[str]:
    """Tickers of the rows of one session that are not the same in both."""
    both = [table.cast(plain(stored.schema)).sort_by("ticker").combine_chunks() for table in (stored, fresh)]
    if both[0].equals(both[1]):
        return []
    rows = [{row["ticker"]: row for row in table.to_pylist()} for table in both]
    return sorted(ticker for ticker in {*rows[0], *rows[1]} if rows[0].get(ticker) != rows[1].get(ticker))


def _refuse_levels(source: str, rows: pa.Table) -> None:
    """Nothing, if each index is sound, and none is another one."""
    indices_are_sound(source, rows)
    refuse_exchanged(by_index(rows), source)


def _beside(there: pa.Table, rows: pa.Table) -> pa.Table:
    """Stored levels of the days that did not come, and those that came."""
    others = there.filter(pc.invert(pc.is_in(there["date"], rows["date"].combine_chunks())))
    return pa.concat_tables([rows, others], promote_options="default").unify_dictionaries()
