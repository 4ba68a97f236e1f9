"""The registry of columns: what every table holds, and how files and pages show it.

CSV, JSON, Parquet, workbooks, the JSON Schema, the data dictionary and the tables of pages are made from it. A new
figure is a column of a frame, and a `Column` here: `groups`, `stocks` and `scan` have the columns of the files, and
below them the tables on pages, which pick from these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import partial
from typing import Any

from screener.i18n import N_, _
from screener.report import formatting
from screener.report.blocks import Cell

Show = Callable[[Any], Cell]
"""Makes a cell of a value, or of a row where the cell holds several."""


def percent(value: float) -> Cell:
    """A decimal as a signed percentage, in the colour of its direction."""
    if not math.isfinite(value):
        return Cell("-", value, dim=True)
    return Cell(formatting.percent(value), value, formatting.direction(value))


def arrow(value: float) -> Cell:
    """The same with an arrow."""
    cell = percent(value)
    return cell._replace(text=f"{formatting.arrow(value)} {cell.text}") if math.isfinite(value) else cell


def signed(value: float, decimals: int = 0) -> Cell:
    """A figure with its sign."""
    return Cell(formatting.signed(value, decimals), value)


def number(value: float, decimals: int = 0, scale: int = 1) -> Cell:
    """A figure, times `scale`, without a sign."""
    return Cell(formatting.number(value * scale, decimals), value * scale)


def probability(value: float) -> Cell:
    """A p value."""
    return Cell(formatting.probability(value), value)


def _money(won: float) -> Cell:
    """KRW in units of 100 million, in the colour of its direction."""
    if not math.isfinite(won):
        return Cell("-", won, dim=True)
    return Cell(f"{won / formatting.HUNDRED_MILLION:+,.0f}", won, (won > 0) - (won < 0))


def _text(value: object) -> Cell:
    return Cell(str(value))


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


_SHOW: Mapping[Unit, Show] = {
    Unit.RETURN: percent,
    Unit.COUNT: number,
    Unit.NUMBER: number,
    Unit.SHARE: partial(number, scale=100),
    Unit.PART: partial(signed, decimals=2),
    Unit.CORRELATION: partial(signed, decimals=2),
    Unit.RATIO: partial(number, decimals=1),
    Unit.STATISTIC: partial(signed, decimals=1),
    Unit.PROBABILITY: probability,
    Unit.SCORE: signed,
    Unit.KRW: _money,
}
"""How pages show a unit, unless a column says otherwise; others as they are."""


@dataclass(frozen=True)
class Column:
    """One column of a table: in files, and where it has a header, on pages.

    Columns that the views derive from a frame (`name`, `versus`, `spark`, ...) have a header alone.
    """

    name: str
    """Of the column in the frame and in every file; '' on a page for one that is made of several."""
    unit: Unit
    meaning: str = ""
    empty: str = ""
    """When a cell is empty; '' for a column that always holds something."""
    header: str = ""
    """On pages, in English, to be translated."""
    show: Show | None = None
    """How pages show it; None = as its unit is shown."""
    priority: int = 0
    """On pages without room for all, the column of the highest priority goes first; those of priority 0 stay."""

    @property
    def right(self) -> bool:
        """Whether the cells stand on the right, as figures do."""
        return self.unit.holds not in (str, date)

    def cell(self, value: Any) -> Cell:
        """The cell of a page for a value, or for a row where the column has no name."""
        return (self.show or _SHOW.get(self.unit, _text))(value)

    def at(self, priority: int) -> Column:
        """The same with another priority."""
        return replace(self, priority=priority)


@dataclass(frozen=True)
class TableSpec:
    """One table: its columns in the order of the files."""

    name: str
    row: str
    """What one row is."""
    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


NO_STUDY = "`model` is empty"
NO_TEST = f"{NO_STUDY}, or the headline test cannot be had, as `undefined` says"

FIRST = (
    Column("event", Unit.NAME, "Id of the event."),
    Column("as_of", Unit.DATE, "Last day of the prices."),
    Column(
        "source",
        Unit.TEXT,
        "Where the prices come from: openapi, pykrx-login, datagokr, pykrx-keyless, store, file, press or demo.",
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
        N_("p"),
    ),
)

PLACEBO_Q = Column(
    "q",
    Unit.PROBABILITY,
    "placebo_p for the number of sectors, or of themes (Benjamini and Hochberg).",
    f"{NO_TEST}, or the group was put together after the event",
    N_("q"),
    priority=1,
)

P_FAMILY = Column(
    "p_family",
    Unit.PROBABILITY,
    "placebo_p for the other groups of its kind, by their joint law (Westfall and Young).",
    f"{NO_TEST}, or the group was put together after the event",
    N_("corrected p"),
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
    N_("Vol. x"),
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
        N_("Score"),
        priority=2,
    ),
    Column(
        "rank",
        Unit.COUNT,
        "Place by score in its window, 1 = highest: stocks among stocks, sectors among sectors, themes among themes.",
        "there is no score, or the group was put together after the event and is no evidence",
        N_("#"),
    ),
    VERDICT,
)

STEADY = Column(
    "steady",
    Unit.SHARE,
    "Share of 1,000 random weightings of the score's parts that leave the row in its third of the ranking.",
    "there is no rank",
    N_("steady %"),
    priority=2,
)

_LASTING = {
    "held": N_("held"),
    "faded": N_("faded"),
    "reversed": N_("reversed"),
    "extended": N_("extended"),
    "delayed": N_("delayed"),
}
LASTING = (
    Column(
        "lasting",
        Unit.TEXT,
        "What became of the event day's move by the window's end: held, faded, reversed, extended or delayed.",
        "nothing moved, or the window says nothing of it: it does not begin with the event day, or ends with it",
        N_("since"),
        lambda lasting: Cell(_(_LASTING[lasting]) if lasting else "-"),
        2,
    ),
    Column(
        "half_life",
        Unit.SESSIONS,
        "Sessions after the event day until half of the move was gone.",
        "the move neither faded nor reversed",
    ),
)

_PARTS = {
    "magnitude": (
        N_("magnitude"),
        "where the size of the move stands among others, with its sign",
        "no abnormal return",
    ),
    "certainty": (N_("certainty"), "1 - placebo_p, with the sign of the move", "no placebo_p"),
    "persistence": (
        N_("persistence"),
        "how much of the event day's move stands at the window's end, with the sign of the window's",
        "no abnormal return, or a window that does not begin with the event day, or ends with it",
    ),
    "breadth": (N_("breadth"), "-1 = all members fell, +1 = all rose", "no member has a return"),
    "volume": (
        N_("Vol. x"),
        "trading beyond the usual, with the sign of the move",
        "no volume_ratio or no abnormal return",
    ),
}


def part(name: str) -> Column:
    """A column that holds one part of the score."""
    header, meaning, empty = _PARTS[name]
    text = f"Part of the score: {meaning}."
    return Column(f"score_{name}", Unit.PART, text, f"there is {empty}", header, priority=1)


def _interval(row: Any) -> Cell:
    if not math.isfinite(row.ci_low):
        return Cell("-", row.ci_low)
    return Cell(f"{formatting.percent(row.ci_low)} {formatting.percent(row.ci_high)}", row.ci_low)


def _rank(row: Any) -> Cell:
    known = math.isfinite(row.placebo_rank)
    return Cell(f"{row.placebo_rank:.0f}/{row.placebo_n:.0f}" if known else "-", row.placebo_rank)


def _window(row: Any) -> Cell:
    return Cell(formatting.window_name(row.window_start, row.window_end))


ON_PAGES = {
    "window": Column("", Unit.TEXT, header=N_("Window"), show=_window),
    "interval": Column("", Unit.RETURN, header=N_("95% interval"), show=_interval),
    "rank": Column("", Unit.COUNT, header=N_("Rank"), show=_rank, priority=1),
    "bar": Column("score", Unit.TEXT, header=N_("- 0 +"), show=lambda score: Cell(formatting.bar(score), score)),
}
"""Columns that pages alone have, for tables of several kinds."""


def versus(*, funds: bool) -> Column:
    """On pages, the return beyond the benchmark, which is an index, or a fund that stands for one."""
    return Column("versus", Unit.RETURN, header=N_("vs fund") if funds else N_("vs index"))
