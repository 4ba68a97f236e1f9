"""The tables of a study, a scan and a report as pandas frames, and how they are put together.

Their columns are those of the registry, unrounded. Returns are decimals. float64: NaN = unknown. Text: None = none, but
'' in `flags`, `undefined`, `undefined_tests`, `sectors`, `overlap`, and in `verdict` of a scan. Days are datetime.date.
Every frame has a RangeIndex.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from screener.columns import FRAMES
from screener.columns.column import TableSpec


@dataclass(frozen=True)
class Frames:
    """The tables of a report; a frame of which the report has nothing has no rows."""

    stocks: pd.DataFrame
    sectors: pd.DataFrame
    spreads: pd.DataFrame
    placebos: pd.DataFrame
    paths: pd.DataFrame
    levels: pd.DataFrame
    trend: pd.DataFrame
    planted: pd.DataFrame
    claims: pd.DataFrame
    figures: pd.DataFrame
    skipped: pd.DataFrame
    behaviours: pd.DataFrame
    flows: pd.DataFrame
    scan: pd.DataFrame
    groups: pd.DataFrame
    industries: pd.DataFrame
    days: pd.DataFrame

    @classmethod
    def of(cls, **frames: pd.DataFrame) -> Frames:
        """These frames; the others are empty."""
        return cls(**{name: frames[name] if name in frames else _empty(name).copy() for name in FRAMES})


def stacked(name: str, parts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The frame `name` of `parts`, one below the other; each has arrays of equal length by column.

    A single value stands for all rows of its part. A column that a part lacks is NaN or None there.
    """
    lengths = [max((len(value) for value in part.values() if _is_column(value)), default=1) for part in parts]
    columns = {}
    for column, dtype in FRAMES[name].dtypes.items():
        missing = np.nan if dtype == "float64" else None
        values = [part.get(column, missing) for part in parts]
        columns[column] = np.concatenate(
            [
                np.asarray(value, dtype=dtype) if _is_column(value) else np.full(length, value, dtype=dtype)
                for value, length in zip(values, lengths, strict=True)
            ]
            or [np.empty(0, dtype=dtype)]
        )
    return pd.DataFrame(columns)


@cache
def _empty(name: str) -> pd.DataFrame:
    return stacked(name, ())


def from_rows(table: str | TableSpec, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The frame of a table, or of that name in a report, of rows by column: for tables whose rows are found singly."""
    spec, found = FRAMES[table] if isinstance(table, str) else table, list(rows)
    # A Series would look at each value to find out what it is.
    return pd.DataFrame(
        {
            column: np.fromiter((row.get(column) for row in found), dtype=object, count=len(found)).astype(dtype)
            for column, dtype in spec.dtypes.items()
        }
    )


def by_column(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The values of rows with the same keys, by key."""
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def _is_column(value: object) -> bool:
    return isinstance(value, np.ndarray | list)
