"""How an event went on, report by report: what the history tells of the days since."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date

from screener.archive.history import Row
from screener.errors import DataError
from screener.report.model import Report, TrendRow


def trend(history: Iterable[Row], event: str, sessions: Sequence[date]) -> list[TrendRow]:
    """Each sector in each report over all days from the event to that report's own last one, by session and sector.

    Args:
        history: rows of history.csv.
        event: which event.
        sessions: from its event day on; a report of another day has no place among them.

    Raises:
        DataError: a cell of them holds no figure.
    """
    tau_of = {day.isoformat(): tau for tau, day in enumerate(sessions)}
    found = [
        TrendRow(
            as_of=date.fromisoformat(row["as_of"]),
            tau=tau_of[row["as_of"]],
            sector=row["sector"],
            score=_number(row, "score"),
            rank=_number(row, "rank"),
            caar=_number(row, "caar_ew"),
            q=_number(row, "q"),
        )
        for row in history
        if row["event"] == event
        if (row["window_start"], row["window_end"]) == ("0", str(tau_of.get(row["as_of"])))
    ]
    return sorted(found, key=lambda row: (row.as_of, row.sector))


def trend_of(report: Report, history: Iterable[Row], last: int) -> tuple[TrendRow, ...]:
    """What the history tells of the sessions before `report`, and then what `report` says itself.

    Args:
        report: empty, unless one of its windows holds all days from the event to its last one.
        history: rows of history.csv; those of later reports, of this one, and of sectors that it lacks are left out.
        last: sessions after the event day on which it is open: what comes later is no part of its trend.
    """
    now = len(report.sessions) - 1
    own = [
        TrendRow(report.as_of, now, row.group.sector, row.score.value, row.score.rank, row.caar_ew, row.headline.q)
        for row in report.impact.groups
        if row.group.theme is None and (row.window.first, row.window.last) == (0, now)
    ]
    if not own or not report.provenance.study:
        return ()
    rows = [*trend(history, report.event.id, report.sessions[:-1]), *sorted(own, key=lambda row: row.sector)]
    known = {row.sector for row in own}
    return tuple(row for row in rows if row.tau <= last and row.sector in known)


def _number(row: Row, name: str) -> float:
    cell = row.get(name, "")
    try:
        value = float(cell) if cell else math.nan
    except ValueError:
        value = math.inf
    if math.isinf(value):
        raise DataError(
            "history.csv: {as_of}, {event}, {sector}: {name} is {cell!r}, which is no figure",
            hint="mend it, or move the file away to start a new history",
            as_of=row["as_of"],
            event=row["event"],
            sector=row["sector"],
            name=name,
            cell=cell,
        )
    return value
