"""Pages in a terminal, a pipe or a text file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.box import Box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from screener.i18n import _
from screener.report.blocks import Cell, Field, Grid, Line, Page
from screener.report.layout import summary_of, tables_of, width_of

PLAIN_WIDTH = 100
"""Columns of a page that goes to a file or a pipe."""
PALETTE = "kr"
_COLOURS = {"kr": ("red", "dodger_blue2"), "us": ("green", "red"), "cb": ("dark_orange", "dodger_blue2")}
_TONES = {"plain": "", "strong": "bold", "dim": "dim", "banner": "bold reverse"}
_NARROW = str.maketrans("·−▲▼│█▌▐▁▂▃▄▅▆▇", "|-^v|#--_.,:=+*", "\N{COMBINING MACRON}")
"""Characters that some terminals show two cells wide, or not at all."""
_LINE = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
_ASCII_LINE = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


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
    for block in _Terminal(style, summary).blocks(page):
        console.print(block)
    text = "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())
    return text.translate(_NARROW) if style.ascii else text


@dataclass(frozen=True)
class _Terminal:
    style: Style
    summary: bool

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
            for number, fields in enumerate(tables_of(grid, self.style.width)):
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
        for field in fields:
            # The text of left-aligned columns folds where even the columns that stay are too wide.
            result.add_column(
                field.header,
                justify="right" if field.right else "left",
                no_wrap=field.right,
                overflow="fold",
                min_width=width_of(field) if field.right else None,
            )
        for row in zip(*(field.cells for field in fields), strict=True):
            result.add_row(*self._cells(row))
        return result

    def _cells(self, row: Iterable[Cell]) -> Iterator[Text]:
        for cell in row:
            yield Text(cell.text, style="dim" if cell.dim else self._colour(cell.sign))

    def _colour(self, sign: int) -> str:
        up, down = _COLOURS[self.style.palette]
        return up if sign > 0 else down if sign < 0 else ""
