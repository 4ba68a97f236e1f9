"""The real market tells no lie: not one of its rows may be refused, and its corporate actions are what they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from screener.data.sources import Market, PriceRequest
from screener.data.sources.files import Files

ACTIONS = {
    ("216080", "2025-01-03"): 0.5,
    ("323280", "2025-01-03"): 0.958,
    ("065170", "2025-01-07"): 9.829,
    ("054630", "2025-01-10"): 10.0,
    ("101140", "2025-01-10"): 1.253,
    ("001500", "2025-01-14"): 0.894,
    ("115450", "2025-01-14"): 0.953,
    ("178780", "2025-01-15"): 0.549,
    ("051780", "2025-01-20"): 0.867,
    ("060560", "2025-01-20"): 1.158,
    ("177350", "2025-01-22"): 4.995,
    ("064960", "2025-01-24"): 0.551,
    ("066910", "2025-01-24"): 0.894,
    ("210120", "2025-01-24"): 0.4,
    ("355390", "2025-01-24"): 0.5,
    ("381620", "2025-01-24"): 0.333,
    ("210120", "2025-01-31"): 0.334,
    ("456440", "2025-01-31"): 0.98,
    ("052300", "2025-02-03"): 10.0,
    ("418620", "2025-02-05"): 0.92,
    ("043090", "2025-02-10"): 5.996,
    ("117670", "2025-02-10"): 1.686,
    ("358570", "2025-02-11"): 0.916,
}
"""Base price over the close before it, where the two differ: computed from closes and official rates, 25 sessions."""
DELISTING = {("078940", 2), ("160600", 2), ("299910", 3), ("900280", 2)}
"""Stocks in their last days, when no limit holds, and their sessions beyond it: by closes and rates alike."""
SEEN = {("054630", "2025-01-10")}
"""Of those, the one without a trade: it has no return, so nothing need be said of it."""


@pytest.fixture(scope="module")
def rows(krx: Path) -> pd.DataFrame:
    frame = pd.read_parquet(krx / "market_2025-01-02_2025-02-11.parquet").sort_values(["ticker", "date"])
    by_stock = frame.groupby("ticker", observed=True)
    return frame.assign(
        before=by_stock["close"].shift(),
        shares_before=by_stock["shares"].shift(),
        volume_before=by_stock["volume"].shift(),
        base=frame["close"] / (1 + frame["change_pct"] / 100),
    )


def tick(price: pd.Series[float]) -> np.ndarray[Any, Any]:
    """KRX's ticks since 2023."""
    steps: list[pd.Series[bool]] = [price < top for top in (2_000, 5_000, 20_000, 50_000, 200_000, 500_000)]
    return np.select(steps, [1, 5, 10, 50, 100, 500], 1000)


def actions(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose rate is not the change of the closes."""
    moved = rows["close"] / rows["before"] - 1
    return rows[rows["before"].notna() & ((moved - rows["change_pct"] / 100).abs() > 0.005)]


def test_the_corporate_actions_are_these(rows: pd.DataFrame) -> None:
    assert len(rows) == 71_708
    found = actions(rows)
    ratio = (found["base"] / found["before"]).round(3)
    assert {(t, str(d)): r for t, d, r in zip(found["ticker"], found["date"], ratio, strict=True)} == ACTIONS


def test_what_a_true_base_price_looks_like(rows: pd.DataFrame) -> None:
    """On the grid of ticks, within the limits of its own session; something else moves, or it is below the close.

    A rule that refuses one of these is wrong: seven have other shares, others were halted; ten have rate and change of
    opposite signs, four of them neither new shares nor a halt.
    """
    found = actions(rows)
    step, slack = tick(found["base"]), found["base"] * 5.1e-5 / (1 + found["change_pct"] / 100)
    assert ((found["base"] - (found["base"] / step).round() * step).abs() <= slack).all()
    traded = found["volume"] > 0
    inside = (found["high"] <= 1.3 * found["base"] + step) & (found["low"] >= 0.7 * found["base"] - step)
    assert inside[traded].all()
    shares = (found["shares"] / found["shares_before"] - 1).abs() > 0.01
    halted = found["volume_before"] == 0
    assert (shares.sum(), (halted & ~shares).sum()) == (7, 5)
    assert (found["base"] < found["before"])[~shares & ~halted].all()
    opposite = traded & (np.sign(found["close"] - found["before"]) * np.sign(found["change_pct"]) < 0)
    assert (opposite.sum(), (opposite & ~shares & ~halted).sum()) == (10, 4)


def load(krx: Path, prices: str, tickers: Sequence[str], markets: dict[str, str], **files: Sequence[Path]) -> Market:
    request = PriceRequest(
        {ticker: markets.get(ticker, "KOSPI") for ticker in tickers}, date(2025, 1, 31), None, 0.3, date(2025, 6, 30)
    )
    return Files([krx / prices], [krx / "indices.parquet"], files.get("market", ())).load(request)


def flagged(market: Market, mask: np.ndarray[Any, Any]) -> set[tuple[str, str]]:
    panel = market.panel
    return {(panel.tickers[column], str(panel.sessions[row])) for row, column in np.argwhere(mask)}


def test_no_true_row_of_the_market_file_is_refused(krx: Path, rows: pd.DataFrame) -> None:
    listed = rows[rows["market"] != "KONEX"].drop_duplicates("ticker")
    markets = {t: m.split()[0] for t, m in zip(listed["ticker"], listed["market"], strict=True)}
    name = "market_2025-01-02_2025-02-11.parquet"
    market = load(krx, name, sorted(rows["ticker"].unique()), markets, market=[krx / name])
    panel, days = market.panel, sorted(rows["date"].unique())
    assert not panel.suspect.any()
    traded = rows[(rows["volume"] > 0)]
    place = {ticker: number for number, ticker in enumerate(panel.tickers)}
    got = panel.returns[[days.index(d) for d in traded["date"]], [place[t] for t in traded["ticker"]]]
    earlier = traded.groupby("ticker", observed=True).cumcount().to_numpy() > 0
    assert np.isfinite(got[earlier]).all()
    np.testing.assert_allclose(got[earlier], traded["change_pct"].to_numpy()[earlier] / 100, atol=1e-12)
    # Over a halt there is no change of closes from one session to the next.
    known = {key for key in ACTIONS if key not in SEEN}
    assert flagged(market, panel.actions) <= known


def test_delisting_trade_is_true_beyond_the_limit(rows: pd.DataFrame) -> None:
    beyond = rows[(rows["volume"] > 0) & rows["before"].notna() & (rows["change_pct"].abs() > 30.05)]
    assert set(beyond.groupby("ticker", observed=True).size().items()) == DELISTING
    assert ((beyond["close"] / beyond["before"] - 1) * 100 - beyond["change_pct"]).abs().max() < 0.01


LONG = {
    ("107640", "2024-06-24"),
    ("148780", "2022-06-20"),
    ("176750", "2024-12-20"),
    ("221800", "2023-02-23"),
    ("33637L", "2024-01-08"),
    ("388610", "2023-07-24"),
    ("393210", "2023-04-27"),
    ("425040", "2023-12-28"),
    ("425040", "2024-01-02"),
}
"""Splits and moves without a halt before them that its closes, without rates or shares, cannot explain; the others follow a halt."""


def test_the_long_file_has_its_known_splits_and_no_others(krx: Path) -> None:
    rows = pd.read_parquet(krx / "prices_long.parquet").sort_values(["ticker", "date"])
    tickers = sorted(rows["ticker"].unique())
    traded = rows[(rows["volume"] > 0)]
    before = traded.groupby("ticker", observed=True)["close"].shift()
    jumps = traded[(traded["close"] / before - 1).abs() > 0.30 + 1 / before + 0.001]
    market = load(krx, "prices_long.parquet", tickers, {})
    panel = market.panel
    assert flagged(market, panel.suspect) == {(t, str(d)) for t, d in zip(jumps["ticker"], jumps["date"], strict=True)}
    assert flagged(market, panel.suspect) >= LONG
    assert np.isfinite(panel.returns).sum() > 2_040_000
