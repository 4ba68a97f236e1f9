"""CSV, JSON, Parquet and Excel hold the same cell by cell; terminal, Markdown and HTML: tests/report/test_agreement.py."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from screener.columns.korean import HEADERS, TABLES
from screener.report.formats import files_of
from screener.report.screens import Screen

Cells = list[list[Any]]


def of_csv(content: bytes) -> Cells:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def of_json(rows: list[dict[str, Any]]) -> Cells:
    return [list(row.values()) for row in rows]


def of_parquet(content: bytes) -> tuple[list[str], Cells]:
    table = pq.read_table(io.BytesIO(content))
    return table.column_names, [list(row.values()) for row in table.to_pylist()]


def of_sheet(sheet: Any) -> Cells:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def same_as_csv(told: str, cell: Any) -> bool:
    """Whether CSV tells what JSON holds: a figure to the last decimal, a text that would run with a `'` before it."""
    if cell is None:
        return told == ""
    if isinstance(cell, str):
        return told in (cell, f"'{cell}")
    return bool(float(told) == cell)


@pytest.mark.filterwarnings("error")
def test_every_cell_of_every_table(screen: Screen) -> None:
    document = json.loads(screen.document())
    as_csv, as_parquet = files_of(screen, "csv", "kr"), files_of(screen, "parquet", "kr")
    [workbook] = files_of(screen, "xlsx", "kr").values()
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    compared = 0
    korean = "요약" in book.sheetnames
    for table, shown in zip(screen.tables(), screen.localised(), strict=True):
        header, *rows = of_csv(as_csv[f"{table.name}.csv"])
        in_json = of_json(document[table.name])
        assert len(in_json) == len(rows)
        assert all(list(row) == header for row in document[table.name])
        names, in_parquet = of_parquet(as_parquet[f"{table.name}.parquet"])
        assert names == header
        first, *in_sheet = of_sheet(book[TABLES[table.name] if korean else table.name])
        assert first == (shown.header if korean else header)
        # In Korean the sheet says what the codes mean, and has the same figures.
        said = [list(row) for row in zip(*(shown if korean else table).cells, strict=True)]
        in_sheet = in_sheet[: len(rows)]  # a table without rows has an empty one, for the filter
        for row, (told, json_row, parquet_row, sheet_row, said_row) in enumerate(
            zip(rows, in_json, in_parquet, in_sheet, said, strict=True)
        ):
            for name, a, b, c, d, e in zip(header, told, json_row, parquet_row, sheet_row, said_row, strict=True):
                where = f"{table.name}, row {row}, {name}"
                assert same_as_csv(a, b), where
                assert (c.isoformat() if hasattr(c, "isoformat") else c) == b, where
                assert (d.date() if isinstance(d, datetime) else d) == (None if e == "" else e), where
                assert isinstance(e, str) or (e.isoformat() if hasattr(e, "isoformat") else e) == b, where
                compared += 1
    assert compared > 300


def test_korean_csv_has_the_same_figures_under_korean_headers(screen: Screen) -> None:
    codes, korean = files_of(screen, "csv", "kr"), files_of(screen, "csv", "kr", "ko")
    assert set(korean) == set(codes)
    for name, content in codes.items():
        (header, *rows), (labels, *said) = of_csv(content), of_csv(korean[name])
        assert labels == [HEADERS[column] for column in header]
        assert len(set(labels)) == len(labels), name
        assert len(said) == len(rows)
        for row, of_people in zip(rows, said, strict=True):
            for a, b in zip(row, of_people, strict=True):
                assert a == b or not _is_figure(a)


def _is_figure(text: str) -> bool:
    return text.replace(".", "").replace("-", "").isdigit()
