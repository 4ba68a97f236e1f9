"""The vectorised placebo test against a plain loop over `fit` and `portfolio_t`, and what must always hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.study import Floats
from screener.study.models import Design, Model, Refit, fit
from screener.study.placebo import FEWEST_DATES, Placebo, PlaceboPlan, placebo_test, two_sided_rank
from screener.study.portfolio import Portfolio, portfolio_t
from screener.study.rolling import roll
from tests.study.simulated import Simulated, simulate

EVENT = 380
WINDOWS = [slice(EVENT, EVENT + 1), slice(EVENT, EVENT + 6), slice(EVENT - 5, EVENT), slice(EVENT + 1, EVENT + 3)]


def portfolios_of(market: Simulated) -> list[Portfolio]:
    mixed = Portfolio.of(market.returns[:, :15], market.design_of[:15])
    other = Portfolio.of(market.returns[:, 15:22], market.design_of[15:22])
    one_market = Portfolio.of(market.returns[:, 20:40:2], market.design_of[20:40:2])
    single = Portfolio.of(market.returns[:, 7:8], market.design_of[7:8])
    return [mixed, other, one_market, single, mixed - other, one_market - single]


def plain_loop(
    refit: Refit, portfolio: Portfolio, designs: list[Design], date: int, window: range
) -> tuple[float, float, float]:
    """CAAR, z_ewma and portfolio t of one date, from `fit`, one day after the other."""
    estimation = refit.estimation_of(date)
    complete = np.isfinite(portfolio.returns).all(axis=1)
    complete &= np.all([np.isfinite(designs[k].offset) for k in portfolio.design_of], axis=0)
    complete &= np.all([np.isfinite(designs[k].regressors).all(axis=1) for k in portfolio.design_of], axis=0)
    returns = np.where(complete[:, None], portfolio.returns, np.nan)
    fitted = fit(returns, designs, portfolio.design_of, estimation, refit.min_obs)
    residual = fitted.abnormal @ portfolio.weights
    rows = slice(date + window.start, date + window.stop)
    caar = residual[rows].sum()
    inside = residual[estimation][np.isfinite(residual[estimation])]
    long_run = np.square(inside).sum() / (len(inside) - len(fitted.coefficients))
    total = weight = 0.0
    quiet_to = date + min(0, window.start)
    for age in range(refit.span):
        e = residual[quiet_to - 1 - age]
        if np.isfinite(e):
            total += refit.decay**age * e**2
            weight += refit.decay**age
    sd = np.sqrt((1 - refit.long_run) * total / weight + refit.long_run * long_run)
    [test] = portfolio_t(
        Portfolio(returns, portfolio.weights, portfolio.design_of),
        designs,
        estimation,
        [rows],
        refit.min_obs,
    )
    return caar, caar / (np.sqrt(len(window)) * sd), test.t


@pytest.mark.parametrize("model", [Model.MARKET, Model.MARKET_ADJUSTED, Model.MEAN_ADJUSTED])
@pytest.mark.parametrize("missing", [0.0, 0.04])
@pytest.mark.parametrize("long_run", [0.0, 0.4])
def test_refits_agree_with_a_plain_loop(model: Model, missing: float, long_run: float) -> None:
    market = simulate(missing=missing)
    if missing:
        market.benchmarks[200, 1] = np.nan
    refit = Refit(model, long_run=long_run)
    designs = market.designs(model)
    portfolios = portfolios_of(market)
    plan = PlaceboPlan(refit, designs, EVENT, WINDOWS)
    results = placebo_test(plan, portfolios)
    rolling = roll(refit, portfolios, designs, slice(0, EVENT), plan.taus())
    for window, result, rolled in zip(WINDOWS, results, rolling, strict=True):
        tau = range(window.start - EVENT, window.stop - EVENT)
        for column, portfolio in enumerate(portfolios):
            for index in range(0, len(result.dates), 47):
                got = (
                    result.placebo_caar[index, column],
                    result.placebo_z[index, column],
                    rolled.t[result.dates[index], column],
                )
                expected = plain_loop(refit, portfolio, designs, int(result.dates[index]), tau)
                np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-10)
            got = (result.caar[column], result.z_ewma[column], result.t[column])
            np.testing.assert_allclose(got, plain_loop(refit, portfolio, designs, EVENT, tau), rtol=1e-10, atol=1e-10)


def test_factors_of_a_users_file_agree_with_a_plain_loop() -> None:
    market = simulate()
    factors = np.random.default_rng(3).normal(0, 0.01, (len(market.returns), 2))
    designs = [
        Design(design.offset, np.column_stack([design.regressors, factors])) for design in market.designs(Model.MARKET)
    ]
    portfolio = Portfolio.of(market.returns[:, :9], market.design_of[:9])
    refit = Refit(estimation=80, gap=3)
    plan = PlaceboPlan(refit, designs, EVENT, WINDOWS[1:2], most=50)
    [result] = placebo_test(plan, [portfolio])
    [rolled] = roll(refit, [portfolio], designs, slice(0, EVENT), plan.taus())
    for index in (0, 17, 49):
        expected = plain_loop(refit, portfolio, designs, int(result.dates[index]), range(6))
        got = (result.placebo_caar[index, 0], result.placebo_z[index, 0], rolled.t[result.dates[index], 0])
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-10)


def test_rank_and_p_are_counts() -> None:
    market = simulate()
    for result in placebo_test(PlaceboPlan(Refit(), market.designs(), EVENT, WINDOWS), portfolios_of(market)):
        for column, z in enumerate(result.z_ewma):
            beaten = sum(abs(other) >= abs(z) for other in result.placebo_z[:, column])
            assert result.placebo_rank[column] == 1 + beaten
            assert result.placebo_n[column] == len(result.dates) + 1
            assert result.placebo_p[column] == (1 + beaten) / (len(result.dates) + 1)


def test_planted_effect_is_found_and_has_the_smallest_p() -> None:
    market = simulate()
    market.returns[EVENT, :15] += 0.10
    planted, *_, without = _first(market).placebo_p[[0, 4, 2]]
    assert planted == 1 / 241
    assert without > 0.02


def test_dates_stand_before_the_event_and_leave_out_what_is_excluded() -> None:
    refit = Refit(estimation=100, gap=5)
    everything = PlaceboPlan(refit, [], 200, [], most=1000).dates(range(2))
    np.testing.assert_array_equal(everything, np.arange(105, 199))  # 198 + 1 is the last session before the event
    np.testing.assert_array_equal(PlaceboPlan(refit, [], 200, [], most=1000).dates(range(-5, 0)), np.arange(110, 196))
    np.testing.assert_array_equal(PlaceboPlan(refit, [], 200, [], most=3).dates(range(1, 4)), [194, 195, 196])
    without = PlaceboPlan(refit, [], 200, [], excluded=[150, 151, 900], most=1000).dates(range(2))
    assert set(everything) - set(without) == {149, 150, 151}
    assert PlaceboPlan(refit, [], 90, []).dates(range(1)).size == 0


def test_an_excluded_event_is_not_among_the_placebo_dates() -> None:
    market = simulate()
    market.returns[300, :15] += 5.0
    kept, left_out = (_first(market, excluded=rows) for rows in ([], [300]))
    assert np.abs(kept.placebo_caar[:, 0]).max() > 4
    assert np.abs(left_out.placebo_caar[:, 0]).max() < 0.2
    assert 300 not in left_out.dates


def test_fits_far_from_a_huge_return_are_not_disturbed_by_it() -> None:
    market = simulate()
    calm = _first(market)
    market.returns[20] += 1e6
    np.testing.assert_allclose(_first(market).placebo_z[100:], calm.placebo_z[100:], rtol=1e-12)


@settings(max_examples=15, deadline=None)
@given(
    scale=st.floats(0.01, 100),
    order=st.permutations(list(range(15))),
    model=st.sampled_from([Model.MARKET, Model.MEAN_ADJUSTED]),
)
def test_order_and_scale_do_not_matter(scale: float, order: list[int], model: Model) -> None:
    market = simulate()
    designs = market.designs(model)
    plain = Portfolio.of(market.returns[:, :15], market.design_of[:15])
    moved = Portfolio.of(market.returns[:, order] * scale, market.design_of[order])
    one, other = (placebo_test(PlaceboPlan(Refit(model), designs, EVENT, WINDOWS[:2]), [p]) for p in (plain, moved))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(b.caar, a.caar * scale, rtol=1e-9)
        np.testing.assert_allclose(b.z_ewma, a.z_ewma, rtol=1e-9)
        np.testing.assert_allclose(b.placebo_z, a.placebo_z, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(b.placebo_rank, a.placebo_rank)


def test_long_short_of_a_group_with_itself_is_nothing() -> None:
    market = simulate(missing=0.03)
    group = Portfolio.of(market.returns[:, :15], market.design_of[:15])
    [result] = placebo_test(PlaceboPlan(Refit(), market.designs(), EVENT, WINDOWS[:1]), [group - group])
    assert result.caar[0] == 0
    assert np.isnan([result.z_ewma[0], result.placebo_p[0], result.placebo_rank[0], result.t[0]]).all()
    assert "do not vary" in result.reason[0]


def test_short_against_long_has_the_same_p() -> None:
    market = simulate()
    a, b = portfolios_of(market)[:2]
    [result] = placebo_test(PlaceboPlan(Refit(), market.designs(), EVENT, WINDOWS[:1]), [a - b, b - a])
    np.testing.assert_allclose(result.caar[0], -result.caar[1])
    assert result.placebo_p[0] == result.placebo_p[1]


def test_one_stock_as_a_group_is_the_stock() -> None:
    market = simulate(missing=0.02)
    stocks = placebo_test(
        PlaceboPlan(Refit(), market.designs(), EVENT, WINDOWS[:2]), Portfolio.each(market.returns, market.design_of)
    )
    group = placebo_test(
        PlaceboPlan(Refit(), market.designs(), EVENT, WINDOWS[:2]),
        [Portfolio.of(market.returns[:, 3:4], market.design_of[3:4])],
    )
    for a, b in zip(stocks, group, strict=True):
        np.testing.assert_allclose(a.placebo_z[:, 3], b.placebo_z[:, 0], rtol=1e-12)
        np.testing.assert_array_equal(a.placebo_p[3], b.placebo_p[0])


def test_a_flat_return_series_has_no_p() -> None:
    market = simulate()
    market.returns[:, 0] = 0.0
    [result] = placebo_test(
        PlaceboPlan(Refit(), market.designs(), EVENT, WINDOWS[:1]), Portfolio.each(market.returns, market.design_of)
    )
    assert np.isnan(result.placebo_p[0])
    assert "do not vary" in result.reason[0]
    assert np.isfinite(result.placebo_p[1:]).all()


@pytest.mark.parametrize("long_run", [0.0, 0.4])
def test_returns_that_stopped_varying_have_no_moving_volatility(long_run: float) -> None:
    market = simulate()
    stopped = market.returns[:, :1].copy()
    stopped[EVENT - 60 :] = 0.0
    nothing_expected = Design(np.zeros(len(stopped)), np.empty((len(stopped), 0)))
    refit = Refit(Model.MARKET_ADJUSTED, long_run=long_run)
    [stock] = Portfolio.each(stopped, np.zeros(1, dtype=np.int64))
    [result] = placebo_test(PlaceboPlan(refit, [nothing_expected], EVENT, WINDOWS[:1]), [stock])
    assert np.isfinite(result.z_ewma[0]) == (long_run > 0)


def test_undefined_is_nan_with_a_reason() -> None:
    market = simulate()
    market.returns[EVENT + 2, :15] = np.nan
    market.returns[: EVENT - 40, 20:40:2] = np.nan
    day, week, *_ = placebo_test(PlaceboPlan(Refit(), market.designs(), EVENT, WINDOWS), portfolios_of(market))
    assert np.isfinite(day.placebo_p[0])
    assert np.isnan(week.placebo_p[0])
    assert "event window" in week.reason[0]
    assert "estimation" in day.reason[2]
    assert day.reason[0] == ""


def test_a_window_beyond_the_panel_has_no_p() -> None:
    market = simulate()
    last = len(market.returns) - 3
    day, week = placebo_test(
        PlaceboPlan(Refit(), market.designs(), last, [slice(last, last + 1), slice(last, last + 6)]),
        portfolios_of(market)[:1],
    )
    assert np.isfinite(day.placebo_p[0])
    assert np.isnan(week.placebo_p[0])


@pytest.mark.parametrize(("event", "defined"), [(130 + FEWEST_DATES, True), (129 + FEWEST_DATES, False), (50, False)])
def test_too_few_dates_give_no_p(event: int, defined: bool) -> None:
    market = simulate()
    [result] = placebo_test(
        PlaceboPlan(Refit(), market.designs(), event, [slice(event, event + 1)], most=500), portfolios_of(market)[:1]
    )
    assert np.isfinite(result.placebo_p[0]) == defined
    if not defined:
        assert result.reason[0]


def test_smallest_p_is_one_over_the_number_of_dates_and_ties_count_against_the_event() -> None:
    placebo = np.tile(np.linspace(-1, 1, 99)[:, None], 3)
    rank, n = two_sided_rank(np.array([5.0, -1.0, np.nan]), placebo)
    np.testing.assert_array_equal(n, 100)
    np.testing.assert_array_equal(rank, [1, 3, np.nan])


def test_size_on_simulated_volatility_clusters() -> None:
    rng = np.random.default_rng(5)
    sessions, count = 560, 400
    level = np.zeros(sessions)
    for day in range(1, sessions):
        level[day] = 0.97 * level[day - 1] + 0.15 * rng.normal()
    benchmark = rng.normal(0, 0.01, sessions)
    returns = benchmark[:, None] + np.exp(level)[:, None] * rng.standard_t(4, (sessions, count)) * 0.01
    result = placebo_test(
        PlaceboPlan(Refit(), [Design.of(Model.MARKET, benchmark)], 500, [slice(500, 501)]),
        Portfolio.each(returns, np.zeros(count, dtype=np.int64)),
    )[0]
    every_date: Floats = np.abs(result.placebo_z)
    critical = np.quantile(every_date, 0.95, axis=0)
    assert 0.02 < (np.abs(result.z_ewma) > critical).mean() < 0.09


def _first(market: Simulated, excluded: list[int] | None = None) -> Placebo:
    return placebo_test(
        PlaceboPlan(Refit(), market.designs(), EVENT, WINDOWS[:1], excluded=excluded or []), portfolios_of(market)
    )[0]


def test_a_thin_trading_beta_is_refused_and_not_refitted_by_least_squares() -> None:
    market = simulate()
    designs = market.designs(Model.DIMSON)
    with pytest.raises(ValueError, match="by least squares only"):
        placebo_test(
            PlaceboPlan(Refit(Model.DIMSON), designs, 300, [slice(300, 301)]),
            [Portfolio.of(market.returns, market.design_of)],
        )
