"""The command as a user runs it: a home of its own, a clock that is set, and the stand-in for the exchange."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from tests.crash import EMPTY, put_back
from tests.forkserver import ROOT, Starter

PATIENT = {"connect": 60, "read": 60, "request": 120, "first": None, "attempts": 3, "backoff": 0}
"""A `Timeouts` that outlasts a busy machine: nothing times out but what is never answered."""
LIMIT = 600
"""Seconds after which a run is ended: it hangs."""
BRIEF = {"screener.archive.reports.FORMATS": ["txt", "csv", "json"]}
"""What a report costs most is its web page: it is written where a test looks at it."""
_PROGRESS = re.compile(r": \d+ (?:to go|of \d+ done)$")
_numbers = count(1)


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> list[str]:
        """What stderr says beside how far it is, which hangs on how busy the machine is."""
        return [line for line in self.err.splitlines() if not _PROGRESS.search(line)]


@dataclass(frozen=True)
class Running:
    """A run that goes on."""

    starter: Starter
    pid: int
    stdout: Path
    stderr: Path

    def wait(self) -> Done:
        """Until it ends."""
        code = self.starter.wait(self.pid)
        shown = self.stderr.read_text("utf-8") if self.stderr.is_file() else ""
        return Done(code, self.stdout.read_text("utf-8"), shown)


@dataclass(frozen=True)
class Command:
    """`screener` with everything around it."""

    starter: Starter
    folder: Path
    """Where it runs; HOME, the configuration and the reports are in it."""
    now: datetime
    environment: Mapping[str, str]
    patience: Mapping[str, float | None] = field(default_factory=lambda: PATIENT)
    hopeless: str | None = None
    """Requests whose body holds this are given up at once, for nobody answers them."""
    nameless: bool = False
    """Whether no host name can be resolved."""
    batch: int | None = None
    """Stocks or sessions between two writes; None for the real number."""
    whole: int | None = None
    """Stocks that a whole market has at least; None for the real number."""
    constants: Mapping[str, Any] = field(default_factory=dict)
    """Other constants of the code that have another value, by their full names."""
    remove: tuple[str, str, str] | None = None
    """What `tests.crash.remove` takes: somebody else deletes a folder while it runs."""
    limit: int = LIMIT
    """Seconds after which a run is ended: it hangs."""

    @property
    def home(self) -> Path:
        """Its HOME."""
        return self.folder / "home"

    @property
    def store(self) -> Path:
        """The store, where it is by default."""
        return self.home / ".local/share/krx-impact-screener/store"

    def with_(self, **changes: Any) -> Command:
        """The same, but."""
        return replace(self, **changes)

    def given(self, **variables: str) -> Command:
        """The same with more in its environment."""
        return replace(self, environment={**self.environment, **variables})

    def start(self, *arguments: str | Path, stderr: Path | None = None, **more: Any) -> Running:
        """Start it in a fork; stderr goes to a file of its own unless it is given another, such as a terminal."""
        self.home.mkdir(exist_ok=True)
        number = next(_numbers)
        out, err = self.folder / f"out-{number}", stderr or self.folder / f"err-{number}"
        words = [str(one) for one in arguments]
        job = {**self._job(), **more}
        pid = self.starter.start(words, self._whole_environment(), self.folder, out, err, self.limit, **job)
        return Running(self.starter, pid, out, err)

    def run(self, *arguments: str | Path) -> Done:
        """Run it in a fork, to its end."""
        return self.start(*arguments).wait()

    def crashes(self, *arguments: str | Path) -> Iterator[str]:
        """Run it once, and put its folder into the state that a crash at each of its steps leaves; yields the step.

        See `tests.crash` for what a step is; those of `EMPTY` are left out, for a whole command takes its time.
        """
        with tempfile.TemporaryDirectory() as copies:
            done = self.start(*arguments, record=[str(self.folder), copies]).wait()
            assert done.code == 0, done.err
            yield from (step for step in put_back(self.folder, Path(copies)) if not EMPTY.fullmatch(step))

    def _job(self) -> dict[str, Any]:
        return {
            "now": self.now.isoformat(),
            "patience": dict(self.patience),
            "hopeless": self.hopeless,
            "nameless": self.nameless,
            "batch": self.batch,
            "whole": self.whole,
            "remove": self.remove,
            "constants": dict(self.constants),
        }

    def _whole_environment(self) -> dict[str, str]:
        own = {"HOME": str(self.home), "LANG": "C.UTF-8", "SCREENER_CONFIG": str(self.folder / "config")}
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **own, **self.environment}
