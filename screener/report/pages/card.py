"""One stock around the event."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screener.analysis.behaviour import Behaviour
from screener.analysis.results import StockRow
from screener.i18n import N_, _, name_of
from screener.report.blocks import Cell, Field, Grid, Page, Section, line
from screener.report.figures import money_cell, number, percent
from screener.report.model import Flow, Report
from screener.report.pages import head, notes
from screener.report.pages.grids import Grids

_VERDICTS = {
    "winner": N_("; a winner"),
    "loser": N_("; a loser"),
    "no clear effect": N_("; no clear effect"),
}


def card_page(report: Report, ticker: str, flows: Sequence[Flow]) -> Page:
    """The page of `screener stock`."""
    rows = tuple(row for row in report.impact.stocks if row.stock.ticker == ticker)
    usual = next(one for one in report.impact.behaviours if one.ticker == ticker)
    page = _Card(report, Grids(report), tuple(flows), rows, usual)
    stock = rows[0].stock
    title = f"{name_of(stock)} ({stock.ticker}, {stock.market}) · {head.title(report.event)}"
    return Page(title, tuple(head.provenance(report)), tuple(page.sections()))


@dataclass(frozen=True)
class _Card:
    report: Report
    grids: Grids
    flows: tuple[Flow, ...]
    rows: tuple[StockRow, ...]
    usual: Behaviour

    def sections(self) -> Iterator[Section]:
        """What it did in each window, how it usually behaves, and what else happened to it."""
        note = (
            [
                line(
                    _(
                        "95% interval: of the CAR, by its t. p: rank among ordinary sessions of the same stock. "
                        "q: p of the t, for the number of stocks measured with it."
                    ),
                    "dim",
                )
            ]
            if self.report.provenance.study
            else []
        )
        yield Section("windows", _("By window"), (Grid(self._windows()), *note))
        facts = [*self._places(), *self._usual(), *self._happened()]
        if facts:
            yield Section("facts", _("The stock"), tuple(map(line, facts)))
        if self.flows:
            yield Section("flows", _("Net purchases, 100 million won"), (Grid(self._flows()),))
        yield from notes.sections(self.report, "confounders", "skipped")

    def _windows(self) -> tuple[Field, ...]:
        # A stock of two sectors has the same figures in both.
        rows = [row for row in self.rows if row.stock == self.rows[0].stock]
        grids = self.grids
        benchmark = _("Fund %") if self.report.provenance.proxies else _("Index %")
        fields = [
            grids.text(_("Window"), rows, lambda row: str(row.window)),
            grids.percent(_("Return %"), rows, lambda row: row.raw_return, arrowed=True),
            grids.percent(benchmark, rows, lambda row: row.benchmark_return, 3),
        ]
        if self.report.provenance.study:
            fields += [
                *grids.abnormal(rows),
                grids.p(_("q"), rows, lambda row: row.q, 2),
                grids.score(rows, lambda row: row.score.value, 0),
                grids.number(_("Vol. x"), rows, lambda row: row.volume_ratio, 1, 3),
                grids.lasting(rows),
            ]
        return tuple(fields)

    def _places(self) -> list[str]:
        """Its place by score in each sector that holds it."""
        lines = []
        leading = self.report.leading
        for row in self.rows:
            if row.window != leading or not math.isfinite(row.score.value):
                continue
            peers = [
                one.score.value
                for one in self.report.impact.stocks
                if one.window == leading and one.stock.sector == row.stock.sector and math.isfinite(one.score.value)
            ]
            place = 1 + sum(value > row.score.value for value in peers)
            sector = name_of(self.report.group(row.stock.sector))
            verdict = _(f"is_{row.score.verdict}") if row.score.verdict else ""
            lines.append(
                _(
                    "{sector}: number {place} of {n} by score, {window}{verdict}",
                    sector=sector,
                    place=place,
                    n=len(peers),
                    window=leading,
                    verdict=verdict,
                )
            )
        return lines

    def _usual(self) -> list[str]:
        usual = self.usual
        if not math.isfinite(usual.sigma):
            return []
        return [
            _(
                "Usually: beta {beta}, alpha {alpha}% a session, residual deviation {sigma}% a session, "
                "{explained}% explained ({n} sessions)",
                beta=number(usual.beta, 2),
                alpha=percent(usual.alpha),
                sigma=number(usual.sigma * 100, 2),
                explained=number(usual.r_squared * 100, 0),
                n=usual.observations,
            )
        ]

    def _happened(self) -> list[str]:
        usual, lines = self.usual, []
        leading = next((one for one in self.rows if one.window == self.report.leading), self.rows[0])
        if math.isfinite(leading.index_contribution):
            moved = self.report.provenance.benchmark_returns.get(leading.stock.market, math.nan)
            lines.append(
                _(
                    "{weight}% of {market}: {part} percentage points of the index's {moved}%",
                    market=leading.stock.market,
                    weight=number(leading.index_weight * 100, 1),
                    part=percent(leading.index_contribution),
                    moved=percent(moved),
                )
            )
        if usual.lowest < 0:
            message = (
                N_(
                    "Lowest close {lowest}% below the base; back at the base price {sessions} sessions after "
                    "the event day"
                )
                if math.isfinite(usual.regained)
                else N_("Lowest close {lowest}% from the base, and not back at the base price yet")
            )
            lines.append(_(message, lowest=percent(usual.lowest), sessions=number(usual.regained, 0)))
        for message, days in (
            (N_("Closed at the price limit: {days}"), usual.limit_days),
            (N_("Did not trade: {days}"), usual.halted_days),
            (N_("Split, rights issue or the like: {days}"), usual.action_days),
        ):
            if days:
                lines.append(_(message, days=", ".join(str(day) for day in days)))
        return lines

    def _flows(self) -> tuple[Field, ...]:
        def bought(header: str, who: str) -> Field:
            def cell(one: Flow) -> Cell:
                value = getattr(one, who)
                return money_cell(math.nan if value is None else value)

            return self.grids.field(header, self.flows, cell)

        return (
            self.grids.text(_("Session"), self.flows, lambda one: str(one.day)),
            bought(_("Foreign"), "foreign"),
            bought(_("Institutions"), "institution"),
            bought(_("Individuals"), "individual"),
        )
