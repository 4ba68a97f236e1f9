"""Every stock as a tile: its area is its part of its sector's capitalisation, its colour the abnormal return.

A sector takes room for its number of stocks. On one scale for all, two stocks would fill the picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from screener.analysis.results import Group, StockRow
from screener.i18n import _, name_of, ngettext
from screener.report.charts.drawing import Drawing, Figure, Frame, figure
from screener.report.charts.plot import Box
from screener.report.charts.treemap import in_rows, squarified
from screener.report.figures import percent
from screener.report.model import Report

STEPS = (0.01, 0.03, 0.06, 0.10)
"""Abnormal return, decimal, from which a tile takes the next stronger colour."""
_HEADING = 22.0
_LEGEND = 38.0
_GAP = 8.0
_TRILLION = 1e12
_LINE = 15.0
"""Height of a second line of a sector's name."""
_ARROW = 4.5
"""Half the size of an arrow, at most."""
_SMALL = 0.8
"""Size of small letters beside the others."""


@dataclass(frozen=True)
class _Sector:
    """A sector and its stocks, the largest first."""

    group: Group
    rows: tuple[StockRow, ...]

    @property
    def cap(self) -> float:
        return sum(row.cap for row in self.rows)


def tiles(report: Report) -> Figure | None:
    """The stocks of every sector in the leading window; None where no capitalisation or abnormal return is known."""
    sectors = _sectors(report)
    rows = [row for sector in sectors for row in sector.rows]
    once = {row.stock.ticker: row for row in rows}.values()
    known = [row for row in once if math.isfinite(row.car)]
    if not known:
        return None
    above = [row for row in known if row.car > 0]
    share = sum(row.cap for row in above) / sum(row.cap for row in known)
    largest = max(known, key=lambda row: row.cap)
    values = {"n": len(above), "of": len(known), "share": f"{share * 100:.0f}"}
    told = "; ".join(
        ngettext(
            "{name}, {n} stock, {cap} tn won",
            "{name}, {n} stocks, {cap} tn won",
            len(one.rows),
            name=name_of(one.group),
            cap=_cap(one.cap),
        )
        for one in sectors
    )
    return figure(
        lambda frame: _draw(sectors, frame),
        _("{n} of {of} stocks beat what was expected of them, with {share}% of the capitalisation", **values),
        _(
            "Treemap of the stocks by capitalisation, coloured by abnormal return. {sectors}. The "
            "largest is {largest}, {car}%.",
            sectors=told,
            largest=name_of(largest.stock),
            car=percent(largest.car),
        ),
        measure=_(
            "Area: market capitalisation at the base, within the sector. Colour: abnormal return (CAR), {window}",
            window=report.leading,
        ),
        note=_(
            "A sector has room for its number of stocks, so tiles of two sectors do not compare in "
            "size. A stock of two sectors stands in both. Small tiles show the direction alone; the "
            "table has every stock."
        ),
    )


def step(car: float) -> str:
    """Class of the colour of an abnormal return: the direction and how far it goes, none where it is not known."""
    if not math.isfinite(car):
        return "unknown"
    number = sum(abs(car) >= one for one in STEPS)
    return f"{'up' if car > 0 else 'down'}{number}" if number else "level"


def _sectors(report: Report) -> list[_Sector]:
    """Sectors with a known capitalisation, those that are evidence first, the one of the most stocks leading."""
    of: dict[Group, list[StockRow]] = {}
    for row in report.impact.stocks:
        if row.window == report.leading and row.cap > 0:
            of.setdefault(report.group(row.stock.sector), []).append(row)
    sectors = [_Sector(group, tuple(sorted(rows, key=lambda row: -row.cap))) for group, rows in of.items()]
    return sorted(sectors, key=lambda one: (one.group.post_hoc, -len(one.rows)))


def _draw(sectors: Sequence[_Sector], frame: Frame) -> Drawing:
    area = frame.width * (900 if frame.narrow else 520)
    names = [name_of(sector.group) for sector in sectors]
    boxes = in_rows([len(one.rows) for one in sectors], frame.width + _GAP, area, _HEADING, _GAP)
    if any(frame.length(name) > box.right - box.left for name, box in zip(names, boxes, strict=True)):
        boxes = in_rows([len(one.rows) for one in sectors], frame.width + _GAP, area, _HEADING + _LINE, _GAP)
    drawing = Drawing(frame, boxes[-1].bottom + _LEGEND)
    for sector, name, box in zip(sectors, names, boxes, strict=True):
        width, cap = box.right - box.left, _("{cap} tn won", cap=_cap(sector.cap))
        lines = frame.folded(name, width)
        for place, line in enumerate(reversed(lines)):
            drawing.text(box.left + 1, box.top - 6 - place * _LINE, line, "name")
        if len(lines) == 1 and frame.length(name) + frame.length(cap) + 10 < width:
            drawing.text(box.right - 1, box.top - 6, cap, "axis", "end")
        for row, tile in zip(sector.rows, squarified([row.cap for row in sector.rows], box), strict=True):
            _tile(drawing, row, tile)
    _legend(drawing, boxes[-1].bottom + 12)
    return drawing


def _tile(drawing: Drawing, row: StockRow, box: Box) -> None:
    look, name, value = step(row.car), name_of(row.stock), f"{percent(row.car)}%"
    width, height = box.right - box.left, box.bottom - box.top
    tip = _(
        "{name} ({ticker}): CAR {car}%, {cap} tn won",
        name=name,
        ticker=row.stock.ticker,
        car=percent(row.car),
        cap=_cap(row.cap),
    )
    drawing.rect(box.left, box.top, width, height, f"tile {look}", tip)
    x, y, frame = (box.left + box.right) / 2, (box.top + box.bottom) / 2, drawing.frame
    # A name that is too long is folded, then written smaller, before it is given up, and the figure last.
    folded = frame.folded(name, width - 6)
    for lines in ([*folded, value], [value]):
        needed = max(map(frame.length, lines)) + 6
        if needed * _SMALL < width and (frame.size + 2) * len(lines) + 2 < height:
            small = "" if needed < width else " small"
            for place, line in enumerate(lines):
                at = y + (place - len(lines) / 2 + 0.8) * (frame.size + 1)
                drawing.text(x, at, line, f"on-{look}{small}{' figure' if line is value else ''}", "middle")
            return
    if math.isfinite(row.car) and look != "level":
        # Where no figure fits, an arrow tells the direction beside the colour.
        reach = min(width * 0.26, height * 0.26, _ARROW)
        head, foot = (y - reach, y + reach) if row.car > 0 else (y + reach, y - reach)
        drawing.path([(x, head), (x - reach, foot), (x + reach, foot)], f"arrow on-{look}", closed=True)


def _legend(drawing: Drawing, top: float) -> None:
    """The colours, from the strongest fall to the strongest rise."""
    bounds = [-one for one in reversed(STEPS)] + list(STEPS)
    looks = (
        [f"down{number}" for number in range(len(STEPS), 0, -1)]
        + ["level"]
        + [f"up{number}" for number in range(1, len(STEPS) + 1)]
    )
    width = min(44.0, drawing.frame.width / len(looks))
    for place, look in enumerate(looks):
        drawing.rect(place * width, top, width, 8, f"tile {look}")
    for place, bound in enumerate(bounds, start=1):
        drawing.text(place * width, top + 19, f"{bound * 100:+.0f}%", "axis", "middle")


def _cap(won: float) -> str:
    """Trillion won."""
    return f"{won / _TRILLION:,.1f}"
