"""The registry of columns: what every table holds.

Frames, CSV, JSON, Parquet, workbooks, the JSON Schema and the data dictionary are made from it, so a new figure is
computed in `analysis`, and described here.
"""

from __future__ import annotations

from screener.columns.claims import CLAIMS, FIGURES
from screener.columns.groups import DAYS, GROUPS, INDUSTRIES, LEVELS, PATHS, PLACEBOS, PLANTED, SECTORS, SPREADS, TREND
from screener.columns.stocks import BEHAVIOURS, FLOWS, SCAN, SKIPPED, STOCKS

REPORT_TABLES = (STOCKS, SECTORS, SPREADS, PLACEBOS, PATHS, TREND, LEVELS, PLANTED, CLAIMS)
SCAN_TABLES = (SCAN, GROUPS, INDUSTRIES)
"""In the order in which a report, and a scan of a whole market, has them."""
FRAMES = {table.name: table for table in (*REPORT_TABLES, *SCAN_TABLES, DAYS, FIGURES, SKIPPED, BEHAVIOURS, FLOWS)}
"""By name, the tables that have a frame: those of the files, and those for views and charts alone."""
