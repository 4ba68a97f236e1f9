"""The HTML page in a real browser: Debian's Chromium, without a network."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from screener.i18n import Language
from screener.report.charts import charts_of
from screener.report.formats.html import to_html
from screener.report.model import Report
from screener.report.views.claims import claims_page
from screener.report.views.study import study_page
from tests.i18n import speaking
from tests.report.renamed import renamed
from tests.report.tables import frame, in_leading_window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK, PHONE = 1280, 360
WIDTHS = (1920, DESK, 768, 390, PHONE)

Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium here: apt-get install chromium")
    driver = pytest.importorskip("playwright.sync_api", reason="playwright, which drives chromium, is not installed")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


def trended(report: Report) -> Report:
    """The report as the last of twenty-one: a figure for each sector and session."""
    sectors = in_leading_window(report, "sectors")
    rows = (
        {
            "sector": sector,
            "tau": tau,
            "reported": day,
            "score": 90.0 - 9 * tau + place,
            "rank": place + 1.0,
            "caar_ew": 0.2 - 0.015 * tau,
            "q": 0.01 * tau,
        }
        for tau, day in enumerate(report.sessions[:21])
        for place, sector in enumerate(sectors.loc[sectors["theme"].isna(), "sector"])
    )
    made = replace(report, as_of=report.sessions[:21][-1])
    return made.with_frames(trend=frame("trend", rows))


@pytest.fixture(scope="module")
def files(demo: Report, press: Report, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages that are looked at, as files."""
    folder, written = tmp_path_factory.mktemp("pages"), {}
    demo = trended(demo)
    shown: list[tuple[str, Report, Language]] = [
        ("demo", demo, "en"),
        ("press", press, "ko"),
        ("hostile", renamed(demo), "ko"),
    ]
    for name, report, language in shown:
        with speaking(language):
            page, charts = study_page(report, full=True), charts_of("report", report)
            written[name] = folder / f"{name}.html"
            written[name].write_bytes(to_html(page, charts, "kr"))
    with speaking("ko"):
        written["claims"] = folder / "claims.html"
        written["claims"].write_bytes(to_html(claims_page(press, full=True), {}, "kr"))
    return written


@contextmanager
def opened(browser: Browser, file: Path, width: int = DESK, **how: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what it says, throws or asks for beyond itself."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **how)
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("dialog", lambda dialog: heard.append(f"dialog: {dialog.message}"))
    page.on(
        "request", lambda request: heard.append(f"request: {request.url}") if request.url != file.as_uri() else None
    )
    page.goto(file.as_uri())
    yield page, heard
    context.close()


CHARTS = """() => [...document.querySelectorAll('figure')].map(figure =>
    [...figure.querySelectorAll('svg')].map(svg => svg.getBoundingClientRect()).filter(box => box.width > 0)
        .map(box => [box.left, box.right, box.width, box.height]))"""
"""Of each figure, the places of its drawings that are shown."""


def visible_charts(page: Page) -> list[list[float]]:
    """Of each figure, the left and right end, width and height of its one drawing that is shown."""
    figures = page.evaluate(CHARTS)
    assert figures
    assert [len(drawings) for drawings in figures] == [1] * len(figures)
    return [drawing for [drawing] in figures]


CUT = """() => {
    const seen = element => { const box = element.getBoundingClientRect(); return box.width > 1 && box.height > 1; };
    const named = element => `${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 40)}`;
    const wide = [...document.body.querySelectorAll('*')].filter(element => {
        const box = element.getBoundingClientRect();
        if (box.right <= window.innerWidth + 0.5 && box.left >= -0.5) return false;
        return !element.closest('svg') && !element.closest('.hidden, .skip, script') && seen(element);
    });
    const scrolled = [...document.querySelectorAll('.scroll')].filter(box => box.scrollWidth > box.clientWidth + 1);
    const cut = [...document.querySelectorAll('td, th, p, li, a, h1, h2, h3')].filter(element =>
        element.scrollWidth > element.clientWidth + 1 && seen(element)
        && !element.closest('.hidden, .skip') && getComputedStyle(element).overflow !== 'visible');
    return [...wide, ...scrolled, ...cut].map(named);
}"""
"""What is wider than the page, tables that ask for scrolling, and text that is cut."""

FAINT = """() => {
    const parts = colour => { const [r, g, b, a] = colour.match(/[\\d.]+/g).map(Number); return {c: [r, g, b], a: a ?? 1}; };
    const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
    const known = new Map();
    const ground = element => { if (!element) return [255, 255, 255]; if (known.has(element)) return known.get(element);
        const {c, a} = parts(getComputedStyle(element).backgroundColor);
        const found = a > 0.99 ? c : ground(element.parentElement); known.set(element, found); return found; };
    const found = new Set();
    for (const element of document.body.querySelectorAll('*')) {
        const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
        if (!own || element.closest('.hidden, .skip, script, svg') || !element.getClientRects().length) continue;
        const contrast = ratio(parts(getComputedStyle(element).color).c, ground(element));
        if (contrast < 4.5) found.add(`${element.tagName}.${element.className} ${contrast.toFixed(2)}`);
    }
    return [...found];
}"""
"""Text whose contrast to its ground is below that of WCAG 2.2 AA."""

OUTSIDE = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')].filter(text => {
        const box = text.getBoundingClientRect();
        return box.left < frame.left - 4 || box.right > frame.right + 4
            || box.top < frame.top - 4 || box.bottom > frame.bottom + 4;
    }).map(text => text.textContent);
})"""
"""Letters that leave their drawing."""


@pytest.mark.parametrize("name", ["demo", "press", "hostile"])
def test_all_is_seen_and_nothing_leaves(browser: Browser, files: dict[str, Path], name: str) -> None:
    with opened(browser, files[name]) as (page, heard):
        for width in (DESK, 700, PHONE):
            page.set_viewport_size({"width": width, "height": 900})
            for left, right, wide, high in visible_charts(page):
                assert wide > 0.7 * min(width, 500)
                assert high > 60
                assert left >= 0
                assert right <= width
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            if name != "hostile" and width in (DESK, PHONE):
                assert page.evaluate(OUTSIDE) == []
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        assert heard == []


@pytest.mark.parametrize("name", ["demo", "press", "claims"])
def test_nothing_is_cut_or_faint_at_any_width(browser: Browser, files: dict[str, Path], name: str) -> None:
    with opened(browser, files[name], java_script_enabled=True) as (page, _heard):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(CUT) == [], width
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(FAINT) == [], scheme


def test_on_a_phone_the_name_of_a_stock_stays_and_its_figures_fold(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["press"], 390) as (page, _heard):
        row = page.locator("#winners tbody").first
        assert row.locator("th a").first.is_visible()
        assert page.locator("#winners thead th:visible").count() < page.locator("#winners thead th").count()


def test_folded_figures_move_with_their_row(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["demo"], 390) as (page, _heard):
        bodies = page.locator("#stocks tbody")
        whole = set(bodies.all_text_contents())
        page.locator("#stocks thead button").first.click()
        assert set(bodies.all_text_contents()) == whole


def column(table: Locator, number: int) -> list[str]:
    return table.locator(f"tbody tr:first-child > :nth-child({number})").all_text_contents()


def floats(texts: list[str]) -> list[float]:
    return [float(text.lstrip("▲▼= ")) for text in texts if text != "-"]


def test_tables_sort_by_click(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["demo"]) as (page, heard):
        table = page.locator("#stocks table")
        before, rows = column(table, 1), table.locator("tbody")
        whole = set(rows.all_text_contents())
        headers = table.locator("thead th").all_text_contents()
        number = headers.index("CAR %") + 1
        head = table.locator("thead th").nth(number - 1)
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == "descending"
        falling = column(table, number)
        assert floats(falling) == sorted(floats(falling), reverse=True)
        assert falling[-1] == "-"  # stocks without an estimate
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == "ascending"
        rising = column(table, number)
        assert floats(rising) == sorted(floats(rising))
        assert rising[-1] == "-"
        assert sorted(column(table, 1)) == sorted(before)
        table.locator("thead button").last.click()
        assert set(rows.all_text_contents()) == whole, "rows stay whole"
        assert heard == []


def test_tables_sort_by_keyboard(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["demo"]) as (page, _):
        table = page.locator("#stocks table")
        heads = table.locator("thead th")
        heads.nth(0).locator("button").focus()
        page.keyboard.press("Enter")
        names = [name.rsplit(" ", 2)[:2] for name in column(table, 1)]
        assert names == sorted(names, key=lambda name: (name[0], int(name[1])))
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert heads.nth(0).get_attribute("aria-sort") is None
        assert heads.nth(1).get_attribute("aria-sort") == "ascending"
        sectors = column(table, 2)
        assert sectors == sorted(sectors)


def colours(page: Page) -> dict[str, str]:
    of = "(selector, property) => getComputedStyle(document.querySelector(selector))[property]"
    places = {"paper": ("body", "backgroundColor"), "ink": ("body", "color"), "axis": (".chart .axis", "fill")}
    return {
        name: page.evaluate(f"([selector, property]) => ({of})(selector, property)", list(place))
        for name, place in places.items()
    }


BROKEN = r"""() => {
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (node.parentElement.closest('svg, script, style, td, th')) continue;
        for (const match of node.data.matchAll(/\b\d{4}-\d\d-\d\d\b/g)) {
            const range = document.createRange();
            range.setStart(node, match.index);
            range.setEnd(node, match.index + match[0].length);
            if (new Set([...range.getClientRects()].map(box => box.top)).size > 1) found.push(node.data);
        }
    }
    return found;
}"""
"""The texts in which a date is broken into two lines."""


def brightness(colour: str) -> float:
    red, green, blue = (int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))
    return (red + green + blue) / 3


def test_night(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["press"], color_scheme="light") as (page, _):
        day = colours(page)
        page.emulate_media(color_scheme="dark")
        night = colours(page)
    assert brightness(day["paper"]) > 200 > 60 > brightness(night["paper"])
    assert brightness(day["ink"]) < 60 < 200 < brightness(night["ink"])
    assert brightness(day["axis"]) < brightness(night["axis"])


def test_print_is_black_on_white_also_by_night(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["press"], PHONE, color_scheme="dark") as (page, _):
        page.emulate_media(media="print", color_scheme="dark")
        printed = colours(page)
        assert printed["paper"] == "rgb(255, 255, 255)"
        assert brightness(printed["ink"]) < 60
        assert not page.locator("nav").is_visible()
        assert page.locator(".roomy").first.is_visible()
        assert not page.locator(".phone").first.is_visible()
        visible_charts(page)


def test_on_paper_the_verdicts_stand_in_one_row(browser: Browser, files: dict[str, Path]) -> None:
    """A4 within its margins is 703 pixels wide: a phone's rules are not for it."""
    with opened(browser, files["demo"], 703) as (page, _):
        page.emulate_media(media="print")
        tops = page.evaluate("[...document.querySelectorAll('.verdicts li')].map(li => li.getBoundingClientRect().top)")
        assert len(tops) == 3
        assert len(set(tops)) == 1
        assert page.locator(".code").first.evaluate("code => getComputedStyle(code).display") == "inline"


def test_on_paper_a_long_table_has_its_header_on_every_page(
    browser: Browser, files: dict[str, Path], tmp_path: Path
) -> None:
    pdftotext = shutil.which("pdftotext")
    if pdftotext is None:
        pytest.skip("there is no pdftotext here: apt-get install poppler-utils")
    with opened(browser, files["demo"]) as (page, _):
        page.evaluate("document.querySelectorAll('section:not(#stocks), header').forEach(part => part.remove())")
        heads = page.locator("#stocks thead th").all_inner_texts()
        page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    subprocess.run([pdftotext, "-layout", "page.pdf", "page.txt"], cwd=tmp_path, check=True)
    *pages, _ = (tmp_path / "page.txt").read_text(encoding="utf-8").split("\f")
    with_rows = [text for text in pages if len(text.splitlines()) > 10]
    assert len(with_rows) > 1
    for text in with_rows:
        assert all(head in text for head in heads if head.isalpha() and head.isascii() and head in pages[0])
        assert "CAR %" in text


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_ends_within_a_date(browser: Browser, files: dict[str, Path], width: int) -> None:
    """What Chromium does with hyphens: a date in two lines has two rectangles."""
    with opened(browser, files["demo"], width) as (page, _):
        heights = page.evaluate("[...document.querySelectorAll('.day')].map(day => day.getClientRects().length)")
        assert len(heights) > 10
        assert set(heights) <= {0, 1}
        broken = page.evaluate(BROKEN)
        assert broken == []


def test_without_scripts_everything_is_there(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["demo"], java_script_enabled=False) as (page, heard):
        visible_charts(page)
        assert page.locator("#stocks tbody tr").count() > 50
        assert page.locator("#stocks tbody").last.is_visible()
        assert page.locator("button").count() == 0
        assert heard == []


def test_the_policy_stops_what_is_not_the_pages_own(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["press"]) as (page, _):
        blocked = page.evaluate(
            """async () => {
                const stopped = [];
                document.addEventListener('securitypolicyviolation', event => stopped.push(event.effectiveDirective));
                const script = document.createElement('script');
                script.textContent = 'window.ran = true';
                const image = document.createElement('img');
                image.src = 'image.png';
                document.body.append(script, image);
                await new Promise(done => setTimeout(done, 200));
                return [stopped.sort(), window.ran];
            }"""
        )
        assert blocked == [["img-src", "script-src-elem"], None]


def test_the_first_key_leads_to_the_content(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["press"]) as (page, _):
        page.keyboard.press("Tab")
        skip = page.locator(".skip")
        assert skip.evaluate("link => link === document.activeElement")
        box = skip.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        page.keyboard.press("Enter")
        page.wait_for_url("**#content")
