"""What daily runs remember: status.json for people and monitors, hidden files for the next run, and the log.

What a run must still say is kept on the disk until it is said, so that a run that is killed loses no word of it. Before
the first report is published, the file says which reports are about to be made and what was there before. So the next
run, if this one is killed, compares with what this one compared with. Once the summary is known it takes the place of
that, and goes when it was said.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from screener.archive import RECORD, report_name
from screener.archive.reports import stored_revision
from screener.console import escaped
from screener.errors import DataError, ExitCode, ScreenerError
from screener.files import remembered, write_files
from screener.i18n import N_, _, cause, ngettext

if TYPE_CHECKING:
    from screener.archive.history import Row

LARGEST = 500_000
"""Bytes from which on a log is put aside and a new one begun: some ten years of lines."""
_REMEDIES = {
    ExitCode.USAGE: N_("correct the configuration: `screener config check` shows the line"),
    ExitCode.DATA: N_("`screener doctor` shows what is wrong with store and disk; the next run tries again"),
    ExitCode.LOGIN: N_("set KRX_ID and KRX_PW, KRX_AUTH_KEY or DATA_GO_KR_KEY again: every run fails until then"),
    ExitCode.NETWORK: N_("the next run tries again; `screener doctor` shows whether the exchange responds"),
    ExitCode.BUG: N_("report it: `screener daily --debug` shows the location"),
}
KEPT = 3
"""Logs that are kept, the newest as FILE.1."""
Channel = Literal["stdout", "log", "notification"]
_CHANNELS: tuple[Channel, ...] = ("notification", "log", "stdout")
"""In the order in which they are told."""
_MOST_UNSAID = 20
"""What was never said is as old as that many runs at most."""
_YEARS = range(1990, 2200)
"""Of which a time here can be; with others there is no counting of sessions."""


def _sensible(day: Any) -> Any:
    if day.year not in _YEARS:
        raise ValueError(day)
    return day


_Moment = Annotated[AwareDatetime, AfterValidator(_sensible)]
_Day = Annotated[date, AfterValidator(_sensible)]


class _Record(BaseModel):
    """A part of what runs remember."""

    model_config = ConfigDict(frozen=True)


class _StoredRecord(_Record):
    """A record with a file of its own below the reports directory."""

    NAME: ClassVar[str]

    @classmethod
    def load(cls, root: Path) -> Self:
        """The content of the file; an empty record where it is missing or damaged."""
        return remembered(root / cls.NAME, cls.model_validate, cls())

    def save(self, root: Path) -> None:
        """Replace the file in one step.

        Raises:
            DataError: it cannot be written.
        """
        content = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1)
        write_files({root / self.NAME: f"{content}\n".encode()})


class _Attempt(_Record):
    """A run that did something, or failed."""

    at: _Moment
    """KST, in whole seconds, as all times here."""
    code: int
    said: str


class _Success(_Record):
    """A run after which every report was there."""

    at: _Moment
    through: _Day
    """Newest session that was looked at, whether or not an event was still open."""


class _Failing(_Record):
    """The failed runs since the last success."""

    since: _Moment
    runs: Annotated[int, Field(ge=1, le=10**6)]
    code: int
    what: str
    do: str


class Missed(_Record):
    """Sessions whose report came late, and why."""

    sessions: tuple[_Day, ...]
    why: str


class Status(_StoredRecord):
    """How the last runs ended, for people and monitors."""

    NAME = "status.json"
    schema_version: Literal["1"] = "1"
    last_attempt: _Attempt | None = None
    last_success: _Success | None = None
    failing: _Failing | None = None
    missed: Missed | None = None
    """Of the last good report."""

    def failed(self, at: datetime, code: int, what: str) -> Status:
        """After one more run that failed."""
        at = at.replace(microsecond=0)
        since, runs = (self.failing.since, self.failing.runs + 1) if self.failing else (at, 1)
        failing = _Failing(since=since, runs=runs, code=code, what=what, do=_(_REMEDIES[ExitCode(code)]))
        return self.model_copy(update={"last_attempt": _Attempt(at=at, code=code, said=what), "failing": failing})

    def succeeded(self, at: datetime, through: date, said: str, missed: Missed | None) -> Status:
        """After a run that did all there was to do."""
        at = at.replace(microsecond=0)
        attempt = _Attempt(at=at, code=ExitCode.DONE, said=said)
        return Status(last_attempt=attempt, last_success=_Success(at=at, through=through), missed=missed)

    def why_missed(self, sessions: Sequence[date]) -> str:
        """Why the report on these sessions came late: what failed, or that nothing ran."""
        failing = self.failing
        if failing is None or not sessions or failing.since.date() > sessions[-1]:
            return _("no run finished: the machine was off, or the runs were stopped")
        since = f"{failing.since:%Y-%m-%d %H:%M}"
        return ngettext(
            "since {since} KST {n} run has failed: {what}",
            "since {since} KST {n} runs have failed: {what}",
            failing.runs,
            since=since,
            what=failing.what,
        )


class Memory(_StoredRecord):
    """What only the next run needs; without it that run looks at everything again."""

    NAME = ".daily.json"
    made: dict[str, str] = {}
    """By report, a digest of what it was made from."""
    looked: dict[str, str] = {}
    """By session, the day on which it was last fetched again, ISO."""


def remember_failure(root: Path, at: datetime, code: int, what: str) -> str:
    """Write a failure into status.json, unless the disk fails; returns it on one line."""
    line = " ".join(what.split())
    try:
        Status.load(root).failed(at, code, line).save(root)
    except (ScreenerError, OSError):
        line = _("{line} ({path} could not be written)", line=line, path=root / Status.NAME)
    return line


def append_log(path: Path, at: datetime, code: int, message: str) -> str:
    """Append one run to a log that only its owner can read; returns why it could not be written, empty if it was."""
    line = f"{at.isoformat(timespec='seconds')} daily exit {int(code)}: {escaped(message)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            if path.stat().st_size >= LARGEST:
                _rotate(path)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, f"{line}\n".encode())  # in one call, so that the lines of two runs do not mix
        finally:
            os.close(descriptor)
    except OSError as error:
        return _(
            "{path}: cannot be written ({cause}): free some space, or choose another location",
            path=path,
            cause=cause(error),
        )
    return ""


def _rotate(path: Path) -> None:
    for number in range(KEPT, 0, -1):
        newer = path.with_name(f"{path.name}.{number - 1}") if number > 1 else path
        with suppress(FileNotFoundError):  # another run was faster, or there are not so many yet
            newer.replace(path.with_name(f"{path.name}.{number}"))


class Begun(_Record):
    """Reports that are about to be made, and what there was before."""

    before: Mapping[str, tuple[int, int]] = {}
    """By report, its revision (0: it was not there) and the time at which its record was written."""
    new: tuple[str, ...] = ()
    """Those that the history did not have."""
    repaired: tuple[str, ...] = ()
    """What is wrong with files of the store, which are about to be taken out."""

    @classmethod
    def of(cls, root: Path, todo: Mapping[date, Sequence[str]], history: Sequence[Row]) -> Begun:
        """For the reports of `todo`, as they are now."""
        known = {report_name(date.fromisoformat(row["as_of"]), row["event"]) for row in history}
        names = [report_name(day, event) for day, events in todo.items() for event in events]
        before = {name: (stored_revision(root / name) or 0, written(root / name)) for name in names}
        return cls(before=before, new=tuple(name for name in names if name not in known))

    def and_then(self, later: Begun) -> Begun:
        """What did not come to its end, and what a later run adds to it."""
        return Begun(
            before={**later.before, **self.before},
            new=tuple(dict.fromkeys((*self.new, *(name for name in later.new if name not in self.before)))),
            repaired=tuple(dict.fromkeys((*self.repaired, *later.repaired))),
        )


class Told(_Record):
    """What one run says."""

    at: _Moment
    code: int
    line: str
    """What happened, on one line."""
    summary: tuple[str, ...] = ()
    """What changed, on ten lines at most; empty where nothing did."""
    message: str = ""
    """What is sent to addresses: the summary, and a failure if it is the first of several."""
    folder: str = ""
    """The newest report directory that was made."""
    left: tuple[Channel, ...] = _CHANNELS
    """Where it was not said yet."""


class Unsaid(_StoredRecord):
    """The file."""

    NAME = ".unsaid.json"
    begun: Begun | None = None
    waiting: tuple[Told, ...] = ()
    status: Status | None = None
    """What status.json says once all is written."""

    def add(self, root: Path, told: Told, status: Status, begun: Begun | None = None) -> None:
        """Keep what a run says, and how it ended, before anything else says so.

        Raises:
            DataError: it cannot be written.
        """
        Unsaid(begun=begun, waiting=(*self.waiting, told)[-_MOST_UNSAID:], status=status).save(root)


def settle(root: Path) -> Unsaid:
    """What runs before this one did not say; status.json, if they did not come to write it, is written now."""
    unsaid = Unsaid.load(root)
    if unsaid.status is not None and unsaid.status != Status.load(root):
        unsaid.status.save(root)
    return unsaid


def tell(root: Path, told: Told, say: Callable[[Told, Channel], bool], *, alone: bool) -> list[str]:
    """Say what waits, the oldest first, and `told`, and cross off what was said; returns the directories it is about.

    `say` says one thing on one channel, and returns whether that worked. Unless `alone`, what waits is another run's.
    """
    unsaid = Unsaid.load(root) if alone else Unsaid()
    waiting = unsaid.waiting if told in unsaid.waiting else (*unsaid.waiting, told)
    left = []
    for one in waiting:
        failed = tuple(channel for channel in one.left if not say(one, channel))
        if failed and one in unsaid.waiting:
            left.append(one.model_copy(update={"left": failed}))
    if unsaid.waiting:
        with suppress(DataError, OSError):  # then it is said twice
            cross_off(root, unsaid, left)
    return [one.folder for one in waiting if one.folder]


def cross_off(root: Path, unsaid: Unsaid, left: Sequence[Told]) -> None:
    """Keep of what waits what is `left`."""
    if left or unsaid.begun:
        Unsaid(begun=unsaid.begun, waiting=tuple(left)).save(root)
    elif (root / Unsaid.NAME).exists():
        (root / Unsaid.NAME).unlink()


def written(folder: Path) -> int:
    """When the record of a report directory was written, in nanoseconds; 0 where there is none."""
    try:
        return (folder / RECORD).stat().st_mtime_ns
    except OSError:
        return 0
