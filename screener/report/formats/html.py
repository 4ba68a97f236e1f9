"""Pages as HTML: one self-contained file for wide screens, phones, dark mode and print, which works without script."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from screener.i18n import N_, _, language
from screener.report.blocks import Cell, Grid, Key, Line, Page, Section
from screener.report.charts.drawing import Figure
from screener.report.formats.html_tables import drawing, folded, is_code
from screener.report.palette import style

_FOLDER = files("screener.report.formats")
_NAVER = "https://finance.naver.com/item/main.naver?code="
_DART = "https://dart.fss.or.kr/html/search/SearchCompany_M2.html?textCrpNM="
"""Pages about a stock, by its code: quotes and news, and what the company disclosed. Nothing is loaded from them."""
_LABELS = {
    Key.SECTORS: N_("Sectors"),
    Key.PARTS: N_("Score parts"),
    Key.PLANTED: N_("Known effects of the simulated market"),
    Key.WINNERS: N_("Winners"),
    Key.LOSERS: N_("Losers"),
    Key.LATER: N_("Other windows"),
    Key.PATHS: N_("Paths"),
    Key.TREND: N_("Trend"),
    Key.SPREADS: N_("Spreads"),
    Key.THEMES: N_("Themes"),
    Key.CONTRIBUTION: N_("Index contribution"),
    Key.HEAVYWEIGHTS: N_("Heavyweights"),
    Key.CONFOUNDERS: N_("Other news"),
    Key.ABROAD: N_("Foreign markets"),
    Key.TESTS: N_("Other tests"),
    Key.NAIVE_TESTS: N_("Naive tests"),
    Key.STOCKS: N_("All stocks"),
    Key.SKIPPED: N_("Left out"),
    Key.QUALITY: N_("Data quality"),
    Key.WINDOWS: N_("Windows"),
    Key.FACTS: N_("The stock"),
    Key.FLOWS: N_("Net purchases"),
    Key.SIDES: N_("Each side"),
    Key.DRIVERS: N_("Drivers"),
    Key.UNTESTED: N_("Not testable"),
    Key.GROUPS: N_("Groups"),
    Key.INDUSTRIES: N_("Industries"),
    Key.SESSIONS: N_("Sessions"),
    Key.AS_EXTREME: N_("As extreme"),
    Key.POOLED: N_("All events"),
    Key.REGRESSION: N_("Regression"),
}
"""What the contents call a section whose title is longer than `_SHORT`, or names a window."""
_SHORT = 16
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def to_html(page: Page, charts: Mapping[str, Sequence[Figure]], palette: str) -> bytes:
    """A page as one HTML file, UTF-8; the same page gives the same bytes.

    Args:
        page: title, head and sections.
        charts: by key of a section, the figures below its title; those of a section that the page does not have stand
            after all sections.
        palette: kr: up red, down blue; us: up green, down red; cb: safe for the colour-blind.
    """
    script = _text("sort.js")
    heading, _dot, when = page.title.partition(" · ")
    keys = {section.key for section in page.sections}
    document = _template().render(
        page=page,
        heading=heading,
        when=when,
        labels=[(section.key, _label(section)) for section in page.sections if section.title],
        badges=[(section.key, section.badge) for section in page.sections if section.badge],
        code=page.code if is_code(page.code) else "",
        naver=_NAVER,
        dart=_DART,
        after=[figure for key, figures in charts.items() if key not in keys for figure in figures],
        charts=charts,
        blocks_of=_blocks,
        folded=folded,
        drawing=drawing,
        language=language(),
        skip=_("Skip to the content"),
        contents=_("Contents"),
        direction=_direction,
        sort_value=_sort_value,
        style=style(palette) + _text("style.css"),
        script=script,
        policy=_policy(script),
    )
    return document.encode()


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["days"] = _with_whole_days
    return environment.from_string(_text("page.html.j2"))


def _text(name: str) -> str:
    return _FOLDER.joinpath(name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """The content security policy: nothing is loaded, and only this script runs."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    own = f"style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    return f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"


def _label(section: Section) -> str:
    """What the contents call a section, its title where that has no shorter name."""
    if section.key not in _LABELS or (len(section.title) <= _SHORT and "[" not in section.title):
        return section.title
    return _(_LABELS[Key(section.key)])


def _with_whole_days(text: str) -> Markup:
    """The text as HTML, in which no line ends within a date."""
    return Markup(_DAY.sub(r'<span class="day">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped right here


def _direction(sign: int) -> str:
    return "up" if sign > 0 else "down" if sign < 0 else ""


def _blocks(section: Section) -> list[tuple[Line | Grid, str]]:
    """The body of a section without empty lines; a strong line right above a table becomes its caption."""
    blocks: list[tuple[Line | Grid, str]] = []
    for block in section.body:
        if isinstance(block, Line):
            blocks += [(block, "")] if block.text else []
            continue
        above = blocks[-1][0] if blocks else None
        caption = above.text if isinstance(above, Line) and above.tone == "strong" else ""
        if caption:
            blocks.pop()
        blocks.append((block, caption))
    return blocks


def _sort_value(cell: Cell) -> str | None:
    """The value that the column sorts by; '' = unknown, None = the text itself."""
    if cell.value is None:
        return None
    return f"{cell.value:.10g}" if math.isfinite(cell.value) else ""
