"""Reports with other tables than they were made with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from screener.columns import FRAMES
from screener.report.model import Report

_UNKNOWN = {"float64": math.nan, "int64": 0, "bool": False, "object": None}


def frame(name: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A frame of a report; what a row does not give is unknown."""
    table = list(rows)
    return pd.DataFrame(
        {
            column: pd.Series([row.get(column, _UNKNOWN[dtype]) for row in table], dtype=dtype)
            for column, dtype in FRAMES[name].dtypes.items()
        }
    )


def in_leading_window(report: Report, name: str) -> pd.DataFrame:
    """The rows of a frame that are about the window that the report leads with."""
    rows: pd.DataFrame = getattr(report.frames, name)
    window = report.leading
    return rows[(rows["window_start"] == window.first) & (rows["window_end"] == window.last)]
