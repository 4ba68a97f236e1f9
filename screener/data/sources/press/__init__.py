"""Figures that newspapers printed for 31 January 2025: no network, no account, and no significance.

Newspapers print what moved. The figures are right, each within 0.06 percentage point of the exchange's, but the stocks
are a selection, so sector means overstate the move.
"""

from __future__ import annotations

import csv
import hashlib
from datetime import date
from pathlib import Path

import numpy as np

from screener.data.panel import Panel, limits_touched
from screener.data.quality import finding
from screener.data.sources import File, Market, PriceRequest, Printed
from screener.errors import DataError
from screener.i18n import _

DAY = date(2025, 1, 31)
_FOLDER = Path(__file__).parent


class Press:
    """The embedded table of printed figures."""

    name = "press"

    def refusal(self, need: PriceRequest) -> str | None:
        """Why this source cannot serve `need`; None if it can."""
        if not date(2025, 1, 27) <= need.news <= DAY:
            return _("newspaper figures are held for {day} only", day=DAY)
        if need.as_of is not None and need.as_of < DAY:
            return _("newspaper figures are of {day}, after --as-of {as_of}", day=DAY, as_of=need.as_of)
        return None

    def load(self, need: PriceRequest) -> Market:
        """The one session that the newspapers reported on."""
        refusal = self.refusal(need)
        if refusal is not None:
            raise DataError("press: {refusal}", hint="give prices with --source file:PATH", refusal=refusal)
        of_stocks, of_indices = published()
        stocks = {row["ticker"]: row for row in of_stocks}
        indices = {row["index"]: float(row["change_pct"]) / 100 for row in of_indices}
        returns = np.array([[_change(stocks, ticker) for ticker in need.tickers]])
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
        findings = tuple(finding("in_no_sector", "info", elsewhere))
        return Market("press", panel, findings, ", ".join(panel.benchmarks), files, printed)


def published() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The rows of stocks and of indices as they stand in the table; an empty cell was not printed."""
    return _rows("stocks_2025-01-31.csv"), _rows("indices_2025-01-31.csv")


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _change(stocks: dict[str, dict[str, str]], ticker: str) -> float:
    return float(stocks[ticker]["change_pct"]) / 100 if ticker in stocks else np.nan
