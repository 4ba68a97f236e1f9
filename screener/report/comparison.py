"""One sector or theme against another, in a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from screener.report.figures import number, percent, probability
from screener.report.grids import PATH_TAUS
from screener.report.layout import Field
from screener.report.model import Report
from screener.report.terminal import Page, Style, printed
from screener.screens.results import Group, SpreadRow, StockRow, Window

DRIVERS = 8
"""Stocks that are named for what they brought to the difference."""


def render_comparison(report: Report, style: Style) -> str:
    """The page of `screener compare`: a report with one pair of groups."""
    return printed(_Comparison(report, style).blocks(), style)


class _Comparison(Page):
    def blocks(self) -> Iterator[RenderableType]:
        """The difference and its tests, each side, the path, and who drove it."""
        report, words = self.report, self.words
        rows = list(report.impact.spreads)
        a, b = report.group(rows[0].sector_a), report.group(rows[0].sector_b)
        event = report.event
        title = words("title", event=event.name.in_(words.language), event_day=event.event_day, base=event.base)
        yield Text(f"{title} · {words('as_of', as_of=report.as_of)}", style="bold")
        leading = next((row for row in rows if row.window == report.leading), rows[0])
        yield self._headline(leading, a, b)
        yield from self.provenance()
        pair = words("minus", a=words.name(a), b=words.name(b))
        yield from self.section("compare_at", self._windows(rows), pair=pair)
        yield Text(words("compare_note"), style="dim")
        if not report.provenance.study:
            return
        sides = [row for row in report.impact.groups if row.group in (a, b) and row.window == report.leading]
        yield from self.section("sides_at", self.grids.groups(sides, "col_sector"), window=str(report.leading))
        for row in sides:
            if row.undefined:
                cannot = ", ".join(sorted(row.undefined))
                yield Text(words("cannot", name=words.name(row.group), n=row.n, tests=cannot), style="dim")
        if path := self._path(a, b):
            yield from self.section("paths", path)
        if drivers := self._drivers(a, b, report.leading):
            yield from self.section("drivers_at", drivers, window=str(report.leading))
        yield from self.notes("confounders", "skipped", "quality")

    def _headline(self, row: SpreadRow, a: Group, b: Group) -> Text:
        words, headline = self.words, row.headline
        tested = math.isfinite(row.caar_ew)
        value = row.caar_ew if tested else row.mean_return_ew
        said = words(
            "compare_tested" if tested else "compare_plain",
            a=words.name(a),
            b=words.name(b),
            value=percent(value),
            window=row.window,
        )
        if math.isfinite(headline.rank):
            key = "compare_largest" if headline.rank == 1 else "compare_rank"
            said += words(key, rank=f"{headline.rank:.0f}", n=headline.n, p=probability(headline.p))
        return Text(said, style=self.figures.colour(value))

    def _windows(self, rows: Sequence[SpreadRow]) -> list[Field]:
        words, percents = self.words, self.figures.percent

        def column(key: str, cells: Sequence[Text], priority: int = 0) -> Field:
            return Field(words(key), cells, priority)

        ranks = [
            f"{row.headline.rank:.0f}/{row.headline.n}" if math.isfinite(row.headline.rank) else "-" for row in rows
        ]
        intervals = [f"{percent(row.low)} {percent(row.high)}" if math.isfinite(row.low) else "-" for row in rows]
        return [
            Field(words("col_window"), [Text(str(row.window)) for row in rows], right=False),
            column("col_mean", [percents(row.mean_return_ew, arrow=True) for row in rows]),
            column("col_cap", [percents(row.mean_return_cw) for row in rows], 4),
            column("col_caar", [percents(row.caar_ew) for row in rows]),
            column("col_interval", [Text(text) for text in intervals], 3),
            column("col_rank", [Text(text) for text in ranks], 1),
            column("col_p", [Text(probability(row.headline.p)) for row in rows]),
            column("col_portfolio", [Text(probability(row.p_portfolio)) for row in rows], 2),
            column("col_kp", [Text(probability(row.p_kp)) for row in rows], 2),
            column("col_detectable", [Text(number(row.detectable * 100, 1)) for row in rows], 3),
        ]

    def _path(self, a: Group, b: Group) -> list[Field]:
        caar = {(point.group, point.tau): point.caar for point in self.report.impact.paths}
        taus = [tau for tau in PATH_TAUS if (a, tau) in caar and (b, tau) in caar]
        if not taus or taus[-1] <= 0:
            return []
        words = self.words
        names = [words.name(a), words.name(b), words("minus", a=words.name(a), b=words.name(b))]
        fields = [Field(words("col_sector"), [Text(name) for name in names], right=False)]
        for tau in taus:
            sides = caar[a, tau], caar[b, tau]
            cells = [self.figures.percent(value) for value in (*sides, sides[0] - sides[1])]
            fields.append(Field(f"{tau:+d}" if tau else "0", cells, 0 if tau in (0, taus[-1]) else abs(tau)))
        return fields

    def _drivers(self, a: Group, b: Group, window: Window) -> list[Field]:
        """The stocks that brought most to the difference, each by its part of its side's mean."""
        rows = [row for row in self.report.impact.stocks if row.window == window and math.isfinite(row.car)]
        brought: list[tuple[float, StockRow]] = []
        for group, sign in ((a, 1), (b, -1)):
            mine = [row for row in rows if group.holds(row.stock)]
            brought += [(sign * row.car / len(mine), row) for row in mine]
        brought.sort(key=lambda one: -abs(one[0]))
        brought = brought[:DRIVERS]
        words = self.words
        return [
            Field(words("col_ticker"), [Text(row.stock.ticker) for _, row in brought], right=False),
            Field(words("col_stock"), [Text(words.name(row.stock)) for _, row in brought], right=False),
            Field(words("col_sector"), [Text(row.stock.sector) for _, row in brought], 1, right=False),
            Field(words("col_car"), [self.figures.percent(row.car) for _, row in brought]),
            Field(words("col_brought"), [self.figures.percent(part, arrow=True) for part, _ in brought]),
        ]
