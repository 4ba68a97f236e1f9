"""The workbook, opened again by another library: what it says beside the cells that test_agreement.py compares."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Sequence
from datetime import datetime
from statistics import mean, median
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, LineChart

from screener.columns.column import Column, Unit
from screener.errors import DataError, ExitCode, UsageError
from screener.i18n import set_language
from screener.report.formats import files_of
from screener.report.formats.xlsx import to_workbook
from screener.report.model import Report
from screener.report.screens import Screen, StudyScreen
from screener.report.tables import Table, tables_of
from tests.i18n import speaking
from tests.pooled.handmade import CARS, handmade, ungrouped

LINES = ["Title", "A verdict", "A source"]
SPITEFUL = (
    "=1+1",
    "<script>alert(1)</script>",
    "+82-2",
    "@SUM(A1)",
    "{=A1}",
    "http://127.0.0.1/",
    "000660",
    "'quoted",
    "a & b",
)


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def book_of(report: Report, palette: str = "kr") -> Any:
    return opened(to_workbook(tables_of(report), LINES, palette))


@pytest.fixture(scope="module")
def book(demo: Report) -> Any:
    """That of the simulated market, which has every table and more sectors than a chart has colours."""
    return book_of(demo)


def small_table(unit: Unit, cells: Sequence[Any]) -> Table:
    columns = (*(Column(name, Unit.TEXT, "A text.") for name in ("event", "as_of", "source")), Column("x", unit, "It."))
    n = len(cells)
    return Table("t", columns, (["e"] * n, ["2024-04-26"] * n, ["s"] * n, list(cells)), {"as_of": "2024-04-26"})


def column_of(book: Any, sheet: str, name: str) -> list[Any]:
    """The cells below a header."""
    for column in book[sheet].iter_cols():
        if column[0].value == name:
            return list(column[1:])
    raise AssertionError(name)


def test_sheets(study: Report) -> None:
    book = book_of(study)
    made = [table.name for table in tables_of(study)]
    assert book.sheetnames == ["Summary", *made, "Chart figures", "Columns"]
    assert [book["Summary"].cell(row, 1).value for row in (1, 2, 3)] == LINES
    assert book.properties.title == "Title"
    assert book.properties.created.date() == study.as_of


def test_the_summary_has_the_sectors_best_first(study: Report) -> None:
    rows = list(book_of(study)["Summary"].iter_rows(min_row=len(LINES) + 2, values_only=True))
    header, *sectors = [row for row in rows if row[0]]
    assert header[:4] == ("Sector", "Stocks", "CAAR", "Mean return")
    caars = [row[2] for row in sectors]
    assert len(caars) > 1
    assert caars == sorted(caars, reverse=True)


def test_a_korean_workbook_speaks_korean_and_shows_no_hashes(press: Report) -> None:
    with speaking("ko"):
        screen = Screen("report", press)
        [content] = files_of(screen, "xlsx", "kr").values()
    book = opened(content)
    assert book.sheetnames[:3] == ["요약", "종목", "업종"]
    sheet = book["종목"]
    header = [cell.value for cell in sheet[1]]
    assert {"종목코드", "이름", "업종", "등락률"} <= set(header)
    row = dict(zip(header, (cell.value for cell in sheet[2]), strict=True))
    assert row["업종"] in ("AI 소프트웨어", "반도체", "전력기기")
    assert isinstance(row["시세 기준일"], datetime)
    for column in sheet.iter_cols():
        width = sheet.column_dimensions[column[0].column_letter].width
        for cell in column[1:]:
            if isinstance(cell.value, datetime):
                assert width >= len("2025-01-31") + 1
            elif isinstance(cell.value, float) and "%" in cell.number_format:
                assert width >= len(f"{cell.value:+.2%}") + 1


def test_text_is_text() -> None:
    """None of it is run, none becomes a link or a number, and none has a sign before it that is not its own."""
    book = opened(to_workbook([small_table(Unit.TEXT, SPITEFUL)], LINES))
    cells = column_of(book, "t", "x")
    assert [cell.value for cell in cells] == list(SPITEFUL)
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_lines_are_text_as_well() -> None:
    book = opened(to_workbook([small_table(Unit.TEXT, [])], ["=1+1", "<b>"]))
    assert [(book["Summary"].cell(row, 1).value, book["Summary"].cell(row, 1).data_type) for row in (1, 2)] == [
        ("=1+1", "s"),
        ("<b>", "s"),
    ]


def test_tickers_keep_their_zeros_and_warn_of_nothing(study: Report) -> None:
    content = to_workbook(tables_of(study), LINES)
    tickers = column_of(opened(content), "stocks", "ticker")
    assert {cell.value for cell in tickers} == {"000001", "000002", "000003"}
    assert {(cell.data_type, cell.number_format) for cell in tickers} == {("s", "@")}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:  # openpyxl does not read this part
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()
    assert '<ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/>' in sheet


@pytest.mark.parametrize(
    ("sheet", "column", "shown"),
    [
        ("stocks", "as_of", "yyyy-mm-dd"),
        ("stocks", "raw_return", "+0.00%;-0.00%;0.00%"),
        ("stocks", "p", '[<0.001]"<.001";0.000'),
        ("stocks", "marcap", "#,##0"),
        ("stocks", "score", "+0;-0;0"),
        ("stocks", "window_end", "+0;-0;0"),
        ("sectors", "n", "0"),
        ("sectors", "breadth_up", "0%"),
        ("levels", "level", "0.0000"),
    ],
)
def test_figures_are_shown_in_their_units(book: Any, sheet: str, column: str, shown: str) -> None:
    cells = [cell for cell in column_of(book, sheet, column) if cell.value is not None]
    assert cells
    assert {cell.number_format for cell in cells} == {shown}


@pytest.mark.parametrize(
    ("palette", "up", "down"), [("kr", "C5162E", "1359B0"), ("us", "0F7541", "C5162E"), ("cb", "A85000", "1359B0")]
)
def test_what_rose_and_what_fell_have_the_palettes_colours(study: Report, palette: str, up: str, down: str) -> None:
    sheet = book_of(study, palette)["stocks"]
    returns = next(cell.column_letter for cell in sheet[1] if cell.value == "raw_return")
    rules = [
        rule
        for area in sheet.conditional_formatting
        if str(area.sqref) == f"{returns}2:{returns}{sheet.max_row}"
        for rule in area.rules
    ]
    assert {(rule.operator, rule.formula[0], rule.dxf.font.color.rgb[2:]) for rule in rules} == {
        ("greaterThan", "0", up),
        ("lessThan", "0", down),
    }


def test_header_and_names_stay_in_sight(book: Any) -> None:
    # Frozen at the first cell that moves: below the header, right of what names a row.
    frozen = {"stocks": "G2", "sectors": "F2", "spreads": "F2", "placebos": "F2", "paths": "F2", "levels": "E2"}
    for name, corner in frozen.items():
        assert book[name].freeze_panes == corner
    assert book["stocks"]["G1"].value == "market"
    assert book["sectors"]["F1"].value == "n"
    sheet = book["stocks"]
    assert sheet.auto_filter.ref == sheet.dimensions


def test_hangul_has_room(press: Report) -> None:
    """A Korean letter is two wide: the longest name takes twice its letters at least."""
    set_language("ko")
    sheet = book_of(press)["stocks"]  # the codes of the columns, but the names in Korean
    names = [cell.value for cell in column_of(sheet.parent, "stocks", "name")]
    assert sheet.column_dimensions["F"].width >= 2 * max(len(name) for name in names if not name.isascii())


def test_charts_are_drawn_from_cells(book: Any) -> None:
    bars, lines = book["Summary"]._charts
    assert isinstance(bars, BarChart)
    assert isinstance(lines, LineChart)
    figures = book["Chart figures"]
    top = [cell.value for cell in figures["A"][1:] if cell.value]
    sectors = [row for row in rows_of(book["sectors"]) if (row["window_start"], row["window_end"]) == (0, 0)]
    assert top == [row["sector"] for row in sorted(sectors, key=lambda row: -row["caar_ew"])]
    [series] = bars.series
    assert series.val.numRef.f == f"'Chart figures'!$B$2:$B${len(top) + 1}"
    assert [float(cell.value) for cell in figures["B"][1 : len(top) + 1]] == sorted(
        (row["caar_ew"] for row in sectors), reverse=True
    )
    assert len(lines.series) == len(top)
    looks = {
        (one.graphicalProperties.line.solidFill.srgbClr, one.graphicalProperties.line.prstDash) for one in lines.series
    }
    assert len(looks) == len(top) > 7  # more sectors than colours, and still no two lines look alike
    paths = {(row["sector"], row["tau"]): row["caar"] for row in rows_of(book["paths"]) if row["theme"] is None}
    header = [cell.value for cell in figures[1]][3:]
    drawn = {
        (name, row[3]): row[4 + place]
        for row in figures.iter_rows(min_row=2, values_only=True)
        if row[3] is not None
        for place, name in enumerate(header[1:])
    }
    assert drawn == paths
    assert {series.cat.numRef.f for series in lines.series} == {f"'Chart figures'!$D$2:$D${len(drawn) // len(top) + 1}"}


def rows_of(sheet: Any) -> list[dict[str, Any]]:
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_newspaper_figures_have_no_paths_and_carry_their_banner(press: Report) -> None:
    book = book_of(press)
    [bars] = book["Summary"]._charts
    assert isinstance(bars, BarChart)
    banner = "figures selected by newspapers: sector means are overstated"
    assert book["Summary"]["A2"].value == banner
    assert book["stocks"].oddFooter.center.text == banner


def test_claims_alone_are_a_workbook(press: Report) -> None:
    [claims] = [table for table in tables_of(press) if table.name == "claims"]
    book = opened(to_workbook([claims], LINES))
    assert book.sheetnames == ["Summary", "claims", "Columns"]
    assert book["Summary"]._charts == []


def test_columns_are_explained(study: Report) -> None:
    book = book_of(study)
    explained = {(row["Sheet"], row["Column"]): row for row in rows_of(book["Columns"])}
    assert set(explained) == {(name, cell.value) for name in book.sheetnames[1:-2] for cell in book[name][1]}
    car = explained["stocks", "car"]
    assert car["Unit"] == "decimal"
    assert car["Meaning"].startswith("Cumulative abnormal return")
    assert car["Empty when"]


def test_same_report_same_bytes(study: Report) -> None:
    its_tables = tables_of(study)
    assert to_workbook(its_tables, LINES) == to_workbook(its_tables, LINES)


def dashes_of(content: bytes) -> dict[str, str]:
    """By name of a series of the line chart, how it is dashed."""
    chart = next(chart for chart in opened(content)["Summary"]._charts if isinstance(chart, LineChart))
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        xml = next(
            text
            for name in file.namelist()
            if "charts/chart" in name and "<c:lineChart>" in (text := file.read(name).decode())
        )
    named = re.findall(r"<c:ser>.*?<c:v>(.*?)</c:v>.*?</c:ser>", xml, re.DOTALL)
    styles = [re.search(r'prstDash val="(\w+)"', part) for part in re.findall(r"<c:ser>.*?</c:ser>", xml, re.DOTALL)]
    assert len(named) == len(styles) == len(chart.series)
    return {name: style[1] if style else "solid" for name, style in zip(named, styles, strict=True)}


def test_lines_of_post_hoc_groups_are_dashed_and_no_others(demo: Report) -> None:
    with speaking("en"):
        [content] = files_of(Screen("report", demo), "xlsx", "kr").values()
    dashes = dashes_of(content)
    assert len(dashes) > 3
    for name, dash in list(dashes.items())[:7]:
        assert (dash == "dash") is name.endswith("*"), name


def test_sheets_are_legible_on_paper(book: Any) -> None:
    """The columns stand on as many pages as they need, each with the header and the names of the rows."""
    sheet = book["stocks"]
    across = sheet.page_setup.fitToWidth
    widths = [sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]]
    assert sum(widths) / across < 300
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_title_cols.startswith("$A:$")
    columns = book["Columns"]
    assert columns.page_setup.orientation == "landscape"
    assert columns.sheet_properties.pageSetUpPr.fitToPage
    assert columns.page_setup.fitToWidth in (None, 1)
    for row in range(2, columns.max_row + 1):
        lines = max(len(columns.cell(row, index).value or "") / width for index, width in ((4, 90), (5, 70)))
        assert (columns.row_dimensions[row].height or 15) >= 15 * lines


def test_a_text_longer_than_a_cell_is_no_half_text() -> None:
    """Excel holds 32,767 letters in a cell, and its writers cut the rest off without a word."""
    with pytest.raises(DataError, match="t, x, row 2: too large for a sheet: write CSV or Parquet instead"):
        to_workbook([small_table(Unit.TEXT, ["a", "b" * 32_768])], LINES)
    to_workbook([small_table(Unit.TEXT, ["a", "b" * 32_767])], LINES)


def test_missing_library_is_one_line(study: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(UsageError) as caught:
        to_workbook(tables_of(study), LINES)
    assert caught.value.exit_code == ExitCode.USAGE
    assert str(caught.value) == "workbooks need xlsxwriter: pip install '.[xlsx]'"


def front(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


def summary(sheet: Any) -> list[tuple[Any, ...]]:
    """The rows from the header on."""
    rows = list(sheet.iter_rows(values_only=True))
    start = next(number for number, row in enumerate(rows) if row[0] == "Event group")
    return [row for row in rows[start:] if row[1] is not None]


def test_the_summary_has_the_groups_and_their_difference_in_the_first_window() -> None:
    header, *rows = summary(front(to_workbook(StudyScreen(handmade()).tables(), ["title"])))
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
