"""What a column and a table are, and the columns that begin and end every table of the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

BY_LANGUAGE = ("_ko", "_en")
"""Of `Column.suffixes`: the frame has the text in both languages, and the writer takes that of the report."""
ADDED: tuple[str, ...] = ()
"""Of `Column.suffixes`: the frame has no such column, because it depends on the report or on its language."""


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
    SIGNED_SHARE = "share, of any sign", float, 4
    RATIO = "times", float, 4
    STATISTIC = "statistic", float, 4
    PROBABILITY = "p", float, 8
    SCORE = "-100 to +100", float, 1
    SESSIONS = "sessions", float, 2
    KRW = "KRW", float, 0
    COEFFICIENT = "decimal per unit of the term", float, 12
    SEE_UNIT = "see `unit`", float, 6
    """Of another unit in each row, which the column `unit` names."""

    def __init__(self, label: str, holds: type, decimals: int | None = None) -> None:
        self.label, self.holds, self.decimals = label, holds, decimals


@dataclass(frozen=True)
class Column:
    """One column of a table, in its frame and in every file."""

    name: str
    unit: Unit
    meaning: str = ""
    empty: str = ""
    """When a cell is empty; '' for a column that always holds something."""
    suffixes: tuple[str, ...] = ("",)
    """Of its columns in the frame."""

    @property
    def dtype(self) -> str:
        """Of its columns in the frame; whole numbers that may be unknown are float64, for NaN."""
        whole = "float64" if self.empty else "int64"
        return {str: "object", date: "object", bool: "bool", int: whole, float: "float64"}[self.unit.holds]


_EVENT = Column("event", Unit.NAME, "Id of the event.")
FIRST = (
    _EVENT,
    Column("as_of", Unit.DATE, "Last day of the prices."),
    Column(
        "source",
        Unit.TEXT,
        "Where the prices come from: openapi, pykrx-login, datagokr, pykrx-keyless, store, file, press or demo.",
    ),
)
LAST = (
    Column(
        "model",
        Unit.TEXT,
        "Model of the expected return.",
        "there is no estimation window and no study, as for newspaper figures",
    ),
    Column("benchmark", Unit.TEXT, "Benchmark: the index or ETF of the market."),
    Column(
        "banner",
        Unit.TEXT,
        "Warning about these figures.",
        "there is no warning",
    ),
)
"""Every file begins and ends with these, which hold one value in all rows of a report; frames have none of them."""


class TableSpec:
    """One table: the columns of its files in their order, and those of its frame.

    Args:
        name: of the frame and of the files.
        row: what one row is.
        own: its columns in the files, between `FIRST` and `LAST`.
        beside: columns that the frame alone has, for views and charts.
        optional: whether a report leaves the table out where it has no rows.
        about: the first of all columns, where the table is not about one event.
    """

    def __init__(
        self,
        name: str,
        row: str,
        *own: Column,
        beside: Sequence[Column] = (),
        optional: bool = False,
        about: Column = _EVENT,
    ) -> None:
        self.name, self.row, self.optional = name, row, optional
        self.columns = (about, *FIRST[1:], *own, *LAST)
        self.dtypes = {
            f"{column.name}{suffix}": column.dtype for column in (*own, *beside) for suffix in column.suffixes
        }
