"""Tables as data: CSV, Parquet with the meaning of each column in the file, and one JSON document for a report.

All three have the same columns and decimals.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from screener.analysis.model import Stock
from screener.columns.column import Column
from screener.report.configured import EventList, SectorList
from screener.report.model import SCHEMA_VERSION, DaysFacts, PooledReport, Report, ScanFacts, short_banner
from screener.report.rows import news, rows_of
from screener.report.tables import Cell, Table

_BOM = b"\xef\xbb\xbf"
"""Makes spreadsheets read the file as UTF-8."""
BESIDE_FACTS = ("frames", "findings")
"""Of a study of many events, what stands in its document beside the facts."""
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def to_csv(table: Table) -> bytes:
    """UTF-8 with a byte-order mark; figures with a fixed number of decimals, '' for an empty cell."""
    columns = [_csv_texts(column, cells) for column, cells in zip(table.columns, table.cells, strict=True)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.header)
    writer.writerows(zip(*columns, strict=True))
    return _BOM + out.getvalue().encode()


def _csv_texts(column: Column, cells: list[Cell]) -> list[str]:
    if column.unit.decimals is not None:
        pattern = f"%.{column.unit.decimals}f"
        return ["" if cell is None else pattern % cell for cell in cells]
    texts = ["" if cell is None else str(cell) for cell in cells]
    if column.unit.holds is not str:
        return texts
    # A spreadsheet runs text that begins like a formula.
    safe = {text: f"'{text}" if text.lstrip().startswith(_FORMULA) else text for text in set(texts)}
    return [safe[text] for text in texts]


_PARQUET_TYPES: dict[type, pa.DataType] = {
    str: pa.string(),
    date: pa.date32(),
    int: pa.int64(),
    bool: pa.int8(),
    float: pa.float64(),
}


def to_parquet(table: Table) -> bytes:
    """Typed columns, figures rounded as in the CSV, null for an empty cell. The same table gives the same bytes.

    The metadata of a field has unit, meaning, decimals and when it is null; that of the schema has event, as_of,
    source, banner and schema_version.
    """
    schema = pa.schema([_parquet_field(column) for column in table.columns], metadata=dict(table.about.items()))
    arrays = [pa.array(cells, field.type) for cells, field in zip(table.cells, schema, strict=True)]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays, schema=schema), sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _parquet_field(column: Column) -> pa.Field[pa.DataType]:
    metadata: dict[str | bytes, str | bytes] = {
        "unit": column.unit.label,
        "meaning": column.meaning,
        "null": column.empty or "never",
    }
    if column.unit.decimals is not None:
        metadata["decimals"] = str(column.unit.decimals)
    return pa.field(column.name, _PARQUET_TYPES[column.unit.holds], metadata=metadata)


@dataclass(frozen=True)
class Skipped:
    """A stock that has no abnormal return in the leading window, and why."""

    stock: Stock
    code: str
    """no_price, listed_after, no_history, too_short, no_index, halted, refused: its row is not to be believed, or gap:
    its return spans sessions before it.
    """
    day: date | None
    """First day with a price; for `halted`, `refused` and `gap` the day that is concerned."""
    observations: int
    """Sessions of the estimation window on which the stock traded."""
    has_return: bool
    """Whether its raw return counts in the sector's means all the same."""


def to_json(report: Report, tables: Sequence[Table]) -> bytes:
    """UTF-8, keys in a fixed order, null for an unknown figure, one line for each entry of a list."""
    if report.scan:
        document = _document_of_scan(report, report.scan, tables)
    elif report.days:
        document = _document_of_days(report, report.days, tables)
    else:
        document = _document_of_report(report, tables)
    return _written(document)


def study_to_json(report: PooledReport, tables: Sequence[Table]) -> bytes:
    """A study of many events, written as `to_json` writes a report."""
    facts = {name: value for name, value in vars(report).items() if name not in BESIDE_FACTS}
    document = {
        "schema_version": SCHEMA_VERSION,
        "banner": short_banner(report.banner),
        "study": facts,
        **{table.name: table.records() for table in tables},
        "findings": report.findings,
    }
    return _written(document)


def list_to_json(listed: EventList | SectorList) -> bytes:
    """What is configured, written as `to_json` writes a report."""
    return _written({"schema_version": SCHEMA_VERSION, **vars(listed)})


def _document_of_report(report: Report, tables: Sequence[Table]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "banner": short_banner(report.banner),
        **_facts(report),
        "windows": [
            {**vars(window), "confounders": "; ".join(news(report.confounders(window)))} for window in report.windows
        ],
        **{table.name: table.records() for table in tables},
        "skipped": _skipped(report),
        "findings": report.findings,
    }


def _document_of_scan(report: Report, scan: ScanFacts, tables: Sequence[Table]) -> dict[str, Any]:
    facts = dict(vars(scan))
    if math.isnan(scan.stirred.p):
        facts["stirred"] = {**vars(scan.stirred), "p": None}
    return {
        "schema_version": SCHEMA_VERSION,
        **_facts(report),
        "filters": facts.pop("filters"),
        "window": report.leading,
        "confounders": report.confounders(report.leading),
        **facts,
        **{table.name: table.records() for table in tables},
        "findings": report.findings,
    }


def _document_of_days(report: Report, days: DaysFacts, tables: Sequence[Table]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "banner": short_banner(report.banner),
        **_facts(report),
        **vars(days),
        **{table.name: table.records() for table in tables},
        "findings": report.findings,
    }


def _facts(report: Report) -> dict[str, Any]:
    return {
        "event": report.event,
        "as_of": report.as_of,
        "provenance": report.provenance,
        "rules": report.rules,
        "day_check": report.day,
    }


def _skipped(report: Report) -> list[Skipped]:
    return [
        Skipped(
            Stock(row.ticker, row.name_ko, row.name_en, row.market, row.sector, row.theme),
            row.code,
            row.day,
            row.observations,
            row.has_return,
        )
        for row in rows_of(report.frames.skipped)
    ]


def _written(document: Mapping[str, Any]) -> bytes:
    return "".join(["{\n", ",\n".join(_member(key, value) for key, value in document.items()), "\n}\n"]).encode()


def _member(key: str, value: Any) -> str:
    """One key of the document; the lines of a list let two reports be compared line by line."""
    if isinstance(value, list | tuple) and value:
        return f"{_dump(key)}: [\n" + ",\n".join(map(_dump, value)) + "\n]"
    return f"{_dump(key)}: {_dump(value)}"


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if is_dataclass(value) and not isinstance(value, type):
        return vars(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


_dump = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_plain).encode
