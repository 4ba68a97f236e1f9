"""Cumulative abnormal returns of the sectors around the event, each with its band."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from screener.analysis.results import Group, PathPoint
from screener.i18n import N_, _, name_of
from screener.report.charts.drawing import Drawing, Figure, Frame, figure
from screener.report.charts.plot import BELOW, Box, Field, draw_field, percent_end, percent_label
from screener.report.figures import percent
from screener.report.model import MODELS, Report

_HEIGHT, _HEADING, _GAP = 190, 26, 22
"""Of the field of one panel, the sector's name above it, and what lies between two panels."""

Path = tuple[PathPoint, ...]


def paths(report: Report, groups: Sequence[Group]) -> Figure | None:
    """One panel a group, on one scale; None where no group that is evidence has a path.

    Groups that were put together after the event are left out: a band around them would look like evidence.
    """
    shown = _paths(report, groups)
    if not shown:
        return None
    ranked = sorted(shown, key=lambda path: -path[-1].caar)
    best, worst = ranked[0][-1], ranked[-1][-1]
    values = {
        "best": name_of(best.group),
        "best_value": percent(best.caar),
        "worst": name_of(worst.group),
        "worst_value": percent(worst.caar),
        "day": best.day,
    }
    title = _(
        "By {day}, {best} stood at {best_value}% and {worst} at {worst_value}%"
        if len(shown) > 1
        else "By {day}, {best} stood at {best_value}%",
        **values,
    )
    told = "; ".join(_told(path) for path in shown)
    alt = _(
        "Line charts of the cumulative abnormal return of {n} sectors, sessions {first:+d} to "
        "{last:+d}. At the end, with 95 % intervals: {sectors}.",
        n=len(shown),
        first=shown[0][0].tau,
        last=shown[0][-1].tau,
        sectors=told,
    )
    left_out = [name_of(group) for group in groups if group.post_hoc]
    notes = [
        _(
            "Band: 95 % interval of the sum from the base to that session; where it holds 0, the sum "
            "cannot be told from an ordinary one. Grey: the other sectors."
        )
    ]
    if any(not math.isfinite(point.half_width) for path in shown for point in path):
        notes.append(_("Where there is no band, the interval is not known; of themes it is not measured."))
    if left_out:
        notes.append(
            _(
                "Left out, for they were put together after the event because of how they moved and are "
                "no evidence: {names}.",
                names=", ".join(left_out),
            )
        )
    measure = _(
        "Cumulative average abnormal return (CAAR, {model}), %, base = 0, by sessions from the event day",
        model=_(MODELS[report.rules.model]),
    )
    return figure(lambda frame: _draw(shown, frame), title, alt, measure=measure, note=" ".join(notes))


def _paths(report: Report, groups: Sequence[Group]) -> list[Path]:
    """The path of each group that is evidence and has one."""
    of: dict[Group, list[PathPoint]] = {}
    for point in report.impact.paths:
        of.setdefault(point.group, []).append(point)
    return [tuple(of[group]) for group in groups if not group.post_hoc and len(of.get(group, ())) > 1]


def _told(path: Path) -> str:
    last = path[-1]
    ends = (percent(last.caar - last.half_width), percent(last.caar + last.half_width))
    message = N_("{name} {value}% ({low}% to {high}%)") if math.isfinite(last.half_width) else N_("{name} {value}%")
    return _(message, name=name_of(last.group), value=percent(last.caar), low=ends[0], high=ends[1])


def _draw(shown: Sequence[Path], frame: Frame) -> Drawing:
    columns = 1 if frame.narrow or len(shown) == 1 else 2
    width = (frame.width - _GAP * (columns - 1)) / columns
    height = _HEADING + _HEIGHT + BELOW
    rows = math.ceil(len(shown) / columns)
    drawing = Drawing(frame, rows * height + (rows - 1) * _GAP)
    points = [point for path in shown for point in path]
    reach = [point.half_width if math.isfinite(point.half_width) else 0.0 for point in points]
    low = min(point.caar - half for point, half in zip(points, reach, strict=True))
    high = max(point.caar + half for point, half in zip(points, reach, strict=True))
    taus = [point.tau for point in points]
    for place, path in enumerate(shown):
        left, top = place % columns * (width + _GAP), place // columns * (height + _GAP)
        box = Box(left + 46, top + _HEADING, left + width - 52, top + _HEADING + _HEIGHT)
        field = Field.of(box, taus, min(low, 0.0), max(high, 0.0))
        drawing.text(left, top + 14, name_of(path[0].group), f"name ink{place % 7}")
        draw_field(drawing, field, {point.tau: point.day for point in path}, 0.0, percent_label)
        for other in shown:
            if other is not path:
                drawing.path([(field.x(point.tau), field.y(point.caar)) for point in other], "other")
        for band in _bands(path):
            upper = [(field.x(one.tau), field.y(one.caar + one.half_width)) for one in band]
            lower = [(field.x(one.tau), field.y(one.caar - one.half_width)) for one in reversed(band)]
            drawing.path([*upper, *lower], f"band area{place % 7}", closed=True)
        drawing.path([(field.x(point.tau), field.y(point.caar)) for point in path], f"series line{place % 7}")
        last = path[-1]
        drawing.dot(field.x(last.tau), field.y(last.caar), 3, f"area{place % 7}")
        drawing.text(field.x(last.tau) + 7, field.y(last.caar) + 4, percent_end(last.caar), f"value ink{place % 7}")
    return drawing


def _bands(path: Path) -> list[list[PathPoint]]:
    """The parts of a path that have a band."""
    parts = groupby(path, key=lambda point: math.isfinite(point.half_width))
    return [list(points) for known, points in parts if known]
