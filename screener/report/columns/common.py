"""The classes of the registry, and the columns that several tables share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Unit(Enum):
    """What the cells of a column hold: a label for readers, the Python type, and the decimals of a figure."""

    TEXT = "text", str
    NAME = "name", str
    """Text that says which thing a row is about."""
    NUMBER = "number", int
    """The same by number."""
    DATE = "date", date
    COUNT = "count", int
    TAU = "session", int
    FLAG = "0 or 1", bool
    RETURN = "decimal", float, 6
    GROWTH = "1 = base close", float, 6
    SHARE = "share", float, 4
    WEIGHT = "share", float, 6
    PART = "-1 to +1", float, 4
    CORRELATION = "correlation", float, 4
    RATIO = "times", float, 4
    STATISTIC = "statistic", float, 4
    PROBABILITY = "p", float, 8
    SCORE = "-100 to +100", float, 1
    SESSIONS = "sessions", float, 2
    KRW = "KRW", float, 0
    SEE_UNIT = "see `unit`", float, 6
    """Of another unit in each row, which the column `unit` names."""

    def __init__(self, label: str, holds: type, decimals: int | None = None) -> None:
        self.label, self.holds, self.decimals = label, holds, decimals


@dataclass(frozen=True)
class Column:
    """One column of a table: in files, and where it has a header, on pages."""

    name: str
    """Of the column in the frame and in every file."""
    unit: Unit
    meaning: str
    empty: str = ""
    """When a cell is empty; '' for a column that always holds something."""


@dataclass(frozen=True)
class TableSpec:
    """One table: its columns in the order of the files."""

    name: str
    row: str
    """What one row is."""
    columns: tuple[Column, ...]


NO_STUDY = "`model` is empty"
NO_TEST = f"{NO_STUDY}, or the headline test cannot be had, as `undefined` says"

FIRST = (
    Column("event", Unit.NAME, "Id of the event."),
    Column("as_of", Unit.DATE, "Last day of the prices."),
    Column(
        "source",
        Unit.TEXT,
        "Where the prices come from: openapi, pykrx-login, pykrx-keyless, store, file, press or demo.",
    ),
)
"""Every table begins with these."""

LAST = (
    Column(
        "model",
        Unit.TEXT,
        "How the expected return was formed.",
        "there is no estimation window before the event, as of newspaper figures, and so no study",
    ),
    Column("benchmark", Unit.TEXT, "What stands for the market."),
    Column(
        "banner",
        Unit.TEXT,
        "The warning that belongs on these figures.",
        "it is a study of real prices, which needs none",
    ),
)
"""Every table ends with these."""

CONFOUNDERS = Column(
    "confounders", Unit.TEXT, "What else moved prices during the window, each with its day.", "nothing is known to have"
)

WINDOW = (
    Column("window_start", Unit.TAU, "First session of the window."),
    Column("window_end", Unit.TAU, "Last session of the window."),
)

PLACEBO_TEST = (
    Column(
        "z_ewma",
        Unit.STATISTIC,
        "Statistic of the headline test: the portfolio's cumulative abnormal return over the volatility that the "
        "sessions before it let expect.",
        NO_TEST,
    ),
    Column(
        "placebo_rank",
        Unit.COUNT,
        "Place of |z_ewma| among ordinary sessions of the same portfolio's past, 1 = none was more extreme.",
        NO_TEST,
    ),
    Column("placebo_n", Unit.COUNT, "Ordinary sessions that were ranked, and the event.", NO_TEST),
    Column(
        "placebo_p",
        Unit.PROBABILITY,
        "p of the headline test, which verdicts rest on: placebo_rank / placebo_n.",
        NO_TEST,
    ),
)

PLACEBO_Q = Column(
    "q",
    Unit.PROBABILITY,
    "placebo_p for the number of sectors, or of themes (Benjamini and Hochberg).",
    f"{NO_TEST}, or the group was put together after the event",
)

P_FAMILY = Column(
    "p_family",
    Unit.PROBABILITY,
    "placebo_p for the other groups of its kind, by their joint law (Westfall and Young).",
    f"{NO_TEST}, or the group was put together after the event",
)

CAAR_TESTED = Column(
    "caar_tested",
    Unit.RETURN,
    "The abnormal return under test: of the portfolio fitted as one, which differs a little from caar_ew where members "
    "were listed late.",
    NO_TEST,
)

INTERVAL = (
    Column(
        "ci_low",
        Unit.RETURN,
        "Lower end of the 95 % interval around caar_ew: the effects that the headline test does not reject.",
        NO_TEST,
    ),
    Column("ci_high", Unit.RETURN, "Upper end of that interval.", NO_TEST),
)

UNDEFINED = Column("undefined", Unit.TEXT, "Why the headline test has no value.", "it has one, or nothing was tested")

VOLUME_RATIO = Column(
    "volume_ratio",
    Unit.RATIO,
    "Mean daily volume in the window over the mean in the estimation window; of a group, the median of its members'.",
    "the source gives no volume, or there was none in the estimation window",
)

VERDICT = Column(
    "verdict",
    Unit.TEXT,
    "winner (score of 25 or more, q of .10 or less), loser (score of -25 or less, same q), else no clear effect.",
    "there is no score, or no q to carry a verdict",
)

SCORE = (
    Column(
        "score",
        Unit.SCORE,
        "One signed number for how large, certain, lasting and broad the move was, and how much was traded in it.",
        "magnitude or certainty is not known",
    ),
    Column(
        "rank",
        Unit.COUNT,
        "Place by score in its window, 1 = highest: stocks among stocks, sectors among sectors, themes among themes.",
        "there is no score, or the group was put together after the event and is no evidence",
    ),
    VERDICT,
)

STEADY = Column(
    "steady",
    Unit.SHARE,
    "Share of 1,000 random weightings of the score's parts that leave the row in its third of the ranking.",
    "there is no rank",
)

LASTING = (
    Column(
        "lasting",
        Unit.TEXT,
        "What became of the event day's move by the window's end: held, faded, reversed, extended or delayed.",
        "nothing moved, or the window says nothing of it: it does not begin with the event day, or ends with it",
    ),
    Column(
        "half_life",
        Unit.SESSIONS,
        "Sessions after the event day until half of the move was gone.",
        "the move neither faded nor reversed",
    ),
)

_PARTS = {
    "magnitude": ("where the size of the move stands among others, with its sign", "no abnormal return"),
    "certainty": ("1 - placebo_p, with the sign of the move", "no placebo_p"),
    "persistence": (
        "how much of the event day's move stands at the window's end, with the sign of the window's",
        "no abnormal return, or a window that does not begin with the event day, or ends with it",
    ),
    "breadth": ("-1 = all members fell, +1 = all rose", "no member has a return"),
    "volume": ("trading beyond the usual, with the sign of the move", "no volume_ratio or no abnormal return"),
}


def part(name: str) -> Column:
    """A column that holds one part of the score."""
    meaning, empty = _PARTS[name]
    return Column(f"score_{name}", Unit.PART, f"Part of the score: {meaning}.", f"there is {empty}")
