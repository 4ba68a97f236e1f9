"""The columns of every terminal table, in the order in which they are given up when there is no room."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from screener.report.figures import Figures, number, percent, probability, signed
from screener.report.layout import Field
from screener.report.model import Report
from screener.screens.results import GroupRow, SpreadRow, StockRow, Window
from screener.screens.scores import PARTS
from screener.words import Words

PATH_TAUS = (-5, -3, -1, 0, 1, 2, 3, 5, 7, 10, 15, 20)
"""Sessions of a path that are shown, if there is room."""


@dataclass(frozen=True)
class Grids:
    """Fields of each table of one report; what a newspaper's selection cannot carry is not among them."""

    report: Report
    words: Words
    figures: Figures

    def groups(self, rows: Sequence[GroupRow], first: str) -> list[Field]:
        """Sectors or themes in one window."""
        fields = [
            self._names(first, [self.words.name(row.group) for row in rows]),
            self._field("col_n", rows, lambda row: Text(str(row.n))),
            self._percent("col_mean", rows, lambda row: row.mean_return_ew, arrow=True),
            self._percent("col_cap", rows, lambda row: row.mean_return_cw, 3),
            self._percent("col_median", rows, lambda row: row.median_return, 2),
            self._field("col_up", rows, lambda row: Text(number(row.breadth_up * 100, 0))),
            self._percent(self._versus, rows, lambda row: row.mean_return_ew - row.benchmark_return, 4),
        ]
        if self.report.provenance.study:
            fields += [
                self._percent("col_caar", rows, lambda row: row.caar_ew, arrow=True),
                *self._headline(rows),
                self._field("col_q", rows, lambda row: Text(probability(row.headline.q)), 1),
                self._score(rows),
                self._field("col_volume", rows, lambda row: Text(number(row.volume_ratio, 1)), 5),
            ]
        return fields

    @property
    def _versus(self) -> str:
        """What the benchmark is called: a fund that stands for an index is none."""
        return "col_vs_fund" if self.report.provenance.proxies else "col_vs_index"

    def tests(self, rows: Sequence[GroupRow]) -> list[Field]:
        """The tests beside the headline."""
        return [
            self._names("col_sector", [self.words.name(row.group) for row in rows]),
            self._field("col_p_family", rows, lambda row: Text(probability(row.headline.p_family)), 3),
            self._field("col_portfolio", rows, _p("p_portfolio")),
            self._field("col_adj_bmp", rows, _p("p_adj_bmp")),
            self._field("col_grank", rows, _p("p_grank"), 2),
            self._field("col_rbar", rows, lambda row: Text(signed(row.tests.get("rbar", math.nan), 2))),
        ]

    def naive(self, rows: Sequence[GroupRow]) -> list[Field]:
        """Tests that assume independence between stocks."""
        return [
            self._names("col_sector", [self.words.name(row.group) for row in rows]),
            self._field("col_patell", rows, _p("p_patell")),
            self._field("col_bmp", rows, _p("p_bmp")),
        ]

    def parts(self, rows: Sequence[GroupRow] | Sequence[StockRow], first: str) -> list[Field]:
        """What the scores are made of, and how much they hang on it."""
        names = [self.words.name(row.group if isinstance(row, GroupRow) else row.stock) for row in rows]
        fields = [
            self._names(first, names),
            self._field("col_score", rows, lambda row: Text(signed(row.score.value, 0))),
            self._field("col_place", rows, lambda row: Text(number(row.score.rank, 0))),
        ]
        for part in PARTS:
            known = [row.score.parts.get(part, math.nan) for row in rows]
            fields.append(Field(self.words(f"col_{part}"), [Text(signed(value, 2)) for value in known], 1))
        fields.append(self._field("col_steady", rows, lambda row: Text(number(row.score.steady * 100, 0)), 2))
        ends = [f"{signed(row.score.low, 0)} {signed(row.score.high, 0)}" for row in rows]
        if any(math.isfinite(row.score.low) for row in rows):
            fields.append(Field(self.words("col_left_out"), [Text(text) for text in ends], 3))
        return fields

    def _score(self, rows: Sequence[GroupRow] | Sequence[StockRow]) -> Field:
        return self._field("col_score", rows, lambda row: Text(signed(row.score.value, 0)), 2)

    def later(self, windows: Sequence[Window]) -> list[Field]:
        """CAAR and headline p of every sector in further windows."""
        sectors = [row.group for row in self.report.sectors(self.report.leading)]
        of = {(row.group, row.window): row for row in self.report.impact.groups}
        fields = [self._names("col_sector", [self.words.name(group) for group in sectors])]
        for window in windows:
            rows = [of[group, window] for group in sectors]
            fields.append(Field(str(window), [self.figures.percent(row.caar_ew, arrow=True) for row in rows]))
            fields.append(Field("p", [Text(probability(row.headline.p)) for row in rows], 1))
            lasting = [self.words(f"lasting_{row.lasting.what}") if row.lasting.what else "-" for row in rows]
            fields.append(Field(self.words("col_lasting"), [Text(word) for word in lasting], 2, right=False))
        return fields

    def spreads(self, rows: Sequence[SpreadRow]) -> list[Field]:
        """Sector against sector in one window."""
        pairs = [(self.words.name(self.report.group(row.sector_a)), row.sector_b) for row in rows]
        names = [self.words("minus", a=a, b=self.words.name(self.report.group(b))) for a, b in pairs]
        fields = [
            self._names("col_pair", names),
            self._percent("col_mean", rows, lambda row: row.mean_return_ew, arrow=True),
            self._percent("col_cap", rows, lambda row: row.mean_return_cw, 2),
        ]
        if self.report.provenance.study:
            fields += [
                self._percent("col_caar", rows, lambda row: row.caar_ew),
                *self._headline(rows),
                self._field("col_portfolio", rows, lambda row: Text(probability(row.p_portfolio)), 3),
                self._field("col_kp", rows, lambda row: Text(probability(row.p_kp)), 4),
                self._field("col_detectable", rows, lambda row: Text(number(row.detectable * 100, 1)), 5),
            ]
        return fields

    def stocks(self, rows: Sequence[StockRow]) -> list[Field]:
        """Stocks in one window."""
        printed = self.report.printed
        fields = [
            self._field("col_ticker", rows, lambda row: Text(row.stock.ticker), right=False),
            self._names("col_stock", [self.words.name(row.stock) for row in rows]),
            self._field("col_sector", rows, lambda row: Text(self._sector(row.stock.sector)), 4, right=False),
            self._percent("col_return", rows, lambda row: row.raw_return, arrow=True),
        ]
        if self.report.provenance.study:
            fields += [
                self._percent("col_car", rows, lambda row: row.car),
                self._field("col_t", rows, lambda row: Text(signed(row.scar, 1))),
                self._field("col_p", rows, lambda row: Text(probability(row.placebo_p)), 2),
                self._score(rows),
                self._field("col_volume", rows, lambda row: Text(number(row.volume_ratio, 1)), 3),
                self._field("col_flags", rows, lambda row: Text(self._flags(row)), 1, right=False),
            ]
        elif printed:
            fields += [
                self._percent(self._versus, rows, lambda row: row.raw_return - row.benchmark_return, 5),
                self._field("col_printed", rows, lambda row: Text(printed[row.stock.ticker].published_by), right=False),
            ]
        return fields

    def paths(self) -> list[Field]:
        """CAAR of every sector by session; empty if the prices end with the event day."""
        sectors = [row.group for row in self.report.sectors(self.report.leading)]
        caar = {(point.group, point.tau): point.caar for point in self.report.impact.paths}
        taus = [tau for tau in PATH_TAUS if any((group, tau) in caar for group in sectors)]
        if not taus or taus[-1] <= 0:
            return []
        fields = [self._names("col_sector", [self.words.name(group) for group in sectors])]
        for tau in taus:
            cells = [self.figures.percent(caar.get((group, tau), math.nan)) for group in sectors]
            fields.append(Field(f"{tau:+d}" if tau else "0", cells, 0 if tau in (0, taus[-1]) else abs(tau)))
        return fields

    def planted(self) -> list[Field]:
        """Of a simulated market, the truth beside the estimates."""
        rows = self.report.planted
        return [
            self._names("col_sector", [self.words.name(row.group) for row in rows]),
            self._field("col_window", rows, lambda row: Text(str(row.window))),
            self._percent("col_planted", rows, lambda row: row.planted),
            self._percent("col_found", rows, lambda row: row.found),
            self._field("col_interval", rows, lambda row: Text(f"{percent(row.low)} .. {percent(row.high)}")),
            self._field("col_covered", rows, lambda row: Text(self.words("yes" if row.covered else "no")), right=False),
        ]

    def _headline(self, rows: Sequence[GroupRow] | Sequence[SpreadRow]) -> list[Field]:
        """Rank among ordinary sessions, and p."""

        def rank(row: GroupRow | SpreadRow) -> Text:
            known = math.isfinite(row.headline.rank)
            return Text(f"{row.headline.rank:.0f}/{row.headline.n}" if known else "-")

        return [
            self._field("col_rank", rows, rank, 1),
            self._field("col_p", rows, lambda row: Text(probability(row.headline.p))),
        ]

    def _flags(self, row: StockRow) -> str:
        return ", ".join(self.words(f"flag_{flag}") for flag in row.flags)

    def _sector(self, sector: str) -> str:
        return self.words.name(self.report.group(sector))

    def _names(self, header: str, names: Sequence[str]) -> Field:
        return Field(self.words(header), [Text(name) for name in names], right=False)

    def _field(
        self, header: str, rows: Sequence[Any], cell: Callable[[Any], Text], priority: int = 0, *, right: bool = True
    ) -> Field:
        return Field(self.words(header), [cell(row) for row in rows], priority, right)

    def _percent(
        self, header: str, rows: Sequence[Any], value: Callable[[Any], float], priority: int = 0, *, arrow: bool = False
    ) -> Field:
        return self._field(header, rows, lambda row: self.figures.percent(value(row), arrow=arrow), priority)


def _p(name: str) -> Callable[[GroupRow], Text]:
    """Cell of the p of one of the tests beside the headline."""
    return lambda row: Text(probability(row.tests.get(name, math.nan)))
