"""Tables that fit: columns are dropped by priority until the rest has room, and no figure is ever cut."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from screener.report.blocks import Field, Grid

GUTTER = 2
"""Cells between two columns: a padding of one, and the box's blank divider."""


def width_of(field: Field) -> int:
    """Cells that a column takes when nothing is cut."""
    return max([cell_len(field.header), *(cell_len(cell.text) for cell in field.cells)])


def fitting(fields: Sequence[Field], width: int) -> list[int]:
    """Places of the fields that say something and have room in `width` cells; the highest priority goes first."""
    kept = [place for place, field in enumerate(fields) if not (field.priority and field.empty)]
    while _width(fields, kept) > width and any(fields[place].priority for place in kept):
        # Of several columns of one priority the last goes first: the earlier ones matter more.
        kept.remove(max(kept, key=lambda place: (fields[place].priority, place)))
    return kept


def tables_of(grid: Grid, width: int) -> list[list[Field]]:
    """The grid as one or more tables that fit: what has no room in one stands below it, with the names of the rows."""
    measured = _measured(grid)
    places = fitting(measured, width)
    told = [place for place, field in enumerate(measured) if not (field.priority and field.empty)]
    tables = [places]
    left = [place for place in told if place not in places]
    while left:
        taken = [0, left.pop(0)]
        while left and _width(measured, [*taken, left[0]]) <= width:
            taken.append(left.pop(0))
        tables.append(taken)
    return [[grid.fields[place] for place in table] for table in tables]


def summary_of(grid: Grid, width: int) -> tuple[list[Field], list[str]]:
    """The grid as one table that fits, and the headers of the columns that were given up."""
    measured = _measured(grid)
    places = fitting(measured, width)
    lost = [
        field.header
        for place, field in enumerate(measured)
        if place not in places and not (field.priority and field.empty)
    ]
    return [grid.fields[place] for place in places], lost


def _measured(grid: Grid) -> list[Field]:
    """The columns as wide as in the table beside it."""
    if not grid.aligned_with:
        return list(grid.fields)
    return [
        Field(field.header, (*field.cells, *other.cells), field.priority, field.right)
        for field, other in zip(grid.fields, grid.aligned_with, strict=True)
    ]


def _width(fields: Sequence[Field], places: Sequence[int]) -> int:
    return sum(width_of(fields[place]) for place in places) + GUTTER * (len(places) - 1)
