"""What a page says before it is printed anywhere: lines and tables of finished text, in one language.

Every face (terminal, Markdown, HTML) shows these blocks and adds no figure of its own, so all of them say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Tone = Literal["plain", "strong", "dim", "banner"]


class Key(StrEnum):
    """What a section is about, the same in every language; no two sections of a page have the same.

    Charts stand below the title of the section of their key.
    """

    SECTORS = "sectors"
    PARTS = "parts"
    PLANTED = "planted"
    MOVERS = "movers"
    BESIDE = "beside"
    WINNERS = "winners"
    LOSERS = "losers"
    LATER = "later"
    PATHS = "paths"
    TREND = "trend"
    SPREADS = "spreads"
    THEMES = "themes"
    CONTRIBUTION = "contribution"
    HEAVYWEIGHTS = "large"
    CONFOUNDERS = "confounders"
    ABROAD = "abroad"
    TESTS = "tests"
    NAIVE_TESTS = "naive"
    STOCKS = "stocks"
    SKIPPED = "skipped"
    QUALITY = "quality"
    WINDOWS = "windows"
    FACTS = "facts"
    FLOWS = "flows"
    SIDES = "sides"
    DRIVERS = "drivers"
    UNTESTED = "untested"
    VERDICTS = "verdicts"
    GROUPS = "groups"
    INDUSTRIES = "industries"


@dataclass(frozen=True)
class Cell:
    """One figure or word of a table."""

    text: str
    value: float | None = None
    """What the column sorts by: the figure before it became text. NaN = not known; None = the text itself."""
    sign: int = 0
    """Direction of what it tells: 1 up, -1 down, 0 neither."""
    dim: bool = False


@dataclass(frozen=True)
class Field:
    """One column of a table."""

    header: str
    cells: Sequence[Cell]
    priority: int = 0
    """0 stays always; where there is no room, of the others the highest number goes first."""
    right: bool = True

    @property
    def empty(self) -> bool:
        """Whether no cell holds anything."""
        return all(cell.text in ("", "-") for cell in self.cells)


@dataclass(frozen=True)
class Span:
    """Part of a line."""

    text: str
    sign: int = 0
    strong: bool = False


@dataclass(frozen=True)
class Line:
    """One line of text, which a face may fold."""

    spans: tuple[Span, ...]
    tone: Tone = "plain"
    indent: int = 0

    @property
    def text(self) -> str:
        """All of it, without looks."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True)
class Grid:
    """One table; the first column names its rows."""

    fields: tuple[Field, ...]
    aligned_with: tuple[Field, ...] = ()
    """Columns of a wider table beside it: where there is no room, both give up the same ones."""


@dataclass(frozen=True)
class Section:
    """A title, and what stands below it."""

    key: str
    """A `Key`, or the id of a claim."""
    title: str
    """Empty for what follows the head without a title of its own."""
    body: tuple[Line | Grid, ...]


@dataclass(frozen=True)
class Page:
    """Everything that one command says."""

    title: str
    head: tuple[Line, ...]
    sections: tuple[Section, ...]


def line(text: str, tone: Tone = "plain", indent: int = 0) -> Line:
    """A line of one look."""
    return Line((Span(text),), tone, indent)
