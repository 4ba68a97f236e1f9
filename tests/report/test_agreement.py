"""Every face says the same: page, terminal, Markdown and HTML cell by cell, and the page what the CSV holds."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser

import pytest

from screener.report.blocks import Field, Grid, Page, Section, cells_by_row
from screener.report.formats.data import to_csv
from screener.report.formats.html import to_html
from screener.report.formats.markdown import to_markdown
from screener.report.formatting import arrow, number, percent, probability, signed
from screener.report.model import Report
from screener.report.rows import group_names, sectors_at
from screener.report.screens import Screen

Rows = list[dict[str, str]]
Columns = Mapping[str, Callable[[dict[str, str]], str]]
"""By header of the page, what a row of the CSV says there."""


def shown(grid: Grid) -> list[list[str]]:
    """Header and rows of the columns that hold anything."""
    fields = [field for field in grid.fields if field.shown and not field.wide]
    rows = zip(*([cell.text for cell in field.cells] for field in fields), strict=True)
    return [[field.header for field in fields], *map(list, rows)]


def grids(page: Page) -> Iterator[Grid]:
    for section in page.sections:
        yield from (block for block in section.body if isinstance(block, Grid))


def assert_spreads_are_differences(report: Report) -> None:
    """A spread is what its two sides differ by, on every face."""
    tables = {table.name: list(rows(to_csv(table))) for table in Screen("report", report).tables()}
    for row in tables["spreads"]:
        of_a, of_b = (
            next(
                one["caar_ew"]
                for one in tables["sectors"]
                if (one["sector"], one["theme"]) == (label.partition(":")[0], label.partition(":")[2])
                and (one["window_start"], one["window_end"]) == (row["window_start"], row["window_end"])
            )
            for label in (row["sector_a"], row["sector_b"])
        )
        if row["caar_ew"]:
            assert float(row["caar_ew"]) == pytest.approx(float(of_a) - float(of_b), abs=2e-6)
        else:
            assert not of_a or not of_b


class Tables(HTMLParser):
    """The text of every cell of every table, and what is folded below each row; drawings have none."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.folded: list[list[str]] = []
        self._in_cell = self._in_drawing = self._below = self._in_header = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
            self.folded.append([])
        elif tag == "tr":
            self._below = (dict(attrs).get("class") or "").startswith("more")
            if not self._below:
                self.tables[-1].append([])
                self.folded[-1].append("")
        elif tag in ("td", "th"):
            self._in_cell = True
            if not self._below:
                self.tables[-1][-1].append("")
        self._in_header = self._below and dict(attrs).get("class") == "of"
        if self._in_header:
            self.folded[-1][-1] += "\0"
        self._in_drawing |= tag == "svg"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False
        self._in_drawing &= tag != "svg"
        if self._in_header:
            self.folded[-1][-1] += ":"
            self._in_header = False

    def handle_data(self, data: str) -> None:
        if self._in_cell and self._below:
            self.folded[-1][-1] += data
        elif self._in_cell and not self._in_drawing:
            self.tables[-1][-1][-1] += data


def on_page(grid: Grid) -> list[list[str]]:
    """The texts of a table of the web page: codes stand beside the names, and what is drawn is not written."""
    fields = grid.shown
    rows = [[field.header for field in fields if field.kind != "code"]]
    for cells in cells_by_row(fields):
        texts, code = [], ""
        for field, cell in zip(fields, cells, strict=True):
            if field.kind == "code":
                code = f" {cell.text} DART" if cell.text.isdigit() else f" {cell.text}"
                continue
            texts.append("" if field.kind in ("bar", "path") and cell.text != "-" else f"{cell.text}{code}")
            code = ""
        rows.append(texts)
    return rows


def test_html_holds_every_cell_of_the_page(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        reader = Tables()
        reader.feed(to_html(page, {}, "kr").decode())
        assert reader.tables == [on_page(grid) for grid in grids(page)], name
        for table, folded in zip(reader.tables, reader.folded, strict=True):
            for row, below in zip(table[1:], folded[1:], strict=True):
                # What folds on narrow pages stands there with its header, as it stands in the row.
                for header, text in zip(table[0][1:], row[1:], strict=True):
                    twice = table[0].count(header) > 1
                    silent = twice or text in ("", "-") or f"\0{header}:" not in below
                    assert silent or f"\0{header}: {text} " in below, (name, header)


def test_markdown_holds_every_cell_of_the_page(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        rows = [line for line in to_markdown(page).splitlines() if line.startswith("| ")]
        found = [[plain(cell) for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
        expected = [row for grid in grids(page) for row in shown(grid)]
        assert [row for row in found if not set("".join(row)) <= set("-:")] == [
            [cell.strip() for cell in row] for row in expected if not set("".join(row)) <= set("-:")
        ], name


def plain(cell: str) -> str:
    return re.sub(r"\\(.)", r"\1", cell.strip()).replace("&amp;", "&")


@pytest.fixture(params=["study", "demo", "press"])
def report(request: pytest.FixtureRequest) -> Report:
    made: Report = request.getfixturevalue(request.param)
    return made


def test_the_page_says_what_the_csv_holds(report: Report) -> None:
    assert_agreement(report)
    assert_spreads_are_differences(report)


def test_the_page_of_the_real_event_says_what_the_csv_holds(real: Report) -> None:
    assert_agreement(real)
    assert_spreads_are_differences(real)


def assert_agreement(report: Report) -> None:
    screen = Screen("report", report)
    page, tables = screen.page(full=True), {table.name: list(rows(to_csv(table))) for table in screen.tables()}
    leading = report.leading

    def of(name: str, **where: str) -> Rows:
        window = {"window_start": str(leading.first), "window_end": str(leading.last)}
        found = tables[name]
        wanted = {**(window if found and "window_start" in found[0] else {}), **where}
        return [row for row in found if all(row[key] == value for key, value in wanted.items())]

    names = group_names(report)
    sectors = {row.name: row.sector for row in sectors_at(report, leading)}
    by_sector = {row["sector"]: row for row in of("sectors", theme="")}
    compare(page, "sectors", {shown: by_sector[sector] for shown, sector in sectors.items()}, GROUPS)
    if report.provenance.study:
        compare(page, "tests", {shown: by_sector[sector] for shown, sector in sectors.items()}, TESTS)
        compare(page, "parts", {shown: by_sector[sector] for shown, sector in sectors.items()}, PARTS)
    by_ticker = {row["ticker"]: row for row in of("stocks")}
    for key in ("winners", "losers", "stocks"):
        compare(page, key, by_ticker, STOCKS if report.provenance.study else RETURNS)
    pairs = {f"{names[row['sector_a']]} - {names[row['sector_b']]}": row for row in of("spreads")}
    compare(page, "spreads", pairs, SPREADS)
    themes = {name: label.split(":") for label, name in names.items() if ":" in label}
    by_theme = {(row["sector"], row["theme"]): row for row in of("sectors")}
    compare(page, "themes", {name: by_theme[sector, theme] for name, (sector, theme) in themes.items()}, GROUPS)
    compare_paths(page, {name: of("paths", sector=sector, theme="") for name, sector in sectors.items()})


def rows(content: bytes) -> Iterator[dict[str, str]]:
    return csv.DictReader(io.StringIO(content.decode("utf-8-sig")))


def figure(text: str) -> float:
    return float(text) if text else math.nan


def told(column: str, write: Callable[[float], str]) -> Callable[[dict[str, str]], str]:
    return lambda row: write(figure(row[column]))


def pct(column: str) -> Callable[[dict[str, str]], str]:
    return told(column, percent)


def p(column: str) -> Callable[[dict[str, str]], str]:
    return told(column, probability)


def arrowed(column: str) -> Callable[[dict[str, str]], str]:
    return told(column, lambda value: f"{arrow(value)} {percent(value)}" if math.isfinite(value) else "-")


def interval(row: dict[str, str]) -> str:
    return f"{pct('ci_low')(row)} {pct('ci_high')(row)}" if row["ci_low"] else "-"


def place(row: dict[str, str]) -> str:
    return f"{row['placebo_rank']}/{row['placebo_n']}" if row["placebo_rank"] else "-"


GROUPS: Columns = {
    "n": lambda row: row["n"],
    "Mean %": arrowed("mean_return_ew"),
    "Cap-w. %": pct("mean_return_cw"),
    "Median %": pct("median_return"),
    "Up/=/dn": lambda row: f"{row['n_up']}/{row['n_flat']}/{row['n_down']}" if row["n"] != "0" else "-",
    "CAAR %": arrowed("caar_ew"),
    "95% CI": interval,
    "Rank": place,
    "p": p("placebo_p"),
    "corrected p": p("p_family"),
    "q": p("q"),
    "Score": told("score", lambda value: signed(value, 0)),
    "Vol. x": told("volume_ratio", lambda value: number(value, 1)),
}
TESTS: Columns = {
    "portfolio t": p("p_portfolio"),
    "adj. BMP": p("p_adj_bmp"),
    "GRANK-T": p("p_grank"),
    "r-bar": told("rbar", lambda value: signed(value, 2)),
}
PARTS: Columns = {
    part: told(f"score_{part}", lambda value: signed(value, 2)) for part in ("magnitude", "certainty", "breadth")
}
STOCKS: Columns = {
    "Return %": pct("raw_return"),
    "CAR %": arrowed("car"),
    "95% CI": interval,
    "t": told("t", lambda value: signed(value, 1)),
    "p of t": p("p"),
    "p": p("placebo_p"),
    "Score": told("score", lambda value: signed(value, 0)),
    "Vol. x": told("volume_ratio", lambda value: number(value, 1)),
}
RETURNS: Columns = {"Return %": arrowed("raw_return")}
"""Of stocks without a study."""
SPREADS: Columns = {
    "Mean %": arrowed("mean_return_ew"),
    "Cap-w. %": pct("mean_return_cw"),
    "CAAR %": pct("caar_ew"),
    "95% CI": interval,
    "Rank": place,
    "p": p("placebo_p"),
    "portfolio t": p("p_portfolio"),
    "detectable": told("detectable", lambda value: number(value * 100, 1)),
}


def section(page: Page, key: str) -> Section | None:
    return next((one for one in page.sections if one.key == key), None)


def compare(page: Page, key: str, by_name: dict[str, dict[str, str]], columns: Columns) -> None:
    """Every figure of a section whose column is known, against the row of the CSV that its first cell names."""
    found = section(page, key)
    for grid in [block for block in found.body if isinstance(block, Grid)] if found else []:
        known = [field for field in grid.fields if field.header in columns]
        if key == "parts" and grid.fields[0].header != "Sector":
            continue
        assert known
        for at, name in enumerate(cell.text for cell in grid.fields[0].cells):
            for field in known:
                expected = columns[field.header](by_name[name])
                assert near(field.cells[at].text, expected), (key, name, field.header)


def near(text: str, expected: str) -> bool:
    """Whether two texts hold the same figures; the last digit may differ, for the CSV was rounded before."""
    if text == expected:
        return True
    said, held = (re.findall(r"[-+]?\d*\.?\d+", one) for one in (text, expected))
    return len(said) == len(held) > 0 and all(
        abs(float(a) - float(b)) <= 1.01 * 10.0 ** -len(a.partition(".")[2]) for a, b in zip(said, held, strict=True)
    )


def compare_paths(page: Page, paths: dict[str, Rows]) -> None:
    found = section(page, "paths")
    if found is None:
        return
    grid = next(block for block in found.body if isinstance(block, Grid))
    names, taus = grid.fields[0], grid.fields[1:]

    def of(name: str, field: Field) -> str:
        tau = str(int(field.header))
        return next((percent(float(row["caar"])) for row in paths[name] if row["tau"] == tau), "-")

    for at, name in enumerate(cell.text for cell in names.cells):
        assert [near(field.cells[at].text, of(name, field)) for field in taus] == [True] * len(taus)
