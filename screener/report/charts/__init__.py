"""The report's charts: from the model of final numbers to drawings, without any looks but classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from screener.report.charts.breadth import breadth, sectors_and_themes
from screener.report.charts.drawing import Figure
from screener.report.charts.intervals import movers, windows
from screener.report.charts.ordinary import ordinary
from screener.report.charts.paths import paths
from screener.report.charts.prices import largest_stocks, sector_prices, stock_price
from screener.report.charts.tiles import tiles
from screener.report.charts.trend import trend
from screener.report.model import Report, short_banner

__all__ = ["Figure", "charts_of", "charts_of_comparison", "charts_of_stock"]


def charts_of(report: Report) -> dict[str, list[Figure]]:
    """Every chart that the report can carry honestly, by key of the section below whose title it stands."""
    sectors = [row.group for row in report.sectors(report.leading)]
    counted = sectors_and_themes(report)
    # Without themes there is no section of theirs.
    broad = "themes" if any(row.group.theme for row in counted) else "sectors"
    charts = {
        "sectors": [paths(report, sectors)],
        "winners": [movers(report)],
        "paths": [sector_prices(report, sectors), largest_stocks(report)],
        "trend": [trend(report, sectors)],
        "spreads": [ordinary(report)],
        "stocks": [tiles(report)],
    }
    return _drawn(report, {**charts, broad: [*charts.get(broad, ()), breadth(report, counted)]})


def charts_of_comparison(report: Report) -> dict[str, list[Figure]]:
    """The charts of one pair of groups, by key of the section of its page."""
    spread = report.impact.spreads[0]
    pair = [report.group(spread.sector_a), report.group(spread.sector_b)]
    rows = {row.group: row for row in report.impact.groups if row.window == report.leading and row.n}
    charts = {
        "windows": [ordinary(report)],
        "sides": [breadth(report, [rows[group] for group in pair if group in rows])],
        "paths": [paths(report, pair), sector_prices(report, pair)],
        "drivers": [movers(report)],
    }
    return _drawn(report, charts)


def charts_of_stock(report: Report, ticker: str) -> dict[str, list[Figure]]:
    """The charts of one stock, by key of the section of its page."""
    return _drawn(report, {"windows": [stock_price(report, ticker), windows(report, ticker)]})


def _drawn(report: Report, charts: Mapping[str, Iterable[Figure | None]]) -> dict[str, list[Figure]]:
    """The charts that there are; one that may be taken out of its page carries the page's warning itself."""
    banner = short_banner(report.banner)
    found = {key: [one for one in figures if one] for key, figures in charts.items()}
    return {
        key: [replace(one, note=" ".join(filter(None, (banner and f"{banner}.", one.note)))) for one in figures]
        for key, figures in found.items()
        if figures
    }
