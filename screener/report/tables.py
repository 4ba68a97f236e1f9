"""The report's tables as rows of plain values: what every file writes, in the same columns and decimals."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple, Protocol

from screener.analysis.measurement import Rules
from screener.analysis.results import Window
from screener.i18n import language
from screener.report.columns import Cell, Column, Form
from screener.report.forms.claims import CLAIMS
from screener.report.forms.groups import PLACEBOS, SECTORS, SPREADS
from screener.report.forms.series import LEVELS, PATHS, PLANTED, TREND
from screener.report.forms.stocks import STOCKS
from screener.report.model import SCHEMA_VERSION, EventFacts, Provenance, Report, short_banner


@dataclass(frozen=True)
class Table:
    """A named table: header, and rows of text, integers, rounded figures, or None where there is nothing."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    about: Mapping[str, str] = field(default_factory=dict)
    """What it says of itself where a format has room for it: rows, event, as_of, source, banner, language,
    schema_version."""

    @property
    def header(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]

    def only(self, column: str, values: Collection[Cell]) -> Table:
        """The rows that have one of `values` in that column."""
        at = self.header.index(column)
        return replace(self, rows=tuple(row for row in self.rows if row[at] in values))

    def records(self) -> list[dict[str, Cell]]:
        """Rows as dictionaries."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]


class Sourced(Protocol):
    """What the columns that stand in every table are taken from."""

    @property
    def banner(self) -> str | None:
        """Key of a warning."""
        ...

    @property
    def event(self) -> EventFacts:
        """The event."""
        ...

    @property
    def as_of(self) -> date:
        """Last day of the prices."""
        ...

    @property
    def provenance(self) -> Provenance:
        """Where the prices come from."""
        ...

    @property
    def rules(self) -> Rules:
        """How it was measured."""
        ...


class _Ordinary(NamedTuple):
    """One ordinary session that a spread was ranked among."""

    sector_a: str
    sector_b: str
    window: Window
    ordinary: int
    z_ewma: float


def tables(report: Report) -> list[Table]:
    """Every table of `report`; names of stocks in the language of `words`."""
    impact = report.impact
    placebos = [
        _Ordinary(row.sector_a, row.sector_b, row.window, number, z)
        for row in impact.spreads
        for number, z in enumerate(row.headline.ordinary, 1)
    ]
    return [
        table_of(report, STOCKS, impact.stocks),
        table_of(report, SECTORS, impact.groups),
        table_of(report, SPREADS, impact.spreads),
        table_of(report, PLACEBOS, placebos),
        table_of(report, PATHS, impact.paths),
        *([table_of(report, TREND, report.trend)] if report.trend else []),
        table_of(report, LEVELS, impact.levels),
        *([table_of(report, PLANTED, report.planted)] if report.planted else []),
        table_of(report, CLAIMS, report.claims),
    ]


def table_of(report: Sourced, form: Form, rows: Iterable[Any]) -> Table:
    """The table of that form with `rows` of `report`."""
    about = {
        "rows": form.row,
        "event": report.event.id,
        "as_of": report.as_of.isoformat(),
        "source": report.provenance.source,
        "language": language(),
        "schema_version": SCHEMA_VERSION,
    }
    if banner := short_banner(report.banner):
        about["banner"] = banner
    cells = tuple(tuple(column.cell(row, report) for column in form.columns) for row in rows)
    return Table(form.name, form.columns, cells, about)


def to_csv(table: Table) -> bytes:
    """UTF-8 with BOM, so that spreadsheets take Hangul for what it is; figures with a fixed number of decimals."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.header)
    for row in table.rows:
        writer.writerow([_csv_cell(column, cell) for column, cell in zip(table.columns, row, strict=True)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _csv_cell(column: Column, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        # A spreadsheet runs such a cell as a formula.
        return "'" + cell if cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) else cell
    return f"{cell:.{column.decimals}f}" if column.decimals is not None else str(cell)
