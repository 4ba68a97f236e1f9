"""Schemas and data dictionary: documents of every kind fit, what is committed is that of the code, and cells are as described."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from screener.archive.history import REVISION, history_rows, updated_history
from screener.columns import REPORT_TABLES, SCAN_TABLES
from screener.columns.column import Column
from screener.columns.pooled import STUDY_TABLES
from screener.data.sources import Tried
from screener.errors import ExitCode
from screener.krx.hours import KST
from screener.report.formats.data import to_csv
from screener.report.formats.schema import descriptions
from screener.report.model import Report, TrendRow
from screener.report.screens import Screen
from screener.report.tables import Cell, tables_of
from tests.conftest import ROOT

SCHEMAS = {name: json.loads(descriptions()[f"{name}.schema.json"]) for name in ("report", "scan", "days")}
Document = Any


def faults(schema: str, document: Document) -> list[str]:
    checker = Draft202012Validator(SCHEMAS[schema], format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{fault.json_path}: {fault.message}" for fault in checker.iter_errors(document)]


def test_documents_fit(screen: Screen) -> None:
    schema = screen.name if screen.name in SCHEMAS else "report"
    assert faults(schema, json.loads(screen.document())) == []


def test_a_fetched_report_fits(study: Report) -> None:
    """With what only live sources give: when it was fetched, funds for indices, and sources that could not serve."""
    live = replace(
        study.provenance,
        source="pykrx-keyless",
        fetched=datetime(2024, 4, 26, 18, 30, tzinfo=KST),
        proxies={"KOSPI": "KODEX 200 (069500)"},
        tried=(Tried("openapi", "no key", ExitCode.LOGIN),),
    )
    document = json.loads(Screen("report", replace(study, provenance=live)).document())
    assert document["provenance"]["fetched"] == "2024-04-26T18:30:00+09:00"
    assert faults("report", document) == []


def test_a_report_with_its_trend_fits(study: Report) -> None:
    rows = [
        TrendRow(study.sessions[0], 0, "A", 93.25, 1.0, 0.05, 0.04, 0.06),
        TrendRow(study.sessions[1], 1, "A", math.nan, math.nan, 0.07, math.nan, math.nan),
    ]
    document = json.loads(Screen("report", study.with_trend(rows)).document())
    assert [(row["tau"], row["score"], row["q"], row["p_family"]) for row in document["trend"]] == [
        (0, 93.2, 0.04, 0.06),
        (1, None, None, None),
    ]
    assert faults("report", document) == []


def test_tables_may_be_missing_from_a_part_alone(study: Report) -> None:
    document = json.loads(Screen("report", study).document())
    del document["stocks"]
    assert faults("report", document) == ["$: 'stocks' is a dependency of 'sectors'"]
    assert faults("report", document | {"part": {"tables": ["sectors"], "windows": [[0, 0]]}}) == []
    assert faults("report", document | {"part": {}}) != []


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_address_but_that_of_the_standard(name: str) -> None:
    text = json.dumps(SCHEMAS[name])
    assert text.count("://") == 1
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_column_is_described(name: str) -> None:
    tables = [one for one in SCHEMAS[name]["$defs"].values() if "event" in one["properties"]]
    assert len(tables) == {"report": 9, "scan": 3, "days": 1}[name]
    for table in tables:
        assert all(column["description"] for column in table["properties"].values())


def _stock(**changed: Any) -> Callable[[Document], None]:
    return lambda document: document["stocks"][0].update(changed)


def _sector(**changed: Any) -> Callable[[Document], None]:
    return lambda document: document["sectors"][0].update(changed)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (_stock(raw_return="0.1"), "$.stocks[0].raw_return: '0.1' is not of type 'number', 'null'"),
        (_stock(ticker=1), "$.stocks[0].ticker: 1 is not of type 'string'"),
        (_stock(window_end=0.5), "$.stocks[0].window_end: 0.5 is not of type 'integer'"),
        (_stock(ticker=None), "$.stocks[0].ticker: None is not of type 'string'"),
        (_stock(p=1.5), "$.stocks[0].p: 1.5 is greater than the maximum of 1"),
        (_stock(score=-101.0), "$.stocks[0].score: -101.0 is less than the minimum of -100"),
        (_stock(as_of="26 April"), "$.stocks[0].as_of: '26 April' is not a 'date'"),
        (_stock(more=1), "$.stocks[0]: Additional properties are not allowed ('more' was unexpected)"),
        (_sector(post_hoc=2), "$.sectors[0].post_hoc: 2 is not one of [0, 1]"),
        (_sector(n=None), "$.sectors[0].n: None is not of type 'integer'"),
        (lambda document: document["stocks"][0].pop("car"), "$.stocks[0]: 'car' is a required property"),
        (lambda document: document.pop("paths"), "$: 'paths' is a dependency of 'sectors'"),
        (lambda document: document.pop("event"), "$: 'event' is a required property"),
        (lambda document: document.update(schema_version="0"), "$.schema_version: '2' was expected"),
        (lambda document: document.update(more=[]), "$: Additional properties are not allowed ('more' was unexpected)"),
        (lambda document: document["event"].update(base=None), "$.event.base: None is not of type 'string'"),
        (lambda document: document["rules"].update(model="guess"), "$.rules.model: 'guess' is not one of "),
        (lambda document: document["rules"].update(windows=[[0]]), "$.rules.windows[0]: [0] is too short"),
        (lambda document: document["provenance"].update(sessions="40"), "$.provenance.sessions: '40' is not of type"),
    ],
)
def test_what_is_wrong_does_not_fit(study: Report, spoil: Callable[[Document], object], fault: str) -> None:
    document = json.loads(Screen("report", study).document())
    assert faults("report", document) == []
    spoil(document)
    [found] = faults("report", document)
    assert found.startswith(fault)


def test_a_scan_is_no_report(scan: Screen, study: Report) -> None:
    assert faults("report", json.loads(scan.document()))
    assert faults("scan", json.loads(Screen("report", study).document()))


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
