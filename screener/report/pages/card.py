"""One stock around the event."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screener.analysis.behaviour import Behaviour
from screener.analysis.results import StockRow
from screener.report.blocks import Cell, Field, Grid, Page, Section, line
from screener.report.figures import money_cell, number, percent
from screener.report.model import Flow, Report
from screener.report.pages import head, notes
from screener.report.pages.grids import Grids
from screener.words import Words


def card_page(report: Report, ticker: str, flows: Sequence[Flow], words: Words) -> Page:
    """The page of `screener stock`."""
    rows = tuple(row for row in report.impact.stocks if row.stock.ticker == ticker)
    usual = next(one for one in report.impact.behaviours if one.ticker == ticker)
    page = _Card(report, words, Grids(words, report), tuple(flows), rows, usual)
    stock = rows[0].stock
    title = f"{words.name(stock)} ({stock.ticker}, {stock.market}) · {head.title(report.event, words)}"
    return Page(title, tuple(head.provenance(report, words)), tuple(page.sections()))


@dataclass(frozen=True)
class _Card:
    report: Report
    words: Words
    grids: Grids
    flows: tuple[Flow, ...]
    rows: tuple[StockRow, ...]
    usual: Behaviour

    def sections(self) -> Iterator[Section]:
        """What it did in each window, how it usually behaves, and what else happened to it."""
        words = self.words
        note = [line(words("card_note"), "dim")] if self.report.provenance.study else []
        yield Section("windows", words("card_windows"), (Grid(self._windows()), *note))
        facts = [*self._places(), *self._usual(), *self._happened()]
        if facts:
            yield Section("facts", words("card_facts"), tuple(map(line, facts)))
        if self.flows:
            yield Section("flows", words("card_flows"), (Grid(self._flows()),))
        yield from notes.sections(self.report, words, "confounders", "skipped")

    def _windows(self) -> tuple[Field, ...]:
        # A stock of two sectors has the same figures in both.
        rows = [row for row in self.rows if row.stock == self.rows[0].stock]
        grids = self.grids
        benchmark = "col_fund" if self.report.provenance.proxies else "col_benchmark"
        fields = [
            grids.text("col_window", rows, lambda row: str(row.window)),
            grids.percent("col_return", rows, lambda row: row.raw_return, arrowed=True),
            grids.percent(benchmark, rows, lambda row: row.benchmark_return, 3),
        ]
        if self.report.provenance.study:
            fields += [
                *grids.abnormal(rows),
                grids.p("col_q", rows, lambda row: row.q, 2),
                grids.score(rows, lambda row: row.score.value, 0),
                grids.number("col_volume", rows, lambda row: row.volume_ratio, 1, 3),
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
            sector = self.words.name(self.report.group(row.stock.sector))
            verdict = self.words(f"is_{row.score.verdict}") if row.score.verdict else ""
            lines.append(
                self.words("card_place", sector=sector, place=place, n=len(peers), window=leading, verdict=verdict)
            )
        return lines

    def _usual(self) -> list[str]:
        usual = self.usual
        if not math.isfinite(usual.sigma):
            return []
        return [
            self.words(
                "card_usual",
                beta=number(usual.beta, 2),
                alpha=percent(usual.alpha),
                sigma=number(usual.sigma * 100, 2),
                explained=number(usual.r_squared * 100, 0),
                n=usual.observations,
            )
        ]

    def _happened(self) -> list[str]:
        words, usual, lines = self.words, self.usual, []
        leading = next((one for one in self.rows if one.window == self.report.leading), self.rows[0])
        if math.isfinite(leading.index_contribution):
            moved = self.report.provenance.benchmark_returns.get(leading.stock.market, math.nan)
            lines.append(
                words(
                    "card_index",
                    market=leading.stock.market,
                    weight=number(leading.index_weight * 100, 1),
                    part=percent(leading.index_contribution),
                    moved=percent(moved),
                )
            )
        if usual.lowest < 0:
            key = "card_regained" if math.isfinite(usual.regained) else "card_below"
            lines.append(words(key, lowest=percent(usual.lowest), sessions=number(usual.regained, 0)))
        for key, days in (
            ("card_limit", usual.limit_days),
            ("card_halted", usual.halted_days),
            ("card_action", usual.action_days),
        ):
            if days:
                lines.append(words(key, days=", ".join(str(day) for day in days)))
        return lines

    def _flows(self) -> tuple[Field, ...]:
        def bought(who: str) -> Field:
            def cell(one: Flow) -> Cell:
                value = getattr(one, who)
                return money_cell(math.nan if value is None else value)

            return self.grids.field(f"col_{who}", self.flows, cell)

        return (
            self.grids.text("col_day", self.flows, lambda one: str(one.day)),
            *map(bought, ("foreign", "institution", "individual")),
        )
