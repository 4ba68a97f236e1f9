"""The size leg, the variance that knows the market's move, random groups and long windows, each by explicit algebra."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from screener.study import Floats, Ints
from screener.study.abnormal import over_window
from screener.study.api import event_study
from screener.study.models import Design, Model, Refit, fit
from screener.study.moves import distance, slope
from screener.study.placebo import PlaceboPlan, placebo_test
from screener.study.portfolio import Portfolio, portfolio_t
from screener.study.rolling import roll
from screener.study.study import Study
from tests.study.simulated import Simulated, simulate

EVENT, DAY, WEEK = 380, range(1), range(6)
REFIT = Refit(Model.MARKET_SIZE)
MARKET = simulate(securities=60)
EQUAL_WEIGHT = MARKET.returns.mean(axis=1)
GROUP = np.arange(0, 24, 2)
"""Twelve securities of the first benchmark."""
RANDOM = [
    Portfolio.of(MARKET.returns[:, own], MARKET.design_of[own])
    for own in (np.random.default_rng(seed).choice(60, 10, replace=False) for seed in range(40))
]


def study(model: Model = Model.MARKET_SIZE, market: Simulated = MARKET) -> Study:
    return Study(
        returns=market.returns,
        benchmarks=market.benchmarks.T,
        benchmark_of=market.design_of,
        event=EVENT,
        refit=Refit(model),
        windows=[slice(EVENT + tau.start, EVENT + tau.stop) for tau in (DAY, WEEK)],
        equal_weight=market.returns.mean(axis=1),
        random_groups=RANDOM,
    )


def residual_by_least_squares(date: int) -> tuple[Floats, float]:
    """The group's return beyond constant, index and size leg, fitted by `lstsq` before a date, and its variance."""
    index = MARKET.benchmarks[:, 0]
    x = np.column_stack([np.ones_like(index), index, EQUAL_WEIGHT - index])
    y = MARKET.returns[:, GROUP].mean(axis=1)
    learned = slice(date - 130, date - 10)
    coefficients = np.linalg.lstsq(x[learned], y[learned], rcond=None)[0]
    residual = y - x @ coefficients
    return residual, float(np.square(residual[learned]).sum() / 117)


def z_by_least_squares(date: int, tau: range) -> float:
    """z_ewma before the market's move comes into it."""
    residual, variance = residual_by_least_squares(date)
    weights = 0.94 ** np.arange(60)
    moving = weights @ np.square(residual[date - 1 : date - 61 : -1]) / weights.sum()
    sd = np.sqrt(0.6 * moving + 0.4 * variance)
    return float(residual[date + tau.start : date + tau.stop].sum() / (np.sqrt(len(tau)) * sd))


def distance_by_hand(date: int, tau: range) -> float:
    moves = np.column_stack([MARKET.benchmarks, EQUAL_WEIGHT])
    learned = moves[date - 130 : date - 10]
    gone = (moves[date + tau.start : date + tau.stop] - learned.mean(axis=0)).sum(axis=0)
    return float(gone @ np.linalg.inv(np.cov(learned.T)) @ gone / (3 * len(tau)))


@pytest.mark.parametrize("window", [0, 1])
def test_size_leg_and_move_against_explicit_least_squares(window: int) -> None:
    tau = (DAY, WEEK)[window]
    one = study()
    placebo = one.placebos([GROUP])[window]
    dates = placebo.dates
    squares = np.zeros(len(dates))
    for group in RANDOM:
        [rolled] = roll(REFIT, [group], one.designs, slice(int(dates[0]), int(dates[-1]) + 1), [tau])
        squares += np.square(rolled.z_ewma[dates - dates[0], 0]) / len(RANDOM)
    d = np.array([distance_by_hand(int(date), tau) for date in dates])
    level, grows = np.polynomial.polynomial.polyfit(d, squares, 1, w=1 / (1 + d))
    expected = max(grows, 0.0) / level

    for place in (0, 100, 200):
        date = int(dates[place])
        plain = z_by_least_squares(date, tau)
        assert_allclose(placebo.placebo_z[place, 0], plain / np.sqrt(1 + expected * d[place]), rtol=1e-9)
    wider = np.sqrt(1 + expected * distance_by_hand(EVENT, tau))
    assert_allclose(placebo.z_ewma[0], z_by_least_squares(EVENT, tau) / wider, rtol=1e-9)
    assert_allclose(placebo.wider, wider, rtol=1e-9)
    residual, _ = residual_by_least_squares(EVENT)
    assert_allclose(placebo.caar[0], residual[EVENT : EVENT + len(tau)].sum(), rtol=1e-9)


def test_distance_is_that_of_one_index_or_of_two_whatever_their_difference() -> None:
    index = MARKET.benchmarks[:, :1]
    learned = index[EVENT - 130 : EVENT - 10, 0]
    by_hand = (index[EVENT : EVENT + 6, 0].sum() - 6 * learned.mean()) ** 2 / (6 * learned.var(ddof=1))
    [found] = distance(index, REFIT, slice(EVENT, EVENT + 1), WEEK)
    assert_allclose(found, by_hand)

    both = MARKET.benchmarks
    apart = np.column_stack([both[:, 0], both[:, 1] - both[:, 0]])
    rows = slice(200, 260)
    assert_allclose(distance(both, REFIT, rows, WEEK), distance(apart, REFIT, rows, WEEK))
    twice = np.column_stack([both, both[:, 0]])
    assert_allclose(distance(twice, REFIT, rows, WEEK), distance(both, REFIT, rows, WEEK), rtol=1e-6)

    hidden = both.copy()
    hidden[230, 1] = np.nan
    assert np.isnan(distance(hidden, REFIT, slice(225, 232), WEEK)).tolist() == [True] * 6 + [False]
    assert np.isnan(distance(both, REFIT, slice(len(both) - 2, len(both)), WEEK)).all()


def test_slope_of_a_small_case() -> None:
    d = np.array([0.0, 1.0, 3.0, 8.0])
    exact = np.sqrt(2.0 * (1.0 + 0.25 * d))
    assert_allclose(slope(np.column_stack([exact, -exact]), d), 0.25)
    # Weights 1, 1/4, 1/16, 1/81 on (0, 1), (1, 2), (3, 1), (8, 9): normal equations in whole numbers.
    z = np.sqrt([1.0, 2.0, 1.0, 9.0])[:, None]
    weight = np.array([1.0, 1 / 4, 1 / 16, 1 / 81])
    x = np.column_stack([np.ones(4), d])
    level, grows = np.linalg.solve(x.T @ (weight[:, None] * x), x.T @ (weight * np.square(z[:, 0])))
    assert_allclose(slope(z, d), grows / level)
    assert slope(exact[::-1, None], d) == 0.0  # a variance that falls with the move is chance
    assert slope(exact[:, None], np.ones(4)) == 0.0
    assert slope(np.full((4, 2), np.nan), d) == 0.0
    hidden = exact.copy()
    hidden[2] = np.nan
    assert_allclose(slope(hidden[:, None], d), 0.25)


def test_share_of_random_groups_is_a_count() -> None:
    for model in (Model.MARKET, Model.MARKET_SIZE):
        one = study(model)
        for number, share in enumerate(one.random_shares):
            p = placebo_test(one.plan, RANDOM)[number].placebo_p
            assert share == sum(value <= 0.05 for value in p) / 40
    moved = simulate(securities=60)
    moved.returns[EVENT] += np.where(np.arange(60) < 58, -0.08, 0.0)  # all but two giants that make the index
    random = [Portfolio(moved.returns[:, :40].mean(axis=1)[:, None], np.ones(1), np.zeros(1, dtype=np.int64))] * 5
    fallen = Study(
        moved.returns, moved.benchmarks.T, moved.design_of, EVENT, Refit(), study().windows, random_groups=random
    )
    assert fallen.random_shares[0] == 1.0
    assert np.isnan(Study(moved.returns, moved.benchmarks.T, moved.design_of, EVENT, Refit(), []).random_shares).all()


def test_market_model_knows_nothing_of_the_whole_market() -> None:
    plain = Study(
        MARKET.returns, MARKET.benchmarks.T, MARKET.design_of, EVENT, Refit(), study().windows
    )  # neither equal weight nor random groups
    for with_market, without in zip(study(Model.MARKET).placebos([GROUP]), plain.placebos([GROUP]), strict=True):
        assert with_market.z_ewma.tobytes() == without.z_ewma.tobytes()
        assert with_market.placebo_p.tobytes() == without.placebo_p.tobytes()


def test_standard_errors_of_securities_and_portfolio_t_know_the_move() -> None:
    one = study()
    fitted, [tests] = one.fit, one.tests([GROUP])
    for number, (window, result) in enumerate(zip(one.windows, one.results, strict=True)):
        plain = over_window(fitted, window)
        wider = one.stock_placebos[number].wider
        assert wider >= 1.0
        assert_allclose(result.se, plain.se * wider)
        assert_allclose(result.scar * wider, plain.scar)
        portfolio = Portfolio.of(MARKET.returns[:, GROUP], MARKET.design_of[GROUP])
        [t] = portfolio_t(portfolio, one.designs, one.estimation, [window], 60)
        group = one.placebos([GROUP])[number].wider
        assert_allclose(tests[number].statistics["t_portfolio"].value, t.t / group)


def test_event_study_takes_the_equal_weight_market() -> None:
    sessions = pd.bdate_range("2023-01-02", periods=400)
    returns = pd.DataFrame(MARKET.returns[:, GROUP], index=sessions, columns=[f"{n:06d}" for n in GROUP])
    index = pd.Series(MARKET.benchmarks[:, 0], index=sessions)
    everyone = pd.DataFrame({"everyone": EQUAL_WEIGHT}, index=sessions)
    found = event_study(returns, index, str(sessions[EVENT].date()), model="market-size", factors=everyone)
    residual, _ = residual_by_least_squares(EVENT)
    assert_allclose(found.groups["caar_ew"].iloc[0], residual[EVENT], rtol=1e-9)
    assert_allclose(found.ar.loc[0].mean(), residual[EVENT], rtol=1e-9)
    with pytest.raises(ValueError, match="needs 400 equal-weight returns"):
        event_study(returns, index, str(sessions[EVENT].date()), model="market-size")
    two = everyone.assign(other=0.0)
    with pytest.raises(ValueError, match="2 columns"):
        event_study(returns, index, str(sessions[EVENT].date()), model="market-size", factors=two)


def long_case() -> tuple[Floats, Floats, Ints]:
    """A stock that doubled in the estimation window and gained 39% in the 60 sessions after the event."""
    rng = np.random.default_rng(4)
    index = rng.normal(0, 0.008, 400)
    drift = np.where(np.arange(400) < 300, 0.006, np.log(1.388) / 60)
    return index, (drift + index + rng.normal(0, 0.01, 400))[:, None], np.zeros(1, dtype=np.int64)


def test_long_windows_keep_beta_and_leave_out_the_constant() -> None:
    index, returns, design_of = long_case()
    design = Design.of(Model.MARKET, index)
    estimation = slice(170, 290)
    fitted = fit(returns, [design], design_of, estimation, 60)
    x, y = np.column_stack([np.ones(120), index[estimation]]), returns[estimation, 0]
    (alpha, beta), [ssr], *_ = np.linalg.lstsq(x, y, rcond=None)
    inverse = np.linalg.inv(x.T @ x)
    for length, kept in ((20, 1.0), (21, 0.0), (60, 0.0)):
        window = slice(300, 300 + length)
        total = index[window].sum()
        car = returns[window, 0].sum() - kept * alpha * length - beta * total
        z = np.array([kept * length, total])
        se = np.sqrt(ssr / 118 * (length + z @ inverse @ z))
        result = over_window(fitted, window)
        assert_allclose([result.car[0], result.se[0]], [car, se], rtol=1e-9)
        [test] = portfolio_t(Portfolio.of(returns, design_of), [design], estimation, [window], 60)
        assert_allclose([test.caar, test.t], [car, car / se], rtol=1e-9)
        plan = PlaceboPlan(Refit(), [design], 300, [window])
        [placebo] = placebo_test(plan, [Portfolio.of(returns, design_of)])
        assert_allclose([placebo.caar[0], placebo.t[0]], [car, car / se], rtol=1e-9)
    assert result.car[0] > 0.2  # with the constant: 60 x 0.6% less
    assert returns[300:360, 0].sum() - alpha * 60 - beta * index[300:360].sum() < 0
