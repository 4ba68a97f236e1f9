"""stocks.csv: every stock in every window."""

from __future__ import annotations

from dataclasses import replace

from screener.analysis.scores import PARTS
from screener.i18n import N_, _
from screener.report.blocks import Cell
from screener.report.columns import (
    CONFOUNDERS,
    FIRST,
    LAST,
    LASTING,
    ON_PAGES,
    SCORE,
    STEADY,
    VOLUME_RATIO,
    WINDOW,
    Column,
    TableSpec,
    Unit,
    arrow,
    part,
    versus,
)

TICKER = Column("ticker", Unit.NAME, "Code of KRX, six characters.", header=N_("Ticker"))
SYMBOL = Column("symbol", Unit.NAME, "`KRX:` and the ticker, which no spreadsheet takes for a number.")
NAME = Column("name", Unit.NAME, "Name, in the language of the report.")
MARKET = Column("market", Unit.TEXT, "KOSPI or KOSDAQ, whose index is the benchmark.")
_FLAGS = {
    "limit_up": N_("limit up"),
    "limit_down": N_("limit down"),
    "halted": N_("halted"),
    "resumed": N_("resumed"),
    "no_estimation": N_("no estimation"),
}
FLAGS = Column(
    "flags",
    Unit.TEXT,
    "What happened in the window, apart by spaces: limit_up, limit_down, halted, resumed (first return after a halt); "
    "no_estimation (too few sessions before the event).",
    "none of it did",
    N_("Notes"),
    lambda flags: Cell(", ".join(_(_FLAGS[flag]) for flag in flags.split())),
)

NO_RETURN = "no trade on the window's last session, or on the one before its first"
NO_CAR = "no model could be fitted before the event, or a session of the window has no return"
RAW_RETURN = Column(
    "raw_return",
    Unit.RETURN,
    "Return from the close before the window to its last close.",
    NO_RETURN,
    N_("Return %"),
    arrow,
)
BENCHMARK_RETURN = Column(
    "benchmark_return", Unit.RETURN, "What the benchmark did meanwhile.", "the source has no index of that market"
)
CAR = Column(
    "car",
    Unit.RETURN,
    "Cumulative abnormal return: the sum of return minus expected return over the window.",
    NO_CAR,
    N_("CAR %"),
)
PLACEBO_P = Column(
    "placebo_p",
    Unit.PROBABILITY,
    "p of the headline test: place of the event among ordinary sessions of the same stock's past.",
    f"fewer than 39 ordinary sessions are known, or {NO_CAR}",
    N_("p"),
)


STOCKS = TableSpec(
    "stocks",
    "One stock as a member of one sector, in one window; a stock of two sectors has rows in both.",
    (
        *FIRST,
        TICKER,
        SYMBOL,
        NAME,
        MARKET,
        Column("sector", Unit.NAME, "Id of the sector that holds it."),
        Column("theme", Unit.NAME, "Theme of that sector.", "the sector has none for it"),
        *WINDOW,
        RAW_RETURN,
        BENCHMARK_RETURN,
        CAR,
        Column(
            "bhar", Unit.RETURN, "Buy-and-hold abnormal return: compound return minus compound expected return.", NO_CAR
        ),
        Column(
            "scar",
            Unit.STATISTIC,
            "car over its standard error, error of the estimates included.",
            NO_CAR,
            N_("t"),
            priority=1,
        ),
        Column("t", Unit.STATISTIC, "The same figure as the t statistic that it is.", NO_CAR),
        Column("p", Unit.PROBABILITY, "Two-sided p of t.", NO_CAR),
        Column(
            "q",
            Unit.PROBABILITY,
            "p for the number of stocks (Benjamini and Hochberg).",
            f"the stock is only in sectors that were put together after the event, or {NO_CAR}",
            N_("q"),
        ),
        PLACEBO_P,
        VOLUME_RATIO,
        *SCORE,
        FLAGS,
        Column(
            "index_weight",
            Unit.WEIGHT,
            "Part of its market's capitalisation at the base, the session before the event.",
            "the source gives no capitalisation of the stock or of its market",
        ),
        Column(
            "car_loo",
            Unit.RETURN,
            "CAR against the index without the stock itself.",
            "the stock is less than 5 % of its index, or its part is not known",
        ),
        Column("scar_loo", Unit.STATISTIC, "car_loo over its standard error.", "car_loo is empty"),
        Column(
            "index_contribution",
            Unit.RETURN,
            "What it gave to its index or took from it: index_weight times raw_return.",
            "index_weight or raw_return is empty",
        ),
        *(part(name) for name in PARTS if name != "breadth"),
        STEADY,
        *LASTING,
        Column("published_by", Unit.TEXT, "Who printed the figure.", "the figure is no newspaper's", N_("Printed by")),
        Column(
            "article",
            Unit.TEXT,
            "Headline, or file name, of the article.",
            "the figure is no newspaper's, or it has none",
        ),
        Column("ci_low", Unit.RETURN, "Lower end of the 95 % interval of car, by its t.", NO_CAR),
        Column("ci_high", Unit.RETURN, "Upper end of that interval.", NO_CAR),
        Column(
            "marcap",
            Unit.KRW,
            "Market capitalisation at the base, the session before the event.",
            "the source gives none",
        ),
        CONFOUNDERS,
        *LAST,
    ),
)

STOCK_NAME = Column("name", Unit.NAME, header=N_("Stock"))
_STARRED = Column("starred", Unit.NAME, header=N_("Stock"))
_SECTOR_NAME = Column("sector_name", Unit.NAME, header=N_("Sector"))
_SCORE = STOCKS["score"]
_ABNORMAL = (CAR, ON_PAGES["interval"].at(4), STOCKS["scar"], PLACEBO_P.at(1))


def mover_columns(*, study: bool) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """On pages: winners on the left, and losers on the right."""
    figures = (RAW_RETURN, *((CAR.at(1), PLACEBO_P.at(2)) if study else ()))
    return (replace(_STARRED, header=N_("Winner")), *figures), (replace(_STARRED, header=N_("Loser")), *figures)


def stock_columns(*, study: bool, funds: bool, printed: bool) -> tuple[Column, ...]:
    """On pages: stocks in one window."""
    first = (TICKER, _STARRED, _SECTOR_NAME.at(4), RAW_RETURN)
    if study:
        return (*first, *_ABNORMAL, _SCORE, VOLUME_RATIO.at(3), FLAGS.at(1))
    return (*first, *((versus(funds=funds).at(5), STOCKS["published_by"]) if printed else ()))


def stock_by_window(*, study: bool, funds: bool) -> tuple[Column, ...]:
    """On pages: one stock in each window."""
    benchmark = replace(BENCHMARK_RETURN, header=N_("Fund %") if funds else N_("Index %"), priority=3)
    tests = (*_ABNORMAL, STOCKS["q"].at(2), _SCORE.at(0), VOLUME_RATIO.at(3), LASTING[0])
    return (ON_PAGES["window"], RAW_RETURN, benchmark, *(tests if study else ()))


PARTS_OF_STOCKS = (
    STOCK_NAME,
    _SCORE.at(0),
    STOCKS["rank"],
    *(part(name) for name in PARTS if name != "breadth"),
    STEADY,
)
FLOWS = (
    Column("date", Unit.DATE, header=N_("Session")),
    Column("foreign", Unit.KRW, header=N_("Foreign")),
    Column("institution", Unit.KRW, header=N_("Institutions")),
    Column("individual", Unit.KRW, header=N_("Individuals")),
)
DRIVER_COLUMNS = (
    *(TICKER, STOCK_NAME, _SECTOR_NAME.at(1), CAR),
    Column("contribution", Unit.RETURN, header=N_("brought %p"), show=arrow),
)
