"""Checks of everything that a report depends on; whatever is wrong is a finding, never an exception."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from screener.config import Settings, load_settings
from screener.config.load import with_secrets
from screener.data.connections import now, password_age, state_folder
from screener.doctor import machine
from screener.doctor.check import BOTH, Check, first_few
from screener.doctor.exchange import Exchange
from screener.doctor.store import can_serve, check_store
from screener.errors import ConfigError
from screener.errors import ExitCode as ExitCode
from screener.errors import ScreenerError as ScreenerError
from screener.i18n import _, listed
from screener.i18n import ngettext as ngettext
from screener.krx.calendar import Calendar
from screener.krx.client import Breaker
from screener.krx.tables import MARKET as MARKET
from screener.krx.tables import PRICES as PRICES


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
    opened, of_store = check_store(store, calendar, offline)
    spared = False
    if opened is not None and settings is not None and of_store[0].state == "ok":
        spared = can_serve(opened, calendar, settings, now())
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
