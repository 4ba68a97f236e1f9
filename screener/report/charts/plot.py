"""The field of a chart over sessions: round grid lines, the event day, and the dates of the sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from screener.i18n import _
from screener.report.charts.drawing import Drawing
from screener.report.charts.scale import Scale, roomy, round_step, ticks

BELOW = 36
"""Room for sessions and their dates below the field."""
_TICK = 48
"""Room that the date of a session needs."""


@dataclass(frozen=True)
class Box:
    """Where a field lies."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Field:
    """A field, and where sessions and figures lie in it."""

    box: Box
    x: Scale
    y: Scale
    grid: tuple[float, ...]

    @staticmethod
    def of(box: Box, taus: Sequence[int], low: float, high: float) -> Field:
        """The field in `box` for these sessions, and figures from `low` to `high`."""
        low, high = roomy(low, high)
        x = Scale(min(taus), max(taus), box.left, box.right)
        return Field(box, x, Scale(low, high, box.bottom, box.top), tuple(ticks(low, high, 6)))


def draw_field(
    drawing: Drawing,
    field: Field,
    days: Mapping[int, date],
    origin: float,
    label: Callable[[float], str],
) -> None:
    """Grid lines with their figures, the line of `origin` stronger; the event day; sessions and dates below."""
    box = field.box
    for value in field.grid:
        y = field.y(value)
        drawing.line((box.left, y), (box.right, y), "zero" if abs(value - origin) < 1e-9 else "grid")
        drawing.text(box.left - 6, y + 4, label(value), "axis", "end")
    if field.x.low <= 0 <= field.x.high:
        x = field.x(0)
        drawing.line((x, box.top), (x, box.bottom), "event")
        drawing.text(x + 4, box.top + 10, _("event day"), "axis")
    for tau in labelled(days, box.right - box.left):
        x = field.x(tau)
        drawing.line((x, box.bottom), (x, box.bottom + 4), "tick")
        drawing.text(x, box.bottom + 17, f"{tau:+d}" if tau else "0", "axis tau", "middle")
        drawing.text(x, box.bottom + 31, f"{days[tau]:%m-%d}", "axis", "middle")


def labelled(days: Mapping[int, date], width: float) -> list[int]:
    """The sessions whose dates have room, evenly spaced from the event day."""
    span = max(days) - min(days)
    step = max(1, round(round_step(span, max(1, int(width / _TICK)))))
    return [tau for tau in sorted(days) if tau % step == 0]


def percent_label(value: float) -> str:
    """A decimal beside a grid line, with as many places as round steps need."""
    return f"{round(value * 100, 6):+g}%" if round(value, 6) else "0%"


def percent_end(value: float) -> str:
    """A decimal at the end of a line."""
    return f"{value * 100:+.1f}%"
