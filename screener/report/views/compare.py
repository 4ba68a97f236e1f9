"""One sector or theme against another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from screener.i18n import N_, _, ngettext
from screener.report.blocks import Grid, Key, Line, Page, Section, advised, directed
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
    rows_of,
    spread_rows,
    stocks_at,
)
from screener.report.views import head, notes

_DRIVERS = 8
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
    return Page.of(
        head.page_title(report),
        (*head.closes(report), view.verdict(leading), *head.day_check(report), *head.provenance_lines(report)),
        view.sections(),
    )


class _Comparison:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.spreads = spread_rows(report)  # of one pair: a row for each window

    def verdict(self, row: Any) -> Line:
        value = row.caar_ew if math.isfinite(row.caar_ew) else row.mean_return_ew
        text = _(
            N_("{a} minus {b}, {window}: abnormal return difference {value} pp")
            if math.isfinite(row.caar_ew)
            else N_("{a} minus {b}, {window}: return difference {value} pp"),
            a=row.a,
            b=row.b,
            value=percent(value),
            window=window_name(row.window_start, row.window_end),
        )
        if math.isfinite(row.placebo_rank):
            text = _(
                N_("{difference}; largest of {n} sessions (p {p})")
                if row.placebo_rank == 1
                else N_("{difference}; rank {rank} of {n} sessions by size (p {p})"),
                difference=text,
                rank=int(row.placebo_rank),
                n=int(row.placebo_n),
                p=probability(row.placebo_p),
            )
        label, _colon, moved = text.partition(": ")
        moved, semicolon, rank = moved.partition("; ")
        return directed(label, moved, direction(value), semicolon + rank)

    def sections(self) -> Iterator[Section]:
        spread = self.spreads[0]
        note = _(
            "Rank and p: place of the difference among ordinary sessions of the same two groups. Corrected p and q "
            "of each side: corrected for these two. Detectable: the smallest difference that the test finds in 80% "
            "of cases, in percentage points. KP: two-sample test that remains valid if the event itself raised the "
            "variance."
        )
        title = _("{pair}: difference by window, with tests", pair=spread.pair)
        grid = Grid(fields_of(self.spreads, SPREAD_BY_WINDOW))
        yield Section.of(Key.WINDOWS, title, grid, note)
        if not self.report.provenance.study:
            return
        yield self._sides()
        paths = caar_paths(self.report)
        a, b = (paths.get(label, {}) for label in (spread.sector_a, spread.sector_b))
        difference = {tau: value - b[tau] for tau, value in a.items() if tau in b}
        title = _("Cumulative path: CAAR in %, base day = 0, by session relative to the event day")
        fields = fields_by_tau([(spread.a, a), (spread.b, b), (spread.pair, difference)])
        yield Section.of(Key.PATHS, title, Grid(fields))
        yield self._drivers()
        yield from notes.sections(self.report, Key.CONFOUNDERS, Key.SKIPPED, Key.QUALITY)

    def _sides(self) -> Section:
        spread, leading = self.spreads[0], self.report.leading
        funds = bool(self.report.provenance.proxies)
        rows = [row for row in groups_at(self.report, leading) if label_of(row) in (spread.sector_a, spread.sector_b)]
        untested = [
            ngettext(
                "{name} ({n} stock) is too small for: {tests}",
                "{name} ({n} stocks) is too small for: {tests}",
                row.n,
                name=row.name,
                tests=", ".join(_(_TESTS[name]) for name in row.undefined_tests.split()),
            )
            for row in rows
            if row.undefined_tests
        ]
        grid = Grid(fields_of(rows, group_columns(SECTOR_NAME, study=True, funds=funds)))
        return Section.of(Key.SIDES, _("Each side, {window}", window=leading), grid, *untested)

    def _drivers(self) -> Section:
        """The stocks that contributed most to the difference: their part of the mean of their side."""
        spread, leading = self.spreads[0], self.report.leading
        known = [row for row in stocks_at(self.report, leading) if math.isfinite(row.car)]
        sides = []
        for label, sign in ((spread.sector_a, 1), (spread.sector_b, -1)):
            if members := [row for row in known if label in (row.sector, label_of(row))]:
                side = pd.DataFrame(members)
                sides.append(side.assign(contribution=sign * side["car"] / len(side)))
        drivers = rows_of(pd.concat(sides).sort_values("contribution", key=abs, ascending=False, kind="stable"))
        more = notes.more(N_("and {n} more"), len(drivers) - _DRIVERS)
        return Section.of(
            Key.DRIVERS,
            _("Stocks that drove the difference, {window}", window=leading),
            Grid(fields_of(drivers[:_DRIVERS], DRIVER_COLUMNS)),
            advised(more, _(": stocks.csv has each CAR (--csv DIR)")),
        )
