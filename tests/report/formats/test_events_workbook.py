"""The workbook of a study of many events: its summary has the figures of the groups, and their paths as a chart."""

from __future__ import annotations

import io
from statistics import mean, median
from typing import Any

import openpyxl
import pytest

from screener.report.formats.xlsx import to_workbook
from screener.report.screens import StudyScreen
from tests.pooled.handmade import CARS, handmade, ungrouped


def front(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


def table(sheet: Any) -> list[tuple[Any, ...]]:
    """The rows from the header on."""
    rows = list(sheet.iter_rows(values_only=True))
    start = next(number for number, row in enumerate(rows) if row[0] == "Event group")
    return [row for row in rows[start:] if row[1] is not None]


def test_the_summary_has_the_groups_and_their_difference_in_the_first_window() -> None:
    header, *rows = table(front(to_workbook(StudyScreen(handmade()).tables(), ["title"])))
    assert header[:5] == ("Event group", "Window", "Events", "Sessions", "CAAR")
    assert [row[:2] for row in rows] == [
        ("all events", "[0,0]"),
        ("all events", "[0,+5]"),
        ("split", "[0,0]"),
        ("issue", "[0,0]"),
        ("split - issue", "[0,0]"),
    ]
    split = dict(zip(header, rows[2], strict=True))
    cars = CARS["split"]
    assert (split["Events"], split["CAAR"], split["Median"], split["Positive"]) == (
        len(cars),
        pytest.approx(mean(cars), abs=1e-6),
        pytest.approx(median(cars), abs=1e-6),
        pytest.approx(sum(car > 0 for car in cars) / len(cars), abs=1e-4),
    )


def test_the_summary_draws_a_path_for_each_group() -> None:
    for report, lines in ((handmade(), 1 + len(CARS)), (ungrouped(), 1)):
        [chart] = front(to_workbook(StudyScreen(report).tables(), ["title"]))._charts
        assert len(chart.series) == lines
