"""A Dask cluster as people have it: a `dask scheduler` and two `dask worker`, processes on loopback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.conftest import ROOT


@contextmanager
def running() -> Iterator[tuple[str, list[int]]]:
    """A `dask scheduler` and two `dask worker` on loopback: the address, and the numbers of the three."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        code = "from dask.__main__ import main; main()"
        command = [sys.executable, "-c", code]
        own = ["--host", "127.0.0.1", "--scheduler-file", str(file), "--no-dashboard"]
        # Workers and client wait for the file by themselves.
        started = [subprocess.Popen([*command, "scheduler", "--port", "0", *own], cwd=ROOT, **quiet)]  # type: ignore[call-overload]
        try:
            each = ["--nthreads", "1", "--nworkers", "1", "--no-nanny", *own]
            started += [subprocess.Popen([*command, "worker", *each], cwd=ROOT, **quiet) for _ in range(2)]  # type: ignore[call-overload]
            from distributed import Client

            with Client(scheduler_file=str(file), set_as_default=False) as client:
                client.wait_for_workers(2, timeout=120)
                address = client.scheduler.address
            yield address, [one.pid for one in started]
        finally:
            # Workers first: one whose scheduler is gone waits for it before it ends.
            for one in reversed(started):
                one.kill()
                one.wait()
