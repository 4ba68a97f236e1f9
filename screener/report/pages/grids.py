"""The columns of every table, in the order in which they are given up when there is no room."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from screener.analysis.results import Group, GroupRow, SpreadRow, StockRow, Window
from screener.analysis.scores import PARTS
from screener.i18n import N_, _, name_of
from screener.report.blocks import Cell, Field
from screener.report.figures import (
    bar,
    money_cell,
    percent,
    percent_cell,
    signed,
    signed_cell,
    sparkline,
)
from screener.report.model import Report
from screener.report.pages.columns import Columns
from screener.report.pages.path import caar_by_tau

SPARK = range(-1, 7)
"""Sessions that the sparkline of a sector draws."""


FLAGS = {
    "limit_up": N_("limit up"),
    "limit_down": N_("limit down"),
    "halted": N_("halted"),
    "resumed": N_("resumed"),
    "no_estimation": N_("no estimation"),
}
_PARTS = {
    "magnitude": N_("magnitude"),
    "certainty": N_("certainty"),
    "persistence": N_("persistence"),
    "breadth": N_("breadth"),
    "volume": N_("Vol. x"),
}
_BUYERS = {
    "foreign": N_("Foreign, 100m won"),
    "institution": N_("Institutions, 100m won"),
}


@dataclass(frozen=True)
class Grids(Columns):
    """Columns of each table of one report; what a newspaper's selection cannot carry is not among them."""

    report: Report

    def sectors(self, rows: Sequence[GroupRow]) -> tuple[Field, ...]:
        """Sectors in one window, as a summary has them: what moved, how surely, how broadly, how it went on."""
        if not self.report.provenance.study:
            return self.groups(rows, _("Sector"))
        return (
            self._groups(_("Sector"), rows),
            self.number(_("n"), rows, lambda row: row.n, 0),
            self.percent(_("Mean %"), rows, lambda row: row.mean_return_ew, arrowed=True),
            self.percent(_("CAAR %"), rows, lambda row: row.caar_ew, arrowed=True),
            self.p(_("p"), rows, lambda row: row.headline.p),
            self.p(_("q"), rows, lambda row: row.headline.q, 1),
            self._breadth(rows, 2),
            self.number(_("Vol. x"), rows, lambda row: row.volume_ratio, 1, 4),
            *self._flows(rows),
            self.score(rows, lambda row: row.score.value, 1),
            *self._drawn(rows),
        )

    def _drawn(self, rows: Sequence[GroupRow]) -> tuple[Field, ...]:
        """Scores as bars, and the first sessions of the paths."""
        return (
            self.field(_("- 0 +"), rows, lambda row: Cell(bar(row.score.value), row.score.value), 3, right=False),
            self.field(_("Path"), rows, lambda row: Cell(self._spark(row.group)), 5, right=False),
        )

    def groups(self, rows: Sequence[GroupRow], first: str) -> tuple[Field, ...]:
        """Sectors or themes in one window, with every figure."""
        study = self.report.provenance.study
        fields = [
            self._groups(first, rows),
            self.number(_("n"), rows, lambda row: row.n, 0),
            self.percent(_("Mean %"), rows, lambda row: row.mean_return_ew, arrowed=True),
            self.percent(_("Cap-w. %"), rows, lambda row: row.mean_return_cw, 3),
            self.percent(_("Median %"), rows, lambda row: row.median_return, 2),
            self._breadth(rows, 2 if study else 0),
            self.percent(self._versus, rows, lambda row: row.mean_return_ew - row.benchmark_return, 4),
        ]
        if study:
            fields += [
                self.percent(_("CAAR %"), rows, lambda row: row.caar_ew, arrowed=True),
                self.field(_("95% interval"), rows, self._interval, 4),
                self.rank(rows, lambda row: row.headline),
                self.p(_("p"), rows, lambda row: row.headline.p),
                self.p(_("q"), rows, lambda row: row.headline.q, 1),
                self.score(rows, lambda row: row.score.value),
                self.number(_("Vol. x"), rows, lambda row: row.volume_ratio, 1, 5),
                *self._flows(rows),
                *self._drawn(rows),
            ]
        return tuple(fields)

    def _flows(self, rows: Sequence[GroupRow]) -> list[Field]:
        """Net purchases, where the source knows them."""
        of = {(flow.group, flow.window): flow for flow in self.report.flows}
        if not of:
            return []
        return [
            Field(
                _(_BUYERS[who]),
                tuple(money_cell(getattr(of.get((row.group, row.window)), who, math.nan)) for row in rows),
                6,
            )
            for who in ("foreign", "institution")
        ]

    def _breadth(self, rows: Sequence[GroupRow], priority: int) -> Field:
        return self.field(
            _("Up/=/dn"),
            rows,
            lambda row: Cell(f"{row.n_up}/{row.n_flat}/{row.n_down}" if row.n else "-", row.breadth_up),
            priority,
        )

    def _interval(self, row: GroupRow | SpreadRow | StockRow) -> Cell:
        if not math.isfinite(row.low):
            return Cell("-", row.low)
        return Cell(f"{percent(row.low)} {percent(row.high)}", row.low)

    def _spark(self, group: Group) -> str:
        caar = caar_by_tau(self.report, group)
        return sparkline([caar[tau] for tau in SPARK if tau in caar])

    @property
    def _versus(self) -> str:
        """What the benchmark is called: a fund that stands for an index is none."""
        return _("vs fund") if self.report.provenance.proxies else _("vs index")

    def tests(self, rows: Sequence[GroupRow]) -> tuple[Field, ...]:
        """The tests beside the headline."""
        return (
            self._groups(_("Sector"), rows),
            self.p(_("corrected p"), rows, lambda row: row.headline.p_family, 3),
            self.p(_("portfolio t"), rows, _p("p_portfolio")),
            self.p(_("adj. BMP"), rows, _p("p_adj_bmp")),
            self.p(_("GRANK-T"), rows, _p("p_grank"), 2),
            self.field(_("r-bar"), rows, lambda row: signed_cell(row.tests.get("rbar", math.nan), 2)),
        )

    def naive(self, rows: Sequence[GroupRow]) -> tuple[Field, ...]:
        """Tests that assume independence between stocks."""
        return (
            self._groups(_("Sector"), rows),
            self.p(_("Patell"), rows, _p("p_patell")),
            self.p(_("BMP"), rows, _p("p_bmp")),
        )

    def parts(self, rows: Sequence[GroupRow] | Sequence[StockRow], first: str) -> tuple[Field, ...]:
        """What the scores are made of, and how much they hang on it."""
        fields = [
            self.text(first, rows, lambda row: name_of(row.group if isinstance(row, GroupRow) else row.stock)),
            self.field(_("Score"), rows, lambda row: signed_cell(row.score.value, 0)),
            self.number(_("#"), rows, lambda row: row.score.rank, 0),
        ]
        fields += [
            Field(
                _(_PARTS[part]),
                tuple(signed_cell(row.score.parts.get(part, math.nan), 2) for row in rows),
                1,
            )
            for part in PARTS
        ]
        fields.append(self.number(_("steady %"), rows, lambda row: row.score.steady * 100, 0, 2))
        if any(math.isfinite(row.score.low) for row in rows):

            def ends(row: GroupRow | StockRow) -> Cell:
                return Cell(f"{signed(row.score.low, 0)} {signed(row.score.high, 0)}", row.score.low)

            fields.append(self.field(_("without one"), rows, ends, 3))
        return tuple(fields)

    def later(self, windows: Sequence[Window]) -> tuple[Field, ...]:
        """CAAR and headline p of every sector in further windows."""
        sectors = [row.group for row in self.report.sectors(self.report.leading)]
        of = {(row.group, row.window): row for row in self.report.impact.groups}
        fields = [self.text(_("Sector"), sectors, name_of)]
        for window in windows:
            rows = [of[group, window] for group in sectors]
            fields.append(Field(str(window), tuple(percent_cell(row.caar_ew, arrowed=True) for row in rows)))
            fields.append(self.p(_("p"), rows, lambda row: row.headline.p, 1))
            fields.append(self.lasting(rows))
        return tuple(fields)

    def spreads(self, rows: Sequence[SpreadRow]) -> tuple[Field, ...]:
        """Sector against sector in one window."""
        fields = [
            self.text(_("Spread"), rows, self._pair),
            self.percent(_("Mean %"), rows, lambda row: row.mean_return_ew, arrowed=True),
            self.percent(_("Cap-w. %"), rows, lambda row: row.mean_return_cw, 2),
        ]
        return (*fields, *(self._of_spreads(rows) if self.report.provenance.study else ()))

    def windows(self, rows: Sequence[SpreadRow]) -> tuple[Field, ...]:
        """One spread in each window."""
        return (
            self.text(_("Window"), rows, lambda row: str(row.window)),
            self.percent(_("Mean %"), rows, lambda row: row.mean_return_ew, arrowed=True),
            self.percent(_("Cap-w. %"), rows, lambda row: row.mean_return_cw, 4),
            *self._of_spreads(rows),
        )

    def _of_spreads(self, rows: Sequence[SpreadRow]) -> tuple[Field, ...]:
        return (
            self.percent(_("CAAR %"), rows, lambda row: row.caar_ew),
            self.field(_("95% interval"), rows, self._interval, 3),
            self.rank(rows, lambda row: row.headline),
            self.p(_("p"), rows, lambda row: row.headline.p),
            self.p(_("portfolio t"), rows, lambda row: row.p_portfolio, 3),
            self.p(_("KP two-sample"), rows, lambda row: row.p_kp, 4),
            self.number(_("detectable"), rows, lambda row: row.detectable * 100, 1, 5),
        )

    def _pair(self, row: SpreadRow) -> str:
        a, b = (name_of(self.report.group(label)) for label in (row.sector_a, row.sector_b))
        return _("{a} - {b}", a=a, b=b)

    def movers(self, winners: Sequence[StockRow], losers: Sequence[StockRow]) -> tuple[Field, ...]:
        """Winners on the left, losers on the right; cells stay empty where one side is shorter."""
        study = self.report.provenance.study
        longest = max(len(winners), len(losers))
        fields: list[Field] = []
        for header, rows in ((_("Winner"), winners), (_("Loser"), losers)):
            missing = (Cell(""),) * (longest - len(rows))
            side = [
                self.text(header, rows, self._starred),
                self.percent(_("Return %"), rows, lambda row: row.raw_return, arrowed=True),
            ]
            if study:
                side += [
                    self.percent(_("CAR %"), rows, lambda row: row.car, 1),
                    self.p(_("p"), rows, lambda row: row.placebo_p, 2),
                ]
            fields += [Field(one.header, (*one.cells, *missing), one.priority, one.right) for one in side]
        return tuple(fields)

    def abnormal(self, rows: Sequence[StockRow]) -> tuple[Field, ...]:
        """Abnormal returns of stocks, and how sure they are."""
        return (
            self.percent(_("CAR %"), rows, lambda row: row.car),
            self.field(_("95% interval"), rows, self._interval, 4),
            self.field(_("t"), rows, lambda row: signed_cell(row.scar, 1), 1),
            self.p(_("p"), rows, lambda row: row.placebo_p, 1),
        )

    def stocks(self, rows: Sequence[StockRow]) -> tuple[Field, ...]:
        """Stocks in one window."""
        printed = self.report.printed
        fields = [
            self.text(_("Ticker"), rows, lambda row: row.stock.ticker),
            self.text(_("Stock"), rows, self._starred),
            self.text(_("Sector"), rows, lambda row: name_of(self.report.group(row.stock.sector)), 4),
            self.percent(_("Return %"), rows, lambda row: row.raw_return, arrowed=True),
        ]
        if self.report.provenance.study:
            fields += [
                *self.abnormal(rows),
                self.score(rows, lambda row: row.score.value),
                self.number(_("Vol. x"), rows, lambda row: row.volume_ratio, 1, 3),
                self.text(_("Notes"), rows, lambda row: self.flags(row.flags), 1),
            ]
        elif printed:
            fields += [
                self.percent(self._versus, rows, lambda row: row.raw_return - row.benchmark_return, 5),
                self.text(_("Printed by"), rows, lambda row: printed[row.stock.ticker].published_by),
            ]
        return tuple(fields)

    def paths(self) -> tuple[Field, ...]:
        """CAAR of every sector by session; empty if the prices end with the event day."""
        sectors = [row.group for row in self.report.sectors(self.report.leading)]
        paths = [caar_by_tau(self.report, group) for group in sectors]
        return self.by_tau([(name_of(group), path) for group, path in zip(sectors, paths, strict=True)])

    def planted(self) -> tuple[Field, ...]:
        """Of a simulated market, the truth beside the estimates."""
        rows = self.report.planted
        return (
            self._groups(_("Sector"), rows),
            self.text(_("Window"), rows, lambda row: str(row.window)),
            self.percent(_("Planted"), rows, lambda row: row.planted),
            self.percent(_("Found"), rows, lambda row: row.found),
            self.field(
                _("95% interval"), rows, lambda row: Cell(f"{percent(row.low)} .. {percent(row.high)}", row.low)
            ),
            self.text(_("covered"), rows, lambda row: _("yes" if row.covered else "no")),
        )

    def flags(self, flags: Sequence[str]) -> str:
        """What must be known of a stock's figures."""
        return ", ".join(_(FLAGS[flag]) for flag in flags)

    def _starred(self, row: StockRow) -> str:
        """Name of a stock; a star marks a member of a group that was put together after the event."""
        star = " *" if self.report.group(row.stock.sector).post_hoc else ""
        return name_of(row.stock) + star

    def _groups(self, header: str, rows: Sequence[Any]) -> Field:
        return self.text(header, rows, lambda row: name_of(row.group))


def _p(name: str) -> Callable[[GroupRow], float]:
    """The p of one of the tests beside the headline."""
    return lambda row: row.tests.get(name, math.nan)
