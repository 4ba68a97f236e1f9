"""What the store costs beyond pyarrow itself, and how it grows: `python -m tests.bench.store_speed`.

A simulated market of 2,760 stocks. The floor is pyarrow reading the same columns and rows of the same files: by its
dataset and a filter, and, which is faster but more than most would write, by choosing row groups, some of which hold
more than the rows asked for. The store also hashes every byte it uses and puts the rows into arrays.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from screener.data.store import Store, load_grids
from screener.krx.tables import MARKET
from tests.bench.study_speed import seconds

STOCKS, PANEL = 2_760, 271
COLUMNS = ["close", "volume", "marcap", "change_pct"]
SOURCE = "pykrx-login"
LAST_YEAR = 2025
NOW = datetime(2025, 12, 31, 18, 30, tzinfo=timezone(timedelta(hours=9)))


def weekdays(year: int) -> list[date]:
    """The first 245 weekdays of a year."""
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    return [day for day in days if day.weekday() < 5][:245]


def market(days: list[date], seed: int) -> pa.Table:
    """Sessions of a whole market, with prices on ticks and values as large and as various as real ones."""
    rng = np.random.default_rng(seed)
    shape = len(days), STOCKS
    tick = 10.0 ** rng.integers(0, 3, STOCKS)
    close = np.round(rng.uniform(200, 3000, STOCKS) * np.exp(rng.normal(0, 0.02, shape).cumsum(axis=0))) * tick
    volume = rng.lognormal(11, 1.5, shape).astype(np.int64)
    shares = rng.integers(5_000_000, 500_000_000, STOCKS)
    names = pa.array([f"종목{number}" for number in range(STOCKS)])
    tickers = pa.array([f"{number * 10:06d}" for number in range(STOCKS)])
    each: Any = pa.array(np.tile(np.arange(STOCKS, dtype=np.int32), len(days)))
    markets: Any = pa.array(np.tile(np.arange(STOCKS, dtype=np.int32) % 3, len(days)))
    spread = tick * rng.integers(0, 30, (3, *shape))
    columns = {
        "date": pa.array(np.repeat(np.array(days, dtype="datetime64[D]"), STOCKS)),
        "ticker": pa.DictionaryArray.from_arrays(each, tickers),
        "name": pa.DictionaryArray.from_arrays(each, names),
        "market": pa.DictionaryArray.from_arrays(markets, pa.array(["KOSPI", "KOSDAQ", "KOSDAQ GLOBAL"])),
        "open": (close + spread[0]).ravel(),
        "high": (close + spread[0] + spread[1]).ravel(),
        "low": (close - spread[2]).ravel(),
        "close": close.ravel(),
        "volume": volume.ravel(),
        "value": (volume * close).astype(np.int64).ravel(),
        "marcap": (close * shares).astype(np.int64).ravel(),
        "shares": np.tile(shares, len(days)),
        "change_pct": np.round(rng.normal(0, 3, shape), 2).ravel(),
    }
    return pa.table(columns, schema=MARKET.schema)


def build(root: Path, years: int) -> Store:
    """A store of so many years, written a year at a time."""
    store = Store.open(root)
    table = store.table(SOURCE, MARKET)
    with store.writing("bench", NOW):
        for year in range(LAST_YEAR + 1 - years, LAST_YEAR + 1):
            table.write(market(weekdays(year), year), replacing="sessions", fetched=NOW)
    return store


def span() -> tuple[date, date]:
    """First and last of the panel's sessions."""
    days = (weekdays(LAST_YEAR - 1) + weekdays(LAST_YEAR))[-PANEL:]
    return days[0], days[-1]


def with_dataset(folder: Path) -> pa.Table:
    """The rows as pyarrow's dataset finds them."""
    first, last = span()
    data = ds.dataset(folder, format="parquet", partitioning="hive")
    when = (ds.field("date") >= first) & (ds.field("date") <= last)
    return data.to_table(columns=["date", "ticker", *COLUMNS], filter=when)


def with_parquet(folder: Path) -> pa.Table:
    """The same by row groups."""
    first, last = span()
    parts = []
    for year in (first.year, last.year):
        file = pq.ParquetFile(folder / f"year={year}" / "part-0.parquet", read_dictionary=["ticker"])
        known: list[Any] = [file.metadata.row_group(n).column(0).statistics for n in range(file.num_row_groups)]
        groups = [n for n, one in enumerate(known) if one.max >= first and one.min <= last]
        parts.append(file.read_row_groups(groups, columns=["date", "ticker", *COLUMNS]))
    return pa.concat_tables(parts)


def load(root: Path) -> None:
    """The panel, from a store that is opened anew."""
    grids = load_grids(Store.open(root).table(SOURCE, MARKET), COLUMNS, *span())
    if grids.values["close"].shape != (PANEL, STOCKS):
        raise RuntimeError("the panel has not the shape that was asked for")


def memory(root: Path) -> float:
    """Peak MB of a process that loads the panel and nothing else."""
    code = "import pathlib, sys; from tests.bench.store_speed import print_peak; print_peak(pathlib.Path(sys.argv[1]))"
    return float(subprocess.run([sys.executable, "-c", code, str(root)], capture_output=True, check=True).stdout)


def print_peak(root: Path) -> None:
    load(root)
    # What getrusage calls the peak is that of the process that started this one, if that was higher.
    [peak] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    sys.stdout.write(str(int(peak.split()[1]) / 1024))


def append(store: Store, day: date) -> tuple[float, int]:
    """Seconds to append a session, and how many partitions that writes."""
    table = store.table(SOURCE, MARKET)
    before = table.manifest.partitions
    start = perf_counter()
    with store.writing("bench", NOW):
        table.write(market([day], 1), replacing="sessions", fetched=NOW)
    taken = perf_counter() - start
    return taken, sum(one != before.get(year) for year, one in table.manifest.partitions.items())


def main() -> None:
    """Print the ratios."""
    write = sys.stdout.write
    with tempfile.TemporaryDirectory() as folder:
        two, thirty = Path(folder, "two"), Path(folder, "thirty")
        build(two, 2)
        store = build(thirty, 30)
        files = two / SOURCE / "market"
        works: list[Callable[[], object]] = [partial(load, two), partial(load, thirty)]
        works += [partial(with_dataset, files), partial(with_parquet, files)]
        ours, long, plain, chosen = seconds(works, 15)
        rows = store.table(SOURCE, MARKET).info().rows
        write(f"{PANEL} sessions of {STOCKS:,} stocks from 2 years: {1e3 * ours:.0f} ms\n")
        write(f"  / pyarrow's dataset with a filter: {ours / plain:.2f} (at most 1.5)\n")
        write(f"  / pyarrow by chosen row groups: {ours / chosen:.2f}\n")
        write(f"  from 30 years, {rows:,} rows / from 2: {long / ours:.2f} (at most 2)\n")
        write(f"  peak of a process that loads it from 30: {memory(thirty):.0f} MB (below 1,000)\n")
        taken, written = append(store, date(LAST_YEAR, 12, 31))
        write(f"one more session: {1e3 * taken:.0f} ms, {written} partition written (at most 1)\n")


if __name__ == "__main__":
    main()
