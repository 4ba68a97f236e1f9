"""The screens of the product: the page, tables, charts and JSON document of each command.

Tables are written by every format of files alike: registry columns, rounded figures, text in one language.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import pandas as pd

from screener.columns import REPORT_TABLES, SCAN_TABLES
from screener.columns.claims import CLAIMS
from screener.columns.column import FIRST, Column, TableSpec
from screener.columns.groups import DAYS, LEVELS
from screener.columns.stocks import STOCKS
from screener.i18n import language
from screener.report.blocks import Page
from screener.report.model import SCHEMA_VERSION, Happening, Report, short_banner
from screener.report.rows import group_names

if TYPE_CHECKING:
    from screener.report.charts import Figure

T = TypeVar("T")

TABLES: Mapping[str, tuple[TableSpec, ...]] = {
    "report": REPORT_TABLES,
    "compare": REPORT_TABLES[:-1],
    "stock": (STOCKS, LEVELS),
    "days": (DAYS,),
    "claims": (CLAIMS,),
    "scan": SCAN_TABLES,
}
"""By screen, the tables that its files hold."""

Cell = str | date | int | float | None
"""Text, a date, an integer, a rounded float; None = unknown."""


@dataclass(frozen=True)
class Table:
    """A named table."""

    name: str
    columns: tuple[Column, ...]
    cells: tuple[list[Cell], ...]
    """By column, a cell for each row."""
    about: Mapping[str, str] = field(default_factory=dict)
    """Metadata, for formats that have room for it: rows, event, as_of, source, banner, language, schema_version."""

    @property
    def header(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]

    def records(self) -> list[dict[str, Cell]]:
        """Rows as dictionaries."""
        header = self.header
        return [dict(zip(header, row, strict=True)) for row in zip(*self.cells, strict=True)]


def tables_of(report: Report, specs: Iterable[TableSpec] | None = None) -> list[Table]:
    """The tables of `report` in the language of the process, by default all; one stock's rows alone on its card."""
    specs = specs or (SCAN_TABLES if report.scan else REPORT_TABLES)
    tables = {spec: _table(report, spec) for spec in specs}
    return [table for spec, table in tables.items() if table.cells[0] or not spec.optional]


def _table(report: Report, spec: TableSpec) -> Table:
    frame = _of_stock(report, spec.name) if report.ticker else getattr(report.frames, spec.name)
    return table_of(spec, frame.assign(**_texts(report, spec.name, frame)), _constants(report))


def table_of(spec: TableSpec, frame: pd.DataFrame, constants: Mapping[str, Any]) -> Table:
    """The table of a frame whose texts are in one language; `constants` are the columns of one value."""
    frame = frame.assign(**constants)
    about = {
        "rows": spec.row,
        **{column.name: str(constants[column.name]) for column in spec.columns[: len(FIRST)]},
        "language": language(),
        "schema_version": SCHEMA_VERSION,
    }
    if constants["banner"]:
        about["banner"] = constants["banner"]
    cells = tuple(_cells(column, frame[column.name]) for column in spec.columns)
    return Table(spec.name, spec.columns, cells, about)


def _cells(column: Column, values: pd.Series[Any]) -> list[Cell]:
    decimals, holds = column.unit.decimals, column.unit.holds
    if holds in (float, int, bool):
        known = np.isfinite(values.to_numpy(dtype=float)).tolist()
        if decimals is None:
            return [int(value) if is_known else None for value, is_known in zip(values.tolist(), known, strict=True)]
        return [
            round(value, decimals) + 0.0 if is_known else None  # the sum turns -0.0 into 0.0
            for value, is_known in zip(values.tolist(), known, strict=True)
        ]
    return values.tolist()


def _of_stock(report: Report, name: str) -> pd.DataFrame:
    """The rows about the stock of a card: its own, and the levels of its sectors and of the indices."""
    frame: pd.DataFrame = getattr(report.frames, name)
    if name != "levels":
        return frame[frame["ticker"] == report.ticker]
    stocks = report.frames.stocks
    sectors = stocks.loc[stocks["ticker"] == report.ticker, "sector"]
    return frame[frame["series"].isin([report.ticker, *sectors, *report.provenance.benchmark_returns])]


def _constants(report: Report) -> dict[str, Any]:
    """Columns that hold one value in every row of a report."""
    return {
        "event": report.event.id,
        "as_of": report.as_of,
        "source": report.provenance.source,
        "model": report.rules.model.value if report.provenance.study else None,
        "benchmark": report.provenance.benchmark,
        "banner": short_banner(report.banner),
    }


def _texts(report: Report, name: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Columns whose text depends on the language."""
    if name == "claims":
        from screener.report.views.claims import claim_texts

        return {
            column: pd.Series(values, frame.index, dtype=object)
            for column, values in claim_texts(frame, report).items()
        }
    texts: dict[str, Any] = {
        column: frame[f"{column}_{language()}"]
        for column in ("name", "strongest", "events", "confounders")
        if f"{column}_ko" in frame
    }
    if "window_start" in frame:
        texts_of = {(window.first, window.last): news(report.confounders(window)) or None for window in report.windows}
        windows = zip(frame["window_start"], frame["window_end"], strict=True)
        texts["confounders"] = pd.Series([texts_of[window] for window in windows], frame.index, dtype=object)
    return texts


def news(happenings: Iterable[Happening]) -> str:
    """Other news in one line, each with its day; '' for none."""
    return "; ".join(f"{happening.day} {happening.what.in_(language())}" for happening in happenings)


class Shown(Protocol):
    """What the formats need of a screen, in the language of the process."""

    @property
    def name(self) -> str:
        """Its files are named after it."""

    @property
    def summarised(self) -> bool:
        """Whether a summary says less than the whole page."""

    def page(self, *, full: bool) -> Page:
        """The page, all of it or a summary."""

    def tables(self) -> list[Table]:
        """The tables of its files."""

    def localised(self) -> list[Table]:
        """The same tables as Korean readers have them."""

    def names(self) -> Mapping[str, str]:
        """By id, what the charts of a workbook call a sector."""

    def document(self) -> bytes:
        """The JSON document."""

    def charts(self) -> Mapping[str, Sequence[Figure]]:
        """The charts by key of the section that they stand in."""

    def latex(self) -> Mapping[str, bytes]:
        """Its tables for a paper, by file name; none of a screen that has none."""


@dataclass(frozen=True)
class Screen:
    """A report as one command shows it, in the language of the process."""

    name: str
    """A key of `TABLES`; its files are named after it."""
    report: Report
    explain: bool = False
    """Whether the summary of a report says what scores are made of."""
    top: int = 15
    """Stocks in each table of a scan, and sessions in that of days."""
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def summarised(self) -> bool:
        """Whether a summary says less than the whole page."""
        return self.name in ("report", "scan", "claims")

    def page(self, *, full: bool) -> Page:
        """The page, all of it or a summary."""
        return self._once(("page", full), lambda: self._page(full=full))

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` makes for `key` in the language of the process, made once: several formats show the same."""
        spoken = key, language()
        if spoken not in self._made:
            self._made[spoken] = make()
        made: T = self._made[spoken]
        return made

    def _page(self, *, full: bool) -> Page:
        """Views are loaded when they are needed, to keep start-up short."""
        match self.name:
            case "report":
                from screener.report.views.study import study_page

                return study_page(self.report, full=full, explain=self.explain)
            case "compare":
                from screener.report.views.compare import comparison_page

                return comparison_page(self.report)
            case "stock":
                from screener.report.views.stock import stock_page

                return stock_page(self.report)
            case "days":
                from screener.report.views.days import days_page

                return days_page(self.report, self.top)
            case "claims":
                from screener.report.views.claims import claims_page

                return claims_page(self.report, full=full)
            case _:
                from screener.report.views.scan import scan_page

                return scan_page(self.report, self.top, full=full)

    def tables(self) -> list[Table]:
        """The tables of its files."""
        return self._once("tables", lambda: tables_of(self.report, TABLES[self.name]))

    def names(self) -> Mapping[str, str]:
        """By id, what the charts of a workbook call a sector."""
        return group_names(self.report)

    def localised(self) -> list[Table]:
        """The same tables as Korean readers have them."""
        from screener.report.localised import localised

        return self._once("localised", lambda: [localised(table, self.names()) for table in self.tables()])

    def document(self) -> bytes:
        """The JSON document, which holds every table of a comparison."""
        from screener.report.formats.data import to_json

        return to_json(
            self.report, tables_of(self.report, TABLES["report"]) if self.name == "compare" else self.tables()
        )

    def charts(self) -> Mapping[str, Sequence[Figure]]:
        """The charts by key of the section that they stand in."""
        from screener.report import charts

        return charts.charts_of(self.name, self.report)

    def latex(self) -> Mapping[str, bytes]:
        """None: only a study of many events has tables for a paper."""
        return {}
