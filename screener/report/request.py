"""What the user asks a report for, and how an event is measured for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from screener.analysis.model import Rules
from screener.config import Settings
from screener.config.models import Filters
from screener.data.forms.dialects import NO_HINTS, Hints
from screener.errors import UsageError
from screener.report.lookup import group_label
from screener.study.models import Model


@dataclass(frozen=True)
class Request:
    """What the user asks for; None = as configured."""

    event: str | None = None
    moment: date | None = None
    """Day, or moment, of the news of an event that is not configured."""
    name: str | None = None
    """What to call that event; None = its day."""
    as_of: date | None = None
    sectors: Sequence[str] = ()
    source: str = "auto"
    benchmark: Sequence[Path] = ()
    market: Sequence[Path] = ()
    regular_close: bool = False
    """Whether the closes of price files are the regular ones, which since 2026-09-14 is not to be taken for granted."""
    hints: Hints = NO_HINTS
    """What the user says of files that do not say it themselves."""
    model: str | None = None
    spreads: Sequence[tuple[str, str]] | None = None
    """Pairs of sectors or themes (SECTOR:theme)."""
    so_far: bool = False
    """Whether to measure the days from the event to the last session as well, as a window of their own."""
    stock: str | None = None
    """Code or name of the one stock that the report is about, beside all others."""
    days: str | None = None
    """Sector, theme (SECTOR:theme) or stock whose sessions the report is about."""
    first: date | None = None
    """First of these sessions; None = the first that can be measured."""
    last: date | None = None
    """Last of these sessions; None = the last of the prices."""
    universe: Literal["configured", "market"] = "configured"
    """Whether to study the configured sectors, or to scan all stocks of the market."""
    filters: Filters = field(default_factory=Filters)
    """Which stocks of the market are scanned."""


def request_for(settings: Settings, screen: str, names: Sequence[str], request: Request) -> Request:
    """`request` with the names that a user gave to a screen: report, compare, stock, days, claims or scan.

    Raises:
        UsageError: too many or too few names, or one that is not configured, with the nearest.
    """
    match screen:
        case "report":
            return replace(request, sectors=(*request.sectors, *names))
        case "compare":
            if len(names) not in (0, 2):
                raise UsageError(
                    "compare takes two sectors or themes, got {n}", hint="screener compare SEMI AI_SW", n=len(names)
                )
            return _comparison(settings, request, names)
        case "stock":
            if len(names) != 1:
                raise UsageError("stock takes one code or name, got {n}", hint="screener stock 000660", n=len(names))
            return replace(request, stock=names[0])
        case "days":
            if len(names) != 1:
                raise UsageError(
                    "days takes one sector, theme or stock, got {n}", hint="screener days SEMI", n=len(names)
                )
            return replace(request, days=names[0])
        case _ if names:
            raise UsageError("{screen} takes no names", hint="omit {names}", screen=screen, names=" ".join(names))
        case "scan":
            return replace(request, universe="market", model=None)
    return request


def _comparison(settings: Settings, request: Request, pair: Sequence[str]) -> Request:
    """On two groups alone, with their difference as the only spread; without a pair the first configured one."""
    if not pair:
        event = request.event or settings.screener.event
        spreads = settings.event(event).spreads
        if not spreads:
            raise UsageError(
                "name two sectors: {event} has no spreads", hint="write `screener compare SECTOR SECTOR`", event=event
            )
        pair = spreads[0]
    a, b = (group_label(settings, label) for label in pair)
    if a == b:
        raise UsageError("{group} cannot be compared with itself", hint="name two", group=a)
    sectors = dict.fromkeys(label.partition(":")[0] for label in (a, b))
    return replace(request, sectors=tuple(sectors), spreads=((a, b),))


def event_of(settings: Settings, request: Request) -> tuple[Settings, str]:
    """The settings with the event that is asked for, and its id."""
    if request.moment is not None:
        if request.event:
            raise UsageError("--event and --date are mutually exclusive", hint="use one of them")
        return settings.with_event_on(request.moment, request.name)
    if request.name:
        raise UsageError("--name requires --date", hint="pass the day of the news: --date 2024-08-05")
    return settings, settings.event_id(request.event or settings.screener.event)


def rules_of(settings: Settings, model: str | None, spreads: Sequence[tuple[str, str]] | None = ()) -> Rules:
    """How an event is measured: as configured, by `model` if one is asked for, with the differences of these pairs."""
    configured = settings.screener
    model = model or configured.model
    return Rules(
        model=Model.MARKET if model == "auto" else Model(model),
        estimation=configured.estimation,
        gap=configured.gap,
        min_obs=configured.min_obs,
        placebo_dates=configured.placebo_dates,
        windows=configured.windows,
        spreads=None if spreads is None else tuple(spreads),
        weights=configured.weights.model_dump(),
        automatic=model == "auto",
    )
