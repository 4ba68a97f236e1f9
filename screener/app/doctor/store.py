"""The store: readable, sound, up to date, in agreement with the calendar and with what newspapers printed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from screener.market.calendar import Calendar
from screener.market.published import Comparison, compare
from screener.market.sources.base import Need
from screener.market.sources.press import DAY
from screener.market.sources.stored import Stored, observed
from screener.market.store import Store
from screener.market.tables import MARKET, PRICES
from screener.report.diagnosis import Check, named
from screener.settings import Settings

MEND = "end any running sync, run `screener store repair`, then `screener sync`"


def holdings(store: Store) -> Check:
    """Whether the store can be read, and what is in it.

    Raises:
        DataError: a manifest is damaged, or the place cannot be read.
    """
    tables = [(one, one.info()) for one in store.tables()]
    if not tables:
        return Check("store", "warning", f"{store.shown} is empty", "`screener sync` fills it")
    listed = [f"{table.source}/{table.kind.name} {_count(info.sessions, 'session')}" for table, info in tables]
    return Check("store", "ok", f"{store.shown}: {', '.join(listed)}")


def soundness(store: Store) -> Check:
    """Every file read, and compared with its manifest."""
    damages = [f"{one.path} {one.what}" for table in store.tables() for one in table.verify()]
    if damages:
        return Check("store files", "failed", named(damages), MEND)
    return Check("store files", "ok", "each is as its manifest says")


def newest(store: Store, calendar: Calendar, now: datetime) -> Check:
    """The newest session of any source against the last one that is over."""
    days = [day for table in store.tables() if table.kind in (MARKET, PRICES) for day in table.manifest.sessions]
    final = calendar.last_final(now)
    if not days:
        return Check("newest session", "warning", f"none; {final} is the last that is over", "`screener sync`")
    last = max(days)
    if last > final:
        found = f"{last}, though {final} is the last that is over: its prices are not final"
        return Check("newest session", "failed", found, "compare the clock; `screener sync` fetches the session anew")
    behind = calendar.count(last, final)
    if behind:
        return Check(
            "newest session", "warning", f"{last}, {_count(behind, 'session')} behind {final}", "`screener sync`"
        )
    return Check("newest session", "ok", f"{last}, the last that is over")


def calendar_against_data(store: Store, configured: Calendar) -> Check:
    """Days that traded though the calendar has them closed, and the reverse, as lines for the configuration."""
    seen = observed(configured, store)
    traded = {day for day in seen.seen_open if not configured.is_session(day)}
    shut = {day for day in seen.seen_closed if configured.is_session(day)}
    if not traded | shut:
        return Check("calendar", "ok", "agrees with what the store holds")
    found = [f"{_days(traded)}: traded, though the calendar has no session"] if traded else []
    found += [f"{_days(shut)}: no trades, though the calendar has a session"] if shut else []
    closed = {day for day in (configured.closed | shut) - traded if day.weekday() < 5}
    fix = (
        "put into [calendar] of screener.toml, in the place of what stands there:\n"
        f"closed = [{_days(closed)}]\nopened = [{_days((configured.opened | traded) - shut)}]"
    )
    return Check("calendar", "warning", "\n".join(found), fix)


def published_closes(store: Store) -> list[Check]:
    """The closes and returns of 31 January 2025 against what newspapers printed.

    Raises:
        DataError: a partition that is needed is damaged.
    """
    comparisons = compare(store)
    if not comparisons:
        return [Check("published", "ok", f"the store does not hold {DAY}")]
    return [_published(one) for one in comparisons]


def _published(one: Comparison) -> Check:
    closes, returns = one.compared
    figures = [_count(number, what) for number, what in ((closes, "close"), (returns, "return")) if number]
    aside = "; closes are adjusted for later splits, and not compared" if one.adjusted else ""
    said = f"{one.source}: {' and '.join(figures) or 'none of the figures'} of {DAY}"
    if one.differences:
        fix = f"trust no report from {one.shown} before it is explained; fetched or imported anew it may be right"
        return Check("published", "failed", f"{said} compared{aside}\n{named(one.differences)}", fix)
    return Check("published", "ok", f"{said} as newspapers printed them{aside}")


def can_serve(store: Store, calendar: Calendar, settings: Settings, now: datetime) -> bool:
    """Whether the store holds all that the report on the configured event needs.

    Raises:
        DataError: a manifest is damaged.
    """
    event, rules = settings.event(settings.screener.event), settings.screener
    need = Need(
        market_of={one.ticker: one.market for sector in settings.sectors.values() for one in sector.members},
        news=event.first_day,
        as_of=None,
        price_limit=rules.price_limit,
        today=settings.today,
        event_day=event.event_day,
        before=rules.sessions_before,
        after=settings.sessions_after(settings.screener.event),
    )
    return Stored(store, observed(calendar, store), lambda: now).refusal(need) is None


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _days(days: Iterable[date]) -> str:
    return ", ".join(map(str, sorted(days)))
