"""Pages as text, for a terminal, a pipe or a file.

Tables fit: columns are dropped by priority until the rest has room, and no figure is ever cut.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.box import Box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from screener.i18n import _
from screener.report.blocks import Cell, Field, Grid, Line, Page, cells_by_row
from screener.report.palette import PALETTES

PLAIN_WIDTH = 100
"""Columns of a page that goes to a file or a pipe."""
_PALETTE = "kr"
_TONES = {"plain": "", "strong": "bold", "dim": "dim", "banner": "bold reverse"}
_NARROW = str.maketrans("·−×²▲▼│█▌▐▁▂▃▄▅▆▇", "|-x2^v|#--_.,:=+*", "\N{COMBINING MACRON}") | {ord("₩"): "KRW"}
"""Replacements of characters that some terminals show two cells wide, or not at all."""
_LINE = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
_ASCII_LINE = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)

_GUTTER = 2
"""Cells between two columns: a padding of one, and a blank divider."""


@dataclass(frozen=True)
class Style:
    """How a page looks in a terminal."""

    palette: str = _PALETTE
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
    console.print(Group(*_blocks(page, style, summary=summary)))
    text = "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())
    return text.translate(_NARROW) if style.ascii else text


def _blocks(page: Page, style: Style, *, summary: bool) -> Iterator[RenderableType]:
    yield Text(page.title, style="bold")
    for line in page.head:
        yield _line(line, style)
    for section in page.sections:
        yield Text()
        if section.title:
            yield Text(section.title, style="bold")
        for block in section.body:
            if isinstance(block, Line):
                yield _line(block, style)
                continue
            first, *others = parts_of(block, style.width)
            yield from _table(first, style)
            if summary and others:
                columns = ", ".join(dict.fromkeys(field.header for _name, *fields in others for field in fields))
                yield Text(
                    _("Columns left out for lack of width: {columns} (--full shows them)", columns=columns), style="dim"
                )
            elif not summary:
                for fields in others:
                    yield Text()
                    yield from _table(fields, style)


def _line(line: Line, style: Style) -> RenderableType:
    text = Text(style=_TONES[line.tone] if line.tone != "banner" or style.colour else "")
    for span in line.spans:
        text.append(span.text, style=" ".join(filter(None, ("bold" if span.strong else "", _colour(span.sign, style)))))
    return Padding(text, (0, 0, 0, line.indent)) if line.indent else text


def _table(fields: Sequence[Field], style: Style) -> Iterator[RenderableType]:
    widths = [_width_of(field) for field in fields]
    printable = all(cell.text.isprintable() for field in fields for cell in field.cells)
    if printable and _total(widths) <= style.width:
        yield from _fitting(fields, widths, style)
    else:
        yield _folding(fields, widths, style)


def _fitting(fields: Sequence[Field], widths: Sequence[int], style: Style) -> Iterator[Text]:
    """The lines of a table in which nothing folds; `rich.table` lays out every cell, which takes six times as long."""
    header = Text()
    for number, (field, width) in enumerate(zip(fields, widths, strict=True)):
        if number:
            header.append(" ", style="bold").append(" ")
        header.append(_aligned(field.header, width, right=field.right), style="bold")
    yield header
    yield Text(("-" if style.ascii else "─") * _total(widths))
    for cells in cells_by_row(fields):
        row = Text()
        for number, (field, width, cell) in enumerate(zip(fields, widths, cells, strict=True)):
            row.append(" " * _GUTTER if number else "")
            row.append(_aligned(cell.text, width, right=field.right), style=_look(cell, style))
        yield row


def _aligned(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def _folding(fields: Sequence[Field], widths: Sequence[int], style: Style) -> Table:
    """A table in which the text of left-aligned columns folds, where even the columns that stay are too wide."""
    result = Table(
        box=_ASCII_LINE if style.ascii else _LINE,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
        header_style="bold",
    )
    for field, width in zip(fields, widths, strict=True):
        result.add_column(
            field.header,
            justify="right" if field.right else "left",
            no_wrap=field.right,
            overflow="fold",
            min_width=width if field.right else None,
        )
    for row in cells_by_row(fields):
        result.add_row(*(Text(cell.text, style=_look(cell, style)) for cell in row))
    return result


def _look(cell: Cell, style: Style) -> str:
    return "dim" if cell.dim else _colour(cell.sign, style)


def _colour(sign: int, style: Style) -> str:
    colours = PALETTES[style.palette].terminal
    return colours.up if sign > 0 else colours.down if sign < 0 else ""


def parts_of(grid: Grid, width: int) -> list[list[Field]]:
    """The grid as one or more tables that fit: what the first has no room for follows with the names of the rows.

    Columns without anything to say are left out. The first table drops the highest priority first, and the later of
    two columns of one priority; of columns for wide terminals, all of one priority together, and they do not follow.
    """
    # Columns are as wide as in the table beside it, so that both drop the same.
    beside = grid.aligned_with or grid.fields
    shown = [index for index, pair in enumerate(zip(grid.fields, beside, strict=True)) if any(f.shown for f in pair)]
    widths = [max(map(_width_of, pair)) for pair in zip(grid.fields, beside, strict=True)]
    kept = list(shown)
    while _total(widths[index] for index in kept) > width and any(grid.fields[index].priority for index in kept):
        last = max(kept, key=lambda index: (grid.fields[index].priority, index))
        if grid.fields[last].wide:
            kept = [index for index in kept if grid.fields[index].priority != grid.fields[last].priority]
        else:
            kept.remove(last)
    tables = [kept]
    for index in shown:
        if index in kept or grid.fields[index].wide:
            continue
        if tables[-1] is kept or _total(widths[place] for place in [*tables[-1], index]) > width:
            tables.append([0])
        tables[-1].append(index)
    return [[grid.fields[index] for index in table] for table in tables]


def _width_of(field: Field) -> int:
    """Cells that a column takes when nothing is cut."""
    return max([cell_len(field.header), *(cell_len(cell.text) for cell in field.cells)])


def _total(widths: Iterable[int]) -> int:
    widths = list(widths)
    return sum(widths) + _GUTTER * (len(widths) - 1)
