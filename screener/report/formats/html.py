"""Pages as HTML: one self-contained file for wide screens, phones, dark mode and print, which works without script."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined, Template

from screener.i18n import _, language
from screener.report.blocks import Cell, Field, Grid, Line, Page, Section
from screener.report.charts.drawing import Figure
from screener.report.palette import style

_FOLDER = files("screener.report.formats")
_LONG, _SHORT = 34, 12
"""Length of a cell from which it may wrap, and of a row name from which it may on a phone."""
_TONES = {"plain": "", "strong": "strong", "dim": "dim", "banner": "warning"}


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
    verdicts = [_verdict(line) for line in page.head if _is_verdict(line)]
    remarks = [line for line in page.head if line.text and line.tone != "banner" and not _is_verdict(line)]
    banner = " ".join(line.text for line in page.head if line.tone == "banner")
    document = _template().render(
        page=page,
        heading=heading,
        when=when,
        verdicts=verdicts,
        remarks=remarks,
        after=[figure for key, figures in charts.items() if key not in keys for figure in figures],
        charts=charts,
        blocks_of=_blocks,
        language=language(),
        skip=_("Skip to the content"),
        contents=_("Contents"),
        banner=banner,
        direction=_direction,
        sort_value=_sort_value,
        long=_LONG,
        short=_SHORT,
        tones=_TONES,
        style=style(palette) + _text("style.css"),
        script=script,
        policy=_policy(script),
    )
    return document.encode()


@cache
def _template() -> Template:
    """The template of the page, compiled once."""
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


class _Verdict(NamedTuple):
    """A line of the head that has a direction, such as the best sector."""

    label: str
    """Text before the coloured part; empty where there is none."""
    said: str
    sign: int
    rest: str


def _is_verdict(line: Line) -> bool:
    return any(span.sign for span in line.spans)


def _verdict(line: Line) -> _Verdict:
    index = next(index for index, span in enumerate(line.spans) if span.sign)
    label, rest = ("".join(span.text for span in part) for part in (line.spans[:index], line.spans[index + 1 :]))
    said = line.spans[index]
    return _Verdict(label.rstrip(": "), said.text, said.sign, rest.lstrip("; "))


class _Table(NamedTuple):
    """A table with its caption, which is hidden where it would only repeat the title above."""

    caption: str
    hidden: bool
    fields: list[Field]
    rows: list[tuple[Cell, ...]]


def _blocks(section: Section) -> list[Line | _Table]:
    """The body of a section: a strong line right above a table is its caption; lines without text are left out."""
    blocks: list[Line | _Table] = []
    for block in section.body:
        if isinstance(block, Grid):
            last = blocks[-1] if blocks else None
            if isinstance(last, Line) and last.tone == "strong":
                blocks[-1] = _table(last.text, block, hidden=False)
            else:
                blocks.append(_table(section.title, block, hidden=True))
        elif block.text:
            blocks.append(block)
    return blocks


def _table(caption: str, grid: Grid, *, hidden: bool) -> _Table:
    fields = [field for field in grid.fields if field.shown]
    return _Table(caption, hidden, fields, list(zip(*(field.cells for field in fields), strict=True)))


def _sort_value(cell: Cell) -> str | None:
    """The value that the column sorts by; '' = unknown, None = the text itself."""
    if cell.value is None:
        return None
    return f"{cell.value:.10g}" if math.isfinite(cell.value) else ""
