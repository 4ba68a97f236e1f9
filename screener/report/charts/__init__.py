"""The charts of each screen, as SVG that the style sheet of the page colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from screener.i18n import _
from screener.report.blocks import Key
from screener.report.charts.days import sessions
from screener.report.charts.drawing import Figure
from screener.report.charts.groups import breadth, paths, placebos, sectors_and_themes
from screener.report.charts.lines import largest_stocks, sector_prices, stock_price, trend
from screener.report.charts.pooled import distribution, pooled_paths
from screener.report.charts.stocks import groups_found, moved, movers, windows
from screener.report.charts.treemap import market, tiles
from screener.report.model import PooledReport, Report, short_banner
from screener.report.rows import ends, groups_at, label_of, sectors_at, spread_rows

__all__ = ["Figure", "charts_of", "charts_of_study"]

Charts = Mapping[Key, Sequence[Figure | None]]
"""By key of the section below whose title they stand; None where the report has no figures for one."""


def charts_of(screen: str, report: Report) -> dict[str, list[Figure]]:
    """The charts of a screen that exist, by key of their section; none for screens without charts.

    Each has the warning of the report, because it may be copied out of its page.
    """
    charts: Charts = {}
    if screen == "report":
        charts = _of_report(report)
    elif screen == "compare":
        charts = _of_comparison(report)
    elif screen == "stock":
        charts = {Key.WINDOWS: [stock_price(report), windows(report)]}
    elif screen == "days":
        charts = {Key.SESSIONS: [sessions(report)]}
    elif screen == "scan":
        charts = {Key.VERDICTS: [moved(report)], Key.WINNERS: [market(report)], Key.GROUPS: [groups_found(report)]}
    return _shown(charts, short_banner(report.banner))


def _shown(charts: Charts, banner: str | None) -> dict[str, list[Figure]]:
    """The charts that exist, with the warning of their report."""
    figures: dict[str, list[Figure]] = {}
    for key, of_section in charts.items():
        for figure in filter(None, of_section):
            note = f"{banner}. {figure.note}".rstrip() if banner else figure.note
            figures.setdefault(key, []).append(replace(figure, note=note))
    return figures


def charts_of_study(report: PooledReport) -> dict[str, list[Figure]]:
    """The charts of a study of many events, likewise."""
    charts: Charts = {Key.PATHS: [pooled_paths(report)], Key.POOLED: [distribution(report)]}
    return _shown(charts, short_banner(report.banner))


def _of_report(report: Report) -> Charts:
    every = sectors_at(report, report.leading)
    sectors, groups = ends(every), sectors_and_themes(report)
    charts = {
        Key.SECTORS: [paths(report, sectors)],
        Key.WINNERS: [movers(report)],
        Key.PATHS: [sector_prices(report, sectors), largest_stocks(report)],
        Key.TREND: [trend(report, sectors)],
        Key.SPREADS: [placebos(report)],
        Key.STOCKS: [tiles(report)],
        Key.THEMES: [],
    }
    # Without themes there is no section of theirs.
    charts[Key.THEMES if any(row.theme for row in groups) else Key.SECTORS].append(breadth(report, groups))
    if len(sectors) < len(every):
        note = _("The strongest and the weakest of {n} sectors.", n=len(every))
        for key in (Key.SECTORS, Key.PATHS):
            first, *others = charts[key]
            charts[key] = [first and replace(first, note=f"{first.note} {note}".strip()), *others]
    return charts


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
