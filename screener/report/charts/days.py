"""The chart of `screener days`: z of every session, the most extreme ones with their days."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from screener.i18n import _, language
from screener.report.charts.drawing import Anchor, Box, Drawing, Figure, Frame, Scale
from screener.report.charts.lines import apart
from screener.report.formatting import percent, signed
from screener.report.model import Report
from screener.report.rows import rows_of

_LABELLED, _LABELLED_NARROW = 8, 4
"""Sessions with a label; the event day has one in any case."""
_FIELD = Box(36, 40, 0, 300)
_ROOM = 40
"""Below the field: labels of what fell, and the months."""


def sessions(report: Report) -> Figure | None:
    """One bar a session; None where fewer than two have a statistic."""
    rows = [row for row in rows_of(report.frames.days) if math.isfinite(row.z_ewma)]
    if len(rows) < 2:
        return None
    first = rows[0]
    labelled = [row for row in rows if row.rank <= _LABELLED or not row.tau]
    named = "; ".join(
        _("{day} z {z}, {abnormal}%", day=row.date, z=signed(row.z_ewma, 1), abnormal=percent(row.abnormal_return))
        for row in labelled
    )
    return Figure.of(
        lambda frame: _draw(rows, frame),
        _("The most extreme of {n} sessions was {day}: z {z}", n=len(rows), day=first.date, z=signed(first.z_ewma, 1)),
        _("Bar chart of z by session. The most extreme: {sessions}.", sessions=named),
        _("Abnormal return of each session over its expected volatility (z)"),
        _("Labels: the most extreme sessions. Dashed: the size of the event, in both directions.")
        if any(not row.tau for row in rows)
        else _("Labels: the most extreme sessions."),
    )


def _draw(rows: Sequence[Any], frame: Frame) -> Drawing:
    drawing = Drawing(frame, _FIELD.bottom + 2 * _ROOM)
    box = _FIELD._replace(right=frame.width - 6)
    by_day = sorted(rows, key=lambda row: row.tau)
    x = Scale(by_day[0].tau - 0.5, by_day[-1].tau + 0.5, box.left, box.right)
    reach = max(abs(row.z_ewma) for row in rows)
    y = Scale.roomy(-reach, reach, box.bottom, box.top)
    drawing.levels(box, y, 6, lambda value: f"{value:+g}" if value else "0")
    wide = (x(1) - x(0)) * 0.8
    for row in by_day:
        top, bottom = sorted((y(row.z_ewma), y(0.0)))
        look = "bar thin " + ("up" if row.z_ewma > 0 else "down")
        tip = f"{row.date} z {signed(row.z_ewma, 1)}, {percent(row.abnormal_return)}%"
        drawing.rect(x(row.tau) - wide / 2, top, wide, bottom - top, look, tip)
        if not row.tau:
            for size in (row.z_ewma, -row.z_ewma):
                drawing.line((box.left, y(size)), (box.right, y(size)), "mirror")
    most = _LABELLED_NARROW if frame.narrow else _LABELLED
    labelled = [row for row in by_day if row.rank <= most or not row.tau]
    for sign, base in ((1, box.top - 26), (-1, box.bottom + 22)):
        points = [(row, x(row.tau), y(row.z_ewma)) for row in labelled if (row.z_ewma > 0) is (sign > 0)]
        _label(points, drawing, box, base, sign)
    _months(by_day, x, drawing, box.bottom + 2 * _ROOM - 12)
    return drawing


def _label(points: Sequence[tuple[Any, float, float]], drawing: Drawing, box: Box, base: float, sign: int) -> None:
    """The days of sessions, each with the end of its bar, on the base line `base`: above the bars, or below (-1)."""
    texts, size = [f"{row.date:%m-%d}" for row, _x, _y in points], drawing.frame.size
    gap = max(map(drawing.frame.length, texts), default=0.0) + 10
    places = apart([x for _row, x, _y in points], gap, box.left + gap / 2, box.right - gap / 2)
    for (row, x, y), place, text in zip(points, places, texts, strict=True):
        drawing.line((x, y), (place, base + 4 if sign > 0 else base - size), "leader")
        drawing.text(place, base, text, f"value {'up' if sign > 0 else 'down'}", "middle")
        event = getattr(row, f"events_{language()}")
        if event and not drawing.frame.narrow:
            drawing.text(
                place, base - sign * (size + 1), event, "axis", _anchor(drawing.frame.length(event), place, box)
            )


def _anchor(length: float, place: float, box: Box) -> Anchor:
    """The side on which a text of that length has room."""
    if place + length / 2 > box.right:
        return "end"
    return "start" if place - length / 2 < box.left else "middle"


def _months(rows: Sequence[Any], x: Scale, drawing: Drawing, base: float) -> None:
    """The first sessions of months, evenly spaced: as many as have space for their names."""
    firsts = [
        row
        for before, row in zip([None, *rows], rows, strict=False)
        if before is None or before.date.month != row.date.month
    ]
    # The first month may begin in its middle, right before the second.
    names = {f"{row.date:%Y-%m}": x(row.tau) for row in firsts[len(firsts) > 1 :]}
    length = drawing.frame.length("2025-01")
    for step in range(1, len(names) + 1):
        shown = dict(list(names.items())[::step])
        places = list(shown.values())
        if all(after - before >= length + 8 for before, after in pairwise(places)):
            break
    for text, place in shown.items():
        if place + length <= drawing.frame.width:
            drawing.text(place, base, text, "axis")
