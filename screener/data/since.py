"""Since when the store knows the price of a stock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from screener.data.store import Store
from screener.krx.tables import MARKET, PRICES


def first_prices(store: Store, tickers: Collection[str]) -> dict[str, date]:
    """By ticker, the earliest session that any source of the store has a price of; those that have none are left out.

    Raises:
        DataError: a file of the store is damaged.
    """
    first: dict[str, date] = {}
    for table in store.tables():
        if table.kind not in (PRICES, MARKET):
            continue
        rows = table.read(("date", "ticker"), keys=tickers)
        for row in rows.group_by("ticker").aggregate([("date", "min")]).to_pylist():
            ticker, day = str(row["ticker"]), row["date_min"]
            first[ticker] = min(day, first.get(ticker, day))
    return first
