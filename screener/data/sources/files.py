"""Prices from the user's own CSV or Parquet files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from screener.data.panel import build_panel
from screener.data.price_rows import PriceRows, read_prices, read_table
from screener.data.quality import Finding, checked_level, clean, finding, traded
from screener.data.sources import File, Market, PriceRequest
from screener.errors import DataError
from screener.i18n import _
from screener.krx.tables import Days, to_numpy


@dataclass(frozen=True)
class Files:
    """A panel of prices, index levels beside it, and optionally a market file with official change rates and caps."""

    prices: Sequence[Path]
    benchmark: Sequence[Path] = ()
    market: Sequence[Path] = ()
    name: str = "file"

    def refusal(self, need: PriceRequest) -> str | None:  # noqa: ARG002 - what files hold shows when they are read
        """None: files that the user names are always tried."""
        return None

    def load(self, need: PriceRequest) -> Market:
        """The panel of all the files together."""
        called = ", ".join(path.name for path in self.prices)
        rows = read_prices(self.prices, need.tickers, need.as_of)
        if not rows.day.size:
            until = _(" through {day}", day=need.as_of) if need.as_of else ""
            raise DataError(
                "{called}: none of the {count} configured tickers has a price{until}",
                called=called,
                count=len(need.tickers),
                until=until,
            )
        if rows.day.max() > np.datetime64(need.today):
            raise DataError(
                "{called}: {day} is in the future (today is {today})",
                hint="correct the date",
                called=called,
                day=rows.day.max(),
                today=need.today,
            )
        prices, findings = clean(rows, need.tickers, called)
        if not traded(prices).any():
            raise DataError(
                "{called}: none of the {count} configured tickers ever traded",
                called=called,
                count=len(need.tickers),
            )
        official = None
        if self.market:
            market_called = ", ".join(path.name for path in self.market)
            official, found = clean(read_prices(self.market, need.tickers, need.as_of), need.tickers, market_called)
            findings += found + _other_markets(official, need)
        levels = self._levels(need) if self.benchmark else {}
        panel, found = build_panel(prices, official, levels, need.tickers, need.price_limit)
        return Market(
            source=self.name,
            panel=panel,
            findings=tuple(findings + found),
            benchmark=", ".join(need.markets) if self.benchmark else _("none"),
            files=tuple(File(path.name, _sha256(path)) for path in (*self.prices, *self.benchmark, *self.market)),
        )

    def _levels(self, need: PriceRequest) -> dict[str, tuple[Days, NDArray[np.float64]]]:
        """Days and levels of each index that is needed."""
        called = ", ".join(path.name for path in self.benchmark)
        parts = [read_table(path, ("date", "index", "close"), ("close",), ("index",)) for path in self.benchmark]
        table = pa.concat_tables(parts)
        code: Any = table.unify_dictionaries()["index"].combine_chunks()
        there = [str(text) for text in code.dictionary.to_pylist()]
        levels = {}
        for name in need.markets:
            if name not in there:
                raise DataError(
                    "{called}: no index {name!r}",
                    hint="the column index holds {there}",
                    called=called,
                    name=name,
                    there=", ".join(sorted(there)[:12]),
                )
            rows = np.flatnonzero(to_numpy(code.indices) == there.index(name))
            days, close = to_numpy(table["date"], rows), to_numpy(table["close"], rows).astype(np.float64)
            levels[name] = checked_level(called, name, days, close, need.as_of)
        return levels


def _other_markets(official: PriceRows, need: PriceRequest) -> list[Finding]:
    """Stocks that the market file lists elsewhere than the configuration; `KOSDAQ GLOBAL` is a segment of KOSDAQ."""
    elsewhere = [
        f"{need.tickers[ticker]} {market}"
        for ticker, market in sorted(official.market_of.items())
        if not market.startswith(need.market_of[need.tickers[ticker]])
    ]
    return finding("other_market", "warning", elsewhere)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
