"""One sector or theme against another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from screener.i18n import N_, _, ngettext
from screener.report.blocks import Grid, Key, Line, Page, Section, Span, line
from screener.report.formatting import direction, percent, probability, window_name
from screener.report.grids import DRIVER_COLUMNS, SECTOR_NAME, SPREAD_BY_WINDOW, group_columns
from screener.report.model import Report
from screener.report.rows import (
    caar_paths,
    fields_by_tau,
    fields_of,
    groups_at,
    is_at,
    label_of,
    spread_rows,
    stocks_at,
)
from screener.report.views import notes

DRIVERS = 8
"""Stocks that are named for their contribution to the difference."""
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
    view = _Comparison(report)
    leading = next((row for row in view.spreads if is_at(row, report.leading)), view.spreads[0])
    return Page(
        notes.page_title(report), (view.verdict(leading), *notes.provenance_lines(report)), tuple(view.sections())
    )


class _Driver(NamedTuple):
    """A stock and its contribution to the difference."""

    ticker: str
    name: str
    sector_name: str
    car: float
    contribution: float


class _Comparison:
    """The sections of the page."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.spreads = spread_rows(report)  # of one pair: a row for each window

    def verdict(self, row: Any) -> Line:
        tested = math.isfinite(row.caar_ew)
        value = row.caar_ew if tested else row.mean_return_ew
        message = (
            N_("{a} minus {b}, {window}: {value} percentage points of abnormal return")
            if tested
            else N_("{a} minus {b}, {window}: {value} percentage points")
        )
        text = _(message, a=row.a, b=row.b, value=percent(value), window=window_name(row.window_start, row.window_end))
        if math.isfinite(row.placebo_rank):
            message = (
                N_("; largest of {n} sessions (p {p})")
                if row.placebo_rank == 1
                else N_("; number {rank} of {n} sessions by size (p {p})")
            )
            rank, n = f"{row.placebo_rank:.0f}", f"{row.placebo_n:.0f}"
            text += _(message, rank=rank, n=n, p=probability(row.placebo_p))
        return Line((Span(text, direction(value)),))

    def sections(self) -> Iterator[Section]:
        """The difference and its tests, each side, the path, and the stocks that drove it."""
        spread = self.spreads[0]
        note = _(
            "Rank and p: place of the difference among ordinary sessions of the same two groups. q "
            "of a side: for these two. Detectable: the smallest difference that the test finds in 80 "
            "% of cases, in percentage points. KP: two-sample test that holds where the event itself "
            "raised the variance."
        )
        title = _("{pair}: the difference by window, and its tests", pair=spread.pair)
        grid = Grid(fields_of(self.spreads, SPREAD_BY_WINDOW))
        yield Section(Key.WINDOWS, title, (grid, line(note, "dim")))
        if not self.report.provenance.study:
            return
        yield self._sides()
        paths = caar_paths(self.report)
        a, b = (paths.get(label, {}) for label in (spread.sector_a, spread.sector_b))
        difference = {tau: value - b[tau] for tau, value in a.items() if tau in b}
        if fields := fields_by_tau([(spread.a, a), (spread.b, b), (spread.pair, difference)]):
            title = _("How it went on: CAAR in %, base = 0, by sessions from the event day")
            yield Section(Key.PATHS, title, (Grid(fields),))
        yield from self._drivers()
        yield from notes.sections(self.report, Key.CONFOUNDERS, Key.SKIPPED, Key.QUALITY)

    def _sides(self) -> Section:
        spread, leading = self.spreads[0], self.report.leading
        funds = bool(self.report.provenance.proxies)
        groups = groups_at(self.report, leading)
        rows = [row for row in groups if label_of(row) in (spread.sector_a, spread.sector_b)]
        body: list[Line | Grid] = [Grid(fields_of(rows, group_columns(SECTOR_NAME, study=True, funds=funds)))]
        for row in rows:
            if row.undefined_tests:
                tests = ", ".join(_(_TESTS[name]) for name in row.undefined_tests.split())
                text = ngettext(
                    "{name} ({n} stock) cannot carry: {tests}",
                    "{name} ({n} stocks) cannot carry: {tests}",
                    row.n,
                    name=row.name,
                    tests=tests,
                )
                body.append(line(text, "dim"))
        return Section(Key.SIDES, _("Each side, {window}", window=leading), tuple(body))

    def _drivers(self) -> Iterator[Section]:
        """The stocks that contributed most to the difference: their part of the mean of their side."""
        drivers = sorted(self._contributions(), key=lambda driver: -abs(driver.contribution))
        if not drivers:
            return
        body: list[Line | Grid] = [Grid(fields_of(drivers[:DRIVERS], DRIVER_COLUMNS))]
        if len(drivers) > DRIVERS:
            text = _("and {n} more: stocks.csv has each CAR (--csv DIR)", n=len(drivers) - DRIVERS)
            body.append(line(text, "dim"))
        title = _("Who drove the difference, {window}", window=self.report.leading)
        yield Section(Key.DRIVERS, title, tuple(body))

    def _contributions(self) -> Iterator[_Driver]:
        spread, leading = self.spreads[0], self.report.leading
        stocks = [row for row in stocks_at(self.report, leading) if math.isfinite(row.car)]
        for label, sign in ((spread.sector_a, 1), (spread.sector_b, -1)):
            members = [row for row in stocks if label in (row.sector, label_of(row))]
            for row in members:
                yield _Driver(row.ticker, row.name, row.sector_name, row.car, sign * row.car / len(members))
