"""Line charts: prices of indices, sectors and stocks since the base, and the trend of the sectors."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from screener.analysis.scores import LARGEST_Q
from screener.i18n import N_, _
from screener.report.charts.drawing import (
    BELOW,
    POST_HOC_LEFT_OUT,
    Box,
    Drawing,
    Figure,
    Frame,
    PlotArea,
    apart,
    draw_field,
    figure,
    percent_end,
    percent_label,
)
from screener.report.formatting import percent, probability, signed
from screener.report.model import MEASURES, Report
from screener.report.rows import group_names, label_of, names_in, rows_of

_LEFT, _GAP = 42, 8
"""Space for the values of the axis, and above and below the plotting area."""
_BOLD = 1.08
"""Width of bold text relative to plain text."""

_Run = tuple[tuple[int, float], ...]
"""Points that are joined: session and value."""


class _Line(NamedTuple):
    """One line: its name, its runs with a gap between two, and the class that gives its colour and dashes."""

    name: str
    runs: tuple[_Run, ...]
    look: str

    @property
    def points(self) -> list[tuple[int, float]]:
        """The points of all runs."""
        return [point for run in self.runs for point in run]

    @property
    def last(self) -> float:
        """The last value."""
        return self.runs[-1][-1][1]


class _Axis(NamedTuple):
    """How values are written, and which of them has the stronger line."""

    origin: float
    label: Callable[[float], str]
    """Beside the field."""
    end: Callable[[float], str]
    """At the end of a line."""
    ends: tuple[float, float] | None = None
    """Lowest and highest value of the plotting area; None = as the lines need it."""


def _height_of(field: float) -> float:
    """Height of a drawing whose plotting area has the height `field`."""
    return field + BELOW + _GAP


def _box_of(lines: Sequence[_Line], axis: _Axis, frame: Frame, top: float, height: float) -> Box:
    """The plotting area of that height, below `top`, that leaves space for the labels of `lines`."""
    room = max(frame.length(text) for line in lines for text in _label(line, axis, frame))
    return Box(_LEFT, top + _GAP, frame.width - 10 - room * _BOLD, top + _GAP + height)


def _draw_lines(drawing: Drawing, lines: Sequence[_Line], axis: _Axis, days: Mapping[int, date], box: Box) -> PlotArea:
    """Draw `lines`, at least one, into `box`, with their labels to the right; returns the plotting area."""
    frame = drawing.frame
    labels = [_label(line, axis, frame) for line in lines]
    figures = [value for line in lines for _, value in line.points]
    low, high = axis.ends or (min(*figures, axis.origin), max(*figures, axis.origin))
    field = PlotArea.of(box, list(days), low, high)
    draw_field(drawing, field, days, axis.origin, axis.label)
    block = (frame.size + 2) * len(labels[0])
    ends = apart([field.y(line.last) for line in lines], block + 1, box.top + block / 2, box.bottom - block / 2)
    for line, end, label in zip(lines, ends, labels, strict=True):
        for run in line.runs:
            drawing.path([field.at(tau, value) for tau, value in run], f"series line{line.look}")
        tau, value = line.runs[-1][-1]
        drawing.line(field.at(tau, value), (box.right + 4, end), "leader")
        for row, text in enumerate(label):
            y = end - block / 2 + (frame.size + 2) * (row + 0.8)
            drawing.text(box.right + 7, y, text, f"value ink{line.look}")
    return field


def _label(line: _Line, axis: _Axis, frame: Frame) -> list[str]:
    """Name and last value; on a phone the value stands below the name, which leaves the lines more space."""
    figure = axis.end(line.last)
    return [line.name, figure] if frame.narrow else [f"{line.name} {figure}"]


BASE = 100.0
_LARGEST = 5
"""Stocks whose prices are drawn: those of the largest capitalisation."""
_PRICES_HEIGHT = 340


_PRICE_TITLES = {
    "sectors": N_("{best} at {best_value} and {worst} at {worst_value} on {day}"),
    "stocks": N_("Of the largest stocks, {best} at {best_value} and {worst} at {worst_value} on {day}"),
    "stock": N_("{name} at {value} on {day}"),
}
_PRICE_NOTES = {
    "sectors": N_("Sectors: the stocks bought in equal parts at the base and held. Indices: dotted."),
    "stocks": N_("The stocks with the largest market capitalisation at the base. Indices: dotted."),
    "stock": N_("Its sector: the stocks bought in equal parts at the base and held. Index: dotted."),
}


def sector_prices(report: Report, groups: Sequence[Any]) -> Figure | None:
    """Those of `groups` that are evidence and sectors, beside the indices; None without prices around the event."""
    names = {label_of(group): group.name for group in groups if not group.post_hoc}
    return _ranked([*_series(report, "sector", names), *_indices(report)], report, "sectors")


def largest_stocks(report: Report) -> Figure | None:
    """The stocks of the largest capitalisation beside the indices; None where that is not known."""
    stocks = report.frames.stocks.dropna(subset="marcap").sort_values("marcap", ascending=False, kind="stable")
    names = dict(zip(stocks["ticker"], names_in(stocks), strict=True))
    series = _series(report, "stock", dict(list(names.items())[:_LARGEST]))
    return _ranked([*series, *_indices(report)], report, "stocks") if series else None


def stock_price(report: Report) -> Figure | None:
    """The stock of a card beside its sectors and its index; None without prices around the event."""
    stocks = report.frames.stocks[report.frames.stocks["ticker"] == report.ticker]
    own = _series(report, "stock", dict(zip(stocks["ticker"], names_in(stocks), strict=True)))
    if not own:
        return None
    names = group_names(report)
    beside = _series(report, "sector", {sector: names[sector] for sector in stocks["sector"]}, look=1)
    values = {"name": own[0].name, "value": _level(own[0].last), "day": _days(report, own)[own[0].points[-1][0]]}
    return _prices([*own, *beside, *_indices(report, stocks["market"].iloc[0])], report, "stock", values)


def _series(report: Report, kind: str, names: Mapping[str, str], look: int = 0) -> list[_Line]:
    """One line for each of `names`, by key of its levels, that has any; the first takes the colour `look`."""
    levels: dict[str, list[tuple[int, float]]] = {}
    for row in rows_of(report.frames.levels):
        if row.kind == kind and math.isfinite(row.level):
            levels.setdefault(row.series, []).append((row.tau, row.level * BASE))
    known = [(name, tuple(levels[key])) for key, name in names.items() if len(levels.get(key, ())) > 1]
    return [_Line(name, (those,), str(index % 7)) for index, (name, those) in enumerate(known, start=look)]


def _indices(report: Report, *only: str) -> list[_Line]:
    """The benchmarks, or `only` some, under the name of the fund that stands for one."""
    proxies = report.provenance.proxies
    names = {name: proxies.get(name, name) for name in report.provenance.benchmark_returns if not only or name in only}
    of_indices = _series(report, "index", names)
    return [line._replace(look=f"index{index % 2}") for index, line in enumerate(of_indices)]


def _ranked(series: Sequence[_Line], report: Report, what: str) -> Figure | None:
    """The figure whose title names the highest and the lowest line; None where there is no line."""
    if not series:
        return None
    ranked = sorted(series, key=lambda line: -line.last)
    best, worst = ranked[0], ranked[-1]
    values = {
        "best": best.name,
        "best_value": _level(best.last),
        "worst": worst.name,
        "worst_value": _level(worst.last),
    }
    return _prices(series, report, what, {**values, "day": _days(report, series)[best.points[-1][0]]})


def _prices(series: Sequence[_Line], report: Report, what: str, values: Mapping[str, object]) -> Figure:
    at_end = "; ".join(f"{line.name} {_level(line.last)}" for line in sorted(series, key=lambda line: -line.last))
    days = _days(report, series)
    return figure(
        lambda frame: _draw_prices(series, days, frame),
        _(_PRICE_TITLES[what], **values),
        _(
            "Line chart of prices from {first} to {last}, base = 100. At the end: {series}.",
            first=min(days.values()),
            last=max(days.values()),
            series=at_end,
        ),
        measure=_("Price, close of {base} = 100", base=report.event.base),
        note=_(_PRICE_NOTES[what]),
    )


def _days(report: Report, series: Sequence[_Line]) -> dict[int, date]:
    """The sessions of these lines."""
    taus = {tau for line in series for tau, _ in line.points}
    return {row.tau: row.date for row in rows_of(report.frames.levels) if row.tau in taus}


def _draw_prices(series: Sequence[_Line], days: Mapping[int, date], frame: Frame) -> Drawing:
    drawing = Drawing(frame, _height_of(_PRICES_HEIGHT))
    axis = _Axis(BASE, lambda value: f"{value:.0f}", _level)
    _draw_lines(drawing, series, axis, days, _box_of(series, axis, frame, 0, _PRICES_HEIGHT))
    return drawing


def _level(value: float) -> str:
    return f"{value:.1f}"


_TREND_HEIGHT, _TREND_HEADING, _TREND_GAP = 210, 22, 14
"""Heights of a plotting area and of its heading, and the gap between two of them."""
_SCORES = _Axis(0.0, lambda value: f"{value:+.0f}" if value else "0", partial(signed, decimals=0), (-100.0, 100.0))
_MEASURES = (("score", _SCORES), ("caar_ew", _Axis(0.0, percent_label, percent_end)))

Rows = Sequence[Any]
"""Rows of the frame of the trend."""


def trend(report: Report, groups: Sequence[Any]) -> Figure | None:
    """Those of `groups` that are evidence, by session; None unless there are two reports, and figures in the last."""
    names = {group.sector: group.name for group in groups if not group.post_hoc}
    every = rows_of(report.frames.trend)
    by_sector = {sector: [row for row in every if row.sector == sector] for sector in names}
    days = {row.tau: row.reported for row in every}
    newest = [row for rows in by_sector.values() for row in rows if row.reported == report.as_of]
    known = [measure for measure, _axis in _MEASURES if any(math.isfinite(getattr(row, measure)) for row in newest)]
    if len(days) < 2 or not known:
        return None
    left_out = [group.name for group in groups if group.post_hoc]
    notes = [
        _(
            "Filled dots: q of .10 or less. Hollow: more. Where no line joins two dots, sessions "
            "between them have no report."
        )
    ]
    if left_out:
        notes.append(_(POST_HOC_LEFT_OUT, names=", ".join(left_out)))
    at_end = "; ".join(_trend_told(names[row.sector], row) for row in newest)
    return figure(
        lambda frame: _draw_trend(by_sector, names, days, frame),
        _trend_title(known[0], newest, names),
        _(
            "Line charts of score and abnormal return in {n} reports, {first} to {last}. At the end: {sectors}.",
            n=len(days),
            first=min(days.values()),
            last=max(days.values()),
            sectors=at_end,
        ),
        measure=_("Score, and cumulative average abnormal return (CAAR), over all days from the event to each report"),
        note=" ".join(notes),
    )


def _trend_title(measure: str, newest: Rows, names: Mapping[str, str]) -> str:
    """Names the highest and the lowest sector now: by score, or by abnormal return where there are no scores."""
    value = attrgetter(measure)
    ranked = sorted((row for row in newest if math.isfinite(value(row))), key=value, reverse=True)
    best, worst = ranked[0], ranked[-1]
    write: Callable[[float], str]
    if measure == "score":
        single, several, write = (
            N_("On {day}, {best} scored {best_value}"),
            N_("On {day}, {best} scored {best_value} and {worst} {worst_value}"),
            partial(signed, decimals=0),
        )
    else:
        single, several, write = (
            N_("By {day}, {best} stood at {best_value}%"),
            N_("By {day}, {best} stood at {best_value}% and {worst} at {worst_value}%"),
            percent,
        )
    return _(
        several if len(ranked) > 1 else single,
        day=best.reported,
        best=names[best.sector],
        best_value=write(value(best)),
        worst=names[worst.sector],
        worst_value=write(value(worst)),
    )


def _trend_told(name: str, row: Any) -> str:
    values = {"score": signed(row.score, 0), "caar": percent(row.caar_ew), "q": probability(row.q)}
    return _("{name} scored {score}, CAAR {caar}%, q {q}", name=name, **values)


def _draw_trend(
    by_sector: Mapping[str, Rows], names: Mapping[str, str], days: Mapping[int, date], frame: Frame
) -> Drawing:
    drawn = [
        (measure, axis, lines) for measure, axis in _MEASURES if (lines := _trend_lines(by_sector, names, measure))
    ]
    part = _TREND_HEADING + _height_of(_TREND_HEIGHT) + _TREND_GAP
    drawing = Drawing(frame, part * len(drawn) - _TREND_GAP)
    boxes = [
        _box_of(list(lines.values()), axis, frame, part * index + _TREND_HEADING, _TREND_HEIGHT)
        for index, (_measure, axis, lines) in enumerate(drawn)
    ]
    right = min(box.right for box in boxes)  # so that a session stands below itself
    for (measure, axis, lines), box in zip(drawn, boxes, strict=True):
        drawing.text(0, box.top - _TREND_HEADING + 6, _(MEASURES[measure.partition("_")[0]]), "name")
        field = _draw_lines(drawing, list(lines.values()), axis, days, box._replace(right=right))
        for sector, line in lines.items():
            rows = {row.tau: row for row in by_sector[sector]}
            for tau, value in line.points:
                look = f"area{line.look}" if rows[tau].q <= LARGEST_Q else f"mark hollow line{line.look}"
                tip = f"{rows[tau].reported} {_trend_told(names[sector], rows[tau])}"
                drawing.dot(*field.at(tau, value), 3, look, tip)
    return drawing


def _trend_lines(by_sector: Mapping[str, Rows], names: Mapping[str, str], measure: str) -> dict[str, _Line]:
    """By sector, the line of one of its figures; those that never had it have none."""
    value = attrgetter(measure)
    lines = {}
    for index, (sector, rows) in enumerate(by_sector.items()):
        if runs := _runs([(row.tau, value(row)) for row in rows if math.isfinite(value(row))]):
            lines[sector] = _Line(names[sector], runs, str(index % 7))
    return lines


def _runs(points: Sequence[tuple[int, float]]) -> tuple[_Run, ...]:
    """The points, split where a session between two has no report."""
    runs: list[list[tuple[int, float]]] = []
    for tau, value in points:
        if not runs or tau > runs[-1][-1][0] + 1:
            runs.append([])
        runs[-1].append((tau, value))
    return tuple(map(tuple, runs))
