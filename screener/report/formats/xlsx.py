"""Tables as an Excel workbook: a summary with charts, a sheet for each table, and the meaning of the columns."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from screener.columns.column import FIRST, Column, Unit
from screener.columns.groups import SECTORS
from screener.columns.korean import HEADERS, TABLES
from screener.columns.pooled import POOLED
from screener.errors import DataError, UsageError, install
from screener.i18n import N_, _
from screener.report.formats.xlsx_charts import FORMATS, Record, draw, in_first_window
from screener.report.formatting import window_name
from screener.report.model import ALL, VERDICTS
from screener.report.palette import PALETTES
from screener.report.tables import Cell, Table
from screener.report.views.pooled import group_name

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_COLOURED = (Unit.RETURN, Unit.SCORE)
_NARROWEST, _WIDEST = 9, 44
_BUTTON = 3
"""Width of the filter button in a header."""
_SHOWN = {Unit.DATE: 10, Unit.RETURN: 8, Unit.PROBABILITY: 6}
"""Characters of a figure as its format shows it: a column that is narrower shows ### instead."""
_SUMMARY = (
    ("sector", N_("Sector"), 26),
    ("n", N_("Stocks"), 8),
    ("caar_ew", N_("CAAR"), 10),
    ("mean_return_ew", N_("Mean return"), 13),
    ("placebo_p", N_("p"), 8),
    ("p_family", N_("corrected p"), 12),
    ("n_up", N_("Up"), 7),
    ("n_down", N_("Down"), 7),
    ("volume_ratio", N_("Vol. x"), 12),
    ("score", N_("Score"), 8),
    ("verdict", N_("Verdict"), 18),
)
"""Columns of the sectors on the summary, with their headers and widths."""
_OF_EVENTS = (
    ("group", N_("Event group"), 28),
    ("window", N_("Window"), 10),
    ("events", N_("Events"), 9),
    ("sessions", N_("Sessions"), 10),
    ("caar", N_("CAAR"), 10),
    ("caar_low", N_("95% CI, low"), 14),
    ("caar_high", N_("95% CI, high"), 14),
    ("p_shift", N_("p"), 8),
    ("z_shift", N_("z"), 8),
    ("median_car", N_("Median"), 10),
    ("positive", N_("Positive"), 10),
)
"""Columns of the groups of events on the summary of a study of many events; together as wide as those of sectors."""
_PAGE, _PARTS = sum(width for *_column, width in _SUMMARY), len(_SUMMARY)
"""Width of the summary, and the columns that it spans: a single one would be cut off on narrower paper."""
_LINE = 15.0
"""Height of a line of text, in points."""
_A3, _A4 = 8, 9
_ON_A3 = 300
"""Characters across an A3 page on which figures are still legible."""
_EVERYWHERE = "A1:XFD1048576"


def to_workbook(
    tables: Sequence[Table],
    lines: Sequence[str],
    palette: str = "kr",
    names: Mapping[str, str] | None = None,
    shown: Sequence[Table] | None = None,
) -> bytes:
    """The workbook: `lines`, sectors and charts, a sheet for each table, and the meaning of every column.

    Each cell holds what the CSV holds, shown in its unit; text stays text, whatever it begins with. The same arguments
    give the same bytes.

    Args:
        tables: one at least; of a study, `sectors` and `paths` are drawn.
        lines: title, verdicts, provenance.
        palette: kr: up red, down blue; us: up green, down red; cb: safe for the colour-blind.
        names: by id, what the summary calls a sector; one that is not there goes by its id.
        shown: the same tables as the sheets have them, if that is in Korean.

    Raises:
        UsageError: xlsxwriter is not installed.
        DataError: a table has more than a sheet can hold.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise UsageError("workbooks need xlsxwriter", hint=install("xlsx", "xlsxwriter")) from None
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    about = tables[0].about
    # The day of the prices, for a workbook that knew the time of its making would differ from run to run.
    created = datetime.combine(date.fromisoformat(about["as_of"]), time(), UTC)
    book.set_properties({"title": lines[0], "comments": about.get("banner", ""), "created": created})
    book.set_size(2400, 1400)
    front = book.add_worksheet(_("Summary"))
    looks = _Looks(book, palette)
    sheets = [TABLES[table.name] if shown else table.name for table in tables]
    for sheet, table in zip(sheets, shown or tables, strict=True):
        _write_table(book.add_worksheet(sheet), table, looks)
    bottom = _write_lines(front, [*lines[:1], *([about["banner"]] if "banner" in about else []), *lines[1:]], looks)
    names = names or {}
    records = {table.name: table.records() for table in tables if table.name in ("sectors", "pooled", "paths")}
    bottom = _write_figures(front, bottom + 1, records, names, looks)
    draw(book, front, bottom + 1, records, palette, names)
    _explain(book.add_worksheet(_("Columns")), dict(zip(sheets, tables, strict=True)), looks, korean=shown is not None)
    book.close()
    return out.getvalue()


class _Looks:
    """The formats of one workbook."""

    def __init__(self, book: Workbook, palette: str) -> None:
        self.title = book.add_format({"bold": True, "font_size": 14, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        header = {"bold": True, "bg_color": "#E4E7EB", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        self.header = book.add_format({**header, **_side(Unit.TEXT)})
        self.header_of_numbers = book.add_format({**header, "align": "right"})
        self.header_of_figures = book.add_format({**header, "align": "right", "indent": _BUTTON - 1})
        self.cells: dict[Unit, Format] = {
            unit: book.add_format({"num_format": FORMATS.get(unit, "@" if unit.holds is str else "0"), **_side(unit)})
            for unit in Unit
        }
        colours = PALETTES[palette].day
        self.up, self.down = (book.add_format({"font_color": colour.upper()}) for colour in (colours.up, colours.down))


def _side(unit: Unit) -> Mapping[str, Any]:
    """Alignment: text and dates on the left, with an indent."""
    return {"align": "left", "indent": 1} if unit.holds in (str, date) else {"align": "right"}


def _write_table(sheet: Worksheet, table: Table, looks: _Looks) -> None:
    """Fill a sheet: frozen header, filter, cells in their units."""
    bottom, right = max(len(table.cells[0]), 1), len(table.columns) - 1
    widths = [_width(column, cells) for column, cells in zip(table.columns, table.cells, strict=True)]
    sheet.set_row(0, 2 * _LINE)
    for index, (column, cells) in enumerate(zip(table.columns, table.cells, strict=True)):
        head = looks.header if column.unit.holds in (str, date) else looks.header_of_figures
        sheet.write_string(0, index, column.name, head)
        for number, cell in enumerate(cells, 1):
            _write_cell(sheet, number, index, column, cell, looks.cells[column.unit])
        sheet.set_column(index, index, widths[index])
        if column.unit in _COLOURED:
            _colour(sheet, (1, index, bottom, index), looks)
    named = len(FIRST) + len(list(takewhile(_names, table.columns[len(FIRST) :])))
    sheet.freeze_panes(1, named)
    sheet.autofilter(0, 0, bottom, right)
    sheet.ignore_errors({"number_stored_as_text": _EVERYWHERE})
    beside = sum(widths[:named])
    _lay_out(sheet, math.ceil((sum(widths) - beside) / (_ON_A3 - beside)))
    sheet.repeat_columns(0, named - 1)
    sheet.set_footer(f"&L&A&C{table.about.get('banner', '')}&R&P / &N")


def _lay_out(sheet: Worksheet, across: int) -> None:
    """Print landscape on A3 with the header on every page, the columns on `across` pages."""
    sheet.set_landscape()
    sheet.set_paper(_A3)
    sheet.fit_to_pages(across, 0)
    sheet.repeat_rows(0)


def _names(column: Column) -> bool:
    return column.unit in (Unit.NAME, Unit.NUMBER)


def _write_cell(sheet: Worksheet, row: int, index: int, column: Column, cell: Cell, look: Format) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, date):
        refused = sheet.write_datetime(row, index, cell, look)
    elif isinstance(cell, str):
        refused = sheet.write_string(row, index, cell, look)
    else:
        refused = sheet.write_number(row, index, cell, look)
    if refused:
        raise DataError(
            "{table}, {column}, row {row}: too large for a sheet",
            hint="write CSV or Parquet instead",
            table=sheet.get_name(),
            column=column.name,
            row=row,
        )


def _width(column: Column, cells: Sequence[Cell]) -> int:
    """Column width that shows header and cells, in characters."""
    if column.unit.holds is str:
        longest = max((cell_len(str(cell)) for cell in cells if cell is not None), default=0)
    else:
        longest = max((len(f"{cell:,.0f}") for cell in cells if isinstance(cell, float)), default=0)
    longest = max(longest, _SHOWN.get(column.unit, 0))
    return min(max(longest + 2, cell_len(column.name) + _BUTTON, _NARROWEST), _WIDEST)


def _write_lines(sheet: Worksheet, lines: Sequence[str], looks: _Looks) -> int:
    """Write the lines of the summary; returns the first row below them."""
    sheet.hide_gridlines(2)
    for row, line in enumerate(lines):
        look, size = (looks.text, 1.0) if row else (looks.title, 1.4)
        sheet.merge_range(row, 0, row, _PARTS - 1, "", look)
        sheet.write_string(row, 0, line, look)
        # A workbook has no way to ask for as many lines as a text needs. Letters are narrower than figures.
        sheet.set_row(row, _LINE * size * math.ceil(size * cell_len(line) / (1.1 * _PAGE)))
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 1)
    return len(lines)


def _sectors_of(sectors: Sequence[Record], names: Mapping[str, str]) -> list[Record]:
    """The sectors in the first window, the best first and those that are no evidence last."""
    inside, measure = in_first_window(sectors)

    def place(row: Record) -> tuple[bool, float]:
        return bool(row["post_hoc"]), -row[measure] if row[measure] is not None else math.inf

    verdicts = {code: _(text) for code, text in VERDICTS.items()}
    return [
        {
            **row,
            "sector": names.get(str(row["sector"]), row["sector"]),
            "verdict": verdicts.get(str(row["verdict"]), ""),
        }
        for row in sorted(inside, key=place)
    ]


def _events_of(records: Sequence[Record]) -> list[Record]:
    """All events in each window, then the groups, and their differences, in the first one."""
    windows = [(row["window_start"], row["window_end"]) for row in records]
    kept = []
    for row, window in zip(records, windows, strict=True):
        name, versus = group_name(str(row["group"])), row["versus"]
        if window == windows[0] or (row["group"] == ALL and versus is None):
            label = name if versus is None else _("{a} - {b}", a=name, b=group_name(str(versus)))
            kept.append({**row, "group": label, "window": window_name(*window)})
    return sorted(kept, key=lambda row: row["group"] != group_name(ALL))


def _write_figures(
    sheet: Worksheet, top: int, records: Mapping[str, Sequence[Record]], names: Mapping[str, str], looks: _Looks
) -> int:
    """Write the sectors of a study, or the groups of many events, from row `top` on; returns the first row below."""
    events = _events_of(records.get("pooled", ()))
    shown, columns = (_OF_EVENTS, POOLED.columns) if events else (_SUMMARY, SECTORS.columns)
    for index, (_name, _header, width) in enumerate(shown):
        sheet.set_column(index, index, width)
    rows = events or _sectors_of(records.get("sectors", ()), names)
    if not rows:
        return top
    units = {"window": Unit.TEXT, **{column.name: column.unit for column in columns}}
    for index, (name, header, _width) in enumerate(shown):
        is_text = units[name].holds is str
        sheet.write_string(top, index, _(header), looks.header if is_text else looks.header_of_numbers)
        for number, row in enumerate(rows, top + 1):
            value = row[name]
            if isinstance(value, str):
                sheet.write_string(number, index, value, looks.cells[units[name]])
            elif value is not None:
                sheet.write_number(number, index, value, looks.cells[units[name]])
        if units[name] in _COLOURED:
            _colour(sheet, (top + 1, index, top + len(rows), index), looks)
    sheet.ignore_errors({"number_stored_as_text": _EVERYWHERE})
    return top + 1 + len(rows)


def _colour(sheet: Worksheet, area: tuple[int, int, int, int], looks: _Looks) -> None:
    """Colour what rose and what fell."""
    for criteria, look in ((">", looks.up), ("<", looks.down)):
        sheet.conditional_format(*area, {"type": "cell", "criteria": criteria, "value": 0, "format": look})


def _explain(sheet: Worksheet, tables: Mapping[str, Table], looks: _Looks, *, korean: bool) -> None:
    """Write the meaning of each column of each sheet; where headers are Korean, with the name that programs use."""
    headers = [_("Sheet"), _("Column"), _("Unit"), _("Meaning"), _("Empty when"), *([_("Code")] if korean else [])]
    widths = (16, 28, 24, 90, 70, 20)
    for index, (header, width) in enumerate(zip(headers, widths, strict=False)):
        sheet.write_string(0, index, header, looks.header)
        sheet.set_column(index, index, width)
    explained = [(name, column) for name, table in tables.items() for column in table.columns]
    for row, (name, column) in enumerate(explained, 1):
        header = HEADERS[column.name] if korean else column.name
        texts = [name, header, column.unit.label, column.meaning, column.empty, *([column.name] if korean else [])]
        for index, text in enumerate(texts):
            sheet.write_string(row, index, text, looks.text)
        lines = (math.ceil(cell_len(text) / width) for text, width in zip(texts, widths, strict=False))
        sheet.set_row(row, _LINE * max(1, *lines))
    _lay_out(sheet, 1)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(explained), len(headers) - 1)
