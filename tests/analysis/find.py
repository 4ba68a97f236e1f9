"""Finds a row of a report, and the report on the real event."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from screener.app.report import Request

from screener.analysis.model import StockRow
from screener.config import load_settings
from screener.report.model import Report
from tests.reports import make_report


def stock(report: Report, ticker: str, first: int = 0, last: int = 0) -> StockRow:
    """One stock in one window."""
    return next(
        row
        for row in report.impact.stocks
        if row.stock.ticker == ticker and (row.window.first, row.window.last) == (first, last)
    )


def real_event(krx: Path) -> Report:
    """31 January 2025 on the real prices, as of 11 February."""
    request = Request(
        as_of=date(2025, 2, 11),
        source=f"file:{krx / 'prices_adjusted.parquet'}",
        benchmark=[krx / "indices.parquet"],
        market=[krx / "market_2025-01-02_2025-02-11.parquet"],
    )
    return make_report(load_settings(), request)
