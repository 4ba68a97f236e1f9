"""Tables as an Excel workbook: a summary with charts, a sheet for each table, and what the columns mean."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from screener.errors import DataError, UsageError
from screener.i18n import _
from screener.report.columns import FIRST, Column, Unit
from screener.report.formats.xlsx_charts import draw
from screener.report.palette import PALETTES
from screener.report.tables import Cell, Table

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_FORMATS = {
    Unit.DATE: "yyyy-mm-dd",
    Unit.TAU: "+0;-0;0",
    Unit.RETURN: "+0.00%;-0.00%;0.00%",
    Unit.GROWTH: "0.0000",
    Unit.SHARE: "0%",
    Unit.WEIGHT: "0.00%",
    Unit.PART: "+0.00;-0.00;0.00",
    Unit.CORRELATION: "+0.00;-0.00;0.00",
    Unit.RATIO: "0.0",
    Unit.STATISTIC: "+0.00;-0.00;0.00",
    Unit.PROBABILITY: '[<0.001]"<.001";0.000',
    Unit.SCORE: "+0;-0;0",
    Unit.SESSIONS: "0.0",
    Unit.KRW: "#,##0",
    Unit.SEE_UNIT: "0.0000",
}
"""How a figure is shown; the cell holds that of the CSV all the same. Text is `@`, whole numbers are plain."""
_COLOURED = (Unit.RETURN, Unit.SCORE)
_NARROWEST, _WIDEST = 9, 44
_BUTTON = 3
"""Width that the button of a filter takes of a header."""
_PAGE, _PARTS = 88, 8
"""Width of the summary, and the columns that it is made of: one alone would be cut off where paper is narrower."""
_LINE = 15.0
"""Height of a line of text, in points."""
_A3, _A4 = 8, 9
_EVERYWHERE = "A1:XFD1048576"


def to_workbook(
    tables: Sequence[Table],
    lines: Sequence[str],
    palette: str = "kr",
    names: Mapping[str, str] | None = None,
) -> bytes:
    """The workbook: `lines` and charts, then a sheet for each table, at the end the meaning of every column.

    Each cell holds what the CSV holds, shown in its unit; text stays text, whatever it begins with. The same arguments
    give the same bytes.

    Args:
        tables: one at least; of a study, `sectors` and `paths` are drawn.
        lines: title, verdicts, provenance.
        palette: kr: up red, down blue; us: up green, down red; cb: safe for the colour-blind.
        names: by id, what the charts call a sector; one that is not there goes by its id.

    Raises:
        UsageError: xlsxwriter is not installed.
        DataError: a table has more than a sheet can hold.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise UsageError("workbooks need xlsxwriter", hint="run `pip install 'krx-impact-screener[xlsx]'`") from None
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    about = tables[0].about
    # The day of the prices, for a workbook that knew the time of its making would differ from run to run.
    created = datetime.combine(date.fromisoformat(about["as_of"]), time(), UTC)
    book.set_properties({"title": lines[0], "comments": about.get("banner", ""), "created": created})
    book.set_size(2400, 1400)
    front = book.add_worksheet(_("Summary"))
    looks = _Looks(book, palette)
    for table in tables:
        _write_table(book.add_worksheet(table.name), table, looks)
    bottom = _write_lines(front, [*lines[:1], *([about["banner"]] if "banner" in about else []), *lines[1:]], looks)
    draw(book, front, bottom + 1, tables, palette, names or {})
    _explain(book.add_worksheet(_("Columns")), tables, looks)
    book.close()
    return out.getvalue()


class _Looks:
    """The formats of one workbook."""

    def __init__(self, book: Workbook, palette: str) -> None:
        self.title = book.add_format({"bold": True, "font_size": 14, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        header = {"bold": True, "bg_color": "#E4E7EB", "bottom": 1}
        self.header = book.add_format({**header, **_side(Unit.TEXT)})
        self.header_of_figures = book.add_format({**header, "align": "right", "indent": _BUTTON - 1})
        self.cells: dict[Unit, Format] = {
            unit: book.add_format({"num_format": _FORMATS.get(unit, "@" if unit.holds is str else "0"), **_side(unit)})
            for unit in Unit
        }
        colours = PALETTES[palette].day
        self.up, self.down = (book.add_format({"font_color": colour.upper()}) for colour in (colours.up, colours.down))


def _side(unit: Unit) -> Mapping[str, Any]:
    """Text and dates stand on the left, apart from the figure beside them."""
    return {"align": "left", "indent": 1} if unit.holds in (str, date) else {"align": "right"}


def _write_table(sheet: Worksheet, table: Table, looks: _Looks) -> None:
    """A sheet with a header that stays, a filter, and cells in their units."""
    bottom, right = max(len(table.cells[0]), 1), len(table.columns) - 1
    for place, (column, cells) in enumerate(zip(table.columns, table.cells, strict=True)):
        head = looks.header if column.unit.holds in (str, date) else looks.header_of_figures
        sheet.write_string(0, place, column.name, head)
        for number, cell in enumerate(cells, 1):
            _write_cell(sheet, number, place, column, cell, looks.cells[column.unit])
        sheet.set_column(place, place, _width(column, cells))
        if column.unit in _COLOURED:
            for criteria, look in ((">", looks.up), ("<", looks.down)):
                rule = {"type": "cell", "criteria": criteria, "value": 0, "format": look}
                sheet.conditional_format(1, place, bottom, place, rule)
    named = len(FIRST) + len(list(takewhile(_names, table.columns[len(FIRST) :])))
    sheet.freeze_panes(1, named)
    sheet.autofilter(0, 0, bottom, right)
    sheet.ignore_errors({"number_stored_as_text": _EVERYWHERE})
    sheet.set_landscape()
    sheet.set_paper(_A3)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L&A&C{table.about.get('banner', '')}&R&P / &N")


def _names(column: Column) -> bool:
    return column.unit in (Unit.NAME, Unit.NUMBER)


def _write_cell(sheet: Worksheet, row: int, place: int, column: Column, cell: Cell, look: Format) -> None:
    if cell is None or cell == "":
        return
    if not isinstance(cell, str):
        refused = sheet.write_number(row, place, cell, look)
    elif column.unit is Unit.DATE:
        refused = sheet.write_datetime(row, place, date.fromisoformat(cell), look)
    else:
        refused = sheet.write_string(row, place, cell, look)
    if refused:
        raise DataError(
            "{table}, {column}, row {row}: more than a sheet can hold",
            hint="write CSV or Parquet instead",
            table=sheet.get_name(),
            column=column.name,
            row=row,
        )


def _width(column: Column, cells: Sequence[Cell]) -> int:
    """Width that shows header and cells, in narrow characters."""
    if column.unit.holds is str:
        longest = max((cell_len(str(cell)) for cell in cells if cell is not None), default=0)
    else:
        longest = max((len(f"{cell:,.0f}") for cell in cells if isinstance(cell, float)), default=0)
    return min(max(longest + 2, len(column.name) + _BUTTON, _NARROWEST), _WIDEST)


def _write_lines(sheet: Worksheet, lines: Sequence[str], looks: _Looks) -> int:
    """The lines of the summary; the first row below them."""
    sheet.hide_gridlines(2)
    sheet.set_column(0, _PARTS - 1, _PAGE / _PARTS)
    for row, line in enumerate(lines):
        look, size = (looks.text, 1.0) if row else (looks.title, 1.4)
        sheet.merge_range(row, 0, row, _PARTS - 1, "", look)
        sheet.write_string(row, 0, line, look)
        # A workbook has no way to ask for as many lines as a text needs. Letters are narrower than figures.
        sheet.set_row(row, _LINE * size * math.ceil(size * cell_len(line) / (1.1 * _PAGE)))
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 1)
    return len(lines)


def _explain(sheet: Worksheet, tables: Sequence[Table], looks: _Looks) -> None:
    """What each column of each sheet holds."""
    headers = [_("Sheet"), _("Column"), _("Unit"), _("Meaning"), _("Empty when")]
    for place, (header, width) in enumerate(zip(headers, (12, 20, 24, 90, 70), strict=True)):
        sheet.write_string(0, place, header, looks.header)
        sheet.set_column(place, place, width)
    explained = [(table.name, column) for table in tables for column in table.columns]
    for row, (name, column) in enumerate(explained, 1):
        for place, text in enumerate((name, column.name, column.unit.label, column.meaning, column.empty)):
            sheet.write_string(row, place, text, looks.text)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(explained), len(headers) - 1)
