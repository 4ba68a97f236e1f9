"""Abnormal returns with their intervals: of winners and losers, and of one stock in its windows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from screener.analysis.results import StockRow
from screener.i18n import _, name_of
from screener.report.charts.drawing import Drawing, Figure, Frame, figure
from screener.report.charts.scale import Scale, roomy, ticks
from screener.report.figures import percent
from screener.report.model import Report

_EACH = 12
"""Winners, and losers, that are drawn."""
_BELOW = 24


@dataclass(frozen=True)
class Estimate:
    """One line of the plot; decimals."""

    name: str
    value: float
    low: float
    """Ends of the 95 % interval; NaN where there is none."""
    high: float
    hollow: bool = False
    """Chosen for how it moved: no evidence."""

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


def movers(report: Report) -> Figure | None:
    """The stocks with the highest and the lowest abnormal return in the leading window; None where there is none.

    Of a newspaper's selection, and wherever nothing was estimated, it is the plain return, without an interval.
    """
    study = report.provenance.study
    ranked = sorted(_stocks(report), key=lambda one: -one.value)
    if not ranked:
        return None
    shown = ranked if len(ranked) <= 2 * _EACH else [*ranked[:_EACH], *ranked[-_EACH:]]
    first, last, clear = shown[0], shown[-1], sum(one.clear for one in shown)
    notes = (
        [
            _(
                "The highest and the lowest abnormal returns. {clear} of {n} intervals do not hold 0; "
                "the pale ones do. These stocks were chosen for being extreme, which the intervals do "
                "not allow for.",
                clear=clear,
                n=len(shown),
            )
        ]
        if study
        else []
    )
    if any(one.hollow for one in shown):
        notes.append(_("Hollow: only in groups that were put together after the event because of how they moved."))
    return figure(
        lambda frame: _draw(shown, frame),
        _(
            "From {best} at {best_value}% to {worst} at {worst_value}%"
            if len(shown) > 1
            else "{best} at {best_value}%",
            best=first.name,
            best_value=percent(first.value),
            worst=last.name,
            worst_value=percent(last.value),
        ),
        _(
            "Dot plot of the abnormal returns of {n} stocks with 95 % intervals, {clear} of "
            "which do not hold 0. {stocks}."
            if study
            else "Dot plot of the returns of {n} stocks. {stocks}.",
            n=len(shown),
            clear=clear,
            stocks=_told(shown),
        ),
        measure=_(
            "Abnormal return (CAR) by stock, with its 95 % interval, {window}"
            if study
            else "Return by stock, {window}",
            window=report.leading,
        ),
        note=" ".join(notes),
    )


def windows(report: Report, ticker: str) -> Figure | None:
    """One stock in each window; None where it has no abnormal return."""
    rows = {row.window: row for row in report.impact.stocks if row.stock.ticker == ticker and math.isfinite(row.car)}
    if not rows:
        return None
    shown = [Estimate(str(window), row.car, row.low, row.high) for window, row in rows.items()]
    name = name_of(next(iter(rows.values())).stock)
    clear = sum(one.clear for one in shown)
    return figure(
        lambda frame: _draw(shown, frame),
        _("{name}: abnormal return clear of 0 in {clear} of {n} windows", name=name, clear=clear, n=len(shown)),
        _(
            "Dot plot of the abnormal return of {name} by window, with 95 % intervals. {windows}.",
            name=name,
            windows=_told(shown),
        ),
        measure=_("Abnormal return (CAR) by window, with its 95 % interval, in sessions from the event day"),
    )


def _stocks(report: Report) -> list[Estimate]:
    """Each stock once, with the figure that the report can give of it."""
    study = report.provenance.study
    once: dict[str, StockRow] = {}
    evidence = set()
    for row in report.impact.stocks:
        if row.window == report.leading and math.isfinite(row.car if study else row.raw_return):
            once.setdefault(row.stock.ticker, row)
            if not report.group(row.stock.sector).post_hoc:
                evidence.add(row.stock.ticker)
    return [
        Estimate(
            name_of(row.stock),
            row.car if study else row.raw_return,
            row.low if study else math.nan,
            row.high if study else math.nan,
            hollow=ticker not in evidence,
        )
        for ticker, row in once.items()
    ]


def _told(shown: Sequence[Estimate]) -> str:
    return "; ".join(f"{one.name} {percent(one.value)}%" for one in shown)


def _draw(shown: Sequence[Estimate], frame: Frame) -> Drawing:
    # On a phone the name stands above its line, which leaves the line the whole width.
    step = 36.0 if frame.narrow else 23.0
    names = max(frame.length(one.name) for one in shown)
    left, right = (4.0, frame.width - 4) if frame.narrow else (names + 10, frame.width - 66)
    ends = [end for one in shown for end in (one.value, one.low, one.high) if math.isfinite(end)]
    low, high = roomy(min(0.0, *ends), max(0.0, *ends))
    grid = ticks(low, high, 6 if frame.narrow else 10)
    x = Scale(low, high, left, right)
    bottom = step * len(shown)
    drawing = Drawing(frame, bottom + _BELOW)
    for value in grid:
        zero = abs(value) < 1e-9
        drawing.line((x(value), 0), (x(value), bottom), "zero" if zero else "grid")
        drawing.text(x(value), bottom + 17, "0%" if zero else f"{value * 100:+.0f}%", "axis", "middle")
    for place, one in enumerate(shown):
        y = step * place + (26 if frame.narrow else step / 2)
        look = "up" if one.value > 0 else "down"
        if frame.narrow:
            drawing.text(left, y - 11, one.name, "label halo")
            drawing.text(right, y - 11, f"{percent(one.value)}%", f"value halo {look}", "end")
        else:
            drawing.text(left - 10, y + 4, one.name, "label", "end")
            drawing.text(frame.width, y + 4, f"{percent(one.value)}%", f"value {look}", "end")
        if math.isfinite(one.low):
            drawing.line((x(one.low), y), (x(one.high), y), f"interval {look}{'' if one.clear else ' unclear'}")
        drawing.dot(x(one.value), y, 4.5, f"mark {look}{' hollow' if one.hollow else ''}")
    return drawing
