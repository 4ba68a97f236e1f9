"""`event_study`: pandas in and out, and each fault of its input in one line."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from screener.study.abnormal import Portfolio, over_window, portfolio_t
from screener.study.api import event_study
from screener.study.models import Design, Model, Refit, fit
from screener.study.placebo import PlaceboPlan, benjamini_hochberg, placebo_test
from tests.study.panels import sample
from tests.study.simulated import simulate

# Sessions with a hole: 27 to 30 January 2025 were holidays.
SESSIONS = pd.bdate_range("2024-11-01", "2025-02-14").difference(pd.bdate_range("2025-01-27", "2025-01-30"))
SAMPLE = sample(securities=4, learned=64, event=8)
RETURNS = pd.DataFrame(SAMPLE.returns, index=SESSIONS, columns=["000660", "005930", "035420", "042700"])
BENCHMARK = pd.Series(SAMPLE.benchmark, index=SESSIONS)
OPTIONS: dict[str, Any] = {"estimation": 50, "gap": 5, "min_obs": 30}
GROUPS = {"chips": ["042700", "000660", "005930"], "web": ["035420"]}
EVENT = 61  # 31 January


def test_sessions_are_counted_and_not_calendar_days() -> None:
    assert str(SESSIONS[EVENT].date()) == "2025-01-31"
    study = event_study(RETURNS, BENCHMARK, "2025-01-27", windows=((-1, 1),), **OPTIONS)
    assert list(study.ar.index) == [-1, 0, 1]
    fitted = sample(securities=4, learned=64, event=8)
    assert_allclose(
        study.stocks["raw_return"], np.prod(1 + fitted.returns[EVENT - 1 : EVENT + 2], axis=0) - 1, rtol=1e-12
    )


@pytest.mark.parametrize("when", ["2025-01-27", "2025-01-31", date(2025, 1, 28), pd.Timestamp("2025-01-31")])
def test_figures_are_those_of_the_array_layer(when: Any) -> None:
    study = event_study(RETURNS, BENCHMARK, when, groups=GROUPS, **OPTIONS)
    designs = [Design.of(Model.MARKET, SAMPLE.benchmark)]
    estimation, windows = slice(6, 56), [slice(61, 62), slice(61, 67)]
    fitted = fit(SAMPLE.returns, designs, np.zeros(4, dtype=np.int64), estimation, 30)
    for window, label in zip(windows, ["[0,0]", "[0,+5]"], strict=True):
        result = over_window(fitted, window)
        rows = study.stocks[study.stocks["window"] == label]
        for column in ("car", "bhar", "scar", "p"):
            assert_allclose(rows[column], getattr(result, column))
        assert_allclose(study.car.loc[label], result.car)
        chips = [0, 1, 3]
        [test] = portfolio_t(
            Portfolio.of(SAMPLE.returns[:, chips], np.zeros(3, dtype=np.int64)),
            designs,
            estimation,
            [window],
            30,
        )
        [(_, group)] = study.groups[(study.groups["window"] == label) & (study.groups["group"] == "chips")].iterrows()
        assert_allclose([group["t_portfolio"], group["p_portfolio"]], [test.t, test.p])
        assert group["n"] == group["n_window"] == 3
    assert_allclose(study.ar, fitted.abnormal[61:67])
    path = study.paths[study.paths["group"] == "chips"]
    assert list(path["tau"]) == [-1, 0, 1, 2, 3, 4, 5]
    assert_allclose(path["caar"], [0, *np.cumsum(fitted.abnormal[61:67][:, chips].mean(axis=1))], atol=1e-16)
    assert study.skipped.empty


def test_the_headline_is_the_placebo_test_of_the_array_layer() -> None:
    market = simulate(sessions=300, securities=10)
    index = pd.bdate_range("2024-01-01", periods=300)
    returns = pd.DataFrame(market.returns, index=index)
    returns.iloc[:, 4] = np.nan
    benchmark = {ticker: pd.Series(market.benchmarks[:, ticker % 2], index=index) for ticker in range(10)}
    groups = {"one": [0, 1, 2, 4], "two": [5, 6, 7]}
    study = event_study(returns, benchmark, index[280], groups=groups)

    portfolios = [Portfolio.of(market.returns[:, m], market.design_of[m]) for m in ([0, 1, 2], [5, 6, 7])]
    expected = placebo_test(PlaceboPlan(Refit(), market.designs(), 280, [slice(280, 281), slice(280, 286)]), portfolios)
    for number, label in enumerate(["[0,0]", "[0,+5]"]):
        rows = study.groups[study.groups["window"] == label]
        for column in ("z_ewma", "placebo_rank", "placebo_n", "placebo_p"):
            assert_allclose(rows[column], getattr(expected[number], column))
        assert_allclose(rows["q"], benjamini_hochberg(expected[number].placebo_p))
    assert "placebo_p" not in event_study(returns, benchmark, index[280], placebo=False).groups


def test_a_headline_that_does_not_exist_says_why() -> None:
    groups = event_study(RETURNS, BENCHMARK, "2025-01-31", **OPTIONS).groups
    assert np.isnan(groups["placebo_p"]).all()
    assert groups["undefined"].str.startswith("placebo_p: ").all()
    groups = event_study(RETURNS, BENCHMARK, "2025-01-31", model="dimson", **OPTIONS).groups
    assert groups["undefined"].str.startswith("placebo_p: placebo dates are refitted by least squares only").all()


def test_without_groups_there_is_one_of_all() -> None:
    study = event_study(RETURNS, BENCHMARK, "2025-01-31", **OPTIONS)
    assert list(study.groups["group"]) == ["all", "all"]
    assert list(study.groups["n"]) == [4, 4]


def test_a_series_is_one_stock_under_its_own_name() -> None:
    one = event_study(RETURNS["005930"], BENCHMARK, "2025-01-31", **OPTIONS)
    assert list(one.groups["group"]) == ["005930", "005930"]
    table = event_study(RETURNS[["005930"]], BENCHMARK, "2025-01-31", **OPTIONS)
    pd.testing.assert_frame_equal(one.stocks, table.stocks)
    assert list(event_study(RETURNS["005930"].rename(None), BENCHMARK, "2025-01-31", **OPTIONS).car) == ["stock"]


def test_interval_of_a_stock_holds_what_its_t_does_not_reject() -> None:
    """Student's t at 48 degrees of freedom: 97.5% of it lies below 2.0106 (any table)."""
    stocks = event_study(RETURNS, BENCHMARK, "2025-01-31", **OPTIONS).stocks
    assert_allclose(stocks["ci_low"], stocks["car"] - 2.0106 * stocks["car"] / stocks["t"], rtol=1e-4)
    assert_allclose(stocks["ci_low"] + stocks["ci_high"], 2 * stocks["car"])
    assert_allclose((stocks["ci_low"] > 0) | (stocks["ci_high"] < 0), stocks["p"] < 0.05)


def test_what_is_undefined_says_why() -> None:
    study = event_study(RETURNS, BENCHMARK, "2025-01-31", groups=GROUPS, **OPTIONS)
    web = study.groups.set_index("group").loc["web"].iloc[0]
    assert "t_adj_bmp: fewer than 5 members" in web["undefined"]
    assert np.isnan(web["t_adj_bmp"])


def test_a_window_that_the_data_do_not_reach_yet_is_nan() -> None:
    study = event_study(RETURNS, BENCHMARK, "2025-01-31", windows=((0, 5), (0, 30)), **OPTIONS)
    assert study.car.loc["[0,+30]"].isna().all()
    assert study.car.loc["[0,+5]"].notna().all()
    assert set(study.skipped["reason"]) == {"window [0,+30] is not complete"}
    assert len(study.ar) == 31


def test_stocks_without_an_estimation_window_are_skipped_by_name() -> None:
    returns = RETURNS.copy()
    returns.iloc[:40, 1] = np.nan
    returns.iloc[EVENT + 1, 2] = np.nan
    returns.iloc[:, 3] = BENCHMARK
    study = event_study(returns, BENCHMARK, "2025-01-31", **OPTIONS)
    assert [tuple(row) for row in study.skipped.to_numpy()] == [
        ("005930", "16 of 50 estimation sessions, needs 30"),
        ("035420", "window [0,+5] is not complete"),
        ("042700", "no variance in the estimation window"),
    ]


def test_one_benchmark_per_ticker_as_frame_or_dict() -> None:
    other = 0.5 * BENCHMARK + 0.001
    table = {"000660": BENCHMARK, "005930": other, "035420": other.copy(), "042700": BENCHMARK}
    one = event_study(RETURNS, table, "2025-01-31", **OPTIONS)
    two = event_study(RETURNS, pd.DataFrame(table), "2025-01-31", **OPTIONS)
    pd.testing.assert_frame_equal(one.groups, two.groups)
    day = one.stocks[one.stocks["window"] == "[0,0]"].set_index("ticker")
    x, y = BENCHMARK.iloc[EVENT], other.iloc[EVENT]
    assert_allclose(day["benchmark_return"].to_numpy(), [x, y, y, x])


def test_factors_and_capitalisations() -> None:
    factors = pd.DataFrame({"market": BENCHMARK, "size": BENCHMARK[::-1].to_numpy()})
    caps = dict.fromkeys(RETURNS.columns, 2e12)
    study = event_study(
        RETURNS, BENCHMARK, "2025-01-31", model="factors", factors=factors, caps=caps, windows=((0, 30),), **OPTIONS
    )
    assert "beta" not in study.stocks
    study = event_study(RETURNS, BENCHMARK, "2025-01-31", model="factors", factors=factors, caps=caps, **OPTIONS)
    assert_allclose(study.groups["caar_cw"], study.groups["caar_ew"])


@pytest.mark.parametrize("model", ["market-adjusted", "mean-adjusted", "scholes-williams", "dimson"])
def test_every_model_gives_figures(model: str) -> None:
    returns = pd.DataFrame(sample(securities=8, learned=64, event=8).returns, index=SESSIONS)
    study = event_study(returns, BENCHMARK, "2025-01-31", model=model, **OPTIONS)
    assert np.isfinite(study.groups[["t_portfolio", "t_adj_bmp", "t_grank"]]).all(axis=None)


def swapped(data: Any) -> Any:
    order = np.arange(len(data))
    order[[3, 4]] = 4, 3
    return data.iloc[order]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"returns": swapped(RETURNS)}, "returns are not sorted: 2024-11-06 comes after a later session"),
        ({"returns": RETURNS.iloc[[0, *range(72)]]}, "returns have the session 2024-11-01 twice"),
        ({"returns": RETURNS.reset_index(drop=True)}, "returns need a DatetimeIndex of sessions, not RangeIndex"),
        ({"returns": RETURNS.iloc[:0]}, "returns have no sessions"),
        ({"returns": RETURNS.replace(RETURNS.iloc[2, 1], np.inf)}, "returns of '005930' on 2024-11-05 are infinite"),
        ({"returns": RETURNS[["000660", "000660"]]}, "returns have the column '000660' twice"),
        ({"benchmark": BENCHMARK.drop(SESSIONS[7])}, "benchmark is not aligned with returns: it lacks 2024-11-12"),
        (
            {"benchmark": pd.concat([BENCHMARK, pd.Series({pd.Timestamp("2025-01-27"): 0.001})])},
            "benchmark is not aligned with returns: it has 2025-01-27, which they lack",
        ),
        ({"benchmark": BENCHMARK.iloc[np.array([0, *range(72)])]}, "benchmark has the session 2024-11-01 twice"),
        ({"benchmark": {"000660": BENCHMARK}}, "benchmark has nothing for '005930'"),
        ({"benchmark": pd.DataFrame({"000660": BENCHMARK})}, "benchmark has nothing for '005930'"),
        ({"groups": {"chips": ["000660", "660"]}}, "group 'chips' names '660', which is not a column of returns"),
        ({"groups": {"chips": ["000660", "000660"]}}, "group 'chips' names a ticker twice"),
        ({"event_date": "2025-02-17"}, "event 2025-02-17 lies outside the data, 2024-11-01 to 2025-02-14"),
        ({"event_date": "2024-10-31"}, "event 2024-10-31 lies outside the data, 2024-11-01 to 2025-02-14"),
        ({"event_date": "2024-11-20"}, "only 8 sessions to learn from before 2024-11-20 less a gap of 5: needs 30"),
        ({"windows": ((0, 0), (5, 0))}, r"window (5, 0) ends before it begins"),
        ({"windows": ((-6, 0),)}, r"window (-6, 0) overlaps the estimation window, which ends at -6"),
        ({"windows": ()}, r"windows=(): needs at least one"),
        ({"gap": -1}, "gap=-1: cannot be negative"),
        ({"estimation": 0}, "estimation=0: needs at least 1 session"),
        ({"min_obs": 51}, "min_obs=51: must lie between 1 and the 50 sessions of estimation"),
        ({"model": "capm"}, "model='capm': must be one of market, market-size, market-adjusted"),
        ({"model": "factors"}, "the factor model needs factors for each of the 72 sessions"),
    ],
)
def test_a_fault_is_one_line_that_names_the_value(change: dict[str, Any], message: str) -> None:
    arguments = {"returns": RETURNS, "benchmark": BENCHMARK, "event_date": "2025-01-31", **OPTIONS, **change}
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        event_study(**arguments)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
