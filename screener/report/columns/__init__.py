"""The registry of columns: what every table holds, and how files and pages show it.

CSV, JSON, Parquet, workbooks, the JSON Schema, the data dictionary and the tables of pages are made from it. A new
figure is a column of a frame, and a `Column` here.
"""

from __future__ import annotations

from screener.report.columns.common import FIRST, LAST, Column, TableSpec, Unit
from screener.report.columns.groups import CLAIMS, LEVELS, PATHS, PLACEBOS, PLANTED, SECTORS, SPREADS, TREND
from screener.report.columns.scan import GROUPS, INDUSTRIES, SCAN
from screener.report.columns.stocks import STOCKS

__all__ = ["FIRST", "LAST", "REPORT_TABLES", "SCAN_TABLES", "Column", "TableSpec", "Unit"]

REPORT_TABLES: tuple[TableSpec, ...] = (*(STOCKS, SECTORS, SPREADS, PLACEBOS, PATHS, TREND, LEVELS, PLANTED, CLAIMS),)
"""In the order in which a report has them."""
SCAN_TABLES: tuple[TableSpec, ...] = (SCAN, GROUPS, INDUSTRIES)
"""In the order in which a scan of a whole market has them."""
