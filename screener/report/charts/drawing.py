"""A small surface to draw on: SVG whose colours are classes of the page, and whose text stays text."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]


@dataclass(frozen=True)
class Figure:
    """One chart with its words."""

    title: str
    """What is seen, in a sentence."""
    svg: str
    alt: str
    """What it shows, for who cannot see it."""
    note: str = ""
    """What a reader must know to read it rightly; stands below."""
    measure: str = ""
    """What is drawn, and in which unit; stands below the title."""
    narrow: str = ""
    """The same drawn for the screen of a phone; empty where `svg` serves there too."""


@dataclass(frozen=True)
class Frame:
    """How much room there is, in units of the drawing, which are pixels where nothing is scaled."""

    width: float
    size: float
    """Of the letters."""
    narrow: bool = False

    def length(self, text: str) -> float:
        """About how wide `text` is; rather too much than too little, for the reader's font is not known."""
        wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
        return self.size * (wide * 0.95 + (len(text) - wide) * 0.63)

    def folded(self, text: str, width: float) -> list[str]:
        """`text` on one line if that is no wider than `width`, else on two, parted where the longer one is shortest."""
        if self.length(text) <= width or " " not in text:
            return [text]
        words = text.split(" ")
        parted = [[" ".join(words[:place]), " ".join(words[place:])] for place in range(1, len(words))]
        return min(parted, key=lambda lines: max(map(self.length, lines)))


WIDE = Frame(960, 13)
NARROW = Frame(344, 12, narrow=True)


class Drawing:
    """One SVG in the making; every `look` is a class of the page's style sheet."""

    def __init__(self, frame: Frame, height: float) -> None:
        self.frame = frame
        view = f"0 0 {_at(frame.width)} {_at(height)}"
        self._root = ET.Element("svg", {"class": "chart", "viewBox": view, "role": "img"})

    def svg(self, title: str, alt: str) -> str:
        """The whole as text, with its name and description first."""
        for place, (tag, text) in enumerate((("title", title), ("desc", alt))):
            element = ET.Element(tag)
            element.text = text
            self._root.insert(place, element)
        return ET.tostring(self._root, encoding="unicode")

    def rect(self, x: float, y: float, width: float, height: float, look: str, tip: str = "") -> None:
        """A rectangle; `tip` is told where a pointer rests on it."""
        element = self._add("rect", look, x=x, y=y, width=width, height=height)
        if tip:
            ET.SubElement(element, "title").text = tip

    def line(self, start: Point, end: Point, look: str) -> None:
        """A straight line."""
        self._add("line", look, x1=start[0], y1=start[1], x2=end[0], y2=end[1])

    def path(self, points: Sequence[Point], look: str, *, closed: bool = False) -> None:
        """A line through `points`, or the area that it encloses."""
        steps = " ".join(f"{_at(x)},{_at(y)}" for x, y in points)
        ET.SubElement(self._root, "path", {"class": look, "d": f"M{steps}{'Z' if closed else ''}"})

    def dot(self, x: float, y: float, radius: float, look: str, tip: str = "") -> None:
        """A circle; `tip` is told where a pointer rests on it."""
        element = self._add("circle", look, cx=x, cy=y, r=radius)
        if tip:
            ET.SubElement(element, "title").text = tip

    def text(self, x: float, y: float, text: str, look: str = "", anchor: Anchor = "start") -> None:
        """Letters on the base line `y`."""
        element = self._add("text", look, x=x, y=y)
        if anchor != "start":
            element.set("text-anchor", anchor)
        element.text = text

    def _add(self, tag: str, look: str, **places: float) -> ET.Element:
        attributes = {"class": look} if look else {}
        return ET.SubElement(self._root, tag, attributes | {name: _at(value) for name, value in places.items()})


def figure(draw: Callable[[Frame], Drawing], title: str, alt: str, *, measure: str, note: str = "") -> Figure:
    """The chart that `draw` makes, for a page and for a phone."""
    return Figure(title, draw(WIDE).svg(title, alt), alt, note, measure, draw(NARROW).svg(title, alt))


def _at(value: float) -> str:
    """A coordinate with two decimals at most: the same bytes on every machine."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
