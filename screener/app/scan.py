"""Scans a whole market."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from screener.analysis.results import Stock
from screener.analysis.scan import scan_market
from screener.app import report
from screener.app.report import facts_of, need_of, other_events, provenance_of, refuse_without_index, rules_of
from screener.config import Settings
from screener.config.models import Event
from screener.data.choice import choose, load
from screener.data.panel import place_event
from screener.data.sources import Source
from screener.data.universe import NEEDED, Filters, Universe, apply_filters, market_of_files, market_of_store
from screener.errors import DataError, UsageError
from screener.report.scan.model import ScanReport
from screener.study.expected import Model

if TYPE_CHECKING:
    from screener.data.connections import Connections

_INDEX_OF = {"KONEX": "KOSDAQ"}
"""KONEX has no index of its own."""


@dataclass(frozen=True)
class Request:
    """What the user asks for; None = as configured."""

    event: str | None = None
    as_of: date | None = None
    source: str = "auto"
    benchmark: Sequence[Path] = ()
    market: Sequence[Path] = ()
    filters: Filters = field(default_factory=Filters)


def make_scan(settings: Settings, request: Request, access: Callable[[], Connections]) -> ScanReport:
    """Compute the scan that `request` asks for; `access` is opened if the store is read."""
    event_id = request.event or settings.screener.event
    event = settings.event(event_id)
    whole, source = _whole(request, event, access)
    stay, left_out = apply_filters(whole.tickers, whole.names, whole.markets, whole.caps, whole.value, request.filters)
    if not stay.any():
        raise UsageError(
            "no stock of {count} passes the filters", hint="lower --min-cap or --min-value", count=len(stay)
        )
    stocks = _stocks(whole, np.flatnonzero(stay).tolist(), settings)
    rules = rules_of(settings, report.Request(event_id), {})
    need = need_of(settings, event_id, stocks, rules, request.as_of)
    market = load([source], need)
    panel = market.panel
    at = place_event(panel.sessions, event_id, need.news, event.event_day, event.base)
    if rules.model is not Model.MEAN_ADJUSTED and not panel.benchmarks:
        raise UsageError("the {model} model needs an index", hint="give --benchmark FILE", model=rules.model)
    refuse_without_index(market, at.row, rules)
    first, last = rules.windows[0]
    if at.row + first < 1 or at.row + last >= len(panel.sessions):
        raise DataError(
            "{event}: the prices do not reach over the window [{first}, {last}]",
            hint="sync more, or wait",
            event=event_id,
            first=first,
            last=last,
        )
    others = [one for name, one in settings.events.items() if name != event_id]
    scan = scan_market(
        panel,
        at.row,
        stocks,
        dict(zip(whole.tickers, whole.value.tolist(), strict=True)),
        rules,
        settings.screener.weights.model_dump(),
        {name: frozenset(one.ticker for one in sector.members) for name, sector in settings.sectors.items()},
        whole.industries,
        len(whole.tickers),
        left_out,
        other_events(others, panel, rules),
    )
    if not scan.stocks:
        raise DataError(
            "{event}: no stock of {count} has an abnormal return and {estimation} sessions of "
            "estimation with placebo dates before it",
            hint="sync more history, or give longer files",
            event=event_id,
            count=len(stocks),
            estimation=rules.estimation,
        )
    return ScanReport(
        event=facts_of(event_id, event, at.event_day, at.base, others),
        as_of=panel.sessions[-1].item(),
        provenance=provenance_of(market, at.row, study=True),
        rules=rules,
        filters=request.filters,
        scan=scan,
        findings=market.findings,
    )


def _whole(request: Request, event: Event, access: Callable[[], Connections]) -> tuple[Universe, Source]:
    """The market before the event, and where its prices come from."""
    first_day = event.event_day or event.first_day
    if request.source.startswith("file:"):
        [files] = choose(request.source, request.benchmark, request.market, access)
        return market_of_files(request.market, first_day), files
    if request.benchmark or request.market:
        raise UsageError("--benchmark and --market go with --source file:PATH")
    if request.source not in ("auto", "store"):
        raise UsageError("no scan of {source!r}", hint=NEEDED, source=request.source)
    from screener.data.sources.stored import Stored

    opened = access()
    whole = market_of_store(opened.store, first_day)
    return whole, Stored(opened.store, opened.calendar, opened.now, of=(whole.source,), in_part=True)


def _stocks(whole: Universe, places: Sequence[int], settings: Settings) -> list[Stock]:
    """The stocks at `places`, with the English names that the configuration knows."""
    english = {one.ticker: one.en for sector in settings.sectors.values() for one in sector.members}
    stocks = []
    for place in places:
        ticker, name, market = whole.tickers[place], whole.names[place], whole.markets[place].split()[0]
        stocks.append(Stock(ticker, name, english.get(ticker, name), _INDEX_OF.get(market, market), "", None))
    return stocks
