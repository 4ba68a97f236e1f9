"""Parquet, read again: types, and what the file says of itself; the cells are compared in test_agreement.py."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from screener.report.formats.data import to_parquet
from screener.report.model import Report
from screener.report.tables import Table, tables_of


def table_of(report: Report, name: str) -> Table:
    return next(table for table in tables_of(report) if table.name == name)


def read(report: Report, name: str) -> Any:
    return pq.read_table(io.BytesIO(to_parquet(table_of(report, name))))


def test_types(demo: Report) -> None:
    schema = read(demo, "sectors").schema
    assert {
        name: schema.field(name).type for name in ("sector", "as_of", "n", "post_hoc", "caar_ew", "placebo_rank")
    } == {
        "sector": pa.string(),
        "as_of": pa.date32(),
        "n": pa.int64(),
        "post_hoc": pa.int8(),
        "caar_ew": pa.float64(),
        "placebo_rank": pa.int64(),
    }


def test_types_do_not_hang_on_what_is_in_a_table(press: Report, demo: Report) -> None:
    """Without any row, or without a single figure in a column, it has the type that it always has."""
    for name in ("stocks", "sectors", "paths", "levels", "claims"):
        assert read(press, name).schema.types == read(demo, name).schema.types
    assert read(press, "paths").num_rows == 0


def test_fields_say_what_they_hold(demo: Report) -> None:
    schema = read(demo, "stocks").schema
    assert schema.field("car").metadata == {
        b"unit": b"decimal",
        b"meaning": b"Cumulative abnormal return: the sum of return minus expected return over the window.",
        b"decimals": b"6",
        b"null": b"no model could be fitted before the event, or a session of the window has no return",
    }
    assert schema.field("ticker").metadata[b"null"] == b"never"
    assert all(field.metadata[b"meaning"] for field in schema)


def test_the_file_says_what_it_is_of(press: Report, study: Report) -> None:
    assert read(press, "stocks").schema.metadata == {
        b"rows": b"One stock as a member of one sector, in one window; a stock of two sectors has rows in both.",
        b"event": b"deepseek",
        b"as_of": b"2025-01-31",
        b"source": b"press",
        b"language": b"en",
        b"schema_version": b"2",
        b"banner": b"figures selected by newspapers: sector means are overstated",
    }
    assert b"banner" not in read(study, "stocks").schema.metadata


def test_same_table_same_bytes(study: Report) -> None:
    assert to_parquet(table_of(study, "stocks")) == to_parquet(table_of(study, "stocks"))
