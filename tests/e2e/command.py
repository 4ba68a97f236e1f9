"""The command as a user runs it: a home of its own, a clock that is set, and the stand-in for the exchange."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.forkserver import ROOT, Starter

QUICK = {"connect": 0.5, "read": 0.5, "request": 0.8, "attempts": 3, "backoff": 0.01}
"""A `Timeouts` that tests have."""
LIMIT = 60
"""Seconds after which a run is ended: it hangs."""
_ALONE = """
import json, sys
from tests.forkserver.fork import prepare
prepare(json.loads(sys.argv.pop(1)))
sys.argv[0] = "screener"
from screener.__main__ import main
main()
"""


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def said(self) -> list[str]:
        """What stderr says beside how much there is to fetch."""
        return [line for line in self.err.splitlines() if not line.endswith(" to fetch")]


@dataclass(frozen=True)
class Running:
    """A run that goes on."""

    starter: Starter
    pid: int
    stdout: Path
    stderr: Path
    started: float

    def wait(self) -> Done:
        """Until it ends."""
        code = self.starter.wait(self.pid)
        seconds = time.perf_counter() - self.started
        return Done(code, self.stdout.read_text("utf-8"), self.stderr.read_text("utf-8"), seconds)


@dataclass(frozen=True)
class Command:
    """`screener` with everything around it."""

    starter: Starter
    folder: Path
    """Where it runs; HOME, the configuration and the reports are in it."""
    now: datetime
    environment: Mapping[str, str]
    patience: Mapping[str, float] | None = field(default_factory=lambda: QUICK)
    """None for the real one."""
    nameless: bool = False
    """Whether no host name can be resolved."""
    batch: int | None = None
    """Stocks or sessions between two writes; None for the real number."""
    whole: int | None = None
    """Stocks that a whole market has at least; None for the real number."""
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

    def start(self, *arguments: str | Path) -> Running:
        """Start it in a fork."""
        self.home.mkdir(exist_ok=True)
        out, err = (self.folder / f"{name}-{time.monotonic_ns()}" for name in ("out", "err"))
        started = time.perf_counter()
        words = [str(one) for one in arguments]
        pid = self.starter.start(words, self._whole_environment(), self.folder, out, err, self.limit, **self._job())
        return Running(self.starter, pid, out, err, started)

    def run(self, *arguments: str | Path) -> Done:
        """Run it in a fork, to its end."""
        return self.start(*arguments).wait()

    def alone(self, *arguments: str | Path) -> Done:
        """Run it to its end in a process of its own, which imports what it needs by itself."""
        self.home.mkdir(exist_ok=True)
        started = time.perf_counter()
        done = subprocess.run(
            self.argv(*arguments),
            cwd=self.folder,
            env=self._whole_environment(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=LIMIT,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr, time.perf_counter() - started)

    def argv(self, *arguments: str | Path) -> list[str]:
        """What starts it in a process of its own."""
        return [sys.executable, "-c", _ALONE, json.dumps(self._job()), *map(str, arguments)]

    def _job(self) -> dict[str, Any]:
        now, patience = self.now.isoformat(), dict(self.patience) if self.patience else None
        return {"now": now, "patience": patience, "nameless": self.nameless, "batch": self.batch, "whole": self.whole}

    def _whole_environment(self) -> dict[str, str]:
        own = {"HOME": str(self.home), "LANG": "C.UTF-8", "SCREENER_CONFIG": str(self.folder / "config")}
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **own, **self.environment}
