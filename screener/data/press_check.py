"""What the store holds of 31 January 2025, beside what newspapers printed of it: an independent check of a source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from screener.data.sources.press import DAY, published
from screener.data.store import Store, StoredTable
from screener.i18n import _
from screener.krx.hours import LONGEST_CLOSURE
from screener.krx.tables import INDICES, MARKET, PRICES

TOLERANCE = 0.1
"""Percentage points; what was printed is within 0.06 of the exchange's own rate."""


class Comparison(NamedTuple):
    """One table that holds the day, beside the printed figures."""

    source: str
    shown: str
    """The table, as messages name it."""
    adjusted: bool
    """Its closes are adjusted: a later split has moved them, and only returns can be compared."""
    compared: tuple[int, int]
    """Closes or levels, and returns, that both the table and the newspapers have."""
    differences: tuple[str, ...]
    """Those that do not agree, in words."""


def compare(store: Store) -> list[Comparison]:
    """Compare every table of prices or indices that holds the day.

    Raises:
        DataError: a partition that is needed is damaged.
    """
    reading = {MARKET.name: _market, PRICES.name: _prices, INDICES.name: _indices}
    return [
        reading[table.kind.name](table)
        for table in store.tables()
        if table.kind.name in reading and DAY in table.sessions
    ]


def _market(table: StoredTable) -> Comparison:
    """Unadjusted closes, and the official rates."""
    stocks, _indices_printed = published()
    rows = table.read(("date", "ticker", "close", "change_pct"), DAY, DAY, [one["ticker"] for one in stocks])
    closes = {row["ticker"]: row["close"] for row in rows.to_pylist()}
    rates = {row["ticker"]: row["change_pct"] for row in rows.to_pylist()}
    return _comparison(table, stocks, "ticker", closes, rates, adjusted=False)


def _prices(table: StoredTable) -> Comparison:
    """Returns from adjusted closes."""
    stocks, _indices_printed = published()
    rows = table.read(("date", "ticker", "close"), DAY - LONGEST_CLOSURE, DAY, [one["ticker"] for one in stocks])
    closes: dict[str, dict[date, float]] = {}
    for row in rows.to_pylist():
        closes.setdefault(row["ticker"], {})[row["date"]] = row["close"]
    rates = {}
    for ticker, by_day in closes.items():
        *_rest, before, last = [None, *sorted(by_day)]
        if last == DAY and before is not None and by_day[before]:
            rates[ticker] = (by_day[DAY] / by_day[before] - 1) * 100
    return _comparison(table, stocks, "ticker", {}, rates, adjusted=True)


def _indices(table: StoredTable) -> Comparison:
    """Levels of the indices themselves."""
    _stocks_printed, indices = published()
    rows = table.read(("date", "index", "close"), DAY, DAY, [one["index"] for one in indices])
    levels = {row["index"]: row["close"] for row in rows.to_pylist()}
    return _comparison(table, indices, "index", levels, {}, adjusted=False)


def _comparison(
    table: StoredTable,
    printed: list[dict[str, str]],
    key: str,
    closes: Mapping[str, float | None],
    rates: Mapping[str, float | None],
    *,
    adjusted: bool,
) -> Comparison:
    """Closes to the last digit, rates (%) within the tolerance."""
    seen, differences = [0, 0], []
    for one in printed:
        name = one[key]
        close, rate = closes.get(name), rates.get(name)
        wanted, printed_rate = one.get("close_krw", one.get("close")), float(one["change_pct"])
        if close is not None and wanted:
            seen[0] += 1
            if abs(close - float(wanted)) >= 0.005:
                differences.append(
                    _(
                        "{name} closed at {close:,.10g}, published {printed:,.10g}",
                        name=name,
                        close=close,
                        printed=float(wanted),
                    )
                )
        if rate is not None:
            seen[1] += 1
            if abs(rate - printed_rate) > TOLERANCE + 1e-9:
                differences.append(
                    _(
                        "{name} moved {rate:+.2f} %, published {printed:+.2f} %",
                        name=name,
                        rate=rate,
                        printed=printed_rate,
                    )
                )
    return Comparison(table.source, table.shown, adjusted, (seen[0], seen[1]), tuple(differences))
