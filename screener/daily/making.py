"""Makes and files the reports that are due, session by session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from screener.app.report import Request, make_report
from screener.app.trend import with_trend
from screener.archive.changes import News, sector_news, spread_news
from screener.archive.filed import load_filed
from screener.archive.filing import Filing, file_study
from screener.archive.history import load_history
from screener.archive.publish import locked
from screener.config import Settings
from screener.daily.due import key
from screener.data.connections import Connections
from screener.data.status_changes import StatusChange, status_changes
from screener.errors import DataError
from screener.report.answer import report_answer
from screener.report.model import Report
from screener.report.trend import trend


@dataclass(frozen=True)
class Told:
    """The newest report of one event, and what is new in it."""

    report: Report
    before: date | None
    """As-of of the report that it is compared with; None for the first one."""
    news: tuple[News, ...]


@dataclass
class Made:
    """What was made."""

    filed: list[tuple[date, str, Filing]] = field(default_factory=list)
    """By session and event, those that had to be written."""
    sound: set[str] = field(default_factory=set)
    """By name, all that are now as they should be."""
    told: list[Told] = field(default_factory=list)
    """Of each event that has a new session."""
    turns: list[tuple[date, StatusChange]] = field(default_factory=list)
    """What became of stocks on the new sessions."""
    faults: dict[str, list[DataError]] = field(default_factory=dict)
    """By event, why reports could not be made."""

    @property
    def revised(self) -> list[tuple[date, str, Filing]]:
        """Those whose figures had been others."""
        return [one for one in self.filed if one[2].changed]


def make_due(
    settings: Settings,
    access: Connections,
    root: Path,
    way: str,
    todo: Mapping[date, Sequence[str]],
    palette: str,
    config: Path | None,
) -> Made:
    """Make every report of `todo`, and file each whole; one that cannot be made keeps no other from being made.

    Args:
        settings: what is configured.
        access: where the store is.
        root: the reports directory.
        way: whose figures of the store are used.
        todo: by session, the events.
        words: language of names in the files.
        palette: of the web pages.
        config: the directory that the user names, for the record of each run.
    """
    made = Made()
    known = {(row["as_of"], row["event"]) for row in load_history(root)}
    newest: dict[str, Report] = {}
    new_days = set()
    for day, events in todo.items():
        for event in events:
            asked = ["report", "--event", event, "--as-of", str(day), "--source", f"store:{way}", "--so-far"]
            argv = [*asked, *(["--config", str(config)] if config else [])]
            try:
                report = _report(settings, access, way, event, day)
                with locked(root):
                    report = with_trend(report, root, settings)
                    answer = report_answer(report)
                    filing = file_study(root, report, answer, settings, palette, argv, renew=False)
            except DataError as fault:
                told = DataError("{event} as of {day}: {fault}", event=event, day=day, fault=fault)
                made.faults.setdefault(event, []).append(told)
                continue
            made.sound.add(key(day, event))
            if filing.written:
                made.filed.append((day, event, filing))
            if (str(day), event) not in known:
                newest[event] = report
                new_days.add(day)
    made.told = [_told(root, known, report) for report in newest.values()]
    made.turns = [(day, turn) for day in sorted(new_days) for turn in _turns(settings, access, way, day)]
    return made


def _report(settings: Settings, access: Connections, way: str, event: str, day: date) -> Report:
    request = Request(event=event, as_of=day, source=f"store:{way}", so_far=True)
    report = make_report(settings, request, lambda: access)
    if report.as_of != day:
        raise DataError(
            "the prices of {way} end on {day}",
            hint="`screener sync` fetches what is missing",
            way=way,
            day=report.as_of,
        )
    if not report.provenance.study:
        raise DataError(
            "too few sessions before {day} for a study", hint="`screener sync` fetches more", day=report.event.event_day
        )
    return report


def _told(root: Path, known: set[tuple[str, str]], report: Report) -> Told:
    """The newest report of an event beside the one that was the newest before this run."""
    event = report.event.id
    rows = trend(load_history(root), event, report.sessions)
    earlier = [row.as_of for row in rows if row.as_of < report.as_of and (str(row.as_of), event) in known]
    if not earlier:
        return Told(report, None, ())
    before = max(earlier)
    sectors = sector_news(
        [row for row in rows if row.as_of == before], [row for row in rows if row.as_of == report.as_of]
    )
    tables = [load_filed(root / key(day, event)) for day in (before, report.as_of)]
    spreads = spread_news(*(one.table("spreads") if one else [] for one in tables))
    crossed = [one for one in sectors if one.kind != "rank"]
    return Told(report, before, (*crossed, *spreads, *(one for one in sectors if one.kind == "rank")))


def _turns(settings: Settings, access: Connections, way: str, day: date) -> list[StatusChange]:
    """What became of the configured stocks on `day`."""
    table = access.store.main_table(way)
    before = max((one for one in table.sessions if one < day), default=None)
    if before is None:
        return []
    tickers = {member.ticker for sector in settings.sectors.values() for member in sector.members}
    rows = [table.read(table.kind.schema.names, one, one, tickers) for one in (before, day)]
    return status_changes(rows[0], rows[1], tickers, settings.screener.price_limit)
