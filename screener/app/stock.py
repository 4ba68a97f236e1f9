"""Everything about one stock around the event."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from screener.app.flows import load_flows
from screener.app.report import Request, make_report
from screener.errors import UsageError
from screener.report.model import Flow, Report
from screener.settings import Settings
from screener.settings.models import Market, Member, Name, Sector
from screener.words import say

if TYPE_CHECKING:
    from screener.market.sources.live import Access

MARKETS: tuple[Market, ...] = ("KOSPI", "KOSDAQ")
UNLISTED = "OTHER"
"""Sector of a stock that no configured sector holds."""


@dataclass(frozen=True)
class Card:
    """A stock, the report on the sectors that hold it, and who bought it."""

    ticker: str
    report: Report
    flows: tuple[Flow, ...]
    """By session of the event windows; empty where the store holds none."""


def make_card(settings: Settings, request: Request, asked: str, access: Callable[[], Access]) -> Card:
    """The card of the stock with that code or name.

    Raises:
        UsageError: no such stock is known, with the nearest.
    """
    holding = {
        identifier: sector
        for identifier, sector in settings.sectors.items()
        if any(_is(member, asked) for member in sector.members)
    }
    if holding:
        member = next(one for sector in holding.values() for one in sector.members if _is(one, asked))
    else:
        member = _of_market(settings, asked, access)
        name = Name(ko=member.ko, en=member.en)
        holding = {UNLISTED: Sector(name=name, members=(member,))}
    only = replace(settings, sectors=holding, claims={})
    report = make_report(only, replace(request, sectors=(), spreads=()), access)
    return Card(member.ticker, report, _flows(report, member.ticker, request, access))


def _is(member: Member, asked: str) -> bool:
    return asked.casefold() in (member.ticker.casefold(), member.ko.casefold(), member.en.casefold())


def _of_market(settings: Settings, asked: str, access: Callable[[], Access]) -> Member:
    """The stock among those of the store's last whole-market session."""
    from screener.market.sources.stored import SOURCES
    from screener.market.tables import MARKET

    listed: list[Member] = []
    for source in SOURCES:
        table = access().store.table(source, MARKET)
        last = table.info().last
        if last is None:
            continue
        for row in table.read(("date", "ticker", "name", "market"), last, last).to_pylist():
            market = next((one for one in MARKETS if str(row["market"]).startswith(one)), None)
            if market:
                name = str(row["name"])
                # What comes from outside has no need to pass the checks of a configuration file twice.
                listed.append(Member.model_construct(ticker=str(row["ticker"]), ko=name, en=name, market=market))
        break
    for member in listed:
        if _is(member, asked):
            return member
    known = [one for sector in settings.sectors.values() for one in sector.members] + listed
    names = {word: one for one in known for word in (one.ticker, one.ko, one.en)}
    near = difflib.get_close_matches(asked, list(names), n=3, cutoff=0.5)
    meant = say(" or ").join(f"{names[one].ticker} {names[one].en}" for one in near)
    hint = say(": did you mean {near}?", near=meant) if near else ""
    where = "" if listed else say("; `screener sync` with an account makes the whole market known")
    raise UsageError("no stock {asked!r} in the sectors or the store{hint}{where}", asked=asked, hint=hint, where=where)


def _flows(report: Report, ticker: str, request: Request, access: Callable[[], Access]) -> tuple[Flow, ...]:
    days = [day for window in report.impact.windows if window.available for day in (window.start, window.end) if day]
    known = load_flows(request.source, access, [ticker], min(days), max(days))
    if known is None:
        return ()
    columns = (known.foreign, known.institution, known.individual)
    return tuple(
        Flow(day.item(), *(None if np.isnan(value) else int(value) for value in row))
        for day, row in zip(known.days, np.hstack(columns), strict=True)
    )
