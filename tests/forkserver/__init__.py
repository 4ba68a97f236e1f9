"""Starts the command in forks of a process that has imported everything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Starter:
    """The process that is forked; see `tests.forkserver.fork`."""

    def __init__(self) -> None:
        # Its home is not that of any test: what pykrx's libraries keep there is not what the screener does.
        kept = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
        # Made here: a fork that ends by an exception would remove what its server made in a `with`.
        self._studies = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.forkserver.fork", self._studies.name],
            env={**kept, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def start(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        stdout: Path,
        stderr: Path,
        limit: int,
        **prepared: Any,
    ) -> int:
        """Start the command with that whole environment in a folder; its process id.

        Args:
            arguments: of the command.
            environment: all of it.
            folder: where it runs.
            stdout: file that takes what it says.
            stderr: the same.
            limit: seconds after which it is ended.
            prepared: what `tests.forkserver.fork.prepare` takes.
        """
        job = {"arguments": arguments, "environment": environment, "folder": str(folder), "limit": limit}
        return self._ask(start={**job, **prepared, "stdout": str(stdout), "stderr": str(stderr)})

    def wait(self, pid: int) -> int:
        """Exit status of that process, once it has ended."""
        return self._ask(wait=pid)

    def stop(self) -> None:
        """End it."""
        self._process.communicate()
        self._studies.cleanup()

    def _ask(self, **asked: Any) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())
