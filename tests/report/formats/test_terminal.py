"""The terminal: no figure is lost at any width, and direction never hangs on colour alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from rich.cells import cell_len

from screener.config import load_settings
from screener.i18n import Language, _, set_language
from screener.report.blocks import WIDE, Cell, Field, Grid, Page, Section
from screener.report.formats.terminal import Style, parts_of, render
from screener.report.formatting import bar, percent, probability, sparkline
from screener.report.model import Report
from screener.report.request import Request
from screener.report.rows import group_names, rows_of
from screener.report.screens import Screen
from screener.report.views.study import study_page
from tests.data import small
from tests.report.tables import in_leading_window
from tests.reports import make_report

WIDTHS = [60, 61, 72, 80, 100, 120, 123, 140, 200]


def grids(page: Page) -> Iterator[Grid]:
    for section in page.sections:
        yield from (block for block in section.body if isinstance(block, Grid))


WHOLE = (60, 100, 200)
"""Widths at which every row of a long table is rendered; at the others those that decide how wide its columns are."""


def telling(grid: Grid) -> Grid:
    """The first rows of a grid, and of each column the rows of its longest and its shortest cell."""
    count = len(grid.fields[0].cells)
    rows = {*range(min(count, 10))}
    for field in grid.fields:
        by_length = sorted(range(count), key=lambda row: cell_len(field.cells[row].text))
        rows |= {*by_length[:1], *by_length[-1:]}
    chosen = sorted(rows)
    fields = (replace(field, cells=[field.cells[row] for row in chosen]) for field in grid.fields)
    return replace(grid, fields=tuple(fields))


def letters(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


@pytest.mark.parametrize("width", WIDTHS)
def test_no_letter_of_any_table_is_lost(pages: dict[str, Page], width: int) -> None:
    seen: set[str] = set()
    for name, page in pages.items():
        for grid in grids(page):
            said = repr([(field, field.cells) for field in grid.fields])
            if said in seen:  # on another page, of which it is a part as well
                continue
            seen.add(said)
            grid = grid if width in WHOLE else telling(grid)
            alone = Page("", (), (Section("", "", (grid,)),))
            shown = render(alone, Style(width=width))
            assert max(cell_len(line) for line in shown.splitlines()) <= width
            tables = parts_of(grid, width)
            expected = letters("".join(text for table in tables for field in table for text in texts(field)))
            found = letters(shown)
            del found["─"]
            assert found == expected, (name, width)
            assert_in_place(shown, tables)
            told = {id(field) for table in tables for field in table}
            assert all(id(field) in told or field.empty or field.wide for field in grid.fields)
            for field in grid.fields:
                if field.right and not field.empty and not field.wide:
                    assert all(cell.text in shown for cell in field.cells), (name, width, field.header)


def assert_in_place(shown: str, tables: list[list[Field]]) -> None:
    """Where no cell is folded, each line holds the cells of one row in their order."""
    rows = [["".join(texts(field)[at].split()) for field in table] for table in tables for at in range(height(table))]
    lines = ["".join(line.split()) for line in shown.splitlines() if line.strip() and set(line.strip()) != {"─"}]
    if len(lines) == len(rows):
        assert lines == ["".join(row) for row in rows]


def height(table: list[Field]) -> int:
    return 1 + len(table[0].cells)


def texts(field: Field) -> list[str]:
    return [field.header, *(cell.text for cell in field.cells)]


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("plain", [False, True])
def test_a_table_in_which_nothing_folds_is_as_rich_lays_it_out(colour: bool, plain: bool) -> None:
    """A character without width, which is no text to print, leaves the table to rich."""
    style = Style(colour=colour, ascii=plain)

    def shown(mark: str) -> str:
        names = Field("Sector", [Cell(f"반도체{mark}"), Cell("AI", dim=True), Cell("")], right=False)
        moved = Field("CAAR %", [Cell("▲ +1.50", 0.015, 1), Cell("-", dim=True), Cell("-12.00", -0.12, -1)])
        notes = Field("Notes", [Cell("limit up", sign=1), Cell(""), Cell("halted")], right=False)
        return render(Page("", (), (Section("", "", (Grid((names, moved, notes)),)),)), style)

    assert shown("\u200b").replace("\u200b", "") == shown("")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_summary_names_the_columns_that_it_leaves_out(study: Report, width: int, language: Language) -> None:
    set_language(language)
    page = study_page(study)
    text = render(page, Style(width=width), summary=True)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    for grid in grids(page):
        kept, *rest = parts_of(grid, width)
        lost = [field.header for _names, *fields in rest for field in fields]
        joined = re.sub(r"\s+", "", text)
        assert all(re.sub(r"\s+", "", header) in joined for header in lost)
        assert {field.header for field in kept if not field.wide} | set(lost) == {
            field.header for field in grid.fields if not (field.priority and field.empty) and not field.wide
        }


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_stock_and_sector_stands_in_the_whole_report(
    study: Report, press: Report, width: int, language: Language
) -> None:
    set_language(language)
    for report in (study, press):
        text = render(study_page(report, full=True), Style(width=width))
        assert "…" not in text
        for row in rows_of(in_leading_window(report, "stocks").dropna(subset="raw_return")):
            assert row.ticker in text
            assert percent(row.raw_return) in text
        for row in rows_of(in_leading_window(report, "sectors")):
            if row.n and row.theme is None:
                assert percent(row.mean_return_ew) in text
                assert f"{row.n_up}/{row.n_flat}/{row.n_down}" in text
                assert report.provenance.selected or probability(row.placebo_p) in text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_summary_of_the_real_event_fits_one_screen(real: Report, language: Language) -> None:
    set_language(language)
    text = render(study_page(real), Style(), summary=True)
    # The command adds an empty line and one for the files; the prompt stands below.
    assert len(text.splitlines()) + 3 <= 40
    assert "--full shows them)" not in text  # every column has room
    assert "자리가 없어" not in text


def test_a_truncation_says_how_many_are_left_and_what_shows_them(demo: Report) -> None:
    text = render(study_page(demo), Style(), summary=True)
    abnormal = in_leading_window(demo, "stocks")["car"]
    up, down = int((abnormal > 0).sum()), int((abnormal < 0).sum())
    assert f"{up - 3} more above, {down - 3} more below the expected return: --full shows them" in text


def test_text_holds_no_control_codes_and_colour_does(study: Report) -> None:
    page = study_page(study, full=True)
    assert "\x1b" not in render(page, Style())
    assert "\x1b[" in render(page, Style(colour=True))


def test_palettes_differ_only_in_colour(study: Report) -> None:
    page = study_page(study, full=True)

    def bare(palette: str) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", "", render(page, Style(palette=palette, colour=True)))

    assert bare("kr") == bare("us") == bare("cb")
    korean, american = (render(page, Style(palette=palette, colour=True)) for palette in ("kr", "us"))
    assert re.search(r"\x1b\[31m *▲ +\+2\.50", korean)
    assert re.search(r"\x1b\[38;5;27m *▼ +-5\.50", korean)
    assert re.search(r"\x1b\[32m *▲ +\+2\.50", american)
    assert re.search(r"\x1b\[31m *▼ +-5\.50", american)


def test_ascii_in_english_is_ascii(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        if name.endswith("en"):
            assert render(page, Style(ascii=True)).isascii(), name
    assert "^ +" in render(pages["press whole en"], Style(ascii=True))


def test_every_signed_figure_has_its_arrow(study: Report) -> None:
    text = render(study_page(study, full=True), Style())
    assert "▲ +2.50" in text  # sector A
    assert "▲ +8.00" in text
    assert "▼ -5.50" in text
    assert "▲ -" not in text
    assert "▼ +" not in text


def field(header: str, text: str, priority: int = 0, *, right: bool = True) -> Field:
    return Field(header, (Cell(text),), priority, right)


def test_columns_go_by_priority_and_never_the_first() -> None:
    fields = (
        field("name", "x" * 20, right=False),
        field("a", "1" * 10, 2),
        field("b", "1" * 10, 1),
        field("c", "-", 1),
    )

    def kept(width: int) -> list[str]:
        return [one.header for one in parts_of(Grid(fields), width)[0]]

    assert kept(100) == ["name", "a", "b"]  # c says nothing
    assert kept(40) == ["name", "b"]
    assert kept(10) == ["name"]


def test_what_has_no_room_stands_below_with_the_names_of_the_rows() -> None:
    fields = (field("name", "x" * 20, right=False), field("a", "1" * 10, 2), field("b", "1" * 10, 1))
    assert [[one.header for one in table] for table in parts_of(Grid(fields), 40)] == [["name", "b"], ["name", "a"]]
    assert [[one.header for one in table] for table in parts_of(Grid(fields), 44)] == [["name", "a", "b"]]
    shown = render(Page("", (), (Section("", "", (Grid(fields),)),)), Style(width=40), summary=True)
    assert "Columns left out for lack of width: a\n(--full shows them)" in shown


def test_columns_for_wide_terminals_stand_there_alone_and_go_together() -> None:
    fields = (field("name", "x" * 20, right=False), field("a", "1" * 10), field("b", "1" * 10, WIDE))
    pair = (*fields, field("c", "1" * 10, 1), field("d", "1" * 10, WIDE), field("e", "1" * 10, WIDE + 1))

    def tables(width: int) -> list[list[str]]:
        return [[one.header for one in table] for table in parts_of(Grid(pair), width)]

    assert tables(200) == [["name", "a", "b", "c", "d", "e"]]
    assert tables(79) == [["name", "a", "b", "c", "d"]]
    assert tables(67) == [["name", "a", "c"]], "one of two columns of a kind has room"
    assert tables(32) == [["name", "a"], ["name", "c"]]
    assert [one.header for one in Grid(pair).shown] == ["name", "a", "c"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_wider_terminals_show_more_columns(demo: Report, language: Language) -> None:
    set_language(language)
    found = {}
    for width in (60, 80, 100, 120, 140, 200):
        sectors, *_planted, movers = grids(study_page(demo))
        tables = [parts_of(grid, width)[0] for grid in (sectors, movers)]
        found[width] = [[field.header for field in table] for table in tables]
    for fewer, more in pairwise(found.values()):
        assert all(set(before) <= set(after) for before, after in zip(fewer, more, strict=True))
    for narrow, wide in ((100, 140), (140, 200)):
        for before, after in zip(found[narrow], found[wide], strict=True):
            assert len(after) > len(before), (narrow, wide)
    assert {_("95% CI"), _("Rank"), _("q")} <= set(found[140][0])
    assert {_("vs index, pp"), _("Median %")} <= set(found[200][0])
    assert found[140][1].count(_("Ticker")) == 2
    assert found[200][1].count(_("Sector")) == 2


@pytest.mark.parametrize("width", [60, 80, 100, 120, 140, 200])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_scan_drops_the_verdict_before_the_sector(scan: Screen, width: int, language: Language) -> None:
    set_language(language)
    stocks = next(grids(scan.page(full=False)))
    kept = [field.header for field in parts_of(stocks, width)[0]]
    assert _("Verdict") not in kept or _("Sector") in kept
    assert _("Sector") in kept or width < 100
    assert (_("Verdict") in kept) == (width >= 100)


@pytest.mark.parametrize("width", [60, 80, 120, 140, 200])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_groups_put_together_after_the_event_stand_below_the_others(
    press: Report, width: int, language: Language
) -> None:
    set_language(language)
    starred = {name for name in group_names(press).values() if name.endswith(" *")}
    assert starred
    for full in (False, True):
        for grid in grids(study_page(press, full=full)):
            for table in parts_of(grid, width):
                if table[0].header == _("Sector"):
                    stars = [cell.text in starred for cell in table[0].cells]
                    assert stars == sorted(stars)


def test_sparkline_and_bar() -> None:
    assert sparkline([0.0, 0.07, 0.035]) == "▁█▅"
    assert sparkline([0.0, 0.0, 0.0]) == "▁▁▁"
    assert sparkline([0.0, 1.0]) == "-"
    assert bar(100) == "  │██"
    assert bar(-50) == " █│  "
    assert bar(-83) == "▐█│  "
    assert bar(13) == "  │▌ "
    assert bar(float("nan")) == "-"


def test_verdict_leads(study: Report, press: Report) -> None:
    lines = render(study_page(study), Style()).splitlines()
    assert lines[0].startswith("Test · event day 2024-04-22")
    assert (
        lines[1]
        == "Strongest: ▲ Sector B abnormal return +2.00% (return +2.00%); cannot be tested: 0 ordinary sessions"
    )
    assert (
        lines[2] == "Weakest: ▲ Sector A abnormal return +1.25% (return +2.50%); cannot be tested: 0 ordinary sessions"
    )
    set_language("ko")
    korean = render(study_page(press), Style()).splitlines()
    assert korean[1].startswith("상승률 1위: ▲ AI 소프트웨어 +15.26%")


def test_the_order_is_that_of_a_reader(demo: Report) -> None:
    keys = [section.key for section in study_page(demo, full=True).sections]
    order = ["sectors", "winners", "losers", "later", "paths", "tests", "parts", "stocks", "quality"]
    assert [key for key in keys if key in order] == order
    assert len(set(keys)) == len(keys)


def test_names_follow_the_language(press: Report) -> None:
    assert "SK hynix" in render(study_page(press, full=True), Style())
    set_language("ko")
    assert "SK하이닉스" in render(study_page(press, full=True), Style())
    assert next(iter(group_names(press).values())) == "반도체"


def test_pending_windows_are_named(study: Report, tmp_path: Path) -> None:
    settings = load_settings(small.write_config(tmp_path))
    prices, benchmark = small.write_prices(tmp_path), small.write_benchmark(tmp_path)
    request = Request(source=f"file:{prices}", benchmark=[benchmark], as_of=small.event_day())
    pending = study_page(make_report(settings, request), full=True)
    assert "Windows not complete yet: [0,+3]" in render(pending, Style())
    assert "not over yet" not in render(study_page(study, full=True), Style())
