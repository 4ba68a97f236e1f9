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
from screener.report.request import Request
from tests.analysis.find import rows
from tests.reports import make_report, simulated


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


def test_report_and_notebook_have_the_same_spreads_paths_and_placebo_sessions() -> None:
    """The report's frames come by analysis/, those of the notebook by study/tables.py, from one `Study`."""
    report = simulated(1)
    tickers = report.frames.stocks.drop_duplicates("ticker").set_index("ticker")
    need = PriceRequest(dict(tickers["market"]), demo.EVENT_DAY, None, 0.3, demo.DAYS[-1].item())
    panel, market_of = demo.Demo(1).load(need).panel, need.market_of
    sessions = pd.DatetimeIndex(panel.sessions)
    study = screener.event_study(
        pd.DataFrame(panel.daily_returns, index=sessions, columns=list(panel.tickers)),
        pd.DataFrame({one: panel.benchmarks[market_of[one]] for one in panel.tickers}, index=sessions),
        demo.EVENT_DAY,
        groups={name: list(own.index) for name, own in tickers.groupby("sector", sort=False)},
        windows=[(window.first, window.last) for window in report.windows],
        spreads=[("HELD", "UNMOVED"), ("FADED", "HELD")],
    )
    ours, theirs = report.frames.sectors, study.groups
    for column in ("caar_ew", "ci_low", "ci_high", "placebo_p", "q", "p_family"):
        np.testing.assert_allclose(theirs[column], ours[column], rtol=1e-12, err_msg=column)
    ours, theirs = report.frames.stocks, study.stocks.set_index(["window", "ticker"])
    assert len(ours) == len(theirs)
    for column in ("car", "ci_low", "ci_high", "p", "q"):
        np.testing.assert_allclose(theirs[column], ours[column], rtol=1e-12, err_msg=column)
    ours = report.frames.spreads.sort_values(["sector_a", "window_start", "window_end"])
    theirs = study.spreads.assign(window=study.spreads["window"].map({str(one): one for one in report.windows}))
    theirs = theirs.assign(
        first=theirs["window"].map(lambda one: one.first), last=theirs["window"].map(lambda one: one.last)
    )
    theirs = theirs.sort_values(["group_a", "first", "last"])
    assert list(theirs["group_b"]) == list(ours["sector_b"])
    for column in (
        *("n_a", "n_b", "mean_return_ew", "caar_ew", "ci_low", "ci_high", "z_ewma", "placebo_rank", "placebo_n"),
        *("placebo_p", "t_portfolio", "p_portfolio", "t_kp", "p_kp", "r_ab", "detectable"),
    ):
        np.testing.assert_allclose(theirs[column], ours[column], rtol=1e-12, err_msg=column)
    ours = report.frames.paths.set_index(["sector", "tau"])
    theirs = study.paths.set_index(["group", "tau"])
    for column in ("n", "aar", "caar", "ci_low", "ci_high"):
        np.testing.assert_allclose(
            theirs[column], ours.loc[theirs.index, column], rtol=1e-9, atol=1e-15, err_msg=column
        )
    ours = report.frames.placebos
    ours = ours[(ours["sector_a"] == "FADED") & (ours["window_start"] == 0) & (ours["window_end"] == 5)]
    theirs = study.placebos.query("series == 'FADED - HELD' and window == '[0,+5]'")
    np.testing.assert_allclose(theirs["z_ewma"], ours["z_ewma"], rtol=1e-12)


def test_rank_is_that_of_the_event_among_the_placebo_sessions() -> None:
    returns, indices = demo.simulate(3)
    days = pd.DatetimeIndex(demo.DAYS)
    groups = {planted.id: range(12 * number, 12 * number + 12) for number, planted in enumerate(demo.SECTORS)}
    study = screener.event_study(
        pd.DataFrame(returns, index=days), pd.Series(indices[:, 0], days), demo.EVENT_DAY, groups=groups
    )
    assert study.placebos["date"].max() < pd.Timestamp(demo.EVENT_DAY)
    for row in rows(study.groups):
        drawn = study.placebos[(study.placebos.window == row.window) & (study.placebos.series == row.group)]
        assert len(drawn) + 1 == row.placebo_n
        assert (drawn.z_ewma.abs() >= abs(row.z_ewma)).sum() + 1 == row.placebo_rank


def test_spread_of_a_model_without_placebo_sessions_has_its_t() -> None:
    returns, indices = demo.simulate(3)
    days = pd.DatetimeIndex(demo.DAYS)
    frame, index = pd.DataFrame(returns, index=days), pd.Series(indices[:, 0], days)
    groups = {"a": range(12), "b": range(12, 24)}
    spread = screener.event_study(
        frame, index, demo.EVENT_DAY, groups=groups, spreads=[("a", "b")], model="dimson"
    ).spreads
    # One benchmark: the portfolio that is long a and short b is a stock of its own.
    apart = (frame.loc[:, :11].mean(axis=1) - frame.loc[:, 12:23].mean(axis=1)).rename("apart")
    alone = screener.event_study(apart, index, demo.EVENT_DAY, model="dimson").stocks
    np.testing.assert_allclose(spread["t_portfolio"], alone["t"], rtol=1e-9)
    assert spread["placebo_p"].isna().all()
    assert spread["undefined"].str.contains("placebo dates are refitted by least squares only").all()


def test_input_is_not_changed() -> None:
    returns, indices = demo.simulate(1)
    days = pd.DatetimeIndex(demo.DAYS)
    frame = pd.DataFrame(returns, index=days)
    before = frame.copy()
    screener.event_study(frame, pd.Series(indices[:, 0], index=days), demo.EVENT_DAY, placebo=False)
    pd.testing.assert_frame_equal(frame, before)
    assert np.isfinite(frame.to_numpy()).all()
