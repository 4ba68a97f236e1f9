"""How the reports of the sessions since the event had the sectors, session by session."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from operator import attrgetter

from screener.i18n import _, name_of
from screener.report.blocks import Grid, Line, Section, line
from screener.report.figures import p_cell, percent_cell, signed_cell
from screener.report.model import MEASURES, Report
from screener.report.pages.columns import Columns

_MEASURES = (("score", partial(signed_cell, decimals=0)), ("caar", percent_cell), ("q", p_cell))


def trend_section(report: Report) -> Iterator[Section]:
    """Score, CAAR and q of every sector; nothing unless there are two reports."""
    days = sorted({row.as_of for row in report.trend})
    if len(days) < 2:
        return
    columns, sectors = Columns(), [row.group for row in report.sectors(report.leading)]
    body: list[Line | Grid] = []
    for measure, cell in _MEASURES:
        value = attrgetter(measure)
        paths = [
            (group, {row.tau: value(row) for row in report.trend if row.sector == group.sector}) for group in sectors
        ]
        # Groups that are no evidence have no q.
        named = [(name_of(group), path) for group, path in paths if any(map(math.isfinite, path.values()))]
        if named:
            body += [line(_(MEASURES[measure]), "strong"), Grid(columns.by_tau(named, cell)), line("")]
    body.append(
        line(
            _(
                "A column is the report of that session; {n} reports, {first} to {last}. trend.csv has every session.",
                n=len(days),
                first=days[0],
                last=days[-1],
            ),
            "dim",
        )
    )
    if missing := [str(day) for day in report.sessions if day < days[-1] and day not in days]:
        body.append(line(_("Sessions without a report: {days}", days=", ".join(missing)), "dim"))
    yield Section(
        "trend", _("Report by report: over all days from the event to the session of each report"), tuple(body)
    )
