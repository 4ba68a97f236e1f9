"""The charts of each screen, as SVG that the style sheet of the page colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from screener.report.blocks import Key
from screener.report.charts.drawing import Figure
from screener.report.charts.groups import breadth, paths, placebos, sectors_and_themes
from screener.report.charts.lines import largest_stocks, sector_prices, stock_price, trend
from screener.report.charts.stocks import movers, tiles, windows
from screener.report.model import Report, short_banner
from screener.report.rows import groups_at, label_of, sectors_at, spread_rows

__all__ = ["Figure", "charts_of"]

Charts = Mapping[Key, Sequence[Figure | None]]
"""By key of the section below whose title they stand; None where the report has no figures for one."""


def charts_of(screen: str, report: Report) -> dict[str, list[Figure]]:
    """The charts of a screen, by key of their section; none for screens without charts."""
    match screen:
        case "report":
            return _drawn(report, _of_report(report))
        case "compare":
            return _drawn(report, _of_comparison(report))
        case "stock":
            return _drawn(report, {Key.WINDOWS: [stock_price(report), windows(report)]})
        case _:
            return {}


def _of_report(report: Report) -> Charts:
    sectors = sectors_at(report, report.leading)
    groups = sectors_and_themes(report)
    charts = {
        Key.SECTORS: [paths(report, sectors)],
        Key.WINNERS: [movers(report)],
        Key.PATHS: [sector_prices(report, sectors), largest_stocks(report)],
        Key.TREND: [trend(report, sectors)],
        Key.SPREADS: [placebos(report)],
        Key.STOCKS: [tiles(report)],
    }
    # Without themes there is no section of theirs.
    section = Key.THEMES if any(row.theme for row in groups) else Key.SECTORS
    return {**charts, section: [*charts.get(section, ()), breadth(report, groups)]}


def _of_comparison(report: Report) -> Charts:
    spread = spread_rows(report)[0]
    groups = {label_of(row): row for row in groups_at(report, report.leading)}
    pair = [groups[spread.sector_a], groups[spread.sector_b]]
    return {
        Key.WINDOWS: [placebos(report)],
        Key.SIDES: [breadth(report, [row for row in pair if row.n])],
        Key.PATHS: [paths(report, pair), sector_prices(report, pair)],
        Key.DRIVERS: [movers(report)],
    }


def _drawn(report: Report, charts: Charts) -> dict[str, list[Figure]]:
    """The charts that exist, each with the warning of the report, because it may be copied out of its page."""
    banner = short_banner(report.banner)
    figures: dict[str, list[Figure]] = {
        key: [figure for figure in of_section if figure] for key, of_section in charts.items()
    }
    if banner:
        figures = {
            key: [replace(figure, note=f"{banner}. {figure.note}".rstrip()) for figure in of_section]
            for key, of_section in figures.items()
        }
    return {key: of_section for key, of_section in figures.items() if of_section}
