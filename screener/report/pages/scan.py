"""The scan: what was looked at, highest and lowest scores, discovered groups, industries."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screener.analysis.discover import FEWEST_SESSIONS
from screener.analysis.scanned import ScanGroup, ScanStock
from screener.analysis.scores import LARGEST_Q
from screener.report.blocks import Cell, Field, Grid, Line, Page, Section, line
from screener.report.figures import HUNDRED_MILLION, direction, percent, probability, signed
from screener.report.pages import head
from screener.report.pages.columns import Columns
from screener.report.scan.forms import STRONGEST
from screener.report.scan.model import ScanReport
from screener.study.placebo import FEWEST_DATES
from screener.words import Words

SHOWN = 12
"""Groups, and industries, that a summary shows."""
OVERLAPS = 2
"""Configured sectors that the page names beside a group."""


def scan_page(report: ScanReport, words: Words, top: int, *, full: bool = False) -> Page:
    """The page of `screener scan`.

    Args:
        report: the scan.
        words: its language.
        top: stocks in each of the two tables.
        full: every group and industry.
    """
    page = _Scan(report, words, Columns(words), top, len(report.scan.groups) if full else SHOWN)
    title = f"{head.title(report.event, words)} · {words('as_of', as_of=report.as_of)}"
    return Page(title, tuple(page.lead()), tuple(page.sections()))


@dataclass(frozen=True)
class _Scan:
    report: ScanReport
    words: Words
    columns: Columns
    top: int
    shown: int

    def sections(self) -> Iterator[Section]:
        yield from self._stocks()
        yield self._groups()
        yield self._industries()

    def lead(self) -> Iterator[Line]:
        """What was looked at, and what was left out."""
        report, words, scan = self.report, self.words, self.report.scan
        yield line(words("scan_title", event=report.event.id, window=scan.window), "strong")
        returns = report.provenance.benchmark_returns.items()
        indices = [words("change", name=name, value=percent(value)) for name, value in returns]
        if indices:
            yield line(words("verdict_market", indices=", ".join(indices)))
        counts = ", ".join(self._left_out(name, n) for name, n in scan.left_out.items() if n)
        day = report.event.base
        yield line(words("scan_counts", day=day, listed=scan.listed, n=len(scan.stocks), left_out=counts or "-"))
        unknown = [words(f"what_{name}") for name, n in scan.left_out.items() if n is None]
        yield line(words("scan_not_known", what=", ".join(unknown)))
        for one in report.confounders:
            yield line(f"{words('confounders')}: {one.day} {one.what.in_(words.language)}")
        yield head.source_line(report.provenance, words)

    def _left_out(self, name: str, n: int) -> str:
        least = {"small": self.report.filters.least_cap, "thin": self.report.filters.least_value}.get(name, 0.0)
        korean = self.words.language == "ko"
        told = f"{least / HUNDRED_MILLION:g}억" if korean else f"{least / 1e6:,.0f} million"
        return self.words(f"out_{name}", n=n, least=told)

    def _stocks(self) -> Iterator[Section]:
        stocks, words = self.report.scan.stocks, self.words
        count = {verdict: sum(one.verdict == verdict for one in stocks) for verdict in ("winner", "loser")}
        yield Section("verdicts", "", (line(words("scan_verdicts", winners=count["winner"], losers=count["loser"])),))
        top, bottom = stocks[: self.top], stocks[max(len(stocks) - self.top, 0) :][::-1]
        both = self._of_stocks([*top, *bottom])
        between = len(stocks) - 2 * self.top
        more = [line(words("more_top", n=between), "dim")] if between > 0 else []
        note = line(words("scan_score_note"), "dim")
        yield Section("winners", words("scan_top"), (Grid(self._of_stocks(top), both), *more))
        yield Section("losers", words("scan_bottom"), (Grid(self._of_stocks(bottom), both), note))

    def _of_stocks(self, rows: Sequence[ScanStock]) -> tuple[Field, ...]:
        words, columns = self.words, self.columns
        return (
            columns.text("col_ticker", rows, lambda row: row.stock.ticker),
            columns.text("col_stock", rows, lambda row: words.name(row.stock)),
            columns.field("col_score", rows, lambda row: Cell(signed(row.score, 0), row.score, direction(row.score))),
            columns.percent("col_return", rows, lambda row: row.raw_return, arrowed=True),
            columns.percent("col_car", rows, lambda row: row.car),
            columns.p("col_p", rows, lambda row: row.placebo_p),
            columns.p("col_q", rows, lambda row: row.q, 1),
            columns.number("col_volume", rows, lambda row: row.volume_ratio, 1, 2),
            columns.text("col_verdict", rows, lambda row: words(f"verdict_{row.verdict}"), 3),
            columns.field("col_group", rows, lambda row: Cell("" if row.group is None else str(row.group)), 4),
            columns.text("col_sector", rows, lambda row: " ".join(row.sectors), 5),
            columns.text("col_flags", rows, lambda row: ", ".join(words(f"flag_{flag}") for flag in row.flags), 6),
        )

    def _groups(self) -> Section:
        scan, words, columns = self.report.scan, self.words, self.columns
        if not scan.sessions:
            return Section("groups", "", (line(words("scan_too_short", needed=FEWEST_SESSIONS)),))
        rows = scan.groups[: self.shown]
        fields = (
            columns.number("col_number", rows, lambda row: row.number, 0),
            columns.text(
                "col_strongest", rows, lambda row: ", ".join(words.name(one) for one in row.members[:STRONGEST])
            ),
            *self._of_groups(rows),
            columns.field(
                "col_as_extreme", rows, lambda row: Cell(f"{row.as_extreme}/{scan.ordinary}", row.as_extreme), 2
            ),
            columns.p("col_q", rows, lambda row: row.headline.q),
            columns.p("col_q_portfolio", rows, lambda row: row.q_portfolio, 3),
            columns.text("col_overlap", rows, _overlap, 4),
        )
        body: list[Line | Grid] = [Grid(fields), *self._more(len(scan.groups)), line(self._standing(), "strong")]
        stirred = scan.stirred
        if math.isfinite(stirred.p):
            values = {"n": stirred.groups, "of": len(scan.groups), "as_many": stirred.as_many, "days": scan.ordinary}
            body.append(line(words("scan_stirred", **values, p=probability(stirred.p))))
        body.append(line(words("scan_formed", sessions=scan.sessions, gap=self.report.rules.gap), "dim"))
        body.append(line(words("scan_groups_note"), "dim"))
        return Section("groups", words("scan_groups", n=len(scan.groups)), tuple(body))

    def _more(self, of: int) -> list[Line]:
        return [line(self.words("more_full_line", n=of - self.shown), "dim")] if of > self.shown else []

    def _standing(self) -> str:
        """Whether any group stands after correction."""
        scan, level = self.report.scan, f"{LARGEST_Q:.2f}"
        if not any(math.isfinite(one.headline.q) for one in scan.groups):
            return self.words("scan_no_q", ordinary=scan.ordinary, needed=FEWEST_DATES)
        standing = sum(one.significant for one in scan.groups)
        if standing:
            return self.words("scan_standing", n=standing, level=level)
        return self.words("scan_none_stands", level=level, days=scan.groups[0].as_extreme, ordinary=scan.ordinary)

    def _industries(self) -> Section:
        words, columns = self.words, self.columns
        every = self.report.scan.industries
        rows = every[: self.shown]
        if not rows:
            return Section("industries", "", (line(words("scan_no_industries")),))
        fields = (
            columns.text("col_industry", rows, lambda row: row.name),
            *self._of_groups(rows),
            columns.p("col_q", rows, lambda row: row.headline.q),
            columns.p("col_p_family", rows, lambda row: row.headline.p_family, 2),
        )
        return Section("industries", words("scan_industries"), (Grid(fields), *self._more(len(every))))

    def _of_groups(self, rows: Sequence[ScanGroup]) -> tuple[Field, ...]:
        columns = self.columns
        return (
            columns.number("col_n", rows, lambda row: row.n, 0),
            columns.percent("col_mean", rows, lambda row: row.mean_return, arrowed=True),
            columns.percent("col_caar", rows, lambda row: row.mean_car, 2),
            columns.number("col_up", rows, lambda row: row.breadth_up * 100, 0, 5),
            columns.rank(rows, lambda row: row.headline),
            columns.p("col_p", rows, lambda row: row.headline.p, 3),
        )


def _overlap(row: ScanGroup) -> str:
    first = list(row.overlap.items())[:OVERLAPS]
    return ", ".join(f"{name} {share * 100:.0f}%" for name, share in first)
