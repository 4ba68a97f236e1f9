"""Makes and files the reports that are due, session by session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from screener.archive import load_record, locked, report_name
from screener.archive.history import Change, load_history, sector_changes, sector_trend, spread_changes, with_trend
from screener.archive.reports import (
    FiledReport,
    configured_since,
    corrections_since,
    load_directory,
    table_in,
    write_report,
)
from screener.config import Settings
from screener.config.changes import Difference
from screener.daily.status import Begun, written
from screener.data.connections import Connections
from screener.data.sources import FETCHED
from screener.data.sources.live import open_providers
from screener.data.universe import StatusChange, status_changes
from screener.errors import DataError, UsageError
from screener.i18n import _
from screener.report.make import make_report
from screener.report.model import Report
from screener.report.request import Request
from screener.report.screens import Screen


@dataclass(frozen=True)
class Job:
    """What a daily run has to do."""

    settings: Settings
    access: Connections
    root: Path
    """The reports directory."""
    source: str = "auto"
    benchmark: Sequence[Path] = ()
    market: Sequence[Path] = ()
    regular_close: bool = False
    """Whether the closes of price files are the regular ones."""
    everything: bool = False
    """Whether events that are over get a report as of the newest session as well."""
    rebuild: bool = False
    """Whether reports that were made under another configuration are made again."""
    config: Path | None = None
    """The directory of the user's configuration, for the record of each run."""

    @property
    def way(self) -> str:
        """The one way by which prices come: a lesser one never takes the place of a better one that fails."""
        if self.source.startswith("file:"):
            return "file"
        if self.source not in ("auto", *FETCHED):
            raise UsageError(
                "daily does not support the source {source!r}",
                hint="use auto, pykrx, openapi, datagokr or file:PATH,...",
                source=self.source,
            )
        return open_providers(self.access, self.source)[0].name


class Latest(NamedTuple):
    """The newest report on an event."""

    report: Report
    changes: tuple[Change, ...] | None
    """Since the report before it; None for the first one, none if that was configured otherwise."""
    configured: tuple[Difference, ...] = ()
    """What is configured otherwise than for the report before it."""


@dataclass
class Batch:
    """The reports of one run."""

    filed: list[tuple[date, str, FiledReport]] = field(default_factory=list)
    """By session and event, those that had to be written."""
    sound: set[str] = field(default_factory=set)
    """Names of all that are now as they should be."""
    latest: list[Latest] = field(default_factory=list)
    """Of each event that has a new session."""
    turns: list[StatusChange] = field(default_factory=list)
    """Halts, limits, listings and names of stocks on the new sessions."""
    faults: dict[str, list[DataError]] = field(default_factory=dict)
    """By event, why reports could not be made."""

    @property
    def revised(self) -> list[tuple[date, str, FiledReport]]:
        """Those of which a figure was corrected."""
        return [entry for entry in self.filed if entry[2].corrections]

    @property
    def configured(self) -> dict[str, tuple[Difference, ...]]:
        """By event, what is configured otherwise than for its report before, or for that of the same day."""
        found = {event: filed.configured for _day, event, filed in self.filed if filed.configured}
        return found | {one.report.event.id: one.configured for one in self.latest if one.configured}

    @property
    def rebuilt(self) -> list[tuple[date, str, FiledReport]]:
        """Those that were made again under another configuration."""
        return [entry for entry in self.filed if entry[2].configured]


def make_reports(job: Job, todo: Mapping[date, Sequence[str]], begun: Begun) -> Batch:
    """Make and file the reports of `todo`, events by session; one that cannot be made does not stop the others.

    What is new, and what was corrected, is so since `begun`: a run before this one may have made some of them.
    """
    batch = Batch()
    known = {(row["as_of"], row["event"]) for row in load_history(job.root)}
    known -= {(day, event) for day, _slash, event in (name.partition("/") for name in begun.new)}
    newest: dict[str, Report] = {}
    new_days = set()
    job.access.progress.start(_("reports"), sum(map(len, todo.values())))
    for day, events in todo.items():
        for event in events:
            try:
                report, filed = _make_report(job, event, day)
            except DataError as error:
                fault = DataError("{event} as of {day}: {fault}", event=event, day=day, fault=error)
                batch.faults.setdefault(event, []).append(fault)
                continue
            finally:
                job.access.progress.step(report_name(day, event))
            name = report_name(day, event)
            batch.sound.add(name)
            revision, then = begun.before.get(name, (0, 0))
            if filed.written or written(job.root / name) != then:
                batch.filed.append((day, event, filed._replace(corrections=corrections_since(filed, revision))))
            if (str(day), event) not in known:
                newest[event] = report
                new_days.add(day)
    batch.latest = [_compared(job, known, report) for report in newest.values()]
    batch.turns = [turn for day in sorted(new_days) for turn in _turns(job, day)]
    return batch


def _make_report(job: Job, event: str, day: date) -> tuple[Report, FiledReport]:
    source = f"store:{job.way}"
    argv = ["report", "--event", event, "--as-of", str(day), "--source", source, "--so-far"]
    argv += ["--config", str(job.config)] if job.config else []
    request = Request(event=event, as_of=day, source=source, regular_close=job.regular_close, so_far=True)
    report = make_report(job.settings, request, lambda: job.access)
    if report.as_of != day:
        raise DataError(
            "the prices from {way} end on {day}",
            hint="download what is missing with `screener sync`",
            way=job.way,
            day=report.as_of,
        )
    if not report.provenance.study:
        raise DataError(
            "too few sessions before {day} for a study",
            hint="download more with `screener sync`",
            day=report.event.event_day,
        )
    with locked(job.root):
        report = with_trend(report, job.root, job.settings)
        palette = job.settings.screener.palette
        return report, write_report(job.root, Screen("report", report), job.settings, palette, argv, renew=False)


def _compared(job: Job, known: set[tuple[str, str]], report: Report) -> Latest:
    """The newest report on an event against the one that was the newest before this run."""
    root, event = job.root, report.event.id
    rows = sector_trend(load_history(root), event, report.sessions)
    earlier = [row.as_of for row in rows if row.as_of < report.as_of and (str(row.as_of), event) in known]
    if not earlier:
        return Latest(report, None)
    before = max(earlier)
    if configured := configured_since(load_record(root / report_name(before, event)), job.settings, event):
        # Ranks among other sectors, or figures of other windows, do not change: they are others.
        return Latest(report, (), tuple(configured))
    sectors = sector_changes(
        [row for row in rows if row.as_of == before], [row for row in rows if row.as_of == report.as_of]
    )
    spreads = spread_changes(
        *(table_in(load_directory(root / report_name(day, event))[1], "spreads") for day in (before, report.as_of))
    )
    crossed = [change for change in sectors if change.kind != "rank"]
    return Latest(report, (*crossed, *spreads, *(change for change in sectors if change.kind == "rank")))


def _turns(job: Job, day: date) -> list[StatusChange]:
    """What became of the configured stocks on `day`."""
    table = job.access.store.main_table(job.way)
    before = max((session for session in table.sessions if session < day), default=None)
    if before is None:
        return []
    tickers = set(job.settings.studied)
    rows = [table.read(table.kind.schema.names, session, session, tickers) for session in (before, day)]
    return status_changes(rows[0], rows[1], tickers, job.settings.screener.price_limit)
