"""Whole commands against what their parts cost by themselves, run in turn: `python -m tests.bench.commands`."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import OFFLINE, ROOT, SHARED
from tests.test_cli import AS_OF, sources

RUNS = 9
IMPORTS = [sys.executable, "-c", "import numpy, pandas, pyarrow, rich"]
NOTHING = [sys.executable, "-c", "pass"]


def ratio(command: list[str], floor: list[str]) -> float:
    """Median over pairs of runs of how much longer `command` takes than `floor`."""

    def seconds(one: list[str]) -> float:
        start = time.perf_counter()
        subprocess.run(one, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - start

    seconds(command), seconds(floor)  # what is read from disk is read once before it counts
    return statistics.median(seconds(command) / seconds(floor) for _ in range(RUNS))


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
        print(
            f"screener report, 984,000 rows / import numpy, pandas, pyarrow, rich: {ratio(report, IMPORTS):.2f} (at most 2)"
        )


if __name__ == "__main__":
    main()
