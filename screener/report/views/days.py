"""The sessions on which a sector or stock moved beyond the ordinary, and those as extreme as the event."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from screener.i18n import N_, _, language, name_of, ngettext
from screener.report.blocks import Grid, Key, Line, Page, Section, Span, advised, directed, line
from screener.report.formatting import arrow, direction, percent, signed
from screener.report.grids import SESSIONS_SHOWN
from screener.report.model import MODELS, Report
from screener.report.rows import POST_HOC, fields_of, rows_of
from screener.report.views import head, notes

_EVENT, _AS_EXTREME, _BELOW, _NOT_RANKED = N_("event"), N_("as extreme"), N_("below"), N_("not ranked")


def days_page(report: Report, top: int) -> Page:
    """The page of `screener days`: the `top` most extreme sessions."""
    view = _Days(report, top)
    title = _(
        "{name} · sessions with the largest moves, {first} to {last}",
        name=view.name,
        first=view.facts.first,
        last=view.facts.last,
    )
    return Page.of(title, view.lead(), view.sections())


class _Days:
    def __init__(self, report: Report, top: int) -> None:
        assert report.days is not None  # noqa: S101 - for the type alone
        self.report, self.facts = report, report.days
        name, series = name_of(self.facts.name), self.facts.series
        self.name = f"{name} ({series})" + (" *" if self.facts.post_hoc else "")
        frame, spoken = report.frames.days, language()
        frame = frame.assign(
            against=[
                _(_against(*row)) for row in zip(frame["tau"], frame["ordinary"], frame["as_extreme"], strict=True)
            ],
            events=frame[f"events_{spoken}"].fillna(""),
            confounders=frame[f"confounders_{spoken}"].fillna(""),
        )
        self.rows = [row for row in rows_of(frame) if math.isfinite(row.rank)]
        self.shown = self.rows[:top]

    def lead(self) -> Iterator[Line]:
        """The most extreme session, the event among the others, and where the prices come from."""
        yield from head.closes(self.report)
        first = self.rows[0]
        if first.tau:
            yield self._moved(_("Most extreme of {n}, {day}", n=len(self.rows), day=first.date), first)
        event = self.report.event
        label = _("{event}, {day}", event=name_of(event.name), day=event.event_day)
        among = self._among_ordinary()
        if on_day := next((row for row in self.rows if not row.tau), None):
            place = _("; rank {rank} of {n}", rank=int(on_day.rank), n=len(self.rows))
            yield self._moved(label, on_day, place + among)
        else:
            yield Line((Span(f"{label}: ", strong=True), Span(_("not among these sessions") + among)))
        yield from head.day_check(self.report)
        yield from head.provenance_lines(self.report)

    def _moved(self, label: str, row: Any, more: str = "") -> Line:
        abnormal = row.abnormal_return
        moved = _("{arrow} abnormal return {abnormal}%", arrow=arrow(abnormal), abnormal=percent(abnormal))
        figures = _("; z {z}, return {raw}%", z=signed(row.z_ewma, 1), raw=percent(row.raw_return))
        return directed(label, moved, direction(abnormal), f"{figures}{more}")

    def _among_ordinary(self) -> str:
        """How the report has the event."""
        if self.facts.placebo_rank is None or self.facts.placebo_n is None:
            return _("; too few ordinary sessions before it for a rank")
        return notes.among_ordinary(self.facts.placebo_rank, self.facts.placebo_n)

    def sections(self) -> Iterator[Section]:
        rules, left = self.report.rules, len(self.rows) - len(self.shown)
        more = ngettext("and {n} more session", "and {n} more sessions", left) if left else ""
        legend = _(
            "z: abnormal return ({model}, estimated over the {estimation} sessions ending {gap} before the "
            "session) over the volatility expected from earlier sessions; # ranks by |z|. Ordinary: sessions that "
            "the event is ranked among, with |z| at least that of the event (as extreme) or less (below); not "
            "ranked: after the event, or in the window of another event. On days of large index moves many stocks "
            "have a large z.",
            model=_(MODELS[rules.model]),
            estimation=rules.estimation,
            gap=rules.gap,
        )
        yield Section.of(
            Key.SESSIONS,
            _("Sessions by size of the move"),
            Grid(fields_of(self.shown, SESSIONS_SHOWN)),
            advised(more, _(": --top N, or --csv DIR")),
            legend,
            _(POST_HOC) if self.facts.post_hoc else "",
        )
        counted = [row for row in self.rows if row.as_extreme]
        if self.facts.placebo_rank and counted:
            text = ", ".join(f"{row.date} (z {signed(row.z_ewma, 1)})" for row in counted)
            outside = self.facts.placebo_rank - 1 - len(counted)
            yield Section.of(
                Key.AS_EXTREME,
                _("Ordinary sessions as extreme as the event"),
                line(text),
                notes.more(N_("and {n} outside these days"), outside),
            )
        happened = [
            _("{day}: {what}", day=row.date, what="; ".join(filter(None, (row.events, row.confounders))))
            for row in self.shown
            if row.events or row.confounders
        ]
        yield Section.of(Key.CONFOUNDERS, _("Configured events and other news of these sessions"), *map(line, happened))


def _against(tau: int, ordinary: bool, as_extreme: bool) -> str:
    """How a session stands to the event."""
    if not tau:
        return _EVENT
    if as_extreme:
        return _AS_EXTREME
    return _BELOW if ordinary else _NOT_RANKED
