"""The terminal report: verdict, sectors, themes, winners and losers, paths, what was left out."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from screener.report import notes
from screener.report.figures import Figures, percent
from screener.report.grids import Grids
from screener.report.layout import Field, fitting, table
from screener.report.model import Provenance, Report
from screener.screens.results import GroupRow, Window
from screener.words import Language, Words

PLAIN_WIDTH = 100
"""Columns of a report that goes to a file or a pipe."""
PALETTE = "kr"
TOP = 8
"""Winners, and losers, that the report names; the CSV holds every stock."""
_NARROW = str.maketrans({"·": "|", "−": "-", "\N{COMBINING MACRON}": None})
"""Characters that some terminals show two cells wide, or not at all."""
FULL_STUDY = "screener sync && screener report"


@dataclass(frozen=True)
class Style:
    """How a report looks in a terminal."""

    language: Language = "en"
    palette: str = PALETTE
    """kr: up red, down blue; us: up green, down red; cb: safe for the colour-blind."""
    ascii: bool = False
    """No arrows or lines that some terminals show two cells wide."""
    width: int = PLAIN_WIDTH
    colour: bool = False
    explain: bool = False
    """Show what the scores are made of."""


def render(report: Report, style: Style) -> str:
    """The report as text, with colour codes if `style.colour`; every line ends with a newline."""
    return printed(Page(report, style).blocks(), style)


def told_source(provenance: Provenance, words: Words) -> str:
    """Where the prices come from, and if they were fetched, when."""
    if provenance.fetched is None:
        return " + ".join(file.name for file in provenance.files) or provenance.source
    source, fetched = words(f"source_{provenance.source}"), f"{provenance.fetched:%Y-%m-%d %H:%M}"
    return words("source_fetched", source=source, fetched=fetched)


def printed(blocks: Iterable[RenderableType], style: Style) -> str:
    """Blocks as text, one below the other."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=style.width,
        force_terminal=style.colour,
        color_system="256" if style.colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for block in blocks:
        console.print(block)
    text = "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())
    return text.translate(_NARROW) if style.ascii else text


class Page:
    """One report as blocks of text and tables, from top to bottom."""

    def __init__(self, report: Report, style: Style) -> None:
        self.report, self.style, self.words = report, style, Words(style.language)
        self.figures = Figures(style.palette, style.ascii)
        self.grids = Grids(report, self.words, self.figures)

    def blocks(self) -> Iterator[RenderableType]:
        """All of it."""
        yield from self._head()
        yield from self._sectors()
        if self.style.explain and self.report.provenance.study:
            yield from self._parts()
        yield from self._planted()
        yield from self._spreads()
        yield from self._tests()
        yield from self._themes()
        yield from self._stocks()
        if fields := self.grids.paths():
            yield from self.section("paths", fields)
        yield from self.notes()

    def _head(self) -> Iterator[RenderableType]:
        report, words = self.report, self.words
        event = report.event
        title = words("title", event=event.name.in_(words.language), event_day=event.event_day, base=event.base)
        yield Text(f"{title} · {words('as_of', as_of=report.as_of)}", style="bold")
        ranked = [row for row in report.sectors(report.leading) if not row.group.post_hoc and row.n]
        if ranked:
            yield self._verdict("won" if ranked[0].mean_return_ew > 0 else "best", "best", ranked[0])
            if len(ranked) > 1:
                yield self._verdict("lost" if ranked[-1].mean_return_ew < 0 else "worst", "worst", ranked[-1])
        for spread in report.impact.spreads[:1]:
            if math.isfinite(spread.mean_return_ew):
                a, b = (words.name(report.group(one)) for one in (spread.sector_a, spread.sector_b))
                yield Text(words("verdict_spread", a=a, b=b, spread=percent(spread.mean_return_ew)))
        indices = [
            words("change", name=report.provenance.proxies.get(name, name), value=percent(value))
            for name, value in report.provenance.benchmark_returns.items()
        ]
        if indices:
            yield Text(words("verdict_market", indices=", ".join(indices)))
        yield from self.provenance()

    def _verdict(self, key: str, unclear_key: str, row: GroupRow) -> Text:
        unclear = row.score.verdict == "no clear effect"
        headline, mean = row.headline, row.mean_return_ew
        said = self.words(
            "verdict_group",
            name=self.words.name(row.group),
            mean=percent(mean),
            stocks=self.words("stocks_1" if row.n == 1 else "stocks", n=row.n),
            up=f"{row.breadth_up * 100:.0f}",
        )
        text = Text(f"{self.words(unclear_key if unclear else key)}: ", style="bold")
        text.append(f"{self.figures.arrow(mean)} {said}", style=self.figures.colour(mean))
        if math.isfinite(headline.rank):
            before, days = int(headline.rank) - 1, headline.n - 1
            text.append(self.words("verdict_rank" if before else "verdict_first", days=days, before=before))
        if unclear:
            text.append(self.words("unclear"))
        return text

    def _parts(self) -> Iterator[RenderableType]:
        """What the scores are made of."""
        leading = self.report.leading
        stocks = [row for row in self.report.impact.stocks if row.window == leading and math.isfinite(row.score.value)]
        stocks.sort(key=lambda row: -row.score.value)
        for first, rows in (
            ("col_sector", self.report.sectors(leading)),
            ("col_stock", stocks if len(stocks) <= 2 * TOP else [*stocks[:TOP], *stocks[-TOP:]]),
        ):
            yield from self.section("parts_at", self.grids.parts(rows, first), window=self._window(leading))
        yield Text(self.words("parts_note"), style="dim")

    def provenance(self) -> Iterator[RenderableType]:
        """Where the prices come from, and what was fitted to them."""
        report, words, provenance = self.report, self.words, self.report.provenance
        if report.banner:
            said = words(report.banner, n=len(report.printed), command=FULL_STUDY)
            yield Text(said, style="bold reverse" if self.style.colour else "")
        for one in provenance.tried:
            yield Text(words("tried", source=words(f"source_{one.source}"), why=one.why))
        if provenance.selected:
            yield Text(words("source_press", day=report.event.event_day, n=len(report.printed)), style="dim")
            return
        said = words(
            "source_line",
            source=told_source(provenance, words),
            sessions=provenance.sessions,
            first=provenance.first_session,
            last=provenance.last_session,
            benchmark=provenance.benchmark,
        )
        yield Text(said, style="dim")
        if provenance.proxies:
            yield Text(words("proxy"))
        if not provenance.study:
            return
        rules = report.rules
        model = words(f"model_{rules.model}")
        said = words("model_line", model=model, estimation=rules.estimation, gap=rules.gap, min_obs=rules.min_obs)
        yield Text(said, style="dim")

    def _sectors(self) -> Iterator[RenderableType]:
        report, leading = self.report, self.report.leading
        sectors = self._shown(report.sectors(leading))
        yield from self.section("sectors_at", self.grids.groups(sectors, "col_sector"), window=self._window(leading))
        if any(row.group.post_hoc for row in sectors):
            yield Text(self.words("post_hoc"), style="dim")
        if not report.provenance.study:
            return
        for line in notes.verdicts(report, self.words):
            yield Text(line)
        yield Text(self.words("legend", model=self.words(f"model_{report.rules.model}")), style="dim")
        further = [window for window in report.impact.windows if window.available and window != leading]
        if further:
            yield from self.section("sectors_later", self.grids.later(further))
        pending = [str(window) for window in report.impact.windows if not window.available]
        if pending:
            yield Text(self.words("pending", windows=", ".join(pending)), style="dim")

    def _planted(self) -> Iterator[RenderableType]:
        if rows := self.report.planted:
            yield from self.section("planted_at", self.grids.planted())
            yield Text(self.words("covered", n=sum(row.covered for row in rows), of=len(rows)), style="dim")

    def _spreads(self) -> Iterator[RenderableType]:
        leading = self.report.leading
        rows = [row for row in self.report.impact.spreads if row.window == leading]
        rows = [row for row in rows if math.isfinite(row.mean_return_ew)]
        if rows:
            yield from self.section("spreads_at", self.grids.spreads(rows), window=self._window(leading))

    def _tests(self) -> Iterator[RenderableType]:
        if self.report.provenance.study:
            leading = self.report.leading
            fields = self.grids.tests(self.report.sectors(leading))
            yield from self.section("tests_at", fields, window=self._window(leading))
            yield Text(self.words("tests_note"), style="dim")
            fields = self.grids.naive(self.report.sectors(leading))
            yield from self.section("naive_at", fields, window=self._window(leading))
            yield Text(self.words("naive_note"), style="dim")

    def _themes(self) -> Iterator[RenderableType]:
        leading = self.report.leading
        rows = [row for row in self.report.impact.groups if row.window == leading and row.group.theme is not None]
        headers = [field.header for field in fitting(self.grids.groups(rows, "col_theme"), self.style.width)]
        for sector in self._shown(self.report.sectors(leading)):
            themes = self._shown(self.report.themes(leading, sector.group.sector))
            if len(themes) > 1:
                fields = [field for field in self.grids.groups(themes, "col_theme") if field.header in headers]
                name = self.words.name(sector.group)
                yield from self.section("themes_at", fields, sector=name, window=self._window(leading))

    def _stocks(self) -> Iterator[RenderableType]:
        leading = self.report.leading
        rows = [row for row in self.report.impact.stocks if row.window == leading and math.isfinite(row.raw_return)]
        rows.sort(key=lambda row: -row.raw_return)
        winners = [row for row in rows if row.raw_return > 0]
        losers = [row for row in reversed(rows) if row.raw_return < 0]
        top = len(rows) if self.report.provenance.selected else TOP
        # Both tables have the same columns: those that fit the wider one.
        headers = [
            field.header for field in fitting(self.grids.stocks([*winners[:top], *losers[:top]]), self.style.width)
        ]
        for title, ranked in (("winners_at", winners), ("losers_at", losers)):
            if ranked:
                fields = [field for field in self.grids.stocks(ranked[:top]) if field.header in headers]
                yield from self.section(title, fields, window=self._window(leading))
            if len(ranked) > top:
                yield Text(self.words("more_stocks", n=len(ranked) - top), style="dim")

    def notes(self, *only: str) -> Iterator[RenderableType]:
        """What a reader must know besides; `only` the sections that are named, or all."""
        for title, lines in (
            ("contribution", notes.contribution(self.report, self.words)),
            ("large", notes.large(self.report, self.words)),
            ("confounders", notes.confounders(self.report, self.words)),
            ("abroad", notes.abroad(self.report, self.words)),
            ("skipped", notes.skipped(self.report, self.words)),
            ("quality", notes.quality(self.report, self.words)),
        ):
            if lines and (not only or title in only):
                yield from self.section(title, Text("\n".join(lines)))

    def section(self, title: str, body: Sequence[Field] | Text, **values: Any) -> Iterator[RenderableType]:
        """A blank line, a title and its table or text."""
        yield Text()
        yield Text(self.words(title, **values), style="bold")
        yield body if isinstance(body, Text) else table(body, self.style.width, ascii_only=self.style.ascii)

    def _shown(self, rows: Sequence[GroupRow]) -> list[GroupRow]:
        """Of a newspaper's selection, only the groups of which it printed anything."""
        return [row for row in rows if row.n or not self.report.provenance.selected]

    def _window(self, window: Window) -> str:
        if (window.first, window.last) == (0, 0):
            return self.words("window_day")
        return self.words("window_other", window=window, start=window.start, end=window.end)
