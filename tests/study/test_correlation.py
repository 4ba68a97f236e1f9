"""Mean residual correlation against numpy's correlations, pair by pair."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from screener.study import Floats, correlation
from screener.study.correlation import cross_correlation, mean_correlation
from tests.study.panels import sample


def by_pair(a: Floats, b: Floats) -> float:
    common = np.isfinite(a) & np.isfinite(b)
    return float(np.corrcoef(a[common], b[common])[0, 1])


@pytest.mark.parametrize("missing", [0.0, 0.03, 0.4])
def test_mean_correlation_is_the_mean_over_pairs(missing: float) -> None:
    residuals = sample(securities=7, missing=missing).residuals
    pairs = [by_pair(residuals[:, i], residuals[:, j]) for i, j in combinations(range(7), 2)]
    assert_allclose(mean_correlation(residuals), [np.mean(pairs)], rtol=1e-10)


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_cross_correlation_is_the_mean_over_pairs(missing: float) -> None:
    residuals = sample(securities=7, missing=missing).residuals
    a, b = residuals[:, :3], residuals[:, 3:]
    pairs = [by_pair(a[:, i], b[:, j]) for i, j in product(range(3), range(4))]
    assert_allclose(cross_correlation(a, b), np.mean(pairs), rtol=1e-10)


def test_the_two_ways_agree_on_complete_data() -> None:
    residuals = sample(securities=12).residuals
    one = np.ones((12, 1))
    assert_allclose(
        correlation._pairwise(residuals, residuals, one, one)[0],
        correlation._complete(residuals, residuals, one, one)[0],
        rtol=1e-12,
    )


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    residuals = sample(securities=11, missing=0.1).residuals
    whole = mean_correlation(residuals), cross_correlation(residuals[:, :6], residuals[:, 6:])
    monkeypatch.setattr(correlation, "_BLOCK", 3)
    assert_allclose(mean_correlation(residuals), whole[0], rtol=1e-12)
    assert_allclose(cross_correlation(residuals[:, :6], residuals[:, 6:]), whole[1], rtol=1e-12)


@pytest.mark.parametrize("missing", [0.02, 0.3])
def test_few_gaps_and_many_give_what_pandas_gives(missing: float) -> None:
    """200 securities, more than one block of them: gaps are sparse, or not."""
    residuals = sample(securities=200, missing=missing).residuals
    every = pd.DataFrame(residuals).corr(min_periods=3).to_numpy()
    assert_allclose(mean_correlation(residuals), [np.nanmean(every[np.triu_indices(200, 1)])], rtol=1e-10)


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_sets_are_worked_out_together_as_alone(missing: float) -> None:
    residuals = sample(securities=9, missing=missing).residuals
    members = np.zeros((9, 3), dtype=bool)
    members[:4, 0] = members[2:9, 1] = True
    members[5, 2] = True
    rbar = mean_correlation(residuals, members)
    assert_allclose(rbar[:2], [mean_correlation(residuals[:, :4])[0], mean_correlation(residuals[:, 2:])[0]])
    assert np.isnan(rbar[2])


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_pairs_without_a_correlation_are_left_out(missing: float) -> None:
    residuals = sample(securities=5, missing=missing).residuals.copy()
    expected = mean_correlation(residuals[:, :4])
    residuals[:, 4] = 0.003
    assert_allclose(mean_correlation(residuals), expected)
    residuals[:, 4] = np.nan
    residuals[:2, 4] = 0.01, 0.02
    assert_allclose(mean_correlation(residuals), expected)
    # Constant on the common days only, though not over its own.
    one, other = np.full(30, np.nan), np.full(30, np.nan)
    one[:20], other[10:] = np.r_[np.arange(10.0), np.zeros(10)], np.arange(20.0)
    assert np.isnan(mean_correlation(np.column_stack([one, other]))[0])


def test_undefined_is_nan() -> None:
    assert np.isnan(mean_correlation(np.zeros((20, 3)))[0])
    assert np.isnan(mean_correlation(np.full((20, 3), np.nan))[0])
    assert np.isnan(mean_correlation(np.empty((20, 0)))[0])
    assert np.isnan(cross_correlation(np.zeros((20, 2)), sample().residuals[:20]))
