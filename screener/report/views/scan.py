"""The scan of a whole market: what was looked at, highest and lowest scores, discovered groups, industries."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from screener.analysis.discover import FEWEST_SESSIONS
from screener.analysis.scores import LARGEST_P
from screener.i18n import N_, _, language, ngettext
from screener.report.blocks import Grid, Key, Line, Page, Section, advised, line
from screener.report.formatting import money, probability
from screener.report.grids import GROUPS_FOUND, INDUSTRIES_FOUND, STOCKS_OF_MARKET
from screener.report.model import Report
from screener.report.rows import fields_of, group_names, names_in, news, rows_of
from screener.report.views import head, notes
from screener.study.placebo import FEWEST_FOR_LEVEL, LEVEL

_SHOWN = 12
"""Groups, and industries, that a summary shows."""
_MORE = N_("and {n} more")
_LEFT_OUT = {
    "market": N_("{n} on another market"),
    "konex": N_("{n} on KONEX"),
    "preferreds": N_("{n} preferred"),
    "spacs": N_("{n} SPACs"),
    "small": N_("{n} with a capitalisation below {least}"),
    "thin": N_("{n} with a traded value below {least} a day"),
    "administrative": N_("stocks under administration"),
    "no_estimation": N_("{n} without an estimation window"),
    "no_return": N_("{n} without a return over the window"),
    "no_placebo": N_("{n} with too few ordinary sessions for a rank"),
}
_UNKNOWN = {
    "small": N_("stocks of small capitalisation"),
    "thin": N_("thinly traded stocks"),
    "administrative": N_("stocks under administration (관리종목)"),
}


def scan_page(report: Report, top: int, *, full: bool = False) -> Page:
    """The page of `screener scan`: `top` stocks in each of the two tables; `full`: every group and industry."""
    view = _Scan(report, top, full=full)
    return Page.of(head.page_title(report), view.lead(), view.sections())


class _Scan:
    def __init__(self, report: Report, top: int, *, full: bool) -> None:
        assert report.scan is not None  # noqa: S101 - for the type alone
        frames, sectors = report.frames, group_names(report)
        self.report, self.facts, self.top = report, report.scan, top
        held = [", ".join(sectors[name] for name in names.split()) for names in frames.scan["sectors"]]
        self.stocks = rows_of(frames.scan.assign(name=names_in(frames.scan), sectors=held))
        shares = [{sectors[name]: share for name, share in row.items()} for row in frames.groups["overlap_shares"]]
        self.groups = rows_of(
            frames.groups.assign(
                strongest=frames.groups[f"strongest_{language()}"],
                overlap_shares=pd.Series(shares, frames.groups.index, dtype=object),
            )
        )
        self.shown = len(self.groups) if full else _SHOWN

    def sections(self) -> Iterator[Section]:
        yield from self._stocks()
        yield self._groups()
        yield self._industries()

    def lead(self) -> Iterator[Line]:
        """What was looked at, and what was left out."""
        report, facts = self.report, self.facts
        yield from head.closes(report)
        title = _("Whole-market scan · {event} · {window}", event=report.event.id, window=report.leading)
        yield line(title, "strong")
        yield from head.market(report.provenance)
        yield from head.day_check(report)
        counts = ", ".join(self._left_out(name, n) for name, n in facts.left_out.items() if n)
        text = _(
            "{n} of {listed} stocks listed on {day}. Left out: {left_out}",
            day=report.event.base,
            listed=facts.listed,
            n=len(self.stocks),
            left_out=counts or "-",
        )
        yield line(text)
        unknown = [_(_UNKNOWN[name]) for name, n in facts.left_out.items() if n is None]
        yield line(_("Not left out, because the source does not identify them: {what}", what=", ".join(unknown)))
        for happening in news(report.confounders(report.leading)):
            yield line(_("Other news in these windows: {news}", news=happening))
        yield head.source_line(report.provenance)

    def _left_out(self, name: str, n: int) -> str:
        filters = self.facts.filters
        least = {"small": filters.least_cap, "thin": filters.least_value}.get(name, 0.0)
        return _(_LEFT_OUT[name], n=n, least=money(least))

    def _stocks(self) -> Iterator[Section]:
        stocks, top = self.stocks, self.top
        winners, losers = (sum(row.verdict == verdict for row in stocks) for verdict in ("winner", "loser"))
        text = _(
            "Stocks with a q of {level} or less: {winners}, {losers}",
            level=f"{LARGEST_P:.2f}",
            winners=ngettext("{n} winner", "{n} winners", winners),
            losers=ngettext("{n} loser", "{n} losers", losers),
        )
        if stocks and all(row.verdict == "cannot be tested" for row in stocks):
            n = self.report.provenance.placebo_sessions
            text = ngettext(
                "Stocks cannot be tested: {n} ordinary session, {needed} are required.",
                "Stocks cannot be tested: {n} ordinary sessions, {needed} are required.",
                n,
                needed=FEWEST_FOR_LEVEL,
            )
        moved = self.facts.moved
        usual = _(
            "With p <= .05: {beyond} of {stocks} stocks; {expected} are expected by chance. On {sessions} ordinary "
            "sessions: median {usual}, range {least} to {most}.",
            beyond=f"{moved.beyond:,}",
            stocks=f"{moved.stocks:,}",
            expected=f"{LEVEL * moved.stocks:,.0f}",
            sessions=moved.sessions,
            usual=f"{moved.usual:,.0f}",
            least=f"{moved.least:,}",
            most=f"{moved.most:,}",
        )
        withheld = sum(row.verdict == "withheld" for row in stocks)
        more = ngettext("Verdict withheld: {n} stock", "Verdict withheld: {n} stocks", withheld)
        yield Section.of(Key.VERDICTS, "", line(text), *([line(more)] if withheld else []), line(usual))
        highest, lowest = stocks[:top], stocks[max(len(stocks) - top, 0) :][::-1]
        both = fields_of([*highest, *lowest], STOCKS_OF_MARKET)
        between = len(stocks) - 2 * top
        left = ngettext(
            "and {n} more stock in between",
            "and {n} more stocks in between",
            between,
        )
        hidden = advised(left if between > 0 else "", _(": --top N, or --csv DIR"))
        note = _(
            "Score in [-100, +100]: size of the move (percentile within the market), certainty (1 - p), trading "
            "volume. Pooled p: rank among the ordinary sessions of all stocks. q: pooled p adjusted for the number "
            "of stocks (Benjamini-Hochberg)."
        )
        grids = [Grid(fields_of(rows, STOCKS_OF_MARKET), both) for rows in (highest, lowest)]
        yield Section.of(
            Key.WINNERS,
            _("Highest scores"),
            grids[0],
            hidden,
        )
        yield Section.of(Key.LOSERS, _("Lowest scores"), grids[1], note)

    def _groups(self) -> Section:
        facts, groups = self.facts, self.groups
        if not facts.formed_on:
            text = _(
                "Groups: none formed; there are fewer than {needed} sessions before the event.", needed=FEWEST_SESSIONS
            )
            return Section.of(Key.GROUPS, "", line(text))
        stirred, moved = facts.stirred, ""
        if math.isfinite(stirred.p):
            moved = _(
                "{n} of {of} groups are beyond the 95th percentile of ordinary groups; the share was as large on "
                "{as_many} of {days} ordinary sessions (p {p}).",
                n=stirred.groups,
                of=len(groups),
                as_many=stirred.as_many,
                days=facts.ordinary,
                p=probability(stirred.p),
            )
        formed = _(
            "Groups come from the correlation of market-model residuals over {sessions} sessions that end {gap} "
            "before the event; the event itself is not used.",
            sessions=facts.formed_on,
            gap=self.report.rules.gap,
        )
        legend = _(
            "Rank: among the group's own ordinary sessions. Ordinary: sessions on which the same search found a "
            "group as extreme. Pooled p: among all groups of those searches. q: pooled p adjusted for the number "
            "of groups (Benjamini-Hochberg). q of t: assumes normal tails and is significant on two of three "
            "ordinary sessions, so it is not evidence. Overlap: share of the members in configured sectors."
        )
        return Section.of(
            Key.GROUPS,
            _("Data-driven groups: {n} found", n=len(groups)),
            Grid(fields_of(groups[: self.shown], GROUPS_FOUND)),
            advised(notes.more(_MORE, len(groups) - self.shown), _(": --full shows them")),
            line(self._standing(), "strong"),
            *([line(moved)] if moved else []),
            formed,
            legend,
        )

    def _standing(self) -> str:
        """Whether any group has a q that is small enough."""
        ordinary, level = self.facts.ordinary, f"{LARGEST_P:.2f}"
        if not any(math.isfinite(row.q) for row in self.groups):
            return _(
                "No q: the search could be repeated on only {ordinary} ordinary sessions; {needed} are required.",
                ordinary=ordinary,
                needed=FEWEST_FOR_LEVEL,
            )
        if standing := sum(row.q <= LARGEST_P for row in self.groups):
            return ngettext(
                "{n} has a q of {level} or less.",
                "{n} have a q of {level} or less.",
                standing,
                level=level,
            )
        return _(
            "None has a q of {level} or less: the same search found a group as extreme as the first on {days} of "
            "{ordinary} ordinary sessions.",
            level=level,
            days=self.groups[0].as_extreme,
            ordinary=ordinary,
        )

    def _industries(self) -> Section:
        rows = rows_of(self.report.frames.industries)
        if not rows:
            advice = _(" `screener sync` with an account fetches the exchange's.")
            return Section.of(Key.INDUSTRIES, "", advised(_("Industries: not available from this source."), advice))
        return Section.of(
            Key.INDUSTRIES,
            _("Industries (the exchange's)"),
            Grid(fields_of(rows[: self.shown], INDUSTRIES_FOUND)),
            advised(notes.more(_MORE, len(rows) - self.shown), _(": --full shows them")),
        )
