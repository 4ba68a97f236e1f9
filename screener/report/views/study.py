"""The report: verdicts, sectors, winners and losers, the path since, other tests, and what was left out.

Its summary fits one screen of 100 x 40; it counts what it leaves out, and names the option that shows it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from screener.i18n import N_, _, ngettext
from screener.krx.hours import RETURN_GAP
from screener.report import grids
from screener.report.blocks import Cell, Field, Grid, Key, Line, Page, Section, advised, directed, line
from screener.report.formatting import arrow, direction, percent, probability, signed
from screener.report.model import MEASURES, MODELS, Report
from screener.report.rows import (
    CHOSEN,
    POST_HOC,
    best_first,
    caar_paths,
    each_once,
    ends,
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
from screener.report.views import head, notes
from screener.study.placebo import FEWEST_DATES

_TOP = 8
"""Winners, and losers, that the full report names before it lists every stock."""
_TOP_OF_SUMMARY = 3
_NAMES_OF_SUMMARY = 6
"""Sectors that a verdict of a summary names."""
_VERDICTS = {
    "winner": N_("Winners: {names}."),
    "loser": N_("Losers: {names}."),
    "withheld": N_(
        "Withheld: {names}. The closes are of two kinds, which alone can cause a difference of {gap}%: smaller "
        "differences get no verdict."
    ),
    "wild": N_("Verdict withheld: {names}."),
    "cannot be tested": N_("Cannot be tested: {names}. A corrected p of .10 requires {needed} ordinary sessions."),
    "no clear effect": N_(
        "No clear effect: {names}. Not significant for {tested} sectors tested together (a winner or loser has a "
        "corrected p of .10 or less and a score of 25 or more)."
    ),
}
_TREND = {"score": grids.signed, "caar_ew": grids.percent, "p_family": grids.probability}


def study_page(report: Report, *, full: bool = False, explain: bool = False) -> Page:
    """The page of `screener report`: everything if `full`, else a summary; `explain`: with what scores are made of."""
    view = _Study(report)
    return Page.of(head.page_title(report), view.lead(), view.full() if full else view.summary(explain=explain))


class _Study:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.sectors = sectors_at(report, report.leading)
        self.stocks = each_once(stocks_at(report, report.leading))
        self.study = report.provenance.study
        self.funds = bool(report.provenance.proxies)  # funds stand for the indices

    def summary(self, *, explain: bool) -> Iterator[Section]:
        yield self._sectors(full=False)
        if explain and self.study:
            yield self._parts()
        yield from self._planted()
        yield self._movers()
        yield Section(Key.BESIDE, "", tuple(notes.in_short(self.report)))

    def full(self) -> Iterator[Section]:
        yield self._sectors(full=True)
        yield from self._planted()
        yield from self._winners_and_losers()
        if self.study:
            yield self._later()
        yield self._paths()
        yield from self._trend()
        yield self._spreads()
        yield self._themes()
        yield from notes.sections(self.report, Key.CONTRIBUTION, Key.HEAVYWEIGHTS, Key.CONFOUNDERS, Key.ABROAD)
        if self.study:
            yield from notes.sections(self.report, Key.AS_EXTREME)
            yield from self._tests()
            yield self._parts()
        # A newspaper's selection stands among winners and losers whole.
        if not self.report.provenance.selected:
            yield self._stocks()
        yield from notes.sections(self.report, Key.SKIPPED, Key.QUALITY)

    def _end(self, label: str, row: Any) -> Line:
        """One end of the ranking: its abnormal return, by which it ranks, or its return where none is abnormal."""
        moved = row.caar_ew if self.study else row.mean_return_ew
        label = {"winner": _("Won"), "loser": _("Lost")}.get(row.verdict, label)
        if self.study:
            text = _(
                "{name} abnormal return {caar}% (return {mean}%)",
                name=row.name,
                caar=percent(row.caar_ew),
                mean=percent(row.mean_return_ew),
            )
        else:
            text = ngettext(
                "{name} {mean}% ({n} stock, {up}% up)",
                "{name} {mean}% ({n} stocks, {up}% up)",
                row.n,
                name=row.name,
                mean=percent(row.mean_return_ew),
                up=f"{row.breadth_up * 100:.0f}",
            )
        return directed(label, f"{arrow(moved)} {text}", direction(moved), "".join(self._certainty(row, moved)))

    def _certainty(self, row: Any, moved: float) -> Iterator[str]:
        """How the event ranks among ordinary sessions, and why there is no winner or loser where there is none."""
        if math.isfinite(row.placebo_rank):
            yield notes.among_ordinary(row.placebo_rank, row.placebo_n)
            yield notes.as_extreme(self.report, row)
        within_closes = not self.study and self.report.last_prices_since and abs(moved) <= RETURN_GAP
        if row.verdict == "withheld" or within_closes:
            yield _("; verdict withheld")
        elif row.verdict == "no clear effect":
            yield _("; no clear effect")
        elif row.verdict == "cannot be tested":
            yield _("; cannot be tested: {sessions}", sessions=notes.ordinary_sessions(row.family_n))

    def lead(self) -> Iterator[Line]:
        """Best and worst sector, the first spread, the market, and where the prices come from."""
        yield from head.closes(self.report)
        measure = "caar_ew" if self.study else "mean_return_ew"
        ranked = [row for row in self.sectors if not row.post_hoc and math.isfinite(getattr(row, measure))]
        if len(ranked) == 1:
            yield self._end(_("Sector"), ranked[0])
        elif ranked and self.study:
            yield self._end(_("Strongest"), ranked[0])
            yield self._end(_("Weakest"), ranked[-1])
        elif ranked:
            best, worst = ranked[0], ranked[-1]
            yield self._end(_("Rose most") if best.mean_return_ew > 0 else _("Fell least"), best)
            yield self._end(_("Fell most") if worst.mean_return_ew < 0 else _("Rose least"), worst)
        for spread in spread_rows(self.report)[:1]:
            yield from self._spread(spread)
        yield from head.market(self.report.provenance)
        yield from head.day_check(self.report)
        yield from head.provenance_lines(self.report)

    def _spread(self, row: Any) -> Iterator[Line]:
        names = {"a": row.a, "b": row.b, "mean": percent(row.mean_return_ew)}
        if math.isfinite(row.caar_ew):
            moved = row.caar_ew
            text = _("{a} minus {b}: abnormal return {caar} pp (return {mean} pp)", caar=percent(moved), **names)
        elif math.isfinite(moved := row.mean_return_ew):
            text = _("{a} minus {b}: return {mean} pp", **names)
        else:
            return
        label, _colon, value = text.partition(": ")
        p = f"; p {probability(row.placebo_p)}" if math.isfinite(row.placebo_p) else ""
        yield directed(label, value, direction(moved), p)

    def _sectors(self, *, full: bool) -> Section:
        every = self._shown(self.sectors)
        rows = every if full else ends(every)
        columns = grids.group_columns(grids.SECTOR_NAME, study=self.study, funds=self.funds)
        if self.study and not full:
            columns = grids.summary_columns(funds=self.funds)
        note = _(POST_HOC) if any(row.post_hoc for row in rows) else ""
        left = len(every) - len(rows)
        hidden = ngettext(
            "and {n} more sector in between: --full",
            "and {n} more sectors in between: --full",
            left,
        )
        verdicts = list(self._verdicts(None if full else _NAMES_OF_SUMMARY))
        body: list[Line | str] = [hidden] if left else []
        body += [line(" ".join(verdicts))] if verdicts else []
        if full:
            legend = _(
                "CAAR: mean abnormal return by the {model}; sectors are sorted by it. Rank: place of the event "
                "among ordinary sessions before it, 1 = none was as extreme; p = rank / sessions. Corrected p: "
                "corrected for all sectors tested together (Westfall-Young); q: the same by Benjamini-Hochberg. "
                "Winner or loser: a corrected p of .10 or less and a score of 25 or more, with the sign of the "
                "CAAR. A verdict therefore holds at 10% for all sectors together, a confidence interval at 95% for "
                "one sector. Vol. x: volume as a multiple of its usual level. Path: CAAR since the base day, each "
                "row on its own scale.",
                model=_(MODELS[self.report.rules.model]),
            )
            body = [*map(line, [*verdicts, *self._dominant_members()]), legend if self.study else ""]
        return self._section(Key.SECTORS, N_("Sectors, {window}"), Grid(fields_of(rows, columns)), note, *body)

    def _verdicts(self, most: int | None) -> Iterator[str]:
        rows = sorted(self.sectors, key=lambda row: -abs(row.score))
        wild = self.report.day is not None and self.report.day.windows[0].withheld
        for verdict, message in _VERDICTS.items():
            if named := [row for row in rows if ("wild" if wild and row.verdict else row.verdict) == verdict]:
                names = [_("{name} {score}", name=row.name, score=signed(row.score, 0)) for row in named]
                if verdict == "cannot be tested":
                    names = [f"{row.name} ({notes.ordinary_sessions(row.family_n)})" for row in named]
                yield _(
                    message,
                    names=notes.several(names, most),
                    gap=f"{100 * RETURN_GAP:g}",
                    needed=FEWEST_DATES,
                    tested=sum(math.isfinite(row.p_family) for row in rows),
                )

    def _dominant_members(self) -> Iterator[str]:
        """The sectors whose score rests on one stock."""
        names = {row.ticker: row.name for row in self.stocks}
        for row in self.sectors:
            if row.score_maker and not row.post_hoc:
                yield _(
                    "{name}: the score depends on one stock, {stock} ({low} to {high} when each is left out).",
                    name=row.name,
                    stock=names[row.score_maker],
                    low=signed(row.score_low, 0),
                    high=signed(row.score_high, 0),
                )

    def _parts(self) -> Section:
        stocks = sorted((row for row in self.stocks if math.isfinite(row.score)), key=lambda row: -row.score)
        shown = stocks if len(stocks) <= 2 * _TOP else [*stocks[:_TOP], *stocks[-_TOP:]]
        left_out = any(math.isfinite(row.score_low) for row in self.sectors)
        return self._section(
            Key.PARTS,
            N_("Parts of the scores, {window}"),
            Grid(fields_of(self.sectors, grids.part_columns(left_out=left_out))),
            line(""),
            Grid(fields_of(shown, grids.PARTS_OF_STOCKS)),
            advised(notes.more(N_("and {n} more"), len(stocks) - len(shown)), _(": --csv DIR writes all of them")),
            _(
                "Each part lies between -1 and +1; the score is 100 times their mean, weighted as configured. Rank "
                "stability: % of 1,000 random weightings that leave the row in its third of the table. "
                "Leave-one-out: lowest and highest score when each member is left out once."
            ),
        )

    def _planted(self) -> Iterator[Section]:
        frame = self.report.frames.planted
        if frame.empty:
            return
        rows = rows_of(frame.assign(name=names_in(frame, starred=True)))
        covered = _(
            "{n} of {of} confidence intervals contain the true effect", n=int(frame["covered"].sum()), of=len(rows)
        )
        planted = {row.sector for row in rows}
        groups = groups_at(self.report, self.report.leading)
        others = [row.name for row in groups if row.theme is None and row.sector not in planted]
        without = _(
            "{names}: no CAAR was specified; the group shows the effect of price limits and halts on a mean.",
            names=", ".join(others),
        )
        title = N_("Known effects and estimates, CAAR in %")
        grid = Grid(fields_of(rows, grids.PLANTED_AND_FOUND))
        yield self._section(Key.PLANTED, title, grid, covered, without if others else "")

    def _movers(self) -> Section:
        ranked = self._ranked()
        up, down = (max(len(rows) - _TOP_OF_SUMMARY, 0) for rows in ranked)
        shown = [rows[:_TOP_OF_SUMMARY] for rows in ranked]
        longest = max(map(len, shown))
        fields = [
            replace(field, cells=[*field.cells, *[Cell("")] * (longest - len(rows))])
            for rows, columns in zip(shown, grids.mover_columns(study=self.study), strict=True)
            for field in fields_of(rows, columns)
        ]
        title = N_("Winners and losers by abnormal return, {window}")
        more = N_("{up} more above, {down} more below the expected return: --full shows them")
        if not self.study:
            title = N_("Largest gains and losses, {window}")
            more = N_("{up} more rose, {down} more fell: --full shows them")
        hidden = _(more, up=up, down=down) if up or down else ""
        return self._section(Key.MOVERS, title, Grid(tuple(fields)), hidden)

    def _winners_and_losers(self) -> Iterator[Section]:
        winners, losers = self._ranked()
        top = max(len(winners), len(losers)) if self.report.provenance.selected else _TOP
        both = self._fields_of_stocks([*winners[:top], *losers[:top]])
        titles = N_("Rose most, {window}"), N_("Fell most, {window}")
        if self.study:
            titles = N_("Winners by abnormal return, {window}"), N_("Losers by abnormal return, {window}")
        for key, title, rows in zip((Key.WINNERS, Key.LOSERS), titles, (winners, losers), strict=True):
            more = notes.more(N_("and {n} more, all listed below"), len(rows) - top)
            yield self._section(key, title, Grid(self._fields_of_stocks(rows[:top]), both), more)

    def _stocks(self) -> Section:
        """Every stock with a return, the best first."""
        note = _(
            "Sorted by abnormal return (CAR). 95% CI and p of t: from the same t test. p: rank among ordinary "
            "sessions of the same stock. * in a group put together after the event."
        )
        grid = Grid(self._fields_of_stocks(self._with_returns()))
        return self._section(Key.STOCKS, N_("All stocks, {window}"), grid, note if self.study else "")

    def _fields_of_stocks(self, rows: list[Any]) -> tuple[Field, ...]:
        printed = any(row.published_by is not None for row in self.stocks)
        return fields_of(rows, grids.stock_columns(study=self.study, funds=self.funds, printed=printed))

    def _ranked(self) -> tuple[list[Any], list[Any]]:
        """Stocks above and below zero by what they rank by, the farthest from it first."""
        rows, measure = self._with_returns(), "car" if self.study else "raw_return"
        up = [row for row in rows if getattr(row, measure) > 0]
        return up, [row for row in reversed(rows) if getattr(row, measure) < 0]

    def _with_returns(self) -> list[Any]:
        """Stocks with a return, by abnormal return, and those without one after them; without a study by return."""

        def place(row: Any) -> tuple[bool, float]:
            known = self.study and math.isfinite(row.car)
            return not known, -(row.car if known else row.raw_return)

        return sorted((row for row in self.stocks if math.isfinite(row.raw_return)), key=place)

    def _later(self) -> Section:
        fields: list[Field] = []
        for window in self.report.windows:
            if window.available and window != self.report.leading:
                rows = {row.sector: row for row in sectors_at(self.report, window)}
                label = head.window_label(self.report, window)
                columns = grids.later_columns(label, raw=label != str(window))
                fields += fields_of([rows[row.sector] for row in self.sectors], columns)
        body: list[Line | Grid | str] = (
            [Grid((*fields_of(self.sectors, [grids.SECTOR_NAME]), *fields))] if fields else []
        )
        if pending := ", ".join(str(window) for window in self.report.windows if not window.available):
            body.append(_("Windows not complete yet: {windows}", windows=pending))
        body += head.long_windows(self.report)
        return self._section(Key.LATER, N_("Sectors, cumulative abnormal return (CAAR, %) and p"), *body)

    def _paths(self) -> Section:
        paths = caar_paths(self.report)
        fields = fields_by_tau([(row.name, paths.get(row.sector, {})) for row in self.sectors])
        title = N_("Cumulative path: CAAR in %, base day = 0, by session relative to the event day")
        return self._section(Key.PATHS, title, Grid(fields))

    def _trend(self) -> Iterator[Section]:
        """Score, CAAR and corrected p of every sector, report by report; nothing unless there are two reports."""
        rows = rows_of(self.report.frames.trend)
        days = sorted({row.reported for row in rows})
        if len(days) < 2:
            return
        body: list[Line | Grid | str] = []
        for measure, cell in _TREND.items():
            paths = [
                (sector.name, {row.tau: getattr(row, measure) for row in rows if row.sector == sector.sector})
                for sector in self.sectors
            ]
            # Groups that are no evidence have no corrected p.
            if known := [(name, path) for name, path in paths if any(map(math.isfinite, path.values()))]:
                body += [line(_(MEASURES[measure]), "strong"), Grid(fields_by_tau(known, cell)), line("")]
        note = _(
            "Each column is the report of one session; {n} reports, {first} to {last}.",
            n=len(days),
            first=days[0],
            last=days[-1],
        )
        body.append(advised(note, _(" trend.csv has every session.")))
        if missing := [str(day) for day in self.report.sessions if day < days[-1] and day not in days]:
            body.append(_("Sessions without a report: {days}", days=", ".join(missing)))
        first = {row.sector: row.reported for row in reversed(rows)}
        for since in days[1:]:
            if added := [sector.name for sector in self.sectors if first.get(sector.sector) == since]:
                note = _(
                    "Added on {day}: {sectors}. Earlier reports do not include it.", day=since, sectors=", ".join(added)
                )
                body.append(note)
        title = N_("Report by report: from the event day to the session of each report")
        yield self._section(Key.TREND, title, *body)

    def _spreads(self) -> Section:
        rows = [row for row in spread_rows(self.report) if is_at(row, self.report.leading)]
        known = [row for row in rows if math.isfinite(row.mean_return_ew)]
        grid = Grid(fields_of(known, grids.spread_columns(study=self.study)))
        note = _(CHOSEN) if any(row.chosen for row in known) else ""
        return self._section(Key.SPREADS, N_("Sector against sector, {window}"), grid, note)

    def _themes(self) -> Section:
        groups = [row for row in groups_at(self.report, self.report.leading) if row.theme is not None]
        columns = grids.group_columns(grids.THEME_NAME, study=self.study, funds=self.funds)
        every = fields_of(groups, columns)
        body: list[Line | Grid] = []
        for sector in self._shown(self.sectors):
            themes = self._shown(best_first(row for row in groups if row.sector == sector.sector))
            if len(themes) > 1:
                body += [line(""), line(sector.name, "strong"), Grid(fields_of(themes, columns), every)]
        return self._section(Key.THEMES, N_("Themes, {window}"), *body[1:])

    def _tests(self) -> Iterator[Section]:
        note = _(
            "r-bar: mean correlation between stocks in the estimation window. GRANK-T rejects somewhat too often "
            "on real returns."
        )
        title = N_("p-values from other tests, {window}")
        yield self._section(Key.TESTS, title, Grid(fields_of(self.sectors, grids.TESTS)), note)
        note = _(
            "Stocks that share a date move together, so these tests find significance where there is none; for "
            "comparison only."
        )
        title = N_("p-values from tests that assume independence between stocks, {window}")
        yield self._section(Key.NAIVE_TESTS, title, Grid(fields_of(self.sectors, grids.NAIVE_TESTS)), note)

    def _section(self, key: Key, title: str, *body: Line | Grid | str) -> Section:
        return Section.of(key, _(title, window=head.window_with_days(self.report.leading)), *body)

    def _shown(self, rows: Sequence[Any]) -> list[Any]:
        """Of a newspaper's selection, only the groups of which it printed anything."""
        return [row for row in rows if row.n or not self.report.provenance.selected]
