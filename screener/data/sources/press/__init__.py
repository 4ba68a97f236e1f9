"""Figures that newspapers printed for 31 January 2025: no network, no account, and no significance.

Newspapers print what moved. The figures are right, each within 0.06 percentage point of the exchange's, but the stocks
are a selection, so sector means overstate the move.
"""

from __future__ import annotations

import csv
import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from screener.data.findings import Finding
from screener.data.panel import Panel, limits_touched
from screener.data.sources import File, Market, PriceRequest, Printed, Source
from screener.errors import DataError
from screener.i18n import _
from screener.krx.calendar import LONGEST_CLOSURE
from screener.krx.tables import INDICES, MARKET, PRICES

if TYPE_CHECKING:
    from screener.data.store import Store, StoredTable

DAY = date(2025, 1, 31)
_FOLDER = Path(__file__).parent


class Press(Source):
    """The embedded table of printed figures."""

    name = "press"

    def refusal(self, need: PriceRequest) -> str | None:
        """Why this source cannot serve `need`; None if it can."""
        if not date(2025, 1, 27) <= need.news <= DAY:
            return _("newspaper figures are available for {day} only", day=DAY)
        if need.as_of is not None and need.as_of < DAY:
            return _("newspaper figures are for {day}, after --as-of {as_of}", day=DAY, as_of=need.as_of)
        return None

    def load(self, need: PriceRequest) -> Market:
        """The one session that the newspapers reported on."""
        refusal = self.refusal(need)
        if refusal is not None:
            raise DataError("press: {refusal}", hint="pass prices with --source file:PATH", refusal=refusal)
        of_stocks, of_indices = _published()
        stocks = {row["ticker"]: row for row in of_stocks}
        indices = {row["index"]: float(row["change_pct"]) / 100 for row in of_indices}
        changes = {ticker: float(row["change_pct"]) / 100 for ticker, row in stocks.items()}
        returns = np.array([[changes.get(ticker, np.nan) for ticker in need.tickers]])
        known = np.isfinite(returns)
        unknown = np.full(returns.shape, np.nan)
        panel = Panel(
            sessions=np.array([DAY], dtype="datetime64[D]"),
            tickers=need.tickers,
            returns=returns,
            span=known.astype(np.int64),
            volume=unknown,
            caps=unknown,
            limit=limits_touched(returns, unknown, unknown, unknown, need.price_limit),
            suspect=np.zeros(returns.shape, dtype=bool),
            actions=np.zeros(returns.shape, dtype=bool),
            benchmarks={market: np.array([indices[market]]) for market in need.markets if market in indices},
            market_caps={},
            first_price=np.where(known[0], np.datetime64(DAY), np.datetime64("NaT")),
        )
        printed = {
            ticker: Printed(row["published_by"], row["article"])
            for ticker, row in stocks.items()
            if ticker in need.tickers
        }
        files = tuple(
            File(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in sorted(_FOLDER.glob("*.csv"))
        )
        elsewhere = [f"{row['name_en']} {ticker}" for ticker, row in stocks.items() if ticker not in need.tickers]
        findings = tuple(Finding.at("in_no_sector", elsewhere))
        return Market("press", panel, findings, ", ".join(panel.benchmarks), files, printed)


def _published() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The rows of stocks and of indices as they stand in the table; an empty cell was not printed."""
    return _rows("stocks_2025-01-31.csv"), _rows("indices_2025-01-31.csv")


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


_TOLERANCE = 0.1
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
    """Compare every table of prices or indices that holds the day."""
    kinds = (MARKET, PRICES, INDICES)
    return [_comparison(table) for table in store.tables() if table.kind in kinds and DAY in table.sessions]


def _comparison(table: StoredTable) -> Comparison:
    """Closes to the last digit, rates (%) within the tolerance; of adjusted closes only what they changed by."""
    adjusted, key = table.kind is PRICES, table.kind.key
    printed = _published()[1 if table.kind is INDICES else 0]
    columns = ("date", key, "close", "change_pct") if table.kind is MARKET else ("date", key, "close")
    first = DAY - LONGEST_CLOSURE if adjusted else DAY
    rows = table.read(columns, first, DAY, [row[key] for row in printed]).to_pylist()
    before = {row[key]: row["close"] for row in rows if row["date"] < DAY}
    at_day = {row[key]: row for row in rows if row["date"] == DAY}
    seen, differences = [0, 0], []
    for row in printed:
        name = row[key]
        close, rate = (at_day.get(name, {}).get(column) for column in ("close", "change_pct"))
        if adjusted:
            rate, close = (close / before[name] - 1) * 100 if close is not None and before.get(name) else None, None
        wanted, printed_rate = row.get("close_krw", row.get("close")), float(row["change_pct"])
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
            if abs(rate - printed_rate) > _TOLERANCE + 1e-9:
                differences.append(
                    _(
                        "{name} moved {rate:+.2f}%, published {printed:+.2f}%",
                        name=name,
                        rate=rate,
                        printed=printed_rate,
                    )
                )
    return Comparison(table.source, table.shown, adjusted, (seen[0], seen[1]), tuple(differences))
