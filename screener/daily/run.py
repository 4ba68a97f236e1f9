"""One daily run, from the exchange to the report directories."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from screener.archive.history import FILE as HISTORY
from screener.archive.history import load_history
from screener.archive.publish import alone, clear_leftovers, latest_of, locked, point_to, write_file
from screener.daily import due as plans
from screener.daily.job import Job, Outcome
from screener.daily.making import Made, make_due
from screener.daily.notify import UNSENT
from screener.daily.status import (
    MEMORY,
    STATUS,
    Memory,
    Missed,
    Status,
    load_memory,
    load_status,
    reason,
    save,
)
from screener.daily.summary import ended, summarise
from screener.data.connections import Connections
from screener.data.sources.stored import observed
from screener.data.sync.command import sync_files, sync_store
from screener.errors import DataError, ExitCode, NetworkError, ScreenerError
from screener.i18n import _, cause, ngettext
from screener.krx.client import CLOCK_TOLERANCE

SUMMARY = "summary.txt"


@dataclass
class _State:
    """What is known before anything is made, and after the fetch again."""

    target: date
    """Newest session whose figures are final by now."""
    sessions: list[date]
    """Stored ones."""
    spans: list[plans.Span]
    begun: bool
    """Whether the day of any event is over, so that there is something to fetch."""
    todo: dict[date, list[str]] = field(default_factory=dict)

    @property
    def newest(self) -> date | None:
        """The session that `latest` belongs to."""
        return max((day for span in self.spans for day in span.days if day not in self.todo), default=None)


def run_daily(job: Job) -> Outcome:
    """Bring the reports up to date; whatever happens, those that are there stay whole.

    A fault becomes an outcome, and is remembered in status.json.
    """
    try:
        nothing = _nothing_to_do(job)
        if nothing is not None:
            return nothing
        with alone(job.root) as mine:
            if not mine:
                return Outcome(
                    ExitCode.DONE, _("{root}: another daily run is at work: nothing done here", root=job.root)
                )
            return _work(job)
    except ScreenerError as error:
        return _failed(job, error.exit_code, str(error))
    except OSError as error:
        file = error.filename or job.root
        what = _("{file}: {cause}: make room, or choose another place", file=file, cause=cause(error))
        return _failed(job, ExitCode.DATA, what)
    except Exception as error:
        kind = type(error).__name__
        what = _("a bug in the screener: {kind}: {error} (--debug shows where)", kind=kind, error=error)
        _failed(job, ExitCode.BUG, what)
        raise


def sessions_behind(job: Job) -> int | None:
    """How many sessions there were since the newest one in the reports; None where there is no report."""
    success, latest = load_status(job.root).last_success, latest_of(job.root)
    known = [date.fromisoformat(success.through)] if success else []
    through = max([*known, *([latest] if latest else [])], default=None)
    if through is None:
        return None
    calendar = job.access.calendar
    return calendar.count(through, plans.newest_final(calendar, job.way, job.access.now()))


def remember_failure(root: Path, at: datetime, code: int, what: str) -> str:
    """Write a failure into status.json, where it is not the disk that fails; returns it in one line."""
    line = " ".join(what.split())
    try:
        save(root / STATUS, load_status(root).failed(at, code, line))
    except (ScreenerError, OSError):
        line = _("{line} ({path} could not be written)", line=line, path=root / STATUS)
    return line


def _failed(job: Job, code: int, what: str) -> Outcome:
    return Outcome(code, remember_failure(job.root, job.access.now(), code, what))


def _nothing_to_do(job: Job) -> Outcome | None:
    """Where every report is there and no session is to come, say why; None where there is work."""
    status, way = load_status(job.root), job.way
    _refuse_clock(job, status)
    if status.failing is not None or way == "file":
        return None
    try:
        state = _look(job, load_memory(job.root))
        if state.todo or (state.begun and state.target not in state.sessions) or latest_of(job.root) != state.newest:
            return None
        if any(table.verify() for table in job.access.store.tables() if table.source == way):
            return None
    except DataError:
        return None
    return Outcome(ExitCode.DONE, _("{why}: nothing changed", why=_why(job, state)))


def _why(job: Job, state: _State) -> str:
    """Why there is nothing new."""
    calendar, today = job.access.calendar, job.access.now().date()
    through = _("there is no report yet")
    if state.newest:
        through = _("reports are there through {day}", day=state.newest)
    if not calendar.is_session(today):
        return _("KRX is closed on {day}; {through}", day=today, through=through)
    if state.target < today:
        return _("figures of {day} are not final yet; {through}", day=today, through=through)
    if not any(state.target in span.days for span in state.spans):
        return f"{_ended(state.spans)}; {through}"
    return through


def _ended(spans: Sequence[plans.Span]) -> str:
    over = ", ".join(ended(spans))
    return _("no event is open: {over}", over=over) if over else _("no event has begun")


def _look(job: Job, memory: Memory) -> _State:
    access, way = job.access, job.way
    target = plans.newest_final(access.calendar, way, access.now())
    sessions = list(plans.held(access.store, way, target))
    if way == "file" and sessions:
        target = sessions[-1]
    spans = plans.spans(job.settings, sessions, everything=job.everything)
    begun = way == "file" or plans.begun(job.settings, access.calendar, target)
    state = _State(target, sessions, spans, begun)
    _sound(job, state, memory)
    return state


def _sound(job: Job, state: _State, memory: Memory, fresh: Collection[str] = ()) -> dict[str, str]:
    """By report, what it was made on, of those that rest on that still or were made just now; the others are due."""
    history = load_history(job.root)
    on = plans.rests_on(plans.bases(job.access.store, job.way), state.spans, history)
    sound = {name: base for name, base in on.items() if name in fresh or memory.made.get(name) == base}
    state.todo = plans.due(job.root, state.spans, sound, history)
    return sound


def _work(job: Job) -> Outcome:
    status, memory, way, access = load_status(job.root), load_memory(job.root), job.way, job.access
    with locked(job.root):
        clear_leftovers(job.root, (HISTORY, STATUS, MEMORY, SUMMARY, UNSENT))
    repaired = _repair(access, way)
    looked = _fetch(job, way, memory)
    job = replace(job, access=replace(access, calendar=observed(access.calendar, access.store)))
    state = _look(job, memory)
    todo = plans.with_later(state.todo, state.spans, load_history(job.root))
    made = make_due(job.settings, job.access, job.root, way, todo, job.palette, job.config)
    recent = {day.isoformat() for day in state.sessions[-4 * max(plans.LOOKS) :]}
    seen = {**memory.looked, **{day.isoformat(): str(access.now().date()) for day in looked}}
    sound = _sound(job, state, memory, made.sound)
    save(job.root / MEMORY, Memory(sound, {day: at for day, at in seen.items() if day in recent}))
    if state.newest is not None and latest_of(job.root) != state.newest:
        point_to(job.root, state.newest)
    return _finish(job, way, status, state, made, repaired)


def _finish(job: Job, way: str, status: Status, state: _State, made: Made, repaired: Sequence[str]) -> Outcome:
    """Say and remember what came of it."""
    through = state.sessions[-1] if state.sessions else state.target
    missed = _missed(job, way, status, made)
    summary = summarise(job.settings, job.root, made, state.spans, missed, repaired)
    if summary:
        write_file(job.root / SUMMARY, "".join(f"{line}\n" for line in summary).encode())
        count, revised = len(made.filed), len(made.revised)
        line = ngettext("{n} report through {day}", "{n} reports through {day}", count, day=through)
        if revised:
            line = _("{line}, {count} of them revised", line=line, count=revised)
    elif state.begun and state.target not in state.sessions:
        line = _("{day}: no figures: a holiday, or they are still to come: nothing changed", day=state.target)
    else:
        line = _why(job, state)
    newest = max((day for day, *_rest in made.filed), default=None)
    folder = job.root / str(newest) if newest else None
    if made.faults:
        # One line: of each event the first session that has no report; the others follow from it.
        told = [f"{faults[0]}{_more(len(faults))}" for faults in made.faults.values()]
        failed = _failed(job, ExitCode.DATA, "; ".join(told))
        return replace(failed, summary=tuple(summary), folder=folder)
    success = status.last_success
    if summary or status.failing or success is None or success.through != str(through):
        said = missed or (status.missed if not summary else None)
        save(job.root / STATUS, status.succeeded(job.access.now(), through, line, said))
    return Outcome(ExitCode.DONE, line, tuple(summary), folder)


def _more(count: int) -> str:
    return _(" (and {count} more)", count=count - 1) if count > 1 else ""


def _missed(job: Job, way: str, status: Status, made: Made) -> Missed | None:
    """Sessions later than the last success whose report was not made on the first evening on which it could be."""
    if status.last_success is None:
        return None
    calendar, today = job.access.calendar, job.access.now().date()
    last = date.fromisoformat(status.last_success.through)

    def late(day: date) -> bool:
        return today > (calendar.first_on_or_after(day + timedelta(days=1)) if way == "openapi" else day)

    days = sorted({day for day, *_rest in made.filed if day > last and late(day)})
    return Missed(tuple(map(str, days)), reason(status, days)) if days else None


def _fetch(job: Job, way: str, memory: Memory) -> list[date]:
    """Bring the store up to the newest session whose figures are final; returns what was asked for once more."""
    access = job.access
    if way == "file":
        sync_files(access, job.source, job.benchmark, job.market)
        return []
    target = plans.newest_final(access.calendar, way, access.now())
    if not plans.begun(job.settings, access.calendar, target):
        return []
    sessions = plans.held(access.store, way, target)
    again = [] if target in sessions else plans.to_look_at_again(sessions, target, memory.looked)
    sync_store(job.settings, access, way, last=target, again=again)
    return again if target in plans.held(access.store, way, target) else []


def _repair(access: Connections, way: str) -> list[str]:
    """Take out what is damaged of the tables that reports rest on; the fetch then brings it anew."""
    tables = [table for table in access.store.tables() if table.source == way]
    if not any(table.verify() for table in tables):
        return []
    with access.store.writing("daily: repair", access.now()):
        return [line for table in tables for line in table.repair()]


def _refuse_clock(job: Job, status: Status) -> None:
    """A clock that went back would take old figures for the newest ones."""
    if status.last_success is None:
        return
    then, now = datetime.fromisoformat(status.last_success.at), job.access.now()
    if now < then - CLOCK_TOLERANCE:
        raise NetworkError(
            "this machine's clock says {now:%Y-%m-%d %H:%M} KST, but the last report was made on {then:%Y-%m-%d %H:%M}",
            hint="set it",
            now=now,
            then=then,
        )
