"""Finds a row of a report."""

from __future__ import annotations

from screener.report.model import Report
from screener.screens.results import StockRow


def stock(report: Report, ticker: str, first: int = 0, last: int = 0) -> StockRow:
    """One stock in one window."""
    return next(
        row
        for row in report.impact.stocks
        if row.stock.ticker == ticker and (row.window.first, row.window.last) == (first, last)
    )
