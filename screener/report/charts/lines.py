"""Line charts: prices of indices, sectors and stocks since the base, and the trend of the sectors."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from screener.analysis.scores import LARGEST_P
from screener.i18n import N_, _
from screener.report.charts.drawing import (
    BELOW,
    PERCENT,
    Axis,
    Box,
    Drawing,
    Figure,
    Frame,
    PlotArea,
    best_and_worst,
    left_out,
    panels,
)
from screener.report.formatting import percent, probability, signed
from screener.report.model import MEASURES, Report
from screener.report.rows import group_names, label_of, names_in, rows_of

_LEFT = 42
"""Space for the values of the axis."""
_BOLD = 1.08
"""Width of bold text relative to plain text."""

_Point = tuple[int, float]
"""Session and value."""


class _Line(NamedTuple):
    """One line: its name, its runs with a gap between two, and the class that gives its colour and dashes."""

    name: str
    runs: Sequence[Sequence[_Point]]
    look: str

    @property
    def points(self) -> list[_Point]:
        return [point for run in self.runs for point in run]

    @property
    def last(self) -> _Point:
        return self.runs[-1][-1]


def _right_of(lines: Sequence[_Line], axis: Axis, frame: Frame) -> float:
    """The right end of a plotting area that leaves space for the labels of `lines`."""
    room = max(frame.length(text) for line in lines for text in _label(line, axis, frame))
    return frame.width - 10 - room * _BOLD


def _draw_lines(drawing: Drawing, lines: Sequence[_Line], axis: Axis, days: Mapping[int, date], box: Box) -> PlotArea:
    """Draw `lines`, at least one, into `box`, with their labels to the right; returns the plotting area."""
    row = drawing.frame.size + 2
    labels = [_label(line, axis, drawing.frame) for line in lines]
    values = [value for line in lines for _tau, value in line.points]
    low, high = axis.ends or (min(*values, axis.origin), max(*values, axis.origin))
    field = PlotArea.of(box, days, low, high)
    field.draw(drawing, axis, days)
    block = row * len(labels[0])
    ends = apart([field.at(*line.last)[1] for line in lines], block + 1, box.top + block / 2, box.bottom - block / 2)
    for line, end, label in zip(lines, ends, labels, strict=True):
        for run in line.runs:
            drawing.path([field.at(tau, value) for tau, value in run], f"series line{line.look}")
        drawing.line(field.at(*line.last), (box.right + 4, end), "leader")
        for index, text in enumerate(label):
            drawing.text(box.right + 7, end - block / 2 + row * (index + 0.8), text, f"value ink{line.look}")
    return field


def _label(line: _Line, axis: Axis, frame: Frame) -> list[str]:
    """Name and last value; on a phone the value stands below the name, which leaves the lines more space."""
    name, figure = line.name, axis.end(line.last[1])
    return [name, figure] if frame.narrow else [f"{name} {figure}"]


def apart(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """`places` moved as little as needed to lie `gap` apart and between `low` and `high`, in the same order.

    Labels that touch become one block around the mean of where they want to be; blocks that touch become one.
    """

    def first(block: Sequence[int]) -> float:
        middle, length = sum(places[index] for index in block) / len(block), gap * (len(block) - 1)
        return max(low, min(middle - length / 2, high - length))

    blocks: list[list[int]] = []
    for index in sorted(range(len(places)), key=lambda index: places[index]):
        block = [index]
        while blocks and first(block) < first(blocks[-1]) + gap * len(blocks[-1]):
            block = blocks.pop() + block
        blocks.append(block)
    moved = {index: first(block) + step * gap for block in blocks for step, index in enumerate(block)}
    return [moved[index] for index in range(len(places))]


BASE = 100.0
_LARGEST = 5
"""Stocks whose prices are drawn: those of the largest capitalisation."""
_PRICES = Box(_LEFT, 8, 0, 348)
"""The plotting area, whose right end depends on the labels."""


def sector_prices(report: Report, groups: Sequence[Any]) -> Figure | None:
    """Those of `groups` that are evidence and sectors, beside the indices; None without prices around the event."""
    names = {label_of(group): group.name for group in groups if not group.post_hoc}
    return _prices(
        [*_series(report, "sector", names), *_indices(report)],
        report,
        N_("{best} {best_value}% and {worst} {worst_value}% since the base day, by {day}"),
        N_("Sectors: equal-weighted purchase on the base day, held. Indices: dotted."),
    )


def largest_stocks(report: Report) -> Figure | None:
    """The stocks of the largest capitalisation beside the indices; None where that is not known."""
    stocks = report.frames.stocks.dropna(subset="marcap").sort_values("marcap", ascending=False, kind="stable")
    names = dict(zip(stocks["ticker"], names_in(stocks), strict=True))
    series = _series(report, "stock", dict(list(names.items())[:_LARGEST]))
    return _prices(
        [*series, *_indices(report)] if series else [],
        report,
        N_("Among the largest stocks, {best} {best_value}% and {worst} {worst_value}% since the base day, by {day}"),
        N_("The stocks with the largest market capitalisation on the base day. Indices: dotted."),
    )


def stock_price(report: Report) -> Figure | None:
    """The stock of a card beside its sectors and its index; None without prices around the event."""
    stocks = report.frames.stocks[report.frames.stocks["ticker"] == report.ticker]
    own = _series(report, "stock", dict(zip(stocks["ticker"], names_in(stocks), strict=True)))
    names = group_names(report)
    beside = _series(report, "sector", {sector: names[sector] for sector in stocks["sector"]}, look=1)
    return _prices(
        [*own, *beside, *_indices(report, stocks["market"].iloc[0])] if own else [],
        report,
        N_("{best} {best_value}% since the base day, by {day}"),
        N_("Sector: equal-weighted purchase on the base day, held. Index: dotted."),
        own,
    )


def _series(report: Report, kind: str, names: Mapping[str, str], look: int = 0) -> list[_Line]:
    """One line for each of `names`, by key of its levels, that has any; the first takes the colour `look`."""
    levels: dict[str, list[_Point]] = {}
    for row in rows_of(report.frames.levels):
        if row.kind == kind and math.isfinite(row.level):
            levels.setdefault(row.series, []).append((row.tau, row.level * BASE))
    known = [(name, levels[key]) for key, name in names.items() if len(levels.get(key, ())) > 1]
    return [_Line(name, [points], str(index % 7)) for index, (name, points) in enumerate(known, start=look)]


def _indices(report: Report, *only: str) -> list[_Line]:
    """The benchmarks, or `only` some, under the name of the fund that stands for one."""
    proxies = report.provenance.proxies
    names = {name: proxies.get(name, name) for name in report.provenance.benchmark_returns if not only or name in only}
    lines = _series(report, "index", names)
    return [line._replace(look=f"index{index % 2}") for index, line in enumerate(lines)]


def _prices(
    lines: Sequence[_Line], report: Report, title: str, note: str, named: Sequence[_Line] = ()
) -> Figure | None:
    """The figure; its title names the best and the worst of the lines, or those that are `named`."""
    if not lines:
        return None
    ranked = sorted(lines, key=lambda line: -line.last[1])
    taus = {tau for line in lines for tau, _value in line.points}
    days = {row.tau: row.date for row in rows_of(report.frames.levels) if row.tau in taus}
    return Figure.of(
        lambda frame: _draw_prices(lines, days, frame),
        best_and_worst(
            [(line.name, percent(line.last[1] / BASE - 1)) for line in named or ranked],
            title,
            title,
            day=days[(named or ranked)[0].last[0]],
        ),
        _(
            "Line chart of prices from {first} to {last}, base = 100. At the end: {series}.",
            first=min(days.values()),
            last=max(days.values()),
            series="; ".join(f"{line.name} {_level(line.last[1])}" for line in ranked),
        ),
        _("Price index, close of {base} = 100", base=report.event.base),
        _(note),
    )


def _draw_prices(series: Sequence[_Line], days: Mapping[int, date], frame: Frame) -> Drawing:
    drawing = Drawing(frame, _PRICES.bottom + BELOW)
    axis = Axis(BASE, lambda value: f"{value:.0f}", _level)
    _draw_lines(drawing, series, axis, days, _PRICES._replace(right=_right_of(series, axis, frame)))
    return drawing


def _level(value: float) -> str:
    return f"{value:.1f}"


_TREND_HEIGHT, _TREND_HEADING, _TREND_GAP = 276, 30, 14
"""Heights of a panel and of the heading in it, and the gap between two panels."""
_score = partial(signed, decimals=0)
_AXES = {
    "score": Axis(0.0, lambda value: f"{value:+.0f}" if value else "0", _score, (-100.0, 100.0)),
    "caar_ew": PERCENT,
}
"""By measure, in the order of the plotting areas."""
_TITLES: Mapping[str, tuple[Callable[[float], str], str, str]] = {
    "score": (
        _score,
        N_("On {day}, {best} scored {best_value} and {worst} {worst_value}"),
        N_("On {day}, {best} scored {best_value}"),
    ),
    "caar_ew": (
        percent,
        N_("By {day}, {best} reached {best_value}% and {worst} {worst_value}%"),
        N_("{best} reached {best_value}% by {day}"),
    ),
}


def trend(report: Report, groups: Sequence[Any]) -> Figure | None:
    """Those of `groups` that are evidence, by session; None unless there are two reports, and figures in the last."""
    names = {group.sector: group.name for group in groups if not group.post_hoc}
    rows = rows_of(report.frames.trend)
    days = {row.tau: row.reported for row in rows}
    newest = [row for sector in names for row in rows if row.sector == sector and row.reported == report.as_of]
    title = _trend_title(newest, names)
    if len(days) < 2 or not title:
        return None
    return Figure.of(
        lambda frame: _draw_trend(rows, names, days, frame),
        title,
        _(
            "Line charts of score and abnormal return in {n} reports, {first} to {last}. At the end: {sectors}.",
            n=len(days),
            first=min(days.values()),
            last=max(days.values()),
            sectors="; ".join(_in_words(row, names) for row in newest),
        ),
        _("Score, and cumulative average abnormal return (CAAR), from the event day to each report"),
        _(
            "Filled dots: corrected p of .10 or less. Hollow dots: above .10. Where the line breaks, sessions in "
            "between have no report."
        ),
        left_out(groups),
    )


def _trend_title(newest: Sequence[Any], names: Mapping[str, str]) -> str:
    """Names the best and the worst sector now: by score, or by abnormal return where there are no scores."""
    for measure, (write, several, single) in _TITLES.items():
        value = attrgetter(measure)
        if ranked := sorted((row for row in newest if math.isfinite(value(row))), key=value, reverse=True):
            named = [(names[row.sector], write(value(row))) for row in ranked]
            return best_and_worst(named, several, single, day=ranked[0].reported)
    return ""


def _in_words(row: Any, names: Mapping[str, str]) -> str:
    values = {"score": _score(row.score), "caar": percent(row.caar_ew), "p": probability(row.p_family)}
    return _("{name} scored {score}, CAAR {caar}%, corrected p {p}", name=names[row.sector], **values)


def _draw_trend(rows: Sequence[Any], names: Mapping[str, str], days: Mapping[int, date], frame: Frame) -> Drawing:
    drawn = {measure: _trend_lines(rows, names, measure) for measure in _AXES}
    drawn = {measure: parts for measure, parts in drawn.items() if parts[0]}
    fields = panels(len(drawn), 1, frame.width, _TREND_HEIGHT, _TREND_GAP)
    drawing = Drawing(frame, fields[-1].bottom)
    # One right end, so that a session stands below itself.
    right = min(_right_of(lines, _AXES[measure], frame) for measure, (lines, _dots) in drawn.items())
    for (measure, (lines, dots)), panel in zip(drawn.items(), fields, strict=True):
        drawing.text(0, panel.top + 14, _(MEASURES[measure]), "name")
        box = Box(_LEFT, panel.top + _TREND_HEADING, right, panel.bottom - BELOW)
        field = _draw_lines(drawing, lines, _AXES[measure], days, box)
        for point, look, tip in dots:
            drawing.dot(*field.at(*point), 3, look, tip)
    return drawing


def _trend_lines(
    rows: Sequence[Any], names: Mapping[str, str], measure: str
) -> tuple[list[_Line], list[tuple[_Point, str, str]]]:
    """The line of each sector that ever had this figure, split where a session has no report, and its dots."""
    lines, dots = [], []
    for index, (sector, name) in enumerate(names.items()):
        look = str(index % 7)
        runs: list[list[_Point]] = []
        for row in rows:
            point = row.tau, getattr(row, measure)
            if row.sector != sector or not math.isfinite(point[1]):
                continue
            if not runs or row.tau > runs[-1][-1][0] + 1:
                runs.append([])
            runs[-1].append(point)
            dot = f"area{look}" if row.p_family <= LARGEST_P else f"mark hollow line{look}"
            dots.append((point, dot, f"{row.reported} {_in_words(row, names)}"))
        if runs:
            lines.append(_Line(name, runs, look))
    return lines, dots
