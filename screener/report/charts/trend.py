"""How the reports of the sessions since the event had the sectors: score, and abnormal return."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from operator import attrgetter

from screener.analysis.results import Group
from screener.i18n import N_, _, name_of
from screener.report.charts.drawing import Drawing, Figure, Frame, figure
from screener.report.charts.lines import Axis, Line, Run, box_of, draw_lines, height_of
from screener.report.charts.plot import percent_end, percent_label
from screener.report.figures import percent, probability, signed
from screener.report.model import MEASURES, Report, TrendRow

_HEIGHT, _HEADING, _GAP = 210, 22, 14
"""Of a field, its heading above it, and what lies between the two."""
_FIELDS = (
    ("score", Axis(0.0, lambda value: f"{value:+.0f}" if value else "0", partial(signed, decimals=0), (-100.0, 100.0))),
    ("caar", Axis(0.0, percent_label, percent_end)),
)

Rows = Sequence[TrendRow]


def trend(report: Report, groups: Sequence[Group]) -> Figure | None:
    """Those of `groups` that are evidence, by session; None unless there are two reports, and figures in the last."""
    names = {group.sector: name_of(group) for group in groups if not group.post_hoc}
    by_sector = {sector: [row for row in report.trend if row.sector == sector] for sector in names}
    days = {row.tau: row.as_of for row in report.trend}
    newest = [row for rows in by_sector.values() for row in rows if row.as_of == report.as_of]
    known = [one for one, _axis in _FIELDS if any(math.isfinite(getattr(row, one)) for row in newest)]
    if len(days) < 2 or not known:
        return None
    left_out = [name_of(group) for group in groups if group.post_hoc]
    notes = [
        _(
            "Filled dots: q of .10 or less. Hollow: more. Where no line joins two dots, sessions "
            "between them have no report."
        )
    ]
    if left_out:
        notes.append(
            _(
                "Left out, for they were put together after the event because of how they moved and are "
                "no evidence: {names}.",
                names=", ".join(left_out),
            )
        )
    told = "; ".join(_told(names[row.sector], row) for row in newest)
    return figure(
        lambda frame: _draw(by_sector, names, days, frame),
        _title(known[0], newest, names),
        _(
            "Line charts of score and abnormal return in {n} reports, {first} to {last}. At the end: {sectors}.",
            n=len(days),
            first=min(days.values()),
            last=max(days.values()),
            sectors=told,
        ),
        measure=_("Score, and cumulative average abnormal return (CAAR), over all days from the event to each report"),
        note=" ".join(notes),
    )


def _title(measure: str, newest: Rows, names: Mapping[str, str]) -> str:
    """Who stands highest and lowest now: by score, or by abnormal return where there are no scores."""
    value = attrgetter(measure)
    ranked = sorted((row for row in newest if math.isfinite(value(row))), key=value, reverse=True)
    best, worst = ranked[0], ranked[-1]
    write: Callable[[float], str]
    if measure == "score":
        one, several, write = (
            N_("On {day}, {best} scored {best_value}"),
            N_("On {day}, {best} scored {best_value} and {worst} {worst_value}"),
            partial(signed, decimals=0),
        )
    else:
        one, several, write = (
            N_("By {day}, {best} stood at {best_value}%"),
            N_("By {day}, {best} stood at {best_value}% and {worst} at {worst_value}%"),
            percent,
        )
    return _(
        several if len(ranked) > 1 else one,
        day=best.as_of,
        best=names[best.sector],
        best_value=write(value(best)),
        worst=names[worst.sector],
        worst_value=write(value(worst)),
    )


def _told(name: str, row: TrendRow) -> str:
    values = {"score": signed(row.score, 0), "caar": percent(row.caar), "q": probability(row.q)}
    return _("{name} scored {score}, CAAR {caar}%, q {q}", name=name, **values)


def _draw(by_sector: Mapping[str, Rows], names: Mapping[str, str], days: Mapping[int, date], frame: Frame) -> Drawing:
    drawn = [(one, axis, lines) for one, axis in _FIELDS if (lines := _lines(by_sector, names, one))]
    part = _HEADING + height_of(_HEIGHT) + _GAP
    drawing = Drawing(frame, part * len(drawn) - _GAP)
    boxes = [
        box_of(list(lines.values()), axis, frame, part * place + _HEADING, _HEIGHT)
        for place, (_measure, axis, lines) in enumerate(drawn)
    ]
    right = min(box.right for box in boxes)  # so that a session stands below itself
    for (measure, axis, lines), box in zip(drawn, boxes, strict=True):
        drawing.text(0, box.top - _HEADING + 6, _(MEASURES[measure]), "name")
        field = draw_lines(drawing, list(lines.values()), axis, days, replace(box, right=right))
        for sector, line in lines.items():
            rows = {row.tau: row for row in by_sector[sector]}
            for tau, value in line.points:
                look = f"area{line.look}" if rows[tau].significant else f"mark hollow line{line.look}"
                tip = f"{rows[tau].as_of} {_told(names[sector], rows[tau])}"
                drawing.dot(field.x(tau), field.y(value), 3, look, tip)
    return drawing


def _lines(by_sector: Mapping[str, Rows], names: Mapping[str, str], measure: str) -> dict[str, Line]:
    """By sector, the line of one of its figures; those that never had it have none."""
    value = attrgetter(measure)
    lines = {}
    for place, (sector, rows) in enumerate(by_sector.items()):
        if runs := _runs([(row.tau, value(row)) for row in rows if math.isfinite(value(row))]):
            lines[sector] = Line(names[sector], runs, str(place % 7))
    return lines


def _runs(points: Sequence[tuple[int, float]]) -> tuple[Run, ...]:
    """The points parted where a session between two has no report."""
    runs: list[list[tuple[int, float]]] = []
    for tau, value in points:
        if not runs or tau > runs[-1][-1][0] + 1:
            runs.append([])
        runs[-1].append((tau, value))
    return tuple(map(tuple, runs))
