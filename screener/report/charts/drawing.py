"""SVG drawings, scales, and the plotting area of a chart over sessions.

Drawings are SVG whose colours are classes of the page, and whose text stays text.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple
from xml.etree import ElementTree as ET

from screener.i18n import _

Anchor = Literal["start", "middle", "end"]
_Point = tuple[float, float]


@dataclass(frozen=True)
class Figure:
    """One chart with its texts."""

    title: str
    """The finding, in a sentence."""
    svg: str
    narrow: str
    """The same drawn for the screen of a phone."""
    alt: str
    """Description for readers who cannot see it."""
    measure: str
    """What is drawn, and in which unit; stands below the title."""
    note: str
    """How to read it; stands below the chart."""
    draw: Callable[[Frame], str] = field(repr=False, compare=False)
    """Draws it in another frame."""

    @staticmethod
    def of(draw: Callable[[Frame], Drawing], title: str, alt: str, measure: str, *notes: str) -> Figure:
        """The chart that `draw` makes, for a page and for a phone, with those of its notes that are not empty."""

        def svg(frame: Frame) -> str:
            return draw(frame).svg(title, alt)

        return Figure(title, svg(WIDE), svg(NARROW), alt, measure, " ".join(filter(None, notes)), svg)


class Frame(NamedTuple):
    """The width of a drawing and its font size, in units that are pixels where nothing is scaled."""

    width: float
    size: float
    """Font size."""
    narrow: bool = False
    low: float = 1.0
    """Height of a plotting area relative to that on the page."""

    def length(self, text: str) -> float:
        """Estimated width of `text`, on the safe side: the font of the reader is unknown."""
        wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
        return self.size * (wide + (len(text) - wide) * 0.63)

    def folded(self, text: str, width: float) -> list[str]:
        """`text` on one line if it fits `width`, else on two, split where the longer one is shortest."""
        if self.length(text) <= width or " " not in text:
            return [text]
        words = text.split(" ")
        parted = [[" ".join(words[:index]), " ".join(words[index:])] for index in range(1, len(words))]
        return min(parted, key=lambda lines: max(map(self.length, lines)))


WIDE = Frame(960, 13)
NARROW = Frame(344, 12, narrow=True)
CARD = Frame(560, 13, low=0.65)
"""Of the picture for chats: as wide as it is, it is not to be much higher."""


class Drawing:
    """An SVG under construction; every `look` is a class of the style sheet."""

    def __init__(self, frame: Frame, height: float) -> None:
        self.frame = frame
        view = f"0 0 {_at(frame.width)} {_at(height)}"
        self._root = ET.Element("svg", {"class": "chart", "viewBox": view, "role": "img"})

    def svg(self, title: str, alt: str) -> str:
        """The drawing as text, with its title and description first."""
        for index, (tag, text) in enumerate((("title", title), ("desc", alt))):
            element = ET.Element(tag)
            element.text = text
            self._root.insert(index, element)
        return ET.tostring(self._root, encoding="unicode")

    def rect(self, x: float, y: float, width: float, height: float, look: str, tip: str = "") -> None:
        """A rectangle; `tip` is its tooltip."""
        self._add("rect", look, tip, x=x, y=y, width=width, height=height)

    def line(self, start: _Point, end: _Point, look: str) -> None:
        """A straight line."""
        self._add("line", look, x1=start[0], y1=start[1], x2=end[0], y2=end[1])

    def path(self, points: Sequence[_Point], look: str, *, closed: bool = False) -> None:
        """A line through `points`, or if `closed` the area that it encloses."""
        steps = " ".join(f"{_at(x)},{_at(y)}" for x, y in points)
        self._add("path", look).set("d", f"M{steps}{'Z' if closed else ''}")

    def dot(self, x: float, y: float, radius: float, look: str, tip: str = "") -> None:
        """A circle; `tip` is its tooltip."""
        self._add("circle", look, tip, cx=x, cy=y, r=radius)

    def text(
        self, x: float, y: float, text: str, look: str = "", anchor: Anchor = "start", *, size: float = 0.0
    ) -> None:
        """Text on the base line `y`; `size` of its letters, if not that of the drawing."""
        element = self._add("text", look, x=x, y=y)
        if size:
            element.set("font-size", _at(size))
        if anchor != "start":
            element.set("text-anchor", anchor)
        element.text = text

    def levels(self, box: Box, y: Scale, most: int, label: Callable[[float], str], origin: float = 0.0) -> None:
        """Lines across `box` at round values of `y`, with these to the left; that of `origin` is the stronger one."""
        for value in y.ticks(most):
            at = y(value)
            self.line((box.left, at), (box.right, at), "zero" if abs(value - origin) < 1e-9 else "grid")
            self.text(box.left - 6, at + 4, label(value), "axis", "end")

    def _add(self, tag: str, look: str, tip: str = "", **places: float) -> ET.Element:
        attributes = {"class": look} if look else {}
        element = ET.SubElement(self._root, tag, attributes | {name: _at(value) for name, value in places.items()})
        if tip:
            ET.SubElement(element, "title").text = tip
        return element


def best_and_worst(ranked: Sequence[tuple[str, str]], several: str, single: str, **values: object) -> str:
    """The title that gives the first and the last of `ranked` names with their figures, or the only one."""
    (best, best_value), (worst, worst_value) = ranked[0], ranked[-1]
    message = several if len(ranked) > 1 else single
    return _(message, best=best, best_value=best_value, worst=worst, worst_value=worst_value, **values)


def left_out(groups: Iterable[Any]) -> str:
    """The note of a chart without the post-hoc ones of `groups`; '' where there are none."""
    names = ", ".join(group.name for group in groups if group.post_hoc)
    if not names:
        return ""
    return _(
        "Left out, because they were put together after the event because of how they moved: {names}.",
        names=names,
    )


def _at(value: float) -> str:
    """A coordinate with two decimals at most: the same bytes on every machine."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


_MARGIN = 0.04
"""Margin beyond each end of the values, as a share of their range."""
_FLAT = 0.01


class Scale(NamedTuple):
    """A linear scale: `low` lies at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    @staticmethod
    def roomy(low: float, high: float, start: float, end: float) -> Scale:
        """A scale with a margin beyond `low` and `high`, also where they are equal."""
        margin = (high - low) * _MARGIN or _FLAT
        return Scale(low - margin, high + margin, start, end)

    def __call__(self, value: float) -> float:
        """Position of `value`."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, most: int) -> list[float]:
        """Round values on the scale, about `most` of them at most."""
        step = round_step(self.high - self.low, most)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


def round_step(span: float, most: int) -> float:
    """The smallest step of 1, 2 or 5 times a power of ten of which at most `most` fit into `span`."""
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(step for step in (power, 2 * power, 5 * power, 10 * power) if span / step <= most + 1e-9)


BELOW = 36
"""Room for sessions and their dates below the field."""
_TICK = 48
"""Room that the date of a session needs."""


class Box(NamedTuple):
    """A rectangle of a drawing."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top


def panels(number: int, columns: int, width: float, height: float, gap: float, top: float = 0.0) -> list[Box]:
    """Boxes of one size, row by row, which together are `width` wide."""
    each = (width - gap * (columns - 1)) / columns
    boxes = []
    for index in range(number):
        left, above = index % columns * (each + gap), top + index // columns * (height + gap)
        boxes.append(Box(left, above, left + each, above + height))
    return boxes


class Axis(NamedTuple):
    """How values are written, and which of them has the stronger line."""

    origin: float
    label: Callable[[float], str]
    """Beside the plotting area."""
    end: Callable[[float], str]
    """At the end of a line."""
    ends: tuple[float, float] | None = None
    """Lowest and highest value of the plotting area; None = as the lines need it."""


PERCENT = Axis(
    0.0,
    lambda value: f"{round(value * 100, 6):+g}%" if round(value, 6) else "0%",
    lambda value: f"{value * 100:+.1f}%",
)
"""Of decimals; beside the plotting area with as many places as round steps need."""


class PlotArea(NamedTuple):
    """A plotting area with the scales of its sessions and values."""

    box: Box
    x: Scale
    y: Scale

    @staticmethod
    def of(box: Box, taus: Collection[int], low: float, high: float) -> PlotArea:
        """The plotting area in `box` for these sessions, and values from `low` to `high`."""
        x = Scale(min(taus), max(taus), box.left, box.right)
        return PlotArea(box, x, Scale.roomy(low, high, box.bottom, box.top))

    def at(self, tau: float, value: float) -> _Point:
        """The place of a value in a session."""
        return self.x(tau), self.y(value)

    def draw(self, drawing: Drawing, axis: Axis, days: Mapping[int, date | None]) -> None:
        """Draw grid lines with their values, the event day, and below, evenly spaced, the sessions that fit.

        Where a session is another day for each event, it has no day of its own.
        """
        box = self.box
        drawing.levels(box, self.y, 6, axis.label, axis.origin)
        if self.x.low <= 0 <= self.x.high:
            x = self.x(0)
            drawing.line((x, box.top), (x, box.bottom), "event")
            drawing.text(x + 4, box.top + 10, _("event day"), "axis")
        step = max(1, round(round_step(max(days) - min(days), max(1, int(box.width / _TICK)))))
        for tau in (tau for tau in sorted(days) if tau % step == 0):
            x = self.x(tau)
            drawing.line((x, box.bottom), (x, box.bottom + 4), "tick")
            drawing.text(x, box.bottom + 17, f"{tau:+d}" if tau else "0", "axis tau", "middle")
            if day := days[tau]:
                drawing.text(x, box.bottom + 31, f"{day:%m-%d}", "axis", "middle")
