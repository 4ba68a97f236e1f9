"""Cumulative abnormal returns of the sectors around the event, each with its band."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from screener.i18n import N_, _
from screener.report.charts.drawing import (
    BELOW,
    POST_HOC_LEFT_OUT,
    Box,
    Drawing,
    Field,
    Figure,
    Frame,
    draw_field,
    figure,
    percent_end,
    percent_label,
)
from screener.report.formatting import percent
from screener.report.model import MODELS, Report
from screener.report.views.grids import label_of, rows_of

_HEIGHT, _HEADING, _GAP = 190, 26, 22
"""Of the field of one panel, the sector's name above it, and what lies between two panels."""


class _Path(NamedTuple):
    """The path of one sector or theme."""

    name: str
    points: list[Any]
    """Rows of the frame of paths."""

    @property
    def last(self) -> Any:
        """The last point."""
        return self.points[-1]


def paths(report: Report, groups: Sequence[Any]) -> Figure | None:
    """One panel a group, on one scale; None where no group that is evidence has a path.

    Groups that were put together after the event are left out: a band around them would look like evidence.
    """
    shown = _paths(report, groups)
    if not shown:
        return None
    ranked = sorted(shown, key=lambda path: -path.last.caar)
    best, worst = ranked[0], ranked[-1]
    title = _(
        N_("By {day}, {best} stood at {best_value}% and {worst} at {worst_value}%")
        if len(shown) > 1
        else N_("By {day}, {best} stood at {best_value}%"),
        best=best.name,
        best_value=percent(best.last.caar),
        worst=worst.name,
        worst_value=percent(worst.last.caar),
        day=best.last.date,
    )
    alt = _(
        "Line charts of the cumulative abnormal return of {n} sectors, sessions {first:+d} to "
        "{last:+d}. At the end, with 95 % intervals: {sectors}.",
        n=len(shown),
        first=shown[0].points[0].tau,
        last=shown[0].last.tau,
        sectors="; ".join(map(_in_words, shown)),
    )
    measure = _(
        "Cumulative average abnormal return (CAAR, {model}), %, base = 0, by sessions from the event day",
        model=_(MODELS[report.rules.model]),
    )
    note = " ".join(_notes(shown, [group.name for group in groups if group.post_hoc]))
    return figure(lambda frame: _draw(shown, frame), title, alt, measure=measure, note=note)


def _notes(shown: Sequence[_Path], left_out: Sequence[str]) -> Iterator[str]:
    yield _(
        "Band: 95 % interval of the sum from the base to that session; where it holds 0, the sum "
        "cannot be told from an ordinary one. Grey: the other sectors."
    )
    if any(not math.isfinite(point.half_width) for path in shown for point in path.points):
        yield _("Where there is no band, the interval is not known; of themes it is not measured.")
    if left_out:
        yield _(POST_HOC_LEFT_OUT, names=", ".join(left_out))


def _paths(report: Report, groups: Sequence[Any]) -> list[_Path]:
    """The path of each group that is evidence and has one."""
    points: dict[str, list[Any]] = {}
    for row in rows_of(report.frames.paths):
        points.setdefault(label_of(row), []).append(row)
    paths = [_Path(group.name, points.get(label_of(group), [])) for group in groups if not group.post_hoc]
    return [path for path in paths if len(path.points) > 1]


def _in_words(path: _Path) -> str:
    last = path.last
    message = N_("{name} {value}% ({low}% to {high}%)") if math.isfinite(last.half_width) else N_("{name} {value}%")
    return _(message, name=path.name, value=percent(last.caar), low=percent(last.ci_low), high=percent(last.ci_high))


def _draw(shown: Sequence[_Path], frame: Frame) -> Drawing:
    columns = 1 if frame.narrow or len(shown) == 1 else 2
    width = (frame.width - _GAP * (columns - 1)) / columns
    height = _HEADING + _HEIGHT + BELOW
    rows = math.ceil(len(shown) / columns)
    drawing = Drawing(frame, rows * height + (rows - 1) * _GAP)
    points = [point for path in shown for point in path.points]
    reach = [point.half_width if math.isfinite(point.half_width) else 0.0 for point in points]
    low = min(point.caar - half for point, half in zip(points, reach, strict=True))
    high = max(point.caar + half for point, half in zip(points, reach, strict=True))
    taus = [point.tau for point in points]
    for place, path in enumerate(shown):
        left, top = place % columns * (width + _GAP), place // columns * (height + _GAP)
        box = Box(left + 46, top + _HEADING, left + width - 52, top + _HEADING + _HEIGHT)
        field = Field.of(box, taus, min(low, 0.0), max(high, 0.0))
        drawing.text(left, top + 14, path.name, f"name ink{place % 7}")
        draw_field(drawing, field, {point.tau: point.date for point in path.points}, 0.0, percent_label)
        for other in shown:
            if other is not path:
                drawing.path([(field.x(point.tau), field.y(point.caar)) for point in other.points], "other")
        for band in _bands(path):
            upper = [(field.x(point.tau), field.y(point.ci_high)) for point in band]
            lower = [(field.x(point.tau), field.y(point.ci_low)) for point in reversed(band)]
            drawing.path([*upper, *lower], f"band area{place % 7}", closed=True)
        drawing.path([(field.x(point.tau), field.y(point.caar)) for point in path.points], f"series line{place % 7}")
        last = path.last
        drawing.dot(field.x(last.tau), field.y(last.caar), 3, f"area{place % 7}")
        drawing.text(field.x(last.tau) + 7, field.y(last.caar) + 4, percent_end(last.caar), f"value ink{place % 7}")
    return drawing


def _bands(path: _Path) -> list[list[Any]]:
    """The parts of a path that have a band."""
    parts = groupby(path.points, key=lambda point: math.isfinite(point.half_width))
    return [list(points) for known, points in parts if known]
