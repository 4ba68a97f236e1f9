"""The store and the providers of exchange data, opened as the settings and the environment say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from platformdirs import user_state_path

from screener.config import Settings
from screener.config.load import with_secrets
from screener.data.store import APPLICATION, Store
from screener.errors import BusyError
from screener.i18n import _
from screener.krx.calendar import Calendar
from screener.krx.client import Account, Breaker, PasswordAge, Timeouts
from screener.krx.hours import KST


class Progress(Protocol):
    """Somebody who watches a fetch."""

    def start(self, what: str, total: int) -> None:
        """A stretch of `total` steps begins."""

    def step(self, what: str) -> None:
        """One of them is done: a session or a ticker."""

    def say(self, what: str) -> None:
        """Something that the user should know."""


class _Unwatched:
    """Nobody watches."""

    def start(self, what: str, total: int) -> None: ...
    def step(self, what: str) -> None: ...
    def say(self, what: str) -> None: ...


Provider = Literal["openapi", "pykrx-login", "datagokr", "pykrx-keyless"]


@dataclass(frozen=True)
class Connections:
    """What it takes to reach the store and the exchange."""

    store: Store
    calendar: Calendar
    breaker: Breaker
    now: Callable[[], datetime]
    """KST."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    progress: Progress = field(default_factory=_Unwatched)
    account: Account | None = None
    """Opens the whole market on KRX's web site."""
    key: str | None = field(default=None, repr=False)
    """Opens KRX's official Open API."""
    data_key: str | None = field(default=None, repr=False)
    """Opens data.go.kr."""
    password_age: PasswordAge | None = None
    """Remembers since when the account's password is in use."""
    patience: int = 0
    """Seconds to wait for another one to finish writing the store."""
    sleep: Callable[[float], None] = time.sleep

    @property
    def providers(self) -> tuple[Provider, ...]:
        """The ways to the exchange that are open, the best first."""
        opened: dict[Provider, object] = {
            "openapi": self.key,
            "pykrx-login": self.account,
            "datagokr": self.data_key,
            "pykrx-keyless": True,
        }
        return tuple(way for way, given in opened.items() if given)

    @contextmanager
    def writing(self, command: str) -> Iterator[None]:
        """The right to change the store, as `Store.writing` gives it; who watches is told where it is a weak one.

        Raises:
            BusyError: another one still writes after `patience`.
        """
        if not self.store.excludes_others:
            self.progress.say(
                _(
                    "{store}: this file system cannot lock out writers on other machines: write from one machine only",
                    store=self.store.shown,
                )
            )
        with ExitStack() as stack:
            for second in range(self.patience + 1):
                try:
                    stack.enter_context(self.store.writing(command, self.now()))
                    break
                except BusyError as error:
                    if second == self.patience:
                        raise
                    if not second:
                        self.progress.say(_("{busy}; waiting", busy=error.message))
                    self.sleep(1)
            yield


_FIRST = 2.0
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
    fail_fast: bool = False,
) -> Connections:
    """Open the store, and what leads to the exchange.

    What `environment` lacks of KRX_ID and KRX_PW, KRX_AUTH_KEY, DATA_GO_KR_KEY may stand in secrets.toml. `store` is
    what the user names, if anything; `fail_fast` says that somebody waits who can do without the exchange.
    """
    opened = Store.open(store, settings.screener.store.group)
    environment = with_secrets(environment, settings.secrets)
    login, password = environment.get("KRX_ID"), environment.get("KRX_PW")
    watcher = progress or _Unwatched()
    if bool(login) != bool(password):
        given, lacks = ("KRX_ID", "KRX_PW") if login else ("KRX_PW", "KRX_ID")
        watcher.say(
            _(
                "{given} is set without {lacks}: continuing without the account; set both, or neither",
                given=given,
                lacks=lacks,
            )
        )
    return Connections(
        store=opened,
        calendar=opened.observed(settings.calendar),
        breaker=Breaker(state_folder(), now),
        now=now,
        timeouts=Timeouts(spacing=settings.screener.request_spacing, first=_FIRST if fail_fast else None),
        progress=watcher,
        account=Account(login, password) if login and password else None,
        key=environment.get("KRX_AUTH_KEY") or None,
        data_key=environment.get("DATA_GO_KR_KEY") or None,
        password_age=password_age(),
    )


def password_age() -> PasswordAge:
    """What this machine remembers of the account's password."""
    return PasswordAge(state_folder() / "password.json", now)


def state_folder() -> Path:
    """Where this machine keeps what it must remember between runs."""
    return user_state_path(APPLICATION, appauthor=False)
