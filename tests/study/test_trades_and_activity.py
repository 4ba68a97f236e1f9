"""Trade-to-trade returns, abnormal volume and volatility."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from screener.study.abnormal import over_window, standardised
from screener.study.activity import abnormal_volume, log_turnover, rank_test, volatility, volume_ratio
from screener.study.arrays import Floats
from screener.study.trade_to_trade import over_trades, trade_fit
from tests.study.panels import fitted_sample, sample

ESTIMATION, WINDOW = slice(1, 61), slice(61, 65)


@pytest.fixture
def market() -> Floats:
    return 0.01 * np.random.default_rng(1).standard_normal(70)


@pytest.fixture
def prices(market: Floats) -> Floats:
    noise = 0.02 * np.random.default_rng(2).standard_normal((70, 3))
    return 1000.0 * np.exp(np.cumsum(np.log1p(market)[:, None] + noise, axis=0))


def test_trading_every_session_makes_it_the_market_model_on_log_returns(prices: Floats, market: Floats) -> None:
    logs = np.vstack([np.full((1, 3), np.nan), np.diff(np.log(prices), axis=0)])
    plain = fitted_sample(np.log1p(market), logs, ESTIMATION)
    fitted = trade_fit(prices, market, ESTIMATION, 30)
    assert_allclose(fitted.coefficients, plain.fitted.coefficients, rtol=1e-9)
    assert_allclose(fitted.sigma, plain.fitted.sigma, rtol=1e-9)
    expected, found = over_window(plain.fitted, logs, WINDOW), over_trades(fitted, WINDOW)
    for field in ("car", "se", "scar", "p"):
        assert_allclose(getattr(found, field), getattr(expected, field), rtol=1e-9)


def test_returns_over_gaps_are_fitted_by_weighted_least_squares(prices: Floats, market: Floats) -> None:
    prices = prices.copy()
    prices[[5, 6, 7, 20, 33, 34], 0] = np.nan
    traded = np.flatnonzero(np.isfinite(prices[:61, 0]))
    d = np.diff(traded)
    r = np.diff(np.log(prices[traded, 0]))
    m = np.array([np.log1p(market[a + 1 : b + 1]).sum() for a, b in pairwise(traded)])
    x = np.column_stack([np.sqrt(d), m / np.sqrt(d)])
    beta, ssr, *_ = np.linalg.lstsq(x, r / np.sqrt(d))

    fitted = trade_fit(prices, market, ESTIMATION, 30)
    assert_allclose(fitted.coefficients[:, 0], beta, rtol=1e-9)
    assert_allclose(fitted.sigma[0], np.sqrt(ssr[0] / (len(d) - 2)), rtol=1e-9)
    assert fitted.observations[0] == 54
    assert_array_equal(fitted.sessions[[5, 8, 9], 0], [np.nan, 4.0, 1.0])


def test_a_gap_inside_the_window_keeps_the_car_and_one_across_its_edges_loses_it(
    prices: Floats, market: Floats
) -> None:
    whole = over_trades(trade_fit(prices, market, ESTIMATION, 30), WINDOW)
    gaps = prices.copy()
    gaps[62, 0] = np.nan  # inside
    gaps[60, 1] = np.nan  # the return of the window's first day begins two sessions before it
    gaps[64, 2] = np.nan  # the window's last day
    fitted = trade_fit(gaps, market, slice(1, 60), 30)
    found = over_trades(fitted, WINDOW)
    assert_array_equal(np.isnan([found.car, found.se, found.scar, found.p, found.bhar]), [[False, True, True]] * 5)
    shorter = trade_fit(prices, market, slice(1, 60), 30)
    assert_allclose(found.car[0], over_trades(shorter, WINDOW).car[0])
    assert np.isfinite(whole.car).all()


def test_a_session_without_a_benchmark_and_too_few_trades_give_nan(prices: Floats, market: Floats) -> None:
    market = market.copy()
    market[62] = np.nan
    assert np.isnan(over_trades(trade_fit(prices, market, ESTIMATION, 30), WINDOW).car).all()
    prices = prices.copy()
    prices[10:50, 0] = np.nan
    fitted = trade_fit(prices, market, ESTIMATION, 30)
    assert_array_equal(np.isnan(fitted.sigma), [True, False, False])
    assert_array_equal(np.isnan(fitted.coefficients), [[True, False, False]] * 2)


def turnover(event: float) -> Floats:
    random = np.random.default_rng(3)
    values = 0.01 * np.exp(0.3 * random.standard_normal((70, 5)))
    values[60] *= event
    values[3, 1] = np.nan
    return values


def test_volume_that_triples_has_a_ratio_of_three_and_the_first_rank() -> None:
    usual, tripled = (abnormal_volume(turnover(e), slice(0, 55), 30) for e in (1.0, 3.0))
    day = slice(60, 61)
    assert_allclose(volume_ratio(tripled, day) / volume_ratio(usual, day), 3.0, rtol=1e-3)
    assert rank_test(tripled.abnormal, slice(0, 55), day).p < 0.05 < rank_test(usual.abnormal, slice(0, 55), day).p


def test_volume_that_the_whole_market_trades_is_not_abnormal() -> None:
    values = turnover(3.0)
    market = np.nanmean(values, axis=1)
    fitted = abnormal_volume(values, slice(0, 55), 30, market)
    assert_allclose(np.log(volume_ratio(fitted, slice(60, 61))).mean(), 0.0, atol=0.3)


def test_log_turnover_is_in_per_cent_and_finite_at_zero() -> None:
    assert_allclose(log_turnover(np.array([[0.0, 0.01]])), [[np.log(0.000255), np.log(1.000255)]])


def test_volatility_is_the_ratio_of_absolute_abnormal_returns() -> None:
    s = sample(securities=4)
    s.returns[60] = s.benchmark[60] + 0.2
    s.returns[61, 3] = np.nan
    s = fitted_sample(s.benchmark, s.returns, s.estimation)
    found = volatility(s.fitted, s.estimation, slice(60, 61))
    plain = np.abs(s.fitted.abnormal[60]) / np.abs(s.residuals).mean(axis=0)
    assert_allclose(found.ratio, plain, rtol=0.06)
    assert (found.ratio < plain).all()  # a prediction error is larger than a residual for no other reason
    scaled = np.abs(standardised(s.fitted, slice(60, 61))[0]) / np.abs(s.residuals / s.fitted.sigma).mean(axis=0)
    assert_allclose(found.ratio, scaled * np.sqrt(58 / 60))  # (M - p) / M
    assert_allclose(found.placebo_p, 1 / 61)
    assert_allclose([found.group_ratio, found.group_placebo_p, found.placebo_n], [found.ratio.mean(), 1 / 61, 61])

    two = volatility(s.fitted, s.estimation, slice(60, 62))
    assert_array_equal(np.isnan(two.ratio), [False, False, False, True])
    assert np.isnan(two.placebo_p[3])
    assert two.placebo_n == 60


def test_volatility_without_any_security_is_nan() -> None:
    s = sample(securities=2)
    s.returns[60] = np.nan
    s = fitted_sample(s.benchmark, s.returns, s.estimation)
    found = volatility(s.fitted, s.estimation, slice(60, 61))
    assert np.isnan([found.group_ratio, found.group_placebo_p, *found.ratio]).all()
    assert found.placebo_n == 0
