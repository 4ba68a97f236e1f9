"""Checks of the store: whether it can be read, is sound and up to date, and agrees with calendar and KRX closes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from math import isnan

from screener.config import Settings
from screener.data.connections import now
from screener.data.sources import LAST_PRICES, PriceRequest
from screener.data.sources.press import DAY, Comparison, compare
from screener.data.sources.stored import Stored
from screener.data.store import Store, StoredTable
from screener.doctor.check import BOTH, Check, first_few
from screener.errors import ExitCode, ScreenerError
from screener.i18n import _, listed, ngettext
from screener.krx.calendar import Calendar
from screener.krx.tables import MARKET, PRICES

STOCKS = ("000660", "005930")
"""SK hynix and Samsung Electronics: traded in every after-market, and seldom split."""
SESSIONS = 20
"""Newest sessions that are compared."""
_RATE_ROUNDING = 0.00006
"""Official rates have two decimals of a percent: a base price made of one is off by half of the last digit."""

Closes = dict[tuple[str, date], tuple[float, float]]
"""Close, KRW, and official rate, %, of a stock on a session; NaN where there is no rate."""


def check_store(url: str | None, calendar: Calendar, offline: bool) -> tuple[Store | None, list[Check]]:
    """The store, None if it cannot be opened, and its checks; the first one says whether it can be read."""
    if offline and url and "://" in url and not url.startswith("file:"):
        return None, [Check("store", "ok", _("is a remote URL: not read (--offline)"))]
    try:
        opened = Store.open(url)
    except ScreenerError as error:
        return None, [Check.of_error("store", "failed", error)]
    checks = [*_guarded("store", lambda: [_contents(opened)]), *_guarded("store files", lambda: [_soundness(opened)])]
    further = {
        "newest session": lambda: [_newest(opened, calendar, now())],
        "calendar": lambda: [_calendar_against_data(opened, calendar)],
        "closes": lambda: check_closes(opened, calendar),
        "published": lambda: _published_closes(opened),
    }
    if checks[0].state == "failed":
        lacking = _("not checked: the store cannot be read")
        return opened, [*checks, *(Check(name, "warning", lacking) for name in further)]
    return opened, [*checks, *(check for name, made in further.items() for check in _guarded(name, made))]


def _guarded(name: str, check: Callable[[], list[Check]]) -> list[Check]:
    """The result of `check`, or what ended it: one check that fails does not prevent the others."""
    try:
        return check()
    except ScreenerError as error:
        return [Check.of_error(name, "failed", error)]
    except Exception as error:
        # Its text may hold anything, an account included; its kind does not.
        found = _("a bug in the screener stopped this check ({kind})", kind=type(error).__name__)
        return [Check(name, "failed", found, _("update the screener, or report it"), ExitCode.BUG)]


def _contents(store: Store) -> Check:
    """Whether the store can be read, and what is in it."""
    tables = [(table, table.info()) for table in store.tables()]
    if not tables:
        return Check("store", "warning", _("{store} is empty", store=store.shown), _("fill it with `screener sync`"))
    listed = [
        f"{table.source}/{table.kind.name} {ngettext('{n:,} session', '{n:,} sessions', info.sessions)}"
        for table, info in tables
    ]
    return Check("store", "ok", f"{store.shown}: {', '.join(listed)}")


def _soundness(store: Store) -> Check:
    damages = [f"{damage.path} {damage.what}" for table in store.tables() for damage in table.verify()]
    if damages:
        fix = _("stop any running sync, then run `screener store repair` and `screener sync`")
        return Check("store files", "failed", first_few(damages), fix)
    return Check("store files", "ok", _("all files match their checksums"))


def _newest(store: Store, calendar: Calendar, now: datetime) -> Check:
    """The newest session of any source against the last one that is over, and that the source has by now."""
    name = "newest session"
    tables = [table for table in store.tables() if table.kind in (MARKET, PRICES) and table.sessions]
    final = calendar.last_final(now)
    if not tables:
        return Check(name, "warning", _("none; the last completed session is {final}", final=final), "`screener sync`")
    newest = {table.source: max(table.sessions) for table in tables}
    last = max(newest.values())
    if last > final:
        found = _("{last}, after the last completed session {final}: its prices are not final", last=last, final=final)
        return Check(name, "failed", found, _("check the clock; `screener sync` downloads the session again"))
    has = min(_last_had(calendar, source, now) for source, day in newest.items() if day == last)
    behind = calendar.count(last, max(has, last))
    if behind:
        found = _(
            "{last}, {sessions} behind {final}",
            last=last,
            sessions=ngettext("{n:,} session", "{n:,} sessions", behind),
            final=has,
        )
        return Check(name, "warning", found, "`screener sync`")
    if last < final:
        return Check(name, "ok", _("{last}, the last session that its source has", last=last))
    return Check(name, "ok", _("{last}, the last completed session", last=last))


def _last_had(calendar: Calendar, source: str, now: datetime) -> date:
    """The newest session that a source gives by now."""
    final = calendar.last_final(now, last_prices=source in LAST_PRICES)
    return calendar.last_published(source, final, now)


def _calendar_against_data(store: Store, configured: Calendar) -> Check:
    """Days that traded though the calendar has them closed, and the reverse, as lines for the configuration."""
    seen = store.observed(configured)
    traded = {day for day in seen.seen_open if not configured.is_session(day)}
    shut = {day for day in seen.seen_closed if configured.is_session(day)}
    if not traded | shut:
        return Check("calendar", "ok", _("matches the store"))
    found = [_("{days}: trades, though not a session by the calendar", days=_days(traded))] if traded else []
    found += [_("{days}: no trades, though a session by the calendar", days=_days(shut))] if shut else []
    closed = {day for day in (configured.closed | shut) - traded if day.weekday() < 5}
    fix = _(
        "replace the contents of [calendar] in screener.toml with:\nclosed = [{closed}]\nopened = [{opened}]",
        closed=_days(closed),
        opened=_days((configured.opened | traded) - shut),
    )
    return Check("calendar", "warning", "\n".join(found), fix)


def _published_closes(store: Store) -> list[Check]:
    """The closes and returns of 31 January 2025 against what newspapers printed."""
    comparisons = compare(store)
    if not comparisons:
        return [Check("published", "ok", _("the store has no data for {day}", day=DAY))]
    return [_published(comparison) for comparison in comparisons]


def _published(comparison: Comparison) -> Check:
    closes, returns = comparison.compared
    figures = [ngettext("{n:,} close", "{n:,} closes", closes)] if closes else []
    figures += [ngettext("{n:,} return", "{n:,} returns", returns)] if returns else []
    aside = _("; closes are adjusted for later splits and were not compared") if comparison.adjusted else ""
    which = listed(figures, BOTH) or _("none of the figures")
    said = _("{source}: {figures} of {day}", source=comparison.source, figures=which, day=DAY)
    if comparison.differences:
        fix = _(
            "do not rely on reports from {table} until it is explained; downloading or importing it again may fix it",
            table=comparison.shown,
        )
        compared = _("{said} compared{aside}", said=said, aside=aside)
        return Check("published", "failed", f"{compared}\n{first_few(comparison.differences)}", fix)
    return Check("published", "ok", _("{said} as in newspapers{aside}", said=said, aside=aside))


def can_serve(store: Store, calendar: Calendar, settings: Settings, now: datetime) -> bool:
    """Whether the store holds all that the report on the configured event needs."""
    event, rules = settings.event(settings.screener.event), settings.screener
    family = settings.family(rules.event)
    need = PriceRequest(
        market_of={member.ticker: member.market for sector in family.values() for member in sector.members},
        news=event.first_day,
        as_of=None,
        price_limit=rules.price_limit,
        today=settings.today,
        event_day=event.event_day,
        before=rules.sessions_before,
        after=settings.sessions_after(settings.screener.event),
    )
    return Stored(store, store.observed(calendar), lambda: now).refusal(need) is None


def _days(days: Iterable[date]) -> str:
    return ", ".join(map(str, sorted(days)))


def check_closes(store: Store, calendar: Calendar) -> list[Check]:
    """Each source's closes of two large stocks: those of whole sessions by the base price chain, others beside them.

    The base price of a session, its close less its official change, is the regular close of the session before.
    """
    by_source = {
        table.source: closes for table in store.tables() if table.kind is MARKET and (closes := _closes(table))
    }
    checks = [_chain(source, closes, calendar) for source, closes in by_source.items()]
    official = {key: cell for closes in by_source.values() for key, cell in closes.items()}
    histories = (table for table in store.tables() if table.kind is PRICES and table.source not in by_source)
    return [*checks, *(_beside(table, official, calendar) for table in histories)]


def _closes(table: StoredTable) -> Closes:
    days = sorted(table.sessions)[-SESSIONS:]
    if not days:
        return {}
    columns = ("date", "ticker", "close", *(("change_pct",) if table.kind is MARKET else ()))
    rows = table.read(columns, days[0], days[-1], STOCKS).to_pylist()
    return {
        (row["ticker"], row["date"]): (row["close"], row.get("change_pct") or float("nan"))
        for row in sorted(rows, key=lambda row: (row["ticker"], row["date"]))
    }


def _chain(source: str, closes: Closes, calendar: Calendar) -> Check:
    breaks: list[str] = []
    pairs = 0
    for (ticker, before), (ticker_then, day) in zip(list(closes), list(closes)[1:], strict=False):
        close, rate = closes[ticker, day] if ticker == ticker_then else (0.0, float("nan"))
        if isnan(rate) or calendar.before(day) != before:
            continue
        pairs += 1
        base, known = close / (1 + rate / 100), closes[ticker, before][0]
        if abs(base - known) > known * _RATE_ROUNDING + 1:
            breaks.append(
                _(
                    "{ticker} on {day}: base price {base:,.0f}, close of {before} {known:,.0f}",
                    ticker=ticker,
                    day=day,
                    base=base,
                    before=before,
                    known=known,
                )
            )
    name = "closes"
    if not breaks:
        return Check(name, "ok", _("{source}: regular closes, {n} of {n} base prices agree", source=source, n=pairs))
    fix = _(
        "do not rely on reports from {source} until it is explained: a split, or closes that are not official",
        source=source,
    )
    return Check(name, "failed", "\n".join([f"{source}:", first_few(breaks)]), fix)


def _beside(table: StoredTable, official: Closes, calendar: Calendar) -> Check:
    """A source that has no rates: its closes beside the official ones, as far as there are any."""
    since = calendar.schedule.after_market_since
    closes = {key: cell[0] for key, cell in _closes(table).items() if since is not None and key[1] >= since}
    if not closes:
        return Check("closes", "ok", _("{source}: only sessions without an after-market", source=table.source))
    shared = [key for key in closes if key in official]
    differ = [key for key in shared if abs(closes[key] - official[key][0]) > 1]
    if shared and not differ:
        return Check("closes", "ok", _("{source}: regular closes, same as the official ones", source=table.source))
    found = (
        _(
            "{source}: {n} of {m} closes differ from the official ones",
            source=table.source,
            n=len(differ),
            m=len(shared),
        )
        if shared
        else _("{source}: no official closes to compare with", source=table.source)
    )
    fix = _("for official closes set KRX_AUTH_KEY, DATA_GO_KR_KEY, or KRX_ID and KRX_PW")
    return Check("closes", "warning", found, fix)
