"""Whole commands against what their parts cost by themselves, run in turn: `python -m tests.bench.commands`."""

from __future__ import annotations

import os
import pty
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.conftest import OFFLINE, ROOT, SHARED
from tests.test_cli import AS_OF, sources

RUNS = 9
IMPORTS = [sys.executable, "-c", "import numpy, pandas, pyarrow, rich"]
NOTHING = [sys.executable, "-c", "pass"]
NAMING_MODULES = """
import os, sys
os._exit = lambda code: sys.stderr.write(" ".join(sys.modules))
from screener.cli.app import main
main()
"""
IMPORTING = """
import sys
for name in sys.argv[1:]:
    try:
        __import__(name)
    except ImportError:  # a module that another one makes, not a file
        pass
"""


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def seconds_to_the_summary(command: list[str]) -> float:
    """Until a terminal has the first line of the page, which is written whole."""
    ours, theirs = pty.openpty()
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=theirs, stderr=subprocess.DEVNULL):
        os.close(theirs)
        os.read(ours, 1)
        taken = time.perf_counter() - start
        with suppress(OSError):  # the end of a terminal
            while os.read(ours, 1 << 16):
                pass
    os.close(ours)
    return taken


def ratio(command: list[str], floor: list[str], measure: Callable[[list[str]], float] = seconds) -> float:
    """Median over pairs of runs of how much longer `command` takes than `floor`."""
    measure(command), seconds(floor)  # what is read from disk is read once before it counts
    return statistics.median(measure(command) / seconds(floor) for _ in range(RUNS))


def imports_of(report: list[str]) -> list[str]:
    """A command that imports what `report` imports, in that order, and does nothing else."""
    done = subprocess.run(
        [sys.executable, "-c", NAMING_MODULES, *report[1:]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    modules = [name for name in done.stderr.split() if name != "__main__"]
    return [sys.executable, "-c", IMPORTING, *modules]


def seconds_without_an_answer(command: list[str]) -> float:
    """How long `command` takes where the exchange accepts connections and never answers, seconds."""
    with socket.create_server(("127.0.0.1", 0)) as silent, tempfile.TemporaryDirectory() as home:
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        environment = dict.fromkeys(OFFLINE, proxy) | {"PATH": os.environ["PATH"], "HOME": home}
        start = time.perf_counter()
        subprocess.run(command, cwd=home, env=environment, capture_output=True, check=True)
        return time.perf_counter() - start


def main() -> None:
    screener = [str(Path(sys.executable).with_name("screener"))]
    print(f"screener --help / python -c pass: {ratio([*screener, '--help'], NOTHING):.2f} (at most 3)")
    print(f"screener report without the exchange: {seconds_without_an_answer([*screener, 'report']):.1f} s (at most 5)")
    krx = SHARED / "krx"
    if not (krx / "prices_adjusted.parquet").is_file():
        print("screener report from Parquet: not measured, the real market data is not here")
        return
    with tempfile.TemporaryDirectory() as folder:
        report = [*screener, "report", "--as-of", AS_OF, *sources(krx), "--reports", folder]
        own = imports_of(report)
        what = "screener report, 984,000 rows /"
        print(f"{what} import numpy, pandas, pyarrow, rich: {ratio(report, IMPORTS):.2f} (at most 2)")
        print(f"{what} its imports: {ratio(report, own):.2f} (at most 2.5)")
        print(f"{what} its imports, to the summary: {ratio(report, own, seconds_to_the_summary):.2f} (at most 1.8)")


if __name__ == "__main__":
    main()
