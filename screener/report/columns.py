"""What a table is before it has rows: its columns, what each holds, in which unit, and when it is empty.

CSV, JSON, Parquet, workbooks, the JSON Schema and the data dictionary read this and nothing else, so that they cannot
tell different things of one column.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from operator import attrgetter
from typing import Any

Cell = str | int | float | None


class Unit(Enum):
    """What the cells of a column hold: how readers are told, the Python type, and the decimals of a figure."""

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
    """One column of a table."""

    name: str
    unit: Unit
    meaning: str
    empty: str = ""
    """When a cell holds nothing; empty for a column that always holds something."""
    value: str | Callable[[Any, Any], Any] = ""
    """Where in a row it stands, as a path of attributes, or what makes it of the row, the report and the words; empty
    for the attribute of the column's own name."""

    @property
    def decimals(self) -> int | None:
        """Decimals of a figure, None for what is not one."""
        return self.unit.decimals

    def cell(self, row: Any, report: Any) -> Cell:
        """The cell of `row`: text, a date as 2025-01-31, an integer, a rounded figure; None for what is not known."""
        value = self.value(row, report) if callable(self.value) else attrgetter(self.value or self.name)(row)
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return None
        if isinstance(value, date):
            return value.isoformat()
        if self.unit.decimals is not None:
            return round(float(value), self.unit.decimals) + 0.0  # turns -0.0 into 0.0
        return int(value) if self.unit.holds in (int, bool) else str(value)


@dataclass(frozen=True)
class Form:
    """A table before it has rows."""

    name: str
    row: str
    """What one row is."""
    columns: tuple[Column, ...]
