"""The report: verdicts, sectors, winners and losers, the path since, other tests, and what was left out.

Its summary fits one screen of 100 x 40; it counts what it leaves out, and names the option that shows it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from screener.i18n import N_, _, ngettext
from screener.report.blocks import Cell, Field, Grid, Key, Line, Page, Section, Span, line
from screener.report.formatting import arrow, direction, percent
from screener.report.grids import (
    NAIVE_TESTS,
    PARTS_OF_STOCKS,
    PLANTED_AND_FOUND,
    SECTOR_NAME,
    SUMMARY,
    TESTS,
    THEME_NAME,
    group_columns,
    later_columns,
    mover_columns,
    part_columns,
    spread_columns,
    stock_columns,
)
from screener.report.grids import percent as percent_cell
from screener.report.grids import probability as p_cell
from screener.report.grids import signed as signed_cell
from screener.report.model import MEASURES, MODELS, Report
from screener.report.rows import (
    POST_HOC,
    best_first,
    caar_paths,
    fields_by_tau,
    fields_of,
    groups_at,
    is_at,
    names_in,
    rows_of,
    sectors_at,
    spread_rows,
    stocks_at,
)
from screener.report.views import notes

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
    view = _Study(report)
    sections = view.full() if full else view.summary(explain=explain)
    return Page(notes.page_title(report), tuple(view.lead()), tuple(sections))


class _Study:
    """The sections of the page."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.sectors = sectors_at(report, report.leading)
        self.stocks = stocks_at(report, report.leading)
        self.study = report.provenance.study
        self.funds = bool(report.provenance.proxies)  # funds stand for the indices

    def summary(self, *, explain: bool) -> Iterator[Section]:
        yield self._sectors(full=False)
        if explain and self.study:
            yield self._parts()
        yield from self._planted()
        yield from self._movers()
        yield Section(Key.BESIDE, "", tuple(notes.in_short(self.report)))

    def full(self) -> Iterator[Section]:
        yield self._sectors(full=True)
        yield from self._planted()
        yield from self._winners_and_losers()
        yield from self._later()
        yield from self._paths()
        yield from _trend(self.report, self.sectors)
        yield from self._spreads()
        yield from self._themes()
        yield from notes.sections(self.report, Key.CONTRIBUTION, Key.HEAVYWEIGHTS, Key.CONFOUNDERS, Key.ABROAD)
        yield from self._tests()
        if self.study:
            yield self._parts()
        yield from self._stocks()
        yield from notes.sections(self.report, Key.SKIPPED, Key.QUALITY)

    def lead(self) -> Iterator[Line]:
        """Best and worst sector, the first spread, the market, and where the prices come from."""
        ranked = [row for row in self.sectors if not row.post_hoc and row.n]
        if len(ranked) == 1:
            yield _verdict(_("Won") if ranked[0].mean_return_ew > 0 else _("Lost"), _("Sector"), ranked[0])
        elif ranked:
            yield _verdict(_("Won") if ranked[0].mean_return_ew > 0 else _("Best"), _("Best"), ranked[0])
            yield _verdict(_("Lost") if ranked[-1].mean_return_ew < 0 else _("Worst"), _("Worst"), ranked[-1])
        for spread in spread_rows(self.report)[:1]:
            if math.isfinite(mean := spread.mean_return_ew):
                text = _("{a} minus {b}: {spread} percentage points", a=spread.a, b=spread.b, spread=percent(mean))
                label, colon, value = text.partition(": ")
                yield Line((Span(label + colon, strong=True), Span(value, direction(mean), strong=True)))
        yield from notes.market(self.report.provenance)
        yield from notes.provenance_lines(self.report)

    def _sectors(self, *, full: bool) -> Section:
        rows = self._shown(self.sectors)
        columns = group_columns(SECTOR_NAME, study=self.study, funds=self.funds)
        body: list[Line | Grid] = [Grid(fields_of(rows, columns if full or not self.study else SUMMARY))]
        if any(row.post_hoc for row in rows):
            body.append(line(_(POST_HOC), "dim"))
        if self.study:
            verdicts = notes.verdicts(self.report)
            if full:
                body += [line(text) for text in [*verdicts, *notes.dominant_members(self.report)]]
                legend = _(
                    "CAAR: mean return beyond the {model}. Rank: place of the event among ordinary sessions "
                    "before it, 1 = none was more extreme; p = rank / sessions. q: p for the number of "
                    "sectors shown. Winner or loser: a score of 25 at least, and q at most .10. Vol. x: "
                    "volume over its usual. Path: CAAR from the base on, each row on its own scale.",
                    model=_(MODELS[self.report.rules.model]),
                )
                body.append(line(legend, "dim"))
            elif verdicts:
                body.append(line(" ".join(verdicts)))
        return self._section(Key.SECTORS, N_("Sectors, {window}"), *body)

    def _parts(self) -> Section:
        """What the scores are made of."""
        stocks = sorted((row for row in self.stocks if math.isfinite(row.score)), key=lambda row: -row.score)
        shown = stocks if len(stocks) <= 2 * TOP else [*stocks[:TOP], *stocks[-TOP:]]
        left_out = any(math.isfinite(row.score_low) for row in self.sectors)
        body: list[Line | Grid] = [
            Grid(fields_of(self.sectors, part_columns(left_out=left_out))),
            line(""),
            Grid(fields_of(shown, PARTS_OF_STOCKS)),
        ]
        if len(shown) < len(stocks):
            body.append(line(_("and {n} more: --csv DIR writes them all", n=len(stocks) - len(shown)), "dim"))
        note = _(
            "Each part lies between -1 and +1; the score is 100 times their mean, weighted as "
            "configured. Steady: % of 1,000 random weightings that leave it in its third of the "
            "table. Without one: lowest and highest score when each member is left out once."
        )
        return self._section(Key.PARTS, N_("What the scores are made of, {window}"), *body, line(note, "dim"))

    def _planted(self) -> Iterator[Section]:
        frame = self.report.frames.planted
        if frame.empty:
            return
        rows = rows_of(frame.assign(name=names_in(frame, starred=True)))
        covered = _("{n} of {of} intervals cover what was planted", n=int(frame["covered"].sum()), of=len(rows))
        planted = {row.sector for row in rows}
        groups = groups_at(self.report, self.report.leading)
        others = [row.name for row in groups if row.theme is None and row.sector not in planted]
        without = _(
            "{names}: no CAAR was planted there; it shows what limits and halts do to a mean.", names=", ".join(others)
        )
        lines = [line(text, "dim") for text in [covered, *([without] if others else [])]]
        title = N_("What was planted, and what was found, CAAR in %")
        yield self._section(Key.PLANTED, title, Grid(fields_of(rows, PLANTED_AND_FOUND)), *lines)

    def _movers(self) -> Iterator[Section]:
        """Best and worst stocks side by side."""
        winners, losers = self._ranked()
        if not winners and not losers:
            return
        body: list[Line | Grid] = [Grid(tuple(self._side_by_side(winners[:TOP_OF_SUMMARY], losers[:TOP_OF_SUMMARY])))]
        up, down = (max(len(rows) - TOP_OF_SUMMARY, 0) for rows in (winners, losers))
        if up or down:
            body.append(line(_("{up} more rose, {down} more fell: --full shows them", up=up, down=down), "dim"))
        yield self._section(Key.MOVERS, N_("Winners and losers, {window}"), *body)

    def _side_by_side(self, winners: list[Any], losers: list[Any]) -> Iterator[Field]:
        longest = max(len(winners), len(losers))
        for rows, columns in zip((winners, losers), mover_columns(study=self.study), strict=True):
            missing = (Cell(""),) * (longest - len(rows))
            for field in fields_of(rows, columns):
                yield Field(field.header, (*field.cells, *missing), field.priority, field.right)

    def _winners_and_losers(self) -> Iterator[Section]:
        winners, losers = self._ranked()
        top = max(len(winners), len(losers)) if self.report.provenance.selected else TOP
        both = self._fields_of_stocks([*winners[:top], *losers[:top]])
        for key, title, rows in (
            (Key.WINNERS, N_("Winners, {window}"), winners),
            (Key.LOSERS, N_("Losers, {window}"), losers),
        ):
            if rows:
                body: list[Line | Grid] = [Grid(self._fields_of_stocks(rows[:top]), both)]
                if len(rows) > top:
                    body.append(line(_("and {n} more: all of them are listed below", n=len(rows) - top), "dim"))
                yield self._section(key, title, *body)

    def _stocks(self) -> Iterator[Section]:
        """Every stock with a return, the best first; a newspaper's selection stands among winners and losers whole."""
        if self.report.provenance.selected:
            return
        note = _(
            "p: rank among ordinary sessions of the same stock. 95% interval: by its t, so it may "
            "disagree with p. * in a group put together after the event."
        )
        body: list[Line | Grid] = [Grid(self._fields_of_stocks(self._with_returns()))]
        yield self._section(Key.STOCKS, N_("All stocks, {window}"), *body, *([line(note, "dim")] if self.study else []))

    def _fields_of_stocks(self, rows: list[Any]) -> tuple[Field, ...]:
        printed = any(row.published_by is not None for row in self.stocks)
        return fields_of(rows, stock_columns(study=self.study, funds=self.funds, printed=printed))

    def _ranked(self) -> tuple[list[Any], list[Any]]:
        rows = self._with_returns()
        return [row for row in rows if row.raw_return > 0], [row for row in reversed(rows) if row.raw_return < 0]

    def _with_returns(self) -> list[Any]:
        return sorted((row for row in self.stocks if math.isfinite(row.raw_return)), key=lambda row: -row.raw_return)

    def _later(self) -> Iterator[Section]:
        """CAAR and p of every sector in further windows."""
        if not self.study:
            return
        windows = self.report.windows
        fields: list[Field] = []
        for window in windows:
            if window.available and window != self.report.leading:
                rows = {row.sector: row for row in sectors_at(self.report, window)}
                in_order = [rows[row.sector] for row in self.sectors]
                fields += fields_of(in_order, later_columns(str(window)))
        body: list[Line | Grid] = [Grid((*fields_of(self.sectors, [SECTOR_NAME]), *fields))] if fields else []
        if pending := [str(window) for window in windows if not window.available]:
            body.append(line(_("Windows not over yet: {windows}", windows=", ".join(pending)), "dim"))
        if body:
            yield self._section(Key.LATER, N_("Sectors, cumulative abnormal return (CAAR, %) and p"), *body)

    def _paths(self) -> Iterator[Section]:
        paths = caar_paths(self.report)
        if fields := fields_by_tau([(row.name, paths.get(row.sector, {})) for row in self.sectors]):
            title = N_("How it went on: CAAR in %, base = 0, by sessions from the event day")
            yield self._section(Key.PATHS, title, Grid(fields))

    def _spreads(self) -> Iterator[Section]:
        rows = [row for row in spread_rows(self.report) if is_at(row, self.report.leading)]
        if rows := [row for row in rows if math.isfinite(row.mean_return_ew)]:
            grid = Grid(fields_of(rows, spread_columns(study=self.study)))
            yield self._section(Key.SPREADS, N_("Sector against sector, {window}"), grid)

    def _themes(self) -> Iterator[Section]:
        groups = [row for row in groups_at(self.report, self.report.leading) if row.theme is not None]
        columns = group_columns(THEME_NAME, study=self.study, funds=self.funds)
        every = fields_of(groups, columns)
        body: list[Line | Grid] = []
        for sector in self._shown(self.sectors):
            themes = self._shown(best_first(row for row in groups if row.sector == sector.sector))
            if len(themes) > 1:
                body += [*([line("")] if body else []), line(sector.name, "strong")]
                body.append(Grid(fields_of(themes, columns), every))
        if body:
            yield self._section(Key.THEMES, N_("Themes, {window}"), *body)

    def _tests(self) -> Iterator[Section]:
        if not self.study:
            return
        note = _(
            "corrected p: of the rank, for the other sectors (Westfall-Young). r-bar: correlation "
            "between the stocks before the event. GRANK-T rejects somewhat too often on real returns."
        )
        grid = Grid(fields_of(self.sectors, TESTS))
        yield self._section(Key.TESTS, N_("p by other tests, {window}"), grid, line(note, "dim"))
        note = _(
            "Stocks that share a date move together, so these find significance where nothing "
            "happened: to compare, not to believe."
        )
        grid = Grid(fields_of(self.sectors, NAIVE_TESTS))
        title = N_("p by tests that assume independence between stocks, {window}")
        yield self._section(Key.NAIVE_TESTS, title, grid, line(note, "dim"))

    def _section(self, key: Key, title: str, *body: Line | Grid) -> Section:
        return Section(key, _(title, window=notes.window_name(self.report.leading)), body)

    def _shown(self, rows: Sequence[Any]) -> list[Any]:
        """Of a newspaper's selection, only the groups of which it printed anything."""
        return [row for row in rows if row.n or not self.report.provenance.selected]


def _verdict(label: str, unclear_label: str, row: Any) -> Line:
    unclear = row.verdict == "no clear effect"
    text = _(
        "{name} {mean}% ({stocks}, {up}% up)",
        name=row.name,
        mean=percent(row.mean_return_ew),
        stocks=ngettext("{n} stock", "{n} stocks", row.n),
        up=f"{row.breadth_up * 100:.0f}",
    )
    spans = [
        Span(f"{unclear_label if unclear else label}: ", strong=True),
        Span(f"{arrow(row.mean_return_ew)} {text}", direction(row.mean_return_ew), strong=True),
    ]
    if math.isfinite(row.placebo_rank):
        before, days = int(row.placebo_rank) - 1, int(row.placebo_n) - 1
        message = (
            N_("; {before} of {days} ordinary sessions were as extreme")
            if before
            else N_("; more extreme than any of {days} ordinary sessions")
        )
        spans.append(Span(_(message, days=days, before=before)))
    if unclear:
        spans.append(Span(_("; no clear effect")))
    return Line(tuple(spans))


_TREND = (("score", "score", signed_cell), ("caar", "caar_ew", percent_cell), ("q", "q", p_cell))


def _trend(report: Report, sectors: list[Any]) -> Iterator[Section]:
    """Score, CAAR and q of every sector, report by report; nothing unless there are two reports."""
    rows = rows_of(report.frames.trend)
    days = sorted({row.reported for row in rows})
    if len(days) < 2:
        return
    body: list[Line | Grid] = []
    for measure, column, cell in _TREND:
        paths = [
            (sector.name, {row.tau: getattr(row, column) for row in rows if row.sector == sector.sector})
            for sector in sectors
        ]
        # Groups that are no evidence have no q.
        if known := [(name, path) for name, path in paths if any(map(math.isfinite, path.values()))]:
            body += [line(_(MEASURES[measure]), "strong"), Grid(fields_by_tau(known, cell)), line("")]
    note = _(
        "A column is the report of that session; {n} reports, {first} to {last}. trend.csv has every session.",
        n=len(days),
        first=days[0],
        last=days[-1],
    )
    body.append(line(note, "dim"))
    if missing := [str(day) for day in report.sessions if day < days[-1] and day not in days]:
        body.append(line(_("Sessions without a report: {days}", days=", ".join(missing)), "dim"))
    title = _("Report by report: over all days from the event to the session of each report")
    yield Section(Key.TREND, title, tuple(body))
