"""The exchange itself: what is missing goes into the store first, and is then read from there like everything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from screener.data.progress import Progress, Unwatched
from screener.data.sources.base import Market, Need, Tried
from screener.data.sources.stored import PROXIES, Reach, Stored, observed, reach_of
from screener.data.store import Store
from screener.data.sync.histories import fetch_histories
from screener.data.sync.plan import Fetched, Plan
from screener.data.sync.sessions import fetch_investors, fetch_sessions
from screener.errors import BusyError, DataError, ExitCode
from screener.i18n import _
from screener.krx.account import Account, PasswordAge
from screener.krx.breaker import Breaker
from screener.krx.calendar import Calendar
from screener.krx.wire import Patience, Wire

Way = Literal["openapi", "pykrx-login", "pykrx-keyless"]


@dataclass(frozen=True)
class Access:
    """What it takes to reach the store and the exchange."""

    store: Store
    calendar: Calendar
    breaker: Breaker
    now: Callable[[], datetime]
    """KST."""
    patience: Patience = field(default_factory=Patience)
    progress: Progress = field(default_factory=Unwatched)
    account: Account | None = None
    """Opens the whole market on KRX's web site."""
    key: str | None = field(default=None, repr=False)
    """Opens KRX's official Open API."""
    password_age: PasswordAge | None = None
    """Remembers since when the account's password is in use."""

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways to the exchange that are open, the best first."""
        openapi: tuple[Way, ...] = ("openapi",) if self.key else ()
        login: tuple[Way, ...] = ("pykrx-login",) if self.account else ()
        return (*openapi, *login, "pykrx-keyless")


@dataclass(frozen=True)
class Live:
    """One way to the exchange."""

    name: Way
    access: Access
    wire: Wire

    def refusal(self, need: Need) -> str | None:  # noqa: ARG002 - whether it can shows when it is asked
        """None."""
        return None

    def load(self, need: Need) -> Market:
        """Fetch what the store lacks of `need`, and read it from there."""
        access = self.access
        calendar, faulty = access.calendar, tuple[Tried, ...]()
        fetched: Reach | None = None
        # A holiday that nobody knew shows in what was fetched, and moves the first day that is needed.
        while fetched != (reach := reach_of(need, calendar, access.now())):
            fetched = reach
            # A stock's history is one request however far it reaches; sessions are one request each.
            last = calendar.last_final(access.now()) if self.name == "pykrx-keyless" else reach.last
            plan = Plan(reach.first, last, (*PROXIES.values(), *need.tickers))
            try:
                replace(self, access=replace(access, calendar=calendar)).fetch(plan)
            except BusyError:
                raise
            except DataError as error:
                # Some of it is not as it should be; the rest may do for a report that says so.
                faulty = (Tried(self.name, str(error), ExitCode.DATA),)
            calendar = observed(access.calendar, access.store)
        stored = Stored(access.store, calendar, access.now, of=(self.name,), in_part=True)
        refusal = stored.refusal(need)
        if refusal is not None:
            if faulty:
                raise DataError(faulty[0].why)
            raise DataError("{refusal}", hint="it has not come yet, try later", refusal=refusal)
        return replace(stored.load(need), tried=faulty)

    def fetch(self, plan: Plan) -> Fetched:
        """Fetch what the store lacks of `plan`.

        Raises:
            LoginError: the account or key is refused.
            NetworkError: the source cannot be reached, refuses this machine, or is stale.
            DataError: it gives a part of the market, or figures that contradict themselves; or the store is in use.
        """
        with self.access.store.writing(_("fetch from {name}", name=self.name), self.access.now()):
            for table in self.access.store.tables():
                if table.source == self.name:
                    table.settle()  # a fetch that finds nothing missing writes nothing
            before = self.wire.requests
            fetched = self._fetch(plan)
            fetched.requests = self.wire.requests - before
            return fetched

    def _fetch(self, plan: Plan) -> Fetched:
        access = self.access
        rest = access.calendar, access.now, access.progress
        if self.name == "openapi":
            from screener.krx.openapi import OpenApi

            return fetch_sessions(OpenApi(access.key or "", self.wire), access.store, plan, *rest)
        from screener.krx.pykrx import Pykrx

        account = access.account if self.name == "pykrx-login" else None
        source = Pykrx(account, self.wire, access.password_age)
        if self.name == "pykrx-keyless":
            return fetch_histories(source, access.store, plan, *rest)
        fetched = fetch_sessions(source, access.store, plan, *rest)
        fetch_investors(source, access.store, plan, *rest)
        return fetched
