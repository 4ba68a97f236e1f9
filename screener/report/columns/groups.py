"""Tables of sectors, themes and spreads, of their paths and trend, of price levels and of claims."""

from __future__ import annotations

from screener.analysis.model import VERDICTS
from screener.analysis.scores import PARTS
from screener.report.columns.common import (
    CAAR_TESTED,
    CONFOUNDERS,
    FIRST,
    INTERVAL,
    LAST,
    LASTING,
    NO_STUDY,
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
    part,
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


def _test(name: str) -> Column:
    """A test beside the headline."""
    if name in _TESTS:
        return Column(name, Unit.STATISTIC, _TESTS[name], _NO_TEST)
    of = next(test for test in _TESTS if test.partition("_")[2] == name.removeprefix("p_"))
    return Column(name, Unit.PROBABILITY, f"Two-sided p of {of}.", _NO_TEST)


_NO_FLOWS = "the source has no flows, or lacks a session of a member with a return"

SECTORS = TableSpec(
    "sectors",
    "One sector, or one theme of it, in one window.",
    (
        *FIRST,
        SECTOR,
        THEME,
        Column("n", Unit.COUNT, "Members with a return over the window."),
        Column("n_skipped", Unit.COUNT, "Members without an abnormal return."),
        *WINDOW,
        Column("mean_return_ew", Unit.RETURN, "Mean return of these members.", NO_MEMBER),
        Column(
            "mean_return_cw",
            Unit.RETURN,
            "The same, weighted by capitalisation at the base.",
            f"{NO_MEMBER}, or {_NO_CAP}",
        ),
        Column("median_return", Unit.RETURN, "Their median return.", NO_MEMBER),
        Column("breadth_up", Unit.SHARE, "Share of them that rose.", NO_MEMBER),
        Column("caar_ew", Unit.RETURN, "Mean cumulative abnormal return of the members that have one.", NO_CAAR),
        Column("caar_cw", Unit.RETURN, "The same, weighted by capitalisation at the base.", f"{NO_CAAR}, or {_NO_CAP}"),
        *(_test(name) for name in ("t_portfolio", "p_portfolio", "z_patell", "t_bmp")),
        Column(
            "rbar",
            Unit.CORRELATION,
            "Mean correlation of two members' residuals in the estimation window.",
            f"{NO_STUDY}, or fewer than two members have an abnormal return",
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
        ),
        Column("institution_net", Unit.KRW, "The same of institutions.", _NO_FLOWS),
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
        Column("p_kp", Unit.PROBABILITY, "Two-sided p of t_kp.", _NO_KP),
        Column("r_ab", Unit.CORRELATION, "Mean correlation of residuals between a member of a and one of b.", _NO_KP),
        *PLACEBO_TEST,
        CAAR_TESTED,
        *INTERVAL,
        Column(
            "detectable",
            Unit.RETURN,
            "Smallest true difference that the headline test would find in 80 % of cases at the 5 % level.",
            PLACEBO_TEST[0].empty,
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
        Column("planted", Unit.RETURN, "Cumulative abnormal return that was put in."),
        Column("caar_ew", Unit.RETURN, "What the study found.", NO_CAAR),
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
