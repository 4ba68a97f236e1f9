"""Makes a study of many events: reads them, places them, has slices of the calendar measured, and pools the results."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from platformdirs import user_cache_path

from screener import __version__
from screener.analysis.model import Rules
from screener.config import Settings
from screener.data.choice import choose, expanded, load
from screener.data.findings import EXAMPLES, Finding
from screener.data.sources import FETCHED, SOURCES, File, PriceRequest, Source, Tried
from screener.data.store import APPLICATION
from screener.errors import DataError, UsageError
from screener.i18n import N_, _
from screener.pooled.events import EventFile, StudyRequest, read_events
from screener.pooled.frames import Results, frames_of, left_out_of
from screener.pooled.placing import (
    Listing,
    Place,
    grouped_by,
    session_of,
)
from screener.pooled.pools import Pools
from screener.pooled.slices import Measured, Prices, Slice, measure_slice
from screener.report.model import PooledReport
from screener.report.request import rules_of
from screener.study.models import Model
from screener.study.units import MODELS, Plan
from screener.workers import Workers, compute, named

if TYPE_CHECKING:
    from screener.data.connections import Connections, Progress
    from screener.krx.calendar import Calendar

_KEPT = 14 * 86_400
"""Seconds for which parts of a study are kept after they were last used."""
_READERS = (
    "screener.data.sources.files",
    "screener.data.sources.press",
    "screener.data.sources.stored",
    "holidays.financial",
)
"""Modules that read prices and the calendar, and import pandas and pyarrow: a worker's first second."""


def make_study(
    settings: Settings, request: StudyRequest, access: Callable[[], Connections], progress: Progress
) -> PooledReport:
    """Compute the study that `request` asks for; `access` is opened if a source needs it.

    Raises:
        UsageError: what is asked for cannot be had.
        DataError: the file of events, or the prices, do not bear it.
    """
    file = read_events(request.events)
    rules = _rules(settings, request, file)
    plan = _plan(settings, rules)
    opened = _open(settings, request, file, access)
    by = grouped_by(request.groups, file, lambda: opened.listing)
    place = Place(settings, opened.calendar, opened.days, plan, opened.listing, by)
    news = [session_of(event.news, opened.calendar) for event in settings.events.values()]
    pools = Pools(place.all(file), opened.days, plan, news)
    _refuse_nothing(file, Counter(one.reason for one in pools.placed if one.reason), len(pools.used))
    prices = opened.prices(settings, request, {ticker: opened.listing.market_of[ticker] for ticker in pools.tickers})
    made_of = opened.source.made_of(opened.days[0], opened.days[-1])
    measured = [
        Measured.of(part, len(pools.pools), len(pools.shifted))
        for part in _measured(list(pools.slices()), prices, made_of, request, progress)
    ]
    results = Results.of(pools, measured)
    frames, note = frames_of(results, file)
    used, left_out = frames.events[frames.events["used"].astype(bool)], left_out_of(frames)
    _refuse_nothing(file, left_out, len(used))
    first, last = rules.windows[0]
    leading = used[(used["window_start"] == first) & (used["window_end"] == last)]
    return PooledReport(
        name=request.events.stem,
        as_of=opened.days[-1],
        rules=rules,
        groups=pools.groups,
        grouped_by=by,
        rows=len(file.rows),
        events=len(leading),
        sessions=int(leading["event_day"].nunique()),
        overlapping=int((leading["overlaps"] > 0).sum()),
        left_out=dict(left_out.most_common()),
        source=opened.source.name,
        files=_files(request.events, opened.source),
        first_session=opened.days[0],
        last_session=opened.days[-1],
        benchmark=next((one.about["benchmark"] for one in measured if one.about), ""),
        simulated=opened.source.name == "demo",
        last_prices_since=min(
            (day for window in plan.windows for day in results.of_after_market(pools.used, window)), default=None
        ),
        findings=_findings([one.about for one in measured if one.about]),
        tried=opened.tried,
        note=note,
        frames=frames,
    )


def _rules(settings: Settings, request: StudyRequest, file: EventFile) -> Rules:
    configured = rules_of(settings, request.model)
    model = Model.MARKET if request.model in (None, "auto") else Model(request.model)
    if model not in MODELS:
        raise UsageError(
            "a study of many events does not support the {model} model",
            hint="use one of {known}",
            model=request.model,
            known=", ".join(MODELS),
        )
    own = sorted({row.window for row in file.rows if row.window is not None})
    # Where every event has a window of its own, nothing would be measured over the configured ones.
    common = (request.windows or configured.windows) if any(row.window is None for row in file.rows) else ()
    return replace(configured, model=model, automatic=False, windows=tuple(dict.fromkeys((*common, *own))))


def _plan(settings: Settings, rules: Rules) -> Plan:
    windows = [range(first, last + 1) for first, last in rules.windows]
    return Plan(rules.refit, windows, rules.placebo_dates, settings.screener.sessions_before)


@dataclass(frozen=True)
class _Opened:
    """Where prices come from, and what is known of stocks there."""

    source: Source
    named: str
    """The source as a worker opens it: nothing that fetches."""
    calendar: Calendar
    days: Sequence[date]
    """Every session of the prices."""
    listing: Listing
    tried: tuple[Tried, ...] = ()

    def prices(self, settings: Settings, request: StudyRequest, market_of: dict[str, str]) -> Prices:
        """What a worker needs to read them."""
        asked = replace(
            request,
            source=self.named,
            benchmark=[path.resolve() for path in request.benchmark],
            market=[path.resolve() for path in request.market],
        )
        return Prices(replace(settings, secrets={}), asked, market_of)


def _open(settings: Settings, request: StudyRequest, file: EventFile, access: Callable[[], Connections]) -> _Opened:
    """The source of the prices; what is to be fetched for it is fetched."""
    tried: tuple[Tried, ...] = ()
    name, calendar = request.source, settings.calendar
    if not name.startswith(("file:", "demo:")):
        connections = access()
        calendar, store = connections.calendar, connections.store
        if name in ("auto", *FETCHED):
            name, tried = _fetch(settings, request, file, calendar, access)
        if name == "store":
            name = next((f"store:{one}" for one in SOURCES if store.main_table(one).sessions), name)
    [source, *_others] = choose(name, request.benchmark, request.market, access, request.hints)
    extent = source.extent()
    if extent is None:
        raise UsageError(
            "{source} has no prices of many sessions",
            hint=N_("run `screener sync`, or pass --source file:PATH"),
            source=source.name,
        )
    last = min(extent[1], request.as_of or extent[1], settings.today)
    if name.startswith("store:"):
        listing = Listing.of_store(settings, store, name.removeprefix("store:"))
    elif name.startswith("file:"):
        listing = Listing.of_files(settings, expanded(request.market))
    else:
        listing = Listing.of(settings, [], {})
    return _Opened(source, name, calendar, calendar.sessions(extent[0], last), listing, tried)


def _fetch(
    settings: Settings, request: StudyRequest, file: EventFile, calendar: Calendar, access: Callable[[], Connections]
) -> tuple[str, tuple[Tried, ...]]:
    """Have the prices of the events' stocks fetched into the store; the name of its source, and what failed."""
    moments = [session_of(row.moment, calendar) for row in file.rows if row.moment is not None]
    past = [day for day in moments if day <= settings.today]
    if not past:
        raise DataError("{path}: no event has a completed day", path=file.path)
    listing = Listing.of(settings, [], {})
    wanted = {ticker for row in file.rows if row.ticker and (ticker := listing.ticker(row.ticker))}
    if any(row.ticker is None for row in file.rows):
        wanted |= set(listing.market_of)
    rules = _rules(settings, request, file)
    need = PriceRequest(
        market_of={ticker: listing.market_of[ticker] for ticker in sorted(wanted or set(settings.studied))},
        news=min(past),
        as_of=request.as_of,
        price_limit=settings.screener.price_limit,
        today=settings.today,
        event_day=min(past),
        least=1,
        before=settings.screener.sessions_before,
        after=calendar.count(min(past), max(past)) + _plan(settings, rules).after,
        calendar=calendar,
    )
    market = load(choose(request.source, (), (), access, request.hints), need)
    if market.source not in SOURCES:
        raise DataError(
            "no source provides the prices of many sessions ({tried})",
            hint=N_("pass --source file:PATH --benchmark FILE"),
            tried="; ".join(one.why for one in market.tried),
        )
    return f"store:{market.source}", market.tried


def _measured(
    slices: Sequence[Slice], prices: Prices, made_of: str, request: StudyRequest, progress: Progress
) -> list[bytes]:
    folder = request.parts or user_cache_path(APPLICATION, appauthor=False) / "studies"
    _forget_old(folder)
    progress.start(_("measuring"), len(slices))
    told = 0

    def done(count: int) -> None:
        nonlocal told
        while told < count:
            progress.step(f"{told + 1}/{len(slices)}")
            told += 1

    jobs = [(_name(prices, one, made_of), (prices, one)) for one in slices]
    return compute(measure_slice, jobs, Workers(request.jobs, request.cluster), folder, done, loads=_READERS)


def _name(prices: Prices, job: Slice, made_of: str) -> str:
    """Of the part that a slice gives: equal for equal events, configuration and prices."""
    (begin, end), asked = job.around, prices.request
    digest = hashlib.sha256()
    for array in (
        *job.portfolios,
        *(part for pool in job.pools for part in (pool.sessions, pool.portfolios)),
        *(np.array([session, *columns, -1, *others]) for session, columns, others in job.events),
    ):
        digest.update(array.tobytes() + b";")
    return named(
        __version__,
        repr((job.plan, job.shifted, job.days[begin], job.days[end], job.begin, job.end, job.span)),
        repr((asked.source, asked.hints, asked.regular_close, asked.as_of, sorted(prices.market_of.items()))),
        repr(sorted(prices.settings.sha256.items())),
        made_of,
        digest.hexdigest(),
    )


def _forget_old(folder: Path) -> None:
    """Remove parts that nobody has asked for in a while."""
    for path in folder.glob("*") if folder.is_dir() else ():
        if time.time() - path.stat().st_mtime > _KEPT:
            path.unlink(missing_ok=True)


def _refuse_nothing(file: EventFile, left_out: Counter[str], used: int) -> None:
    if not used:
        raise DataError(
            "{path}: no event can be used ({n} in the file; {why})",
            path=file.path,
            n=len(file.rows),
            why=", ".join(f"{reason}: {count}" for reason, count in left_out.most_common()),
        )


def _findings(slices: Sequence[Mapping[str, str]]) -> tuple[Finding, ...]:
    """What the checks found in any slice; slices share sessions, so that the count is the largest of one of them."""
    found: dict[str, Finding] = {}
    for about in slices:
        for code, severity, count, *examples in json.loads(about["findings"]):
            before = found.get(code, Finding(code, severity, 0))
            places = tuple(dict.fromkeys((*before.examples, *examples)))[:EXAMPLES]
            found[code] = Finding(code, severity, max(before.count, count), places)
    return tuple(found.values())


def _files(events: Path, source: Source) -> tuple[File, ...]:
    """The file of events, and price files, with their checksums."""
    paths = [events, *(path for name in ("prices", "benchmark", "market") for path in getattr(source, name, ()))]
    return tuple(File(path.name, _sha256(path)) for path in paths)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
