"""The real market that pseudo-events are drawn from. Its prices stay outside the repository; only tables leave it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from screener.study import Floats, Ints
from screener.study.models import Design, Model

ROOT = Path(__file__).parents[2]
EXCLUDED = (date(2025, 1, 20), date(2025, 2, 14))
"""The event that is configured: no window of a pseudo-event or a placebo date touches these days."""


LEAST_CAP = 50e9


@dataclass(frozen=True)
class Market:
    """T sessions, N ordinary shares."""

    sessions: list[date]
    tickers: list[str]
    returns: Floats
    """(T, N) simple returns of adjusted closes from one session to the next, decimal; NaN where either had no trade."""
    design_of: Ints
    """(N,) 0 = KOSPI, 1 = KOSDAQ."""
    benchmarks: Floats
    """(2, T) returns of KOSPI and KOSDAQ, decimal."""
    liquid: Ints
    """Columns that random sets are drawn from: traded on nearly every session, and not among the smallest."""
    sectors: dict[str, Ints]
    """Columns of each configured sector."""
    excluded: Ints
    """Rows of the sessions of `EXCLUDED`."""
    large: Ints
    """Columns of 50 billion won or more, as a scan takes them, that traded on most sessions."""

    @property
    def designs(self) -> list[Design]:
        """The market model's, one for each index."""
        return [Design.of(Model.MARKET, benchmark) for benchmark in self.benchmarks]


def load_market(krx: Path) -> Market:
    """Read prices_long, indices and the market file; KONEX and preferred shares are left out."""
    prices = pd.read_parquet(krx / "prices_long.parquet")
    market = pd.read_parquet(krx / "market_2025-01-02_2025-02-11.parquet")
    indices = pd.read_parquet(krx / "indices.parquet")
    listed = market.drop_duplicates("ticker", keep="last").set_index("ticker")
    listed = listed[(listed.market != "KONEX") & listed.index.str.endswith("0")]
    prices = prices[prices.ticker.isin(listed.index)]
    close = prices.pivot(index="date", columns="ticker", values="close").astype(float)
    volume = prices.pivot(index="date", columns="ticker", values="volume").reindex_like(close)
    close = close.where(volume > 0)
    listed = listed.loc[close.columns]
    levels = indices.pivot(index="date", columns="index", values="close").reindex(close.index)
    benchmarks = levels[["KOSPI", "KOSDAQ"]].pct_change(fill_method=None).to_numpy()
    returns = close.pct_change(fill_method=None).to_numpy()
    traded = np.isfinite(returns).mean(axis=0)
    value = (close * volume).median().to_numpy()
    liquid = np.flatnonzero((traded > 0.97) & (value > np.nanquantile(value, 0.3)))
    sessions = [pd.Timestamp(day).date() for day in close.index]
    return Market(
        sessions,
        list(close.columns),
        returns,
        (listed.market != "KOSPI").to_numpy().astype(np.int64),
        benchmarks.T,
        liquid,
        {name: np.flatnonzero(close.columns.isin(members)) for name, members in _sectors().items()},
        np.flatnonzero([EXCLUDED[0] <= day <= EXCLUDED[1] for day in sessions]),
        np.flatnonzero((listed.marcap >= LEAST_CAP).to_numpy() & (traded > 0.6)),
    )


def _sectors() -> dict[str, list[str]]:
    """Tickers of each configured sector."""
    configured = ROOT / "config" / "sectors.toml"
    if not configured.exists():
        universe = pd.read_csv(ROOT.parent / "shared" / "facts" / "universe.csv", dtype=str)
        return {str(name): list(rows.ticker) for name, rows in universe.groupby("sector")}
    sectors = tomllib.loads(configured.read_text(encoding="utf-8"))
    return {
        name: [member["ticker"] for member in sector["members"]]
        for name, sector in sectors.items()
        if not sector.get("post_hoc")
    }
