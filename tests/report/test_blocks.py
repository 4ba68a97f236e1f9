"""The blocks of pages: what says nothing is left out."""

from __future__ import annotations

from screener.report.blocks import Cell, Field, Grid, Page, Section, cells_by_row, line

NAMES = Field("Name", (Cell("a"), Cell("b")), right=False)
FIGURES = Field("Figure", (Cell("1"), Cell("-")))
UNKNOWN = Field("Other", (Cell("-"), Cell("")), priority=1)


def test_a_column_without_anything_is_shown_only_where_it_may_not_be_dropped() -> None:
    always = Field("Always", (Cell("-"), Cell("-")))
    assert Grid((NAMES, UNKNOWN, always)).shown == [NAMES, always]


def test_cells_stand_by_row() -> None:
    assert [[cell.text for cell in row] for row in cells_by_row((NAMES, FIGURES))] == [["a", "1"], ["b", "-"]]
    assert list(cells_by_row(())) == []


def test_texts_of_a_section_are_notes_and_empty_ones_are_left_out() -> None:
    grid = Grid((NAMES,))
    section = Section.of("key", "Title", grid, "", line("plain"), line(""), "a note")
    assert section == Section("key", "Title", (grid, line("plain"), line(""), line("a note", "dim")))


def test_a_page_leaves_out_sections_without_a_line_or_a_row() -> None:
    without_rows = Grid((Field("Name", ()), Field("Figure", ())))
    sections = (
        Section.of("none", "Nothing"),
        Section.of("rows", "No rows", without_rows),
        Section.of("columns", "No columns", Grid(())),
        Section.of("note", "No rows, but a note", without_rows, "why"),
        Section.of("line", "", line("text")),
        Section.of("table", "Rows", Grid((NAMES, FIGURES))),
    )
    page = Page.of("Title", iter([line("head")]), iter(sections))
    assert page.head == (line("head"),)
    assert [section.key for section in page.sections] == ["note", "line", "table"]
