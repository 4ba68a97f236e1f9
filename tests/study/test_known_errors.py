"""Errors seen in other packages (METHODS 10): one test each that fails if it is made here."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from screener.study.abnormal import over_window, standardised
from screener.study.battery import NAIVE, ROBUST, battery
from screener.study.correlation import mean_correlation
from screener.study.nonparametric import EstimationRanks, generalised_rank
from screener.study.parametric import patell
from tests.study.panels import fitted_sample, sample

WINDOW = slice(60, 68)


def test_car_error_is_not_root_l_times_sigma_nor_a_sum_of_daily_variances() -> None:
    s = sample(learned=20, securities=3)
    window = slice(20, 28)
    se = over_window(s.fitted, window).se
    daily = [over_window(s.fitted, slice(day, day + 1)).se for day in range(20, 28)]
    assert (se > 1.05 * math.sqrt(8) * s.fitted.sigma).all()
    assert (se > 1.02 * np.sqrt(np.square(daily).sum(axis=0))).all()


def test_patell_is_not_the_sum_of_daily_sars_over_root_l() -> None:
    s = sample(learned=20, securities=3)
    window = slice(20, 28)
    found = patell(over_window(s.fitted, window).scar, s.fitted.df).value
    daily = standardised(s.fitted, window).sum(axis=0) / math.sqrt(8)
    assert abs(patell(daily, s.fitted.df).value / found - 1) > 0.02


def test_grank_divides_by_the_sd_not_by_its_standard_error() -> None:
    # All cells lie beyond every residual when divided by sd / sqrt(N); by the sd they do not.
    s = sample(securities=9)
    scar = np.linspace(0.5, 1.5, 9)
    ranks = EstimationRanks.of(s.residuals)
    _, found = generalised_rank(ranks, s.fitted.sigma, scar)
    _, enlarged = generalised_rank(ranks, s.fitted.sigma * 3.0, scar)
    assert found.value < enlarged.value - 0.1
    cell = scar / scar.std(ddof=1)
    share = [((s.residuals[:, i] / s.fitted.sigma[i] < cell[i]).sum() + 1) / 62 - 0.5 for i in range(9)]
    assert_allclose(found.value, np.mean(share) / math.sqrt(60 / 62 / 12 / 9))


def test_mean_correlation_is_not_made_of_raw_products() -> None:
    residuals = sample().residuals
    scaled = residuals.copy()
    scaled[:, 0] *= 100.0
    scaled[:, 1] += 5.0
    assert_allclose(mean_correlation(scaled), mean_correlation(residuals))


def test_mean_correlation_is_not_taken_from_the_event_window() -> None:
    s = sample()
    moved = s.returns.copy()
    moved[WINDOW] += 0.3
    rbars = [
        battery(f.fitted, [f.everyone], [WINDOW])[0][0].rbar
        for f in (s, fitted_sample(s.benchmark, moved, s.estimation))
    ]
    assert_allclose(rbars[1], rbars[0])
    assert_allclose(rbars[0], mean_correlation(s.residuals)[0])


def test_sigma_divides_by_m_less_p() -> None:
    s = sample()
    assert_allclose(s.fitted.sigma, np.sqrt(np.square(s.residuals).sum(axis=0) / 58))


def test_market_moments_are_those_of_the_days_the_firm_traded() -> None:
    s = sample(securities=1)
    returns = s.returns.copy()
    returns[10:20] = np.nan
    other = s.benchmark.copy()
    other[10:20] = 0.5
    one, two = (fitted_sample(market, returns, s.estimation) for market in (s.benchmark, other))
    assert_allclose(two.fitted.coefficients, one.fitted.coefficients, rtol=1e-8)
    assert_allclose(over_window(two.fitted, WINDOW).se, over_window(one.fitted, WINDOW).se, rtol=1e-8)
    own = np.isfinite(returns[:60, 0])
    assert_allclose(one.fitted.coefficients[::-1, 0], np.polyfit(s.benchmark[:60][own], returns[:60, 0][own], 1))


def test_a_halt_is_missing_and_not_a_return_of_zero() -> None:
    s = sample(securities=2)
    returns = s.returns.copy()
    returns[[5, 63], 0] = np.nan
    halted = fitted_sample(s.benchmark, returns, s.estimation)
    result = over_window(halted.fitted, WINDOW)
    assert_array_equal(halted.fitted.observations, [59, 60])
    assert_array_equal(np.isnan([result.car, result.se, result.scar, result.p])[:, 0], [True] * 4)
    assert np.isfinite([result.car, result.se, result.scar, result.p])[:, 1].all()


def test_zeros_at_the_end_do_not_shift_the_event_window() -> None:
    s = sample(securities=2)
    returns = s.returns.copy()
    returns[65:, 0] = 0.0
    result = fitted_sample(s.benchmark, returns, s.estimation)
    assert_allclose(result.fitted.abnormal[60:65], s.fitted.abnormal[60:65])


def test_no_bootstrap_stands_among_the_robust_tests() -> None:
    assert not set(ROBUST) & set(NAIVE)
    assert not any("boot" in name for name in ROBUST)


def test_correlated_securities_do_not_pass_for_independent() -> None:
    """One shock of 3 common sds to 40 securities of correlation 0.5: naive tests shout, robust ones say 3."""
    s = sample(securities=40, learned=120, common=0.02, event=2)
    returns = s.returns.copy()
    returns[120:] = 0.06 + 0.02 * np.random.default_rng(0).standard_normal((2, 40))
    s = fitted_sample(np.concatenate([s.benchmark[:120], [0.0, 0.0]]), returns, s.estimation)
    [[found]] = battery(s.fitted, [s.everyone], [slice(120, 121)], everything=True)
    value = {name: statistic.value for name, statistic in found.statistics.items()}
    assert found.rbar == pytest.approx(0.5, abs=0.1)
    assert min(value["z_patell"], value["t_csect"], value["t_bmp"]) > 12
    assert max(value["t_portfolio"], value["t_adj_bmp"], value["z_adj_patell"], value["t_bw85"]) < 5


def test_a_missing_statistic_is_never_a_p_of_one() -> None:
    s = sample(securities=3)
    returns = s.returns.copy()
    returns[62] = np.nan
    s = fitted_sample(s.benchmark, returns, s.estimation)
    [[found]] = battery(s.fitted, [s.everyone], [WINDOW], everything=True)
    assert found.n_window == 0
    for name, statistic in found.statistics.items():
        assert math.isnan(statistic.value), name
        assert math.isnan(statistic.p), name
        assert statistic.reason, name
    assert set(dict(found.undefined)) == set(ROBUST) | set(NAIVE)
