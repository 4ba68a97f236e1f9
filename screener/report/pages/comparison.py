"""One sector or theme against another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from screener.analysis.results import Group, SpreadRow, StockRow, Window
from screener.i18n import N_, _, name_of, ngettext
from screener.report.blocks import Grid, Line, Page, Section, Span, line
from screener.report.figures import direction, percent, percent_cell, probability
from screener.report.model import Report
from screener.report.pages import head, notes
from screener.report.pages.grids import Grids
from screener.report.pages.path import caar_by_tau

DRIVERS = 8
"""Stocks that are named for what they brought to the difference."""


_TESTS = {
    "t_portfolio": N_("portfolio t"),
    "t_adj_bmp": N_("adj. BMP"),
    "t_grank": N_("GRANK-T"),
    "z_adj_patell": N_("adj. Patell"),
    "z_corrado": N_("Corrado"),
    "z_patell": N_("Patell"),
    "t_bmp": N_("BMP"),
}


def comparison_page(report: Report) -> Page:
    """The page of `screener compare`: a report with one pair of groups."""
    rows = report.impact.spreads
    a, b = report.group(rows[0].sector_a), report.group(rows[0].sector_b)
    page = _Comparison(report, Grids(report), a, b)
    leading = next((row for row in rows if row.window == report.leading), rows[0])
    title = f"{head.title(report.event)} · {_('through the close of {as_of}', as_of=report.as_of)}"
    return Page(title, (page.verdict(leading), *head.provenance(report)), tuple(page.sections()))


@dataclass(frozen=True)
class _Comparison:
    report: Report
    grids: Grids
    a: Group
    b: Group

    def verdict(self, row: SpreadRow) -> Line:
        headline = row.headline
        tested = math.isfinite(row.caar_ew)
        value = row.caar_ew if tested else row.mean_return_ew
        said = _(
            "{a} minus {b}, {window}: {value} percentage points of abnormal return"
            if tested
            else "{a} minus {b}, {window}: {value} percentage points",
            a=name_of(self.a),
            b=name_of(self.b),
            value=percent(value),
            window=row.window,
        )
        if math.isfinite(headline.rank):
            message = (
                N_("; largest of {n} sessions (p {p})")
                if headline.rank == 1
                else N_("; number {rank} of {n} sessions by size (p {p})")
            )
            said += _(message, rank=f"{headline.rank:.0f}", n=headline.n, p=probability(headline.p))
        return Line((Span(said, direction(value)),))

    def sections(self) -> Iterator[Section]:
        """The difference and its tests, each side, the path, and who drove it."""
        report = self.report
        pair = _("{a} - {b}", a=name_of(self.a), b=name_of(self.b))
        note = line(
            _(
                "Rank and p: place of the difference among ordinary sessions of the same two groups. q "
                "of a side: for these two. Detectable: the smallest difference that the test finds in 80 "
                "% of cases, in percentage points. KP: two-sample test that holds where the event itself "
                "raised the variance."
            ),
            "dim",
        )
        yield Section(
            "windows",
            _("{pair}: the difference by window, and its tests", pair=pair),
            (Grid(self.grids.windows(report.impact.spreads)), note),
        )
        if not report.provenance.study:
            return
        yield self._sides()
        paths = [caar_by_tau(report, group) for group in (self.a, self.b)]
        difference = {tau: value - paths[1][tau] for tau, value in paths[0].items() if tau in paths[1]}
        named = [(name_of(self.a), paths[0]), (name_of(self.b), paths[1]), (pair, difference)]
        if fields := self.grids.by_tau(named):
            yield Section(
                "paths", _("How it went on: CAAR in %, base = 0, by sessions from the event day"), (Grid(fields),)
            )
        yield from self._drivers(report.leading)
        yield from notes.sections(report, "confounders", "skipped", "quality")

    def _sides(self) -> Section:
        report = self.report
        sides = [row for row in report.impact.groups if row.group in (self.a, self.b) and row.window == report.leading]
        body: list[Line | Grid] = [Grid(self.grids.groups(sides, _("Sector")))]
        for row in sides:
            if row.undefined:
                cannot = ", ".join(_(_TESTS[name]) for name in sorted(row.undefined))
                body.append(
                    line(
                        ngettext(
                            "{name} ({n} stock) cannot carry: {tests}",
                            "{name} ({n} stocks) cannot carry: {tests}",
                            row.n,
                            name=name_of(row.group),
                            tests=cannot,
                        ),
                        "dim",
                    )
                )
        return Section("sides", _("Each side, {window}", window=report.leading), tuple(body))

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
            grids.text(_("Ticker"), named, lambda one: one[1].stock.ticker),
            grids.text(_("Stock"), named, lambda one: name_of(one[1].stock)),
            grids.text(_("Sector"), named, lambda one: name_of(self.report.group(one[1].stock.sector)), 1),
            grids.percent(_("CAR %"), named, lambda one: one[1].car),
            grids.field(_("brought %p"), named, lambda one: percent_cell(one[0], arrowed=True)),
        )
        more = (
            [line(_("and {n} more: stocks.csv has each CAR (--csv DIR)", n=len(brought) - DRIVERS), "dim")]
            if len(brought) > DRIVERS
            else []
        )
        yield Section("drivers", _("Who drove the difference, {window}", window=window), (Grid(fields), *more))
