"""The terminal report: verdict, sectors, themes, winners and losers, paths, what was left out."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from screener.report import notes
from screener.report.figures import Figures, number, percent, probability, signed
from screener.report.layout import Field, table
from screener.report.model import Language, Report
from screener.report.words import Words
from screener.screens.results import GroupRow, SpreadRow, StockRow, Window

PLAIN_WIDTH = 100
"""Columns of a report that goes to a file or a pipe."""
PALETTE = "kr"
TOP = 8
"""Winners, and losers, that the report names; the CSV holds every stock."""
_PATH_TAUS = (-5, -3, -1, 0, 1, 2, 3, 5, 7, 10, 15, 20)


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


def render(report: Report, style: Style) -> str:
    """The report as text, with colour codes if `style.colour`; every line ends with a newline."""
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
    for block in _Page(report, style).blocks():
        console.print(block)
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())


class _Page:
    def __init__(self, report: Report, style: Style) -> None:
        self.report, self.style, self.words = report, style, Words(style.language)
        self.figures = Figures(style.palette, style.ascii)

    def blocks(self) -> Iterator[RenderableType]:
        report, leading = self.report, self.report.leading
        sectors = self._shown(report.sectors(leading))
        yield from self._head()
        yield from self._section("sectors_at", self._groups(sectors, "col_sector"), window=self._window(leading))
        if any(row.group.post_hoc for row in sectors):
            yield Text(self.words("post_hoc"), style="dim")
        if report.provenance.study:
            yield Text(self.words("legend", model=self.words(f"model_{report.rules.model}")), style="dim")
        yield from self._later()
        spreads = [row for row in report.impact.spreads if row.window == leading]
        yield from self._section("spreads_at", self._spreads(spreads), window=self._window(leading))
        for sector in sectors:
            themes = self._shown(report.themes(leading, sector.group.sector))
            if len(themes) > 1:
                title = f"{self.words.name(sector.group)}: {self.words('themes_at', window=self._window(leading))}"
                yield Text()
                yield Text(title, style="bold")
                yield self._groups(themes, "col_theme")
        yield from self._stocks()
        yield from self._paths()
        yield from self._notes()

    # -- head

    def _head(self) -> Iterator[RenderableType]:
        report, words = self.report, self.words
        event, provenance = report.event, report.provenance
        title = words("title", event=event.name.in_(words.language), event_day=event.event_day, base=event.base)
        yield Text(f"{title} · {words('as_of', as_of=report.as_of)}".replace("·", self._dot), style="bold")
        ranked = [row for row in report.sectors(report.leading) if not row.group.post_hoc and row.n]
        if ranked:
            yield self._verdict("won" if ranked[0].mean_return_ew > 0 else "best", ranked[0])
            if len(ranked) > 1:
                yield self._verdict("lost" if ranked[-1].mean_return_ew < 0 else "worst", ranked[-1])
        for spread in report.impact.spreads[:1]:
            if math.isfinite(spread.mean_return_ew):
                a, b = self._sector_name(spread.sector_a), self._sector_name(spread.sector_b)
                yield Text(words("verdict_spread", a=a, b=b, spread=percent(spread.mean_return_ew)))
        indices = ", ".join(
            words("change", name=name, value=percent(value)) for name, value in provenance.benchmark_returns.items()
        )
        if indices:
            yield Text(words("verdict_market", indices=indices))
        if provenance.selected:
            n = len(report.printed)
            yield Text(words("source_press", day=event.event_day, n=n), style="dim")
            command = "screener report --source file:PRICES --benchmark INDICES"
            yield Text(words("banner", n=n, command=command), style="bold reverse" if self.style.colour else "")
        else:
            yield Text(
                words(
                    "source_line",
                    source=" + ".join(file.name for file in provenance.files) or provenance.source,
                    sessions=provenance.sessions,
                    first=provenance.first_session,
                    last=provenance.last_session,
                    benchmark=provenance.benchmark,
                ).replace("·", self._dot),
                style="dim",
            )
        if provenance.study:
            rules = report.rules
            model = words(f"model_{rules.model}")
            yield Text(
                words("model_line", model=model, estimation=rules.estimation, gap=rules.gap, min_obs=rules.min_obs),
                style="dim",
            )

    def _verdict(self, key: str, row: GroupRow) -> Text:
        text = Text(f"{self.words(key)}: ", style="bold")
        said = self.words(
            "verdict_group",
            name=self.words.name(row.group),
            mean=percent(row.mean_return_ew),
            stocks=self.words("stocks_1" if row.n == 1 else "stocks", n=row.n),
            up=f"{row.breadth_up * 100:.0f}",
        )
        return text.append(
            f"{self.figures.arrow(row.mean_return_ew)} {said}", style=self.figures.colour(row.mean_return_ew)
        )

    # -- sectors

    def _section(self, title: str, body: RenderableType | None, **values: Any) -> Iterator[RenderableType]:
        if body is None:
            return
        yield Text()
        yield Text(self.words(title, **values), style="bold")
        yield body

    def _shown(self, rows: Sequence[GroupRow]) -> list[GroupRow]:
        """Of a newspaper's selection, only the groups of which it printed anything."""
        return [row for row in rows if row.n or not self.report.provenance.selected]

    def _groups(self, rows: Sequence[GroupRow], first: str) -> RenderableType:
        fields = [
            self._names(first, [self.words.name(row.group) for row in rows]),
            self._field("col_n", rows, lambda row: Text(str(row.n))),
            self._percent("col_mean", rows, lambda row: row.mean_return_ew, arrow=True),
            self._percent("col_cap", rows, lambda row: row.mean_return_cw, priority=3),
            self._percent("col_median", rows, lambda row: row.median_return, priority=2),
            self._field("col_up", rows, lambda row: Text(number(row.breadth_up * 100, 0))),
            self._percent("col_vs_index", rows, lambda row: row.mean_return_ew - row.benchmark_return, priority=4),
        ]
        if self.report.provenance.study:
            fields += [
                self._percent("col_caar", rows, lambda row: row.caar_ew, arrow=True),
                self._field("col_t", rows, lambda row: Text(signed(row.t_portfolio, 1))),
                self._field("col_p", rows, lambda row: Text(probability(row.p_portfolio)), priority=1),
                self._field("col_volume", rows, lambda row: Text(number(row.volume_ratio, 1)), priority=5),
            ]
        return self._table(fields)

    def _later(self) -> Iterator[RenderableType]:
        """CAAR of every sector in every further window."""
        report = self.report
        further = [window for window in report.impact.windows if window.available and window != report.leading]
        pending = [str(window) for window in report.impact.windows if not window.available]
        sectors = [row.group for row in report.sectors(report.leading)]
        if further and report.provenance.study:
            of = {(row.group, row.window): row for row in report.impact.groups}
            fields = [self._names("col_sector", [self.words.name(group) for group in sectors])]
            for window in further:
                rows = [of[group, window] for group in sectors]
                cells = [self.figures.percent(row.caar_ew, arrow=True) for row in rows]
                fields.append(Field(str(window), cells))
                fields.append(Field("p", [Text(probability(row.p_portfolio)) for row in rows], priority=1))
            yield from self._section("sectors_later", self._table(fields))
        if pending and report.provenance.study:
            yield Text(self.words("pending", windows=", ".join(pending)), style="dim")

    def _spreads(self, rows: Sequence[SpreadRow]) -> RenderableType | None:
        rows = [row for row in rows if math.isfinite(row.mean_return_ew)]
        if not rows:
            return None
        names = [
            self.words("minus", a=self._sector_name(row.sector_a), b=self._sector_name(row.sector_b)) for row in rows
        ]
        fields = [
            self._names("col_pair", names),
            self._percent("col_mean", rows, lambda row: row.mean_return_ew, arrow=True),
            self._percent("col_cap", rows, lambda row: row.mean_return_cw, priority=2),
        ]
        if self.report.provenance.study:
            fields += [
                self._percent("col_caar", rows, lambda row: row.caar_ew),
                self._field("col_t", rows, lambda row: Text(signed(row.t_portfolio, 1))),
                self._field("col_p", rows, lambda row: Text(probability(row.p_portfolio)), priority=1),
            ]
        return self._table(fields)

    # -- stocks

    def _stocks(self) -> Iterator[RenderableType]:
        leading = self.report.leading
        rows = [row for row in self.report.impact.stocks if row.window == leading and math.isfinite(row.raw_return)]
        rows.sort(key=lambda row: -row.raw_return)
        top = len(rows) if self.report.provenance.selected else TOP
        winners = [row for row in rows if row.raw_return > 0][:top]
        losers = [row for row in reversed(rows) if row.raw_return < 0][:top]
        for key, chosen in (("winners_at", winners), ("losers_at", losers)):
            if chosen:
                yield from self._section(key, self._stock_table(chosen), window=self._window(leading))

    def _stock_table(self, rows: Sequence[StockRow]) -> RenderableType:
        printed = self.report.printed
        fields = [
            self._field("col_ticker", rows, lambda row: Text(row.stock.ticker), right=False),
            self._names("col_stock", [self.words.name(row.stock) for row in rows]),
            Field(
                self.words("col_sector"), [Text(self._sector_name(row.stock.sector)) for row in rows], 4, right=False
            ),
            self._percent("col_return", rows, lambda row: row.raw_return, arrow=True),
        ]
        if self.report.provenance.study:
            fields += [
                self._percent("col_car", rows, lambda row: row.car),
                self._field("col_t", rows, lambda row: Text(signed(row.scar, 1))),
                self._field("col_p", rows, lambda row: Text(probability(row.p)), priority=2),
                self._field("col_volume", rows, lambda row: Text(number(row.volume_ratio, 1)), priority=3),
                self._field("col_flags", rows, lambda row: Text(self._flags(row)), priority=1, right=False),
            ]
        elif printed:
            fields += [
                self._percent("col_vs_index", rows, lambda row: row.raw_return - row.benchmark_return, priority=5),
                self._field("col_printed", rows, lambda row: Text(printed[row.stock.ticker].published_by), right=False),
            ]
        return self._table(fields)

    def _flags(self, row: StockRow) -> str:
        return ", ".join(self.words(f"flag_{flag}") for flag in row.flags)

    # -- paths and lists

    def _paths(self) -> Iterator[RenderableType]:
        sectors = [row.group for row in self.report.sectors(self.report.leading)]
        caar = {(point.group, point.tau): point.caar for point in self.report.impact.paths}
        taus = [tau for tau in _PATH_TAUS if any((group, tau) in caar for group in sectors)]
        if not taus or taus[-1] <= 0:
            return
        fields = [self._names("col_sector", [self.words.name(group) for group in sectors])]
        for tau in taus:
            cells = [self.figures.percent(caar.get((group, tau), math.nan)) for group in sectors]
            fields.append(
                Field(f"{tau:+d}" if tau else "0", cells, priority=abs(tau) if tau not in (0, taus[-1]) else 0)
            )
        yield from self._section("paths", self._table(fields))

    def _notes(self) -> Iterator[RenderableType]:
        for title, lines in (
            ("confounders", notes.confounders(self.report, self.words)),
            ("abroad", notes.abroad(self.report, self.words)),
            ("skipped", notes.skipped(self.report, self.words)),
            ("quality", notes.quality(self.report, self.words)),
        ):
            if lines:
                yield from self._section(title, Text("\n".join(lines)))

    # -- cells

    def _table(self, fields: Sequence[Field]) -> RenderableType:
        return table(fields, self.style.width, ascii_only=self.style.ascii)

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

    @property
    def _dot(self) -> str:
        return "|" if self.style.ascii else "·"

    def _window(self, window: Window) -> str:
        if (window.first, window.last) == (0, 0):
            return self.words("window_day")
        return self.words("window_other", window=window, start=window.start, end=window.end)

    def _sector_name(self, sector: str) -> str:
        return next(
            self.words.name(group) for group in self.report.groups if group.sector == sector and group.theme is None
        )
