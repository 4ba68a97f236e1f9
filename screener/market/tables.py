"""The tables of the store: what a row of each holds, and what makes it one row.

Prices and values are KRW, volumes and shares are pieces, rates are %. Null = unknown. A halt is kept as KRX gives it:
open, high, low and volume 0, the last close in `close`.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

_WORD = pa.dictionary(pa.int32(), pa.string())
_OHLC = [(name, pa.float64()) for name in ("open", "high", "low", "close")]


@dataclass(frozen=True)
class TableKind:
    """One kind of table."""

    name: str
    key: str
    """Column that, with `date`, makes a row unique."""
    schema: pa.Schema


PRICES = TableKind(
    "prices",
    "ticker",
    pa.schema([("date", pa.date32()), ("ticker", _WORD), *_OHLC, ("volume", pa.int64())]),
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
