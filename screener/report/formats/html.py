"""Pages as HTML: one self-contained file for wide screens, phones, dark mode and print, which works without script."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from screener.i18n import _, language
from screener.report.blocks import Cell, Grid, Line, Page, Section, Span, cells_by_row
from screener.report.charts.drawing import Figure
from screener.report.palette import style

_FOLDER = files("screener.report.formats")


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
    verdicts = [line for line in page.head if any(span.sign for span in line.spans)]
    document = _template().render(
        page=page,
        heading=heading,
        when=when,
        verdicts=list(map(_verdict, verdicts)),
        remarks=[line for line in page.head if line.text and line.tone != "banner" and line not in verdicts],
        banner=" ".join(line.text for line in page.head if line.tone == "banner"),
        after=[figure for key, figures in charts.items() if key not in keys for figure in figures],
        charts=charts,
        blocks_of=_blocks,
        cells_by_row=cells_by_row,
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
    return environment.from_string(_text("page.html.j2"))


def _text(name: str) -> str:
    return _FOLDER.joinpath(name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """The content security policy: nothing is loaded, and only this script runs."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    own = f"style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    return f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"


def _direction(sign: int) -> str:
    return "up" if sign > 0 else "down" if sign < 0 else ""


def _verdict(line: Line) -> tuple[str, Span, str]:
    """The part of a line that has a direction, and what stands before and after it."""
    index = next(index for index, span in enumerate(line.spans) if span.sign)
    label, rest = ("".join(span.text for span in part) for part in (line.spans[:index], line.spans[index + 1 :]))
    return label.rstrip(": "), line.spans[index], rest.lstrip("; ")


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
