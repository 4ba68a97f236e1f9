"""Models of the expected return against plain loops and numpy's own least squares."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from screener.study import Floats
from screener.study.abnormal import leave_one_out, over_window
from screener.study.models import Design, Model, fit
from screener.study.portfolio import Portfolio, portfolio_t
from tests.study.panels import fitted_sample, sample

ZERO = np.zeros(1, dtype=np.int64)


def slope(x: Floats, y: Floats) -> float:
    return float(np.polyfit(x, y, 1)[0])


def test_scholes_williams_by_hand() -> None:
    s = sample(securities=1)
    m, y = s.benchmark[:60], s.returns[:60, 0]
    rho = np.corrcoef(m[1:], m[:-1])[0, 1]
    inner = slice(1, 59)
    slopes = [slope(m[1 + k : 59 + k], y[inner]) for k in (-1, 0, 1)]
    beta = sum(slopes) / (1 + 2 * rho)
    alpha = y[inner].mean() - beta * m[inner].mean()

    fitted = fit(s.returns, [Design.of(Model.SCHOLES_WILLIAMS, s.benchmark)], ZERO, slice(0, 60), 10)
    assert_allclose(fitted.coefficients[:, 0], [alpha, beta], rtol=1e-10)
    assert_allclose(fitted.abnormal[:, 0], s.returns[:, 0] - alpha - beta * s.benchmark)
    assert fitted.observations[0] == 58
    assert fitted.df[0] == 56


def test_dimson_is_the_sum_of_the_slopes_and_spends_all_its_parameters() -> None:
    s = sample(securities=1)
    m, y = s.benchmark[:60], s.returns[:60, 0]
    x = np.column_stack([np.ones(58), *(m[1 + k : 59 + k] for k in (-1, 0, 1))])
    slopes = np.linalg.lstsq(x, y[1:59])[0][1:]

    design = Design.of(Model.DIMSON, s.benchmark)
    fitted = fit(s.returns, [design], ZERO, slice(0, 60), 10)
    assert_allclose(fitted.coefficients[1, 0], slopes.sum(), rtol=1e-10)
    assert fitted.df[0] == 58 - 4


@pytest.mark.parametrize("model", [Model.SCHOLES_WILLIAMS, Model.DIMSON])
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_thin_trading_covariance_is_that_of_a_linear_estimator(model: Model, missing: float) -> None:
    s = sample(securities=3, missing=missing, model=model)
    for i in range(3):
        own = np.isfinite(s.returns[:60, i]) & s.designs[0].usable(slice(0, 60))
        weights = s.designs[0].influence(slice(0, 60), own)
        assert_allclose(weights.T @ s.returns[:60, i][own], s.fitted.coefficients[:, i], rtol=1e-9)
        assert_allclose(weights.T @ weights, s.fitted.gram_inverse[i], rtol=1e-9)


@pytest.mark.parametrize("model", [Model.SCHOLES_WILLIAMS, Model.DIMSON])
def test_the_benchmark_itself_has_a_thin_trading_beta_of_about_one(model: Model) -> None:
    random = np.random.default_rng(3)
    benchmark = 0.01 * random.standard_normal(3000)
    s = fitted_sample(benchmark, (benchmark + 1e-4 * random.standard_normal(3000))[:, None], slice(0, 2990), model)
    assert_allclose(s.fitted.coefficients[1, 0], 1.0, atol=2e-3)


def test_a_security_that_answers_the_next_day_gets_its_whole_beta_only_from_dimson() -> None:
    random = np.random.default_rng(3)
    benchmark = 0.01 * random.standard_normal(2000)
    late = np.concatenate([[0.0], benchmark[:-1]])
    returns = (0.5 * benchmark + 0.5 * late)[:, None] + 0.001 * random.standard_normal((2000, 1))
    plain = fitted_sample(benchmark, returns, slice(0, 1990)).fitted.coefficients[1, 0]
    dimson = fitted_sample(benchmark, returns, slice(0, 1990), Model.DIMSON).fitted.coefficients[1, 0]
    assert_allclose([plain, dimson], [0.5, 1.0], atol=0.02)


def test_factors_agree_with_numpy_and_the_market_model_is_one_factor() -> None:
    s = sample(securities=4, missing=0.05)
    random = np.random.default_rng(9)
    factors = np.column_stack([s.benchmark, random.standard_normal((68, 2))])
    design_of = np.zeros(4, dtype=np.int64)
    fitted = fit(s.returns, [Design.of(Model.FACTORS, s.benchmark, factors=factors)], design_of, s.estimation, 10)
    for i in range(4):
        own = np.flatnonzero(np.isfinite(s.returns[:60, i]))
        x = np.column_stack([np.ones(len(own)), factors[own]])
        assert_allclose(fitted.coefficients[:, i], np.linalg.lstsq(x, s.returns[own, i])[0], rtol=1e-9)
        assert fitted.df[i] == len(own) - 4

    one = fit(
        s.returns,
        [Design.of(Model.FACTORS, s.benchmark, factors=factors[:, :1])],
        design_of,
        s.estimation,
        10,
    )
    assert_allclose(one.abnormal, s.fitted.abnormal, rtol=1e-9)
    with pytest.raises(ValueError, match="68 sessions"):
        Design.of(Model.FACTORS, s.benchmark)


def test_collinear_regressors_give_no_estimate() -> None:
    s = sample(securities=2, missing=0.05)
    flat = fitted_sample(np.zeros(68), s.returns, slice(0, 60))
    assert np.isnan(flat.fitted.sigma).all()
    for model in (Model.SCHOLES_WILLIAMS, Model.DIMSON):
        assert np.isnan(fitted_sample(np.zeros(68), s.returns, slice(0, 60), model).fitted.sigma).all()


@pytest.mark.parametrize("model", [model for model in Model if model not in (Model.FACTORS, Model.MARKET_SIZE)])
def test_a_portfolio_of_one_is_its_security_in_every_model(model: Model) -> None:
    s = sample(securities=1, missing=0.05, model=model)
    window = slice(62, 65)
    s.returns[window] = 0.01
    s = fitted_sample(s.benchmark, s.returns, s.estimation, model)
    result = over_window(s.fitted, window)
    [test] = portfolio_t(Portfolio.of(s.returns, ZERO), s.designs, s.estimation, [window], 10)
    assert_allclose([test.caar, test.t, test.p], [result.car[0], result.scar[0], result.p[0]], rtol=1e-9)


def test_leave_one_out_takes_the_security_out_of_its_index() -> None:
    random = np.random.default_rng(5)
    caps = np.array([70.0, 20.0, 10.0])
    returns = 0.02 * random.standard_normal((5, 3))
    weights = np.broadcast_to(caps / caps.sum(), (5, 3))
    index = returns @ caps / caps.sum()
    without = leave_one_out(index, returns, weights)
    assert_allclose(without[:, 0], returns[:, 1:] @ caps[1:] / caps[1:].sum())

    halted = returns.copy()
    halted[2, 0] = np.nan
    stale = index.copy()
    stale[2] = returns[2, 1:] @ caps[1:] / caps.sum()
    assert_allclose(leave_one_out(stale, halted, weights)[:, 0], without[:, 0])

    unknown = weights.copy()
    unknown[:, 1] = np.nan
    unknown[:, 2] = 0.0
    result = leave_one_out(index, returns, unknown)
    assert np.isnan(result[:, 1]).all()
    assert_allclose(result[:, 2], index)
