"""The HTML page: whole, well-formed, loads nothing, runs nothing that is not its own, readable by eye and by ear."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from screener.i18n import LANGUAGES, Language
from screener.report.blocks import Cell, Field, Grid, Line, Page, Section, Span, line
from screener.report.charts import Figure, charts_of
from screener.report.formats.html import to_html
from screener.report.model import Report, short_banner
from screener.report.palette import contrast
from screener.report.views.study import study_page
from tests.i18n import speaking
from tests.report.renamed import EVENT, SECTOR, STOCK, renamed

VOID = {"meta", "br", "link", "img", "input", "hr"}
PALETTES = ["kr", "us", "cb"]
PAGES_ABOUT_STOCKS = (
    "https://finance.naver.com/item/main.naver?code=",
    "https://dart.fss.or.kr/html/search/SearchCompany_M2.html?textCrpNM=",
)


class Parsed(HTMLParser):
    """Elements in order, the text, and what is open where it ends."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


_rendered: dict[tuple[int, Language, str], tuple[Report, bytes]] = {}


def rendered(report: Report, language: Language = "en", palette: str = "kr") -> bytes:
    """The page, which many tests look at, made once."""
    key = id(report), language, palette
    if key not in _rendered:
        _rendered[key] = report, rendered_anew(report, language, palette)
    return _rendered[key][1]


def rendered_anew(report: Report, language: Language = "en", palette: str = "kr") -> bytes:
    with speaking(language):
        page, charts = study_page(report, full=True), charts_of("report", report)
        return to_html(page, charts, palette)


def small(*body: Line | Grid, head: tuple[Line, ...] = ()) -> Page:
    return Page("Title · when", head, (Section("one", "One", body),))


def shown(page: Page, **given: object) -> str:
    charts: dict[str, list[Figure]] = given.get("charts", {})  # type: ignore[assignment]
    return to_html(page, charts, "kr").decode()


@pytest.fixture(scope="module", params=["study", "press", "demo"])
def any_report(request: pytest.FixtureRequest) -> Report:
    report: Report = request.getfixturevalue(request.param)
    return report


@pytest.mark.parametrize("language", LANGUAGES)
def test_well_formed_and_loads_nothing(any_report: Report, language: Language) -> None:
    page = rendered(any_report, language)
    parsed = Parsed(page)
    assert parsed.wrong == []
    assert parsed.open == []
    assert parsed.all("html") == [{"lang": language}]
    for tag in ("link", "img", "iframe", "object", "embed", "base", "form", "image", "use", "foreignobject"):
        assert not parsed.all(tag), tag
    for tag, attributes in parsed.elements:
        assert "src" not in attributes, tag
        assert all(not name.startswith("on") for name in attributes), tag
        assert (attributes.get("href") or "#").startswith(("#", *PAGES_ABOUT_STOCKS)), tag
    # Links alone name an address: a browser opens them when a reader asks for it.
    bare = re.sub(rb'<script>.*</script>|<a href="[^"]*" rel="noreferrer">', b"", page, flags=re.S)
    assert not re.search(rb"https?:|url\(|@import|//", bare)
    names = [attributes["id"] for _, attributes in parsed.elements if "id" in attributes]
    assert Counter(names) == dict.fromkeys(names, 1)
    assert {link[1:] for one in parsed.all("a") if (link := one["href"] or "").startswith("#")} <= set(names)


def test_markup_in_names_is_text(demo: Report) -> None:
    page = rendered(renamed(demo))
    parsed = Parsed(page)
    assert parsed.wrong == []
    assert len(parsed.all("script")) == len(parsed.all("style")) == 1
    assert not parsed.all("img")
    assert all("onerror" not in attributes for _, attributes in parsed.elements)
    text = "".join(parsed.text)
    assert text.count(STOCK) > 2  # in the tables and the charts
    assert text.count(SECTOR) > 5
    assert text.count(EVENT) == 2  # title and heading


def test_policy_lets_in_the_pages_own_script_alone(study: Report) -> None:
    page = rendered(study).decode()
    [script] = re.findall(r"<script>(.*?)</script>", page, flags=re.S)
    [policy] = [one["content"] for one in Parsed(page.encode()).all("meta") if "http-equiv" in one]
    rules = dict(rule.split(" ", 1) for rule in (policy or "").split("; "))
    assert rules.pop("default-src") == "'none'"
    assert rules.pop("style-src") == "'unsafe-inline'"
    assert rules.pop("script-src") == f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
    assert set(rules.values()) == {"'none'"}


def test_same_page_same_bytes_and_not_large(any_report: Report) -> None:
    assert rendered(any_report) == rendered_anew(any_report)
    assert len(rendered(any_report)) < 1_000_000


def test_the_real_event_is_below_its_size(real: Report) -> None:
    for language in LANGUAGES:
        assert len(rendered(real, language)) < 1_500_000


def test_headings_captions_and_scopes(any_report: Report) -> None:
    parsed = Parsed(rendered(any_report))
    levels = [int(tag[1]) for tag, _ in parsed.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))
    assert {"header", "nav", "main"} <= {tag for tag, _ in parsed.elements}
    tables = len(parsed.all("table"))
    assert tables > 2
    assert len(parsed.all("caption")) == tables
    assert {one.get("scope") for one in parsed.all("th")} == {"col", "row"}
    for one in parsed.all("svg"):
        assert one["role"] == "img"
    figures = charts_of("report", any_report)
    assert len(parsed.all("figure")) == sum(map(len, figures.values()))
    charts = [one for one in parsed.all("svg") if one["class"] == "chart"]
    assert len(charts) == 2 * len(parsed.all("figure"))


def test_every_cell_and_line_is_there(any_report: Report) -> None:
    text = "".join(Parsed(rendered(any_report)).text)
    page = study_page(any_report, full=True)
    for block in (*page.head, *(block for section in page.sections for block in section.body)):
        if isinstance(block, Grid):
            for field in block.fields:
                if field.shown and not field.wide:
                    assert field.kind in ("bar", "path") or all(cell.text in text for cell in field.cells)
                    assert field.kind == "code" or field.header in text
        else:
            for span in block.spans:
                assert span.advice or span.text.strip(":; ") in text


def test_no_page_tells_what_to_type(any_report: Report) -> None:
    """Who opens a page has no command line before them."""
    for language in LANGUAGES:
        text = "".join(Parsed(rendered(any_report, language)).text).partition("</style>")[2]
        assert not re.search(r"--(?!paper)[a-z]+|KRX_[A-Z]+|screener [a-z]+|\.toml|\.csv", text)


def test_stocks_of_the_exchange_are_linked_and_simulated_ones_are_not(press: Report, demo: Report) -> None:
    codes = sorted(set(press.frames.stocks["ticker"]))
    links = {one["href"] or "" for one in Parsed(rendered(press)).all("a")}
    for start in PAGES_ABOUT_STOCKS:
        found = {link.removeprefix(start) for link in links if link.startswith(start)}
        assert found
        assert found <= set(codes)
    assert all((one["href"] or "").startswith("#") for one in Parsed(rendered(demo)).all("a"))


def test_what_has_no_room_folds_below_its_row() -> None:
    """A column is in the row from one width on, and below it where the page is narrower."""
    wide = [Field(f"Figure {n}", [Cell(f"{n}" * 16)], priority=n) for n in range(1, 10)]
    page = shown(small(Grid((Field("Name", [Cell("a")], right=False), *wide))))
    [row] = re.findall(r"<tbody><tr>(.*?)</tr>", page)
    [below] = re.findall(r'<tr class="more m\d">(.*?)</tr>', page)
    tiers = [int(tier or 0) for tier in re.findall(r'<td(?: class="c(\d)")?>', row)]
    assert tiers == sorted(tiers), "the highest priority leaves first"
    assert tiers[0] == 0
    assert tiers[-1] == 4, "and stays below even on a large screen"
    for n, tier in enumerate(tiers, 1):
        assert (f'<span class="d{tier}"><span class="of">Figure {n}</span> {str(n) * 16}</span>' in below) == (tier > 0)


def test_cells_carry_what_they_sort_by() -> None:
    fields = (
        Field("Name", [Cell("a"), Cell("b"), Cell("c")], right=False),
        Field("Figure", [Cell("▲ +1.50", 0.015, 1), Cell("▼ -2.00", -0.02, -1), Cell("-", float("nan"), dim=True)]),
    )
    page = shown(small(Grid(fields)))
    assert '<th scope=row class="text">a</th><td class="up" data-value="0.015">▲ +1.50</td>' in page
    assert '<td class="down" data-value="-0.02">▼ -2.00</td>' in page
    assert '<td class="dim" data-value="">-</td>' in page


def test_a_strong_line_above_a_table_is_its_caption() -> None:
    grid = Grid((Field("Name", [Cell("a")], right=False),))
    page = shown(small(line("Part", "strong"), grid, line(""), line("below", "dim"), grid))
    assert re.findall(r"<caption.*?</caption>", page) == [
        "<caption>Part</caption>",
        '<caption class="hidden">One</caption>',
    ]
    assert "<p></p>" not in page
    assert '<p class="dim">below</p>' in page


def test_head_sets_verdicts_apart_and_the_warning_on_top() -> None:
    won = Line((Span("Won: ", strong=True), Span("▲ A +1.00%", 1, strong=True), Span("; of 40 sessions none")))
    page = shown(small(head=(won, line("made up", "banner"), line("Source: x", "dim"))))
    assert '<li class="up"><span class="label">Won</span> <span class="said">▲ A +1.00%</span>' in page
    assert '<span class="rest">of 40 sessions none</span>' in page
    assert page.index('<div class="banner" role="note">made up</div>') < page.index("<h1>Title</h1>")
    assert page.count("made up") == 1


@pytest.mark.parametrize("name", ["press", "demo"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_banner_stands_above_and_at_every_figure(request: pytest.FixtureRequest, name: str, language: Language) -> None:
    report: Report = request.getfixturevalue(name)
    page = rendered(report, language).decode()
    assert 'class="banner" role="note"' in page
    with speaking(language):
        short = short_banner(report.banner)
    assert short
    figures = re.findall(r"<figure>.*?</figure>", page, flags=re.S)
    assert figures
    assert all(short in figure for figure in figures)


def test_figures_stand_in_their_section_and_none_is_lost() -> None:
    def figure(title: str) -> Figure:
        return Figure(title, "<svg/>", "<svg/>", "alt", "measure", "", lambda _frame: "<svg/>")

    charts = {"one": [figure("in one")], "other": [figure("in none")]}
    page = shown(small(line("text")), charts=charts)
    places = [page.index(title) for title in ("<h2>One</h2>", "in one", "<p>text</p>", "in none")]
    assert places == sorted(places)


def channels(colour: str) -> list[float]:
    return [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def ratio(one: str, other: str) -> float:
    """WCAG 2.2, 'contrast ratio', written down a second time."""

    def luminance(colour: str) -> float:
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(colour))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_contrast_of_known_pairs() -> None:
    for own in (contrast, ratio):
        assert own("#000000", "#ffffff") == pytest.approx(21)
        assert own("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the grey that just fails
        assert own("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # the grey that just passes


@pytest.mark.parametrize("palette", PALETTES)
def test_all_letters_have_contrast_by_day_and_by_night(study: Report, palette: str) -> None:
    page = rendered(study, palette=palette).decode()
    grounds = re.findall(r":root\{(--[^}]*)\}", page)
    assert len(grounds) == 2
    for ground in grounds:
        colours = dict(one[2:].split(":") for one in ground.split(";"))
        for name in ("ink", "quiet", "up", "down"):
            assert ratio(colours[name], colours["paper"]) >= 4.5, name
            assert ratio(colours[name], colours["wash"]) >= 4.5, name
        for place in range(7):
            assert ratio(colours[f"s{place}"], colours["paper"]) >= 4.5, place
        on = [name for name in colours if name.startswith("on-")]
        assert len(on) == 11
        for name in on:
            assert ratio(colours[name], colours[name[3:]]) >= 4.5, name


def test_palettes_point_the_other_way(study: Report) -> None:
    first = {}
    for palette in PALETTES:
        [day, _] = re.findall(r":root\{(--[^}]*)\}", rendered(study, palette=palette).decode())
        first[palette] = dict(one[2:].split(":") for one in day.split(";"))

    def strongest(colour: str) -> int:
        parts = channels(colour)
        return parts.index(max(parts))

    red, green, blue = range(3)
    assert (strongest(first["kr"]["up"]), strongest(first["kr"]["down"])) == (red, blue)
    assert (strongest(first["us"]["up"]), strongest(first["us"]["down"])) == (green, red)
    assert (strongest(first["cb"]["up"]), strongest(first["cb"]["down"])) == (red, blue)  # orange
    assert first["cb"]["up"] != first["kr"]["up"]
