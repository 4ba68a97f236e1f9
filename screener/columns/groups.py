"""Columns of sectors, themes, spreads, industries and discovered groups, of their paths, trend, levels and sessions."""

from __future__ import annotations

from screener.columns.column import BY_LANGUAGE, Column, TableSpec, Unit
from screener.columns.shared import (
    AROUND_CAAR,
    CAAR_TESTED,
    FAMILY_N,
    HALF_WIDTH,
    LASTING,
    NAME,
    NO_STUDY,
    NO_TEST,
    P_FAMILY,
    P_POOLED,
    PARTS,
    PLACEBO_Q,
    PLACEBO_TEST,
    POST_HOC,
    RANDOM_SHARE,
    STEADY,
    UNDEFINED,
    VOLUME_RATIO,
    confounders,
    interval,
    score,
    tested,
    window,
)

_SECTOR = Column("sector", Unit.NAME, "Id of the sector.")
_THEME = Column("theme", Unit.NAME, "Theme of that sector.", "the row is about the whole sector")
_NO_MEMBER = "no member has a return"
_NO_CAAR = f"{NO_STUDY}, or no member has an abnormal return on every session of the window"
_NO_CAP = "the capitalisation of one of them is unknown"
_NO_TEST = f"{NO_STUDY}, or the test has no value, see `undefined`"
_NO_LEFT_OUT = "the row is about a theme, or there is no score or no second member"
_NO_FLOWS = "the source has no flows, or lacks a session of a member with a return"

_PATELL, _P_PATELL = tested(
    "z_patell", "z of Patell, which assumes independence of the members; for comparison only.", _NO_TEST
)
_BMP, _P_BMP = tested("t_bmp", "t of Boehmer, Musumeci and Poulsen, with the same assumption.", _NO_TEST)

SECTORS = TableSpec(
    "sectors",
    "One sector, or one theme of it, in one window.",
    _SECTOR,
    _THEME,
    Column("n", Unit.COUNT, "Members with a return over the window."),
    Column("n_skipped", Unit.COUNT, "Members without an abnormal return."),
    *window(),
    Column("mean_return_ew", Unit.RETURN, "Mean return of these members.", _NO_MEMBER),
    Column(
        "mean_return_cw",
        Unit.RETURN,
        "The same, weighted by capitalisation at the base.",
        f"{_NO_MEMBER}, or {_NO_CAP}",
    ),
    Column("median_return", Unit.RETURN, "Their median return.", _NO_MEMBER),
    Column("breadth_up", Unit.SHARE, "Share of them that rose.", _NO_MEMBER),
    Column("caar_ew", Unit.RETURN, "Mean cumulative abnormal return of the members that have one.", _NO_CAAR),
    Column("caar_cw", Unit.RETURN, "The same, weighted by capitalisation at the base.", f"{_NO_CAAR}, or {_NO_CAP}"),
    *tested(
        "t_portfolio", "t of the equal-weight portfolio, which does not assume independence of its members.", _NO_TEST
    ),
    _PATELL,
    _BMP,
    Column(
        "rbar",
        Unit.CORRELATION,
        "Mean correlation of two members' residuals in the estimation window.",
        f"{NO_STUDY}, or fewer than two members have an abnormal return",
    ),
    *tested("t_adj_bmp", "t_bmp adjusted for the members' correlation (Kolari and Pynnonen).", _NO_TEST),
    *tested(
        "t_grank",
        "Generalised rank t, adjusted for the same correlation; rejects somewhat too often on real returns.",
        _NO_TEST,
    ),
    *PLACEBO_TEST,
    PLACEBO_Q,
    VOLUME_RATIO,
    *score("a sector or theme", "p_family"),
    Column("members", Unit.COUNT, "Members, with a return or without."),
    Column(
        "benchmark_return",
        Unit.RETURN,
        "Mean benchmark return of the members with a return.",
        f"{_NO_MEMBER}, or the source has no index",
    ),
    POST_HOC,
    P_FAMILY,
    CAAR_TESTED,
    *AROUND_CAAR,
    *tested("z_corrado", "Rank z of Corrado.", _NO_TEST),
    _P_PATELL,
    _P_BMP,
    Column("undefined", Unit.TEXT, "Tests without a value, with reasons.", "all have a value, or nothing was tested"),
    *PARTS,
    STEADY,
    Column("score_low", Unit.SCORE, "Lowest score when each member is left out once.", _NO_LEFT_OUT),
    Column("score_high", Unit.SCORE, "Highest score when each member is left out once.", _NO_LEFT_OUT),
    Column(
        "score_maker",
        Unit.TEXT,
        "Ticker of the member without which the score differs by 25 or more.",
        "there is no such member",
    ),
    *LASTING,
    Column("n_up", Unit.COUNT, "Members that rose."),
    Column("n_flat", Unit.COUNT, "Members that were unchanged."),
    Column("n_down", Unit.COUNT, "Members that fell."),
    Column(
        "foreign_net",
        Unit.KRW,
        "Net purchases of the members by foreign investors over the window.",
        _NO_FLOWS,
    ),
    Column("institution_net", Unit.KRW, "Net purchases by institutions.", _NO_FLOWS),
    RANDOM_SHARE,
    confounders(),
    Column(
        "as_extreme_on",
        Unit.TEXT,
        "Ordinary sessions that were as extreme, the most extreme first, separated by spaces; placebo_rank is their "
        "number plus 1.",
        f"none was, or {NO_TEST}",
    ),
    FAMILY_N,
    beside=(
        NAME,
        HALF_WIDTH,
        Column("undefined_tests", Unit.TEXT, "Names of the tests without a value."),
        Column("as_extreme_z", Unit.TEXT, "z_ewma of each of these sessions, separated by spaces."),
    ),
)

_SIDES = (
    Column("sector_a", Unit.NAME, "Id of the sector held long, or SECTOR:theme."),
    Column("sector_b", Unit.NAME, "Id of the sector held short, or SECTOR:theme."),
)
_NO_PORTFOLIO = f"{NO_STUDY}, or a side has no member with an abnormal return"
_NO_KP = f"{NO_STUDY}, or a side has fewer than 5 members with an abnormal return, or unknown correlations"

SPREADS = TableSpec(
    "spreads",
    "One sector or theme minus another, in one window; every figure is a difference, a minus b.",
    *_SIDES,
    *window(),
    Column("n_a", Unit.COUNT, "Members of a with a return over the window."),
    Column("n_b", Unit.COUNT, "Members of b with a return over the window."),
    Column("mean_return_ew", Unit.RETURN, "Mean returns.", f"of a side {_NO_MEMBER}"),
    Column(
        "mean_return_cw",
        Unit.RETURN,
        "Mean returns weighted by capitalisation at the base.",
        f"of a side {_NO_MEMBER}, or {_NO_CAP}",
    ),
    Column("caar_ew", Unit.RETURN, "Abnormal return of the portfolio that is long a and short b.", _NO_PORTFOLIO),
    *tested("t_portfolio", "t of that portfolio.", _NO_PORTFOLIO),
    *tested(
        "t_kp", "Two-sample t that remains valid if the event itself raised the variance (Kolari and Pynnonen).", _NO_KP
    ),
    Column("r_ab", Unit.CORRELATION, "Mean correlation of residuals between a member of a and one of b.", _NO_KP),
    *PLACEBO_TEST,
    CAAR_TESTED,
    *AROUND_CAAR,
    Column(
        "detectable",
        Unit.RETURN,
        "Smallest true difference that the headline test would find in 80% of cases at the 5% level.",
        f"{NO_TEST}, or the pair was chosen",
    ),
    UNDEFINED,
    confounders(),
    Column(
        "chosen",
        Unit.FLAG,
        "1 = the event names no pair, so this is the strongest minus the weakest sector of the leading window. "
        "The same "
        "choice is made on each ordinary session that placebo_rank counts; the other p-values ignore it and are empty.",
    ),
    beside=(HALF_WIDTH,),
)

PLACEBOS = TableSpec(
    "placebos",
    "One ordinary session with which a spread of the event was compared.",
    *_SIDES,
    *window(),
    Column("ordinary", Unit.COUNT, "Number of the ordinary session, 1 = the earliest."),
    Column("z_ewma", Unit.STATISTIC, "Statistic of the headline test with that session as the event day."),
)

_SESSION = (Column("tau", Unit.TAU, "The session."), Column("date", Unit.DATE, "Its day."))

PATHS = TableSpec(
    "paths",
    "One sector, or one theme of it, on one session around the event.",
    _SECTOR,
    _THEME,
    *_SESSION,
    Column("n", Unit.COUNT, "Members with an abnormal return that day."),
    Column("aar", Unit.RETURN, "Their mean abnormal return that day.", "none of them has one"),
    Column(
        "caar", Unit.RETURN, "The sum of aar since the base, the session before the event, alpha included; 0 there."
    ),
    *interval(
        " around caar, by the headline test",
        f"{NO_STUDY}, or the row is about a theme, or there are too few ordinary sessions",
    ),
    beside=(NAME, POST_HOC, HALF_WIDTH),
)

LEVELS = TableSpec(
    "levels",
    "One index, sector or stock on one session around the event.",
    Column("series", Unit.NAME, "Market of an index, id of a sector, SECTOR:theme, or ticker."),
    Column("kind", Unit.TEXT, "index, sector or stock."),
    *_SESSION,
    Column("level", Unit.GROWTH, "Value of 1 won invested at the base close.", "there is no close that day"),
)

TREND = TableSpec(
    "trend",
    "One sector in the report of one session, over all days from the event day to that session.",
    _SECTOR,
    Column("tau", Unit.TAU, "Last session of that report."),
    Column("reported", Unit.DATE, "Day of that session: the as_of of the report."),
    Column("score", Unit.SCORE, "Score over those days.", "the report has none"),
    Column("rank", Unit.COUNT, "Rank among the sectors of that report, 1 = highest score.", "the report has no rank"),
    Column("caar_ew", Unit.RETURN, "Mean cumulative abnormal return over those days.", _NO_CAAR),
    Column(
        "q",
        Unit.PROBABILITY,
        "placebo_p adjusted for the number of sectors (Benjamini and Hochberg).",
        "the report has none",
    ),
    Column(
        "p_family", Unit.PROBABILITY, "The corrected p over those days (Westfall and Young).", "the report has none"
    ),
    optional=True,
)

PLANTED = TableSpec(
    "planted",
    "One sector of a simulated market in one window: the true effect and the estimate.",
    _SECTOR,
    *window(),
    Column("planted", Unit.RETURN, "True cumulative abnormal return of the simulation."),
    Column("caar_ew", Unit.RETURN, "Estimate of the study.", _NO_CAAR),
    *interval("", _NO_CAAR),
    Column("covered", Unit.FLAG, "1 = the confidence interval contains the true effect."),
    confounders(),
    beside=(_THEME, NAME, POST_HOC),
    optional=True,
)

_NO_CAR = "no member has an abnormal return"
_FIGURES = (
    *window(),
    Column("n", Unit.COUNT, "Members with an abnormal return."),
    Column("members", Unit.COUNT, "Members."),
    Column("mean_return_ew", Unit.RETURN, "Mean return of those with an abnormal return.", _NO_CAR),
    Column("caar_ew", Unit.RETURN, "Their mean cumulative abnormal return.", _NO_CAR),
    Column("breadth_up", Unit.SHARE, "Share of them that rose.", _NO_CAR),
    *PLACEBO_TEST,
    P_POOLED,
    Column(
        "q",
        Unit.PROBABILITY,
        "p_pooled adjusted for the number of groups (Benjamini and Hochberg). For a discovered group p_pooled compares "
        "with the groups that the same search finds on ordinary sessions.",
        "the headline test has no value, or there are too few ordinary sessions",
    ),
    P_FAMILY,
    *tested("t_portfolio", "t of the equal-weight portfolio.", NO_TEST),
    Column(
        "q_portfolio",
        Unit.PROBABILITY,
        "p_portfolio adjusted for the number of groups (Benjamini and Hochberg): significant on most ordinary "
        "sessions, "
        "so it is not evidence.",
        NO_TEST,
    ),
    CAAR_TESTED,
    Column("half_width", Unit.RETURN, "Half the width of the 95% confidence interval around caar_tested.", NO_TEST),
)
_MEMBERS = (
    Column(
        "overlap", Unit.TEXT, "Configured sectors, each with the share of the members it contains.", "none contains any"
    ),
    Column(
        "tickers",
        Unit.TEXT,
        "Tickers of the members, separated by spaces; in a discovered group the most typical first.",
    ),
    UNDEFINED,
    RANDOM_SHARE,
)
_SHARES = Column("overlap_shares", Unit.TEXT, "Dictionary of the same shares by sector.")

GROUPS = TableSpec(
    "groups",
    "One group of stocks that moved together before the event, the most extreme first.",
    Column("group", Unit.NUMBER, "Number of the group."),
    Column("strongest", Unit.NAME, "Names of the members most correlated with the others.", suffixes=BY_LANGUAGE),
    *_FIGURES,
    Column("correlation", Unit.CORRELATION, "Mean correlation of two members before the event."),
    Column("as_extreme", Unit.COUNT, "Ordinary sessions on which the search found a group as extreme."),
    Column("ordinary", Unit.COUNT, "Ordinary sessions on which the search was repeated."),
    *_MEMBERS,
    beside=(_SHARES, Column("stocks", Unit.TEXT, "Tuple of the members (analysis.model.Stock), the strongest first.")),
)

INDUSTRIES = TableSpec(
    "industries",
    "One industry of the exchange, the most extreme first.",
    Column("industry", Unit.NAME, "Name of the industry, in Korean."),
    *_FIGURES,
    *_MEMBERS,
    beside=(_SHARES,),
)

_NO_STATISTIC = "the sector or stock has no return that day, or too few before it"

DAYS = TableSpec(
    "days",
    "One session of one sector, theme or stock, the most extreme first.",
    Column("series", Unit.NAME, "Id of the sector, SECTOR:theme, or ticker."),
    NAME,
    Column("date", Unit.DATE, "The session."),
    Column("tau", Unit.TAU, "Position relative to the event day, which is 0."),
    Column("rank", Unit.COUNT, "Rank by |z_ewma| among the sessions of this table, 1 = most extreme.", _NO_STATISTIC),
    Column(
        "z_ewma",
        Unit.STATISTIC,
        "Abnormal return over its expected volatility: the statistic of the headline test, with an estimation "
        "window of "
        "its own for each session.",
        _NO_STATISTIC,
    ),
    Column("raw_return", Unit.RETURN, "Mean return of the members, or the return of the stock.", "none has a return"),
    Column(
        "abnormal_return",
        Unit.RETURN,
        "Return minus expected return of the portfolio, estimated as a whole before that session.",
        _NO_STATISTIC,
    ),
    Column(
        "benchmark_return",
        Unit.RETURN,
        "Mean benchmark return of the members with a return.",
        "none has a return, or the source has no index",
    ),
    Column(
        "volume_ratio",
        Unit.RATIO,
        "Volume over its daily mean in the estimation window of that session; of a group, the median of its members'.",
        "the source gives no volume, or there was none in the estimation window",
    ),
    Column("n", Unit.COUNT, "Members with a return that day."),
    Column(
        "ordinary",
        Unit.FLAG,
        "1 = one of the ordinary sessions that the event is ranked among; placebo_n is their number plus 1.",
    ),
    Column(
        "as_extreme",
        Unit.FLAG,
        "1 = an ordinary session with |z_ewma| at least that of the event; placebo_rank is their number plus 1.",
    ),
    Column("events", Unit.TEXT, "Configured events of that day.", "there is none", BY_LANGUAGE),
    Column(
        "confounders",
        Unit.TEXT,
        "Other configured news that moved prices that day, each with its own day.",
        "no other news is configured",
        BY_LANGUAGE,
    ),
)
