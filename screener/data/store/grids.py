"""Stored rows as aligned arrays, sessions x keys."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from screener.data.store.table import StoredTable
from screener.krx.tables import Days, to_numpy


@dataclass(frozen=True)
class Grids:
    """Columns of a table, T sessions x N keys."""

    days: Days
    """(T,) sessions that have rows, ascending."""
    keys: tuple[str, ...]
    """(N,) tickers or indices."""
    values: Mapping[str, NDArray[np.float64]]
    """(T, N) of each column of numbers, in the units of the table; NaN where there is no row, or null in it."""
    words: Mapping[str, tuple[str | None, ...]]
    """(N,) of each column of words, as of each key's last row; None where there is no row, or null in it."""


def load_grids(
    table: StoredTable,
    columns: Sequence[str],
    first: date | None = None,
    last: date | None = None,
    keys: Sequence[str] | None = None,
) -> Grids:
    """Columns of a table from `first` through `last`.

    Args:
        table: where the rows are.
        columns: numbers or words.
        first: first day, or None for all from the beginning.
        last: last day, or None for all to the end.
        keys: the keys wanted, in this order; by default all that have rows, ascending.

    Raises:
        DataError: a partition that is needed is damaged.
    """
    kind = table.kind
    rows = table.read(["date", kind.key, *columns], first, last, keys)
    day: Any = rows["date"].combine_chunks()
    number = np.from_dlpack(day.view(pa.int32()))
    edges = np.unique([0, *np.flatnonzero(number[1:] != number[:-1]) + 1, len(number)])  # rows come by date
    coded: Any = rows[kind.key].combine_chunks()
    code, names = to_numpy(coded.indices), coded.dictionary.to_pylist()
    if keys is None:
        has_row = np.bincount(code, minlength=len(names)) > 0
        keys = sorted(name for name, is_there in zip(names, has_row, strict=True) if is_there)
    place = {key: column for column, key in enumerate(keys)}
    column_of = np.array([place.get(name, -1) for name in names], dtype=np.intp)
    shape = len(edges) - 1, len(keys)
    in_words = [name for name in columns if pa.types.is_dictionary(kind.schema.field(name).type)]
    in_numbers = [name for name in columns if name not in in_words]
    grids = np.full((len(in_numbers), *shape), np.nan)

    def fill(batch: pa.RecordBatch, start: int) -> None:
        end = start + batch.num_rows
        cell = column_of[code[start:end]] + np.repeat(np.arange(shape[0]) * shape[1], np.diff(edges.clip(start, end)))
        for name, grid in zip(in_numbers, grids, strict=True):
            grid.reshape(-1)[cell] = to_numpy(batch[name]).astype(np.float64, copy=False)

    batches = rows.to_batches()
    starts = np.cumsum([0, *(batch.num_rows for batch in batches)])[:-1].tolist()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, batches, starts))
    last_row = np.full(len(keys), -1)
    if in_words:
        last_row[column_of[code]] = np.arange(len(code))
    words = {name: tuple(rows[name][int(row)].as_py() if row >= 0 else None for row in last_row) for name in in_words}
    days = number[edges[:-1]].astype("datetime64[D]")
    return Grids(days, tuple(keys), dict(zip(in_numbers, grids, strict=True)), words)
