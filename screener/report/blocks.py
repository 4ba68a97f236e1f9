"""The blocks of a page: lines and tables of finished text, in one language.

Every face (terminal, Markdown, HTML) shows these blocks and adds no figure of its own, so all of them say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

_Tone = Literal["plain", "strong", "dim", "banner"]
Kind = Literal["", "code", "bar", "path"]
Badge = Literal["", "good", "partly", "bad", "none"]

WIDE = 100
"""Columns of this priority or a higher one stand on wide terminals only, and nothing says that others lack them."""


class Key(StrEnum):
    """The subject of a section, the same in every language and unique on a page.

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
    SESSIONS = "sessions"
    AS_EXTREME = "as_extreme"
    POOLED = "pooled"
    REGRESSION = "regression"


class Cell(NamedTuple):
    """One cell of a table."""

    text: str
    value: float | None = None
    """The value that the column sorts by. NaN = unknown; None = the text itself."""
    sign: int = 0
    """Direction: 1 up, -1 down, 0 neither."""
    dim: bool = False
    path: Sequence[float] = ()
    """The values that a cell of a `path` stands for."""


@dataclass(frozen=True)
class Field:
    """One column of a table."""

    header: str
    cells: Sequence[Cell]
    priority: int = 0
    """0 is always shown; of the others, the highest number is dropped first where there is no space."""
    right: bool = True
    kind: Kind = ""
    """code: tickers of the stocks that the next column names; bar: scores in [-100, +100]; path: values by session.
    Faces that can draw these, or link to the stock, do; the others show the text.
    """

    @property
    def empty(self) -> bool:
        """Whether no cell holds anything."""
        return all(cell.text in ("", "-") for cell in self.cells)

    @property
    def shown(self) -> bool:
        """Whether formats show the column where there is space for it."""
        return not (self.priority and self.empty)

    @property
    def wide(self) -> bool:
        """Whether the column stands on wide terminals only."""
        return self.priority >= WIDE


class Span(NamedTuple):
    """Part of a line."""

    text: str
    sign: int = 0
    strong: bool = False
    badge: Badge = ""
    """How a verdict on a claim turned out; '' for text that is none."""
    advice: bool = False
    """Whether it names an option or a command, which helps on a command line alone."""


@dataclass(frozen=True)
class Line:
    """One line of text, which a format may wrap."""

    spans: tuple[Span, ...]
    tone: _Tone = "plain"
    indent: int = 0

    @property
    def text(self) -> str:
        """The plain text."""
        return "".join(span.text for span in self.spans)

    @property
    def without_advice(self) -> str:
        """The plain text without what helps on a command line alone."""
        return "".join(span.text for span in self.spans if not span.advice)


@dataclass(frozen=True)
class Grid:
    """One table; the first column names its rows."""

    fields: tuple[Field, ...]
    aligned_with: tuple[Field, ...] = ()
    """Columns of a table that must drop the same columns."""

    @property
    def shown(self) -> list[Field]:
        """The columns that formats of no fixed width show."""
        return [field for field in self.fields if field.shown and not field.wide]


def cells_by_row(fields: Iterable[Field]) -> Iterator[tuple[Cell, ...]]:
    """The cells of these columns by row."""
    return zip(*(field.cells for field in fields), strict=True)


@dataclass(frozen=True)
class Section:
    """A title, and the lines and tables below it."""

    key: str
    """A `Key`, or the id of a claim."""
    title: str
    """Empty for a section without a title."""
    body: tuple[Line | Grid, ...]

    @staticmethod
    def of(key: str, title: str, *body: Line | Grid | str) -> Section:
        """A section; a text in its body is a note in small print, and is left out where it is empty."""
        return Section(
            key, title, tuple(line(block, "dim") if isinstance(block, str) else block for block in body if block)
        )

    @property
    def badge(self) -> Badge:
        """How the verdict on its claim turned out; '' for a section that is about no claim."""
        first = self.body[0] if self.body else None
        return first.spans[0].badge if isinstance(first, Line) and first.spans else ""

    @property
    def empty(self) -> bool:
        """Whether it has no line, and no table that has a row."""
        return not any(isinstance(block, Line) or any(cells_by_row(block.fields)) for block in self.body)


class Verdict(NamedTuple):
    """A line of the head that has a direction, in its parts."""

    label: str
    said: Span
    """The part that has the direction."""
    rest: str


@dataclass(frozen=True)
class Page:
    """The text of one command."""

    title: str
    head: tuple[Line, ...]
    sections: tuple[Section, ...]
    code: str = ""
    """Of the stock that it is about, if it is about one."""

    @staticmethod
    def of(title: str, head: Iterable[Line], sections: Iterable[Section] = (), code: str = "") -> Page:
        """A page, without the sections that say nothing."""
        return Page(title, tuple(head), tuple(section for section in sections if not section.empty), code)

    @property
    def banner(self) -> str:
        """The warning that belongs above everything; '' for none."""
        return " ".join(line.without_advice for line in self.head if line.tone == "banner")

    @property
    def verdicts(self) -> list[Verdict]:
        """The lines of the head that have a direction."""
        return [_verdict(line) for line in self.head if _is_verdict(line)]

    @property
    def remarks(self) -> list[Line]:
        """The other lines of the head."""
        return [line for line in self.head if line.text and line.tone != "banner" and not _is_verdict(line)]


def _is_verdict(line: Line) -> bool:
    return any(span.sign for span in line.spans)


def _verdict(line: Line) -> Verdict:
    index = next(index for index, span in enumerate(line.spans) if span.sign)
    label, rest = ("".join(span.text for span in part) for part in (line.spans[:index], line.spans[index + 1 :]))
    return Verdict(label.rstrip(": "), line.spans[index], rest.lstrip("; "))


def line(text: str, tone: _Tone = "plain", indent: int = 0) -> Line:
    """A line of one span."""
    return Line((Span(text),), tone, indent)


def directed(label: str, said: str, sign: int, rest: str = "") -> Line:
    """A line with a direction: what it is about, what is said of it in the colour of `sign`, and the rest."""
    spans = (Span(f"{label}: ", strong=True), Span(said, sign, strong=True))
    return Line((*spans, Span(rest)) if rest else spans)


def advised(text: str, advice: str) -> Line | str:
    """A note, and what to type to see more; '' where there is no text."""
    return Line((Span(text), Span(advice, advice=True)), "dim") if text else ""
