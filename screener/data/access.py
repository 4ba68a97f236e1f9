"""Opens the store and the ways to the exchange, as the settings and the environment say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from platformdirs import user_state_path

from screener.config import Settings
from screener.config.secrets import with_secrets
from screener.data.progress import Progress, Unwatched
from screener.data.sources.live import Access
from screener.data.sources.stored import observed
from screener.data.store import APPLICATION, Store
from screener.i18n import _
from screener.krx.account import Account, PasswordAge
from screener.krx.breaker import Breaker
from screener.krx.calendar import Calendar
from screener.krx.hours import KST
from screener.krx.wire import Patience

FIRST = 2.0
"""Seconds after which the exchange counts as out of reach, where somebody waits who can do without it."""


def now() -> datetime:
    """KST."""
    return datetime.now(KST)


def open_access(
    settings: Settings,
    environment: Mapping[str, str],
    store: str | None,
    progress: Progress | None = None,
    *,
    hurried: bool = False,
) -> Access:
    """What it takes to reach the store and the exchange.

    Args:
        settings: the configuration.
        environment: KRX_ID and KRX_PW, KRX_AUTH_KEY; what it lacks may stand in secrets.toml.
        store: the store that the user names, or None.
        progress: who watches.
        hurried: whether somebody waits who can do without the exchange.
    """
    opened = open_store(store)
    environment = with_secrets(environment, settings.secrets)
    login, password = environment.get("KRX_ID"), environment.get("KRX_PW")
    watcher = progress or Unwatched()
    if bool(login) != bool(password):
        given, lacks = ("KRX_ID", "KRX_PW") if login else ("KRX_PW", "KRX_ID")
        watcher.say(
            _(
                "{given} is set without {lacks}: goes on without the account; set both, or neither",
                given=given,
                lacks=lacks,
            )
        )
    known = settings.screener.calendar
    spacing = settings.screener.request_spacing
    return Access(
        store=opened,
        calendar=observed(Calendar(frozenset(known.closed), frozenset(known.opened)), opened),
        breaker=Breaker(state_folder(), now),
        now=now,
        patience=Patience(spacing=spacing, first=FIRST if hurried else None),
        progress=watcher,
        account=Account(login, password) if login and password else None,
        key=environment.get("KRX_AUTH_KEY") or None,
        password_age=password_age(),
    )


def open_store(store: str | None) -> Store:
    """The store at a path or URL, or the user's own."""
    return Store.open(store or None)


def password_age() -> PasswordAge:
    """What this machine remembers of the account's password."""
    return PasswordAge(state_folder() / "password.json", now)


def state_folder() -> Path:
    """Where this machine keeps what it must remember between runs."""
    return user_state_path(APPLICATION, appauthor=False)
