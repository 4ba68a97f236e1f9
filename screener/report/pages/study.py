"""The report: verdict, sectors, winners and losers, how it went on, what stands beside it, what was left out.

Its summary fits one screen of 100 x 40; what it leaves out it counts, and says which flag shows it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screener.analysis.results import GroupRow, StockRow
from screener.report.blocks import Grid, Line, Page, Section, Span, line
from screener.report.figures import arrow, direction, percent
from screener.report.model import Report
from screener.report.pages import head, notes
from screener.report.pages.grids import Grids
from screener.report.pages.trend import trend_section
from screener.words import Words

TOP = 8
"""Winners, and losers, that the full report names before it lists every stock."""
TOP_OF_SUMMARY = 4


def study_page(report: Report, words: Words, *, full: bool = False, explain: bool = False) -> Page:
    """The page of `screener report`.

    Args:
        report: the report.
        words: its language.
        full: everything, instead of a summary.
        explain: what the scores are made of, in the summary as well.
    """
    page = _Study(report, words, Grids(words, report))
    sections = page.full() if full else page.summary(explain=explain)
    return Page(
        f"{head.title(report.event, words)} · {words('as_of', as_of=report.as_of)}",
        tuple(page.lead()),
        tuple(sections),
    )


@dataclass(frozen=True)
class _Study:
    report: Report
    words: Words
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
            yield self._section("paths", Grid(fields))
        yield from trend_section(self.report, self.words)
        yield from self._spreads()
        yield from self._themes()
        yield from notes.sections(self.report, self.words, "contribution", "large", "confounders", "abroad")
        yield from self._tests()
        if self.report.provenance.study:
            yield self._parts()
        yield from self._stocks()
        yield from notes.sections(self.report, self.words, "skipped", "quality")

    def lead(self) -> Iterator[Line]:
        """Who won, who lost, by how much, against what, and where the prices come from."""
        report, words = self.report, self.words
        ranked = [row for row in report.sectors(report.leading) if not row.group.post_hoc and row.n]
        if len(ranked) == 1:
            key = "won" if ranked[0].mean_return_ew > 0 else "lost"
            yield self._verdict(key, "only_group", ranked[0])
        elif ranked:
            yield self._verdict("won" if ranked[0].mean_return_ew > 0 else "best", "best", ranked[0])
            yield self._verdict("lost" if ranked[-1].mean_return_ew < 0 else "worst", "worst", ranked[-1])
        for spread in report.impact.spreads[:1]:
            if math.isfinite(spread.mean_return_ew):
                a, b = (words.name(report.group(one)) for one in (spread.sector_a, spread.sector_b))
                mean = spread.mean_return_ew
                label, colon, said = words("verdict_spread", a=a, b=b, spread=percent(mean)).partition(": ")
                yield Line((Span(label + colon, strong=True), Span(said, direction(mean), strong=True)))
        indices = [
            words("change", name=report.provenance.proxies.get(name, name), value=percent(value))
            for name, value in report.provenance.benchmark_returns.items()
        ]
        if indices:
            yield line(words("verdict_market", indices=", ".join(indices)))
        yield from head.provenance(report, words)

    def _verdict(self, key: str, unclear_key: str, row: GroupRow) -> Line:
        unclear = row.score.verdict == "no clear effect"
        headline, mean = row.headline, row.mean_return_ew
        said = self.words(
            "verdict_group",
            name=self.words.name(row.group),
            mean=percent(mean),
            stocks=self.words("stocks_1" if row.n == 1 else "stocks", n=row.n),
            up=f"{row.breadth_up * 100:.0f}",
        )
        spans = [
            Span(f"{self.words(unclear_key if unclear else key)}: ", strong=True),
            Span(f"{arrow(mean)} {said}", direction(mean), strong=True),
        ]
        if math.isfinite(headline.rank):
            before, days = int(headline.rank) - 1, headline.n - 1
            spans.append(Span(self.words("verdict_rank" if before else "verdict_first", days=days, before=before)))
        if unclear:
            spans.append(Span(self.words("unclear")))
        return Line(tuple(spans))

    def _sectors(self, *, whole: bool) -> Section:
        report, words = self.report, self.words
        rows = self._shown(report.sectors(report.leading))
        body: list[Line | Grid] = [Grid(self.grids.groups(rows, "col_sector") if whole else self.grids.sectors(rows))]
        if any(row.group.post_hoc for row in rows):
            body.append(line(words("post_hoc"), "dim"))
        if report.provenance.study:
            verdicts = notes.verdicts(report, words)
            if whole:
                body += [line(one) for one in [*verdicts, *notes.makers(report, words)]]
                body.append(line(words("legend", model=words(f"model_{report.rules.model}")), "dim"))
            elif verdicts:
                body.append(line(" ".join(verdicts)))
        return self._section("sectors", *body, title="sectors_at")

    def _parts(self) -> Section:
        """What the scores are made of."""
        leading = self.report.leading
        stocks = [row for row in self.report.impact.stocks if row.window == leading and math.isfinite(row.score.value)]
        stocks.sort(key=lambda row: -row.score.value)
        shown = stocks if len(stocks) <= 2 * TOP else [*stocks[:TOP], *stocks[-TOP:]]
        body: list[Line | Grid] = [
            Grid(self.grids.parts(self.report.sectors(leading), "col_sector")),
            line(""),
            Grid(self.grids.parts(shown, "col_stock")),
            *([line(self.words("more_parts", n=len(stocks) - len(shown)), "dim")] if len(shown) < len(stocks) else []),
            line(self.words("parts_note"), "dim"),
        ]
        return self._section("parts", *body, title="parts_at")

    def _planted(self) -> Iterator[Section]:
        if rows := self.report.planted:
            said = [self.words("covered", n=sum(row.covered for row in rows), of=len(rows))]
            told = {row.group for row in rows}
            if left := [self.words.name(one) for one in self.report.groups if one.theme is None and one not in told]:
                said.append(self.words("not_planted", names=", ".join(left)))
            notes = [line(one, "dim") for one in said]
            yield self._section("planted", Grid(self.grids.planted()), *notes, title="planted_at")

    def _movers(self) -> Iterator[Section]:
        """Best and worst stocks side by side."""
        winners, losers = self._ranked()
        top = TOP_OF_SUMMARY
        if not winners and not losers:
            return
        body: list[Line | Grid] = [Grid(self.grids.movers(winners[:top], losers[:top]))]
        left = [max(len(side) - top, 0) for side in (winners, losers)]
        if any(left):
            body.append(line(self.words("more_movers", up=left[0], down=left[1]), "dim"))
        yield self._section("movers", *body, title="movers_at")

    def _winners_and_losers(self) -> Iterator[Section]:
        winners, losers = self._ranked()
        top = max(len(winners), len(losers)) if self.report.provenance.selected else TOP
        both = self.grids.stocks([*winners[:top], *losers[:top]])
        for key, ranked in (("winners", winners), ("losers", losers)):
            if ranked:
                body: list[Line | Grid] = [Grid(self.grids.stocks(ranked[:top]), both)]
                if len(ranked) > top:
                    body.append(line(self.words("more_below", n=len(ranked) - top), "dim"))
                yield self._section(key, *body, title=f"{key}_at")

    def _stocks(self) -> Iterator[Section]:
        """Every stock with a return, the best first; a newspaper's selection stands among winners and losers whole."""
        rows = self._with_returns()
        if not self.report.provenance.selected:
            note = [line(self.words("stocks_note"), "dim")] if self.report.provenance.study else []
            yield self._section("stocks", Grid(self.grids.stocks(rows)), *note, title="stocks_at")

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
            body.append(line(self.words("pending", windows=", ".join(pending)), "dim"))
        if body:
            yield self._section("later", *body, title="sectors_later")

    def _spreads(self) -> Iterator[Section]:
        rows = [row for row in self.report.impact.spreads if row.window == self.report.leading]
        rows = [row for row in rows if math.isfinite(row.mean_return_ew)]
        if rows:
            yield self._section("spreads", Grid(self.grids.spreads(rows)), title="spreads_at")

    def _themes(self) -> Iterator[Section]:
        leading = self.report.leading
        rows = [row for row in self.report.impact.groups if row.window == leading and row.group.theme is not None]
        every = self.grids.groups(rows, "col_theme")
        body: list[Line | Grid] = []
        for sector in self._shown(self.report.sectors(leading)):
            themes = self._shown(self.report.themes(leading, sector.group.sector))
            if len(themes) > 1:
                name = self.words.name(sector.group)
                body += [*([line("")] if body else []), line(name, "strong")]
                body.append(Grid(self.grids.groups(themes, "col_theme"), every))
        if body:
            yield self._section("themes", *body, title="themes_at")

    def _tests(self) -> Iterator[Section]:
        if self.report.provenance.study:
            rows = self.report.sectors(self.report.leading)
            note = line(self.words("tests_note"), "dim")
            yield self._section("tests", Grid(self.grids.tests(rows)), note, title="tests_at")
            note = line(self.words("naive_note"), "dim")
            yield self._section("naive", Grid(self.grids.naive(rows)), note, title="naive_at")

    def _beside(self) -> Iterator[Section]:
        """What a reader must know besides, in a line each."""
        lines = notes.in_short(self.report, self.words)
        if lines:
            yield Section("beside", "", tuple(lines))

    def _section(self, key: str, *body: Line | Grid, title: str = "") -> Section:
        window = head.window_name(self.report.leading, self.words)
        return Section(key, self.words(title or key, window=window), body)

    def _shown(self, rows: Sequence[GroupRow]) -> list[GroupRow]:
        """Of a newspaper's selection, only the groups of which it printed anything."""
        return [row for row in rows if row.n or not self.report.provenance.selected]
