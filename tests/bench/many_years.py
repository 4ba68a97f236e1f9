"""A study of 5,000 events over 25 years of 2,500 stocks, to the end: `python -m tests.bench.many_years FOLDER`.

Not part of `make bench`, for it takes the better part of an hour on two cores. Writes simulated prices (a Parquet file a
year), indices, a list of the market and events below FOLDER, runs `screener study` on them, and prints how much time of
the processor and how much memory its processes took. The folder is kept: what was finished is not computed again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from screener.krx.calendar import Calendar
from screener.study import Floats

FIRST, LAST = date(2000, 7, 3), date(2025, 6, 30)
STOCKS, EVENTS = 2_500, 5_000
LIMIT = 0.14
"""Largest move of a session: within the narrower of KRX's price limits of these years."""
KINDS = "contract dividend issue results"


@dataclass(frozen=True)
class Years:
    """Simulated files of prices, and events on them."""

    folder: Path
    first: date = FIRST
    last: date = LAST
    stocks: int = STOCKS
    events: int = EVENTS

    @property
    def tickers(self) -> list[str]:
        """Codes of the stocks; every other one is of KOSPI."""
        return [f"{10 * number:06d}" for number in range(1, self.stocks + 1)]

    @property
    def markets(self) -> list[str]:
        """Of each stock."""
        return [("KOSPI", "KOSDAQ")[number % 2] for number in range(self.stocks)]

    @property
    def command(self) -> list[str]:
        """The study of the events, but for who computes it."""
        given = {"--source": f"file:{self.folder / 'prices'}", "--groups": "kind", "--lang": "en"}
        given |= {"--benchmark": str(self.folder / "indices.parquet"), "--market": str(self.folder / "market.parquet")}
        words = [word for pair in given.items() for word in pair]
        return [sys.executable, "-m", "screener", "study", str(self.folder / "events.csv"), *words]

    def write(self) -> None:
        """Write what is not there yet."""
        (self.folder / "prices").mkdir(parents=True, exist_ok=True)
        if (self.folder / "events.csv").exists():
            return
        random = np.random.default_rng(1)
        sessions = Calendar().sessions(self.first, self.last)
        moves = 0.011 * random.standard_normal((len(sessions), 1)) + 0.004 * random.standard_normal((len(sessions), 2))
        levels = np.asarray(np.cumprod(1.0 + np.clip(moves, -0.09, 0.09), axis=0), dtype=np.float64)
        close, change = self._prices(sessions, levels, random)
        index = {
            "date": np.repeat(np.array(sessions, dtype="datetime64[D]"), 2),
            "close": (levels * [1000.0, 200.0]).ravel(),
        }
        _write(self.folder / "indices.parquet", {**index, "index": ["KOSPI", "KOSDAQ"] * len(sessions)})
        told = {"ticker": self.tickers, "name": [f"Stock {one}" for one in self.tickers], "market": self.markets}
        day = np.full(self.stocks, np.datetime64(sessions[-1]))
        traded = {"close": close, "volume": np.full(self.stocks, 1000), "change_pct": change, "marcap": 1e6 * close}
        _write(self.folder / "market.parquet", {"date": day, **told, **traded})
        rows = zip(
            random.integers(0, len(sessions), self.events).tolist(),
            random.integers(0, self.stocks, self.events).tolist(),
            random.choice(KINDS.split(), self.events).tolist(),
            random.lognormal(3, 1, self.events).tolist(),
            strict=True,
        )
        lines = [f"{sessions[day]},{self.tickers[stock]},{kind},{size:.1f}" for day, stock, kind, size in rows]
        (self.folder / "events.csv").write_text("\n".join(["date,ticker,kind,size", *lines, ""]), encoding="utf-8")

    def _prices(self, sessions: Sequence[date], levels: Floats, random: np.random.Generator) -> tuple[Floats, Floats]:
        """Write the files of prices; closes and changes, %, of the last session."""
        years = np.array([day.year for day in sessions])
        market = np.diff(levels, axis=0, prepend=1.0) / np.concatenate([np.ones((1, 2)), levels[:-1]])
        price = random.lognormal(11, 1, self.stocks)
        codes = pa.array(self.tickers)
        for year in np.unique(years):
            own = np.flatnonzero(years == year)
            shape = len(own), self.stocks
            returns = market[own][:, np.arange(self.stocks) % 2] + 0.018 * random.standard_t(4, shape)
            close = np.round(np.maximum(price * np.cumprod(1.0 + np.clip(returns, -LIMIT, LIMIT), axis=0), 1.0), 2)
            price = close[-1]
            days = np.array(sessions, dtype="datetime64[D]")[own]
            numbers = np.tile(np.arange(self.stocks, dtype=np.int32), len(own))
            columns = {
                "date": np.repeat(days, self.stocks),
                "ticker": pa.DictionaryArray.from_arrays(numbers, codes),
                "close": close.ravel(),
                "volume": random.integers(1_000, 1_000_000, shape).ravel(),
            }
            _write(self.folder / "prices" / f"{year}.parquet", columns)
        return close[-1], np.round(100.0 * (close[-1] / close[-2] - 1.0), 2)


def _write(path: Path, columns: dict[str, Any]) -> None:
    pq.write_table(pa.table(columns), path)


@dataclass
class Process:
    """What one process of a run has used."""

    name: str
    seconds: float = 0.0
    """Of the processor, its own and the system's for it."""
    megabytes: float = 0.0
    """Most memory that it had."""


def watched(command: Sequence[str], every: float = 0.5) -> dict[int, Process]:
    """Run a command to its end; what it and the processes below it used, by their number.

    Workers are children of a fork server, so that `resource.RUSAGE_CHILDREN` of the command does not have them.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
    found: dict[int, Process] = {}
    while running.poll() is None:
        for number in processes_below(running.pid):
            look(number, found)
        time.sleep(every)
    if running.returncode:
        raise RuntimeError(f"{command}: exit code {running.returncode}")
    return found


def processes_below(root: int) -> list[int]:
    """A process and all those that it and they started."""
    parent = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it has ended meanwhile
    found = [root]
    for one in found:
        found += [child for child, above in parent.items() if above == one]
    return found


def look(number: int, found: dict[int, Process]) -> None:
    folder = Path("/proc") / str(number)
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        most = next(line for line in (folder / "status").read_text().splitlines() if line.startswith("VmHWM"))
        words = (folder / "cmdline").read_text().split("\0")
    except (OSError, StopIteration):
        return  # it has ended, or is about to
    one = found.setdefault(number, Process(" ".join(words)[:60]))
    one.seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    one.megabytes = int(most.split()[1]) / 1024


def main() -> None:
    """Write the files, run the study, print what it took."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.many_years", description=__doc__)
    parser.add_argument("folder", type=Path, help="where simulated prices and finished parts are kept")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--stocks", type=int, default=STOCKS)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--first", type=date.fromisoformat, default=FIRST)
    options = parser.parse_args()
    folder: Path = options.folder.resolve()
    years = Years(folder, first=options.first, stocks=options.stocks, events=options.events)
    start = time.perf_counter()
    years.write()
    sys.stdout.write(f"prices written         {time.process_time():7.0f} CPU s\n")
    outputs = ["--jobs", str(options.jobs), "--parts", str(folder / "parts"), "--csv", str(folder / "tables")]
    found = watched([*years.command, *outputs])
    for number, one in sorted(found.items()):
        sys.stdout.write(f"{number:8}  {one.seconds:7.0f} CPU s  {one.megabytes:6.0f} MB at most  {one.name}\n")
    total = sum(one.seconds for one in found.values())
    parts = len(list((folder / "parts").glob("*")))
    sys.stdout.write(
        f"all                    {total:7.0f} CPU s  {parts} parts  {1e3 * total / years.events:.0f} ms an event\n"
    )
    sys.stdout.write(f"most memory            {max(one.megabytes for one in found.values()):7.0f} MB\n")
    sys.stdout.write(f"clock                  {time.perf_counter() - start:7.0f} s\n")


if __name__ == "__main__":
    main()
