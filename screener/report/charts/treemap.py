"""Heat maps of stocks: the area is the capitalisation, the colour the return."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from screener.analysis.model import Window
from screener.i18n import N_, _
from screener.report.charts.drawing import Box, Drawing, Figure, Frame
from screener.report.formatting import money, percent
from screener.report.model import Report
from screener.report.rows import names_in, rows_of, stocks_at

_STEPS = (0.01, 0.03, 0.06, 0.10)
"""Return, decimal, from which a tile takes the next stronger colour."""
_HEIGHTS = (600.0, 900.0)
"""Of the map on a page, and on a phone."""
_LETTERS = (20.0, 16.0, 13.0, 11.0, 9.0)
"""Sizes of letters in a tile: the largest that has room is taken, down to the last."""
_FEWEST = 0.03
"""Share of the map that a group has at least, so that its stocks can be seen."""
_HEADING, _SMALLEST_HEADING = 17.0, 30.0
"""Height of the name of a sector above its tiles, and the width from which there is one."""
_HEADING_LETTERS = (12.0, 10.0)
_LEGEND = 46.0
_LINE = 1.12
"""Height of a line in a tile, in letters."""
_BOLD = 1.06
"""Width of bold text relative to plain text."""
_ARROW = 4.5
"""Half the size of an arrow, at most."""
_OF_MARKET = 80
"""Stocks of each market in the map of a scan: the largest."""

_Groups = Sequence[tuple[str, Sequence[Any]]]
"""Names and their stocks, the largest first; each has name, ticker, marcap, raw_return and car."""


def tiles(report: Report) -> Figure | None:
    """The stocks of every sector in the leading window; None where no capitalisation or return is known.

    Groups that were put together after the event are left out: their stocks would stand in the map twice.
    """
    stocks = [row for row in stocks_at(report, report.leading) if row.marcap > 0 and not row.post_hoc]
    groups = _grouped(stocks, lambda row: row.sector_name)
    return _map(groups, report.leading, _("A stock in two sectors appears in both."))


def market(report: Report) -> Figure | None:
    """The largest stocks of each market that a scan looked at; None where no capitalisation is known."""
    frame = report.frames.scan
    stocks = [row for row in rows_of(frame.assign(name=names_in(frame))) if row.marcap > 0]
    groups = [(name, rows[:_OF_MARKET]) for name, rows in _grouped(stocks, lambda row: row.market)]
    shown = [row for _name, rows in groups for row in rows]
    if len(shown) == len(stocks):
        note = ""
    else:
        share = _cap(shown) / _cap(stocks)
        note = _(
            "The largest {n} of {of} stocks by capitalisation, {share}% of the total.",
            n=len(shown),
            of=f"{len(stocks):,}",
            share=f"{share * 100:.0f}",
        )
    return _map(groups, report.leading, note)


def _grouped(stocks: Sequence[Any], name: Callable[[Any], str]) -> _Groups:
    """Stocks by group, the groups and the stocks of each by capitalisation."""
    groups: dict[str, list[Any]] = {}
    for row in sorted(stocks, key=lambda row: -row.marcap):
        groups.setdefault(name(row), []).append(row)
    return sorted(groups.items(), key=lambda item: -_cap(item[1]))


def _map(groups: _Groups, window: Window, note: str) -> Figure | None:
    once = {row.ticker: row for _name, rows in groups for row in rows}.values()
    known = [row for row in once if math.isfinite(row.raw_return)]
    if not known:
        return None
    whole = sum(_cap(rows) for _name, rows in groups)
    small = [name for name, rows in groups if _cap(rows) < _FEWEST * whole]
    rose = [row for row in known if row.raw_return > 0]
    largest = max(known, key=lambda row: row.marcap)
    return Figure.of(
        lambda frame: _draw(groups, frame),
        _(
            "{n} of {of} stocks rose, {share}% of the capitalisation",
            n=len(rose),
            of=len(known),
            share=f"{_cap(rose) / _cap(known) * 100:.0f}",
        ),
        _(
            "Treemap of the stocks by capitalisation, coloured by return. {groups}. The largest is {largest}, "
            "{value}%.",
            groups="; ".join(f"{name}, {money(_cap(rows))}" for name, rows in groups),
            largest=largest.name,
            value=percent(largest.raw_return),
        ),
        _("Area: market capitalisation on the base day. Colour and figure: return, {window}, %", window=window),
        _(
            "Each sector is drawn with at least {share}% of the area: {names} would have less.",
            share=f"{_FEWEST * 100:g}",
            names=", ".join(small),
        )
        if small
        else "",
        note,
    )


def step(value: float) -> str:
    """Class of the colour of a return: the direction and how far it goes, none where it is not known."""
    if not math.isfinite(value):
        return "unknown"
    number = sum(abs(value) >= bound for bound in _STEPS)
    return f"{'up' if value > 0 else 'down'}{number}" if number else "level"


def _draw(groups: _Groups, frame: Frame) -> Drawing:
    box = Box(0.0, 0.0, frame.width, _HEIGHTS[frame.narrow])
    drawing = Drawing(frame, box.bottom + _LEGEND)
    whole = sum(_cap(rows) for _name, rows in groups)
    caps = [max(_cap(rows), _FEWEST * whole) for _name, rows in groups]
    for (name, rows), area in zip(groups, squarified(caps, box), strict=True):
        top = _draw_heading(drawing, name, money(_cap(rows)), area)
        for row, tile in zip(rows, squarified([row.marcap for row in rows], area._replace(top=top)), strict=True):
            _draw_tile(drawing, row, name, tile)
        drawing.rect(area.left, area.top, area.width, area.height, "edge")
    _draw_legend(drawing, box.bottom + 14)
    return drawing


def _draw_heading(drawing: Drawing, name: str, money: str, box: Box) -> float:
    """The name of a group, as far as there is room for it whole; returns where its tiles begin."""
    if box.height < 3 * _HEADING or box.width < _SMALLEST_HEADING:
        return box.top
    for size in _HEADING_LETTERS:
        length = _length(drawing.frame, name, size)
        if length + 6 < box.width:
            drawing.text(box.left + 3, box.top + _HEADING - 5, name, "name", size=size)
            if length + _length(drawing.frame, money, size) + 20 < box.width:
                drawing.text(box.right - 3, box.top + _HEADING - 5, money, "axis", "end", size=size)
            return box.top + _HEADING
    return box.top


def _draw_legend(drawing: Drawing, top: float) -> None:
    """The colours, from the strongest fall to the strongest rise."""
    bounds = [*(-bound for bound in reversed(_STEPS)), 0.0, *_STEPS]
    width = min(56.0, drawing.frame.width / len(bounds))
    for index, bound in enumerate(bounds):
        look = step(bound)
        drawing.rect(index * width, top, width, 20, f"tile {look}")
        text = f"{bound * 100:+.0f}%" if bound else "0%"
        drawing.text((index + 0.5) * width, top + 14, text, f"on-{look}", "middle", size=11)


def _draw_tile(drawing: Drawing, row: Any, group: str, box: Box) -> None:
    look, value, frame = step(row.raw_return), f"{percent(row.raw_return)}%", drawing.frame
    tip = _(
        N_("{name} ({ticker}), {group}: return {value}%, CAR {car}%, {money}")
        if math.isfinite(row.car)
        else N_("{name} ({ticker}), {group}: return {value}%, {money}"),
        name=row.name,
        ticker=row.ticker,
        group=group,
        value=percent(row.raw_return),
        car=percent(row.car),
        money=money(row.marcap),
    )
    drawing.rect(box.left, box.top, box.width, box.height, f"tile {look}", tip)
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    for name in (row.name, ""):
        for size in _LETTERS:
            lines = _lines(frame, name, value, size, box)
            for index, line in enumerate(lines):
                at = y + size * _LINE * (index - len(lines) / 2 + 0.8)
                drawing.text(x, at, line, f"on-{look}{'' if line is value else ' figure'}", "middle", size=size)
            if lines:
                return
    if math.isfinite(row.raw_return) and look != "level":
        # Where no figure fits, an arrow tells the direction beside the colour.
        reach = min(box.width * 0.26, box.height * 0.26, _ARROW)
        head, foot = (y - reach, y + reach) if row.raw_return > 0 else (y + reach, y - reach)
        drawing.path([(x, head), (x - reach, foot), (x + reach, foot)], f"arrow on-{look}", closed=True)


def _lines(frame: Frame, name: str, value: str, size: float, box: Box) -> list[str]:
    """The name, folded at its spaces, and the value below it; none where letters of `size` have no room."""
    lines: list[str] = []
    for word in name.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and _BOLD * _length(frame, joined, size) + 4 < box.width:
            lines[-1] = joined
        else:
            lines.append(word)
    widest = max((_BOLD * _length(frame, line, size) for line in lines), default=0.0)
    wide, high = max(widest, _length(frame, value, size)) + 4, size * _LINE * (len(lines) + 1) + 3
    return [*lines, value] if wide < box.width and high < box.height else []


def _length(frame: Frame, text: str, size: float) -> float:
    return frame.length(text) * size / frame.size


def _cap(rows: Sequence[Any]) -> float:
    return float(sum(row.marcap for row in rows))


def squarified(values: Sequence[float], box: Box) -> list[Box]:
    """One rectangle a value, which together fill `box`, as square as can be had.

    Values are positive and descend. The layout is that of Bruls, Huizing and van Wijk (2000, VisSym 33): a row along
    the shorter side takes the next value while that makes its worst rectangle squarer.
    """
    scale = box.width * box.height / sum(values)
    areas = [value * scale for value in values]
    boxes: list[Box] = []
    while areas:
        upright = box.width >= box.height
        row, areas = _first_row(areas, min(box.width, box.height))
        depth = sum(row) / min(box.width, box.height)
        at = 0.0
        for length in (area / depth for area in row):
            if upright:
                boxes.append(Box(box.left, box.top + at, box.left + depth, box.top + at + length))
            else:
                boxes.append(Box(box.left + at, box.top, box.left + at + length, box.top + depth))
            at += length
        box = box._replace(left=box.left + depth) if upright else box._replace(top=box.top + depth)
    return boxes


def _first_row(areas: list[float], side: float) -> tuple[list[float], list[float]]:
    """The areas of a row along `side`, as many as make its worst rectangle squarer, and those that are left."""

    def worst(row: list[float]) -> float:
        depth = sum(row) / side
        return max(max(area / depth**2, depth**2 / area) for area in row)

    number = 1
    while number < len(areas) and worst(areas[: number + 1]) <= worst(areas[:number]):
        number += 1
    return areas[:number], areas[number:]
