"""One stock around the event, in a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text
from scipy import special

from screener.report.figures import number, percent, probability, signed
from screener.report.layout import Field
from screener.report.model import Flow, Report
from screener.report.terminal import Page, Style, printed
from screener.screens.behaviour import Behaviour
from screener.screens.results import StockRow

LEVEL = 0.95
BILLION = 1e8
"""Flows are told in units of 100 million won (억)."""


def render_card(report: Report, ticker: str, flows: Sequence[Flow], style: Style) -> str:
    """The page of `screener stock`."""
    return printed(_Card(report, ticker, flows, style).blocks(), style)


class _Card(Page):
    def __init__(self, report: Report, ticker: str, flows: Sequence[Flow], style: Style) -> None:
        super().__init__(report, style)
        self.flows = flows
        self.rows = [row for row in report.impact.stocks if row.stock.ticker == ticker]
        self.usual = next(one for one in report.impact.behaviours if one.ticker == ticker)

    def blocks(self) -> Iterator[RenderableType]:
        """Who it is, what it did in each window, how it usually behaves, and what else happened to it."""
        report, words = self.report, self.words
        first = self.rows[0]
        stock = first.stock
        event = report.event
        title = words("title", event=event.name.in_(words.language), event_day=event.event_day, base=event.base)
        yield Text(f"{words.name(stock)} ({stock.ticker}, {stock.market}) · {title}", style="bold")
        yield from self.provenance()
        # A stock of two sectors has the same figures in both.
        once = [row for row in self.rows if row.stock == stock]
        yield from self.section("card_windows", self._windows(once))
        if report.provenance.study:
            yield Text(words("card_note"), style="dim")
        facts = [*self._places(), *self._usual(self.usual), *self._happened(first, self.usual)]
        if facts:
            yield from self.section("card_facts", Text("\n".join(facts)))
        if self.flows:
            yield from self.section("card_flows", self._flows())
        yield from self.notes("confounders", "skipped")

    def _windows(self, rows: Sequence[StockRow]) -> list[Field]:
        words, percents = self.words, self.figures.percent

        def column(key: str, cells: Sequence[Text], priority: int = 0) -> Field:
            return Field(words(key), cells, priority)

        benchmark = "col_fund" if self.report.provenance.proxies else "col_benchmark"
        fields = [
            Field(words("col_window"), [Text(str(row.window)) for row in rows], right=False),
            column("col_return", [percents(row.raw_return, arrow=True) for row in rows]),
            column(benchmark, [percents(row.benchmark_return) for row in rows], 3),
        ]
        if self.report.provenance.study:
            fields += [
                column("col_car", [percents(row.car) for row in rows]),
                column("col_interval", [Text(self._interval(row)) for row in rows], 2),
                column("col_t", [Text(signed(row.scar, 1)) for row in rows], 1),
                column("col_p", [Text(probability(row.placebo_p)) for row in rows]),
                column("col_q", [Text(probability(row.q)) for row in rows], 2),
                column("col_score", [Text(signed(row.score.value, 0)) for row in rows]),
                column("col_volume", [Text(number(row.volume_ratio, 1)) for row in rows], 3),
            ]
            lasting = [words(f"lasting_{row.lasting.what}") if row.lasting.what else "-" for row in rows]
            fields.append(Field(words("col_lasting"), [Text(word) for word in lasting], 2, right=False))
        return fields

    def _interval(self, row: StockRow) -> str:
        """95 % interval of the CAR, by its t."""
        if not math.isfinite(row.scar) or not row.scar:
            return "-"
        half = abs(row.car / row.scar) * float(special.stdtrit(self.usual.degrees, (1 + LEVEL) / 2))
        return f"{percent(row.car - half)} {percent(row.car + half)}"

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

    def _usual(self, usual: Behaviour) -> list[str]:
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

    def _happened(self, row: StockRow, usual: Behaviour) -> list[str]:
        words, lines = self.words, []
        leading = next((one for one in self.rows if one.window == self.report.leading), row)
        if math.isfinite(leading.index_contribution):
            moved = self.report.provenance.benchmark_returns.get(row.stock.market, math.nan)
            lines.append(
                words(
                    "card_index",
                    market=row.stock.market,
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

    def _flows(self) -> list[Field]:
        def column(key: str, values: Sequence[int | None]) -> Field:
            cells = [Text("-" if value is None else f"{value / BILLION:+,.1f}") for value in values]
            return Field(self.words(key), cells)

        return [
            Field(self.words("col_day"), [Text(str(one.day)) for one in self.flows], right=False),
            column("col_foreign", [one.foreign for one in self.flows]),
            column("col_institution", [one.institution for one in self.flows]),
            column("col_individual", [one.individual for one in self.flows]),
        ]
