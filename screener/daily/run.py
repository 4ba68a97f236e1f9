"""One daily run, from the exchange to the report directories."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date

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
from screener.daily.status import Begun, Memory, Missed, Status, Told, Unsaid, cross_off, remember_failure, settle
from screener.daily.summary import configuration_changes, ended, summarise
from screener.data.sources.live import sync_files, sync_store
from screener.errors import DataError, ExitCode, NetworkError, ScreenerError, describe
from screener.files import write_files
from screener.i18n import _, ngettext
from screener.krx.client import CLOCK_TOLERANCE

SUMMARY = "summary.txt"


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


def run_daily(job: Job, finish: Callable[[Told, bool], None]) -> None:
    """Bring the reports up to date; whatever happens, those that are there stay whole.

    A fault is told like anything else, and remembered in status.json. `finish` says what is to be said; it is told
    whether this is the only daily run at that moment, which then says what runs before it did not.
    """
    alone = False
    with ExitStack() as stack:
        try:
            told = _nothing_to_do(job)
            if told is None:
                alone = stack.enter_context(only_daily_run(job.root))
                busy = _("{root}: another daily run is active: nothing done here", root=job.root)
                told = _work(job) if alone else said(job, ExitCode.DONE, busy)
        except Exception as error:
            message, code = describe(error, job.root)
            with suppress(DataError):
                alone = alone or stack.enter_context(only_daily_run(job.root))
            told = _failed(job, code, message)
            if code == ExitCode.BUG:
                raise
        finish(told, alone)


def sessions_behind(job: Job) -> int | None:
    """How many sessions there were since the newest one in the reports; None where there is no report."""
    success, latest = Status.load(job.root).last_success, latest_of(job.root)
    through = max([*([success.through] if success else []), *([latest] if latest else [])], default=None)
    if through is None:
        return None
    calendar = job.access.calendar
    return calendar.count(through, due.newest_final(calendar, job.way, job.access.now()))


def said(job: Job, code: int, line: str, summary: Sequence[str] = (), folder: str = "") -> Told:
    """What a run says now."""
    message = "\n".join(summary)
    at = job.access.now().replace(microsecond=0)
    return Told(at=at, code=code, line=line, summary=tuple(summary), message=message, folder=folder)


def _failed(job: Job, code: int, what: str, told: Told | None = None) -> Told:
    """Remember a failure; `told` is what the run says that came to its end all the same."""
    at, line, summary_is_known = job.access.now(), " ".join(what.split()), told is not None
    failed = Status.load(job.root).failed(at, code, line)
    told = (told or said(job, code, line)).model_copy(update={"code": int(code), "line": line})
    if failed.failing is not None and failed.failing.runs == 1:
        first = _("daily failed: {line}", line=line), _("What to do: {remedy}", remedy=failed.failing.do)
        told = told.model_copy(update={"message": "\n".join([*told.summary, *first])})
    with suppress(ScreenerError, OSError):
        unsaid = Unsaid.load(job.root)
        unsaid.add(job.root, told, failed, None if summary_is_known else unsaid.begun)
    return told.model_copy(update={"line": remember_failure(job.root, at, code, what)})


def _nothing_to_do(job: Job) -> Told | None:
    """If every report is there and no session is to come, an outcome that says why; None if there is work."""
    status, way = Status.load(job.root), job.way
    _refuse_clock(job, status)
    if status.failing is not None or way == "file" or (job.root / Unsaid.NAME).exists():
        return None
    try:
        state = _State(job, Memory.load(job.root))
        if state.todo or state.lacks_figures or latest_of(job.root) != state.newest:
            return None
        if any(table.verify() for table in job.access.store.tables() if table.source == way):
            return None
    except DataError:
        return None
    return said(job, ExitCode.DONE, _with_changes(_("{why}: nothing changed", why=_why(job, state)), job, state))


def _with_changes(line: str, job: Job, state: _State) -> str:
    """`line`, and what is configured otherwise than in the reports that are there."""
    if not (changed := state.changed(job)):
        return line
    return _(
        "{line}; configuration changed: {what}: in reports from the next one on; `screener daily --rebuild` makes "
        "the earlier ones again",
        line=line,
        what=changed,
    )


def _why(job: Job, state: _State) -> str:
    calendar, today = job.access.calendar, job.access.now().date()
    through = _("there is no report yet")
    if state.newest:
        through = _("reports exist through {day}", day=state.newest)
    if not calendar.is_session(today):
        return _("KRX is closed on {day}; {through}", day=today, through=through)
    if state.target < today:
        return _("figures of {day} are not final yet; {through}", day=today, through=through)
    if not any(state.target in span.days for span in state.spans):
        over = ", ".join(ended(state.spans))
        none_open = _("no event is open: {over}", over=over) if over else _("no event has started")
        return f"{none_open}; {through}"
    return through


def _work(job: Job) -> Told:
    with locked(job.root):
        clear_leftovers(job.root, (HISTORY, Status.NAME, Memory.NAME, SUMMARY, UNSENT, Unsaid.NAME))
    unsaid = settle(job.root)
    status, memory, way = Status.load(job.root), Memory.load(job.root), job.way
    unsaid = _repair(job, unsaid)
    fetched_again = _fetch(job, way, memory)
    access = replace(job.access, calendar=job.access.store.observed(job.access.calendar))
    job = replace(job, access=access)
    state = _State(job, memory)
    history = load_history(job.root)
    todo = due.with_later_reports(_with_unfinished(state, unsaid.begun), state.spans, history)
    begun = (unsaid.begun or Begun()).and_then(Begun.of(job.root, todo, history))
    unsaid = unsaid.model_copy(update={"begun": begun})
    if todo:
        unsaid.save(job.root)
    batch = make_reports(job, todo, begun)
    told, status = _result(job, status, state, batch, begun)
    if told.code:
        told = _failed(job, told.code, told.line, told)
    elif told.summary:
        unsaid.add(job.root, told, status)
    state.find_due(job, memory, batch.sound)
    recent = {day.isoformat() for day in state.sessions[-4 * max(due.LOOKS) :]}
    looked = {**memory.looked, **{day.isoformat(): str(access.now().date()) for day in fetched_again}}
    looked = {session: day for session, day in looked.items() if session in recent}
    Memory(made=state.sound, looked=looked).save(job.root)
    if state.newest is not None and latest_of(job.root) != state.newest:
        point_to(job.root, state.newest)
    if not told.code and status != Status.load(job.root):
        status.save(job.root)
    if not told.code and not told.summary:
        cross_off(job.root, Unsaid(), unsaid.waiting)
    return told


def _with_unfinished(state: _State, begun: Begun | None) -> dict[date, list[str]]:
    """What is due, and what a run before this one has begun: it may have made it, and did not come to say so."""
    todo = {day: list(events) for day, events in state.todo.items()}
    for span in state.spans:
        for day in span.days:
            name = report_name(day, span.event)
            if begun is not None and name in begun.before and span.event not in todo.setdefault(day, []):
                todo[day].append(span.event)
    return {day: events for day, events in sorted(todo.items()) if events}


def _result(job: Job, status: Status, state: _State, batch: Batch, begun: Begun) -> tuple[Told, Status]:
    """What a run has to say, and its status if it did all there was to do; summary.txt is written."""
    through = state.sessions[-1] if state.sessions else state.target
    missed = _missed(job, status, batch)
    summary = summarise(job, batch, state.spans, missed, begun.repaired)
    if summary:
        write_files({job.root / SUMMARY: "".join(f"{line}\n" for line in summary).encode()})
        count, revised = len(batch.filed), len(batch.revised)
        line = ngettext("{n} report through {day}", "{n} reports through {day}", count, day=through)
        if revised:
            line = _("{line}, {count} of them revised", line=line, count=revised)
        if configured := batch.configured:
            line = _("{line}; configuration changed: {what}", line=line, what=configuration_changes(configured))
    elif state.lacks_figures:
        line = _("{day}: no figures: a holiday, or not published yet; nothing changed", day=state.target)
    else:
        line = _with_changes(_why(job, state), job, state)
    newest = max((day for day, *_rest in batch.filed), default=None)
    folder = str(job.root / str(newest)) if newest else ""
    if batch.faults:
        # One line: of each event the first session that has no report; the others follow from it.
        first = [_first_of(faults) for faults in batch.faults.values()]
        return said(job, ExitCode.DATA, "; ".join(first), summary, folder), status
    success = status.last_success
    if summary or status.failing or success is None or success.through != through:
        late = missed or (status.missed if not summary else None)
        status = status.succeeded(job.access.now(), through, line, late)
    return said(job, ExitCode.DONE, line, summary, folder), status


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


def _repair(job: Job, unsaid: Unsaid) -> Unsaid:
    """Remove damaged files of the tables that reports rest on; the fetch then downloads them again."""
    store = job.access.store
    tables = [table for table in store.tables() if table.source == job.way]
    damage = [one for table in tables for one in table.verify()]
    if not damage:
        return unsaid
    lines = tuple(_("{file}: removed: {why}", file=one.path, why=one.what) for one in damage)
    begun = (unsaid.begun or Begun()).and_then(Begun(repaired=lines))
    unsaid = unsaid.model_copy(update={"begun": begun})
    unsaid.save(job.root)
    with store.writing("daily: repair", job.access.now()):
        for table in tables:
            table.repair()
    return unsaid


def _refuse_clock(job: Job, status: Status) -> None:
    """Refuse a clock that went back: it would take old figures for the newest ones."""
    if status.last_success is None:
        return
    then, now = status.last_success.at, job.access.now()
    if now < then - CLOCK_TOLERANCE:
        raise NetworkError(
            "the clock of this machine shows {now:%Y-%m-%d %H:%M} KST, but the last report was made on "
            "{then:%Y-%m-%d %H:%M}",
            hint="set it",
            now=now,
            then=then,
        )
