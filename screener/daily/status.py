"""What the daily run remembers: status.json for people and monitors, a hidden file for the next run, and the log."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from screener.console import escaped
from screener.errors import ExitCode, ScreenerError
from screener.files import write_file
from screener.i18n import _, cause, ngettext

STATUS, MEMORY = "status.json", ".daily.json"
LARGEST = 500_000
"""Bytes from which on a log is put aside and a new one begun: some ten years of lines."""
KEPT = 3
"""Logs that are kept, the newest as FILE.1."""

T = TypeVar("T", bound="_Record")


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Attempt(_Record):
    """A run that did something, or failed."""

    at: AwareDatetime
    """KST, in whole seconds, as all times here."""
    code: int
    said: str


class _Success(_Record):
    """A run after which every report was there."""

    at: AwareDatetime
    through: date
    """Newest session that was looked at, whether or not an event was still open."""


class _Failing(_Record):
    """The failed runs since the last success."""

    since: AwareDatetime
    runs: int
    code: int
    what: str
    do: str


class Missed(_Record):
    """Sessions whose report came late, and why."""

    sessions: tuple[date, ...]
    why: str


class Status(_Record):
    """status.json."""

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
        failing = _Failing(since=since, runs=runs, code=code, what=what, do=_remedy(ExitCode(code)))
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
            return _("no run came to its end: the machine was off, or the run was ended")
        since = f"{failing.since:%Y-%m-%d %H:%M}"
        return ngettext(
            "since {since} KST {n} run has failed: {what}",
            "since {since} KST {n} runs have failed: {what}",
            failing.runs,
            since=since,
            what=failing.what,
        )


class Memory(_Record):
    """What only the next run needs; without it that run looks at everything again."""

    made: dict[str, str] = {}
    """By report, a digest of what it was made from."""
    looked: dict[str, str] = {}
    """By session, the day on which it was last fetched again, ISO."""


def load_status(root: Path) -> Status:
    """The content of status.json; an empty status where it is missing or damaged."""
    return _load(root / STATUS, Status)


def load_memory(root: Path) -> Memory:
    """What the last run left for this one; an empty memory where it is missing or damaged."""
    return _load(root / MEMORY, Memory)


def save(path: Path, content: Status | Memory) -> None:
    """Write either in one step.

    Raises:
        DataError: it cannot be written.
    """
    write_file(path, (json.dumps(content.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n").encode())


def _load(path: Path, model: type[T]) -> T:
    try:
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return model()


def remember_failure(root: Path, at: datetime, code: int, what: str) -> str:
    """Write a failure into status.json, unless the disk fails; returns it on one line."""
    line = " ".join(what.split())
    try:
        save(root / STATUS, load_status(root).failed(at, code, line))
    except (ScreenerError, OSError):
        line = _("{line} ({path} could not be written)", line=line, path=root / STATUS)
    return line


def _remedy(code: ExitCode) -> str:
    """What to do about a run that ended with `code`."""
    if code == ExitCode.USAGE:
        return _("mend the configuration: `screener config check` names the line")
    if code == ExitCode.DATA:
        return _("`screener doctor` says what is wrong with store and disk; the next run tries again")
    if code == ExitCode.LOGIN:
        return _("set KRX_ID and KRX_PW, KRX_AUTH_KEY or DATA_GO_KR_KEY anew: until then every run fails")
    if code == ExitCode.NETWORK:
        return _("the next run tries again; `screener doctor` says whether the exchange answers")
    return _("report it: `screener daily --debug` shows where it happened")


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
            "{path}: cannot be written ({cause}): make room, or choose another place", path=path, cause=cause(error)
        )
    return ""


def _rotate(path: Path) -> None:
    for number in range(KEPT, 0, -1):
        newer = path.with_name(f"{path.name}.{number - 1}") if number > 1 else path
        with suppress(FileNotFoundError):  # another run was faster, or there are not so many yet
            newer.replace(path.with_name(f"{path.name}.{number}"))
