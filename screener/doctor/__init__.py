"""Checks of everything that a report depends on; whatever is wrong is a finding, never an exception."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from screener.config import Settings, load_settings
from screener.config.load import with_secrets
from screener.data.connections import now, password_age, state_folder
from screener.data.sources import LAST_PRICES, PriceRequest
from screener.data.sources.press import DAY, Comparison, compare
from screener.data.sources.stored import Stored
from screener.data.store import Store
from screener.doctor import machine
from screener.doctor.check import BOTH, Check, first_few
from screener.doctor.closes import check_closes
from screener.doctor.exchange import Exchange
from screener.errors import ConfigError, ExitCode, ScreenerError
from screener.i18n import _, listed, ngettext
from screener.krx.calendar import Calendar
from screener.krx.client import Breaker
from screener.krx.tables import MARKET, PRICES


def examine(
    config_directory: Path | None, store: str | None, environment: Mapping[str, str], *, offline: bool
) -> list[Check]:
    """Every check, in the order in which they are shown.

    Args:
        config_directory: directory of the user's configuration, or None; if it has mistakes, the shipped one is used.
        store: path or URL of the store, or None for the user's own.
        environment: KRX_ID, KRX_PW, KRX_AUTH_KEY, DATA_GO_KR_KEY, and the variables that describe the terminal.
        offline: whether to send nothing.
    """
    settings, configuration = _check_configuration(config_directory)
    environment = with_secrets(environment, settings.secrets if settings else {})
    calendar = settings.calendar if settings else Calendar()
    opened, of_store = _check_store(store, calendar, offline)
    spared = False
    if opened is not None and settings is not None and of_store[0].state == "ok":
        spared = _can_serve(opened, calendar, settings, now())
    exchange = Exchange(environment, Breaker(state_folder(), now), password_age())
    if not offline:
        exchange.ask()
    folders = {"reports": Path("reports").absolute(), "state": state_folder()}
    if opened is not None and "://" not in opened.shown:
        folders["store"] = Path(opened.shown)
    return [
        *machine.checks(environment, now(), exchange.ahead, folders),
        configuration,
        *exchange.credentials(),
        *exchange.network(spared),
        *of_store,
    ]


def _check_configuration(directory: Path | None) -> tuple[Settings | None, Check]:
    """The settings, and their check: the shipped ones where those of `directory` are wrong; None where both are."""
    try:
        settings = load_settings(directory)
    except ConfigError as error:
        fix = _("correct it; `screener config check` lists every mistake")
        wrong = Check("configuration", "failed", first_few(error.lines), fix, error.exit_code)
    else:
        where = listed(sorted({str(path.parent) for path in settings.files.values()}), BOTH)
        return settings, Check("configuration", "ok", where)
    try:
        return load_settings(), wrong
    except ConfigError:
        return None, wrong


def _check_store(url: str | None, calendar: Calendar, offline: bool) -> tuple[Store | None, list[Check]]:
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


def _can_serve(store: Store, calendar: Calendar, settings: Settings, now: datetime) -> bool:
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
