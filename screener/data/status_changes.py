"""What became of stocks from one session to the next: a limit, a halt, a listing, another name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa

from screener.data.panel import limits_touched

What = Literal["limit_up", "limit_down", "halted", "resumed", "listed", "delisted", "renamed"]


class StatusChange(NamedTuple):
    """Something that a reader of a stock's sector must know."""

    ticker: str
    what: What
    name: str
    """As of the later session; empty where the source tells no names."""
    was: str = ""
    """Its name before, of one that was renamed."""


def status_changes(
    before: pa.Table, rows: pa.Table, tickers: Collection[str], price_limit: float
) -> list[StatusChange]:
    """What became of the stocks of `tickers`.

    Args:
        before: MARKET or PRICES rows of the session before.
        rows: those of the session.
        tickers: the stocks that matter.
        price_limit: daily limit as a decimal; 0 for a market without one.
    """
    earlier, now = (_by_ticker(table, tickers) for table in (before, rows))
    if not earlier:
        return []
    found = []
    for ticker in sorted({*earlier, *now}):
        a, b = earlier.get(ticker), now.get(ticker)
        if b is None:
            found.append(StatusChange(ticker, "delisted", str((a or {}).get("name") or "")))
            continue
        name = str(b.get("name") or "")
        if a is None:
            found.append(StatusChange(ticker, "listed", name))
            continue
        if a.get("name") and name and a["name"] != name:
            found.append(StatusChange(ticker, "renamed", name, str(a["name"])))
        traded = bool(b["volume"])
        if traded != bool(a["volume"]):
            found.append(StatusChange(ticker, "resumed" if traded else "halted", name))
        limit = _limit(a, b, price_limit) if traded else 0
        if limit:
            found.append(StatusChange(ticker, "limit_up" if limit > 0 else "limit_down", name))
    return found


def _by_ticker(table: pa.Table, tickers: Collection[str]) -> dict[str, Mapping[str, Any]]:
    return {str(row["ticker"]): row for row in table.to_pylist() if row["ticker"] in tickers}


def _limit(before: Mapping[str, Any], row: Mapping[str, Any], price_limit: float) -> int:
    """+1 for a close at the upper limit, -1 at the lower, by the official rate where there is one."""
    rate = row.get("change_pct")
    moved = rate / 100.0 if rate is not None else (row["close"] or np.nan) / (before["close"] or np.nan) - 1.0
    high, low, close = (np.array([[row[name] or np.nan]]) for name in ("high", "low", "close"))
    return int(limits_touched(np.array([[moved]]), high, low, close, price_limit)[0, 0])
