"""The scan: what was looked at, highest and lowest scores, discovered groups, industries."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screener.analysis.discover import FEWEST_SESSIONS
from screener.analysis.scanned import ScanGroup, ScanStock
from screener.analysis.scores import LARGEST_Q
from screener.i18n import N_, _, language, name_of, ngettext
from screener.report.blocks import Cell, Field, Grid, Line, Page, Section, line
from screener.report.figures import HUNDRED_MILLION, direction, percent, probability, signed
from screener.report.pages import head
from screener.report.pages.columns import Columns
from screener.report.pages.grids import FLAGS
from screener.report.scan.forms import STRONGEST
from screener.report.scan.model import ScanReport
from screener.study.placebo import FEWEST_DATES

SHOWN = 12
"""Groups, and industries, that a summary shows."""
OVERLAPS = 2
"""Configured sectors that the page names beside a group."""


_LEFT_OUT = {
    "market": N_("{n} of another market"),
    "konex": N_("{n} of KONEX"),
    "preferreds": N_("{n} preferred"),
    "spacs": N_("{n} SPACs"),
    "small": N_("{n} worth less than {least} won"),
    "thin": N_("{n} traded for less than {least} won a day"),
    "administrative": N_("stocks under administration"),
    "no_estimation": N_("{n} without an estimation window"),
    "no_return": N_("{n} without a return over the window"),
    "no_placebo": N_("{n} with too few ordinary days to be ranked among"),
}
_UNKNOWN = {
    "small": N_("stocks of small capitalisation"),
    "thin": N_("thinly traded stocks"),
    "administrative": N_("stocks under administration (관리종목)"),
}
_VERDICTS = {
    "winner": N_("winner"),
    "loser": N_("loser"),
    "no clear effect": N_("no clear effect"),
}


def scan_page(report: ScanReport, top: int, *, full: bool = False) -> Page:
    """The page of `screener scan`.

    Args:
        report: the scan.
        top: stocks in each of the two tables.
        full: every group and industry.
    """
    page = _Scan(report, Columns(), top, len(report.scan.groups) if full else SHOWN)
    title = f"{head.title(report.event)} · {_('through the close of {as_of}', as_of=report.as_of)}"
    return Page(title, tuple(page.lead()), tuple(page.sections()))


@dataclass(frozen=True)
class _Scan:
    report: ScanReport
    columns: Columns
    top: int
    shown: int

    def sections(self) -> Iterator[Section]:
        yield from self._stocks()
        yield self._groups()
        yield self._industries()

    def lead(self) -> Iterator[Line]:
        """What was looked at, and what was left out."""
        report, scan = self.report, self.report.scan
        yield line(
            _("The whole market, blind · {event} · {window}", event=report.event.id, window=scan.window), "strong"
        )
        returns = report.provenance.benchmark_returns.items()
        indices = [_("{name} {value}%", name=name, value=percent(value)) for name, value in returns]
        if indices:
            yield line(_("Market: {indices}", indices=", ".join(indices)))
        counts = ", ".join(self._left_out(name, n) for name, n in scan.left_out.items() if n)
        day = report.event.base
        yield line(
            _(
                "{n} of {listed} stocks listed on {day}. Left out: {left_out}",
                day=day,
                listed=scan.listed,
                n=len(scan.stocks),
                left_out=counts or "-",
            )
        )
        unknown = [_(_UNKNOWN[name]) for name, n in scan.left_out.items() if n is None]
        yield line(_("Not known to the source, so not left out: {what}", what=", ".join(unknown)))
        for one in report.confounders:
            yield line(f"{_('What else moved prices in these windows')}: {one.day} {one.what.in_(language())}")
        yield head.source_line(report.provenance)

    def _left_out(self, name: str, n: int) -> str:
        least = {"small": self.report.filters.least_cap, "thin": self.report.filters.least_value}.get(name, 0.0)
        korean = language() == "ko"
        told = f"{least / HUNDRED_MILLION:g}억" if korean else f"{least / 1e6:,.0f} million"
        return _(_LEFT_OUT[name], n=n, least=told)

    def _stocks(self) -> Iterator[Section]:
        stocks = self.report.scan.stocks
        count = {verdict: sum(one.verdict == verdict for one in stocks) for verdict in ("winner", "loser")}
        yield Section(
            "verdicts",
            "",
            (
                line(
                    _(
                        "Stocks that stand after correction: {winners} winners, {losers} losers",
                        winners=count["winner"],
                        losers=count["loser"],
                    )
                ),
            ),
        )
        top, bottom = stocks[: self.top], stocks[max(len(stocks) - self.top, 0) :][::-1]
        both = self._of_stocks([*top, *bottom])
        between = len(stocks) - 2 * self.top
        more = (
            [
                line(
                    ngettext(
                        "and {n} more stock between the two ends: --top N, or --csv DIR",
                        "and {n} more stocks between the two ends: --top N, or --csv DIR",
                        between,
                    ),
                    "dim",
                )
            ]
            if between > 0
            else []
        )
        note = line(
            _(
                "Score in [-100, +100]: size among the market (percentile), certainty (1 - p), trading "
                "volume. q: among the ordinary days of all stocks, corrected for their number."
            ),
            "dim",
        )
        yield Section("winners", _("Highest scores"), (Grid(self._of_stocks(top), both), *more))
        yield Section("losers", _("Lowest scores"), (Grid(self._of_stocks(bottom), both), note))

    def _of_stocks(self, rows: Sequence[ScanStock]) -> tuple[Field, ...]:
        columns = self.columns
        return (
            columns.text(_("Ticker"), rows, lambda row: row.stock.ticker),
            columns.text(_("Stock"), rows, lambda row: name_of(row.stock)),
            columns.field(_("Score"), rows, lambda row: Cell(signed(row.score, 0), row.score, direction(row.score))),
            columns.percent(_("Return %"), rows, lambda row: row.raw_return, arrowed=True),
            columns.percent(_("CAR %"), rows, lambda row: row.car),
            columns.p(_("p"), rows, lambda row: row.placebo_p),
            columns.p(_("q"), rows, lambda row: row.q, 1),
            columns.number(_("Vol. x"), rows, lambda row: row.volume_ratio, 1, 2),
            columns.text(_("Verdict"), rows, lambda row: _(_VERDICTS[row.verdict]), 3),
            columns.field(_("Group"), rows, lambda row: Cell("" if row.group is None else str(row.group)), 4),
            columns.text(_("Sector"), rows, lambda row: " ".join(row.sectors), 5),
            columns.text(_("Notes"), rows, lambda row: ", ".join(_(FLAGS[flag]) for flag in row.flags), 6),
        )

    def _groups(self) -> Section:
        scan, columns = self.report.scan, self.columns
        if not scan.sessions:
            return Section(
                "groups",
                "",
                (
                    line(
                        _(
                            "Groups: none formed, for fewer than {needed} sessions stand before the event.",
                            needed=FEWEST_SESSIONS,
                        )
                    ),
                ),
            )
        rows = scan.groups[: self.shown]
        fields = (
            columns.number(_("No."), rows, lambda row: row.number, 0),
            columns.text(
                _("Strongest members"), rows, lambda row: ", ".join(name_of(one) for one in row.members[:STRONGEST])
            ),
            *self._of_groups(rows),
            columns.field(
                _("Ordinary"), rows, lambda row: Cell(f"{row.as_extreme}/{scan.ordinary}", row.as_extreme), 2
            ),
            columns.p(_("q"), rows, lambda row: row.headline.q),
            columns.p(_("q of t"), rows, lambda row: row.q_portfolio, 3),
            columns.text(_("Overlap"), rows, _overlap, 4),
        )
        body: list[Line | Grid] = [Grid(fields), *self._more(len(scan.groups)), line(self._standing(), "strong")]
        stirred = scan.stirred
        if math.isfinite(stirred.p):
            values = {"n": stirred.groups, "of": len(scan.groups), "as_many": stirred.as_many, "days": scan.ordinary}
            body.append(
                line(
                    _(
                        "{n} of {of} groups moved further than all but 5 % of ordinary ones; on {as_many} of "
                        "{days} ordinary sessions as large a share did (p {p}).",
                        **values,
                        p=probability(stirred.p),
                    )
                )
            )
        body.append(
            line(
                _(
                    "Formed by the correlation of market-model residuals over {sessions} sessions that end "
                    "{gap} before the event, never by the event itself.",
                    sessions=scan.sessions,
                    gap=self.report.rules.gap,
                ),
                "dim",
            )
        )
        body.append(
            line(
                _(
                    "Rank, p: among the group's own ordinary sessions. Ordinary: sessions on which the same "
                    "search found something as extreme. q: among all groups of those searches, corrected for "
                    "the number of groups. q of t: trusts normal tails and finds something on two of three "
                    "ordinary sessions, so it is no evidence. Overlap: share of the members in configured "
                    "sectors."
                ),
                "dim",
            )
        )
        return Section("groups", _("Groups that nobody listed: {n} found", n=len(scan.groups)), tuple(body))

    def _more(self, of: int) -> list[Line]:
        return [line(_("and {n} more: --full shows them", n=of - self.shown), "dim")] if of > self.shown else []

    def _standing(self) -> str:
        """Whether any group stands after correction."""
        scan, level = self.report.scan, f"{LARGEST_Q:.2f}"
        if not any(math.isfinite(one.headline.q) for one in scan.groups):
            return _(
                "No correction: the search could be repeated on {ordinary} ordinary sessions only, "
                "{needed} are needed.",
                ordinary=scan.ordinary,
                needed=FEWEST_DATES,
            )
        standing = sum(one.significant for one in scan.groups)
        if standing:
            return _("{n} stand after correction (q <= {level}).", n=standing, level=level)
        return _(
            "None stands after correction (q <= {level}): on {days} of {ordinary} ordinary sessions "
            "the same search found something as extreme as the first.",
            level=level,
            days=scan.groups[0].as_extreme,
            ordinary=scan.ordinary,
        )

    def _industries(self) -> Section:
        columns = self.columns
        every = self.report.scan.industries
        rows = every[: self.shown]
        if not rows:
            return Section(
                "industries",
                "",
                (line(_("Industries: this source has none; `screener sync` with an account fetches the exchange's.")),),
            )
        fields = (
            columns.text(_("Industry"), rows, lambda row: row.name),
            *self._of_groups(rows),
            columns.p(_("q"), rows, lambda row: row.headline.q),
            columns.p(_("corrected p"), rows, lambda row: row.headline.p_family, 2),
        )
        return Section("industries", _("Industries (the exchange's)"), (Grid(fields), *self._more(len(every))))

    def _of_groups(self, rows: Sequence[ScanGroup]) -> tuple[Field, ...]:
        columns = self.columns
        return (
            columns.number(_("n"), rows, lambda row: row.n, 0),
            columns.percent(_("Mean %"), rows, lambda row: row.mean_return, arrowed=True),
            columns.percent(_("CAAR %"), rows, lambda row: row.mean_car, 2),
            columns.number(_("Up %"), rows, lambda row: row.breadth_up * 100, 0, 5),
            columns.rank(rows, lambda row: row.headline),
            columns.p(_("p"), rows, lambda row: row.headline.p, 3),
        )


def _overlap(row: ScanGroup) -> str:
    first = list(row.overlap.items())[:OVERLAPS]
    return ", ".join(f"{name} {share * 100:.0f}%" for name, share in first)
