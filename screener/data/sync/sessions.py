"""Whole-market sessions and their indices, from a source that has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from screener.data.progress import Progress
from screener.data.store import Store, StoredTable
from screener.data.sync.days import Days
from screener.data.sync.plan import Fetched, Plan
from screener.data.sync.source import WholeMarket, WithInvestors
from screener.errors import DataError, NetworkError
from screener.krx.calendar import Calendar
from screener.krx.checks import flows_are_whole, indices_are_sound, industries_are_whole
from screener.krx.tables import FLOWS, INDICES, INDUSTRIES, MARKET
from screener.words import say, translated

BATCH = 20
"""Sessions between two writes: a year's partition is rewritten for each, and a killed fetch repeats at most so many."""


def fetch_sessions(
    source: WholeMarket,
    store: Store,
    plan: Plan,
    calendar: Calendar,
    now: Callable[[], datetime],
    progress: Progress,
) -> Fetched:
    """Fetch what the store lacks of `plan`; call it under `store.writing`."""
    last = plan.last if source.same_day else min(plan.last, calendar.before(now().date()))
    fetched = Fetched(source.name, last)
    market, indices = store.table(source.name, MARKET), store.table(source.name, INDICES)
    wanted = [day for day in calendar.sessions(plan.first, last) if day not in market.closed]
    again = {day for day in plan.again if day in market.sessions}
    lacking = sorted({*_missing(indices, wanted, calendar, now()), *_missing(market, wanted, calendar, now()), *again})
    source.wire.expect(source.requests_each * (len(lacking) + 10))
    due_now = {*_missing(market, wanted, calendar, now()), *again}
    progress.start(say("{source}: sessions", source=source.name), len(due_now))
    days = Days(source, market, calendar, now, progress, fetched, indices)
    after = plan.first
    for start in range(0, len(lacking), source.at_once):
        stretch = lacking[start : start + source.at_once]
        until = stretch[-1] if start + source.at_once < len(lacking) else last
        _fetch_levels(source, indices, _missing(indices, stretch, calendar, now()), calendar, now, last)
        # The indices show sessions that the calendar does not know.
        seen = {day for day in indices.sessions if plan.first <= day <= last}
        days.calendar = replace(calendar, seen_open=calendar.seen_open | seen)
        due = _missing(market, sorted(day for day in {*wanted, *seen} if after <= day <= until), calendar, now())
        asked = sorted({*due, *again.intersection(stretch)})
        for first in range(0, len(asked), BATCH):
            days.fetch(asked[first : first + BATCH])
        without = [day for day in due if day in market.sessions and day not in indices.sessions]
        if without:
            raise NetworkError(
                "{source}: the indices of {day} are missing, though it was a session: try again later",
                source=source.name,
                day=without[0],
            )
        after = until
    return fetched


def _fetch_levels(
    source: WholeMarket,
    indices: StoredTable,
    days: Sequence[date],
    calendar: Calendar,
    now: Callable[[], datetime],
    last: date,
) -> None:
    """Fetch the indices of `days`, and look at them beside the sessions around them."""
    if not days:
        return
    started, before = now(), calendar.before(days[0])
    there = indices.read(INDICES.schema.names, before, days[-1])
    known = set(there["date"].to_pylist())
    rows = source.indices(days if before in known else [before, *days])
    try:
        indices_are_sound(source.name, _beside(there, rows))
    except DataError:
        if before not in known:
            raise
        # What is stored of the session before may be what is wrong.
        rows = source.indices([before, *days])
        indices_are_sound(source.name, _beside(there, rows))
    held = dict(zip(_keys(there), there["close"].to_pylist(), strict=True))
    # Of the days before, only what turned out to be wrong is written anew.
    new = [
        days[0] <= key[0] <= last or held.get(key, close) != close
        for key, close in zip(_keys(rows), rows["close"].to_pylist(), strict=True)
    ]
    rows = rows.filter(pa.array(new, pa.bool_()))
    if rows.num_rows:
        indices.write(rows, replacing="rows", fetched=started)


def _keys(rows: pa.Table) -> list[tuple[Any, Any]]:
    """Day and index of each row."""
    return list(zip(rows["date"].to_pylist(), rows["index"].to_pylist(), strict=True))


def _beside(there: pa.Table, rows: pa.Table) -> pa.Table:
    """Stored levels of the days that did not come, and those that came."""
    others = there.filter(pc.invert(pc.is_in(there["date"], rows["date"].combine_chunks())))
    return pa.concat_tables([rows, others], promote_options="default").unify_dictionaries()


def fetch_investors(
    source: WithInvestors,
    store: Store,
    plan: Plan,
    calendar: Calendar,
    now: Callable[[], datetime],
    progress: Progress,
) -> None:
    """Fetch net purchases and industries of the days that `plan` names, where the store lacks them.

    A day that turned out to be no session, or has not come, is left out.
    """
    market = store.table(source.name, MARKET)
    flows = FLOWS, plan.flow_days, source.flows, flows_are_whole
    for kind, days, fetch, check in (flows, (INDUSTRIES, plan.industry_days, source.industries, industries_are_whole)):
        table = store.table(source.name, kind)
        missing = _missing(table, [day for day in days if day in market.sessions], calendar, now())
        source.wire.expect(3 * len(missing) + 10)
        progress.start(f"{source.name}: {translated(kind.name)}", len(missing))
        for day in missing:
            asked = now()
            rows = fetch(day)
            check(source.name, day, rows, market.read(("ticker", "market", "volume"), day, day))
            table.write(rows, replacing="sessions", fetched=asked)
            progress.step(str(day))


def _missing(table: StoredTable, days: Sequence[date], calendar: Calendar, now: datetime) -> list[date]:
    """Days that the table does not hold, or holds as they were before they were final, which by now they are."""
    there = table.sessions
    return [day for day in days if day not in there or calendar.outdated(day, there[day], now)]
