"""What became of 100 won at the base: indices, sectors and the largest stocks, as newspapers print it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from screener.analysis.results import Group
from screener.i18n import N_, _, name_of
from screener.report.charts.drawing import Drawing, Figure, Frame, figure
from screener.report.charts.lines import Axis, Line, box_of, draw_lines, height_of
from screener.report.model import Report

BASE = 100.0
_LARGEST = 5
"""Stocks whose prices are drawn: those of the largest capitalisation."""
_HEIGHT = 340


_TITLES = {
    "sectors": N_("{best} at {best_value} and {worst} at {worst_value} on {day}"),
    "stocks": N_("Of the largest stocks, {best} at {best_value} and {worst} at {worst_value} on {day}"),
    "stock": N_("{name} at {value} on {day}"),
}
_NOTES = {
    "sectors": N_("Sectors: the stocks bought in equal parts at the base and held. Indices: dotted."),
    "stocks": N_("The stocks with the largest market capitalisation at the base. Indices: dotted."),
    "stock": N_("Its sector: the stocks bought in equal parts at the base and held. Index: dotted."),
}


def sector_prices(report: Report, groups: Sequence[Group]) -> Figure | None:
    """Those of `groups` that are evidence and sectors, beside the indices; None without prices around the event."""
    names = {group.label: name_of(group) for group in groups if not group.post_hoc}
    series = _series(report, "sector", names)
    return _ranked([*series, *_indices(report)], report, "sectors")


def largest_stocks(report: Report) -> Figure | None:
    """The stocks of the largest capitalisation beside the indices; None where that is not known."""
    caps = {row.stock: row.cap for row in report.impact.stocks if math.isfinite(row.cap)}
    names = {stock.ticker: name_of(stock) for stock in sorted(caps, key=lambda stock: -caps[stock])}
    series = _series(report, "stock", dict(list(names.items())[:_LARGEST]))
    return _ranked([*series, *_indices(report)], report, "stocks") if series else None


def stock_price(report: Report, ticker: str) -> Figure | None:
    """One stock beside its sectors and its index; None without prices around the event."""
    stocks = {row.stock: None for row in report.impact.stocks if row.stock.ticker == ticker}
    first = next(iter(stocks))
    own = _series(report, "stock", {ticker: name_of(first)})
    if not own:
        return None
    sectors = [report.group(stock.sector) for stock in stocks]
    beside = _series(report, "sector", {group.label: name_of(group) for group in sectors}, look=1)
    values = {"name": own[0].name, "value": _level(own[0].last), "day": _days(report, own)[own[0].points[-1][0]]}
    return _figure([*own, *beside, *_indices(report, first.market)], report, "stock", values)


def _series(report: Report, kind: str, names: Mapping[str, str], look: int = 0) -> list[Line]:
    """One line for each of `names`, by key of its levels, that has any; the first takes the colour `look`."""
    levels: dict[str, list[tuple[int, float]]] = {}
    for level in report.impact.levels:
        if level.kind == kind and math.isfinite(level.level):
            levels.setdefault(level.series, []).append((level.tau, level.level * BASE))
    known = [(name, tuple(levels[key])) for key, name in names.items() if len(levels.get(key, ())) > 1]
    return [Line(name, (those,), str(place % 7)) for place, (name, those) in enumerate(known, start=look)]


def _indices(report: Report, *only: str) -> list[Line]:
    """The benchmarks, or `only` some, under the name of the fund that stands for one."""
    proxies = report.provenance.proxies
    names = {name: proxies.get(name, name) for name in report.provenance.benchmark_returns if not only or name in only}
    of_indices = _series(report, "index", names)
    return [replace(one, look=f"index{place % 2}") for place, one in enumerate(of_indices)]


def _ranked(series: Sequence[Line], report: Report, what: str) -> Figure | None:
    """The figure whose title names the highest and the lowest line; None where there is no line."""
    if not series:
        return None
    ranked = sorted(series, key=lambda one: -one.last)
    best, worst = ranked[0], ranked[-1]
    values = {
        "best": best.name,
        "best_value": _level(best.last),
        "worst": worst.name,
        "worst_value": _level(worst.last),
    }
    return _figure(series, report, what, {**values, "day": _days(report, series)[best.points[-1][0]]})


def _figure(series: Sequence[Line], report: Report, what: str, values: Mapping[str, object]) -> Figure:
    told = "; ".join(f"{one.name} {_level(one.last)}" for one in sorted(series, key=lambda one: -one.last))
    days = _days(report, series)
    return figure(
        lambda frame: _draw(series, days, frame),
        _(_TITLES[what], **values),
        _(
            "Line chart of prices from {first} to {last}, base = 100. At the end: {series}.",
            first=min(days.values()),
            last=max(days.values()),
            series=told,
        ),
        measure=_("Price, close of {base} = 100", base=report.event.base),
        note=_(_NOTES[what]),
    )


def _days(report: Report, series: Sequence[Line]) -> dict[int, date]:
    """The sessions of these lines."""
    taus = {tau for one in series for tau, _ in one.points}
    return {level.tau: level.day for level in report.impact.levels if level.tau in taus}


def _draw(series: Sequence[Line], days: Mapping[int, date], frame: Frame) -> Drawing:
    drawing = Drawing(frame, height_of(_HEIGHT))
    axis = Axis(BASE, lambda value: f"{value:.0f}", _level)
    draw_lines(drawing, series, axis, days, box_of(series, axis, frame, 0, _HEIGHT))
    return drawing


def _level(value: float) -> str:
    return f"{value:.1f}"
