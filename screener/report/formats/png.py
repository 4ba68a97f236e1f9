"""The summary of a page and its first chart as one picture, for chats: PNG, which resvg draws from SVG."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from importlib.metadata import distribution
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING

from screener import __version__
from screener.errors import UsageError, install
from screener.i18n import _
from screener.report.blocks import Line
from screener.report.charts.drawing import CARD
from screener.report.palette import by_day

if TYPE_CHECKING:
    from screener.report.blocks import Page
    from screener.report.charts.drawing import Figure
    from screener.report.screens import Shown

_PIXELS = 1080
"""Width of the picture: what a phone shows without scaling it up."""
_MARGIN, _LEADING = 24.0, 1.4
"""Beside the text; height of a line relative to its letters."""
_WIDTH = CARD.width + 2 * _MARGIN
_FONTS = (("pykrx", "pykrx/NanumBarunGothic.ttf"), ("matplotlib", "matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf"))
"""The font of the picture, and one for signs that it lacks, in the libraries that bring them. The fonts of the system
are not used: the picture is the same on every machine."""
_Text = tuple[str, str, float, float]
"""A text, its look, the size of its letters, and the space above it."""


def to_png(screen: Shown, palette: str) -> bytes:
    """The picture of a screen, 1080 pixels wide; the same screen gives the same bytes.

    Raises:
        UsageError: resvg is not installed.
    """
    try:
        from PIL import ImageFont
        from resvg_py import svg_to_bytes
    except ImportError:
        raise UsageError("pictures need resvg_py", hint=install("png", "resvg_py", "pillow")) from None
    fonts = [str(distribution(library).locate_file(path)) for library, path in _FONTS]
    measured = ImageFont.truetype(fonts[0], 100, layout_engine=ImageFont.Layout.BASIC)
    svg = to_svg(screen, palette, lambda text: measured.getlength(text) / 100)
    paper = by_day(palette)["paper"]
    return bytes(svg_to_bytes(svg, background=paper, width=_PIXELS, skip_system_fonts=True, font_files=fonts))


def to_svg(screen: Shown, palette: str, length: Callable[[str], float]) -> str:
    """The card: warning, event, verdicts and remarks, the first chart or the claims, and where the figures come from.

    `length`: width of a text relative to the size of its letters.
    """
    page, about, charts = screen.page(full=True), screen.tables()[0].about, screen.charts()
    card = _Card(length)
    if page.banner:
        card.write((page.banner, "bold warning", 14, 10))
        card.rect("banner", 0, 0, card.bottom + 12)
    card.write(*_head(page), *_claims(page))
    for figure in [*chain.from_iterable(charts.get(section.key, ()) for section in page.sections)][:1]:
        # The warning stands above everything, and not once more in the note of the chart.
        card.draw(figure, figure.note.removeprefix(f"{about.get('banner')}."))
    card.rect("rule", _MARGIN, card.bottom + 14, 1)
    card.write(*_foot(page, about["as_of"]))
    return card.svg(palette)


def _head(page: Page) -> Iterator[_Text]:
    heading, _dot, when = page.title.partition(" · ")
    yield heading, "bold", 25, 14
    yield when, "quiet", 13, 2
    for verdict in page.verdicts:
        yield verdict.label, "quiet", 13, 10
        yield verdict.said.text, f"bold {'up' if verdict.said.sign > 0 else 'down'}", 18, 0
        yield verdict.rest, "", 13.5, 0
    for number, remark in enumerate(remark for remark in page.remarks if remark.tone != "dim"):
        yield remark.without_advice, "bold" if remark.tone == "strong" else "", 13.5, 2 if number else 12


def _claims(page: Page) -> Iterator[_Text]:
    """The claims that were tested, each below its verdict."""
    for section in page.sections:
        said = section.body[0]
        if section.badge not in ("", "none") and isinstance(said, Line):
            yield said.spans[0].text, section.badge, 12, 8
            yield said.text.removeprefix(said.spans[0].text), "", 14, 0


def _foot(page: Page, as_of: str) -> Iterator[_Text]:
    for remark in page.remarks:
        if remark.tone == "dim":
            yield remark.without_advice, "quiet", 11.5, 2
    made = _("Made with krx-impact-screener {version} from prices through {as_of}", version=__version__, as_of=as_of)
    yield made, "quiet", 11.5, 2


class _Card:
    """The card under construction, from the top to `bottom`."""

    def __init__(self, length: Callable[[str], float]) -> None:
        self.length, self.parts, self.bottom = length, list[str](), 0.0

    def write(self, *texts: _Text) -> None:
        """Add texts, folded to the width of the card; nothing for an empty one."""
        for text, look, size, above in texts:
            for number, line in enumerate(self._folded(text, CARD.width / size)):
                self.bottom += size * _LEADING + (0 if number else above)
                place = f'x="{_MARGIN:g}" y="{self.bottom - 0.3 * size:.2f}" font-size="{size:g}"'
                self.parts.append(f'<text class="{look}" {place}>{escape(line)}</text>')

    def _folded(self, text: str, width: float) -> list[str]:
        lines: list[str] = []
        for word in text.split():
            if lines and self.length(f"{lines[-1]} {word}") <= width:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        return lines

    def rect(self, look: str, left: float, top: float, height: float) -> None:
        """Add a rectangle below everything, as wide as the card but for the margins of `left`."""
        place = f'x="{left:g}" y="{top:.2f}" width="{_WIDTH - 2 * left:g}" height="{height:.2f}"'
        self.parts.insert(0, f'<rect class="{look}" {place}/>')
        self.bottom = top + height + 4

    def draw(self, figure: Figure, note: str) -> None:
        """Add a chart with its title, its unit and a note."""
        self.write((figure.title, "bold", 16, 16), (figure.measure, "quiet", 12, 2))
        svg, top = figure.draw(CARD), self.bottom + 10
        height = svg.partition('viewBox="0 0 ')[2].partition('"')[0].split()[1]
        place = f'x="{_MARGIN:g}" y="{top:.2f}" width="{CARD.width:g}" height="{height}"'
        self.parts.append(svg.replace("<svg", f'<svg {place} overflow="visible" font-size="{CARD.size:g}"', 1))
        self.bottom = top + float(height)
        self.write((note, "quiet", 12, 6))

    def svg(self, palette: str) -> str:
        """All of it, in the colours of the page by day; resvg knows no custom properties."""
        folder, colours = files("screener.report.formats"), by_day(palette)
        sheets = [folder.joinpath(name).read_text(encoding="utf-8") for name in ("style.css", "card.css")]
        rules = "\n".join(re.findall(r"^\.(?:chart|card)\b.*$", "\n".join(sheets), re.MULTILINE))
        style = re.sub(r"var\(--([\w-]+)\)", lambda found: colours[found[1]], rules)
        size = f'viewBox="0 0 {_WIDTH:g} {self.bottom + 18:.2f}" font-family="NanumBarunGothic"'
        parts = f"<style>{escape(style)}</style>{''.join(self.parts)}"
        return f'<svg xmlns="http://www.w3.org/2000/svg" class="card" {size}>{parts}</svg>'
