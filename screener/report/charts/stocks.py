"""Charts of stocks: abnormal returns with their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from screener.i18n import N_, _, ngettext
from screener.report.charts.drawing import Drawing, Figure, Frame, Scale, best_and_worst
from screener.report.formatting import percent, window_name
from screener.report.model import Report
from screener.report.rows import names_in, rows_of, stocks_at

_EACH = 12
"""Winners, and losers, that are drawn."""
_BELOW = 24
_TICK = 45
"""Space that a value below the plot needs."""


class Estimate(NamedTuple):
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
    return Figure.of(lambda frame: draw_estimates(shown, frame), title, alt, measure, chosen, note)


def windows(report: Report) -> Figure | None:
    """The stock of a card in each window; None where it has no abnormal return."""
    frame = report.frames.stocks
    frame = frame[(frame["ticker"] == report.ticker) & frame["car"].notna()]
    if frame.empty:
        return None
    # A stock of two sectors has the same figures in both.
    rows = rows_of(frame.drop_duplicates(["window_start", "window_end"]))
    shown = [Estimate(window_name(row.window_start, row.window_end), row.car, row.ci_low, row.ci_high) for row in rows]
    name, clear = names_in(frame)[0], sum(estimate.clear for estimate in shown)
    return Figure.of(
        lambda frame: draw_estimates(shown, frame),
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


def _estimates(report: Report) -> list[Estimate]:
    """Each stock once, with the figure that the report has of it."""
    measure = "car" if report.provenance.study else "raw_return"
    stocks = [row for row in stocks_at(report, report.leading) if math.isfinite(getattr(row, measure))]
    evidence = {row.ticker for row in stocks if not row.post_hoc}
    once: dict[str, Estimate] = {}
    for row in stocks:
        hollow = row.ticker not in evidence
        once.setdefault(row.ticker, Estimate(row.name, getattr(row, measure), row.ci_low, row.ci_high, hollow))
    return list(once.values())


def _listed(shown: Sequence[Estimate]) -> str:
    return "; ".join(f"{estimate.name} {percent(estimate.value)}%" for estimate in shown)


def draw_estimates(shown: Sequence[Estimate], frame: Frame) -> Drawing:
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
