"""A study of many events: the verdict on all of them, windows, groups, path, regression, and who drives the result."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from screener.data.findings import in_words
from screener.i18n import N_, _, language, ngettext
from screener.report import grids
from screener.report.blocks import Grid, Key, Line, Page, Section, Span, directed, line
from screener.report.formatting import arrow, direction, number, percent, probability, window_name
from screener.report.model import ALL, MODELS, PooledReport
from screener.report.rows import fields_by_tau, fields_of, rows_of
from screener.report.views import head, notes
from screener.study.placebo import LEVEL

REASONS = {
    "no date": N_("no readable date"),
    "no such stock": N_("no such stock in the prices"),
    "no such sector": N_("no such sector is configured"),
    "before the prices": N_("too few sessions of prices before it"),
    "window not over": N_("a window is not over yet"),
    "closed": N_("the exchange was closed"),
    "twice": N_("the same stock or sector on the same session as an earlier row"),
    "no history": N_("fewer than {min_obs} returns before it"),
    "no return": N_("no trade over a window"),
    "no market": N_("the market of the stock is unknown"),
}
"""Why a row of the file is left out."""
_DRIVERS, _DRIVERS_OF_SUMMARY = 10, 5
_NAMED = 5
"""Rows that are left out which a line names."""
_EXACT = 1e-9


def pooled_page(report: PooledReport, *, full: bool) -> Page:
    """The page of `screener study`: everything if `full`, else a summary."""
    view = _Pooled(report)
    return Page.of(view.title(), view.lead(), view.full() if full else view.summary())


def group_name(group: str) -> str:
    """What a page calls a group of events."""
    return _("all events") if group == ALL else group


def finding(row: Any) -> str:
    """The verdict on pooled events, which rests on the shifts of the calendar."""
    if abs(row.caar) <= row.close_gap and row.close_gap > 0:
        return _("withheld")
    if not math.isfinite(row.p_shift):
        return _("cannot be tested")
    if row.p_shift > LEVEL:
        return _("no more than chance")
    return _("more than chance")


def used_events(report: PooledReport) -> pd.DataFrame:
    """The used events in the leading window."""
    events, (first, last) = report.frames.events, report.rules.windows[0]
    return events[events["used"] & (events["window_start"] == first) & (events["window_end"] == last)]


class _Pooled:
    def __init__(self, report: PooledReport) -> None:
        self.report = report
        frame = report.frames.pooled
        labels = [
            group_name(group) if versus is None else _("{a} - {b}", a=group_name(group), b=group_name(versus))
            for group, versus in zip(frame["group"], frame["versus"], strict=True)
        ]
        windows = map(window_name, frame["window_start"], frame["window_end"])
        tested = [f"{label} {window}" for label, window in zip(labels, windows, strict=True)]
        ends = {"ci_low": frame["caar_low"], "ci_high": frame["caar_high"]}
        rows = rows_of(frame.assign(label=labels, tested=tested, **ends))
        self.whole = [row for row in rows if row.group == ALL and row.versus is None]
        groups = [row for row in rows if row.group != ALL and row.versus is None]
        # A single group of all events says what has been said.
        self.groups = [] if len({row.group for row in groups}) == 1 and groups[0].events == rows[0].events else groups
        self.differences = [row for row in rows if row.versus is not None]
        self.leading = self.whole[0]
        self.window = window_name(*report.rules.windows[0])

    def title(self) -> str:
        """The finding, and of how many events."""
        report = self.report
        if not report.events:
            found = _("no event can be used")
        else:
            found = _(
                "CAAR {window} {caar}%, {finding}",
                window=self.window,
                caar=percent(self.leading.caar),
                finding=finding(self.leading),
            )
        return f"{_('{name}: {finding}', name=report.name, finding=found)} · {self._counted()}"

    def _counted(self) -> str:
        events, sessions = self.report.events, self.report.sessions
        of_events = ngettext("{n} event", "{n} events", events)
        return ngettext("{events} on {n} session", "{events} on {n} sessions", sessions, events=of_events)

    def lead(self) -> Iterator[Line]:
        """The verdict, of what events, what was left out, and where the prices come from."""
        report = self.report
        if report.banner:
            yield head.banner(report.banner, since=report.last_prices_since)
        if report.events:
            yield self._verdict(_("All events, {window}", window=self.window), self.leading)
            leading = [row for row in self.differences if self._leads(row)]
            for row in leading[:1]:
                yield self._verdict(_("{difference}, {window}", difference=row.label, window=self.window), row)
        yield line(self._kinds())
        if report.left_out:
            yield line(self._left_out_in_short())
        yield from self._source()

    def _leads(self, row: Any) -> bool:
        return (row.window_start, row.window_end) == self.report.rules.windows[0]

    def _verdict(self, label: str, row: Any) -> Line:
        message = N_("{arrow} abnormal return {caar}%")
        if row.versus is not None:
            message = N_("{arrow} abnormal return difference {caar} pp")
        moved = _(message, arrow=arrow(row.caar), caar=percent(row.caar))
        return directed(label, moved, direction(row.caar), "".join(self._certainty(row)))

    def _certainty(self, row: Any) -> Iterator[str]:
        """The interval, how many shifts of the calendar were as extreme, and what follows."""
        if math.isfinite(row.ci_low):
            yield _(" (95% CI {low} to {high})", low=percent(row.ci_low), high=percent(row.ci_high))
        yield f"; {finding(row)}"
        if abs(row.caar) <= row.close_gap and row.close_gap > 0:
            yield _(": two kinds of closes alone can make {gap} points of it", gap=number(100 * row.close_gap, 1))
            return
        if not math.isfinite(row.p_shift):
            yield ngettext(": the calendar has {n} shift", ": the calendar has {n} shifts", int(row.shifts))
            return
        as_extreme, shifts = round(row.p_shift * (row.shifts + 1)) - 1, int(row.shifts)
        yield ngettext(
            ": {n} of {shifts} shifts of the calendar was as extreme (p {p})",
            ": {n} of {shifts} shifts of the calendar were as extreme (p {p})",
            as_extreme,
            shifts=f"{shifts:,}",
            p=probability(row.p_shift),
        )
        if row.p_shift <= LEVEL and row.caar * row.z_shift < 0:
            yield _(
                "; standardised by volatility, the events moved the other way: a few volatile stocks dominate the CAAR"
            )

    def _kinds(self) -> str:
        """How many events of what kind, their days, and how many overlap."""
        report = self.report
        used = used_events(self.report)
        stocks = int(used["ticker"].notna().sum())
        kinds = [
            ngettext("{n} of a stock", "{n} of stocks", stocks),
            ngettext("{n} of a sector", "{n} of sectors", len(used) - stocks),
        ]
        named = ", ".join(kind for kind, n in zip(kinds, (stocks, len(used) - stocks), strict=True) if n)
        text = _("{events} ({kinds})", events=self._counted(), kinds=named) if named else self._counted()
        if len(used):
            text += _(", {first} to {last}", first=used["event_day"].min(), last=used["event_day"].max())
        overlap = ngettext(
            "{n} overlaps with another event.",
            "{n} overlap with other events.",
            report.overlapping,
        )
        units = _("The tests count dates, not rows: events on the same session form one portfolio.")
        return " ".join([f"{text}.", *([overlap] if report.overlapping else []), units])

    def _left_out_in_short(self) -> str:
        left = self.report.left_out
        return ngettext(
            "Left out: {n} of {rows} row: {reasons}",
            "Left out: {n} of {rows} rows: {reasons}",
            sum(left.values()),
            rows=f"{self.report.rows:,}",
            reasons="; ".join(f"{self._reason(reason)} ({n:,})" for reason, n in self._reasons()),
        )

    def _reasons(self) -> list[tuple[str, int]]:
        return sorted(self.report.left_out.items(), key=lambda counted: -counted[1])

    def _reason(self, reason: str) -> str:
        return _(REASONS[reason], min_obs=self.report.rules.min_obs)

    def _source(self) -> Iterator[Line]:
        report, rules = self.report, self.report.rules
        for tried in report.tried:
            yield line(_("{source}: unavailable: {why}", source=tried.source, why=tried.why))
        text = _(
            "Source: {source} · {first} to {last} · benchmark {benchmark}",
            source=head.source_name(report.files[1:], report.source),
            first=report.first_session,
            last=report.last_session,
            benchmark=report.benchmark,
        )
        yield line(text, "dim")
        yield from head.read_as(report.files)
        text = _(
            "Model: {model}, estimation window {estimation} sessions, gap {gap}, minimum {min_obs}",
            model=_(MODELS[rules.model]),
            estimation=rules.estimation,
            gap=rules.gap,
            min_obs=rules.min_obs,
        )
        yield line(text, "dim")

    def summary(self) -> Iterator[Section]:
        if not self.report.events:
            return
        yield self._windows(legend=False)
        yield from self._of_groups(self.report.rules.windows[:1], legend=False)
        yield self._regression(self.report.rules.windows[:1], legend=False)
        yield self._drivers(_DRIVERS_OF_SUMMARY)
        more = Span(_(" Path, other tests, events left out: --full"), advice=True)
        yield Section(Key.BESIDE, "", (Line((Span(self._beside()), more)),))

    def full(self) -> Iterator[Section]:
        if self.report.events:
            yield self._windows(legend=True)
            yield self._path()
            yield from self._of_groups(self.report.rules.windows, legend=True)
            yield self._regression(self.report.rules.windows, legend=True)
            yield self._drivers(_DRIVERS)
            yield from self._tests()
        yield self._left_out()
        yield Section(Key.QUALITY, _("Data quality"), tuple(map(line, in_words(self.report.findings))))

    def _beside(self) -> str:
        return _(
            "Findings of the data checks: {findings} (warnings: {warnings}).",
            findings=len(self.report.findings),
            warnings=sum(finding.severity == "warning" for finding in self.report.findings),
        )

    def _windows(self, *, legend: bool) -> Section:
        text = _(
            "CAAR: mean abnormal return by the {model}. 95% CI and p: the whole calendar of events is shifted by "
            "the same number of sessions, which keeps its spacing and clusters; p = (1 + shifts as extreme) / "
            "(shifts + 1). z: the sum of the sessions' standardised returns over the square root of their number. "
            "Overlapping: events whose window shares a session with the window of another event.",
            model=_(MODELS[self.report.rules.model]),
        )
        others = _(
            "The title refers to {window}; the p-values of the other windows are not corrected for their number.",
            window=self.window,
        )
        return Section.of(
            Key.POOLED,
            _("All events, by window"),
            Grid(fields_of(self.whole, grids.POOLED)),
            others if len(self.whole) > 1 else "",
            text if legend else "",
        )

    def _of_groups(self, windows: Sequence[tuple[int, int]], *, legend: bool) -> Iterator[Section]:
        """Groups and their differences, a table a window."""
        body: list[Line | Grid | str] = []
        kinds = (
            (N_("Groups, {window}"), self.groups, grids.POOLED_BY_GROUP),
            (N_("Differences, {window}"), self.differences, grids.DIFFERENCES),
        )
        for window in windows:
            for title, rows, columns in kinds:
                if shown := [row for row in rows if (row.window_start, row.window_end) == window]:
                    caption = line(_(title, window=window_name(*window)), "strong")
                    body += [caption, Grid(fields_of(shown, columns), fields_of(rows, columns)), line("")]
        if not body:
            return
        note = _(
            "Each difference is between two CAARs; its confidence interval and p come from shifting both calendars "
            "by the same number of sessions. The p-values of groups and differences are not corrected for their "
            "number."
        )
        yield Section.of(Key.GROUPS, self._title_of_groups(), *body[:-1], note if legend else "")

    def _title_of_groups(self) -> str:
        match self.report.grouped_by:
            case "sectors":
                return _("Groups of events: sectors")
            case "industry":
                return _("Groups of events: industries")
            case column:
                return _("Groups of events: {column}", column=column)

    def _path(self) -> Section:
        paths: dict[str, dict[int, float]] = {}
        for row in rows_of(self.report.frames.paths):
            paths.setdefault(row.group, {})[row.tau] = row.caar
        named = [(group_name(group), paths[group]) for group in self.report.groups if group in paths]
        title = _("Cumulative path: CAAR in %, base day = 0, by session relative to the event day")
        return Section.of(Key.PATHS, title, Grid(fields_by_tau(named, first=N_("Event group"))))

    def _regression(self, windows: Sequence[tuple[int, int]], *, legend: bool) -> Section:
        frame = self.report.frames.regression
        terms = [_("intercept") if term == "intercept" else term for term in frame["term"]]
        rows = rows_of(frame.assign(label=terms))
        body: list[Line | Grid | str] = []
        for window in windows:
            if shown := [row for row in rows if (row.window_start, row.window_end) == window]:
                first = shown[0]
                counted = _(
                    "{window}: {n} events, {dates} sessions, {firms} stocks or sectors, R² {r2}",
                    window=window_name(*window),
                    n=f"{first.n:,}",
                    dates=f"{first.clusters_date:,}",
                    firms=f"{first.clusters_firm:,}",
                    r2=number(first.r2, 3),
                )
                body += [line(counted, "strong"), Grid(fields_of(shown, grids.REGRESSION)), line("")]
        note = _("Least squares; errors clustered by session and by stock (Cameron, Gelbach and Miller 2011).")
        if body:
            body = [*body[:-1], *([note] if legend else [])]
        return Section.of(Key.REGRESSION, _("Determinants of the abnormal return: regression"), *body, self.report.note)

    def _drivers(self, most: int) -> Section:
        """The events with the largest part in the pooled statistic, and what is left without each."""
        frame = used_events(self.report).dropna(subset="share")
        frame = frame.assign(
            name=[name or "-" for name in frame[f"name_{language()}"]],
            group_name=[group_name(group) if group else "" for group in frame["group"]],
            without=self._without(frame),
        )
        order = frame["share"].abs().sort_values(ascending=False, kind="stable").index
        rows = rows_of(frame.loc[order[:most]])
        note = _(
            "Share: z of the event over the sum of z of all events. events.csv has every event; {n} of {of} are shown.",
            n=len(rows),
            of=f"{len(frame):,}",
        )
        title = _("The events that drive the result, {window}", window=self.window)
        return Section.of(Key.DRIVERS, title, Grid(fields_of(rows, grids.DRIVING_EVENTS)), note)

    def _without(self, frame: pd.DataFrame) -> pd.Series[float]:
        """The CAAR without each event: the mean over sessions of their events' means. NaN where that is not the CAAR of
        all, as where events share stocks, or without another session.
        """
        used = used_events(self.report)
        sessions = used.groupby("event_day")["car"]
        total, n = sessions.mean().sum(), sessions.ngroups
        if n < 2 or abs(total / n - self.leading.caar) > _EXACT:
            return pd.Series(math.nan, frame.index)
        own, count = (sessions.transform(name).loc[frame.index] for name in ("mean", "size"))
        rest = (own * count - frame["car"]) / (count - 1)
        without: pd.Series[float] = ((total - own + rest) / n).where(count > 1, (total - own) / (n - 1))
        return without

    def _tests(self) -> Iterator[Section]:
        rows, leading = [*self.whole, *self.groups], self.leading
        shifts = _(
            "Shifts: {n} of the calendar, with at most {collided} events placed on another event of the same "
            "stocks. Normal scores: of the placebo ranks, one portfolio per session. adj. BMP: adjusted for "
            "windows that overlap in part (Kolari, Pape and Pynnonen 2018). Calendar time: the portfolio that "
            "holds the stocks during their windows, over {sessions} sessions. Crude: the dispersion of the mean "
            "over the estimation windows.",
            n=f"{int(leading.shifts):,}",
            collided=f"{int(leading.collided):,}",
            sessions=number(leading.calendar_sessions, 0),
        )
        yield Section.of(Key.TESTS, _("p-values from other tests"), Grid(fields_of(rows, grids.POOLED_TESTS)), shifts)
        naive = _(
            "Events that share sessions move together, so these tests find significance where there is none; for "
            "comparison only."
        )
        title = _("p-values from tests that assume independence between events")
        yield Section.of(Key.NAIVE_TESTS, title, Grid(fields_of(rows, grids.NAIVE_POOLED_TESTS)), naive)

    def _left_out(self) -> Section:
        events = self.report.frames.events
        left = events[~events["used"]]
        lines = []
        for reason, n in self._reasons():
            rows = rows_of(left[left["reason"] == reason].iloc[:_NAMED])
            named = ", ".join(map(_named, rows))
            text = f"{self._reason(reason)} ({n:,}): {named}"
            lines.append(text + notes.more(N_(" and {n} more"), n - len(rows)))
        return Section.of(Key.SKIPPED, _("Rows left out, with reasons"), *map(line, lines))


def _named(row: Any) -> str:
    """A row of the file, by its id and as far as known its day and stock."""
    name = row.ticker or getattr(row, f"name_{language()}")
    known = ", ".join(str(part) for part in (row.event_day or row.date, name) if part)
    return _("{id} ({known})", id=row.event_id, known=known) if known else str(row.event_id)
