"""The face for notebooks, on the real event and on a market whose effects are planted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import screener
from screener.config import load_settings
from screener.data.sources import PriceRequest, demo
from screener.data.sources.files import Files
from screener.report.make import Request
from tests.reports import make_report


def test_planted_effect_is_found() -> None:
    returns, indices = demo.simulate(3)
    days = pd.DatetimeIndex(demo.DAYS)
    tickers = [demo.ticker(s, m) for s in range(len(demo.SECTORS)) for m in range(demo.STOCKS_EACH)]
    benchmark = pd.DataFrame({one: indices[:, number % 2] for number, one in enumerate(tickers)}, index=days)
    groups = {
        planted.id: tickers[number * demo.STOCKS_EACH : (number + 1) * demo.STOCKS_EACH]
        for number, planted in enumerate(demo.SECTORS)
    }
    study = screener.event_study(
        pd.DataFrame(returns, index=days, columns=tickers), benchmark, demo.EVENT_DAY, groups=groups
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


def test_report_and_notebook_have_the_same_figures(krx: Path) -> None:
    """The product reads the engine that `event_study` is the face of: the same prices give the same digits."""
    settings = load_settings()
    request = Request(
        as_of=date(2025, 2, 11),
        source=f"file:{krx / 'prices_adjusted.parquet'}",
        benchmark=[krx / "indices.parquet"],
        market=[krx / "market_2025-01-02_2025-02-11.parquet"],
    )
    report = make_report(settings, request)
    family = settings.family("deepseek")
    market_of = {member.ticker: member.market for sector in family.values() for member in sector.members}
    need = PriceRequest(market_of, date(2025, 1, 28), request.as_of, settings.screener.price_limit, settings.today)
    panel = Files([krx / "prices_adjusted.parquet"], request.benchmark, request.market).load(need).panel
    sessions = pd.DatetimeIndex(panel.sessions)
    sectors = report.frames.sectors[report.frames.sectors["theme"].isna()]
    evidence = [name for name, sector in family.items() if not sector.post_hoc]
    study = screener.event_study(
        pd.DataFrame(panel.daily_returns, index=sessions, columns=list(panel.tickers)),
        pd.DataFrame({ticker: panel.benchmarks[market_of[ticker]] for ticker in panel.tickers}, index=sessions),
        report.event.event_day,
        # The family of q: the sectors that were not put together after the event.
        groups={name: [member.ticker for member in settings.sectors[name].members] for name in evidence},
        windows=settings.screener.windows,
        caps=dict(
            zip(panel.tickers, panel.caps[list(panel.sessions).index(np.datetime64(report.event.base))], strict=True)
        ),
    )
    for first, last in settings.screener.windows:
        label = f"[{first},{last:+d}]".replace("+0", "0")
        ours = sectors[(sectors["window_start"] == first) & (sectors["window_end"] == last)].set_index("sector")
        theirs = study.groups[study.groups["window"] == label].set_index("group")
        for column in (
            *("caar_ew", "caar_cw", "z_ewma", "placebo_rank", "placebo_p", "q", "t_portfolio", "p_portfolio"),
            *("z_patell", "t_bmp", "rbar", "t_adj_bmp", "p_adj_bmp", "t_grank", "p_grank", "z_corrado"),
        ):
            # Members and groups stand in another order there, which moves the last bit of a sum.
            np.testing.assert_allclose(
                ours.loc[evidence, column], theirs.loc[evidence, column], rtol=1e-14, err_msg=column
            )
        stocks = report.frames.stocks
        stocks = stocks[(stocks["window_start"] == first) & (stocks["window_end"] == last)]
        of_stock = study.stocks[study.stocks["window"] == label].set_index("ticker").loc[stocks["ticker"]]
        for column in ("benchmark_return", "car", "bhar", "scar", "t", "p"):
            np.testing.assert_array_equal(stocks[column], of_stock[column], err_msg=column)


def test_package_offers_nothing_else() -> None:
    assert screener.EventStudy.__name__ == "EventStudy"
    with pytest.raises(AttributeError, match="has no attribute 'event_studie'"):
        _ = screener.event_studie


def test_input_is_not_changed() -> None:
    returns, indices = demo.simulate(1)
    days = pd.DatetimeIndex(demo.DAYS)
    frame = pd.DataFrame(returns, index=days)
    before = frame.copy()
    screener.event_study(frame, pd.Series(indices[:, 0], index=days), demo.EVENT_DAY, placebo=False)
    pd.testing.assert_frame_equal(frame, before)
    assert np.isfinite(frame.to_numpy()).all()
