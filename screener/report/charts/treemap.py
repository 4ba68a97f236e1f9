"""Rectangles whose areas are in proportion to values."""

from __future__ import annotations

from collections.abc import Sequence

from screener.report.charts.plot import Box


def squarified(values: Sequence[float], box: Box) -> list[Box]:
    """One rectangle a value, which together fill `box`, as square as can be had.

    Values are positive and descend. The layout is that of Bruls, Huizing and van Wijk (2000, VisSym 33): a row along
    the shorter side takes the next value while that makes its worst rectangle squarer.
    """
    scale = (box.right - box.left) * (box.bottom - box.top) / sum(values)
    areas = [value * scale for value in values]
    boxes: list[Box] = []
    while areas:
        width, height = box.right - box.left, box.bottom - box.top
        side = min(width, height)
        row = 1
        while row < len(areas) and _worst(areas[: row + 1], side) <= _worst(areas[:row], side):
            row += 1
        depth = sum(areas[:row]) / side
        at = 0.0
        for area in areas[:row]:
            length = area / depth
            if width >= height:
                boxes.append(Box(box.left, box.top + at, box.left + depth, box.top + at + length))
            else:
                boxes.append(Box(box.left + at, box.top, box.left + at + length, box.top + depth))
            at += length
        upright = width >= height
        box = Box(box.left + depth * upright, box.top + depth * (not upright), box.right, box.bottom)
        areas = areas[row:]
    return boxes


def in_rows(values: Sequence[float], width: float, area: float, heading: float, gap: float) -> list[Box]:
    """One rectangle a value, in rows over the whole width, with a `heading` above and a `gap` beside each.

    Values are positive; `area` is that of all rectangles and gaps together. A row takes the next value while that
    makes its worst rectangle squarer (a strip treemap: Bederson, Shneiderman and Wattenberg 2002, ACM TOG 21:833).
    """
    areas = [value * area / sum(values) for value in values]
    boxes: list[Box] = []
    top = 0.0
    while areas:
        row = 1
        while row < len(areas) and _worst(areas[: row + 1], width) <= _worst(areas[:row], width):
            row += 1
        height = sum(areas[:row]) / width
        left = 0.0
        for one in areas[:row]:
            boxes.append(Box(left, top + heading, left + one / height - gap, top + heading + height))
            left += one / height
        top += heading + height
        areas = areas[row:]
    return boxes


def _worst(areas: Sequence[float], side: float) -> float:
    """The least square ratio of sides in a row of `areas` along `side`."""
    depth = sum(areas) / side
    return max(max(area / depth**2, depth**2 / area) for area in areas)
