"""Pages as text, for a terminal, a pipe or a file.

Tables fit: columns are dropped by priority until the rest has room, and no figure is ever cut.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.box import Box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from screener.i18n import _
from screener.report.blocks import Cell, Field, Grid, Line, Page
from screener.report.palette import PALETTES

PLAIN_WIDTH = 100
"""Columns of a page that goes to a file or a pipe."""
PALETTE = "kr"
_TONES = {"plain": "", "strong": "bold", "dim": "dim", "banner": "bold reverse"}
_NARROW = str.maketrans("·−▲▼│█▌▐▁▂▃▄▅▆▇", "|-^v|#--_.,:=+*", "\N{COMBINING MACRON}")
"""Replacements of characters that some terminals show two cells wide, or not at all."""
_LINE = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
_ASCII_LINE = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)

_GUTTER = 2
"""Cells between two columns: a padding of one, and a blank divider."""


@dataclass(frozen=True)
class Style:
    """How a page looks in a terminal."""

    palette: str = PALETTE
    """kr: up red, down blue; us: up green, down red; cb: safe for the colour-blind."""
    ascii: bool = False
    """No arrows or lines that some terminals show two cells wide."""
    width: int = PLAIN_WIDTH
    colour: bool = False


def render(page: Page, style: Style, *, summary: bool = False) -> str:
    """The page as text, with colour codes if `style.colour`; every line ends with a newline.

    What has no room in a table stands in a further one below it; in a `summary` a line says what was left out.
    """
    out = io.StringIO()
    console = Console(
        file=out,
        width=style.width,
        force_terminal=style.colour,
        color_system="256" if style.colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for block in _Terminal(style, summary=summary).blocks(page):
        console.print(block)
    text = "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())
    return text.translate(_NARROW) if style.ascii else text


class _Terminal:
    """Makes the renderables of a page."""

    def __init__(self, style: Style, *, summary: bool) -> None:
        self.style, self.summary = style, summary

    def blocks(self, page: Page) -> Iterator[RenderableType]:
        yield Text(page.title, style="bold")
        for line in page.head:
            yield from self._line(line)
        for section in page.sections:
            yield Text()
            if section.title:
                yield Text(section.title, style="bold")
            for block in section.body:
                yield from self._line(block) if isinstance(block, Line) else self._grid(block)

    def _line(self, line: Line) -> Iterator[RenderableType]:
        text = Text(style=_TONES[line.tone] if line.tone != "banner" or self.style.colour else "")
        for span in line.spans:
            text.append(
                span.text, style=" ".join(filter(None, ("bold" if span.strong else "", self._colour(span.sign))))
            )
        yield Padding(text, (0, 0, 0, line.indent)) if line.indent else text

    def _grid(self, grid: Grid) -> Iterator[RenderableType]:
        if not self.summary:
            for number, fields in enumerate(parts_of(grid, self.style.width)):
                if number:
                    yield Text()
                yield self._table(fields)
            return
        kept, lost = summary_of(grid, self.style.width)
        yield self._table(kept)
        if lost:
            yield Text(
                _("No room for: {columns} (--full shows them)", columns=", ".join(dict.fromkeys(lost))), style="dim"
            )

    def _table(self, fields: Sequence[Field]) -> Table:
        result = Table(
            box=_ASCII_LINE if self.style.ascii else _LINE,
            padding=(0, 1, 0, 0),
            pad_edge=False,
            show_edge=False,
            header_style="bold",
        )
        widths = [_width_of(field) for field in fields]
        # Where everything fits, rich need not measure every cell once more.
        fits = sum(widths) + _GUTTER * (len(widths) - 1) <= self.style.width
        for field, width in zip(fields, widths, strict=True):
            # The text of left-aligned columns folds where even the columns that stay are too wide.
            result.add_column(
                field.header,
                justify="right" if field.right else "left",
                no_wrap=fits or field.right,
                overflow="fold",
                width=width if fits else None,
                min_width=width if field.right else None,
            )
        for row in zip(*(field.cells for field in fields), strict=True):
            result.add_row(*self._cells(row))
        return result

    def _cells(self, row: Iterable[Cell]) -> Iterator[Text]:
        for cell in row:
            yield Text(cell.text, style="dim" if cell.dim else self._colour(cell.sign))

    def _colour(self, sign: int) -> str:
        colours = PALETTES[self.style.palette].terminal
        return colours.up if sign > 0 else colours.down if sign < 0 else ""


def _width_of(field: Field) -> int:
    """Cells that a column takes when nothing is cut."""
    return max([cell_len(field.header), *(cell_len(cell.text) for cell in field.cells)])


def fitting(fields: Sequence[Field], width: int) -> list[int]:
    """Indices of the non-empty fields that fit `width` cells; the highest priority is dropped first."""
    kept = [index for index, field in enumerate(fields) if field.shown]
    while _total_width(fields, kept) > width and any(fields[index].priority for index in kept):
        # Of several columns of one priority the last goes first: the earlier ones matter more.
        kept.remove(max(kept, key=lambda index: (fields[index].priority, index)))
    return kept


def parts_of(grid: Grid, width: int) -> list[list[Field]]:
    """The grid as one or more tables that fit; columns that do not fit follow below, with the names of the rows."""
    measured = _measured(grid)
    places = fitting(measured, width)
    tables, left = [places], _dropped(measured, places)
    while left:
        taken = [0, left.pop(0)]
        while left and _total_width(measured, [*taken, left[0]]) <= width:
            taken.append(left.pop(0))
        tables.append(taken)
    return [[grid.fields[index] for index in table] for table in tables]


def summary_of(grid: Grid, width: int) -> tuple[list[Field], list[str]]:
    """The grid as one table that fits, and the headers of the dropped columns."""
    measured = _measured(grid)
    places = fitting(measured, width)
    return [grid.fields[index] for index in places], [measured[index].header for index in _dropped(measured, places)]


def _dropped(fields: Sequence[Field], places: Sequence[int]) -> list[int]:
    """Indices of the fields that hold something, and have no place."""
    return [index for index, field in enumerate(fields) if field.shown and index not in places]


def _measured(grid: Grid) -> list[Field]:
    """The columns as wide as in the table beside it."""
    if not grid.aligned_with:
        return list(grid.fields)
    return [
        Field(field.header, (*field.cells, *other.cells), field.priority, field.right)
        for field, other in zip(grid.fields, grid.aligned_with, strict=True)
    ]


def _total_width(fields: Sequence[Field], places: Sequence[int]) -> int:
    return sum(_width_of(fields[index]) for index in places) + _GUTTER * (len(places) - 1)
