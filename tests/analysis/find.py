"""Finds rows of a report, and the report on the real event."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from screener.config import load_settings
from screener.report.model import Report
from screener.report.request import Request
from tests.reports import make_report


def rows(frame: pd.DataFrame, **wanted: object) -> list[Any]:
    """Rows with their columns as attributes; `wanted` are values of columns, theme=None for none."""
    for column, value in wanted.items():
        frame = frame[frame[column].isna() if value is None else frame[column] == value]
    return list(frame.itertuples(index=False))


def leading(report: Report, name: str, **wanted: object) -> list[Any]:
    """Rows of a frame in the window that the report leads with."""
    window = report.leading
    return rows(getattr(report.frames, name), window_start=window.first, window_end=window.last, **wanted)


def stock(report: Report, ticker: str, first: int = 0, last: int = 0) -> Any:
    """One stock in one window."""
    return rows(report.frames.stocks, ticker=ticker, window_start=first, window_end=last)[0]


def figures(report: Report, claim: str) -> list[tuple[str, str, float]]:
    """What the verdict on a claim rests on: what, of which stocks, value."""
    return [(row.what, row.of_en, round(row.value, 6)) for row in rows(report.frames.figures, id=claim)]


def real_event(krx: Path) -> Report:
    """31 January 2025 on the real prices, as of 11 February."""
    request = Request(
        as_of=date(2025, 2, 11),
        source=f"file:{krx / 'prices_adjusted.parquet'}",
        benchmark=[krx / "indices.parquet"],
        market=[krx / "market_2025-01-02_2025-02-11.parquet"],
    )
    return make_report(load_settings(), request)
