"""Charts of stocks: abnormal returns with their intervals, and a treemap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from screener.i18n import N_, _, ngettext
from screener.report.charts.drawing import Box, Drawing, Figure, Frame, Scale, best_and_worst
from screener.report.formatting import percent, window_name
from screener.report.model import Report
from screener.report.rows import names_in, rows_of, stocks_at

_EACH = 12
"""Winners, and losers, that are drawn."""
_BELOW = 24


class _Estimate(NamedTuple):
    """One line of the plot; decimals."""

    name: str
    value: float
    low: float
    """Ends of the 95 % interval; NaN where there is none."""
    high: float
    hollow: bool = False
    """Only in post-hoc groups: no evidence."""

    @property
    def clear(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low > 0 or self.high < 0


def movers(report: Report) -> Figure | None:
    """The stocks with the highest and the lowest abnormal return in the leading window; None where there is none.

    Of a newspaper's selection, and wherever nothing was estimated, it is the plain return, without an interval.
    """
    study = report.provenance.study
    ranked = sorted(_estimates(report), key=lambda estimate: -estimate.value)
    if not ranked:
        return None
    shown = ranked if len(ranked) <= 2 * _EACH else [*ranked[:_EACH], *ranked[-_EACH:]]
    clear = sum(estimate.clear for estimate in shown)
    title = best_and_worst(
        [(estimate.name, percent(estimate.value)) for estimate in shown],
        N_("From {best} at {best_value}% to {worst} at {worst_value}%"),
        N_("{best} at {best_value}%"),
    )
    if not study:
        alt = ngettext(
            "Dot plot of the returns of {n} stock. {stocks}.",
            "Dot plot of the returns of {n} stocks. {stocks}.",
            len(shown),
            stocks=_listed(shown),
        )
        measure, chosen = _("Return by stock, {window}", window=report.leading), ""
    else:
        alt = ngettext(
            "Dot plot of the abnormal returns of {n} stock with 95 % intervals, {clear} of "
            "which do not hold 0. {stocks}.",
            "Dot plot of the abnormal returns of {n} stocks with 95 % intervals, {clear} of "
            "which do not hold 0. {stocks}.",
            len(shown),
            clear=clear,
            stocks=_listed(shown),
        )
        measure = _("Abnormal return (CAR) by stock, with its 95 % interval, {window}", window=report.leading)
        chosen = ngettext(
            "The highest and the lowest abnormal returns. {n} of {of} intervals does not hold 0; "
            "the pale ones do. These stocks were chosen for being extreme, which the intervals do "
            "not allow for.",
            "The highest and the lowest abnormal returns. {n} of {of} intervals do not hold 0; "
            "the pale ones do. These stocks were chosen for being extreme, which the intervals do "
            "not allow for.",
            clear,
            of=len(shown),
        )
    hollow = _("Hollow: only in groups that were put together after the event because of how they moved.")
    note = hollow if any(estimate.hollow for estimate in shown) else ""
    return Figure.of(lambda frame: _draw_estimates(shown, frame), title, alt, measure, chosen, note)


def windows(report: Report) -> Figure | None:
    """The stock of a card in each window; None where it has no abnormal return."""
    frame = report.frames.stocks
    frame = frame[(frame["ticker"] == report.ticker) & frame["car"].notna()]
    if frame.empty:
        return None
    # A stock of two sectors has the same figures in both.
    rows = rows_of(frame.drop_duplicates(["window_start", "window_end"]))
    shown = [_Estimate(window_name(row.window_start, row.window_end), row.car, row.ci_low, row.ci_high) for row in rows]
    name, clear = names_in(frame)[0], sum(estimate.clear for estimate in shown)
    return Figure.of(
        lambda frame: _draw_estimates(shown, frame),
        ngettext(
            "{name}: abnormal return clear of 0 in {clear} of {n} window",
            "{name}: abnormal return clear of 0 in {clear} of {n} windows",
            len(shown),
            name=name,
            clear=clear,
        ),
        _(
            "Dot plot of the abnormal return of {name} by window, with 95 % intervals. {windows}.",
            name=name,
            windows=_listed(shown),
        ),
        _("Abnormal return (CAR) by window, with its 95 % interval, in sessions from the event day"),
    )


def _estimates(report: Report) -> list[_Estimate]:
    """Each stock once, with the figure that the report has of it."""
    measure = "car" if report.provenance.study else "raw_return"
    stocks = [row for row in stocks_at(report, report.leading) if math.isfinite(getattr(row, measure))]
    evidence = {row.ticker for row in stocks if not row.post_hoc}
    once: dict[str, _Estimate] = {}
    for row in stocks:
        hollow = row.ticker not in evidence
        once.setdefault(row.ticker, _Estimate(row.name, getattr(row, measure), row.ci_low, row.ci_high, hollow))
    return list(once.values())


def _listed(shown: Sequence[_Estimate]) -> str:
    return "; ".join(f"{estimate.name} {percent(estimate.value)}%" for estimate in shown)


def _draw_estimates(shown: Sequence[_Estimate], frame: Frame) -> Drawing:
    # On a phone the name stands above its line, which leaves the line the whole width.
    step = 36.0 if frame.narrow else 23.0
    names = max(frame.length(estimate.name) for estimate in shown)
    left, right = (4.0, frame.width - 4) if frame.narrow else (names + 10, frame.width - 66)
    ends = [end for estimate in shown for end in (estimate.value, estimate.low, estimate.high) if math.isfinite(end)]
    x = Scale.roomy(min(0.0, *ends), max(0.0, *ends), left, right)
    bottom = step * len(shown)
    drawing = Drawing(frame, bottom + _BELOW)
    for value in x.ticks(6 if frame.narrow else 10):
        zero = abs(value) < 1e-9
        drawing.line((x(value), 0), (x(value), bottom), "zero" if zero else "grid")
        drawing.text(x(value), bottom + 17, "0%" if zero else f"{value * 100:+.0f}%", "axis", "middle")
    for index, estimate in enumerate(shown):
        y = step * index + (26 if frame.narrow else step / 2)
        look = "up" if estimate.value > 0 else "down"
        if frame.narrow:
            drawing.text(left, y - 11, estimate.name, "label halo")
            drawing.text(right, y - 11, f"{percent(estimate.value)}%", f"value halo {look}", "end")
        else:
            drawing.text(left - 10, y + 4, estimate.name, "label", "end")
            drawing.text(frame.width, y + 4, f"{percent(estimate.value)}%", f"value {look}", "end")
        if math.isfinite(estimate.low):
            drawing.line(
                (x(estimate.low), y), (x(estimate.high), y), f"interval {look}{'' if estimate.clear else ' unclear'}"
            )
        drawing.dot(x(estimate.value), y, 4.5, f"mark {look}{' hollow' if estimate.hollow else ''}")
    return drawing


_STEPS = (0.01, 0.03, 0.06, 0.10)
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


Sectors = Sequence[tuple[str, Sequence[Any]]]
"""Names of sectors and their stocks, the largest first."""


def tiles(report: Report) -> Figure | None:
    """The stocks of every sector in the leading window; None where no capitalisation or abnormal return is known."""
    sectors = _sectors(report)
    once = {row.ticker: row for _name, rows in sectors for row in rows}.values()
    known = [row for row in once if math.isfinite(row.car)]
    if not known:
        return None
    above = [row for row in known if row.car > 0]
    share = sum(row.marcap for row in above) / sum(row.marcap for row in known)
    largest = max(known, key=lambda row: row.marcap)
    listed = "; ".join(
        ngettext(
            "{name}, {n} stock, {cap} tn won",
            "{name}, {n} stocks, {cap} tn won",
            len(rows),
            name=name,
            cap=_trillions(rows),
        )
        for name, rows in sectors
    )
    return Figure.of(
        lambda frame: _draw_tiles(sectors, frame),
        _(
            "{n} of {of} stocks beat what was expected of them, with {share}% of the capitalisation",
            n=len(above),
            of=len(known),
            share=f"{share * 100:.0f}",
        ),
        _(
            "Treemap of the stocks by capitalisation, coloured by abnormal return. {sectors}. The "
            "largest is {largest}, {car}%.",
            sectors=listed,
            largest=largest.name,
            car=percent(largest.car),
        ),
        _(
            "Area: market capitalisation at the base, within the sector. Colour: abnormal return (CAR), {window}",
            window=report.leading,
        ),
        _(
            "A sector has room for its number of stocks, so tiles of two sectors do not compare in "
            "size. A stock of two sectors stands in both. Small tiles show the direction alone; the "
            "table has every stock."
        ),
    )


def step(car: float) -> str:
    """Class of the colour of an abnormal return: the direction and how far it goes, none where it is not known."""
    if not math.isfinite(car):
        return "unknown"
    number = sum(abs(car) >= bound for bound in _STEPS)
    return f"{'up' if car > 0 else 'down'}{number}" if number else "level"


def _sectors(report: Report) -> Sectors:
    """Sectors with a known capitalisation, those that are evidence first, the one of the most stocks leading."""
    stocks: dict[tuple[str, bool], list[Any]] = {}
    for row in stocks_at(report, report.leading):
        if row.marcap > 0:
            stocks.setdefault((row.sector_name, row.post_hoc), []).append(row)
    sectors = sorted(stocks.items(), key=lambda item: (item[0][1], -len(item[1])))
    return [(name, sorted(rows, key=lambda row: -row.marcap)) for (name, _post_hoc), rows in sectors]


def _draw_tiles(sectors: Sectors, frame: Frame) -> Drawing:
    area, sizes = frame.width * (900 if frame.narrow else 520), [len(rows) for _name, rows in sectors]
    boxes = in_rows(sizes, frame.width + _GAP, area, _HEADING, _GAP)
    if any(frame.length(name) > box.width for (name, _rows), box in zip(sectors, boxes, strict=True)):
        boxes = in_rows(sizes, frame.width + _GAP, area, _HEADING + _LINE, _GAP)
    drawing = Drawing(frame, boxes[-1].bottom + _LEGEND)
    for (name, rows), box in zip(sectors, boxes, strict=True):
        lines, cap = frame.folded(name, box.width), _("{cap} tn won", cap=_trillions(rows))
        for index, line in enumerate(reversed(lines)):
            drawing.text(box.left + 1, box.top - 6 - index * _LINE, line, "name")
        if len(lines) == 1 and frame.length(name) + frame.length(cap) + 10 < box.width:
            drawing.text(box.right - 1, box.top - 6, cap, "axis", "end")
        for row, tile in zip(rows, squarified([row.marcap for row in rows], box), strict=True):
            _draw_tile(drawing, row, tile)
    # The colours, from the strongest fall to the strongest rise.
    top = boxes[-1].bottom + 12
    bounds = [*(-bound for bound in reversed(_STEPS)), *_STEPS]
    looks = [*(step(bound) for bound in bounds[: len(_STEPS)]), "level", *map(step, _STEPS)]
    width = min(44.0, frame.width / len(looks))
    for index, look in enumerate(looks):
        drawing.rect(index * width, top, width, 8, f"tile {look}")
    for index, bound in enumerate(bounds, start=1):
        drawing.text(index * width, top + 19, f"{bound * 100:+.0f}%", "axis", "middle")
    return drawing


def _draw_tile(drawing: Drawing, row: Any, box: Box) -> None:
    look, value, frame = step(row.car), f"{percent(row.car)}%", drawing.frame
    tip = _(
        "{name} ({ticker}): CAR {car}%, {cap} tn won",
        name=row.name,
        ticker=row.ticker,
        car=percent(row.car),
        cap=_trillions([row]),
    )
    drawing.rect(box.left, box.top, box.width, box.height, f"tile {look}", tip)
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    # A name that is too long is folded, then written smaller, before it is given up, and the figure last.
    for lines in ([*frame.folded(row.name, box.width - 6), value], [value]):
        needed = max(map(frame.length, lines)) + 6
        if needed * _SMALL < box.width and (frame.size + 2) * len(lines) + 2 < box.height:
            small = "" if needed < box.width else " small"
            for index, line in enumerate(lines):
                at = y + (index - len(lines) / 2 + 0.8) * (frame.size + 1)
                drawing.text(x, at, line, f"on-{look}{small}{' figure' if line is value else ''}", "middle")
            return
    if math.isfinite(row.car) and look != "level":
        # Where no figure fits, an arrow tells the direction beside the colour.
        reach = min(box.width * 0.26, box.height * 0.26, _ARROW)
        head, foot = (y - reach, y + reach) if row.car > 0 else (y + reach, y - reach)
        drawing.path([(x, head), (x - reach, foot), (x + reach, foot)], f"arrow on-{look}", closed=True)


def _trillions(rows: Sequence[Any]) -> str:
    """The capitalisation of these stocks, trillion won."""
    return f"{sum(row.marcap for row in rows) / _TRILLION:,.1f}"


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


def in_rows(values: Sequence[float], width: float, area: float, heading: float, gap: float) -> list[Box]:
    """One rectangle a value, in rows over the whole width, with a `heading` above and a `gap` beside each.

    Values are positive; `area` is that of all rectangles and gaps together. A row takes the next value while that
    makes its worst rectangle squarer (a strip treemap: Bederson, Shneiderman and Wattenberg 2002, ACM TOG 21:833).
    """
    areas = [value * area / sum(values) for value in values]
    boxes: list[Box] = []
    top = 0.0
    while areas:
        row, areas = _first_row(areas, width)
        height = sum(row) / width
        left = 0.0
        for length in (area / height for area in row):
            boxes.append(Box(left, top + heading, left + length - gap, top + heading + height))
            left += length
        top += heading + height
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
