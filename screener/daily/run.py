"""One daily run, from the exchange to the report directories."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from screener.archive import (
    clear_leftovers,
    latest_of,
    load_record,
    locked,
    only_daily_run,
    point_to,
    report_name,
)
from screener.archive.history import HISTORY, load_history
from screener.archive.reports import configured_since
from screener.daily import due
from screener.daily.notify import UNSENT
from screener.daily.reports import Batch, Job, make_reports
from screener.daily.status import Memory, Missed, Status, remember_failure
from screener.daily.summary import configuration_changes, ended, summarise
from screener.data.connections import Connections
from screener.data.sources.live import sync_files, sync_store
from screener.errors import DataError, ExitCode, NetworkError, describe
from screener.files import write_files
from screener.i18n import _, ngettext
from screener.krx.client import CLOCK_TOLERANCE

SUMMARY = "summary.txt"


class Outcome(NamedTuple):
    """How a run ended."""

    code: int
    line: str
    """What happened, on one line."""
    summary: tuple[str, ...] = ()
    """What changed, on ten lines at most; empty where nothing did."""
    folder: Path | None = None
    """The newest report directory that was made; None where none was."""


class _State:
    """The store and the reports before the run, and again after the fetch."""

    def __init__(self, job: Job, memory: Memory) -> None:
        access, way = job.access, job.way
        self.target = due.newest_final(access.calendar, way, access.now())
        """Newest session whose figures are final by now."""
        self.sessions = list(due.stored_sessions(access.store, way, self.target))
        if way == "file" and self.sessions:
            self.target = self.sessions[-1]
        self.spans = due.spans(job.settings, self.sessions, everything=job.everything)
        self.begun = way == "file" or due.any_begun(job.settings, access.calendar, self.target)
        """Whether the day of any event is over, so that there is something to fetch."""
        self.find_due(job, memory)

    def find_due(self, job: Job, memory: Memory, made: Collection[str] = ()) -> None:
        """Find the reports that were made neither just now, which `made` names, nor from what they rest on now."""
        history = load_history(job.root)
        digests = due.report_digests(job.access.store, job.way, self.spans, history)
        others = self._configured_otherwise(job) - set(made) if job.rebuild else set()
        self.sound = {
            name: text
            for name, text in digests.items()
            if name in made or (memory.made.get(name) == text and name not in others)
        }
        """By report that is as it should be, a digest of what it rests on."""
        self.todo = due.due_reports(job.root, self.spans, self.sound, history)
        """By session, the events whose report is due."""

    def _configured_otherwise(self, job: Job) -> set[str]:
        """The reports that were made under another configuration."""
        names = ((report_name(day, span.event), span.event) for span in self.spans for day in span.days)
        return {name for name, event in names if configured_since(load_record(job.root / name), job.settings, event)}

    def changed(self, job: Job) -> str:
        """What was configured otherwise for the newest reports on events that are open; empty if nothing was."""
        newest = [
            (span.event, report_name(span.days[-1], span.event)) for span in self.spans if span.days and not span.last
        ]
        return configuration_changes(
            {event: configured_since(load_record(job.root / name), job.settings, event) for event, name in newest}
        )

    @property
    def lacks_figures(self) -> bool:
        """Whether the newest session should be in the store and is not."""
        return self.begun and self.target not in self.sessions

    @property
    def newest(self) -> date | None:
        """The session that `latest` belongs to."""
        return max((day for span in self.spans for day in span.days if day not in self.todo), default=None)


def run_daily(job: Job) -> Outcome:
    """Bring the reports up to date; whatever happens, those that are there stay whole.

    A fault becomes an outcome, and is remembered in status.json.
    """
    try:
        outcome = _nothing_to_do(job)
        if outcome is not None:
            return outcome
        with only_daily_run(job.root) as alone:
            if alone:
                return _work(job)
            return Outcome(ExitCode.DONE, _("{root}: another daily run is at work: nothing done here", root=job.root))
    except Exception as error:
        message, code = describe(error, job.root)
        failed = _failed(job, code, message)
        if code == ExitCode.BUG:
            raise
        return failed


def sessions_behind(job: Job) -> int | None:
    """How many sessions there were since the newest one in the reports; None where there is no report."""
    success, latest = Status.load(job.root).last_success, latest_of(job.root)
    through = max([*([success.through] if success else []), *([latest] if latest else [])], default=None)
    if through is None:
        return None
    calendar = job.access.calendar
    return calendar.count(through, due.newest_final(calendar, job.way, job.access.now()))


def _failed(job: Job, code: int, what: str) -> Outcome:
    return Outcome(code, remember_failure(job.root, job.access.now(), code, what))


def _nothing_to_do(job: Job) -> Outcome | None:
    """If every report is there and no session is to come, an outcome that says why; None if there is work."""
    status, way = Status.load(job.root), job.way
    _refuse_clock(job, status)
    if status.failing is not None or way == "file":
        return None
    try:
        state = _State(job, Memory.load(job.root))
        if state.todo or state.lacks_figures or latest_of(job.root) != state.newest:
            return None
        if any(table.verify() for table in job.access.store.tables() if table.source == way):
            return None
    except DataError:
        return None
    return Outcome(ExitCode.DONE, _with_changes(_("{why}: nothing changed", why=_why(job, state)), job, state))


def _with_changes(line: str, job: Job, state: _State) -> str:
    """`line`, and what is configured otherwise than in the reports that are there."""
    if not (changed := state.changed(job)):
        return line
    return _(
        "{line}; configuration changed: {what}: in reports from the next one on; `screener daily --rebuild` makes the "
        "others again",
        line=line,
        what=changed,
    )


def _why(job: Job, state: _State) -> str:
    calendar, today = job.access.calendar, job.access.now().date()
    through = _("there is no report yet")
    if state.newest:
        through = _("reports are there through {day}", day=state.newest)
    if not calendar.is_session(today):
        return _("KRX is closed on {day}; {through}", day=today, through=through)
    if state.target < today:
        return _("figures of {day} are not final yet; {through}", day=today, through=through)
    if not any(state.target in span.days for span in state.spans):
        over = ", ".join(ended(state.spans))
        none_open = _("no event is open: {over}", over=over) if over else _("no event has begun")
        return f"{none_open}; {through}"
    return through


def _work(job: Job) -> Outcome:
    status, memory, way = Status.load(job.root), Memory.load(job.root), job.way
    with locked(job.root):
        clear_leftovers(job.root, (HISTORY, Status.NAME, Memory.NAME, SUMMARY, UNSENT))
    repaired = _repair(job.access, way)
    fetched_again = _fetch(job, way, memory)
    access = replace(job.access, calendar=job.access.store.observed(job.access.calendar))
    job = replace(job, access=access)
    state = _State(job, memory)
    batch = make_reports(job, due.with_later_reports(state.todo, state.spans, load_history(job.root)))
    state.find_due(job, memory, batch.sound)
    recent = {day.isoformat() for day in state.sessions[-4 * max(due.LOOKS) :]}
    looked = {**memory.looked, **{day.isoformat(): str(access.now().date()) for day in fetched_again}}
    looked = {session: day for session, day in looked.items() if session in recent}
    Memory(made=state.sound, looked=looked).save(job.root)
    if state.newest is not None and latest_of(job.root) != state.newest:
        point_to(job.root, state.newest)
    return _finish(job, status, state, batch, repaired)


def _finish(job: Job, status: Status, state: _State, batch: Batch, repaired: Sequence[str]) -> Outcome:
    through = state.sessions[-1] if state.sessions else state.target
    missed = _missed(job, status, batch)
    summary = summarise(job, batch, state.spans, missed, repaired)
    if summary:
        write_files({job.root / SUMMARY: "".join(f"{line}\n" for line in summary).encode()})
        count, revised = len(batch.filed), len(batch.revised)
        line = ngettext("{n} report through {day}", "{n} reports through {day}", count, day=through)
        if revised:
            line = _("{line}, {count} of them revised", line=line, count=revised)
        if configured := batch.configured:
            line = _("{line}; configuration changed: {what}", line=line, what=configuration_changes(configured))
    elif state.lacks_figures:
        line = _("{day}: no figures: a holiday, or they are still to come: nothing changed", day=state.target)
    else:
        line = _with_changes(_why(job, state), job, state)
    newest = max((day for day, *_rest in batch.filed), default=None)
    folder = job.root / str(newest) if newest else None
    if batch.faults:
        # One line: of each event the first session that has no report; the others follow from it.
        first = [_first_of(faults) for faults in batch.faults.values()]
        failed = _failed(job, ExitCode.DATA, "; ".join(first))
        return failed._replace(summary=tuple(summary), folder=folder)
    success = status.last_success
    if summary or status.failing or success is None or success.through != through:
        late = missed or (status.missed if not summary else None)
        status.succeeded(job.access.now(), through, line, late).save(job.root)
    return Outcome(ExitCode.DONE, line, tuple(summary), folder)


def _first_of(faults: Sequence[DataError]) -> str:
    more = len(faults) - 1
    return _("{fault} (and {count} more)", fault=faults[0], count=more) if more else str(faults[0])


def _missed(job: Job, status: Status, batch: Batch) -> Missed | None:
    """Sessions after the last success whose report was not made on the first evening on which it could be."""
    if status.last_success is None:
        return None
    calendar, today, last = job.access.calendar, job.access.now().date(), status.last_success.through

    def late(day: date) -> bool:
        return today > calendar.first_on_or_after(due.complete_from(calendar, job.way, day).date())

    days = sorted({day for day, *_rest in batch.filed if day > last and late(day)})
    return Missed(sessions=tuple(days), why=status.why_missed(days)) if days else None


def _fetch(job: Job, way: str, memory: Memory) -> list[date]:
    """Bring the store up to the newest session whose figures are final; returns the sessions fetched again."""
    access = job.access
    if way == "file":
        sync_files(access, job.source, job.benchmark, job.market)
        return []
    target = due.newest_final(access.calendar, way, access.now())
    if not due.any_begun(job.settings, access.calendar, target):
        return []
    sessions = due.stored_sessions(access.store, way, target)
    again = [] if target in sessions else due.to_look_at_again(sessions, target, memory.looked)
    sync_store(job.settings, access, way, last=target, again=again)
    return again if target in due.stored_sessions(access.store, way, target) else []


def _repair(access: Connections, way: str) -> list[str]:
    """Remove damaged files of the tables that reports rest on; the fetch then downloads them again."""
    tables = [table for table in access.store.tables() if table.source == way]
    if not any(table.verify() for table in tables):
        return []
    with access.store.writing("daily: repair", access.now()):
        return [line for table in tables for line in table.repair()]


def _refuse_clock(job: Job, status: Status) -> None:
    """Refuse a clock that went back: it would take old figures for the newest ones."""
    if status.last_success is None:
        return
    then, now = status.last_success.at, job.access.now()
    if now < then - CLOCK_TOLERANCE:
        raise NetworkError(
            "this machine's clock says {now:%Y-%m-%d %H:%M} KST, but the last report was made on {then:%Y-%m-%d %H:%M}",
            hint="set it",
            now=now,
            then=then,
        )
