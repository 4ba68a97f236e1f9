"""The place of a spread among ordinary sessions: one block a session, and the event where it lies."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from screener.analysis.results import SpreadRow
from screener.i18n import _, name_of
from screener.report.charts.drawing import Drawing, Figure, Frame, figure
from screener.report.charts.plot import Box
from screener.report.charts.scale import Scale, round_step, ticks
from screener.report.figures import probability, signed
from screener.report.model import Report

_BINS = 60
"""Columns of blocks, at most."""
_HEIGHTS = (200, 140)
"""Of the field of the first spread, and of the others."""
_HEADING, _BELOW, _GAP = 50, 26, 28


def ordinary(report: Report) -> Figure | None:
    """One panel a spread in the leading window, the first the largest; None where none has a rank."""
    rows = [row for row in report.impact.spreads if row.window == report.leading and row.headline.ordinary]
    if not rows:
        return None
    first = rows[0]
    title = _(
        "{pair}: {before} of {days} ordinary sessions were as extreme"
        if as_extreme(first)
        else "{pair}: more extreme than any of {days} ordinary sessions",
        **_values(first, report),
    )
    alt = _(
        "Histograms of ordinary sessions with the event marked. {panels}.",
        panels="; ".join(_told(row, report) for row in rows),
    )
    return figure(
        lambda frame: _draw(rows, frame, report),
        title,
        alt,
        measure=_(
            "Abnormal return of the difference over the volatility that the sessions before let "
            "expect (z), {window}; one block = one ordinary session",
            window=report.leading,
        ),
        note=_(
            "Dark blocks: sessions as extreme as the event, in either direction. Dashed: the event's "
            "size the other way. p = (dark blocks + 1) / (all blocks + 1)."
        ),
    )


def as_extreme(row: SpreadRow) -> int:
    """Ordinary sessions at least as extreme as the event, on either side."""
    return sum(abs(z) >= abs(row.headline.z_ewma) for z in row.headline.ordinary)


def _pair(row: SpreadRow, report: Report) -> str:
    a, b = (name_of(report.group(one)) for one in (row.sector_a, row.sector_b))
    return _("{a} - {b}", a=a, b=b)


def _values(row: SpreadRow, report: Report) -> dict[str, object]:
    return {
        "pair": _pair(row, report),
        "z": signed(row.headline.z_ewma, 1),
        "before": as_extreme(row),
        "days": len(row.headline.ordinary),
        "p": probability(row.headline.p),
    }


def _told(row: SpreadRow, report: Report) -> str:
    return _("{pair} z {z}, {before} of {days} ordinary sessions as extreme, p {p}", **_values(row, report))


def _draw(rows: Sequence[SpreadRow], frame: Frame, report: Report) -> Drawing:
    boxes, height = _boxes(len(rows), frame)
    drawing = Drawing(frame, height)
    every = [z for row in rows for z in (*row.headline.ordinary, row.headline.z_ewma)]
    # One scale for all panels, so that they can be compared.
    reach = max(abs(z) for z in every) * 1.04
    width = round_step(2 * reach, _BINS)
    for row, box in zip(rows, boxes, strict=True):
        drawing.text(box.left, box.top - 34, _pair(row, report), "name")
        drawing.text(
            box.left, box.top - 18, _("z {z}; {before} of {days} as extreme, p {p}", **_values(row, report)), "axis"
        )
        _panel(drawing, row, box, reach, width)
    return drawing


def _boxes(panels: int, frame: Frame) -> tuple[list[Box], float]:
    """The field of each panel, and the height of the whole."""
    boxes: list[Box] = []
    top = 0.0
    columns = 1 if frame.narrow else 2
    width = (frame.width - _GAP * (columns - 1)) / columns
    for place in range(panels):
        high, column = _HEIGHTS[place > 0], (place - 1) % columns
        left, right = (0.0, frame.width) if place == 0 else (column * (width + _GAP), column * (width + _GAP) + width)
        boxes.append(Box(left, top + _HEADING, right, top + _HEADING + high))
        if place == 0 or column == columns - 1 or place == panels - 1:
            top += _HEADING + high + _BELOW + _GAP
    return boxes, top - _GAP


def _panel(drawing: Drawing, row: SpreadRow, box: Box, reach: float, width: float) -> None:
    """One block a session in columns of `width` from -`reach` to `reach`, and where the event lies."""
    event, ordinary = row.headline.z_ewma, row.headline.ordinary
    x = Scale(-reach, reach, box.left, box.right)
    columns = Counter(math.floor(z / width) for z in ordinary)
    unit = (box.bottom - box.top) / (max(columns.values()) + 1)
    stacks: Counter[int] = Counter()
    # What is as extreme as the event stands on top of what is not, where one column holds both.
    for z in sorted(ordinary, key=lambda z: (abs(z) >= abs(event), z)):
        column = math.floor(z / width)
        stacks[column] += 1
        look = "block extreme" if abs(z) >= abs(event) else "block"
        drawing.rect(x(column * width), box.bottom - stacks[column] * unit, x(width) - x(0.0), unit, look)
    drawing.line((box.left, box.bottom), (box.right, box.bottom), "zero")
    for value in ticks(-reach, reach, 8):
        drawing.text(x(value), box.bottom + 17, f"{value:+g}" if value else "0", "axis", "middle")
    drawing.line((x(-event), box.top), (x(-event), box.bottom), "mirror")
    direction = "up" if event > 0 else "down"
    drawing.line((x(event), box.top - 4), (x(event), box.bottom), f"marker {direction}")
    # The label stands on the side of the marker that leads to the nearer end, away from the blocks, if it has room.
    label = _("event {z}", z=signed(event, 1))
    room = (box.right - x(event)) if event > 0 else (x(event) - box.left)
    outside = room > drawing.frame.length(label) + 8
    rightward = (event > 0) == outside
    drawing.text(
        x(event) + (6 if rightward else -6), box.top + 6, label, f"value {direction}", "start" if rightward else "end"
    )
