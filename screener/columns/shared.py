"""Columns that several tables have."""

from __future__ import annotations

from screener.columns.column import ADDED, BY_LANGUAGE, Column, Unit

NO_STUDY = "`model` is empty"
NO_TEST = f"{NO_STUDY}, or the headline test has no value, see `undefined`"
_NO_EVIDENCE = f"{NO_TEST}, or the group was put together after the event"
_NO_STATISTIC = f"{NO_STUDY}, or z_ewma is empty"

NAME = Column("name", Unit.NAME, "Name, in the language of the report.", suffixes=BY_LANGUAGE)
POST_HOC = Column(
    "post_hoc", Unit.FLAG, "1 = put together after the event because of how it moved: descriptive only, not evidence."
)
HALF_WIDTH = Column("half_width", Unit.RETURN, "Half the width of the 95% confidence interval.", NO_TEST)


def window(of: str = "the", empty: str = "") -> tuple[Column, Column]:
    """First and last session of a window."""
    return (
        Column("window_start", Unit.TAU, f"First session of {of} window.", empty),
        Column("window_end", Unit.TAU, f"Last session of {of} window.", empty),
    )


def confounders(of: str = "the") -> Column:
    """Other news in a window."""
    meaning = f"Other news that moved prices during {of} window, each with its day."
    return Column("confounders", Unit.TEXT, meaning, "no other news is configured", ADDED)


def interval(what: str, empty: str) -> tuple[Column, Column]:
    """Both ends of a 95% confidence interval; `what` continues the sentence."""
    return (
        Column("ci_low", Unit.RETURN, f"Lower end of the 95% confidence interval{what}.", empty),
        Column("ci_high", Unit.RETURN, "Upper end of that confidence interval.", empty),
    )


def tested(t: str, meaning: str, empty: str) -> tuple[Column, Column]:
    """A t statistic and its p."""
    name = t.partition("_")[2]
    return Column(t, Unit.STATISTIC, meaning, empty), Column(
        f"p_{name}", Unit.PROBABILITY, f"Two-sided p of {t}.", empty
    )


PLACEBO_TEST = (
    Column(
        "z_ewma",
        Unit.STATISTIC,
        "Statistic of the headline test: the portfolio's cumulative abnormal return over its expected volatility, "
        "estimated from the sessions before it.",
        NO_TEST,
    ),
    Column(
        "placebo_rank",
        Unit.COUNT,
        "Rank of |z_ewma| among ordinary sessions of the same portfolio before the event, 1 = none was as extreme.",
        NO_TEST,
    ),
    Column("placebo_n", Unit.COUNT, "Number of ordinary sessions, plus 1 for the event.", _NO_STATISTIC),
    Column(
        "placebo_p",
        Unit.PROBABILITY,
        "p of the headline test, for this row alone: placebo_rank / placebo_n.",
        NO_TEST,
    ),
)
PLACEBO_Q = Column(
    "q",
    Unit.PROBABILITY,
    "placebo_p adjusted for the number of sectors, or of themes (Benjamini and Hochberg).",
    _NO_EVIDENCE,
)
P_FAMILY = Column(
    "p_family",
    Unit.PROBABILITY,
    "The corrected p: placebo_p corrected for all groups of the same kind by their joint distribution "
    "(Westfall and Young).",
    _NO_EVIDENCE,
)
FAMILY_N = Column(
    "family_n",
    Unit.COUNT,
    "Ordinary sessions behind p_family: those on which all tested groups of the same kind have a statistic; given "
    "even if they are too few for a p_family. The smallest p_family is 1 / (family_n + 1).",
    f"{NO_STUDY}, or the group was put together after the event",
)
P_POOLED = Column(
    "p_pooled",
    Unit.PROBABILITY,
    "Two-sided p of z_ewma among the ordinary sessions of all rows together; q adjusts it for the number of rows.",
    "there are fewer than 39 ordinary sessions",
)
CAAR_TESTED = Column(
    "caar_tested",
    Unit.RETURN,
    "The abnormal return under test: that of the portfolio estimated as a whole, which differs slightly from caar_ew "
    "if members were listed late.",
    NO_TEST,
)
AROUND_CAAR = interval(" around caar_ew: the effects that the headline test does not reject", NO_TEST)
UNDEFINED = Column("undefined", Unit.TEXT, "Why the headline test has no value.", "it has one, or nothing was tested")

RANDOM_SHARE = Column(
    "random_share",
    Unit.SHARE,
    "Share of random groups of stocks that are significant at 5% over the window: 0.05 is expected; above 0.10 there "
    "is no verdict.",
    f"{NO_STUDY}, or the source has no whole market",
)
VOLUME_RATIO = Column(
    "volume_ratio",
    Unit.RATIO,
    "Mean daily volume in the window over the mean in the estimation window; for a group, the median over its members.",
    "the source has no volume, or there was none in the estimation window",
)


def verdict(of: str, p: str, empty: str) -> Column:
    """The verdict on `of`, which rests on the column `p`."""
    return Column(
        "verdict",
        Unit.TEXT,
        f"Of {of}: winner (abnormal return above 0, score of 25 or more, {p} of .10 or less), loser (below 0, score of "
        f"-25 or less, same {p}), else no clear effect; withheld if the mix of two kinds of closes alone could "
        "cause the difference, or `random_share` is too large; cannot be tested if there are too few ordinary sessions "
        f"for a {p} of .10.",
        empty,
    )


_SCORE_AND_RANK = (
    Column(
        "score",
        Unit.SCORE,
        "Score of the move: its size, certainty, persistence, breadth and trading volume in one signed number.",
        "magnitude or certainty is unknown",
    ),
    Column(
        "rank",
        Unit.COUNT,
        "Rank by score in its window, 1 = highest: stocks among stocks, sectors among sectors, themes among themes.",
        "there is no score, or the group was put together after the event and is not evidence",
    ),
)


def score(of: str, p: str) -> tuple[Column, ...]:
    """Score and rank, and the verdict on `of`, which rests on the column `p`."""
    empty = "there is no abnormal return, or the group was put together after the event and is not evidence"
    return (*_SCORE_AND_RANK, verdict(of, p, empty))


STEADY = Column(
    "steady",
    Unit.SHARE,
    "Rank stability: share of 1,000 random weightings of the parts of the score that leave the row in its third of the "
    "ranking.",
    "there is no rank",
)
LASTING = (
    Column(
        "lasting",
        Unit.TEXT,
        "State of the event day's move at the end of the window: held, faded, reversed, extended or delayed.",
        "nothing moved, or the window does not begin with the event day, or ends with it",
    ),
    Column(
        "half_life",
        Unit.SESSIONS,
        "Sessions after the event day until half of the move was reversed.",
        "the move neither faded nor reversed",
    ),
)
_PARTS = {
    "magnitude": ("percentile of the size of the move, with its sign", "no abnormal return"),
    "certainty": ("1 - placebo_p, with the sign of the move", "no placebo_p"),
    "persistence": (
        "share of the event day's move that remains at the end of the window, with the sign of the window's move",
        "no abnormal return, or a window that does not begin with the event day, or ends with it",
    ),
    "breadth": ("-1 = all members fell, +1 = all rose", "no member has a return"),
    "volume": ("volume above its usual level, with the sign of the move", "no volume_ratio or no abnormal return"),
}
PARTS = tuple(
    Column(f"score_{name}", Unit.PART, f"Part of the score: {meaning}.", f"there is {empty}")
    for name, (meaning, empty) in _PARTS.items()
)
"""Of the score."""
