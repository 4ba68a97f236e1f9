"""The exchange itself: what is missing goes into the store first, and is then read from there like everything else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from screener.data.connections import Connections, Provider
from screener.data.sources import Market, PriceRequest, Tried
from screener.data.sources.stored import PROXIES, DateSpan, Stored, observed, span_of
from screener.data.sync import Fetched, Plan
from screener.data.sync.histories import fetch_histories
from screener.data.sync.sessions import fetch_investors, fetch_sessions
from screener.errors import BusyError, DataError, ExitCode
from screener.i18n import _
from screener.krx.client import Client


@dataclass(frozen=True)
class Live:
    """One way to the exchange."""

    name: Provider
    access: Connections
    client: Client

    def refusal(self, need: PriceRequest) -> str | None:  # noqa: ARG002 - whether it can shows when it is asked
        """None."""
        return None

    def load(self, need: PriceRequest) -> Market:
        """Fetch what the store lacks of `need`, and read it from there."""
        access = self.access
        calendar, faulty = access.calendar, tuple[Tried, ...]()
        fetched: DateSpan | None = None
        # A holiday that nobody knew shows in what was fetched, and moves the first day that is needed.
        while fetched != (span := span_of(need, calendar, access.now())):
            fetched = span
            # A stock's history is one request however far it reaches; sessions are one request each.
            last = calendar.last_final(access.now()) if self.name == "pykrx-keyless" else span.last
            plan = Plan(span.first, last, (*PROXIES.values(), *need.tickers))
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
        with self.access.writing(_("fetch from {name}", name=self.name)):
            for table in self.access.store.tables():
                if table.source == self.name:
                    table.settle()  # a fetch that finds nothing missing writes nothing
            before = self.client.requests
            fetched = self._fetch(plan)
            fetched.requests = self.client.requests - before
            return fetched

    def _fetch(self, plan: Plan) -> Fetched:
        access = self.access
        if self.name == "openapi":
            from screener.krx.openapi import OpenApi

            return fetch_sessions(OpenApi(access.key or "", self.client), access, plan)
        from screener.krx.pykrx import Pykrx

        account = access.account if self.name == "pykrx-login" else None
        source = Pykrx(account, self.client, access.password_age)
        if self.name == "pykrx-keyless":
            return fetch_histories(source, access, plan)
        fetched = fetch_sessions(source, access, plan)
        fetch_investors(source, access, plan)
        return fetched
