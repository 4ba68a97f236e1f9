"""Lines over sessions in one field, each with its name and last figure at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from screener.report.charts.drawing import Drawing, Frame
from screener.report.charts.plot import BELOW, Box, Field, draw_field
from screener.report.charts.scale import apart

_LEFT, _GAP = 42, 8
"""Room for the figures of the axis, and above and below the field."""
_BOLD = 1.08
"""How much wider bold letters are."""

Run = tuple[tuple[int, float], ...]
"""Sessions and figures that are drawn through."""


@dataclass(frozen=True)
class Line:
    """One line: its name, its runs with a gap between two, and the class that gives its colour and dashes."""

    name: str
    runs: tuple[Run, ...]
    look: str

    @property
    def points(self) -> list[tuple[int, float]]:
        """Of all runs."""
        return [point for run in self.runs for point in run]

    @property
    def last(self) -> float:
        """The last figure."""
        return self.runs[-1][-1][1]


@dataclass(frozen=True)
class Axis:
    """How figures are written, and which of them has the stronger line."""

    origin: float
    label: Callable[[float], str]
    """Beside the field."""
    end: Callable[[float], str]
    """At the end of a line."""
    ends: tuple[float, float] | None = None
    """Lowest and highest figure of the field; None = as the lines need it."""


def height_of(field: float) -> float:
    """What a field of that height takes of a drawing, with what stands above and below it."""
    return field + BELOW + _GAP


def box_of(lines: Sequence[Line], axis: Axis, frame: Frame, top: float, height: float) -> Box:
    """The field of that height, below `top`, that leaves the labels of `lines` their room."""
    room = max(frame.length(text) for one in lines for text in _label(one, axis, frame))
    return Box(_LEFT, top + _GAP, frame.width - 10 - room * _BOLD, top + _GAP + height)


def draw_lines(
    drawing: Drawing,
    lines: Sequence[Line],
    axis: Axis,
    days: Mapping[int, date],
    box: Box,
) -> Field:
    """Draw `lines`, one at least, into the field `box`, their labels to the right of it; returns the field."""
    frame = drawing.frame
    labels = [_label(one, axis, frame) for one in lines]
    figures = [value for one in lines for _, value in one.points]
    low, high = axis.ends or (min(*figures, axis.origin), max(*figures, axis.origin))
    field = Field.of(box, list(days), low, high)
    draw_field(drawing, field, days, axis.origin, axis.label)
    block = (frame.size + 2) * len(labels[0])
    ends = apart([field.y(one.last) for one in lines], block + 1, box.top + block / 2, box.bottom - block / 2)
    for one, end, label in zip(lines, ends, labels, strict=True):
        for run in one.runs:
            drawing.path([(field.x(tau), field.y(value)) for tau, value in run], f"series line{one.look}")
        tau, value = one.runs[-1][-1]
        drawing.line((field.x(tau), field.y(value)), (box.right + 4, end), "leader")
        for row, text in enumerate(label):
            y = end - block / 2 + (frame.size + 2) * (row + 0.8)
            drawing.text(box.right + 7, y, text, f"value ink{one.look}")
    return field


def _label(line: Line, axis: Axis, frame: Frame) -> list[str]:
    """Name and last figure; on a phone the figure stands below the name, which leaves the lines their room."""
    figure = axis.end(line.last)
    return [line.name, figure] if frame.narrow else [f"{line.name} {figure}"]
