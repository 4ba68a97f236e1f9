"""Looks at everything that a report depends on; whatever is wrong is a finding, never an exception."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from screener.config import Settings, load_settings
from screener.config.secrets import with_secrets
from screener.data.connections import now, open_store, password_age, state_folder
from screener.data.store import Store
from screener.doctor import machine
from screener.doctor import store as stored
from screener.doctor.exchange import Exchange, credentials, network
from screener.errors import ConfigError, ExitCode, ScreenerError
from screener.i18n import _
from screener.krx.calendar import Calendar
from screener.krx.client import Breaker
from screener.report.diagnosis import Check, named, trouble


def examine(
    config_directory: Path | None, store: str | None, environment: Mapping[str, str], *, offline: bool
) -> list[Check]:
    """Every check, in the order in which they are shown.

    Args:
        config_directory: the user's configuration, or None. Where it is wrong, the rest goes by the shipped one.
        store: the store that the user names, or None.
        environment: KRX_ID, KRX_PW, KRX_AUTH_KEY, and what says how this terminal is.
        offline: whether to send nothing.
    """
    settings, configuration = _configuration(config_directory)
    environment = with_secrets(environment, settings.secrets if settings else {})
    calendar = _calendar(settings)
    opened, in_store = _store(store, calendar, offline)
    spared = False
    if opened is not None and settings is not None and in_store[0].state == "ok":
        spared = stored.can_serve(opened, calendar, settings, now())
    exchange = Exchange.of(environment, Breaker(state_folder(), now), password_age())
    answers = None if offline else exchange.ask()
    places = {"reports": Path("reports").absolute(), "state": state_folder()}
    if opened is not None and "://" not in opened.shown:
        places["store"] = Path(opened.shown)
    return [
        machine.python(),
        machine.libraries(),
        machine.text_encoding(environment),
        machine.terminal(environment),
        machine.font(),
        machine.clock(now(), answers.ahead if answers else None),
        *(machine.disk(name, folder) for name, folder in sorted(places.items())),
        configuration,
        *credentials(exchange, answers),
        *network(exchange, answers, spared),
        *in_store,
    ]


def exit_code(checks: Sequence[Check]) -> ExitCode:
    """What the command ends with: of what failed, data counts first, then configuration, the login, the network."""
    failed = {check.exit_code for check in checks if check.state == "failed"}
    order = ExitCode.DATA, ExitCode.USAGE, ExitCode.LOGIN, ExitCode.NETWORK, ExitCode.BUG
    return next((code for code in order if code in failed), ExitCode.DONE)


def _configuration(directory: Path | None) -> tuple[Settings | None, Check]:
    """The settings in force, or the shipped ones where those are wrong, or None where these are wrong as well."""
    try:
        settings = load_settings(directory)
    except ConfigError as error:
        fix = _("mend it; `screener config check` names every mistake")
        wrong = Check("configuration", "failed", named(str(error).split("\n")), fix, error.exit_code)
    else:
        where = _(" and ").join(sorted({str(path.parent) for path in settings.files.values()}))
        return settings, Check("configuration", "ok", where)
    try:
        return load_settings(), wrong
    except ConfigError:
        return None, wrong


def _calendar(settings: Settings | None) -> Calendar:
    """The calendar as it is configured, before anything is observed."""
    if settings is None:
        return Calendar()
    known = settings.screener.calendar
    return Calendar(frozenset(known.closed), frozenset(known.opened))


def _store(url: str | None, calendar: Calendar, offline: bool) -> tuple[Store | None, list[Check]]:
    """The store, if it can be opened, and the checks of it; the first one says whether it can be read."""
    if offline and url and "://" in url and not url.startswith("file:"):
        return None, [Check("store", "ok", _("is behind a URL: not read (--offline)"))]
    try:
        opened = open_store(url)
    except ScreenerError as error:
        return None, [trouble("store", "failed", error)]
    checks = _guarded("store", lambda: [stored.holdings(opened)])
    checks += _guarded("store files", lambda: [stored.soundness(opened)])
    if checks[0].state == "failed":
        names = "newest session", "calendar", "published"
        lacking = _("not checked: the store cannot be read")
        return opened, [*checks, *(Check(name, "warning", lacking) for name in names)]
    checks += _guarded("newest session", lambda: [stored.newest(opened, calendar, now())])
    checks += _guarded("calendar", lambda: [stored.calendar_against_data(opened, calendar)])
    checks += _guarded("published", lambda: stored.published_closes(opened))
    return opened, checks


def _guarded(name: str, check: Callable[[], list[Check]]) -> list[Check]:
    """What `check` finds; whatever ends it is its finding, so that the others are made."""
    try:
        return check()
    except ScreenerError as error:
        return [trouble(name, "failed", error)]
    except Exception as error:
        # Its text may hold anything, an account included; its kind does not.
        found = _("a bug in the screener ended this check ({kind})", kind=type(error).__name__)
        return [Check(name, "failed", found, _("update the screener, or report it"), ExitCode.BUG)]
