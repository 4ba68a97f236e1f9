"""The tables of the store: what a row of each holds, and what makes it one row.

Prices and values are KRW, volumes and shares are pieces, rates are %. Null = unknown. A halt is kept as KRX gives it:
open, high, low and volume 0, the last close in `close`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Days = NDArray[np.datetime64]

_WORD = pa.dictionary(pa.int32(), pa.string())
_OHLC = [(name, pa.float64()) for name in ("open", "high", "low", "close")]


@dataclass(frozen=True)
class TableKind:
    """One kind of table."""

    name: str
    key: str
    """Column that, with `date`, makes a row unique."""
    schema: pa.Schema
    monthly: bool = True
    """Whether the store keeps a file a month, for whole markets; else one file holds all sessions."""


PRICES = TableKind(
    "prices",
    "ticker",
    pa.schema([("date", pa.date32()), ("ticker", _WORD), *_OHLC, ("volume", pa.int64())]),
    monthly=False,
)
"""Histories of single stocks: adjusted closes, volume not adjusted."""

MARKET = TableKind(
    "market",
    "ticker",
    pa.schema(
        [
            ("date", pa.date32()),
            ("ticker", _WORD),
            ("name", _WORD),
            ("market", _WORD),
            *_OHLC,
            ("volume", pa.int64()),
            ("value", pa.int64()),
            ("marcap", pa.int64()),
            ("shares", pa.int64()),
            ("change_pct", pa.float64()),
        ]
    ),
)
"""Whole-market sessions: unadjusted prices, and the official rate against the base price."""

INDICES = TableKind(
    "indices",
    "index",
    pa.schema(
        [
            ("date", pa.date32()),
            ("index", _WORD),
            *_OHLC,
            ("volume", pa.int64()),
            ("value", pa.int64()),
            ("marcap", pa.int64()),
        ]
    ),
    monthly=False,
)
"""Index levels; `index` is KOSPI, KOSDAQ or KRX_SEMICONDUCTOR."""

FLOWS = TableKind(
    "flows",
    "ticker",
    pa.schema(
        [
            ("date", pa.date32()),
            ("ticker", _WORD),
            ("foreign", pa.int64()),
            ("institution", pa.int64()),
            ("individual", pa.int64()),
        ]
    ),
)
"""Net purchases by kind of investor, KRW."""

INDUSTRIES = TableKind(
    "industries",
    "ticker",
    pa.schema([("date", pa.date32()), ("ticker", _WORD), ("industry", _WORD)]),
)
"""KRX's own industry of each stock, as of a session."""

KINDS = {kind.name: kind for kind in (PRICES, MARKET, INDICES, FLOWS, INDUSTRIES)}


def to_numpy(column: pa.Array[Any] | pa.ChunkedArray[Any], rows: NDArray[np.int64] | None = None) -> NDArray[Any]:
    """A column, or some of its rows, as numpy array: days as datetime64[D], NaN for null.

    pyarrow's own conversion imports pandas, which would take longer than all the rest of a report.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    bare: Any = pa.Array.from_buffers(array.type, len(array), [None, array.buffers()[1]], offset=array.offset)
    is_day = pa.types.is_date32(array.type)
    values = np.from_dlpack(bare.view(pa.int32()) if is_day else bare)
    if rows is not None:
        values = values[rows]
    if is_day:
        return values.astype("datetime64[D]")
    if array.null_count:
        missing = np.from_dlpack(array.is_null().cast(pa.uint8())).astype(bool)
        values = np.where(missing if rows is None else missing[rows], np.nan, values)
    return values
