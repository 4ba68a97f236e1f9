"""Tables that fit: columns are dropped by priority until the rest has room, and no figure is ever cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import Box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

_GUTTER = 2
"""Cells between two columns: a padding of one, and the box's blank divider."""

_LINE = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
_ASCII_LINE = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


@dataclass(frozen=True)
class Field:
    """One column of a terminal table."""

    header: str
    cells: Sequence[Text]
    priority: int = 0
    """0 stays always; of the others the highest number goes first."""
    right: bool = True

    @property
    def width(self) -> int:
        """Cells that the column takes when nothing is cut."""
        return max([cell_len(self.header), *(cell.cell_len for cell in self.cells)])

    @property
    def empty(self) -> bool:
        """Whether no cell holds a figure."""
        return all(cell.plain in ("", "-") for cell in self.cells)


def fitting(fields: Sequence[Field], width: int) -> list[Field]:
    """The fields that say something and have room in `width` cells; the highest priority number is dropped first."""
    kept = [field for field in fields if not (field.priority and field.empty)]
    while sum(field.width + _GUTTER for field in kept) > width and any(field.priority for field in kept):
        # Of several columns of one priority the last goes first: the earlier ones matter more.
        del kept[max(range(len(kept)), key=lambda place: (kept[place].priority, place))]
    return kept


def table(fields: Sequence[Field], width: int, *, ascii_only: bool) -> Table:
    """A table of the fitting fields; the text of left-aligned columns folds where even they are too wide."""
    kept = fitting(fields, width)
    result = Table(
        box=_ASCII_LINE if ascii_only else _LINE,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
        header_style="bold",
    )
    for field in kept:
        result.add_column(
            field.header,
            justify="right" if field.right else "left",
            no_wrap=field.right,
            overflow="fold",
            min_width=field.width if field.right else None,
        )
    for row in zip(*(field.cells for field in kept), strict=True):
        result.add_row(*row)
    return result
