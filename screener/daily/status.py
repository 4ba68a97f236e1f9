"""What the daily run remembers of itself: for people and monitors in status.json, for the next run in a hidden file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from screener.archive.publish import write_file
from screener.errors import ExitCode
from screener.i18n import _

STATUS, MEMORY = "status.json", ".daily.json"


@dataclass(frozen=True)
class Attempt:
    """One run that did something, or failed."""

    at: str
    """ISO, KST."""
    code: int
    said: str


@dataclass(frozen=True)
class Success:
    """A run after which every report was there."""

    at: str
    through: str
    """Newest session that was looked at, whether or not an event was still open."""


@dataclass(frozen=True)
class Failing:
    """The runs since the last success."""

    since: str
    runs: int
    code: int
    what: str
    do: str


@dataclass(frozen=True)
class Missed:
    """Sessions whose report came late, and why."""

    sessions: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Status:
    """status.json."""

    schema_version: str = "1"
    last_attempt: Attempt | None = None
    last_success: Success | None = None
    failing: Failing | None = None
    missed: Missed | None = None
    """Of the last good report."""

    def failed(self, at: datetime, code: int, what: str) -> Status:
        """After one more run that failed."""
        moment = at.isoformat(timespec="seconds")
        before = self.failing
        since, runs = (before.since, before.runs + 1) if before else (moment, 1)
        failing = Failing(since, runs, code, what, _remedy(ExitCode(code)))
        return replace(self, last_attempt=Attempt(moment, code, what), failing=failing)

    def succeeded(self, at: datetime, through: date, said: str, missed: Missed | None) -> Status:
        """After a run that did all there was to do."""
        moment = at.isoformat(timespec="seconds")
        success = Success(moment, through.isoformat())
        return Status(last_attempt=Attempt(moment, ExitCode.DONE, said), last_success=success, missed=missed)


@dataclass(frozen=True)
class Memory:
    """What only the next run needs; without it that run looks at everything again."""

    made: Mapping[str, str] = field(default_factory=dict)
    """By report, what it was made on."""
    looked: Mapping[str, str] = field(default_factory=dict)
    """By session, the day on which it was last asked for once more."""


def load_status(root: Path) -> Status:
    """What stands in status.json; nothing, where it is missing or damaged."""
    content = _load(root / STATUS)
    try:
        return Status(
            last_attempt=Attempt(**content["last_attempt"]) if content.get("last_attempt") else None,
            last_success=_success(content.get("last_success")),
            failing=Failing(**content["failing"]) if content.get("failing") else None,
            missed=_missed(content.get("missed")),
        )
    except (TypeError, ValueError, KeyError):
        return Status()


def load_memory(root: Path) -> Memory:
    """What the last run left for this one; nothing, where that is lost."""
    content = _load(root / MEMORY)
    made, looked = content.get("made"), content.get("looked")
    return Memory(_texts(made), _texts(looked))


def save(path: Path, content: Status | Memory) -> None:
    """Write either in one step.

    Raises:
        DataError: the disk would not take it.
    """
    write_file(path, (json.dumps(asdict(content), ensure_ascii=False, indent=1) + "\n").encode())


def _load(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _success(content: Any) -> Success | None:
    if not content:
        return None
    date.fromisoformat(content["through"])
    datetime.fromisoformat(content["at"])
    return Success(**content)


def _missed(content: Any) -> Missed | None:
    return Missed(tuple(content["sessions"]), content["why"]) if content else None


def _texts(content: Any) -> dict[str, str]:
    if not isinstance(content, dict):
        return {}
    return {str(name): value for name, value in content.items() if isinstance(value, str)}


def reason(status: Status, missed: Sequence[date]) -> str:
    """Why the sessions that were missed were: what failed, or that nothing ran."""
    failing = status.failing
    if failing is None or not missed or date.fromisoformat(failing.since[:10]) > missed[-1]:
        return _("no run came to its end: the machine was off, or the run was ended")
    since = failing.since[:16].replace("T", " ")
    return _("since {since} KST {runs} runs have failed: {what}", since=since, runs=failing.runs, what=failing.what)


def _remedy(code: ExitCode) -> str:
    """What to do about a run that ended so."""
    if code == ExitCode.USAGE:
        return _("mend the configuration: `screener config check` names the line")
    if code == ExitCode.DATA:
        return _("`screener doctor` says what is wrong with store and disk; the next run tries again")
    if code == ExitCode.LOGIN:
        return _("set KRX_ID and KRX_PW, or KRX_AUTH_KEY, anew: until then every run fails")
    if code == ExitCode.NETWORK:
        return _("the next run tries again; `screener doctor` says whether the exchange answers")
    return _("report it: `screener daily --debug` shows where it happened")
