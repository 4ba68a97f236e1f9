"""Sector against sector: identities, and the two-sample test against a loop over every pair of members."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import screener.study.spread as spread_module
from screener.study import Floats
from screener.study.correlation import cross_correlation
from screener.study.models import Refit
from screener.study.placebo import PlaceboPlan
from screener.study.portfolio import Portfolio, portfolio_t
from screener.study.spread import spreads, two_sample
from screener.study.study import Study
from tests.study.simulated import Simulated, simulate

EVENT = 380
WINDOWS = [slice(EVENT, EVENT + 1), slice(EVENT, EVENT + 6)]


def pairwise(a: Floats, b: Floats, same: bool) -> float:
    """Mean correlation by a loop over pairs, each over its common days."""
    values = []
    for i, j in itertools.product(range(a.shape[1]), range(b.shape[1])):
        if same and i >= j:
            continue
        common = np.isfinite(a[:, i]) & np.isfinite(b[:, j])
        values.append(np.corrcoef(a[common, i], b[common, j])[0, 1])
    return float(np.mean(values))


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_two_sample_against_a_loop_over_pairs(missing: float) -> None:
    rng = np.random.default_rng(2)
    residuals = rng.normal(0, 0.02, (120, 1)) * 0.5 + rng.normal(0, 0.02, (120, 20))
    residuals[rng.random(residuals.shape) < missing] = np.nan
    a, b = residuals[:, :12], residuals[:, 12:]
    scar_a, scar_b = rng.normal(1, 1, 12), rng.normal(0, 1, 8)
    r_a, r_b, r_ab = pairwise(a, a, same=True), pairwise(b, b, same=True), pairwise(a, b, same=False)
    v_a, v_b = np.var(scar_a, ddof=1) / (1 - r_a), np.var(scar_b, ddof=1) / (1 - r_b)
    covariance = np.full((20, 20), r_ab * np.sqrt(v_a * v_b))
    covariance[:12, :12], covariance[12:, 12:] = r_a * v_a, r_b * v_b
    np.fill_diagonal(covariance, [v_a] * 12 + [v_b] * 8)
    contrast = np.array([1 / 12] * 12 + [-1 / 8] * 8)
    expected = contrast @ np.concatenate([scar_a, scar_b]) / np.sqrt(contrast @ covariance @ contrast)
    result = two_sample(scar_a, scar_b, a, b)
    np.testing.assert_allclose([result.r_a, result.r_b, result.r_ab], [r_a, r_b, r_ab], rtol=1e-10)
    np.testing.assert_allclose(result.t, expected, rtol=1e-10)
    assert result.df == 7
    np.testing.assert_allclose(result.p, 2 * stats.t.sf(abs(expected), 7), rtol=1e-10)
    swapped = two_sample(scar_b, scar_a, b, a)
    np.testing.assert_allclose(swapped.t, -result.t, rtol=1e-12)


def test_members_without_a_statistic_are_left_out_with_their_residuals() -> None:
    rng = np.random.default_rng(4)
    residuals = rng.normal(0, 0.02, (60, 14))
    scar = rng.normal(0, 1, 14)
    whole = two_sample(scar[:7], scar[7:], residuals[:, :7], residuals[:, 7:])
    scar_more, more = np.append(scar[:7], np.nan), np.column_stack([residuals[:, :7], residuals[:, 7]])
    assert two_sample(scar_more, scar[7:], more, residuals[:, 7:]) == whole


def test_a_negative_correlation_does_not_sharpen_the_test() -> None:
    rng = np.random.default_rng(6)
    noise = rng.normal(0, 1, (60, 6))
    against = noise - noise.mean(axis=1, keepdims=True)
    scar = rng.normal(0, 1, 12)
    result = two_sample(scar[:6], scar[6:], against, rng.normal(0, 1, (60, 6)))
    assert result.r_a == pytest.approx(-1 / 5, abs=0.01)
    r_b = max(result.r_b, 0)
    v_a, v_b = scar[:6].var(ddof=1), scar[6:].var(ddof=1) / (1 - r_b)
    variance = v_a / 6 + v_b * (1 + 5 * r_b) / 6 - 2 * result.r_ab * np.sqrt(v_a * v_b)
    assert result.t == pytest.approx((scar[:6].mean() - scar[6:].mean()) / np.sqrt(variance))


@pytest.mark.parametrize(("n_a", "n_b", "reason"), [(4, 20, "members"), (20, 0, "members"), (8, 8, "correlation")])
def test_two_sample_without_a_basis_is_nan_with_a_reason(n_a: int, n_b: int, reason: str) -> None:
    rng = np.random.default_rng(0)
    days = 60 if reason == "members" else 2
    result = two_sample(
        rng.normal(size=n_a), rng.normal(size=n_b), rng.normal(size=(days, n_a)), rng.normal(size=(days, n_b))
    )
    assert np.isnan(result.t)
    assert np.isnan(result.p)
    assert reason in result.reason


def test_identical_groups_have_no_difference_to_test() -> None:
    rng = np.random.default_rng(1)
    scar, residuals = rng.normal(size=10), rng.normal(size=(60, 1)) + rng.normal(size=(60, 10))
    result = two_sample(scar, scar, residuals, residuals)
    assert np.isnan(result.p) or result.t == 0
    assert cross_correlation(residuals, residuals) == pytest.approx((1 + 9 * result.r_a) / 10)


def test_spread_joins_the_portfolio_t_and_its_placebo() -> None:
    market = simulate()
    market.returns[EVENT, :15] += 0.05
    a = Portfolio.of(market.returns[:, :15], market.design_of[:15])
    b = Portfolio.of(market.returns[:, 15:30], market.design_of[15:30])
    refit = Refit()
    estimation = slice(EVENT - 130, EVENT - 10)
    expected = portfolio_t(a - b, market.designs(), estimation, WINDOWS, refit.min_obs)
    results = spreads(PlaceboPlan(refit, market.designs(), EVENT, WINDOWS), a, b)
    for (test, placebo), alone in zip(results, expected, strict=True):
        assert test == alone
        np.testing.assert_allclose(placebo.t, test.t, rtol=1e-10)
        np.testing.assert_allclose(placebo.caar, test.caar, rtol=1e-10)
    [(test, placebo), _] = results
    assert test.caar == pytest.approx(0.05, abs=0.02)
    assert placebo.placebo_p[0] == 1 / 241


def test_detectable_effect_has_the_power_it_claims() -> None:
    market = simulate(missing=0.01)
    a = Portfolio.of(market.returns[:, :15], market.design_of[:15])
    b = Portfolio.of(market.returns[:, 15:30], market.design_of[15:30])
    for _, placebo in spreads(PlaceboPlan(Refit(), market.designs(), EVENT, WINDOWS), a, b):
        unit = np.sqrt(placebo.length) * placebo.sd[0]
        z = placebo.placebo_z[:, 0]
        found = []
        for sign in (-1, 1):
            lifted = z + sign * placebo.detectable()[0] / unit
            p = (1 + (np.abs(z) >= np.abs(lifted)[:, None]).sum(axis=1)) / (len(z) + 1)
            found.append((p <= 0.05).mean())
        assert min(found) == pytest.approx(0.8, abs=0.01)


def test_spread_of_a_group_with_itself_is_zero_and_without_a_test() -> None:
    market = simulate(missing=0.03)
    a = Portfolio.of(market.returns[:, :15], market.design_of[:15])
    for test, placebo in spreads(PlaceboPlan(Refit(), market.designs(), EVENT, WINDOWS[:1]), a, a):
        assert test.caar == 0
        assert np.isnan([test.t, test.p, placebo.placebo_p[0]]).all()


def test_a_window_beyond_the_panel_has_no_spread() -> None:
    market = simulate()
    a = Portfolio.of(market.returns[:, :15], market.design_of[:15])
    b = Portfolio.of(market.returns[:, 15:30], market.design_of[15:30])
    last = len(market.returns) - 1
    [(test, placebo)] = spreads(PlaceboPlan(Refit(), market.designs(), last, [slice(last, last + 6)]), a, b)
    assert np.isnan([test.caar, test.t, placebo.caar[0]]).all()


def test_part_of_an_estimation_window_is_enough_for_the_t_but_not_for_the_placebo() -> None:
    market = simulate(sessions=200)
    a = Portfolio.of(market.returns[:, :15], market.design_of[:15])
    b = Portfolio.of(market.returns[:, 15:30], market.design_of[15:30])
    [(found, placebo)] = spreads(PlaceboPlan(Refit(), market.designs(), 100, [slice(100, 101)]), a, b)
    [test] = portfolio_t(a - b, market.designs(), slice(0, 90), [slice(100, 101)], 60)
    assert found == test
    assert np.isfinite(test.t)
    assert np.isnan([placebo.placebo_p[0], placebo.detectable()[0]]).all()


def test_no_detectable_effect_without_a_test() -> None:
    market = simulate(sessions=200)
    a = Portfolio.of(market.returns[:, :15], market.design_of[:15])
    b = Portfolio.of(market.returns[:, 15:30], market.design_of[15:30])
    [(test, placebo)] = spreads(PlaceboPlan(Refit(), market.designs(), 60, [slice(60, 61)]), a, b)
    assert np.isnan([placebo.detectable()[0], test.t]).all()


GROUPS = [np.arange(start, start + 6) for start in range(0, 30, 6)]


def study_at(event: int, market: Simulated, windows: Sequence[tuple[int, int]] = ((0, 0), (0, 5))) -> Study:
    rows = [slice(event + first, event + last + 1) for first, last in windows]
    return Study(market.returns, market.benchmarks.T, market.design_of, event, Refit(), rows, placebo_dates=120)


def test_widest_of_two_groups_is_their_difference() -> None:
    """With nothing to choose but the sign, the test is the two-sided one of that pair."""
    study = study_at(EVENT, simulate(missing=0.001))
    found = study.widest(GROUPS[:2])
    assert found is not None
    a, b, placebos = found
    assert {a, b} == {0, 1}
    for widest, (_, pair) in zip(placebos, study.spreads(GROUPS[a], GROUPS[b]), strict=True):
        np.testing.assert_allclose(widest.z_ewma, pair.z_ewma, rtol=1e-12)
        np.testing.assert_allclose(np.abs(widest.placebo_z), np.abs(pair.placebo_z), rtol=1e-12)
        assert widest.placebo_p[0] == pair.placebo_p[0]
    assert placebos[0].caar[0] > 0


def test_widest_gives_each_placebo_session_the_same_choice() -> None:
    """By a loop over the sessions, and the spread of the pair that was widest on each."""
    study = study_at(EVENT, simulate(missing=0.001))
    found = study.widest(GROUPS)
    assert found is not None
    of_pairs = {pair: study.spreads(*(GROUPS[g] for g in pair)) for pair in itertools.permutations(range(5), 2)}
    # The earliest placebo sessions of the longer window lie before those of the event day.
    on_day = replace(study, placebo_dates=130).placebos(GROUPS)[0]
    best, worst = on_day.placebo_caar.argmax(axis=1), on_day.placebo_caar.argmin(axis=1)
    assert list(found[:2]) == [on_day.caar.argmax(), on_day.caar.argmin()]
    for number, widest in enumerate(found[2]):
        rows = np.searchsorted(on_day.dates, widest.dates)
        expected = [
            of_pairs[best[row], worst[row]][number][1].placebo_z[date, 0] for date, row in enumerate(rows.tolist())
        ]
        np.testing.assert_allclose(widest.placebo_z[:, 0], expected, rtol=1e-9)
        event = of_pairs[found[:2]][number][1]
        np.testing.assert_allclose(widest.z_ewma, event.z_ewma, rtol=1e-9)
        assert widest.placebo_rank[0] == 1 + (np.abs(expected) >= abs(event.z_ewma[0])).sum()


def test_choice_is_paid_for() -> None:
    """Where nothing happened, the widest pair taken for granted is found significant again and again."""
    naive, honest = [], []
    for seed in range(40):
        study = study_at(EVENT, simulate(seed=seed), windows=[(0, 0)])
        found = study.widest(GROUPS)
        assert found is not None
        a, b, [widest] = found
        [(_, pair)] = study.spreads(GROUPS[a], GROUPS[b])
        naive.append(pair.placebo_p[0] <= 0.10)
        honest.append(widest.placebo_p[0] <= 0.10)
    assert np.mean(naive) >= 0.4
    assert np.mean(honest) <= 0.2  # 4 of 40 are expected; 8 or fewer in 98% of cases


def test_nothing_is_widest_of_one_group() -> None:
    study = study_at(EVENT, simulate())
    assert study.widest(GROUPS[:1]) is None
    assert study.widest([]) is None


def test_tests_that_assume_independence_between_firms_are_not_offered() -> None:
    offered = " ".join(dir(spread_module)).lower()
    assert not any(word in offered for word in ("permut", "bootstrap", "shuffle", "welch", "mann"))
