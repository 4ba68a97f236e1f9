"""Charts of a study of many events: the path of each group, and how the returns of its events are spread."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, NamedTuple

from screener.i18n import N_, _, language, ngettext
from screener.report.charts.drawing import PERCENT, Drawing, Figure, Frame, Scale, best_and_worst
from screener.report.charts.groups import draw_paths, ends_in_words
from screener.report.formatting import percent, window_name
from screener.report.model import ALL, MODELS, PooledReport
from screener.report.rows import rows_of
from screener.report.views.pooled import group_name, used_events

_MOST = 7
"""Groups that are drawn, beside all events: as many as there are colours."""


def pooled_paths(report: PooledReport) -> Figure | None:
    """The CAAR of all events and of each group by session, with its band; None where no path reaches a session."""
    frame = report.frames.paths
    half = (frame["caar_high"] - frame["caar_low"]) / 2
    points: dict[str, list[Any]] = {}
    ends = {"ci_low": frame["caar_low"], "ci_high": frame["caar_high"]}
    for row in rows_of(frame.assign(date=None, half_width=half, **ends)):
        points.setdefault(row.group, []).append(row)
    shown = [(group_name(group), points[group]) for group in _drawn(report) if len(points.get(group, ())) > 1]
    if not shown:
        return None
    last = shown[0][1][-1]
    groups = sorted(shown[1:] or shown, key=lambda named: -named[1][-1].caar)
    return Figure.of(
        lambda figure_frame: draw_paths(shown, figure_frame),
        best_and_worst(
            [(name, percent(path[-1].caar)) for name, path in groups],
            N_("By session {tau:+d}, {best} reached {best_value}% and {worst} {worst_value}%"),
            N_("{best} reached {best_value}% by session {tau:+d}"),
            tau=last.tau,
        ),
        _(
            "Line charts of the cumulative average abnormal return, sessions {first:+d} to {last:+d}. At the end, "
            "with 95% confidence intervals: {groups}.",
            first=shown[0][1][0].tau,
            last=last.tau,
            groups=ends_in_words(shown),
        ),
        _(
            "Cumulative average abnormal return (CAAR, {model}), %, base day = 0, by session relative to the event day",
            model=_(MODELS[report.rules.model]),
        ),
        _(
            "Band: 95% confidence interval from shifts of the calendar; a sum whose confidence interval includes 0 "
            "is not distinguishable from chance. Grey: the other groups."
        ),
        _not_drawn(report),
    )


def _drawn(report: PooledReport) -> Sequence[str]:
    return [ALL, *[group for group in report.groups if group != ALL][:_MOST]]


def _not_drawn(report: PooledReport) -> str:
    left = len(report.groups) - len(_drawn(report))
    return ngettext("{n} smaller group is not drawn.", "{n} smaller groups are not drawn.", left) if left > 0 else ""


class _Lane(NamedTuple):
    """The events of one group, and where their mean lies."""

    name: str
    events: Sequence[Any]
    mean: float
    low: float
    high: float
    colour: int
    """As in the chart of the paths."""


def distribution(report: PooledReport) -> Figure | None:
    """A dot for each event at its abnormal return in the leading window, a lane a group; None without events."""
    lanes = list(_lanes(report))
    if not lanes:
        return None
    cars = [event.car for event in _events_of(lanes)]
    up = sum(car > 0 for car in cars)
    return Figure.of(
        lambda frame: _draw_lanes(lanes, frame),
        ngettext(
            "{n} of {of} events is positive; the median is {median}%",
            "{n} of {of} events are positive; the median is {median}%",
            up,
            of=len(cars),
            median=percent(median(cars)),
        ),
        _(
            "Dot plot of the cumulative abnormal returns of {n} events from {low}% to {high}%. Means: {groups}.",
            n=len(cars),
            low=percent(min(cars)),
            high=percent(max(cars)),
            groups="; ".join(_("{name} {value}%", name=lane.name, value=percent(lane.mean)) for lane in lanes),
        ),
        _(
            "Cumulative abnormal return (CAR) of each event, {window}",
            window=window_name(*report.rules.windows[0]),
        ),
        _("Bar below each row: CAAR and its 95% confidence interval from shifts of the calendar."),
        _not_drawn(report),
    )


def _events_of(lanes: Sequence[_Lane]) -> list[Any]:
    return [event for lane in lanes for event in lane.events]


def _lanes(report: PooledReport) -> Iterator[_Lane]:
    """The groups, or all events where there are none."""
    frame = used_events(report)
    pooled = {
        row.group: row
        for row in rows_of(report.frames.pooled)
        if row.versus is None and (row.window_start, row.window_end) == report.rules.windows[0]
    }
    groups = _drawn(report)
    for group in groups[1:] or groups:
        events = rows_of(frame if group == ALL else frame[frame["group"] == group])
        if events and group in pooled:
            row = pooled[group]
            yield _Lane(group_name(group), events, row.caar, row.caar_low, row.caar_high, groups.index(group) % 7)


_LEFT, _RIGHT = 8, 8
_HEADING, _HIGHEST, _LOWEST, _BAR, _GAP, _BELOW = 22, 84, 24, 14, 12, 26
"""Heights: of a lane's name, of its dots at most and at least, of the bar below, two lanes, the axis."""


def _draw_lanes(lanes: Sequence[_Lane], frame: Frame) -> Drawing:
    size = 5.5 if frame.narrow else 7.5
    cars = [event.car for event in _events_of(lanes)]
    ends = [end for lane in lanes for end in (lane.low, lane.high) if math.isfinite(end)]
    x = Scale.roomy(min(0.0, *cars, *ends), max(0.0, *cars, *ends), _LEFT, frame.width - _RIGHT)
    stacks = [_stacks(lane, x, size) for lane in lanes]
    tallest = max(len(stack) for of_lane in stacks for stack in of_lane.values())
    # A stack that is too high for its lane stands for more events a dot.
    each = math.ceil(tallest / int(_HIGHEST / size))
    height = max(_LOWEST, math.ceil(tallest / each) * size)
    bottom = len(lanes) * (_HEADING + height + _BAR + _GAP)
    drawing = Drawing(frame, bottom + _BELOW)
    for value in x.ticks(4 if frame.narrow else 8):
        look = "zero" if abs(value) < 1e-9 else "grid"
        drawing.line((x(value), _HEADING), (x(value), bottom - _GAP), look)
        drawing.text(x(value), bottom + 6, PERCENT.label(value), "axis", "middle")
    for index, (lane, of_lane) in enumerate(zip(lanes, stacks, strict=True)):
        top = index * (bottom / len(lanes))
        text = lane.name if each == 1 else _("{name} (a dot: {n} events)", name=lane.name, n=each)
        drawing.text(_LEFT, top + 14, text, f"name ink{lane.colour}")
        base = top + _HEADING + height
        drawing.line((_LEFT, base), (frame.width - _RIGHT, base), "tick")
        for place, events in of_lane.items():
            for number in range(math.ceil(len(events) / each)):
                tip = _tip(events[number]) if each == 1 else ""
                drawing.dot(place * size, base - (number + 0.5) * size, size / 2, f"area{lane.colour}", tip)
        _draw_mean(drawing, lane, x, base + _BAR / 2 + 2)
    return drawing


def _stacks(lane: _Lane, x: Scale, size: float) -> dict[int, list[Any]]:
    """The events of a lane by their place, in widths of a dot."""
    stacks: dict[int, list[Any]] = {}
    for event in sorted(lane.events, key=lambda event: event.car):
        stacks.setdefault(round(x(event.car) / size), []).append(event)
    return stacks


def _draw_mean(drawing: Drawing, lane: _Lane, x: Scale, middle: float) -> None:
    """The mean of a lane with its interval, and its value where there is space for it."""
    low, high = (lane.low, lane.high) if math.isfinite(lane.low) else (lane.mean, lane.mean)
    drawing.rect(x(low), middle - 3, x(high) - x(low), 6, f"band area{lane.colour}")
    drawing.line((x(lane.mean), middle - 6), (x(lane.mean), middle + 6), f"series line{lane.colour}")
    label = PERCENT.end(lane.mean)
    if x(high) + drawing.frame.length(label) + 8 > drawing.frame.width:
        drawing.text(x(low) - 6, middle + 4, label, f"value ink{lane.colour}", "end")
    else:
        drawing.text(x(high) + 6, middle + 4, label, f"value ink{lane.colour}")


def _tip(event: Any) -> str:
    name = getattr(event, f"name_{language()}")
    return " ".join(map(str, filter(None, (event.event_id, name, event.event_day, f"{percent(event.car)}%"))))
