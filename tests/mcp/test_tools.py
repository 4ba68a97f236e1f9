"""Parts of documents, and what tools promise; neither needs the SDK."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from screener.columns import REPORT_TABLES
from screener.errors import UsageError
from screener.mcp.tools import TOOLS, ReportTable, Setup, part_of_order, part_of_report
from screener.report.screens import TABLES

WINDOWS = [{"first": 0, "last": 0}, {"first": 0, "last": 5}]
REPORT = {
    "schema_version": "1",
    "banner": "made up",
    "windows": WINDOWS,
    "stocks": [{"ticker": "1", "window_start": 0, "window_end": last} for last in (0, 5)],
    "sectors": [{"sector": "A", "window_start": 0, "window_end": last} for last in (0, 5)],
    "paths": [{"tau": 0}, {"tau": 1}],
    "claims": [{"id": "C1", "window_start": -1, "window_end": -1}],
    "findings": [{"code": "x"}],
}


def scan(count: int) -> dict[str, Any]:
    return {
        "schema_version": "1",
        "scan": [{"rank": rank} for rank in range(1, count + 1)],
        "groups": [{"number": number} for number in range(1, count + 1)],
        "industries": [],
    }


def test_a_table_can_be_asked_for_if_a_report_has_it() -> None:
    assert set(get_args(ReportTable)) == {spec.name for spec in REPORT_TABLES}


def test_tools_are_the_screens_and_what_is_configured() -> None:
    assert set(TOOLS) == {*TABLES, "events", "sectors"}


def test_only_what_was_asked_for_is_left() -> None:
    part = part_of_report(REPORT, ["stocks", "claims"], [[0, 5]])
    assert part == {
        "schema_version": "1",
        "part": {"tables": ["stocks", "claims"], "windows": [[0, 5]]},
        "banner": "made up",
        "windows": [{"first": 0, "last": 5}],
        "stocks": [{"ticker": "1", "window_start": 0, "window_end": 5}],
        "claims": REPORT["claims"],
        "findings": [{"code": "x"}],
    }


def test_the_first_window_is_meant_where_none_is_named() -> None:
    part = part_of_report(REPORT, ["sectors", "paths"], None)
    assert part["windows"] == WINDOWS[:1]
    assert [row["window_end"] for row in part["sectors"]] == [0]
    assert part["paths"] == REPORT["paths"]


def test_an_unknown_window_is_named_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match=r"no window \[0, 1\]: windows of the report: \[0, 0\], \[0, 5\]"):
        part_of_report(REPORT, ["sectors"], [[0, 0], [0, 1]])


def test_both_ends_of_a_scan_and_the_first_groups() -> None:
    part = part_of_order(scan(7), 2)
    assert [row["rank"] for row in part["scan"]] == [1, 2, 6, 7]
    assert [row["number"] for row in part["groups"]] == [1, 2]
    assert part["part"] == {"top": 2}


def test_a_scan_of_few_is_whole() -> None:
    whole = scan(3)
    assert part_of_order(whole, 3) is whole


def test_the_session_of_the_event_stays() -> None:
    rows = [{"rank": 1, "tau": -9}, {"rank": 2, "tau": 4}, {"rank": 3, "tau": 0}, {"rank": 4, "tau": 1}]
    part = part_of_order({"schema_version": "1", "days": rows}, 1)
    assert part["days"] == [rows[0], rows[2]]


@pytest.mark.parametrize(
    ("source", "fetches"),
    [
        ("store", False),
        ("store:openapi", False),
        ("file:a.csv", False),
        ("press", False),
        ("auto", True),
        ("pykrx", True),
        ("openapi", True),
        ("datagokr", True),
    ],
)
def test_which_sources_fetch(source: str, fetches: bool) -> None:
    assert Setup(None, None, source).may_fetch is fetches
