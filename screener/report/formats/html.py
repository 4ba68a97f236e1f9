"""Pages as HTML: one self-contained file for wide screens, phones, dark mode and print, which works without script."""

from __future__ import annotations

import base64
import hashlib
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from screener.i18n import N_, _, language
from screener.report.blocks import Cell, Field, Grid, Key, Line, Page, Section, cells_by_row
from screener.report.charts.drawing import Figure
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
        code=page.code if _is_code(page.code) else "",
        naver=_NAVER,
        dart=_DART,
        after=[figure for key, figures in charts.items() if key not in keys for figure in figures],
        charts=charts,
        blocks_of=_blocks,
        folded=_folded,
        drawing=_drawing,
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


_ROOMS = (320.0, 712.0, 1040.0, 1232.0)
"""Pixels that a table has at least on a phone, a tablet or paper, a desk and a large screen; `style.css` has the widths
of the page from which each holds."""
_LETTER, _WIDE_LETTER, _THIN_LETTER = 8.3, 13.2, 4.6
"""Estimated widths, on the safe side: the font of the reader is unknown."""
_BOLD, _SORTING, _PADDING = 1.1, 4.0, 14.4
"""Width of bold text relative to plain text; of the mark of sorting beyond the padding; of the padding."""
_NAME_ON_A_PHONE, _LONGEST_TEXT = 130.0, 224.0
"""Width from which the name of a row folds on a phone, and any text everywhere."""
_CODE, _MARK = 92.0, 76.0
"""Widths of a code with its link beside the name of a stock, and of a drawing."""
_KRX_CODE = re.compile(r"\d[0-9A-Z]{5}")
"""What the exchange's codes look like, unlike those of simulated stocks."""


def _is_code(text: str) -> bool:
    """Whether the exchange has codes like `text`."""
    return bool(_KRX_CODE.fullmatch(text))


class _Item(NamedTuple):
    """A cell in its column."""

    field: Field
    cell: Cell
    tier: int
    """The first of `_ROOMS` that the column has room in, from 0; their number where none has."""
    code: str = ""
    """Of the stock that the cell names, if the exchange has such a code."""
    symbol: str = ""
    """The code as it stands beside the name, also that of a simulated stock."""

    @property
    def look(self) -> str:
        """long: its text folds everywhere; name: on a phone; '' where it stays on one line."""
        if self.field.right:
            return ""
        length = _length(self.cell.text)
        return "long" if length > _LONGEST_TEXT else "name" if length > _NAME_ON_A_PHONE else ""

    @property
    def folds(self) -> bool:
        """Whether it stands below its row somewhere, and says something; a bar repeats a figure."""
        return self.tier > 0 and self.field.kind != "bar" and self.cell.text not in ("", "-")


class _Folded(NamedTuple):
    """A table whose columns have a place at every width."""

    heads: Sequence[_Item]
    rows: Sequence[Sequence[_Item]]

    @property
    def deepest(self) -> int:
        """The tier from which nothing is folded."""
        return max((head.tier for head in self.heads), default=0)


def _folded(grid: Grid) -> _Folded:
    """The columns of `grid` that say something; tickers stand beside the names that they belong to."""
    beside = grid.aligned_with or grid.fields
    shown = [index for index, field in enumerate(grid.fields) if field.shown and not field.wide]
    codes = [index for index in shown if grid.fields[index].kind == "code" and index + 1 in shown]
    places = [index for index in shown if index not in codes]
    fields = [grid.fields[index] for index in places]
    named = [index - 1 in codes for index in places]
    widths = [
        [
            max(_width(field, room, first=not number, named=is_named) for field in (grid.fields[index], beside[index]))
            for number, (index, is_named) in enumerate(zip(places, named, strict=True))
        ]
        for room in _ROOMS
    ]
    tiers = _tiers(fields, widths)
    symbols = [[cell.text for cell in grid.fields[index].cells] for index in codes]
    rows = []
    for number, cells in enumerate(cells_by_row(fields)):
        row = []
        for field, cell, tier, is_named in zip(fields, cells, tiers, named, strict=True):
            symbol = symbols[0][number] if is_named else ""
            row.append(_Item(field, cell, tier, symbol if _is_code(symbol) else "", symbol))
        rows.append(row)
    return _Folded([_Item(field, Cell(field.header), tier) for field, tier in zip(fields, tiers, strict=True)], rows)


def _tiers(fields: Sequence[Field], widths: Sequence[Sequence[float]]) -> list[int]:
    """Of each column, the first room in which it stands in the row: the highest priority leaves first.

    The first column names the rows and always stays.
    """
    order = sorted(range(1, len(fields)), key=lambda index: (-fields[index].priority, -index))
    tiers = [len(_ROOMS)] * len(fields)
    if fields:
        tiers[0] = 0
    for tier, room in reversed(list(enumerate(_ROOMS))):
        total, left = sum(widths[tier]), set[int]()
        for index in order:
            if total <= room:
                break
            total -= widths[tier][index]
            left.add(index)
        for index in range(1, len(fields)):
            if index not in left:
                tiers[index] = tier
    return tiers


def _width(field: Field, room: float, *, first: bool, named: bool) -> float:
    """Of a column, in pixels; headers fold at their spaces, and so do long texts."""
    header = _BOLD * max(map(_length, field.header.split(" "))) + _SORTING
    if field.kind in ("bar", "path"):
        return max(header, _MARK) + _PADDING
    cells = max((_length(cell.text) for cell in field.cells), default=0.0)
    if not field.right:
        on_phone = first and room == _ROOMS[0]
        cells = min(cells, _NAME_ON_A_PHONE if on_phone else _LONGEST_TEXT)
        cells += _CODE if named and not on_phone else 0.0
    return max(header, cells) + _PADDING


@lru_cache(10_000)  # each text is measured for every room
def _length(text: str) -> float:
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    thin = sum(letter in " .,:;()il" for letter in text)
    return wide * _WIDE_LETTER + thin * _THIN_LETTER + (len(text) - wide - thin) * _LETTER


_BAR_WIDTH, _PATH_WIDTH, _HEIGHT = 64, 72, 16
_EDGE = 3


def _drawing(item: _Item) -> str:
    """The cell of a bar or of a path as SVG; '' where it is to be written."""
    draw: Callable[[Cell], Iterator[str]] | None = {"bar": _bar, "path": _path}.get(item.field.kind)
    if draw is None or item.cell.text in ("", "-"):
        return ""
    width = _BAR_WIDTH if item.field.kind == "bar" else _PATH_WIDTH
    size = f'viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}"'
    return f'<svg class="mini" role="img" {size}>{"".join(draw(item.cell))}</svg>'


def _bar(cell: Cell) -> Iterator[str]:
    """A score to the left or the right of zero."""
    score = cell.value or 0.0
    middle = _BAR_WIDTH / 2
    length = min(abs(score), 100.0) / 100 * (middle - 1)
    left = middle if score > 0 else middle - length
    yield f"<title>{score:+.0f}</title>"
    look = "up" if score > 0 else "down"
    yield f'<rect class="bar {look}" x="{left:.1f}" y="3" width="{length:.1f}" height="{_HEIGHT - 6}"/>'
    yield f'<line class="zero" x1="{middle:g}" x2="{middle:g}" y1="0" y2="{_HEIGHT}"/>'


def _path(cell: Cell) -> Iterator[str]:
    """A path on its own scale, which holds 0, with a dot at its end."""
    known = [(index, value) for index, value in enumerate(cell.path) if math.isfinite(value)]
    low, high = min(0.0, *(value for _index, value in known)), max(0.0, *(value for _index, value in known))
    across = (_PATH_WIDTH - 2 * _EDGE) / max(len(cell.path) - 1, 1)
    scale = (_HEIGHT - 2 * _EDGE) / ((high - low) or 1.0)

    def at(value: float) -> float:
        return _HEIGHT - _EDGE - (value - low) * scale

    points = [f"{_EDGE + index * across:.1f},{at(value):.1f}" for index, value in known]
    look = "up" if known[-1][1] > 0 else "down"
    x, y = points[-1].split(",")
    yield f"<title>{' '.join(f'{value * 100:+.1f}' for _index, value in known)}%</title>"
    yield f'<line class="zero" x1="0" x2="{_PATH_WIDTH}" y1="{at(0.0):.1f}" y2="{at(0.0):.1f}"/>'
    yield f'<polyline class="run" points="{" ".join(points)}"/>'
    yield f'<circle class="bar {look}" cx="{x}" cy="{y}" r="2.4"/>'
