"""The data dictionary and the schemas that are committed are those of the code, and what they say of cells is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from screener.archive.history import REVISION, history_rows, updated_history
from screener.columns import REPORT_TABLES, SCAN_TABLES
from screener.columns.column import Column
from screener.columns.pooled import STUDY_TABLES
from screener.report.formats.data import to_csv
from screener.report.formats.schema import descriptions
from screener.report.model import Report
from screener.report.screens import Screen
from screener.report.tables import Cell, tables_of
from tests.conftest import ROOT


@pytest.mark.parametrize("name", descriptions())
def test_committed_is_what_the_code_says(name: str) -> None:
    assert (ROOT / "reports" / name).read_bytes() == descriptions()[name], "run `make dictionary`"


def test_command_writes_them(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "screener.report.formats.schema", tmp_path], cwd=ROOT, check=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == descriptions()


def described() -> dict[str, list[str]]:
    """By section of the dictionary, the columns that its table names."""
    sections = re.split(r"^##+ ", descriptions()["README.md"].decode(), flags=re.MULTILINE)
    return {section.partition("\n")[0]: re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) for section in sections}


def test_each_column_is_described_in_its_place(screen: Screen) -> None:
    found = described()
    everywhere = found["How to read them"]
    for table in screen.tables():
        expected = [name for name in table.header if name not in everywhere]
        assert found[f"{table.name}.csv"] == expected
        assert [name for name in table.header if name in everywhere] == everywhere


def test_each_column_of_a_study_is_described_in_its_place() -> None:
    found = described()
    everywhere = set(found["How to read them"])
    for spec in STUDY_TABLES:
        names = [column.name for column in spec.columns if column.name not in everywhere]
        assert found[f"{spec.name}.csv of a study"] == names


def test_history_has_the_columns_of_sectors_and_the_revision(tmp_path: Path, study: Report) -> None:
    """As the dictionary says."""
    sectors = next(table for table in tables_of(study) if table.name == "sectors")
    history = updated_history(tmp_path, history_rows(to_csv(sectors)))
    assert history.decode("utf-8-sig").splitlines()[0].split(",") == [*sectors.header, REVISION]


def is_of_its_unit(column: Column, cell: Cell) -> bool:
    return isinstance(cell, int if column.unit.holds is bool else column.unit.holds)


def test_cells_hold_what_their_unit_says_and_are_empty_only_where_they_may_be(screen: Screen) -> None:
    for table in screen.tables():
        for row in zip(*table.cells, strict=True):
            for column, cell in zip(table.columns, row, strict=True):
                where = f"{table.name}.{column.name}: {cell!r}"
                assert column.empty or cell not in (None, ""), where
                assert cell is None or is_of_its_unit(column, cell), where


def test_texts_are_sentences() -> None:
    for spec in (*REPORT_TABLES, *SCAN_TABLES):
        for text in (spec.row, *(column.meaning for column in spec.columns)):
            assert re.fullmatch(r"[A-Za-z0-9`|].+\.", text), text
        for column in spec.columns:
            assert not column.empty.endswith("."), column.empty
