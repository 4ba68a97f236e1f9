"""What a command found, ready for every face: its page, its tables, its document, its charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from screener.data.sources import Tried
from screener.i18n import name_of
from screener.report.blocks import Page
from screener.report.document import to_json
from screener.report.model import Flow, Report
from screener.report.pages.card import card_page
from screener.report.pages.claims import claims_page
from screener.report.pages.comparison import comparison_page
from screener.report.pages.scan import scan_page
from screener.report.pages.study import study_page
from screener.report.scan import tables as of_scan
from screener.report.scan.model import ScanReport
from screener.report.tables import Table, tables

if TYPE_CHECKING:
    from screener.report.charts import Figure

Charts = Mapping[str, "Sequence[Figure]"]
"""By key of the section that they stand in."""


@dataclass(frozen=True)
class Answer:
    """One command's answer; each part is made when a face asks for it."""

    name: str
    """Of the files that it is written to: report, compare, stock, claims, scan."""
    page: Callable[[bool], Page]
    """The page: all of it, or a summary."""
    tables: Callable[[], list[Table]]
    document: Callable[[], bytes]
    """JSON."""
    charts: Callable[[], Charts]
    tried: tuple[Tried, ...]
    """Better sources that could not serve."""
    summarised: bool = False
    """Whether a summary says less than the whole page."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of the sectors, by id."""


def report_answer(report: Report, *, explain: bool = False) -> Answer:
    """Of `screener report`; `explain` adds what the scores are made of to its summary."""
    its_tables = _once(lambda: tables(report))
    return Answer(
        "report",
        lambda full: study_page(report, full=full, explain=explain),
        its_tables,
        lambda: to_json(report, its_tables()),
        lambda: _charts(report),
        report.provenance.tried,
        summarised=True,
        names={group.label: name_of(group) for group in report.groups},
    )


def comparison_answer(report: Report) -> Answer:
    """Of `screener compare`."""
    its_tables = _once(lambda: tables(report))
    return Answer(
        "compare",
        lambda _full: comparison_page(report),
        lambda: [one for one in its_tables() if one.name != "claims"],  # they are about an event, not about a pair
        lambda: to_json(report, its_tables()),
        lambda: _charts_of_comparison(report),
        report.provenance.tried,
        names={group.label: name_of(group) for group in report.groups},
    )


def stock_answer(report: Report, ticker: str, flows: Sequence[Flow]) -> Answer:
    """Of `screener stock`."""
    known = {row.stock.sector for row in report.impact.stocks if row.stock.ticker == ticker}
    series = {ticker, *known, *report.provenance.benchmark_returns}
    its_tables = _once(
        lambda: [
            table.only("ticker" if table.name == "stocks" else "series", series)
            for table in tables(report)
            if table.name in ("stocks", "levels")
        ]
    )
    return Answer(
        "stock",
        lambda _full: card_page(report, ticker, flows),
        its_tables,
        lambda: to_json(report, its_tables()),
        lambda: _charts(report, ticker),
        report.provenance.tried,
    )


def claims_answer(report: Report) -> Answer:
    """Of `screener claims`."""
    its_table = _once(lambda: [one for one in tables(report) if one.name == "claims"])
    return Answer(
        "claims",
        lambda _full: claims_page(report),
        its_table,
        lambda: to_json(report, its_table()),
        dict,
        report.provenance.tried,
    )


def scan_answer(report: ScanReport, top: int) -> Answer:
    """Of `screener scan`; `top` stocks in each of its two tables."""
    return Answer(
        "scan",
        lambda full: scan_page(report, top, full=full),
        lambda: of_scan.tables(report),
        lambda: of_scan.to_json(report),
        dict,
        report.provenance.tried,
        summarised=True,
    )


def _once(make: Callable[[], list[Table]]) -> Callable[[], list[Table]]:
    """Tables that several faces ask for, made at the first."""
    return cache(make)


def _charts(report: Report, ticker: str | None = None) -> Charts:
    # Loaded when a page is asked for: most runs in a terminal draw nothing but text.
    from screener.report.charts import charts_of, charts_of_stock

    return charts_of(report) if ticker is None else charts_of_stock(report, ticker)


def _charts_of_comparison(report: Report) -> Charts:
    from screener.report.charts import charts_of_comparison

    return charts_of_comparison(report)
