"""One sector or theme against another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from screener.analysis.results import Group, SpreadRow, StockRow, Window
from screener.report.blocks import Grid, Line, Page, Section, Span, line
from screener.report.figures import direction, percent, percent_cell, probability
from screener.report.model import Report
from screener.report.pages import head, notes
from screener.report.pages.grids import Grids
from screener.report.pages.path import caar_by_tau
from screener.words import Words

DRIVERS = 8
"""Stocks that are named for what they brought to the difference."""


def comparison_page(report: Report, words: Words) -> Page:
    """The page of `screener compare`: a report with one pair of groups."""
    rows = report.impact.spreads
    a, b = report.group(rows[0].sector_a), report.group(rows[0].sector_b)
    page = _Comparison(report, words, Grids(words, report), a, b)
    leading = next((row for row in rows if row.window == report.leading), rows[0])
    title = f"{head.title(report.event, words)} · {words('as_of', as_of=report.as_of)}"
    return Page(title, (page.verdict(leading), *head.provenance(report, words)), tuple(page.sections()))


@dataclass(frozen=True)
class _Comparison:
    report: Report
    words: Words
    grids: Grids
    a: Group
    b: Group

    def verdict(self, row: SpreadRow) -> Line:
        words, headline = self.words, row.headline
        tested = math.isfinite(row.caar_ew)
        value = row.caar_ew if tested else row.mean_return_ew
        said = words(
            "compare_tested" if tested else "compare_plain",
            a=words.name(self.a),
            b=words.name(self.b),
            value=percent(value),
            window=row.window,
        )
        if math.isfinite(headline.rank):
            key = "compare_largest" if headline.rank == 1 else "compare_rank"
            said += words(key, rank=f"{headline.rank:.0f}", n=headline.n, p=probability(headline.p))
        return Line((Span(said, direction(value)),))

    def sections(self) -> Iterator[Section]:
        """The difference and its tests, each side, the path, and who drove it."""
        report, words = self.report, self.words
        pair = words("minus", a=words.name(self.a), b=words.name(self.b))
        note = line(words("compare_note"), "dim")
        yield Section(
            "windows", words("compare_at", pair=pair), (Grid(self.grids.windows(report.impact.spreads)), note)
        )
        if not report.provenance.study:
            return
        yield self._sides()
        paths = [caar_by_tau(report, group) for group in (self.a, self.b)]
        difference = {tau: value - paths[1][tau] for tau, value in paths[0].items() if tau in paths[1]}
        named = [(words.name(self.a), paths[0]), (words.name(self.b), paths[1]), (pair, difference)]
        if fields := self.grids.by_tau(named):
            yield Section("paths", words("paths"), (Grid(fields),))
        yield from self._drivers(report.leading)
        yield from notes.sections(report, words, "confounders", "skipped", "quality")

    def _sides(self) -> Section:
        report, words = self.report, self.words
        sides = [row for row in report.impact.groups if row.group in (self.a, self.b) and row.window == report.leading]
        body: list[Line | Grid] = [Grid(self.grids.groups(sides, "col_sector"))]
        for row in sides:
            if row.undefined:
                cannot = ", ".join(words(f"col_{name.partition('_')[2]}") for name in sorted(row.undefined))
                body.append(line(words("cannot", name=words.name(row.group), n=row.n, tests=cannot), "dim"))
        return Section("sides", words("sides_at", window=report.leading), tuple(body))

    def _drivers(self, window: Window) -> Iterator[Section]:
        """The stocks that brought most to the difference, each by its part of its side's mean."""
        rows = [row for row in self.report.impact.stocks if row.window == window and math.isfinite(row.car)]
        brought: list[tuple[float, StockRow]] = []
        for group, sign in ((self.a, 1), (self.b, -1)):
            mine = [row for row in rows if group.holds(row.stock)]
            brought += [(sign * row.car / len(mine), row) for row in mine]
        brought.sort(key=lambda one: -abs(one[0]))
        named, grids = brought[:DRIVERS], self.grids
        if not named:
            return
        fields = (
            grids.text("col_ticker", named, lambda one: one[1].stock.ticker),
            grids.text("col_stock", named, lambda one: self.words.name(one[1].stock)),
            grids.text("col_sector", named, lambda one: self.words.name(self.report.group(one[1].stock.sector)), 1),
            grids.percent("col_car", named, lambda one: one[1].car),
            grids.field("col_brought", named, lambda one: percent_cell(one[0], arrowed=True)),
        )
        more = [line(self.words("more_drivers", n=len(brought) - DRIVERS), "dim")] if len(brought) > DRIVERS else []
        yield Section("drivers", self.words("drivers_at", window=window), (Grid(fields), *more))
