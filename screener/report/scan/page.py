"""The scan in a terminal: what was looked at, highest and lowest scores, industries, discovered groups."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from screener.report.figures import Figures, number, probability, signed
from screener.report.layout import Field, fitting, table
from screener.report.scan.model import ScanReport
from screener.report.scan.tables import STRONGEST
from screener.report.terminal import Style, printed, told_source
from screener.screens.discover import FEWEST_SESSIONS
from screener.screens.scanned import ScanGroup, ScanStock
from screener.screens.scores import LARGEST_Q
from screener.study.placebo import FEWEST_DATES
from screener.words import Words

SHOWN = 12
"""Groups, and industries, that the page shows; the CSV holds all."""
OVERLAPS = 2
"""Configured sectors that the page names beside a group."""
_HUNDRED_MILLION = 1e8


def render(report: ScanReport, style: Style, top: int) -> str:
    """The scan as text, with colour codes if `style.colour`; every line ends with a newline.

    Args:
        report: the scan.
        style: how it looks.
        top: stocks in each of the two tables.
    """
    return printed(_Page(report, style, top).blocks(), style)


class _Page:
    def __init__(self, report: ScanReport, style: Style, top: int) -> None:
        self.report, self.style, self.top, self.words = report, style, top, Words(style.language)
        self.figures = Figures(style.palette, style.ascii)

    def blocks(self) -> Iterator[RenderableType]:
        yield from self._head()
        yield from self._stocks()
        yield from self._groups()
        yield from self._industries()

    def _head(self) -> Iterator[RenderableType]:
        report, words, scan = self.report, self.words, self.report.scan
        event = report.event
        title = words("title", event=event.name.in_(words.language), event_day=event.event_day, base=event.base)
        yield Text(f"{title} · {words('as_of', as_of=report.as_of)}", style="bold")
        yield Text(words("scan_title", event=event.id, window=scan.window), style="bold")
        returns = report.provenance.benchmark_returns.items()
        indices = [words("change", name=name, value=f"{value * 100:+.2f}") for name, value in returns]
        if indices:
            yield Text(words("verdict_market", indices=", ".join(indices)))
        counts = ", ".join(self._left_out(name, n) for name, n in scan.left_out.items() if n)
        yield Text(words("scan_counts", day=event.base, listed=scan.listed, n=len(scan.stocks), left_out=counts or "-"))
        unknown = [words(f"what_{name}") for name, n in scan.left_out.items() if n is None]
        yield Text(words("scan_not_known", what=", ".join(unknown)))
        for one in report.confounders:
            yield Text(f"{words('confounders')}: {one.day} {one.what.in_(words.language)}")
        source = report.provenance
        said = words(
            "source_line",
            source=told_source(source, words),
            sessions=source.sessions,
            first=source.first_session,
            last=source.last_session,
            benchmark=source.benchmark,
        )
        yield Text(said, style="dim")

    def _left_out(self, name: str, n: int) -> str:
        least = {"small": self.report.filters.least_cap, "thin": self.report.filters.least_value}.get(name, 0.0)
        korean = self.words.language == "ko"
        told = f"{least / _HUNDRED_MILLION:g}억" if korean else f"{least / 1e6:,.0f} million"
        return self.words(f"out_{name}", n=n, least=told)

    def _stocks(self) -> Iterator[RenderableType]:
        stocks = self.report.scan.stocks
        count = {verdict: sum(one.verdict == verdict for one in stocks) for verdict in ("winner", "loser")}
        yield Text()
        yield Text(self.words("scan_verdicts", winners=count["winner"], losers=count["loser"]))
        top, bottom = stocks[: self.top], stocks[max(len(stocks) - self.top, 0) :][::-1]
        # Both tables have the same columns: those that fit the wider one.
        headers = [field.header for field in fitting(self._of_stocks([*top, *bottom]), self.style.width)]
        for title, rows in (("scan_top", top), ("scan_bottom", bottom)):
            fields = [field for field in self._of_stocks(rows) if field.header in headers]
            yield from self._section(title, fields)
        yield Text(self.words("scan_score_note"), style="dim")

    def _of_stocks(self, rows: Sequence[ScanStock]) -> list[Field]:
        words = self.words
        return [
            self._field("col_ticker", rows, lambda row: Text(row.stock.ticker), right=False),
            self._field("col_stock", rows, lambda row: Text(words.name(row.stock)), right=False),
            self._field("col_score", rows, lambda row: Text(signed(row.score, 0), self.figures.colour(row.score))),
            self._percent("col_return", rows, lambda row: row.raw_return, arrow=True),
            self._percent("col_car", rows, lambda row: row.car),
            self._field("col_p", rows, lambda row: Text(probability(row.placebo_p))),
            self._field("col_q", rows, lambda row: Text(probability(row.q)), 1),
            self._field("col_volume", rows, lambda row: Text(number(row.volume_ratio, 1)), 2),
            self._field("col_verdict", rows, lambda row: Text(words(f"verdict_{row.verdict}")), 3, right=False),
            self._field("col_group", rows, lambda row: Text("" if row.group is None else str(row.group)), 4),
            self._field("col_sector", rows, lambda row: Text(" ".join(row.sectors)), 5, right=False),
            self._field("col_flags", rows, lambda row: Text(self._flags(row.flags)), 6, right=False),
        ]

    def _groups(self) -> Iterator[RenderableType]:
        scan, words = self.report.scan, self.words
        if not scan.sessions:
            yield Text()
            yield Text(words("scan_too_short", needed=FEWEST_SESSIONS))
            return
        rows = scan.groups[:SHOWN]
        names = [", ".join(words.name(one) for one in row.members[:STRONGEST]) for row in rows]
        fields = [
            self._field("col_number", rows, lambda row: Text(str(row.number))),
            Field(words("col_strongest"), [Text(name) for name in names], right=False),
            *self._of_groups(rows),
            self._field("col_as_extreme", rows, lambda row: Text(f"{row.as_extreme}/{scan.ordinary}"), 2),
            self._field("col_q", rows, lambda row: Text(probability(row.headline.q))),
            self._field("col_q_portfolio", rows, lambda row: Text(probability(row.q_portfolio)), 3),
            self._field("col_overlap", rows, lambda row: Text(_overlap(row)), 4, right=False),
        ]
        yield from self._section("scan_groups", fields, n=len(scan.groups))
        yield Text(self._standing(), style="bold")
        stirred = scan.stirred
        if math.isfinite(stirred.p):
            values = {"n": stirred.groups, "of": len(scan.groups), "as_many": stirred.as_many, "days": scan.ordinary}
            yield Text(words("scan_stirred", **values, p=probability(stirred.p)))
        yield Text(words("scan_formed", sessions=scan.sessions, gap=self.report.rules.gap), style="dim")
        yield Text(words("scan_groups_note"), style="dim")

    def _standing(self) -> str:
        """Whether any group stands after correction."""
        scan, level = self.report.scan, f"{LARGEST_Q:.2f}"
        if not any(math.isfinite(one.headline.q) for one in scan.groups):
            return self.words("scan_no_q", ordinary=scan.ordinary, needed=FEWEST_DATES)
        standing = sum(one.significant for one in scan.groups)
        if standing:
            return self.words("scan_standing", n=standing, level=level)
        return self.words("scan_none_stands", level=level, days=scan.groups[0].as_extreme, ordinary=scan.ordinary)

    def _industries(self) -> Iterator[RenderableType]:
        rows = self.report.scan.industries[:SHOWN]
        if not rows:
            yield Text()
            yield Text(self.words("scan_no_industries"))
            return
        fields = [
            self._field("col_industry", rows, lambda row: Text(row.name), right=False),
            *self._of_groups(rows),
            self._field("col_q", rows, lambda row: Text(probability(row.headline.q))),
            self._field("col_p_family", rows, lambda row: Text(probability(row.headline.p_family)), 2),
        ]
        yield from self._section("scan_industries", fields)

    def _of_groups(self, rows: Sequence[ScanGroup]) -> list[Field]:
        def rank(row: ScanGroup) -> Text:
            known = math.isfinite(row.headline.rank)
            return Text(f"{row.headline.rank:.0f}/{row.headline.n}" if known else "-")

        return [
            self._field("col_n", rows, lambda row: Text(str(row.n))),
            self._percent("col_mean", rows, lambda row: row.mean_return, arrow=True),
            self._percent("col_caar", rows, lambda row: row.mean_car, 2),
            self._field("col_up", rows, lambda row: Text(number(row.breadth_up * 100, 0)), 5),
            self._field("col_rank", rows, rank, 1),
            self._field("col_p", rows, lambda row: Text(probability(row.headline.p)), 3),
        ]

    def _section(self, title: str, fields: Sequence[Field], **values: Any) -> Iterator[RenderableType]:
        yield Text()
        yield Text(self.words(title, **values), style="bold")
        yield table(fields, self.style.width, ascii_only=self.style.ascii)

    def _flags(self, flags: Sequence[str]) -> str:
        return ", ".join(self.words(f"flag_{flag}") for flag in flags)

    def _field(
        self, header: str, rows: Sequence[Any], cell: Callable[[Any], Text], priority: int = 0, *, right: bool = True
    ) -> Field:
        return Field(self.words(header), [cell(row) for row in rows], priority, right)

    def _percent(
        self, header: str, rows: Sequence[Any], value: Callable[[Any], float], priority: int = 0, *, arrow: bool = False
    ) -> Field:
        return self._field(header, rows, lambda row: self.figures.percent(value(row), arrow=arrow), priority)


def _overlap(row: ScanGroup) -> str:
    first = list(row.overlap.items())[:OVERLAPS]
    return ", ".join(f"{name} {share * 100:.0f}%" for name, share in first)
