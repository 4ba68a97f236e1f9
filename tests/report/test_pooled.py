"""A study of many events in every format: all say the same, and the documents fit their schema."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator
from openpyxl import load_workbook

from screener.analysis.frames import from_rows
from screener.choices import FORMATS
from screener.columns.column import ADDED, BY_LANGUAGE, FIRST, LAST, TableSpec
from screener.columns.korean import HEADERS, TABLES
from screener.columns.pooled import STUDY_TABLES
from screener.i18n import LANGUAGES, Language
from screener.report.formats import files_of
from screener.report.formats.schema import descriptions
from screener.report.model import PooledReport
from screener.report.screens import StudyScreen
from tests.i18n import speaking
from tests.pooled.handmade import empty, handmade, ungrouped

NAMES = [spec.name for spec in STUDY_TABLES]
SCHEMA = json.loads(descriptions()["study.schema.json"])


def faults(document: object) -> list[str]:
    checker = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{fault.json_path}: {fault.message}" for fault in checker.iter_errors(document)]


@pytest.mark.parametrize("table", STUDY_TABLES, ids=lambda table: table.name)
def test_a_frame_has_what_its_files_have(table: TableSpec) -> None:
    assert table.columns[0].name == "study"
    own = table.columns[len(FIRST) : -len(LAST)]
    assert len({column.name for column in table.columns}) == len(table.columns)
    assert all(column.suffixes in (ADDED, BY_LANGUAGE) for column in own if column.name not in table.dtypes)
    assert dict(from_rows(table, ()).dtypes.astype(str)) == dict(table.dtypes)
    assert all(column.meaning for column in table.columns)


@pytest.mark.parametrize("report", [handmade(), ungrouped(), empty(), handmade(simulated=True)])
def test_documents_fit_their_schema(report: PooledReport) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    document = json.loads(StudyScreen(report).document())
    assert faults(document) == []
    document["pooled"][0]["p_shift"] = 1.5
    assert faults(document) == ["$.pooled[0].p_shift: 1.5 is greater than the maximum of 1"]


def test_facts_stand_beside_the_tables() -> None:
    document = json.loads(StudyScreen(handmade()).document())
    assert document["study"]["left_out"]["no such stock"] == 2
    assert document["study"]["rules"]["windows"] == [[0, 0], [0, 5]]
    assert document["study"]["events"] == 20
    assert len(document["events"]) == 2 * 20 + 5
    assert "frames" not in document["study"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_formats_hold_the_same(language: Language, tmp_path: Path) -> None:
    with speaking(language):
        screen = StudyScreen(handmade())
        files = {name: content for form in FORMATS for name, content in files_of(screen, form, "kr").items()}
    assert {f"{name}.csv" for name in NAMES} | {"study.html", "study.txt", "study.xlsx", "study.png"} <= set(files)
    document = json.loads(files["study.json"])
    (tmp_path / "study.xlsx").write_bytes(files["study.xlsx"])
    book = load_workbook(tmp_path / "study.xlsx")
    for name in NAMES:
        rows = list(csv.DictReader(io.StringIO(files[f"{name}.csv"].decode("utf-8-sig"))))
        records = document[name]
        columns = pq.read_table(io.BytesIO(files[f"{name}.parquet"])).to_pylist()
        # A Korean workbook is for readers: its headers and codes are in Korean.
        readers = language == "ko"
        sheet = list(book[TABLES[name] if readers else name].iter_rows(values_only=True))
        assert len(rows) == len(records) == len(columns) == len(sheet) - 1
        for row, record, column, cells in zip(rows, records, columns, sheet[1:], strict=True):
            header = [HEADERS[key] for key in row] if readers else list(row)
            assert list(row) == list(record) == list(column)
            assert header == list(sheet[0])
            for text, value, cell in zip(row.values(), record.values(), cells, strict=True):
                if isinstance(value, float):
                    assert float(text) == value == cell
                else:
                    assert text == ("" if value is None else str(value))


def test_figures_are_rounded_and_nothing_is_lost() -> None:
    [events, pooled, paths, regression] = StudyScreen(handmade()).tables()
    assert [table.name for table in (events, pooled, paths, regression)] == NAMES
    first = events.records()[0]
    assert (first["event_id"], first["symbol"], first["car"], first["used"]) == ("E01", "KRX:005930", 0.061, 1)
    assert first["share"] == 0.2664  # 0.061 of 0.229
    assert regression.records()[1]["coefficient"] == 0.0000042
    left = events.records()[-1]
    assert (left["reason"], left["used"], left["car"], left["window_start"]) == ("no history", 0, None, None)


def test_without_a_regression_there_is_no_file_of_it() -> None:
    assert [table.name for table in StudyScreen(ungrouped()).tables()] == NAMES[:-1]


def test_simulated_prices_are_said_everywhere() -> None:
    screen = StudyScreen(replace(handmade(), simulated=True))
    for name, content in {**files_of(screen, "html", "kr"), **files_of(screen, "json", "kr"), **screen.latex()}.items():
        assert b"imulated market" in content or b"SIMULATED" in content, name
