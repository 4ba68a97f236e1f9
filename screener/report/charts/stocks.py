"""Charts of stocks and discovered groups: their abnormal returns with intervals, and how those of a market spread."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from screener.analysis.scores import LARGEST_P
from screener.i18n import N_, _, language, ngettext
from screener.report.charts.drawing import Box, Drawing, Figure, Frame, Scale, best_and_worst, round_step
from screener.report.formatting import percent, window_name
from screener.report.model import Report
from screener.report.rows import names_in, rows_of, stocks_at
from screener.study.placebo import LEVEL

_EACH = 12
"""Winners, and losers, that are drawn."""
_BELOW = 24
_TICK = 45
"""Space that a value below the plot needs."""


class _Estimate(NamedTuple):
    """One line of the plot; decimals."""

    name: str
    value: float
    low: float
    """Ends of the 95% interval; NaN where there is none."""
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
            "Dot plot of the abnormal returns of {n} stock with 95% confidence intervals, {clear} of which exclude "
            "0. {stocks}.",
            "Dot plot of the abnormal returns of {n} stocks with 95% confidence intervals, {clear} of which "
            "exclude 0. {stocks}.",
            len(shown),
            clear=clear,
            stocks=_listed(shown),
        )
        measure = _("Abnormal return (CAR) by stock, with 95% confidence intervals, {window}", window=report.leading)
        chosen = ngettext(
            "The highest and the lowest abnormal returns. {n} of {of} confidence intervals excludes 0; those that "
            "include 0 are pale. These stocks were selected as extremes, which the confidence intervals do not "
            "allow for.",
            "The highest and the lowest abnormal returns. {n} of {of} confidence intervals exclude 0; those that "
            "include 0 are pale. These stocks were selected as extremes, which the confidence intervals do not "
            "allow for.",
            clear,
            of=len(shown),
        )
    hollow = _("Hollow: only in groups put together after the event because of how they moved.")
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
            "{name}: abnormal return significant in {clear} of {n} window",
            "{name}: abnormal return significant in {clear} of {n} windows",
            len(shown),
            name=name,
            clear=clear,
        ),
        _(
            "Dot plot of the abnormal return of {name} by window, with 95% confidence intervals. {windows}.",
            name=name,
            windows=_listed(shown),
        ),
        _("Abnormal return (CAR) by window, with 95% confidence intervals"),
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
    for value in x.ticks(min(6 if frame.narrow else 10, int((right - left) / _TICK))):
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


_FIELD = Box(40.0, 12.0, 0.0, 252.0)
_BELOW_BINS = 28.0
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
    drawing = Drawing(frame, box.bottom + _BELOW_BINS)
    ordered = sorted(map(abs, values))
    reach = ordered[min(int(len(ordered) * _REACH), len(ordered) - 1)] or 0.01
    width = round_step(2 * reach, _BINS // (2 if frame.narrow else 1))
    last = math.ceil(reach / width)
    bins = Counter(max(-last, min(math.floor(value / width), last - 1)) for value in values)
    x, y = Scale(-last, last, box.left, box.right), Scale(0.0, max(bins.values()), box.bottom, box.top)
    drawing.levels(box, y, 4, lambda count: f"{count:.0f}")
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


def groups_found(report: Report) -> Figure | None:
    """The first of the discovered groups with their mean return; None where none was formed."""
    rows = rows_of(report.frames.groups)
    shown = [row for row in rows[:_GROUPS] if math.isfinite(row.mean_return_ew)]
    if not shown:
        return None
    standing = sum(row.q <= LARGEST_P for row in rows)
    names = [_("{number}. {members}", number=f"{row.group:.0f}", members=_first(row)) for row in shown]
    drawn = [_Estimate(name, row.caar_ew, math.nan, math.nan) for name, row in zip(names, shown, strict=True)]
    drawn = [estimate for estimate in drawn if math.isfinite(estimate.value)]
    if not drawn:
        return None
    title = ngettext("{n} of {of} groups stands out", "{n} of {of} groups stand out", standing, of=len(rows))
    if not standing:
        title = _("None of {of} groups stands out from ordinary sessions", of=len(rows))
    return Figure.of(
        lambda frame: _draw_estimates(drawn, frame),
        title,
        _(
            "Dot plot of the abnormal returns of discovered groups. {groups}.",
            groups="; ".join(f"{estimate.name} {percent(estimate.value)}%" for estimate in drawn),
        ),
        _("Mean abnormal return (CAAR) of the first groups of the table, {window}", window=report.leading),
    )


def _first(row: Any) -> str:
    """The strongest member of a group."""
    name = getattr(row, f"strongest_{language()}").split(", ")[0]
    more = int(row.n) - 1
    return ngettext("{name} and {n} other", "{name} and {n} others", more, name=name) if more > 0 else name
