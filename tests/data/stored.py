"""Small tables to store, and the two ways of looking at what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from screener.data.store import Store, StoredTable
from screener.krx.tables import PRICES

KST = timezone(timedelta(hours=9))
EARLY, LATE = datetime(2025, 2, 3, 18, 30, tzinfo=KST), datetime(2025, 2, 4, 18, 31, 5, tzinfo=KST)
SOURCE = "pykrx-keyless"

Rows = list[tuple[str, str, float]]


def prices(rows: Rows) -> pa.Table:
    """Rows of day, ticker and close; the volume is ten times the close."""
    return pa.table(
        {
            "date": pa.array([date.fromisoformat(day) for day, _, _ in rows], pa.date32()),
            "ticker": pa.array([ticker for _, ticker, _ in rows], pa.string()),
            "close": pa.array([close for *_, close in rows], pa.float64()),
            "volume": pa.array([int(close) * 10 for *_, close in rows], pa.int64()),
        }
    )


@contextmanager
def writable(store: Store) -> Iterator[StoredTable]:
    """The table of prices, to be written."""
    with store.writing("sync", EARLY):
        yield store.table(SOURCE, PRICES)


def write(store: Store, rows: Rows, **how: Any) -> StoredTable:
    with writable(store) as table:
        given: dict[str, Any] = {"replacing": "rows", "fetched": EARLY}
        table.write(prices(rows), **given | how)
    return table


def listed(rows: pa.Table) -> Rows:
    """Rows as `prices` takes them."""
    columns = [rows[name].to_pylist() for name in ("date", "ticker", "close")]
    return [(day.isoformat(), ticker, close) for day, ticker, close in zip(*columns, strict=True)]


def read(store: Store, **which: Any) -> Rows:
    return listed(store.table(SOURCE, PRICES).read(["date", "ticker", "close"], **which))


def globbed(root: Path) -> Rows:
    """What others see who read every *.parquet there is, knowing nothing of the store; in no order."""
    files = sorted(str(path) for path in root.rglob("*.parquet"))
    if not files:
        return []
    return sorted(listed(ds.dataset(files, format="parquet").to_table(columns=["date", "ticker", "close"])))
