"""Everything about one stock around the event."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from screener.app.flows import load_flows
from screener.app.report import Request, make_report
from screener.choices import MARKETS
from screener.config import Settings
from screener.config.models import Member, Name, Sector
from screener.errors import UsageError
from screener.i18n import _, language
from screener.report.model import Flow, Report

if TYPE_CHECKING:
    from screener.data.connections import Connections

UNLISTED = "OTHER"
"""Sector of a stock that no configured sector holds."""
NEAREST = 3
"""Stocks that are suggested where none has the name."""


@dataclass(frozen=True)
class Card:
    """A stock, the report on it and on all others, and who bought it."""

    ticker: str
    report: Report
    flows: tuple[Flow, ...]
    """By session of the event windows; empty where the store holds none."""


def make_card(settings: Settings, request: Request, asked: str, access: Callable[[], Connections]) -> Card:
    """The card of the stock with that code or name.

    Raises:
        UsageError: no such stock is known, with the nearest.
    """
    member = _find(settings, request, asked, access)
    sectors = dict(settings.sectors)
    if all(member.ticker not in {one.ticker for one in sector.members} for sector in sectors.values()):
        sectors[UNLISTED] = Sector(name=Name(ko=member.ko, en=member.en), members=(member,))
    # Beside all other stocks, so that its score and its q are those of the report.
    whole = replace(settings, sectors=sectors, claims={})
    report = make_report(whole, replace(request, sectors=(), spreads=()), access)
    skipped = tuple(one for one in report.impact.skipped if one.stock.ticker == member.ticker)
    report = replace(report, impact=replace(report.impact, skipped=skipped))
    return Card(member.ticker, report, _flows(report, member.ticker, request, access))


def _find(settings: Settings, request: Request, asked: str, access: Callable[[], Connections]) -> Member:
    """The stock of that code or name, or the only one whose name holds it: among the sectors, then the whole market."""
    known = list({one.ticker: one for sector in settings.sectors.values() for one in sector.members}.values())
    if found := _named(known, asked):
        return found
    listed = _listed(settings, request, access)
    if found := _named(listed, asked):
        return found
    meant = _meant([*known, *listed], asked)
    nearest = _(": did you mean {near}?", near=meant) if meant else ""
    where = "" if listed else _("; `screener sync` with an account makes the whole market known")
    raise UsageError(
        "no stock {asked!r} in the sectors or the store{meant}{where}", asked=asked, meant=nearest, where=where
    )


def _named(known: Sequence[Member], asked: str) -> Member | None:
    wanted = asked.zfill(6) if asked.isdecimal() else asked.casefold()
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
        names = {word: one for one in known for word in (one.ko, one.en)}
        near = [names[one] for one in difflib.get_close_matches(asked, list(names), n=NEAREST, cutoff=0.5)]
    once = {one.ticker: one for one in near}
    return _(" or ").join(
        f"{ticker} {one.ko if language() == 'ko' else one.en}" for ticker, one in list(once.items())[:NEAREST]
    )


def _listed(settings: Settings, request: Request, access: Callable[[], Connections]) -> list[Member]:
    """Every stock of the market files, or of the store's last whole-market session; none where there is neither."""
    from screener.data.sources.stored import SOURCES
    from screener.data.universe import market_of_files
    from screener.krx.tables import MARKET

    if request.source.startswith("file:"):
        if not request.market:
            return []
        event = settings.event(request.event or settings.screener.event)
        whole = market_of_files(request.market, event.event_day or event.first_day)
        rows = zip(whole.tickers, whole.names, whole.markets, strict=True)
        return _members(rows)
    for source in SOURCES:
        table = access().store.table(source, MARKET)
        last = table.info().last
        if last is not None:
            found = table.read(("date", "ticker", "name", "market"), last, last).to_pylist()
            return _members((str(row["ticker"]), str(row["name"]), str(row["market"])) for row in found)
    return []


def _members(rows: Iterable[tuple[str, str, str]]) -> list[Member]:
    """Stocks by code, name and segment; those of other markets than the two are left out."""
    # What comes from outside has no need to pass the checks of a configuration file twice.
    return [
        Member.model_construct(ticker=ticker, ko=name, en=name, market=market)
        for ticker, name, segment in rows
        for market in MARKETS
        if segment.startswith(market)
    ]


def _flows(report: Report, ticker: str, request: Request, access: Callable[[], Connections]) -> tuple[Flow, ...]:
    days = [day for window in report.impact.windows if window.available for day in (window.start, window.end) if day]
    known = load_flows(request.source, access, [ticker], min(days), max(days))
    if known is None:
        return ()
    columns = (known.foreign, known.institution, known.individual)
    return tuple(
        Flow(day.item(), *(None if np.isnan(value) else int(value) for value in row))
        for day, row in zip(known.days, np.hstack(columns), strict=True)
    )
