"""What the store costs beyond pyarrow itself, and how it grows: `python -m tests.bench.store_speed`.

A simulated market of 2,760 stocks. The floor is pyarrow reading the same columns and rows of the same files: by its
dataset and a filter, and, which is faster but more than most would write, by choosing files, which hold more than the
rows asked for. The store also hashes every byte it uses, and puts the rows into arrays here.
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

from screener.data.store import Store
from screener.krx.tables import MARKET, market_rows, to_numpy
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
    """The same by files."""
    first, last = (f"{day:%Y-%m}" for day in span())
    files = [path for path in sorted(folder.rglob("*.parquet")) if first <= path.stem <= last]
    return pa.concat_tables(
        pq.ParquetFile(path, read_dictionary=["ticker"]).read(columns=["date", "ticker", *COLUMNS]) for path in files
    )


def load(root: Path) -> None:
    """The panel, from a store that is opened anew."""
    rows = Store.open(root).table(SOURCE, MARKET).read(["date", "ticker", *COLUMNS], *span()).combine_chunks()
    day = to_numpy(rows["date"])
    row = np.cumsum(np.r_[False, day[1:] != day[:-1]])  # rows come by date
    tickers: Any = rows["ticker"].combine_chunks()
    stocks = len(tickers.dictionary)
    cell = row * stocks + to_numpy(tickers.indices)
    panel = np.full((len(COLUMNS), row[-1] + 1, stocks), np.nan)
    for grid, name in zip(panel, COLUMNS, strict=True):
        grid.reshape(-1)[cell] = to_numpy(rows[name])
    if panel.shape[1:] != (PANEL, STOCKS):
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
    """Seconds to append a session, and how many files that writes."""
    table, rows = store.table(SOURCE, MARKET), market([day], 1)
    files = {path: path.stat().st_ino for path in Path(table.shown).rglob("*.parquet")}
    start = perf_counter()
    with store.writing("bench", NOW):
        table.write(rows, replacing="sessions", fetched=NOW)
    taken = perf_counter() - start
    return taken, sum(files.get(path) != path.stat().st_ino for path in Path(table.shown).rglob("*.parquet"))


def converted() -> None:
    """A session as KRX gives it, text by field name, made into a table."""
    fields = ("ISU_CD", "ISU_NM", "MKT_NM", "TDD_OPNPRC", "TDD_HGPRC", "TDD_LWPRC", "TDD_CLSPRC", "ACC_TRDVOL")
    more = ("ACC_TRDVAL", "MKTCAP", "LIST_SHRS", "FLUC_RT", "CMPPREVDD_PRC")
    row = dict.fromkeys((*fields, *more), "1,234,567")
    market_rows(date(2025, 1, 31), [{**row, "ISU_CD": f"{number:06d}"} for number in range(STOCKS)])


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
        write(f"  / pyarrow by chosen files: {ours / chosen:.2f}\n")
        write(f"  from 30 years, {rows:,} rows / from 2: {long / ours:.2f} (at most 2)\n")
        write(f"  peak of a process that loads it from 30: {memory(thirty):.0f} MB (below 1,000)\n")
        store.table(SOURCE, MARKET).sessions  # noqa: B018 - as a sync, which has looked at them already
        taken, written = min(append(store, date(LAST_YEAR, 11, day)) for day in (26, 27, 28, 26, 27))
        write(f"one more session: {1e3 * taken:.0f} ms (at most 100), {written} file written (at most 1)\n")
        write(f"  / reading the panel: {taken / ours:.2f} (at most 0.75)\n")
        [conversion] = seconds([converted], 10)
        write(f"a session converted from KRX's answer: {1e3 * conversion:.0f} ms (at most 30)\n")


if __name__ == "__main__":
    main()
