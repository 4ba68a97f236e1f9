"""The report's tables as rows of plain values: what CSV and JSON write, in the same columns and decimals."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from screener.report import claims
from screener.report.columns import PATHS, PLANTED, RETURN, SECTORS, SPREADS, STOCKS, Cell, Column
from screener.report.model import EventFacts, Happening, Provenance, Report
from screener.screens.claims import Checked
from screener.screens.measurement import Rules
from screener.words import Words


@dataclass(frozen=True)
class Table:
    """A named table: header, and rows of text, integers, rounded figures, or None where there is nothing."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def header(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]

    def records(self) -> list[dict[str, Cell]]:
        """Rows as dictionaries."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]


def tables(report: Report, words: Words) -> list[Table]:
    """Every table of `report`; names of stocks in the language of `words`."""
    impact = report.impact

    def printed(part: str) -> Column:
        return Column(part, lambda row: getattr(report.printed.get(row.stock.ticker), part, None))

    return [
        table_of(report, words, "stocks", (*STOCKS, printed("published_by"), printed("article")), impact.stocks),
        table_of(report, words, "sectors", SECTORS, impact.groups),
        table_of(report, words, "spreads", SPREADS, impact.spreads),
        table_of(report, words, "paths", PATHS, impact.paths),
        *([table_of(report, words, "planted", PLANTED, report.planted)] if report.planted else []),
        table_of(report, words, "claims", _claims(report, words), report.claims),
    ]


def _claims(report: Report, words: Words) -> tuple[Column, ...]:
    """Columns of the claims; texts in the language of `words`."""

    def against(row: Checked) -> str:
        return "; ".join(name or f"{what} ({who})" for name, what, who in claims.others(row, report, words))

    def told(one: Happening) -> str:
        return f"{one.day} {one.what.in_(words.language)}"

    return (
        Column("id", lambda row: row.id),
        Column("said", lambda row: claims.said(row.claim.said, words)),
        Column("by", lambda row: "; ".join(row.claim.by)),
        Column("date", lambda row: row.claim.date),
        Column("kind", lambda row: row.claim.test and row.claim.test.kind),
        Column("window_start", lambda row: row.window and row.window.first),
        Column("window_end", lambda row: row.window and row.window.last),
        Column("verdict", lambda row: row.verdict),
        Column("figures", lambda row: "; ".join(claims.figures(row, report, words))),
        Column("reason", lambda row: claims.reason(row, words)),
        Column("against", against),
        Column("value", lambda row: row.value, RETURN),
        Column("unit", lambda row: row.unit),
        Column("confounders", lambda row: "; ".join(map(told, claims.confounders(row, report)))),
    )


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


def table_of(
    report: Sourced,
    words: Words,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
) -> Table:
    """One table, with the columns that stand in every one."""
    banner = words(f"{report.banner}_short") if report.banner else None
    everywhere = (
        Column("event", lambda _row: report.event.id),
        Column("as_of", lambda _row: report.as_of),
        Column("source", lambda _row: report.provenance.source),
    )
    named = {column.name for column in columns}
    other_news = []
    if isinstance(report, Report) and "window_start" in named and "confounders" not in named:
        other_news = [Column("confounders", lambda row: report.other_news(row.window, words.language) or None)]
    complete = (
        *everywhere,
        *columns,
        *other_news,
        Column("model", lambda _row: report.rules.model.value if report.provenance.study else None),
        Column("benchmark", lambda _row: report.provenance.benchmark),
        Column("banner", lambda _row: banner),
    )
    return Table(name, complete, tuple(tuple(_plain(column, row, words) for column in complete) for row in rows))


def _plain(column: Column, row: Any, words: Words) -> Cell:
    value = column.value(row)
    if column.name == "name":
        return words.name(value)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, date):
        return value.isoformat()
    if column.decimals is not None:
        return round(float(value), column.decimals) + 0.0  # turns -0.0 into 0.0
    cell: Cell = value
    return cell


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
