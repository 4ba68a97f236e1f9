"""The report: verdict, sectors, winners and losers, how it went on, what stands beside it, what was left out.

Its summary fits one screen of 100 x 40; what it leaves out it counts, and says which flag shows it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screener.analysis.results import GroupRow, StockRow
from screener.i18n import N_, _, name_of, ngettext, pgettext
from screener.report.blocks import Grid, Line, Page, Section, Span, line
from screener.report.figures import arrow, direction, percent
from screener.report.model import MODELS, Report
from screener.report.pages import head, notes
from screener.report.pages.grids import Grids
from screener.report.pages.trend import trend_section

TOP = 8
"""Winners, and losers, that the full report names before it lists every stock."""
TOP_OF_SUMMARY = 4


def study_page(report: Report, *, full: bool = False, explain: bool = False) -> Page:
    """The page of `screener report`.

    Args:
        report: the report.
        full: everything, instead of a summary.
        explain: what the scores are made of, in the summary as well.
    """
    page = _Study(report, Grids(report))
    sections = page.full() if full else page.summary(explain=explain)
    return Page(
        f"{head.title(report.event)} · {_('through the close of {as_of}', as_of=report.as_of)}",
        tuple(page.lead()),
        tuple(sections),
    )


@dataclass(frozen=True)
class _Study:
    report: Report
    grids: Grids

    def summary(self, *, explain: bool) -> Iterator[Section]:
        yield self._sectors(whole=False)
        if explain and self.report.provenance.study:
            yield self._parts()
        yield from self._planted()
        yield from self._movers()
        yield from self._beside()

    def full(self) -> Iterator[Section]:
        yield self._sectors(whole=True)
        yield from self._planted()
        yield from self._winners_and_losers()
        yield from self._later()
        if fields := self.grids.paths():
            yield self._section(
                "paths", Grid(fields), title=N_("How it went on: CAAR in %, base = 0, by sessions from the event day")
            )
        yield from trend_section(self.report)
        yield from self._spreads()
        yield from self._themes()
        yield from notes.sections(self.report, "contribution", "large", "confounders", "abroad")
        yield from self._tests()
        if self.report.provenance.study:
            yield self._parts()
        yield from self._stocks()
        yield from notes.sections(self.report, "skipped", "quality")

    def lead(self) -> Iterator[Line]:
        """Who won, who lost, by how much, against what, and where the prices come from."""
        report = self.report
        ranked = [row for row in report.sectors(report.leading) if not row.group.post_hoc and row.n]
        if len(ranked) == 1:
            yield self._verdict(_("Won" if ranked[0].mean_return_ew > 0 else "Lost"), _("Sector"), ranked[0])
        elif ranked:
            yield self._verdict(_("Won" if ranked[0].mean_return_ew > 0 else "Best"), _("Best"), ranked[0])
            yield self._verdict(_("Lost" if ranked[-1].mean_return_ew < 0 else "Worst"), _("Worst"), ranked[-1])
        for spread in report.impact.spreads[:1]:
            if math.isfinite(spread.mean_return_ew):
                a, b = (name_of(report.group(one)) for one in (spread.sector_a, spread.sector_b))
                mean = spread.mean_return_ew
                label, colon, said = _(
                    "{a} minus {b}: {spread} percentage points", a=a, b=b, spread=percent(mean)
                ).partition(": ")
                yield Line((Span(label + colon, strong=True), Span(said, direction(mean), strong=True)))
        indices = [
            _("{name} {value}%", name=report.provenance.proxies.get(name, name), value=percent(value))
            for name, value in report.provenance.benchmark_returns.items()
        ]
        if indices:
            yield line(_("Market: {indices}", indices=", ".join(indices)))
        yield from head.provenance(report)

    def _verdict(self, label: str, unclear_label: str, row: GroupRow) -> Line:
        unclear = row.score.verdict == "no clear effect"
        headline, mean = row.headline, row.mean_return_ew
        said = _(
            "{name} {mean}% ({stocks}, {up}% up)",
            name=name_of(row.group),
            mean=percent(mean),
            stocks=ngettext("{n} stock", "{n} stocks", row.n),
            up=f"{row.breadth_up * 100:.0f}",
        )
        spans = [
            Span(f"{unclear_label if unclear else label}: ", strong=True),
            Span(f"{arrow(mean)} {said}", direction(mean), strong=True),
        ]
        if math.isfinite(headline.rank):
            before, days = int(headline.rank) - 1, headline.n - 1
            spans.append(
                Span(
                    _(
                        "; {before} of {days} ordinary sessions were as extreme"
                        if before
                        else "; more extreme than any of {days} ordinary sessions",
                        days=days,
                        before=before,
                    )
                )
            )
        if unclear:
            spans.append(Span(pgettext("verdict", "; no clear effect")))
        return Line(tuple(spans))

    def _sectors(self, *, whole: bool) -> Section:
        report = self.report
        rows = self._shown(report.sectors(report.leading))
        body: list[Line | Grid] = [Grid(self.grids.groups(rows, _("Sector")) if whole else self.grids.sectors(rows))]
        if any(row.group.post_hoc for row in rows):
            body.append(
                line(
                    _("* put together after the event because of how they moved: they describe, they are no evidence."),
                    "dim",
                )
            )
        if report.provenance.study:
            verdicts = notes.verdicts(report)
            if whole:
                body += [line(one) for one in [*verdicts, *notes.makers(report)]]
                body.append(
                    line(
                        _(
                            "CAAR: mean return beyond the {model}. Rank: place of the event among ordinary sessions "
                            "before it, 1 = none was more extreme; p = rank / sessions. q: p for the number of "
                            "sectors shown. Winner or loser: a score of 25 at least, and q at most .10. Vol. x: "
                            "volume over its usual. Path: CAAR from the base on, each row on its own scale.",
                            model=_(MODELS[report.rules.model]),
                        ),
                        "dim",
                    )
                )
            elif verdicts:
                body.append(line(" ".join(verdicts)))
        return self._section("sectors", *body, title=N_("Sectors, {window}"))

    def _parts(self) -> Section:
        """What the scores are made of."""
        leading = self.report.leading
        stocks = [row for row in self.report.impact.stocks if row.window == leading and math.isfinite(row.score.value)]
        stocks.sort(key=lambda row: -row.score.value)
        shown = stocks if len(stocks) <= 2 * TOP else [*stocks[:TOP], *stocks[-TOP:]]
        body: list[Line | Grid] = [
            Grid(self.grids.parts(self.report.sectors(leading), _("Sector"))),
            line(""),
            Grid(self.grids.parts(shown, _("Stock"))),
            *(
                [line(_("and {n} more: --csv DIR writes them all", n=len(stocks) - len(shown)), "dim")]
                if len(shown) < len(stocks)
                else []
            ),
            line(
                _(
                    "Each part lies between -1 and +1; the score is 100 times their mean, weighted as "
                    "configured. Steady: % of 1,000 random weightings that leave it in its third of the "
                    "table. Without one: lowest and highest score when each member is left out once."
                ),
                "dim",
            ),
        ]
        return self._section("parts", *body, title=N_("What the scores are made of, {window}"))

    def _planted(self) -> Iterator[Section]:
        if rows := self.report.planted:
            said = [_("{n} of {of} intervals cover what was planted", n=sum(row.covered for row in rows), of=len(rows))]
            told = {row.group for row in rows}
            if left := [name_of(one) for one in self.report.groups if one.theme is None and one not in told]:
                said.append(
                    _(
                        "{names}: no CAAR was planted there; it shows what limits and halts do to a mean.",
                        names=", ".join(left),
                    )
                )
            notes = [line(one, "dim") for one in said]
            yield self._section(
                "planted",
                Grid(self.grids.planted()),
                *notes,
                title=N_("What was planted, and what was found, CAAR in %"),
            )

    def _movers(self) -> Iterator[Section]:
        """Best and worst stocks side by side."""
        winners, losers = self._ranked()
        top = TOP_OF_SUMMARY
        if not winners and not losers:
            return
        body: list[Line | Grid] = [Grid(self.grids.movers(winners[:top], losers[:top]))]
        left = [max(len(side) - top, 0) for side in (winners, losers)]
        if any(left):
            body.append(line(_("{up} more rose, {down} more fell: --full shows them", up=left[0], down=left[1]), "dim"))
        yield self._section("movers", *body, title=N_("Winners and losers, {window}"))

    def _winners_and_losers(self) -> Iterator[Section]:
        winners, losers = self._ranked()
        top = max(len(winners), len(losers)) if self.report.provenance.selected else TOP
        both = self.grids.stocks([*winners[:top], *losers[:top]])
        for key, ranked, title in (
            ("winners", winners, N_("Winners, {window}")),
            ("losers", losers, N_("Losers, {window}")),
        ):
            if ranked:
                body: list[Line | Grid] = [Grid(self.grids.stocks(ranked[:top]), both)]
                if len(ranked) > top:
                    body.append(line(_("and {n} more: all of them are listed below", n=len(ranked) - top), "dim"))
                yield self._section(key, *body, title=title)

    def _stocks(self) -> Iterator[Section]:
        """Every stock with a return, the best first; a newspaper's selection stands among winners and losers whole."""
        rows = self._with_returns()
        if not self.report.provenance.selected:
            note = (
                [
                    line(
                        _(
                            "p: rank among ordinary sessions of the same stock. 95% interval: by its t, so it may "
                            "disagree with p. * in a group put together after the event."
                        ),
                        "dim",
                    )
                ]
                if self.report.provenance.study
                else []
            )
            yield self._section("stocks", Grid(self.grids.stocks(rows)), *note, title=N_("All stocks, {window}"))

    def _ranked(self) -> tuple[list[StockRow], list[StockRow]]:
        rows = self._with_returns()
        return [row for row in rows if row.raw_return > 0], [row for row in reversed(rows) if row.raw_return < 0]

    def _with_returns(self) -> list[StockRow]:
        leading = self.report.leading
        rows = [row for row in self.report.impact.stocks if row.window == leading and math.isfinite(row.raw_return)]
        return sorted(rows, key=lambda row: -row.raw_return)

    def _later(self) -> Iterator[Section]:
        report = self.report
        if not report.provenance.study:
            return
        further = [window for window in report.impact.windows if window.available and window != report.leading]
        pending = [str(window) for window in report.impact.windows if not window.available]
        body: list[Line | Grid] = [Grid(self.grids.later(further))] if further else []
        if pending:
            body.append(line(_("Windows not over yet: {windows}", windows=", ".join(pending)), "dim"))
        if body:
            yield self._section("later", *body, title=N_("Sectors, cumulative abnormal return (CAAR, %) and p"))

    def _spreads(self) -> Iterator[Section]:
        rows = [row for row in self.report.impact.spreads if row.window == self.report.leading]
        rows = [row for row in rows if math.isfinite(row.mean_return_ew)]
        if rows:
            yield self._section("spreads", Grid(self.grids.spreads(rows)), title=N_("Sector against sector, {window}"))

    def _themes(self) -> Iterator[Section]:
        leading = self.report.leading
        rows = [row for row in self.report.impact.groups if row.window == leading and row.group.theme is not None]
        every = self.grids.groups(rows, _("Theme"))
        body: list[Line | Grid] = []
        for sector in self._shown(self.report.sectors(leading)):
            themes = self._shown(self.report.themes(leading, sector.group.sector))
            if len(themes) > 1:
                name = name_of(sector.group)
                body += [*([line("")] if body else []), line(name, "strong")]
                body.append(Grid(self.grids.groups(themes, _("Theme")), every))
        if body:
            yield self._section("themes", *body, title=N_("Themes, {window}"))

    def _tests(self) -> Iterator[Section]:
        if self.report.provenance.study:
            rows = self.report.sectors(self.report.leading)
            note = line(
                _(
                    "corrected p: of the rank, for the other sectors (Westfall-Young). r-bar: correlation "
                    "between the stocks before the event. GRANK-T rejects somewhat too often on real returns."
                ),
                "dim",
            )
            yield self._section("tests", Grid(self.grids.tests(rows)), note, title=N_("p by other tests, {window}"))
            note = line(
                _(
                    "Stocks that share a date move together, so these find significance where nothing "
                    "happened: to compare, not to believe."
                ),
                "dim",
            )
            yield self._section(
                "naive",
                Grid(self.grids.naive(rows)),
                note,
                title=N_("p by tests that assume independence between stocks, {window}"),
            )

    def _beside(self) -> Iterator[Section]:
        """What a reader must know besides, in a line each."""
        lines = notes.in_short(self.report)
        if lines:
            yield Section("beside", "", tuple(lines))

    def _section(self, key: str, *body: Line | Grid, title: str) -> Section:
        window = head.window_name(self.report.leading)
        return Section(key, _(title, window=window), body)

    def _shown(self, rows: Sequence[GroupRow]) -> list[GroupRow]:
        """Of a newspaper's selection, only the groups of which it printed anything."""
        return [row for row in rows if row.n or not self.report.provenance.selected]
