"""The answer of each screen, ready for every face."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from screener.app import scan
from screener.app.compare import make_comparison
from screener.app.report import Request, make_report
from screener.app.stock import make_card
from screener.config import Settings
from screener.errors import UsageError
from screener.report.answer import (
    Answer,
    claims_answer,
    comparison_answer,
    report_answer,
    scan_answer,
    stock_answer,
)

if TYPE_CHECKING:
    from screener.data.connections import Connections

Screen = Callable[[Settings, Sequence[str], Mapping[str, Any], Callable[[], "Connections"]], Answer]
"""Answers with the settings, the names that the user gives, what else is asked for, the way to the prices, and the
language.
"""
TOP = 15
"""Stocks in each table of a scan, if nothing else is asked for."""


def of_report(
    settings: Settings, names: Sequence[str], asked: Mapping[str, Any], access: Callable[[], Connections]
) -> Answer:
    """The report on an event; `names` are sectors, none for all."""
    return report_answer(make_report(settings, Request(**{"sectors": tuple(names), **asked}), access))


def compared(
    settings: Settings, names: Sequence[str], asked: Mapping[str, Any], access: Callable[[], Connections]
) -> Answer:
    """Two sectors or themes against each other; without `names` the first configured pair."""
    if len(names) not in (0, 2):
        raise UsageError(
            "compare takes two sectors or themes, not {n}", hint="screener compare SEMI AI_SW", n=len(names)
        )
    pair = (names[0], names[1]) if names else None
    return comparison_answer(make_comparison(settings, Request(**asked), pair, access))


def of_stock(
    settings: Settings, names: Sequence[str], asked: Mapping[str, Any], access: Callable[[], Connections]
) -> Answer:
    """One stock, by its code or name."""
    if len(names) != 1:
        raise UsageError("stock takes one code or name, not {n}", hint="screener stock 000660", n=len(names))
    card = make_card(settings, Request(**asked), names[0], access)
    return stock_answer(card.report, card.ticker, card.flows)


def of_claims(
    settings: Settings, names: Sequence[str], asked: Mapping[str, Any], access: Callable[[], Connections]
) -> Answer:
    """What was claimed about an event."""
    _refuse_names("claims", names)
    return claims_answer(make_report(settings, Request(**asked), access))


def of_scan(
    settings: Settings, names: Sequence[str], asked: Mapping[str, Any], access: Callable[[], Connections]
) -> Answer:
    """The whole market, blind, with the usual filters."""
    _refuse_names("scan", names)
    known = {name: value for name, value in asked.items() if name != "model"}
    return scan_answer(scan.make_scan(settings, scan.Request(**known), access), TOP)


def _refuse_names(screen: str, names: Sequence[str]) -> None:
    if names:
        raise UsageError("{screen} takes no names", hint="leave out {names}", screen=screen, names=" ".join(names))


SCREENS: Mapping[str, Screen] = {
    "report": of_report,
    "compare": compared,
    "stock": of_stock,
    "claims": of_claims,
    "scan": of_scan,
}
