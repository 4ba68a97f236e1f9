"""Charts of a scan: how many stocks moved by themselves, and the discovered groups."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from screener.analysis.scores import LARGEST_P
from screener.i18n import _, language, ngettext
from screener.report.charts.drawing import Box, Drawing, Figure, Frame, Scale, round_step
from screener.report.charts.stocks import Estimate, draw_estimates
from screener.report.formatting import percent
from screener.report.model import Report
from screener.report.rows import rows_of
from screener.study.placebo import LEVEL

_FIELD = Box(40.0, 12.0, 0.0, 252.0)
_BELOW = 28.0
_BINS = 60
"""Bins of the histogram, at most."""
_REACH = 0.995
"""Share of the stocks whose return lies on the scale; the others stand in the last bins."""
_GROUPS = 15
"""Groups that are drawn: those of the table's first rows."""


def moved(report: Report) -> Figure | None:
    """The distribution of the abnormal returns, and what of it is usual; None where no stock has one."""
    facts = report.scan
    values = [value for value in report.frames.scan["car"].tolist() if math.isfinite(value)]
    if facts is None or not values:
        return None
    counted = facts.moved
    up = sum(value > 0 for value in values)
    return Figure.of(
        lambda frame: _draw_distribution(values, frame),
        _(
            "p of .05 or less: {beyond} of {stocks} stocks; about {expected} are expected by chance",
            beyond=f"{counted.beyond:,}",
            stocks=f"{counted.stocks:,}",
            expected=f"{LEVEL * counted.stocks:,.0f}",
        ),
        _(
            "Histogram of the abnormal returns of {n} stocks, {up} above 0.",
            n=f"{len(values):,}",
            up=f"{up:,}",
        ),
        _("Stocks by abnormal return (CAR), {window}", window=report.leading),
        _(
            "On {sessions} ordinary sessions the median number of stocks with a p this small was {usual}, the "
            "lowest {least}, the highest {most}. The bins at both ends include all stocks beyond them.",
            sessions=counted.sessions,
            usual=f"{counted.usual:,.0f}",
            least=f"{counted.least:,}",
            most=f"{counted.most:,}",
        ),
    )


def _draw_distribution(values: Sequence[float], frame: Frame) -> Drawing:
    box = _FIELD._replace(right=frame.width - 8)
    drawing = Drawing(frame, box.bottom + _BELOW)
    ordered = sorted(map(abs, values))
    reach = ordered[min(int(len(ordered) * _REACH), len(ordered) - 1)] or 0.01
    width = round_step(2 * reach, _BINS // (2 if frame.narrow else 1))
    last = math.ceil(reach / width)
    bins = Counter(max(-last, min(math.floor(value / width), last - 1)) for value in values)
    x, y = Scale(-last, last, box.left, box.right), Scale(0.0, max(bins.values()), box.bottom, box.top)
    for tick in y.ticks(4):
        drawing.line((box.left, y(tick)), (box.right, y(tick)), "grid" if tick else "zero")
        drawing.text(box.left - 6, y(tick) + 4, f"{tick:.0f}", "axis", "end")
    for number, count in sorted(bins.items()):
        look = "up" if number >= 0 else "down"
        low, high = number * width * 100, (number + 1) * width * 100
        tip = ngettext(
            "{low}% to {high}%: {n} stock", "{low}% to {high}%: {n} stocks", count, low=f"{low:+g}", high=f"{high:+g}"
        )
        drawing.rect(x(number), y(count), x(1) - x(0), box.bottom - y(count), f"bar {look}", tip)
    step = max(1, round(round_step(2 * last, 5 if frame.narrow else 10)))
    for number in range(-(last // step) * step, last + 1, step):
        value = round(number * width * 100, 6)
        drawing.text(x(number), box.bottom + 18, f"{value:+g}%" if value else "0%", "axis", "middle")
    return drawing


def groups(report: Report) -> Figure | None:
    """The first of the discovered groups with their mean return; None where none was formed."""
    rows = rows_of(report.frames.groups)
    shown = [row for row in rows[:_GROUPS] if math.isfinite(row.mean_return_ew)]
    if not shown:
        return None
    standing = sum(row.q <= LARGEST_P for row in rows)
    names = [_("{number}. {members}", number=f"{row.group:.0f}", members=_first(row)) for row in shown]
    drawn = [Estimate(name, row.caar_ew, math.nan, math.nan) for name, row in zip(names, shown, strict=True)]
    drawn = [estimate for estimate in drawn if math.isfinite(estimate.value)]
    if not drawn:
        return None
    title = ngettext("{n} of {of} groups stands out", "{n} of {of} groups stand out", standing, of=len(rows))
    if not standing:
        title = _("None of {of} groups stands out from ordinary sessions", of=len(rows))
    return Figure.of(
        lambda frame: draw_estimates(drawn, frame),
        title,
        _(
            "Dot plot of the abnormal returns of discovered groups. {groups}.",
            groups="; ".join(f"{estimate.name} {percent(estimate.value)}%" for estimate in drawn),
        ),
        _("Mean abnormal return (CAAR) of the first groups of the table, {window}", window=report.leading),
    )


def _first(row: Any) -> str:
    """The strongest member of a group."""
    name: str = (row.strongest_ko if language() == "ko" else row.strongest_en).split(", ")[0]
    more = int(row.n) - 1
    return ngettext("{name} and {n} other", "{name} and {n} others", more, name=name) if more > 0 else name
