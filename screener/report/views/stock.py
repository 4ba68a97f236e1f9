"""One stock around the event."""

from __future__ import annotations

import math
from collections.abc import Iterator

from screener.i18n import N_, _
from screener.report.blocks import Grid, Key, Line, Page, Section, directed, line
from screener.report.formatting import arrow, direction, number, percent, probability
from screener.report.grids import FLOWS, stock_by_window
from screener.report.model import VERDICTS, Report
from screener.report.rows import fields_of, is_at, rows_at, rows_of, stocks_at
from screener.report.views import head, notes

_FEWEST_RANKED = 3
"""Stocks of a sector from which a place among them says something."""


def stock_page(report: Report) -> Page:
    """The page of `screener stock`."""
    view = _Stock(report)
    stock = view.rows[0]
    title = f"{stock.name} ({stock.ticker}, {stock.market}) · {head.title(report.event)}"
    lines = (*head.closes(report), *view.moved(), *head.day_check(report), *head.provenance_lines(report))
    return Page.of(title, lines, view.sections(), stock.ticker)


class _Stock:
    def __init__(self, report: Report) -> None:
        self.report = report
        windows = (stocks_at(report, window) for window in report.windows)
        self.rows = [row for rows in windows for row in rows if row.ticker == report.ticker]
        behaviours = report.frames.behaviours
        [self.estimation] = rows_of(behaviours[behaviours["ticker"] == report.ticker])

    def moved(self) -> Iterator[Line]:
        """Its return in the leading window, and whether that is more than noise."""
        leading = self.report.leading
        row = next((row for row in self.rows if is_at(row, leading)), None)
        if row is None or not math.isfinite(row.raw_return):
            return
        moved, mean = row.raw_return, percent(row.raw_return)
        text = _("return {mean}%", mean=mean)
        if math.isfinite(row.car):
            moved = row.car
            text = _("abnormal return {caar}% (return {mean}%)", caar=percent(moved), mean=mean)
        window = head.window_with_days(leading)
        rest = f"; p {probability(row.placebo_p)}" if math.isfinite(row.placebo_p) else ""
        rest += f"; {_(VERDICTS[row.verdict])}" if row.verdict else ""
        yield directed(f"{window[:1].upper()}{window[1:]}", f"{arrow(moved)} {text}", direction(moved), rest)

    def sections(self) -> Iterator[Section]:
        study, funds = self.report.provenance.study, bool(self.report.provenance.proxies)
        note = _(
            "95% CI, p of t and q of t: all from the t test of the CAR; q is adjusted for the number of stocks "
            "measured together. p: rank among ordinary sessions of the same stock. Winner or loser: q of t of .10 "
            "or less and a score of 25 or more, with the sign of the CAR."
        )
        # A stock of two sectors has the same figures in both.
        first = self.rows[0]
        rows = [row for row in self.rows if (row.sector, row.theme) == (first.sector, first.theme)]
        grid = Grid(fields_of(rows, stock_by_window(study=study, funds=funds)))
        yield Section.of(Key.WINDOWS, _("By window"), grid, *head.long_windows(self.report), note if study else "")
        facts = [*self._places(), *self._usual(), *self._happened()]
        yield Section.of(Key.FACTS, _("The stock"), *map(line, facts))
        flows = Grid(fields_of(rows_of(self.report.frames.flows), FLOWS))
        yield Section.of(Key.FLOWS, _("Net purchases, ₩ bn"), flows)
        yield from notes.sections(self.report, Key.CONFOUNDERS, Key.SKIPPED)

    def _places(self) -> Iterator[str]:
        """Its verdict in each sector that holds it, with its place by score among enough others."""
        leading = self.report.leading
        stocks = rows_at(self.report.frames.stocks, leading)
        for row in self.rows:
            if not is_at(row, leading):
                continue
            verdict = _(VERDICTS[row.verdict]) if row.verdict else ""
            if row.verdict == "cannot be tested":
                sessions = notes.ordinary_sessions(row.placebo_n - 1)
                verdict = _("{verdict}: {sessions}", verdict=verdict, sessions=sessions)
            peers = stocks.loc[stocks["sector"] == row.sector, "score"].dropna()
            if math.isfinite(row.score) and len(peers) >= _FEWEST_RANKED:
                place = _(
                    "{sector}: rank {place} of {n} by score, {window}",
                    sector=row.sector_name,
                    place=1 + int((peers > row.score).sum()),
                    n=len(peers),
                    window=leading,
                )
                yield _("{place}; {verdict}", place=place, verdict=verdict) if verdict else place
            elif verdict:
                yield _("{sector}, {window}: {verdict}", sector=row.sector_name, window=leading, verdict=verdict)

    def _usual(self) -> Iterator[str]:
        estimation = self.estimation
        row = next((row for row in self.rows if is_at(row, self.report.leading)), self.rows[0])
        if math.isfinite(estimation.sigma):
            yield _(
                "Before the event: beta {beta}, alpha {alpha}% a session, residual standard deviation {sigma}% a "
                "session, R² {explained}% (estimation window of {n} sessions, {ordinary})",
                beta=number(estimation.beta, 2),
                alpha=percent(estimation.alpha),
                sigma=number(estimation.sigma * 100, 2),
                explained=number(estimation.r_squared * 100, 0),
                n=estimation.observations,
                ordinary=notes.ordinary_sessions(row.placebo_n - 1),
            )

    def _happened(self) -> Iterator[str]:
        estimation = self.estimation
        row = next((row for row in self.rows if is_at(row, self.report.leading)), self.rows[0])
        if math.isfinite(row.index_contribution):
            moved = self.report.provenance.benchmark_returns.get(row.market, math.nan)
            yield _(
                "{weight}% of {market}; contribution to the index ({moved}%): {part} pp",
                market=row.market,
                weight=number(row.index_weight * 100, 1),
                part=percent(row.index_contribution),
                moved=percent(moved),
            )
        if estimation.lowest < 0:
            # All of it is of one window, so that no low of one month stands beside a recovery in another.
            windows = (window for window in self.report.windows if window.available and window.first == 0)
            window = max(windows, key=lambda window: window.last)
            lowest = _(
                "{window}: lowest close {lowest}% from the base price, on {day}",
                window=head.window_with_days(window),
                lowest=percent(estimation.lowest),
                day=estimation.lowest_day,
            )
            if estimation.regained_day:
                yield _("{lowest}; recovered the base price on {day}", lowest=lowest, day=estimation.regained_day)
            else:
                yield _("{lowest}; base price not recovered by {day}", lowest=lowest, day=window.end)
        for message, days in (
            (N_("Closed at the price limit: {days}"), estimation.limit_days),
            (N_("No trades: {days}"), estimation.halted_days),
            (N_("Split, rights issue or similar: {days}"), estimation.action_days),
        ):
            if days:
                yield _(message, days=", ".join(map(str, days)))
