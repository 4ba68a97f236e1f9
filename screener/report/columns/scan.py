"""scan.csv, groups.csv and industries.csv."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from screener.i18n import N_, _
from screener.report import formatting
from screener.report.blocks import Cell
from screener.report.columns import (
    CAAR_TESTED,
    FIRST,
    LAST,
    ON_PAGES,
    P_FAMILY,
    PLACEBO_TEST,
    STEADY,
    UNDEFINED,
    VERDICT,
    VOLUME_RATIO,
    WINDOW,
    Column,
    TableSpec,
    Unit,
    percent,
)
from screener.report.columns.groups import SECTORS
from screener.report.columns.stocks import (
    BENCHMARK_RETURN,
    CAR,
    FLAGS,
    MARKET,
    NAME,
    PLACEBO_P,
    RAW_RETURN,
    STOCK_NAME,
    SYMBOL,
    TICKER,
)

_VERDICTS = {"winner": N_("winner"), "loser": N_("loser"), "no clear effect": N_("no clear effect")}


def _directed(value: float) -> Cell:
    """A score in the colour of its direction."""
    return Cell(formatting.signed(value, 0), value, formatting.direction(value))


SCAN = TableSpec(
    "scan",
    "One stock of the whole market in the leading window, the highest score first.",
    (
        *FIRST,
        TICKER,
        SYMBOL,
        NAME,
        MARKET,
        Column(
            "sectors",
            Unit.TEXT,
            "Ids of the configured sectors that hold it, apart by spaces.",
            "none does",
            N_("Sector"),
            priority=5,
        ),
        Column(
            "group",
            Unit.NUMBER,
            "Number of the discovered group that holds it.",
            "none does",
            N_("Group"),
            lambda group: Cell("" if math.isnan(group) else f"{group:.0f}"),
            4,
        ),
        *WINDOW,
        RAW_RETURN,
        BENCHMARK_RETURN,
        CAR,
        Column("t", Unit.STATISTIC, "t of car.", CAR.empty),
        PLACEBO_P,
        Column(
            "q",
            Unit.PROBABILITY,
            "p among the ordinary sessions of all stocks, for their number.",
            PLACEBO_P.empty,
            N_("q"),
            priority=1,
        ),
        VOLUME_RATIO,
        Column(
            "score",
            Unit.SCORE,
            "One signed number for how large and certain the move was, and how much was traded.",
            "",
            N_("Score"),
            _directed,
        ),
        Column("rank", Unit.COUNT, "Place by score, 1 = highest."),
        Column(
            "verdict",
            Unit.TEXT,
            VERDICT.meaning,
            "there is no q to carry a verdict",
            N_("Verdict"),
            lambda verdict: Cell(_(_VERDICTS[verdict])),
            3,
        ),
        Column("steady", Unit.SHARE, STEADY.meaning),
        Column("marcap", Unit.KRW, "Market capitalisation at the base.", "the source gives none"),
        Column("value", Unit.KRW, "Traded in a usual session before the event.", "the source gives none"),
        FLAGS,
        *LAST,
    ),
)


_NO_CAR = "no member has an abnormal return"

_FIGURES = (
    Column("n", Unit.COUNT, "Members with an abnormal return."),
    Column("members", Unit.COUNT, "Members."),
    Column("mean_return_ew", Unit.RETURN, "Mean return of those with an abnormal return.", _NO_CAR),
    Column("caar_ew", Unit.RETURN, "Their mean cumulative abnormal return.", _NO_CAR),
    Column("breadth_up", Unit.SHARE, "Share of them that rose.", _NO_CAR),
    *PLACEBO_TEST,
    Column(
        "q",
        Unit.PROBABILITY,
        "Of a discovered group: p for the whole search, by what it finds on ordinary sessions. Of an industry: p for "
        "the number of industries.",
        "the headline test cannot be had, or too few ordinary sessions are known",
    ),
    P_FAMILY,
    Column("t_portfolio", Unit.STATISTIC, "t of the equal-weight portfolio.", PLACEBO_TEST[0].empty),
    Column("p_portfolio", Unit.PROBABILITY, "Two-sided p of t_portfolio.", PLACEBO_TEST[0].empty),
    Column(
        "q_portfolio",
        Unit.PROBABILITY,
        "p_portfolio for the number of groups (Benjamini and Hochberg): finds something on most ordinary sessions, so "
        "it is no evidence.",
        PLACEBO_TEST[0].empty,
        N_("q of t"),
        priority=3,
    ),
    CAAR_TESTED,
    Column("half_width", Unit.RETURN, "Half of the 95 % interval around caar_tested.", PLACEBO_TEST[0].empty),
)

_SEARCHED = (
    Column("correlation", Unit.CORRELATION, "Mean correlation of two members before the event."),
    Column("as_extreme", Unit.COUNT, "Ordinary sessions on which the search found something as extreme."),
    Column("ordinary", Unit.COUNT, "Ordinary sessions on which the search was repeated."),
)

_END = (
    Column("overlap", Unit.TEXT, "Configured sectors, each with the share of the members it holds.", "none holds any"),
    Column("tickers", Unit.TEXT, "Tickers of the members, apart by spaces; of a discovered group the strongest first."),
    UNDEFINED,
)

GROUPS = TableSpec(
    "groups",
    "One group of stocks that went together before the event, the most extreme first.",
    (
        *FIRST,
        Column("group", Unit.NUMBER, "Number of the group.", header=N_("No.")),
        Column(
            "strongest", Unit.NAME, "Names of the members that go most with all others.", header=N_("Strongest members")
        ),
        *WINDOW,
        *_FIGURES,
        *_SEARCHED,
        *_END,
        *LAST,
    ),
)

INDUSTRIES = TableSpec(
    "industries",
    "One industry of the exchange, the most extreme first.",
    (
        *FIRST,
        Column("industry", Unit.NAME, "Name of the industry, in Korean.", header=N_("Industry")),
        *WINDOW,
        *_FIGURES,
        *_END,
        *LAST,
    ),
)

_OVERLAPS = 2
"""Configured sectors that are named beside a discovered group."""


def _overlap(shares: Mapping[str, float]) -> Cell:
    return Cell(", ".join(f"{sector} {share * 100:.0f}%" for sector, share in list(shares.items())[:_OVERLAPS]))


def _as_extreme(row: Any) -> Cell:
    return Cell(f"{row.as_extreme}/{row.ordinary}", row.as_extreme)


STOCKS_OF_MARKET = (
    *(TICKER, STOCK_NAME, SCAN["score"], RAW_RETURN, CAR, PLACEBO_P, SCAN["q"], VOLUME_RATIO.at(2)),
    *(SCAN["verdict"], SCAN["group"], SCAN["sectors"], FLAGS.at(6)),
)
_FOUND = (
    SECTORS["n"],
    SECTORS["mean_return_ew"],
    replace(SECTORS["caar_ew"], show=percent, priority=2),
    SECTORS["breadth_up"],
    ON_PAGES["rank"],
    SECTORS["placebo_p"].at(3),
)
GROUPS_FOUND = (
    GROUPS["group"],
    GROUPS["strongest"],
    *_FOUND,
    Column("", Unit.COUNT, header=N_("Ordinary"), show=_as_extreme, priority=2),
    SECTORS["q"].at(0),
    GROUPS["q_portfolio"],
    Column("overlap_shares", Unit.TEXT, header=N_("Overlap"), show=_overlap, priority=4),
)
INDUSTRIES_FOUND = (INDUSTRIES["industry"], *_FOUND, SECTORS["q"].at(0), P_FAMILY.at(2))
