"""The tables of a screen, which every format of files writes alike: registry columns, rounded figures, one language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from screener.columns import REPORT_TABLES, SCAN_TABLES
from screener.columns.column import FIRST, Column, TableSpec
from screener.columns.korean import HEADERS
from screener.columns.pooled import EVENTS, STUDY_TABLES
from screener.i18n import _, language
from screener.report.grids import FLAGS, LASTING
from screener.report.model import (
    MODELS,
    SCHEMA_VERSION,
    VERDICTS,
    VERDICTS_ON_CLAIMS,
    PooledReport,
    Report,
    short_banner,
)
from screener.report.rows import news

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
    return _table_of(spec, frame.assign(**_texts(report, spec.name, frame)), _constants(report))


def _table_of(spec: TableSpec, frame: pd.DataFrame, constants: Mapping[str, Any]) -> Table:
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
        texts_of = {window.taus: "; ".join(news(report.confounders(window))) or None for window in report.windows}
        windows = zip(frame["window_start"], frame["window_end"], strict=True)
        texts["confounders"] = pd.Series([texts_of[window] for window in windows], frame.index, dtype=object)
    return texts


def tables_of_study(report: PooledReport) -> list[Table]:
    """The tables of a study of many events; one that may be missing is, where it has no rows."""
    constants = {
        "study": report.name,
        "as_of": report.as_of,
        "source": report.source,
        "model": report.rules.model.value,
        "benchmark": report.benchmark,
        "banner": short_banner(report.banner),
    }
    tables = []
    for spec in STUDY_TABLES:
        frame = getattr(report.frames, spec.name)
        if spec is EVENTS:
            symbols = [f"KRX:{ticker}" if ticker else None for ticker in frame["ticker"]]
            frame = frame.assign(symbol=symbols, name=frame[f"name_{language()}"])
        if len(frame) or not spec.optional:
            tables.append(_table_of(spec, frame, constants))
    return tables


def localised(table: Table, names: Mapping[str, str]) -> Table:
    """`table` with what people read in the place of codes; the figures are the same. `names`: sectors and themes."""
    # The theme of a row has its name together with the sector of the row.
    sectors = dict(zip(table.header, table.cells, strict=True)).get("sector", [])
    cells, sayings = [], _sayings(names)
    for column, values in zip(table.columns, table.cells, strict=True):
        if column.name == "theme":
            labels = [f"{sector}:{theme}" for sector, theme in zip(sectors, values, strict=True)]
            values = [theme and names.get(label, str(theme)) for theme, label in zip(values, labels, strict=True)]
        elif say := sayings.get(column.name):
            values = [say(value) if isinstance(value, str) else value for value in values]
        cells.append(values)
    columns = tuple(replace(column, name=HEADERS[column.name]) for column in table.columns)
    return replace(table, columns=columns, cells=tuple(cells))


def _sayings(names: Mapping[str, str]) -> Mapping[str, Callable[[str], Cell]]:
    """By name of a column of codes, what is said instead of one."""

    def sector(code: str) -> str:
        return names.get(code, code)

    verdicts = {**VERDICTS, **VERDICTS_ON_CLAIMS}
    return {
        "sector": sector,
        "sector_a": sector,
        "sector_b": sector,
        "series": sector,
        "sectors": lambda codes: ", ".join(map(sector, codes.split())),
        "verdict": lambda code: _(verdicts[code]) if code in verdicts else code,
        "lasting": lambda code: _(LASTING[code]) if code in LASTING else code,
        "flags": lambda codes: ", ".join(_(FLAGS[code]) for code in codes.split()),
        "model": lambda code: _(MODELS[code]) if code in MODELS else code,
    }
