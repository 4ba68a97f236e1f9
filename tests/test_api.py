"""The face for notebooks, on the real event and on a market whose effects are planted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import screener
from screener.config import load_settings
from screener.data.sources import demo


def test_planted_effect_is_found() -> None:
    returns, indices = demo.simulate(3)
    days = pd.DatetimeIndex(demo.sessions())
    tickers = [demo.ticker(s, m) for s in range(len(demo.SECTORS)) for m in range(demo.STOCKS_EACH)]
    benchmark = pd.DataFrame({one: indices[:, number % 2] for number, one in enumerate(tickers)}, index=days)
    groups = {
        planted.id: tickers[number * demo.STOCKS_EACH : (number + 1) * demo.STOCKS_EACH]
        for number, planted in enumerate(demo.SECTORS)
    }
    study = screener.event_study(
        pd.DataFrame(returns, index=days, columns=tickers), benchmark, demo.event_day(), groups=groups
    )
    day = study.groups[study.groups.window == "[0,0]"].set_index("group")
    assert day.caar_ew["FADED"] == pytest.approx(0.06, abs=0.02)
    assert day.placebo_p["FADED"] < 0.05 < day.placebo_p["UNMOVED"]
    assert study.skipped.empty


def test_real_event(krx: Path) -> None:
    prices = pd.read_parquet(krx / "prices_adjusted.parquet", columns=["date", "ticker", "close", "volume"])
    sectors = {name: [one.ticker for one in load_settings().sectors[name].members] for name in ("SEMI", "AI_SW")}
    wanted = prices[prices.ticker.isin([one for members in sectors.values() for one in members])]
    close = wanted[wanted.volume > 0].pivot(index="date", columns="ticker", values="close")
    close.index = pd.DatetimeIndex(close.index)
    index = pd.read_parquet(krx / "indices.parquet")
    kospi = index[index["index"] == "KOSPI"].set_index("date")["close"]
    kospi.index = pd.DatetimeIndex(kospi.index)
    returns = close.pct_change(fill_method=None)
    groups = {name: [one for one in members if one in returns] for name, members in sectors.items()}
    study = screener.event_study(returns, kospi.reindex(returns.index).pct_change(), date(2025, 1, 27), groups=groups)
    assert study.car.loc["[0,0]", "000660"] == pytest.approx(-0.0871, abs=0.0001)
    assert study.groups.set_index(["group", "window"]).placebo_rank["AI_SW", "[0,0]"] <= 2


def test_package_offers_nothing_else() -> None:
    assert screener.EventStudy.__name__ == "EventStudy"
    with pytest.raises(AttributeError, match="has no attribute 'event_studie'"):
        _ = screener.event_studie


def test_input_is_not_changed() -> None:
    returns, indices = demo.simulate(1)
    days = pd.DatetimeIndex(demo.sessions())
    frame = pd.DataFrame(returns, index=days)
    before = frame.copy()
    screener.event_study(frame, pd.Series(indices[:, 0], index=days), demo.event_day(), placebo=False)
    pd.testing.assert_frame_equal(frame, before)
    assert np.isfinite(frame.to_numpy()).all()
