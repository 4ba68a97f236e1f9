"""Tables of sectors, themes and spreads, of their paths and trend, of price levels and of claims."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from screener.analysis.model import VERDICTS
from screener.analysis.scores import PARTS
from screener.i18n import N_, _
from screener.report import formatting
from screener.report.blocks import Cell
from screener.report.columns import (
    CAAR_TESTED,
    CONFOUNDERS,
    FIRST,
    INTERVAL,
    LAST,
    LASTING,
    NO_STUDY,
    ON_PAGES,
    P_FAMILY,
    PLACEBO_Q,
    PLACEBO_TEST,
    SCORE,
    STEADY,
    UNDEFINED,
    VOLUME_RATIO,
    WINDOW,
    Column,
    TableSpec,
    Unit,
    arrow,
    number,
    part,
    percent,
    versus,
)

SECTOR = Column("sector", Unit.NAME, "Id of the sector.")
THEME = Column("theme", Unit.NAME, "Theme of that sector.", "the row is about the whole sector")
NO_MEMBER = "no member has a return"
NO_CAAR = f"{NO_STUDY}, or no member has an abnormal return on every session of the window"
_NO_CAP = "the capitalisation of one of them is not known"
_NO_TEST = f"{NO_STUDY}, or the test cannot be had, as `undefined` says"
_NO_LEFT_OUT = "the row is about a theme, or there is no score or no second member"

_TESTS = {
    "t_portfolio": "t of the equal-weight portfolio, which needs no independence of its members.",
    "z_patell": "z of Patell, which assumes independence of the members: to compare, not to believe.",
    "t_bmp": "t of Boehmer, Musumeci and Poulsen, which assumes the same.",
    "t_adj_bmp": "t_bmp adjusted for the members' correlation (Kolari and Pynnonen).",
    "t_grank": "Generalised rank t, adjusted likewise; on real returns it rejects somewhat too often.",
    "z_corrado": "Rank z of Corrado.",
}


_HEADERS = {
    "p_portfolio": N_("portfolio t"),
    "p_adj_bmp": N_("adj. BMP"),
    "p_grank": N_("GRANK-T"),
    "p_patell": N_("Patell"),
    "p_bmp": N_("BMP"),
}


def _test(name: str) -> Column:
    """A test beside the headline."""
    if name in _TESTS:
        return Column(name, Unit.STATISTIC, _TESTS[name], _NO_TEST)
    of = next(test for test in _TESTS if test.partition("_")[2] == name.removeprefix("p_"))
    return Column(name, Unit.PROBABILITY, f"Two-sided p of {of}.", _NO_TEST, _HEADERS.get(name, ""))


_NO_FLOWS = "the source has no flows, or lacks a session of a member with a return"

SECTORS = TableSpec(
    "sectors",
    "One sector, or one theme of it, in one window.",
    (
        *FIRST,
        SECTOR,
        THEME,
        Column("n", Unit.COUNT, "Members with a return over the window.", header=N_("n")),
        Column("n_skipped", Unit.COUNT, "Members without an abnormal return."),
        *WINDOW,
        Column("mean_return_ew", Unit.RETURN, "Mean return of these members.", NO_MEMBER, N_("Mean %"), arrow),
        Column(
            "mean_return_cw",
            Unit.RETURN,
            "The same, weighted by capitalisation at the base.",
            f"{NO_MEMBER}, or {_NO_CAP}",
            N_("Cap-w. %"),
        ),
        Column("median_return", Unit.RETURN, "Their median return.", NO_MEMBER, N_("Median %"), priority=2),
        Column("breadth_up", Unit.SHARE, "Share of them that rose.", NO_MEMBER, N_("Up %"), priority=5),
        Column(
            "caar_ew",
            Unit.RETURN,
            "Mean cumulative abnormal return of the members that have one.",
            NO_CAAR,
            N_("CAAR %"),
            arrow,
        ),
        Column("caar_cw", Unit.RETURN, "The same, weighted by capitalisation at the base.", f"{NO_CAAR}, or {_NO_CAP}"),
        *(_test(name) for name in ("t_portfolio", "p_portfolio", "z_patell", "t_bmp")),
        Column(
            "rbar",
            Unit.CORRELATION,
            "Mean correlation of two members' residuals in the estimation window.",
            f"{NO_STUDY}, or fewer than two members have an abnormal return",
            N_("r-bar"),
        ),
        *(_test(name) for name in ("t_adj_bmp", "p_adj_bmp", "t_grank", "p_grank")),
        *PLACEBO_TEST,
        PLACEBO_Q,
        VOLUME_RATIO,
        *SCORE,
        Column("members", Unit.COUNT, "Members, with a return or without."),
        Column(
            "benchmark_return",
            Unit.RETURN,
            "Mean over the members with a return of what their benchmarks did.",
            f"{NO_MEMBER}, or the source has no index",
        ),
        Column(
            "post_hoc",
            Unit.FLAG,
            "1 = put together after the event because of how it moved: describes, is no evidence.",
        ),
        P_FAMILY,
        CAAR_TESTED,
        *INTERVAL,
        *(_test(name) for name in ("z_corrado", "p_corrado", "p_patell", "p_bmp")),
        Column("undefined", Unit.TEXT, "Which tests have no value, and why.", "all have one, or none was made"),
        *(part(name) for name in PARTS),
        STEADY,
        Column("score_low", Unit.SCORE, "Lowest score when each member is left out once.", _NO_LEFT_OUT),
        Column("score_high", Unit.SCORE, "Highest score when each member is left out once.", _NO_LEFT_OUT),
        Column(
            "score_maker",
            Unit.TEXT,
            "Ticker of the member without whom the score is another by 25 or more.",
            "there is no such member",
        ),
        *LASTING,
        Column("n_up", Unit.COUNT, "Members that rose."),
        Column("n_flat", Unit.COUNT, "Members that stayed where they were."),
        Column("n_down", Unit.COUNT, "Members that fell."),
        Column(
            "foreign_net",
            Unit.KRW,
            "What foreigners bought of the members over the window, less what they sold.",
            _NO_FLOWS,
            N_("Foreign, 100m won"),
            priority=6,
        ),
        Column(
            "institution_net",
            Unit.KRW,
            "The same of institutions.",
            _NO_FLOWS,
            N_("Institutions, 100m won"),
            priority=6,
        ),
        CONFOUNDERS,
        *LAST,
    ),
)

_SIDES = (
    Column("sector_a", Unit.NAME, "Id of the sector that is bought, or SECTOR:theme."),
    Column("sector_b", Unit.NAME, "Id of the sector that is sold, or SECTOR:theme."),
)
_NO_PORTFOLIO = f"{NO_STUDY}, or a side has no member with an abnormal return"
_NO_KP = f"{NO_STUDY}, or a side has fewer than 5 members with an abnormal return, or correlations that are not known"

SPREADS = TableSpec(
    "spreads",
    "One sector or theme minus another, in one window; every figure is a difference, a minus b.",
    (
        *FIRST,
        *_SIDES,
        *WINDOW,
        Column("n_a", Unit.COUNT, "Members of a with a return over the window."),
        Column("n_b", Unit.COUNT, "Members of b with a return over the window."),
        Column("mean_return_ew", Unit.RETURN, "Mean returns.", f"of a side {NO_MEMBER}"),
        Column(
            "mean_return_cw",
            Unit.RETURN,
            "Mean returns weighted by capitalisation at the base.",
            f"of a side {NO_MEMBER}, or {_NO_CAP}",
        ),
        Column("caar_ew", Unit.RETURN, "Abnormal return of the portfolio that holds a and has sold b.", _NO_PORTFOLIO),
        Column("t_portfolio", Unit.STATISTIC, "t of that portfolio.", _NO_PORTFOLIO),
        Column("p_portfolio", Unit.PROBABILITY, "Two-sided p of t_portfolio.", _NO_PORTFOLIO),
        Column(
            "t_kp",
            Unit.STATISTIC,
            "Two-sample t that holds where the event itself raised the variance (Kolari and Pynnonen).",
            _NO_KP,
        ),
        Column("p_kp", Unit.PROBABILITY, "Two-sided p of t_kp.", _NO_KP, N_("KP two-sample"), priority=4),
        Column("r_ab", Unit.CORRELATION, "Mean correlation of residuals between a member of a and one of b.", _NO_KP),
        *PLACEBO_TEST,
        CAAR_TESTED,
        *INTERVAL,
        Column(
            "detectable",
            Unit.RETURN,
            "Smallest true difference that the headline test would find in 80 % of cases at the 5 % level.",
            PLACEBO_TEST[0].empty,
            N_("detectable"),
            partial(number, decimals=1, scale=100),
            5,
        ),
        UNDEFINED,
        CONFOUNDERS,
        *LAST,
    ),
)

PLACEBOS = TableSpec(
    "placebos",
    "One ordinary session that a spread of the event was ranked among.",
    (
        *FIRST,
        *_SIDES,
        *WINDOW,
        Column("ordinary", Unit.COUNT, "Number of the ordinary session, 1 = the earliest."),
        Column("z_ewma", Unit.STATISTIC, "The headline test's statistic, had it been the event day."),
        *LAST,
    ),
)


_TAU = Column("tau", Unit.TAU, "The session.")
_DATE = Column("date", Unit.DATE, "Its day.")
_NO_INTERVAL = f"{NO_STUDY}, or the row is about a theme, or too few ordinary sessions are known"

PATHS = TableSpec(
    "paths",
    "One sector, or one theme of it, on one session around the event.",
    (
        *FIRST,
        SECTOR,
        THEME,
        _TAU,
        _DATE,
        Column("n", Unit.COUNT, "Members with an abnormal return that day."),
        Column("aar", Unit.RETURN, "Their mean abnormal return that day.", "none of them has one"),
        Column("caar", Unit.RETURN, "The sum of aar since the base, the session before the event; 0 there."),
        Column(
            "ci_low", Unit.RETURN, "Lower end of the 95 % interval around caar, by the headline test.", _NO_INTERVAL
        ),
        Column("ci_high", Unit.RETURN, "Upper end of that interval.", _NO_INTERVAL),
        *LAST,
    ),
)

LEVELS = TableSpec(
    "levels",
    "One index, sector or stock on one session around the event.",
    (
        *FIRST,
        Column("series", Unit.NAME, "Market of an index, id of a sector, SECTOR:theme, or ticker."),
        Column("kind", Unit.TEXT, "index, sector or stock."),
        _TAU,
        _DATE,
        Column("level", Unit.GROWTH, "What became of 1 won put into it at the base close.", "it has no close that day"),
        *LAST,
    ),
)

TREND = TableSpec(
    "trend",
    "One sector as the report of one session had it, over all days from the event to that session.",
    (
        *FIRST,
        Column("sector", Unit.NAME, "Id of the sector."),
        Column("tau", Unit.TAU, "Last session of that report."),
        Column("reported", Unit.DATE, "Its day: the as_of of that report."),
        Column("score", Unit.SCORE, "Score over those days.", "it had none"),
        Column("rank", Unit.COUNT, "Its place among the sectors then, 1 = highest score.", "it had no place"),
        Column("caar_ew", Unit.RETURN, "Mean cumulative abnormal return over those days.", NO_CAAR),
        Column("q", Unit.PROBABILITY, "p of the headline test, for the number of sectors.", "it had none"),
        *LAST,
    ),
)

PLANTED = TableSpec(
    "planted",
    "One sector of a simulated market in one window: what was planted, beside what was found.",
    (
        *FIRST,
        SECTOR,
        *WINDOW,
        Column("planted", Unit.RETURN, "Cumulative abnormal return that was put in.", header=N_("Planted")),
        Column("caar_ew", Unit.RETURN, "What the study found.", NO_CAAR, N_("Found")),
        Column("ci_low", Unit.RETURN, "Lower end of the 95 % interval.", NO_CAAR),
        Column("ci_high", Unit.RETURN, "Upper end of that interval.", NO_CAAR),
        Column("covered", Unit.FLAG, "1 = the interval holds what was planted."),
        CONFOUNDERS,
        *LAST,
    ),
)

_NO_WINDOW = "prices of the exchange cannot test it, or it is about the base alone"
_NO_VALUE = "prices cannot test it, or those that would are not there"

CLAIMS = TableSpec(
    "claims",
    "One claim about the event.",
    (
        *FIRST,
        Column("id", Unit.NAME, "Id of the claim."),
        Column("said", Unit.TEXT, "What was said."),
        Column("by", Unit.TEXT, "The articles that said it."),
        Column("date", Unit.DATE, "Day on which it was said.", "the day is not known"),
        Column(
            "kind",
            Unit.TEXT,
            "Its test: change, group, rank, versus, path, ratio or analogue.",
            "prices of the exchange cannot test it",
        ),
        Column("window_start", Unit.TAU, "First session of its window.", _NO_WINDOW),
        Column("window_end", Unit.TAU, "Last session of its window.", _NO_WINDOW),
        Column("verdict", Unit.TEXT, f"{', '.join(VERDICTS[:-1])} or {VERDICTS[-1]}."),
        Column("figures", Unit.TEXT, "The figures that the verdict rests on, in words.", "there are none"),
        Column(
            "reason",
            Unit.TEXT,
            "Why there is no verdict, or what the verdict does not carry.",
            "there is nothing to add",
        ),
        Column("against", Unit.TEXT, "Claims that say otherwise, by id or in words.", "none does"),
        Column("value", Unit.SEE_UNIT, "The figure under test.", _NO_VALUE),
        Column("unit", Unit.TEXT, "What value is: return (decimal), share, rank or ratio.", _NO_VALUE),
        Column(
            "confounders",
            Unit.TEXT,
            "What else moved prices during its window, each with its day.",
            "nothing is known to have",
        ),
        *LAST,
    ),
)


def _breadth(row: Any) -> Cell:
    """Members that rose, stayed and fell."""
    return Cell(f"{row.n_up}/{row.n_flat}/{row.n_down}" if row.n else "-", row.breadth_up)


def _left_out(row: Any) -> Cell:
    """The range of a score when each member is left out once."""
    return Cell(f"{formatting.signed(row.score_low, 0)} {formatting.signed(row.score_high, 0)}", row.score_low)


def _dotted_interval(row: Any) -> Cell:
    return Cell(f"{formatting.percent(row.ci_low)} .. {formatting.percent(row.ci_high)}", row.ci_low)


def _yes_no(value: object) -> Cell:
    return Cell(_("yes") if value else _("no"))


SECTOR_NAME = Column("name", Unit.NAME, header=N_("Sector"))
THEME_NAME = Column("name", Unit.NAME, header=N_("Theme"))
_BREADTH = Column("", Unit.COUNT, header=N_("Up/=/dn"), show=_breadth, priority=2)
_N, _MEAN, _CAP_WEIGHTED = SECTORS["n"], SECTORS["mean_return_ew"], SECTORS["mean_return_cw"]
_CAAR, _P, _Q, _SCORE = SECTORS["caar_ew"], SECTORS["placebo_p"], SECTORS["q"], SECTORS["score"]
_NET = (SECTORS["foreign_net"], SECTORS["institution_net"])
_DRAWN = (ON_PAGES["bar"].at(3), Column("spark", Unit.TEXT, header=N_("Path"), priority=5))

SUMMARY = (*(SECTOR_NAME, _N, _MEAN, _CAAR, _P, _Q, _BREADTH, VOLUME_RATIO.at(4), *_NET, _SCORE.at(1), *_DRAWN),)
"""On pages: sectors in one window, as a summary has them: size, certainty, breadth, path."""


def group_columns(first: Column, *, study: bool, funds: bool) -> tuple[Column, ...]:
    """On pages: sectors or themes in one window, with every figure; `first` names them."""
    returns = (first, _N, _MEAN, _CAP_WEIGHTED.at(3), SECTORS["median_return"])
    if not study:
        return (*returns, _BREADTH.at(0), versus(funds=funds).at(4))
    tests = (_CAAR, ON_PAGES["interval"].at(4), ON_PAGES["rank"], _P, _Q, _SCORE, VOLUME_RATIO.at(5))
    return (*returns, _BREADTH, versus(funds=funds).at(4), *tests, *_NET, *_DRAWN)


TESTS = (
    SECTOR_NAME,
    P_FAMILY.at(3),
    SECTORS["p_portfolio"],
    SECTORS["p_adj_bmp"],
    SECTORS["p_grank"].at(2),
    SECTORS["rbar"],
)
NAIVE_TESTS = (SECTOR_NAME, SECTORS["p_patell"], SECTORS["p_bmp"])
"""On pages: tests that assume independence between stocks."""


def part_columns(*, left_out: bool) -> tuple[Column, ...]:
    """On pages: what the scores of sectors are made of; `left_out`: and their range without each member."""
    columns = (SECTOR_NAME, _SCORE.at(0), SECTORS["rank"], *(part(name) for name in PARTS), STEADY)
    return (*columns, *([Column("", Unit.SCORE, "", "", N_("without one"), _left_out, 3)] if left_out else []))


_SPREAD_TESTS = (
    replace(_CAAR, show=percent),
    ON_PAGES["interval"].at(3),
    ON_PAGES["rank"],
    _P,
    SECTORS["p_portfolio"].at(3),
    SPREADS["p_kp"],
    SPREADS["detectable"],
)


def spread_columns(*, study: bool) -> tuple[Column, ...]:
    """On pages: sector against sector in one window."""
    returns = (Column("pair", Unit.NAME, header=N_("Spread")), _MEAN, _CAP_WEIGHTED.at(2))
    return (*returns, *(_SPREAD_TESTS if study else ()))


SPREAD_BY_WINDOW = (ON_PAGES["window"], _MEAN, _CAP_WEIGHTED.at(4), *_SPREAD_TESTS)


def later_columns(window: str) -> tuple[Column, ...]:
    """On pages: sectors in one further window, whose name is the header of the first column."""
    return (replace(_CAAR, header=window), _P.at(1), LASTING[0])


PLANTED_AND_FOUND = (
    SECTOR_NAME,
    ON_PAGES["window"],
    PLANTED["planted"],
    PLANTED["caar_ew"],
    replace(ON_PAGES["interval"], show=_dotted_interval),
    Column("covered", Unit.TEXT, header=N_("covered"), show=_yes_no),
)
