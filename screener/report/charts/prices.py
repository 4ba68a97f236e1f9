"""What became of 100 won at the base: indices, sectors and the largest stocks, as newspapers print it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from screener.report.charts.drawing import Drawing, Figure, Frame, figure
from screener.report.charts.plot import BELOW, Box, Field, draw_field
from screener.report.charts.scale import apart
from screener.report.model import Report
from screener.screens.results import Group, Level
from screener.words import Words

BASE = 100.0
_LARGEST = 5
"""Stocks whose prices are drawn: those of the largest capitalisation."""
_HEIGHT = 340
_LEFT = 42


@dataclass(frozen=True)
class _Series:
    """One line: its name, its levels, and the class that gives its colour and dashes."""

    name: str
    levels: tuple[Level, ...]
    look: str

    @property
    def last(self) -> float:
        return self.levels[-1].level * BASE


def sector_prices(report: Report, words: Words, groups: Sequence[Group]) -> Figure | None:
    """Those of `groups` that are evidence and sectors, beside the indices; None without prices around the event."""
    names = {group.label: words.name(group) for group in groups if not group.post_hoc}
    series = _series(report, "sector", names)
    return _ranked([*series, *_indices(report)], report, words, "sectors")


def largest_stocks(report: Report, words: Words) -> Figure | None:
    """The stocks of the largest capitalisation beside the indices; None where that is not known."""
    caps = {row.stock: row.cap for row in report.impact.stocks if math.isfinite(row.cap)}
    names = {stock.ticker: words.name(stock) for stock in sorted(caps, key=lambda stock: -caps[stock])}
    series = _series(report, "stock", dict(list(names.items())[:_LARGEST]))
    return _ranked([*series, *_indices(report)], report, words, "stocks") if series else None


def stock_price(report: Report, ticker: str, words: Words) -> Figure | None:
    """One stock beside its sectors and its index; None without prices around the event."""
    stocks = {row.stock: None for row in report.impact.stocks if row.stock.ticker == ticker}
    first = next(iter(stocks))
    own = _series(report, "stock", {ticker: words.name(first)})
    if not own:
        return None
    sectors = [report.group(stock.sector) for stock in stocks]
    beside = _series(report, "sector", {group.label: words.name(group) for group in sectors}, look=1)
    values = {"name": own[0].name, "value": _level(own[0].last), "day": own[0].levels[-1].day}
    return _figure([*own, *beside, *_indices(report, first.market)], report, words, "stock", values)


def _series(report: Report, kind: str, names: Mapping[str, str], look: int = 0) -> list[_Series]:
    """One line for each of `names`, by key of its levels, that has any; the first takes the colour `look`."""
    levels: dict[str, list[Level]] = {}
    for level in report.impact.levels:
        if level.kind == kind and math.isfinite(level.level):
            levels.setdefault(level.series, []).append(level)
    known = [(name, tuple(levels[key])) for key, name in names.items() if len(levels.get(key, ())) > 1]
    return [_Series(name, those, str(place % 7)) for place, (name, those) in enumerate(known, start=look)]


def _indices(report: Report, *only: str) -> list[_Series]:
    """The benchmarks, or `only` some, under the name of the fund that stands for one."""
    proxies = report.provenance.proxies
    names = {name: proxies.get(name, name) for name in report.provenance.benchmark_returns if not only or name in only}
    of_indices = _series(report, "index", names)
    return [_Series(one.name, one.levels, f"index{place % 2}") for place, one in enumerate(of_indices)]


def _ranked(series: Sequence[_Series], report: Report, words: Words, what: str) -> Figure | None:
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
    return _figure(series, report, words, what, {**values, "day": best.levels[-1].day})


def _figure(series: Sequence[_Series], report: Report, words: Words, what: str, values: Mapping[str, object]) -> Figure:
    told = "; ".join(f"{one.name} {_level(one.last)}" for one in sorted(series, key=lambda one: -one.last))
    days = [level.day for one in series for level in one.levels]
    return figure(
        lambda frame: _draw(series, frame, words),
        words(f"chart_prices_{what}_title", **values),
        words("chart_prices_alt", first=min(days), last=max(days), series=told),
        measure=words("chart_prices_measure", base=report.event.base),
        note=words(f"chart_prices_{what}_note"),
    )


def _draw(series: Sequence[_Series], frame: Frame, words: Words) -> Drawing:
    drawing = Drawing(frame, _HEIGHT + BELOW + 8)
    # On a phone the figure stands below the name, which leaves the lines their room.
    lines = [[one.name, _level(one.last)] if frame.narrow else [f"{one.name} {_level(one.last)}"] for one in series]
    right = frame.width - 10 - max(frame.length(line) for label in lines for line in label)
    box = Box(_LEFT, 8, right, 8 + _HEIGHT)
    every = [level for one in series for level in one.levels]
    low, high = min(level.level for level in every) * BASE, max(level.level for level in every) * BASE
    field = Field.of(box, [level.tau for level in every], min(low, BASE), max(high, BASE))
    days = {level.tau: level.day for level in every}
    draw_field(drawing, field, days, BASE, lambda value: f"{value:.0f}", words)
    height = (frame.size + 2) * len(lines[0])
    ends = apart([field.y(one.last) for one in series], height + 1, box.top + height / 2, box.bottom - height / 2)
    for one, end, label in zip(series, ends, lines, strict=True):
        points = [(field.x(level.tau), field.y(level.level * BASE)) for level in one.levels]
        drawing.path(points, f"series line{one.look}")
        drawing.line(points[-1], (right + 4, end), "leader")
        for row, text in enumerate(label):
            y = end - height / 2 + (frame.size + 2) * (row + 0.8)
            drawing.text(right + 7, y, text, f"value ink{one.look}")
    return drawing


def _level(value: float) -> str:
    return f"{value:.1f}"
