"""Checks of everything that a report depends on; whatever is wrong is a finding, never an exception."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from screener.config import Settings, load_settings
from screener.config.secrets import with_secrets
from screener.data.connections import now, password_age, state_folder
from screener.doctor import machine
from screener.doctor.check import BOTH, Check, first_few
from screener.doctor.exchange import Exchange
from screener.doctor.store import can_serve, check_store
from screener.errors import ConfigError
from screener.i18n import _, listed
from screener.krx.calendar import Calendar
from screener.krx.client import Breaker


def examine(
    config_directory: Path | None, store: str | None, environment: Mapping[str, str], *, offline: bool
) -> list[Check]:
    """Every check, in the order in which they are shown.

    Args:
        config_directory: directory of the user's configuration, or None; if it has mistakes, the shipped one is used.
        store: path or URL of the store, or None for the user's own.
        environment: KRX_ID, KRX_PW, KRX_AUTH_KEY, and the variables that describe the terminal.
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
    answers = None if offline else exchange.ask()
    folders = {"reports": Path("reports").absolute(), "state": state_folder()}
    if opened is not None and "://" not in opened.shown:
        folders["store"] = Path(opened.shown)
    return [
        machine.python(),
        machine.libraries(),
        machine.text_encoding(environment),
        machine.terminal(environment),
        machine.font(),
        machine.clock(now(), answers.ahead if answers else None),
        *(machine.disk(name, folder) for name, folder in sorted(folders.items())),
        configuration,
        *exchange.credentials(answers),
        *exchange.network(answers, spared),
        *of_store,
    ]


def _check_configuration(directory: Path | None) -> tuple[Settings | None, Check]:
    """The settings, and their check: the shipped ones where those of `directory` are wrong; None where both are."""
    try:
        settings = load_settings(directory)
    except ConfigError as error:
        fix = _("mend it; `screener config check` names every mistake")
        wrong = Check("configuration", "failed", first_few(error.lines), fix, error.exit_code)
    else:
        where = listed(sorted({str(path.parent) for path in settings.files.values()}), BOTH)
        return settings, Check("configuration", "ok", where)
    try:
        return load_settings(), wrong
    except ConfigError:
        return None, wrong
