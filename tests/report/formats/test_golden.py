"""One file of each format, as it was when it was last looked at; `pytest --snapshot-update` after a wanted change.

Text is compared byte for byte. The bytes of Parquet and Excel hang on the version of the library that writes them, so
what is compared is what another reader finds in them: types, metadata and cells, formats and places of the charts.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension

from screener.report.formats import files_of
from screener.report.model import Report
from screener.report.screens import Screen
from tests.i18n import speaking


@pytest.fixture
def screen(study: Report) -> Iterator[Screen]:
    with speaking("ko"):
        yield Screen("report", study)


def golden(snapshot: SnapshotAssertion, extension: str) -> SnapshotAssertion:
    class AsFile(SingleFileSnapshotExtension):
        file_extension = extension

    return snapshot.use_extension(AsFile)


@pytest.mark.parametrize(
    ("format_", "file"),
    [
        ("txt", "report.txt"),
        ("md", "report.md"),
        ("html", "report.html"),
        ("csv", "sectors.csv"),
        ("json", "report.json"),
    ],
)
def test_text(screen: Screen, snapshot: SnapshotAssertion, format_: str, file: str) -> None:
    assert files_of(screen, format_, "kr")[file] == golden(snapshot, format_)


def test_parquet(screen: Screen, snapshot: SnapshotAssertion) -> None:
    table = pq.read_table(io.BytesIO(files_of(screen, "parquet", "kr")["sectors.parquet"]))
    told = {
        "metadata": _decoded(table.schema.metadata),
        "columns": [{"name": one.name, "type": str(one.type), **_decoded(one.metadata)} for one in table.schema],
        "rows": table.to_pylist(),
    }
    assert _as_json(told) == golden(snapshot, "json")


def test_workbook(screen: Screen, snapshot: SnapshotAssertion) -> None:
    book: Any = openpyxl.load_workbook(io.BytesIO(files_of(screen, "xlsx", "kr")["report.xlsx"]))
    sheet = book["업종"]
    told = {
        "sheets": {one.title: [one.dimensions, one.freeze_panes] for one in book},
        "summary": [cell.value for cell in book.worksheets[0]["A"] if cell.value],
        "charts": [
            [type(chart).__name__, chart.anchor._from.row, *(series.val.numRef.f for series in chart.series)]
            for chart in book.worksheets[0]._charts
        ],
        "sectors": [[[cell.value, cell.number_format] for cell in row if cell.value is not None] for row in sheet],
    }
    assert _as_json(told) == golden(snapshot, "json")


def _decoded(metadata: dict[bytes, bytes] | None) -> dict[str, str]:
    return {key.decode(): value.decode() for key, value in (metadata or {}).items()}


def _as_json(told: dict[str, Any]) -> bytes:
    """A line for each entry, so that a change shows where it is."""
    parts = []
    for key, value in told.items():
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        lines = [json.dumps(entry, ensure_ascii=False, default=str) for entry in entries]
        parts.append(f"{json.dumps(key)}: [\n" + ",\n".join(lines) + "\n]")
    return ("{" + ",\n".join(parts) + "}\n").encode()
