"""The registry agrees with what is computed."""

from __future__ import annotations

from collections import Counter

import pytest

from screener.analysis.frames import stacked
from screener.analysis.model import VERDICTS
from screener.analysis.scores import PARTS
from screener.columns import FRAMES, REPORT_TABLES, SCAN_TABLES, shared
from screener.columns.claims import CLAIMS
from screener.columns.column import ADDED, BY_LANGUAGE, FIRST, LAST, Column, TableSpec, Unit
from screener.columns.groups import DAYS
from screener.columns.korean import HEADERS, TABLES
from screener.columns.pooled import STUDY_TABLES


@pytest.mark.parametrize("table", FRAMES.values(), ids=FRAMES)
def test_a_table_has_each_column_once(table: TableSpec) -> None:
    assert max(Counter(column.name for column in table.columns).values()) == 1


@pytest.mark.parametrize("table", [*REPORT_TABLES, *SCAN_TABLES, DAYS], ids=lambda table: table.name)
def test_a_frame_has_what_its_files_have(table: TableSpec) -> None:
    own = table.columns[len(FIRST) : -len(LAST)]
    missing = [column for column in own if column.name not in table.dtypes]
    assert all(column.suffixes in (ADDED, BY_LANGUAGE) for column in missing)
    frame = stacked(table.name, ())
    assert dict(frame.dtypes.astype(str)) == dict(table.dtypes)


def test_whole_numbers_that_may_be_unknown_are_floats() -> None:
    assert Column("n", Unit.COUNT).dtype == "int64"
    assert Column("n", Unit.COUNT, empty="sometimes").dtype == "float64"


def test_the_words_of_the_analysis_are_those_of_the_registry() -> None:
    [verdict] = [column.meaning for column in CLAIMS.columns if column.name == "verdict"]
    assert verdict.startswith(f"{', '.join(VERDICTS[:-1])} or {VERDICTS[-1]}: ")
    assert [part.name for part in shared.PARTS] == [f"score_{part}" for part in PARTS]


def test_every_column_and_table_of_files_has_a_korean_header() -> None:
    tables = (*REPORT_TABLES, *SCAN_TABLES, FRAMES["days"], *STUDY_TABLES)
    assert set(HEADERS) == {column.name for table in tables for column in table.columns}
    assert set(TABLES) == {table.name for table in tables}
