"""What must hold whatever the returns are, on returns that hypothesis thinks of."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from screener.study import Floats
from screener.study.abnormal import over_window
from screener.study.battery import GroupTests, battery
from screener.study.correlation import mean_correlation
from screener.study.models import Design, Model, fit
from screener.study.portfolio import Portfolio, cross_section, portfolio_t, weighted_mean
from tests.study.panels import Sample, fitted_sample, sample

WINDOW = slice(62, 65)
samples = st.builds(
    sample,
    seed=st.integers(0, 10_000),
    securities=st.integers(2, 9),
    missing=st.sampled_from([0.0, 0.04]),
    common=st.sampled_from([0.0, 0.02]),
)
few = settings(max_examples=25, deadline=None)


def run(s: Sample, *groups: list[int], windows: tuple[slice, ...] = (WINDOW,)) -> list[list[GroupTests]]:
    columns = [np.array(group) for group in groups] or [s.everyone]
    return battery(s.fitted, columns, windows, everything=True)


def assert_same(one: GroupTests, other: GroupTests, rtol: float = 1e-7) -> None:
    assert_allclose(list(one.columns().values()), list(other.columns().values()), rtol=rtol, atol=1e-9)


@few
@given(samples)
def test_equal_weights_are_the_plain_mean(s: Sample) -> None:
    car = over_window(s.fitted, WINDOW).car
    assert_allclose(weighted_mean(car, np.full(len(car), 3.0)), cross_section(car, car).mean_ew)


@few
@given(samples)
def test_without_alpha_and_beta_the_car_is_the_sum_of_the_returns(s: Sample) -> None:
    flat = fitted_sample(np.zeros(68), s.returns, s.estimation, Model.MARKET_ADJUSTED)
    result = over_window(flat.fitted, WINDOW)
    assert_allclose(result.car, s.returns[WINDOW].sum(axis=0))
    assert_allclose(result.bhar, np.prod(1 + s.returns[WINDOW], axis=0) - 1)


@few
@given(samples, st.sampled_from([1e-4, 100.0]))
def test_units_do_not_matter(s: Sample, scale: float) -> None:
    scaled = fitted_sample(scale * s.benchmark, scale * s.returns, s.estimation)
    [[one]], [[other]] = run(s), run(scaled)
    assert_allclose(other.caar_ew, scale * one.caar_ew)
    for name, statistic in one.statistics.items():
        assert_allclose(other.statistics[name].value, statistic.value, rtol=1e-6, atol=1e-9, err_msg=name)


@few
@given(samples, st.randoms(use_true_random=False))
def test_the_order_of_securities_and_of_estimation_days_does_not_matter(s: Sample, random: object) -> None:
    seed = np.random.default_rng(len(repr(random)))
    columns = seed.permutation(s.returns.shape[1])
    rows = np.concatenate([seed.permutation(60), np.arange(60, 68)])
    shuffled = fitted_sample(s.benchmark[rows], s.returns[rows][:, columns], s.estimation)
    assert_same(run(s)[0][0], run(shuffled)[0][0])


@few
@given(samples)
def test_a_window_of_one_day_is_the_day(s: Sample) -> None:
    result = over_window(s.fitted, slice(63, 64))
    assert_allclose(result.car, s.fitted.abnormal[63])
    assert_allclose(result.bhar, s.fitted.abnormal[63])


@few
@given(samples)
def test_a_group_of_one_is_its_security(s: Sample) -> None:
    result = over_window(s.fitted, WINDOW)
    [[found]] = run(s, [0])
    portfolio = found.statistics["t_portfolio"]
    assert_allclose([found.caar_ew, portfolio.value, portfolio.p], [result.car[0], result.scar[0], result.p[0]])
    assert math.isnan(found.rbar)
    assert {"t_adj_bmp", "t_grank"} <= dict(found.undefined).keys()


@few
@given(samples)
def test_groups_and_windows_together_are_groups_and_windows_alone(s: Sample) -> None:
    group = [0, 1]
    other = slice(60, 67)
    [_, [_, together]] = run(s, list(s.everyone), group, windows=(other, WINDOW))
    [[_, alone]] = run(s, group, windows=(other, WINDOW))
    assert_same(together, alone)


@few
@given(samples)
def test_car_variance_is_the_brute_force_prediction_variance(s: Sample) -> None:
    """1'(I + X* (X'X)^-1 X*')1 s^2 over the window's days, day by day and security by security."""
    se = over_window(s.fitted, WINDOW).se
    for i in range(s.returns.shape[1]):
        own = np.isfinite(s.returns[:60, i])
        x, y = np.column_stack([np.ones(own.sum()), s.benchmark[:60][own]]), s.returns[:60, i][own]
        residual = y - x @ np.linalg.lstsq(x, y)[0]
        event = np.column_stack([np.ones(3), s.benchmark[WINDOW]])
        covariance = np.eye(3) + event @ np.linalg.inv(x.T @ x) @ event.T
        expected = math.sqrt(residual @ residual / (own.sum() - 2) * covariance.sum())
        if np.isfinite(s.returns[WINDOW, i]).all():
            assert_allclose(se[i], expected, rtol=1e-9)
        else:
            assert math.isnan(se[i])


@few
@given(samples)
def test_the_mean_correlation_is_that_of_the_variance_of_the_standardised_mean(s: Sample) -> None:
    complete = np.where(np.isfinite(s.residuals), s.residuals, 0.001)
    scores = (complete - complete.mean(axis=0)) / complete.std(axis=0)
    n = scores.shape[1]
    assert_allclose(mean_correlation(complete)[0], (n * scores.mean(axis=1).var() - 1) / (n - 1), atol=1e-12)


@few
@given(samples)
def test_complete_data_make_the_portfolio_the_mean_of_its_members(s: Sample) -> None:
    returns: Floats = np.where(np.isfinite(s.returns), s.returns, 0.001)
    s = fitted_sample(s.benchmark, returns, s.estimation)
    [test] = portfolio_t(Portfolio.of(returns, s.fitted.design_of), s.designs, s.estimation, [WINDOW], min_obs=10)
    assert_allclose(test.caar, over_window(s.fitted, WINDOW).car.mean())


@few
@given(samples)
def test_two_benchmarks_that_are_one_change_nothing(s: Sample) -> None:
    design_of = np.arange(s.returns.shape[1]) % 2
    designs = [Design.of(Model.MARKET, s.benchmark)] * 2
    split = fit(s.returns, designs, design_of, s.estimation, 10)
    one, two = over_window(s.fitted, WINDOW), over_window(split, WINDOW)
    assert_allclose(two.scar, one.scar, rtol=1e-8)
