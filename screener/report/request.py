"""What the user asks for, the sectors and stocks that its names mean, and how an event is measured for it."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from screener.analysis.model import Rules, Stock
from screener.choices import MARKETS
from screener.config import Settings
from screener.config.fields import Name
from screener.config.models import Event, Filters, Member, Sector
from screener.data.forms.dialects import NO_HINTS, Hints
from screener.errors import UsageError
from screener.i18n import _, name_of
from screener.krx.codes import code_of
from screener.study.models import Model

if TYPE_CHECKING:
    from screener.data.connections import Connections


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


_UNLISTED = "OTHER"
"""Sector of a stock that no configured sector holds."""
Listed = Callable[[], Sequence[Member]]
"""Gives every stock of the market, as `listed_stocks` does; asked only for a stock that no sector has."""
_NEAREST = 3
"""Stocks that are suggested where none has the name."""


def group_label(settings: Settings, label: str) -> str:
    """SECTOR or SECTOR:theme, as configured.

    Raises:
        UsageError: there is none; the nearest is named.
    """
    asked, colon, theme = label.partition(":")
    identifier = settings.sector_id(asked)
    sector = settings.sectors[identifier]
    if colon and theme not in sector.themes:
        known = ", ".join(f"{identifier}:{name}" for name in sector.themes) or _("it has none")
        raise UsageError(
            "no theme {theme!r} in {sector}", hint="use one of {known}", theme=theme, sector=identifier, known=known
        )
    return f"{identifier}{colon}{theme}"


def find_series(settings: Settings, asked: str, event: str, listed: Listed) -> tuple[str, dict[str, Sector]]:
    """The label of that sector, theme or stock, and it beside the sectors of the event; a stock is one of its own.

    Raises:
        UsageError: there is none; the nearest is named.
    """
    sectors = settings.family(event)
    try:
        label = group_label(settings, asked)
        identifier = label.partition(":")[0]
        return label, sectors | {identifier: settings.sectors[identifier]}
    except UsageError:
        if ":" in asked or difflib.get_close_matches(asked.upper(), settings.sectors, n=1):
            raise
    member = find_stock(settings, asked, listed)
    return member.ticker, sectors | {member.ticker: _alone(member)}


def find_card(settings: Settings, asked: str, event: str, listed: Listed) -> tuple[Member, dict[str, Sector]]:
    """That stock and the sectors of the event, with the configured sector that has it or else one of its own.

    Raises:
        UsageError: there is none; the nearest is named.
    """
    sectors = settings.family(event)
    member = find_stock(settings, asked, listed)
    for name, sector in [*sectors.items(), *settings.sectors.items(), (_UNLISTED, _alone(member))]:
        if member.ticker in {known.ticker for known in sector.members}:
            return member, sectors | {name: sector}
    raise AssertionError("the last sector has it")


def _alone(member: Member) -> Sector:
    return Sector(name=Name(ko=member.ko, en=member.en), members=(member.model_copy(update={"theme": None}),))


def find_stock(settings: Settings, asked: str, listed: Listed) -> Member:
    """The stock of that code or name, or the only one whose name holds it: among the sectors, then those `listed`.

    Raises:
        UsageError: no such stock is known, with the nearest.
    """
    known = list({member.ticker: member for sector in settings.sectors.values() for member in sector.members}.values())
    if found := _named(known, asked):
        return found
    others = listed()
    if found := _named(others, asked):
        return found
    meant = _meant([*known, *others], asked)
    nearest = _(": did you mean {near}?", near=meant) if meant else ""
    where = "" if others else _("; `screener sync` with an account covers the whole market")
    raise UsageError(
        "no stock {asked!r} in the sectors or the store{meant}{where}", asked=asked, meant=nearest, where=where
    )


def _named(known: Sequence[Member], asked: str) -> Member | None:
    wanted = (code_of(asked) or unicodedata.normalize("NFC", asked)).casefold()
    for member in known:
        if wanted in (member.ticker.casefold(), member.ko.casefold(), member.en.casefold()):
            return member
    holding = [] if asked.isdecimal() else _holding(known, wanted)
    return holding[0] if len(holding) == 1 else None


def _holding(known: Sequence[Member], wanted: str) -> list[Member]:
    return [member for member in known if wanted in member.ko.casefold() or wanted in member.en.casefold()]


def _meant(known: Sequence[Member], asked: str) -> str:
    """The nearest stocks, named in the language of the process: those that hold what was asked for, else alike ones."""
    near = _holding(known, asked.casefold())
    if not near and not asked.isdecimal():
        names = {word: member for member in known for word in (member.ko, member.en)}
        near = [names[member] for member in difflib.get_close_matches(asked, list(names), n=_NEAREST, cutoff=0.5)]
    once = {member.ticker: member for member in near}
    return _(" or ").join(f"{ticker} {name_of(member)}" for ticker, member in list(once.items())[:_NEAREST])


def listed_stocks(source: str, market: Sequence[Path], event: Event, access: Callable[[], Connections]) -> list[Member]:
    """Every stock of the market files, or of the store's last whole-market session; none where there is neither.

    `source` and `market` are what the user asked for; `access` is opened if the store is read.
    """
    from screener.data.sources import SOURCES
    from screener.data.universe import market_of_files
    from screener.krx.tables import MARKET

    if source.startswith("file:"):
        if not market:
            return []
        whole = market_of_files(market, event.earliest_session)
        return _members(whole.tickers, whole.names, whole.markets)
    for name in SOURCES:
        table = access().store.table(name, MARKET)
        last = table.info().last
        if last is not None:
            words = ("ticker", "name", "market")
            return _members(*table.read(("date", *words), last, last).select(words).to_pydict().values())
    return []


def _members(tickers: Sequence[str], names: Sequence[str], segments: Sequence[str]) -> list[Member]:
    """Stocks by code, name and segment; those of other markets than the two are left out."""
    # What comes from outside has no need to pass the checks of a configuration file twice.
    return [
        Member.model_construct(ticker=ticker, ko=name, en=name, market=market)
        for ticker, name, segment in zip(tickers, names, segments, strict=True)
        for market in MARKETS
        if segment.startswith(market)
    ]


def stocks_of(sectors: Mapping[str, Sector]) -> list[Stock]:
    return [
        Stock(member.ticker, member.ko, member.en, member.market, name, member.theme)
        for name, sector in sectors.items()
        for member in sector.members
    ]
