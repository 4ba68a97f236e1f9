"""Pages as Markdown, for chats, issues and notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from screener.report.blocks import Grid, Line, Page, Span, cells_by_row

_ACTIVE = re.compile(r"([\\`*_\[\]<>|#~])")
"""Characters that Markdown, or HTML in it, would interpret."""


def to_markdown(page: Page) -> str:
    """The page with headings, lists and tables; text from data and configuration is escaped."""
    blocks = [f"## {_text(page.title)}", *_paragraphs(page.head)]
    for section in page.sections:
        if section.title:
            blocks.append(f"### {_text(section.title)}")
        blocks += _paragraphs(section.body)
    return "\n\n".join(blocks) + "\n"


def _paragraphs(body: tuple[Line | Grid, ...]) -> Iterator[str]:
    lines: list[str] = []
    for block in body:
        if isinstance(block, Line):
            if block.text:
                lines.append(_line(block))
            continue
        if lines:
            yield "\n".join(lines)
            lines = []
        yield _table(block)
    if lines:
        yield "\n".join(lines)


def _line(line: Line) -> str:
    text = "".join(map(_span, line.spans))
    if line.tone == "banner":
        return f"> **{text}**"
    marked = f"**{text}**" if line.tone == "strong" else text
    return f"{' ' * (line.indent and 2)}- {marked}"


def _span(span: Span) -> str:
    text = _text(span.text)
    if not span.strong or not text.strip():
        return text
    bare = text.strip()
    return text.replace(bare, f"**{bare}**")


def _table(grid: Grid) -> str:
    rows = [
        [_text(field.header) for field in grid.shown],
        ["---:" if field.right else "---" for field in grid.shown],
        *([_text(cell.text) for cell in row] for row in cells_by_row(grid.shown)),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _text(text: str) -> str:
    return _ACTIVE.sub(r"\\\1", text.replace("&", "&amp;"))
