"""scan.csv, groups.csv and industries.csv."""

from __future__ import annotations

from screener.report.columns.common import (
    CAAR_TESTED,
    FIRST,
    LAST,
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
)
from screener.report.columns.stocks import (
    BENCHMARK_RETURN,
    CAR,
    FLAGS,
    MARKET,
    NAME,
    PLACEBO_P,
    RAW_RETURN,
    SYMBOL,
    TICKER,
)

SCAN = TableSpec(
    "scan",
    "One stock of the whole market in the leading window, the highest score first.",
    (
        *FIRST,
        TICKER,
        SYMBOL,
        NAME,
        MARKET,
        Column("sectors", Unit.TEXT, "Ids of the configured sectors that hold it, apart by spaces.", "none does"),
        Column("group", Unit.NUMBER, "Number of the discovered group that holds it.", "none does"),
        *WINDOW,
        RAW_RETURN,
        BENCHMARK_RETURN,
        CAR,
        Column("t", Unit.STATISTIC, "t of car.", CAR.empty),
        PLACEBO_P,
        Column(
            "q", Unit.PROBABILITY, "p among the ordinary sessions of all stocks, for their number.", PLACEBO_P.empty
        ),
        VOLUME_RATIO,
        Column(
            "score", Unit.SCORE, "One signed number for how large and certain the move was, and how much was traded."
        ),
        Column("rank", Unit.COUNT, "Place by score, 1 = highest."),
        Column("verdict", Unit.TEXT, VERDICT.meaning, "there is no q to carry a verdict"),
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
        Column("group", Unit.NUMBER, "Number of the group."),
        Column("strongest", Unit.NAME, "Names of the members that go most with all others."),
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
    (*FIRST, Column("industry", Unit.NAME, "Name of the industry, in Korean."), *WINDOW, *_FIGURES, *_END, *LAST),
)
