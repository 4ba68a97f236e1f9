"""Charts of sectors: paths of abnormal returns, breadth, and each spread among its placebo sessions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from screener.i18n import N_, _, ngettext
from screener.report.charts.drawing import (
    BELOW,
    PERCENT,
    Box,
    Drawing,
    Figure,
    Frame,
    PlotArea,
    Scale,
    best_and_worst,
    left_out,
    panels,
    round_step,
)
from screener.report.formatting import percent, probability, signed
from screener.report.model import MODELS, Report
from screener.report.rows import (
    CHOSEN,
    POST_HOC,
    best_first,
    groups_at,
    is_at,
    label_of,
    rows_at,
    rows_of,
    sectors_at,
    spread_rows,
)

Paths = Sequence[tuple[str, Sequence[Any]]]
"""By name of a group, rows of the frame of paths."""
_PATH_HEIGHT, _PATH_HEADING, _PATH_GAP = 190, 26, 22
"""Heights of a panel and of its heading, and the gap between two panels."""


def paths(report: Report, groups: Sequence[Any]) -> Figure | None:
    """One panel a group, on one scale; None where no group that is evidence has a path.

    Groups that were put together after the event are left out: a band around them would look like evidence.
    """
    points: dict[str, list[Any]] = {}
    for row in rows_of(report.frames.paths):
        points.setdefault(label_of(row), []).append(row)
    known = [(group.name, points.get(label_of(group), [])) for group in groups if not group.post_hoc]
    shown = [(name, path) for name, path in known if len(path) > 1]
    if not shown:
        return None
    ranked = sorted(shown, key=lambda named: -named[1][-1].caar)
    first, last = shown[0][1][0], shown[0][1][-1]
    banded = all(math.isfinite(point.half_width) for _name, path in shown for point in path)
    return Figure.of(
        lambda frame: draw_paths(shown, frame),
        best_and_worst(
            [(name, percent(path[-1].caar)) for name, path in ranked],
            N_("By {day}, {best} reached {best_value}% and {worst} {worst_value}%"),
            N_("{best} reached {best_value}% by {day}"),
            day=ranked[0][1][-1].date,
        ),
        ngettext(
            "Line charts of the cumulative abnormal return of {n} sector, sessions {first:+d} to {last:+d}. At the "
            "end, with 95% confidence intervals: {sectors}.",
            "Line charts of the cumulative abnormal return of {n} sectors, sessions {first:+d} to {last:+d}. At "
            "the end, with 95% confidence intervals: {sectors}.",
            len(shown),
            first=first.tau,
            last=last.tau,
            sectors=ends_in_words(shown),
        ),
        _(
            "Cumulative average abnormal return (CAAR, {model}), %, base day = 0, by session relative to the event day",
            model=_(MODELS[report.rules.model]),
        ),
        _(
            "Band: 95% confidence interval of the cumulative return from the base day to that session; where it "
            "includes 0, the return is not distinguishable from normal. Grey: the other sectors."
        ),
        "" if banded else _("Without a band, the confidence interval is not known; it is not measured for themes."),
        left_out(groups),
    )


def ends_in_words(shown: Paths) -> str:
    """The last figure of each path, with its interval where there is one."""
    return "; ".join(
        _(
            N_("{name} {value}% ({low}% to {high}%)") if math.isfinite(path[-1].half_width) else N_("{name} {value}%"),
            name=name,
            value=percent(path[-1].caar),
            low=percent(path[-1].ci_low),
            high=percent(path[-1].ci_high),
        )
        for name, path in shown
    )


def draw_paths(shown: Paths, frame: Frame) -> Drawing:
    """One panel a path, on one scale, each with its band and, in grey, the others."""
    plot = _PATH_HEIGHT * frame.low
    height = _PATH_HEADING + plot + BELOW
    boxes = panels(len(shown), 1 if frame.narrow or len(shown) == 1 else 2, frame.width, height, _PATH_GAP)
    drawing = Drawing(frame, boxes[-1].bottom)
    points = [point for _name, path in shown for point in path]
    taus = [point.tau for point in points]
    banded = [point for point in points if math.isfinite(point.half_width)]
    low = min(0.0, *(point.caar for point in points), *(point.ci_low for point in banded))
    high = max(0.0, *(point.caar for point in points), *(point.ci_high for point in banded))
    for index, ((name, path), panel) in enumerate(zip(shown, boxes, strict=True)):
        top = panel.top + _PATH_HEADING
        field = PlotArea.of(Box(panel.left + 46, top, panel.right - 52, top + plot), taus, low, high)
        drawing.text(panel.left, panel.top + 14, name, f"name ink{index % 7}")
        field.draw(drawing, PERCENT, {point.tau: point.date for point in path})
        for _name, other in shown:
            if other is not path:
                drawing.path([field.at(point.tau, point.caar) for point in other], "other")
        for has_band, part in groupby(path, key=lambda point: math.isfinite(point.half_width)):
            if has_band:
                band = list(part)
                upper = [field.at(point.tau, point.ci_high) for point in band]
                lower = [field.at(point.tau, point.ci_low) for point in reversed(band)]
                drawing.path([*upper, *lower], f"band area{index % 7}", closed=True)
        drawing.path([field.at(point.tau, point.caar) for point in path], f"series line{index % 7}")
        x, y = field.at(path[-1].tau, path[-1].caar)
        drawing.dot(x, y, 3, f"area{index % 7}")
        drawing.text(x + 7, y + 4, PERCENT.end(path[-1].caar), f"value ink{index % 7}")
    return drawing


_BAR_STEP, _BAR = 24.0, 17.0
_BREADTH_LEGEND = 26.0
_INDENT = 14.0
_KEY = 26.0
"""Space for the colour of a kind of bar in the legend, beside its name."""


def breadth(report: Report, rows: Sequence[Any]) -> Figure | None:
    """One bar a group in the leading window; None where there is no group."""
    if not rows:
        return None
    sectors = [row for row in rows if row.theme is None and not row.post_hoc]
    named = sectors if len(sectors) > 1 else rows
    most, least = (max(named, key=lambda row: row.n_up / row.n), max(named, key=lambda row: row.n_down / row.n))
    groups = [
        _("{name} {up} up, {flat} flat, {down} down", name=row.name, up=row.n_up, flat=row.n_flat, down=row.n_down)
        for row in rows
    ]
    return Figure.of(
        lambda frame: _draw_breadth(rows, frame),
        _(
            "{up} of {of_most} rose in {most}; {down} of {of_least} fell in {least}",
            most=most.name,
            up=most.n_up,
            of_most=most.n,
            least=least.name,
            down=least.n_down,
            of_least=least.n,
        ),
        _("Stacked bars of the number of stocks that rose and fell. {groups}.", groups="; ".join(groups)),
        _("Stocks that rose, were unchanged or fell, by sector and theme, {window}", window=report.leading),
        _(POST_HOC) if any(row.post_hoc for row in rows) else "",
    )


def sectors_and_themes(report: Report) -> list[Any]:
    """Each sector of which a return is known, and its themes below it where it has more than one."""
    rows: list[Any] = []
    groups = best_first(row for row in groups_at(report, report.leading) if row.n)
    for sector in sectors_at(report, report.leading):
        themes = [row for row in groups if row.theme is not None and row.sector == sector.sector]
        rows += [*([sector] if sector.n else []), *(themes if len(themes) > 1 else [])]
    return rows


def _draw_breadth(rows: Sequence[Any], frame: Frame) -> Drawing:
    sectors = {row.sector for row in rows if row.theme is None}
    # A theme stands below its sector; in a comparison with another group it stands by itself.
    indents = [_INDENT if row.theme and row.sector in sectors else 0.0 for row in rows]
    names = [indent + frame.length(row.name) for row, indent in zip(rows, indents, strict=True)]
    # On a phone the name stands above its bar, which leaves the bar the whole width.
    left, above = (0.0, frame.size + 4) if frame.narrow else (max(names) + 10, 0.0)
    right = frame.width - 34
    drawing = Drawing(frame, _BREADTH_LEGEND + (_BAR_STEP + above) * len(rows))
    at = left
    for look, name in (("up", _("▲ up")), ("flat", _("= flat")), ("down", _("▼ down"))):
        drawing.rect(at, 4, 10, 10, f"bar {look}")
        drawing.text(at + 14, 13, name, "axis")
        at += _KEY + frame.length(name)
    drawing.text(frame.width, 13, _("n"), "axis", "end")
    for index, (row, indent) in enumerate(zip(rows, indents, strict=True)):
        top = _BREADTH_LEGEND + (_BAR_STEP + above) * index + above
        base = top + _BAR / 2 + 4.5
        drawing.text(indent, top - 4 if above else base, row.name, "label" if indent else "name")
        at = left
        for look, count in (("up", row.n_up), ("flat", row.n_flat), ("down", row.n_down)):
            width = (right - left) * count / row.n
            if count:
                drawing.rect(at, top, width, _BAR, f"bar {look}")
                if width > frame.length(str(count)) + 4:
                    drawing.text(at + width / 2, base, str(count), f"on-{look}", "middle")
            at += width
        drawing.text(frame.width, base, str(row.n), "axis", "end")
    return drawing


_BINS = 60
"""Bins of the histogram, at most."""
_HEIGHTS = (200, 140)
"""Heights of the first panel, and of the others."""
_HEADING, _BELOW, _GAP = 50, 26, 28


class _Spread(NamedTuple):
    """A spread among the placebo sessions of its pair."""

    pair: str
    z: float
    """Of the event."""
    p: float
    placebos: list[float]
    """z of the placebo sessions."""
    chosen: bool
    """Whether the pair is the best and the worst sector, on each placebo session its own."""

    def is_extreme(self, z: float) -> bool:
        """Whether a session was at least as extreme as the event, on either side."""
        return abs(z) >= abs(self.z)

    @property
    def texts(self) -> dict[str, object]:
        """What the texts of the chart say of it."""
        before = sum(map(self.is_extreme, self.placebos))
        z, p = signed(self.z, 1), probability(self.p)
        return {"pair": self.pair, "z": z, "before": before, "days": len(self.placebos), "p": p}


def placebos(report: Report) -> Figure | None:
    """One panel a spread in the leading window, the first the largest; None where none has a rank."""
    spreads = _spreads(report)
    if not spreads:
        return None
    largest, days = spreads[0], len(spreads[0].placebos)
    title = _("{pair}: larger than on any of {days} ordinary sessions", pair=largest.pair, days=days)
    if before := sum(map(largest.is_extreme, largest.placebos)):
        title = ngettext(
            "{pair}: {n} of {days} ordinary sessions was as extreme",
            "{pair}: {n} of {days} ordinary sessions were as extreme",
            before,
            pair=largest.pair,
            days=days,
        )
    listed = [
        _("{pair} z {z}, {before} of {days} ordinary sessions as extreme, p {p}", **spread.texts) for spread in spreads
    ]
    return Figure.of(
        lambda frame: _draw_placebos(spreads, frame),
        title,
        _("Histograms of ordinary sessions with the event marked. {panels}.", panels="; ".join(listed)),
        _(
            "Abnormal return of the difference over its expected volatility (z), {window}; one block is one "
            "ordinary session",
            window=report.leading,
        ),
        _(
            "Dark blocks: sessions as extreme as the event, in either direction. Dashed: the size of the event "
            "with the opposite sign. p = (dark blocks + 1) / (all blocks + 1)."
        ),
        _(CHOSEN) if largest.chosen else "",
    )


def _spreads(report: Report) -> list[_Spread]:
    frame = rows_at(report.frames.placebos, report.leading)
    z = {sides: rows.tolist() for sides, rows in frame.groupby(["sector_a", "sector_b"], sort=False)["z_ewma"]}
    return [
        _Spread(row.pair, row.z_ewma, row.placebo_p, z[row.sector_a, row.sector_b], row.chosen)
        for row in spread_rows(report)
        if is_at(row, report.leading) and (row.sector_a, row.sector_b) in z
    ]


def _draw_placebos(spreads: Sequence[_Spread], frame: Frame) -> Drawing:
    first, others = (_HEADING + height + _BELOW for height in _HEIGHTS)
    boxes = panels(1, 1, frame.width, first, _GAP)
    boxes += panels(len(spreads) - 1, 1 if frame.narrow else 2, frame.width, others, _GAP, first + _GAP)
    drawing = Drawing(frame, boxes[-1].bottom)
    # One scale for all panels, so that they can be compared.
    reach = max(abs(z) for spread in spreads for z in (*spread.placebos, spread.z)) * 1.04
    width = round_step(2 * reach, _BINS)
    for spread, panel in zip(spreads, boxes, strict=True):
        text = _("z {z}; {before} of {days} as extreme, p {p}", **spread.texts)
        drawing.text(panel.left, panel.top + _HEADING - 34, spread.pair, "name")
        drawing.text(panel.left, panel.top + _HEADING - 18, text, "axis")
        field = panel._replace(top=panel.top + _HEADING, bottom=panel.bottom - _BELOW)
        _draw_blocks(drawing, spread, field, reach, width)
    return drawing


def _draw_blocks(drawing: Drawing, spread: _Spread, box: Box, reach: float, width: float) -> None:
    """Draw one block a session in bins of `width` from -`reach` to `reach`, and a marker at the event."""
    event, placebos = spread.z, spread.placebos
    x = Scale(-reach, reach, box.left, box.right)
    columns = Counter(math.floor(z / width) for z in placebos)
    unit = box.height / (max(columns.values()) + 1)
    stacks: Counter[int] = Counter()
    # What is as extreme as the event stands on top of what is not, where one column holds both.
    for z in sorted(placebos, key=lambda z: (spread.is_extreme(z), z)):
        column = math.floor(z / width)
        stacks[column] += 1
        look = "block extreme" if spread.is_extreme(z) else "block"
        drawing.rect(x(column * width), box.bottom - stacks[column] * unit, x(width) - x(0.0), unit, look)
    drawing.line((box.left, box.bottom), (box.right, box.bottom), "zero")
    for value in x.ticks(8):
        drawing.text(x(value), box.bottom + 17, f"{value:+g}" if value else "0", "axis", "middle")
    drawing.line((x(-event), box.top), (x(-event), box.bottom), "mirror")
    direction = "up" if event > 0 else "down"
    drawing.line((x(event), box.top - 4), (x(event), box.bottom), f"marker {direction}")
    # The label stands on the side of the marker that leads to the nearer end, away from the blocks, if it has room.
    label = _("event {z}", z=signed(event, 1))
    room = (box.right - x(event)) if event > 0 else (x(event) - box.left)
    rightward = (event > 0) == (room > drawing.frame.length(label) + 8)
    at = x(event) + (6 if rightward else -6)
    drawing.text(at, box.top + 6, label, f"value {direction}", "start" if rightward else "end")
