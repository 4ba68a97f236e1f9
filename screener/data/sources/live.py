"""The exchange itself: what is missing goes into the store first, and is then read from there like everything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from screener.data.fetch import Fetched, Plan
from screener.data.forms.dialects import NO_HINTS, Hints
from screener.data.histories import fetch_histories
from screener.data.sessions import fetch_investors, fetch_sessions
from screener.data.sources import FETCHED, PROXIES, Market, PriceRequest, Source, Tried
from screener.data.sources.stored import DateSpan, Stored
from screener.errors import BlockedError, BusyError, DataError, ExitCode, NetworkError, TooEarlyError, UsageError
from screener.i18n import _
from screener.krx.client import Client

if TYPE_CHECKING:
    from screener.config import Settings
    from screener.data.connections import Connections, Provider

_KOSPI_SINCE = date(1980, 1, 4)
"""The day of its level 100."""


@dataclass(frozen=True)
class Live(Source):
    """One way to the exchange."""

    name: Provider
    access: Connections
    client: Client

    def load(self, need: PriceRequest) -> Market:
        """Fetch what the store lacks of `need`, and read it from there."""
        access = self.access
        calendar, faulty = access.calendar, tuple[Tried, ...]()
        fetched: DateSpan | None = None
        # A holiday that nobody knew shows in what was fetched, and moves the first day that is needed.
        while fetched != (span := DateSpan.of(need, calendar, access.now())):
            fetched = span
            # A stock's history is one request however far it reaches; sessions are one request each.
            last = calendar.last_final(access.now()) if self.name == "pykrx-keyless" else span.last
            plan = Plan(span.first, last, (*PROXIES.values(), *need.tickers))
            try:
                replace(self, access=replace(access, calendar=calendar)).fetch(plan)
            except (BusyError, TooEarlyError):
                raise
            except DataError as error:
                # Some of it is not as it should be; the rest may do for a report that says so.
                faulty = (Tried(self.name, str(error), ExitCode.DATA),)
            calendar = access.store.observed(access.calendar)
        stored = Stored(access.store, calendar, access.now, of=(self.name,), in_part=True)
        refusal = stored.refusal(need)
        if refusal is not None:
            if faulty:
                raise DataError(faulty[0].why)
            raise DataError("{refusal}", hint="it is not available yet; try again later", refusal=refusal)
        return replace(stored.load(need), tried=faulty)

    def fetch(self, plan: Plan) -> Fetched:
        """Fetch what the store lacks of `plan`."""
        with self.access.writing(_("download from {name}", name=self.name)):
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
        if self.name == "datagokr":
            from screener.krx.datagokr import DataGoKr

            return fetch_sessions(DataGoKr(access.data_key or "", self.client), access, plan)
        from screener.krx.pykrx import Pykrx

        account = access.account if self.name == "pykrx-login" else None
        source = Pykrx(account, self.client, access.password_age)
        if self.name == "pykrx-keyless":
            return fetch_histories(source, access, plan)
        fetched = fetch_sessions(source, access, plan)
        fetch_investors(source, access, plan)
        return fetched


def open_providers(access: Connections, source: str = "auto") -> list[Live]:
    """The ways to the exchange that `source` (auto, pykrx, openapi or datagokr) allows and that are open."""
    if source == "openapi" and access.key is None:
        raise UsageError("--source openapi needs a key", hint="set KRX_AUTH_KEY (free at openapi.krx.co.kr)")
    if source == "datagokr" and access.data_key is None:
        raise UsageError("--source datagokr needs a key", hint="set DATA_GO_KR_KEY (free at www.data.go.kr)")
    names = [name for name in access.providers if source == "auto" or name.startswith(source)]
    client = Client(access.breaker, access.timeouts)
    return [Live(name, access, client) for name in names]


def sync_files(
    access: Connections, source: str, benchmark: Sequence[Path], market: Sequence[Path], hints: Hints = NO_HINTS
) -> Fetched:
    """Take files into the store.

    `source` is file:PATH[,PATH...], the prices; where one cannot be read, or contradicts itself, nothing is stored.
    """
    if not source.startswith("file:"):
        raise UsageError("--benchmark and --market go with --source file:PATH")
    from screener.data.choice import files_of
    from screener.data.sources.files import import_files

    # What files showed before is no reason to believe another file on a day that is known to be no session.
    calendar = replace(access.calendar, seen_open=frozenset())
    with access.writing(f"sync --source {source}"):
        return import_files(access.store, files_of(source, benchmark, market, hints), access.now(), calendar)


def sync_store(
    settings: Settings,
    access: Connections,
    source: str,
    first: date | None = None,
    last: date | None = None,
    again: Sequence[date] = (),
) -> Fetched:
    """Fetch into the store what it lacks, from the best provider that serves.

    `source` is auto, pykrx, openapi, datagokr, or a provider. Without days, it is from what the events need to the last
    session that is over; the stored sessions of `again` are asked for once more.
    """
    if source not in ("auto", *FETCHED, *access.providers):
        raise UsageError(
            "no source {source!r} for sync",
            hint="use auto, pykrx, openapi, datagokr or file:PATH",
            source=source,
        )
    plan = replace(plan_of(settings, access, first, last), again=tuple(again))
    providers = open_providers(access, source)
    blocked = False
    for provider in providers:
        try:
            fetched = provider.fetch(plan)
        except (NetworkError, TooEarlyError) as error:
            blocked = blocked or isinstance(error, BlockedError)
            if provider is providers[-1]:
                raise
            access.progress.say(_("{source}: unavailable: {why}", source=provider.name, why=error))
        else:
            fetched.blocked = blocked
            held = access.store.main_table(provider.name).sessions
            fetched.last = max((day for day in held if day <= plan.last), default=None)
            return fetched
    raise AssertionError("there is always a way without an account")


def plan_of(settings: Settings, access: Connections, first: date | None, last: date | None) -> Plan:
    """From the history that the earliest event needs to the last session that is over, if nothing else is asked for."""
    calendar, rules = access.calendar, settings.screener
    now = access.now()
    final = calendar.last_final(now)
    _refuse_days(first, last, now.date())
    event_days = [event.session(calendar) for event in settings.events.values()]
    over = [day for day in event_days if day <= final]
    if first is None:
        first = min((calendar.shift(day, -rules.sessions_before) for day in over), default=final)
    if last is not None and first > last:
        raise UsageError(
            "--to {last} is before {first}, the first day that the events need",
            hint="pass --from as well",
            last=last,
            first=first,
        )
    last = min(last or final, final)
    if first > last:
        raise UsageError("--from {first} is after {last}, the last session that is over", first=first, last=last)
    taus = range(min(window[0] for window in rules.windows), rules.sessions_after + 1)
    # Those of an event come once its windows are over: on its days they would double what an update asks for.
    past = [day for day in over if calendar.shift(day, rules.sessions_after) <= last]
    flow_days = {calendar.shift(day, tau) for day in past for tau in taus}
    bases = {calendar.before(day) for day in over}
    return Plan(
        first=first,
        last=last,
        tickers=(*settings.studied, *PROXIES.values()),
        flow_days=tuple(sorted(day for day in flow_days if first <= day <= last)),
        industry_days=tuple(sorted(day for day in bases if first <= day <= last)),
    )


def _refuse_days(first: date | None, last: date | None, today: date) -> None:
    for option, day in (("--from", first), ("--to", last)):
        if day is not None and day < _KOSPI_SINCE:
            raise UsageError(
                "{option} {day} is before {since}, the start of KOSPI", option=option, day=day, since=_KOSPI_SINCE
            )
        if day is not None and day > today:
            raise UsageError("{option} {day} is in the future (today is {today})", option=option, day=day, today=today)
    if first is not None and last is not None and first > last:
        raise UsageError("--from {first} is after --to {last}", hint="swap them", first=first, last=last)
