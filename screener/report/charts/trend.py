"""How the reports of the sessions since the event had the sectors: score, and abnormal return."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from operator import attrgetter

from screener.analysis.results import Group
from screener.report.charts.drawing import Drawing, Figure, Frame, figure
from screener.report.charts.lines import Axis, Line, Run, box_of, draw_lines, height_of
from screener.report.charts.plot import percent_end, percent_label
from screener.report.figures import percent, probability, signed
from screener.report.model import Report, TrendRow
from screener.words import Words

_HEIGHT, _HEADING, _GAP = 210, 22, 14
"""Of a field, its heading above it, and what lies between the two."""
_FIELDS = (
    ("score", Axis(0.0, lambda value: f"{value:+.0f}" if value else "0", partial(signed, decimals=0), (-100.0, 100.0))),
    ("caar", Axis(0.0, percent_label, percent_end)),
)

Rows = Sequence[TrendRow]


def trend(report: Report, words: Words, groups: Sequence[Group]) -> Figure | None:
    """Those of `groups` that are evidence, by session; None unless there are two reports, and figures in the last."""
    names = {group.sector: words.name(group) for group in groups if not group.post_hoc}
    by_sector = {sector: [row for row in report.trend if row.sector == sector] for sector in names}
    days = {row.tau: row.as_of for row in report.trend}
    newest = [row for rows in by_sector.values() for row in rows if row.as_of == report.as_of]
    known = [one for one, _ in _FIELDS if any(math.isfinite(getattr(row, one)) for row in newest)]
    if len(days) < 2 or not known:
        return None
    left_out = [words.name(group) for group in groups if group.post_hoc]
    notes = [words("chart_trend_note")]
    if left_out:
        notes.append(words("chart_post_hoc_out", names=", ".join(left_out)))
    told = "; ".join(_told(names[row.sector], row, words) for row in newest)
    return figure(
        lambda frame: _draw(by_sector, names, days, frame, words),
        _title(known[0], newest, names, words),
        words("chart_trend_alt", n=len(days), first=min(days.values()), last=max(days.values()), sectors=told),
        measure=words("chart_trend_measure"),
        note=" ".join(notes),
    )


def _title(measure: str, newest: Rows, names: Mapping[str, str], words: Words) -> str:
    """Who stands highest and lowest now: by score, or by abnormal return where there are no scores."""
    value = attrgetter(measure)
    ranked = sorted((row for row in newest if math.isfinite(value(row))), key=value, reverse=True)
    best, worst = ranked[0], ranked[-1]
    key, write = (
        ("chart_trend_title", partial(signed, decimals=0)) if measure == "score" else ("chart_paths_title", percent)
    )
    return words(
        key if len(ranked) > 1 else f"{key}_1",
        day=best.as_of,
        best=names[best.sector],
        best_value=write(value(best)),
        worst=names[worst.sector],
        worst_value=write(value(worst)),
    )


def _told(name: str, row: TrendRow, words: Words) -> str:
    values = {"score": signed(row.score, 0), "caar": percent(row.caar), "q": probability(row.q)}
    return words("chart_trend_told", name=name, **values)


def _draw(
    by_sector: Mapping[str, Rows], names: Mapping[str, str], days: Mapping[int, date], frame: Frame, words: Words
) -> Drawing:
    drawn = [(one, axis, lines) for one, axis in _FIELDS if (lines := _lines(by_sector, names, one))]
    part = _HEADING + height_of(_HEIGHT) + _GAP
    drawing = Drawing(frame, part * len(drawn) - _GAP)
    boxes = [
        box_of(list(lines.values()), axis, frame, part * place + _HEADING, _HEIGHT)
        for place, (_, axis, lines) in enumerate(drawn)
    ]
    right = min(box.right for box in boxes)  # so that a session stands below itself
    for (measure, axis, lines), box in zip(drawn, boxes, strict=True):
        drawing.text(0, box.top - _HEADING + 6, words(f"trend_{measure}"), "name")
        field = draw_lines(drawing, list(lines.values()), axis, days, replace(box, right=right), words)
        for sector, line in lines.items():
            rows = {row.tau: row for row in by_sector[sector]}
            for tau, value in line.points:
                look = f"area{line.look}" if rows[tau].significant else f"mark hollow line{line.look}"
                tip = f"{rows[tau].as_of} {_told(names[sector], rows[tau], words)}"
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
