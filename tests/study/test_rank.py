"""Ranks and rank tests against plain loops over securities and days."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import rankdata

from screener.study import Floats
from screener.study.abnormal import over_window
from screener.study.nonparametric import EstimationRanks, corrado_scores, daily_test, generalised_rank, sign_scores
from screener.study.parametric import Statistic
from tests.study.panels import sample


def panels() -> list[Floats]:
    """(M + L, N) with 40 estimation days: complete, with gaps, with ties, with both and empty columns."""
    random = np.random.default_rng(4)
    complete = random.standard_normal((47, 6))
    gaps = np.where(random.random((47, 6)) < 0.2, np.nan, complete)
    ties = np.round(complete)
    both = np.round(gaps * 2) / 2
    both[:, 2] = np.nan
    both[:, 3] = 0.0
    both[40:, 4] = np.nan
    both[:40, 5] = np.nan
    return [complete, gaps, ties, both]


def joint_ranks(values: Floats) -> Floats:
    return EstimationRanks.of(values[:40]).joined(np.ascontiguousarray(values[40:].T))


@pytest.mark.parametrize("values", panels(), ids=["complete", "gaps", "ties", "both"])
def test_joint_ranks_are_scipys_midranks(values: Floats) -> None:
    expected = np.nan_to_num(rankdata(values, axis=0, nan_policy="omit")).T
    assert_array_equal(joint_ranks(values), expected)


@pytest.mark.parametrize("values", panels(), ids=["complete", "gaps", "ties", "both"])
@pytest.mark.parametrize("window", [slice(40, 41), slice(42, 46)])
def test_corrado_by_loop(values: Floats, window: slice) -> None:
    z = np.full(len(values), np.nan)
    for t in range(len(values)):
        scores = []
        for i in range(values.shape[1]):
            own = values[:, i][np.isfinite(values[:, i])]
            if np.isfinite(values[t, i]):
                rank = (own < values[t, i]).sum() + ((own == values[t, i]).sum() + 1) / 2
                scores.append(rank / (len(own) + 1) - 0.5)
        if scores:
            z[t] = sum(scores) / np.sqrt(len(scores))
    days = z[np.isfinite(z)]
    length = window.stop - window.start
    s = np.sqrt((days**2).mean())
    expected = z[window].sum() / (np.sqrt(length) * s) / np.sqrt((len(days) - length) / (len(days) - 1))

    assert_allclose(daily_test(corrado_scores(joint_ranks(values)), window).value, expected, rtol=1e-12)


@pytest.mark.parametrize("values", panels(), ids=["complete", "gaps", "ties", "both"])
def test_signs_by_loop(values: Floats) -> None:
    known = np.isfinite(values).any(axis=0)
    signs = np.sign(values[:, known] - np.nanmedian(values[:, known], axis=0))
    expected = np.nansum(signs, axis=1) / np.sqrt(np.isfinite(signs).sum(axis=1))
    assert_allclose(sign_scores(values), expected, rtol=1e-12)


def grank_by_loop(residuals: Floats, sigma: Floats, scar: Floats, rbar: float) -> tuple[float, float]:
    have = np.isfinite(scar)
    residuals, sigma, scar = residuals[:, have], sigma[have], scar[have]
    days, n = residuals.shape
    cell = scar / scar.std(ddof=1) * np.sqrt(1 - rbar)
    series = np.vstack([residuals / sigma, cell])
    u = rankdata(series, axis=0, nan_policy="omit") / (np.isfinite(series).sum(axis=0) + 1) - 0.5
    held = np.isfinite(u).sum(axis=1)
    ubar = np.nansum(u, axis=1) / held
    s = np.sqrt((held / n * ubar**2).mean())
    z = ubar[-1] / s
    t_i = np.isfinite(series).sum(axis=0)
    naive = ubar[-1] / np.sqrt(((t_i - 1) / (t_i + 1)).sum() / (12 * n**2))
    return float(z * np.sqrt((days - 1) / (days - z**2))), float(naive)


def grank(residuals: Floats, sigma: Floats, scar: Floats, rbar: float = 0.0) -> tuple[Statistic, Statistic]:
    return generalised_rank(EstimationRanks.of(residuals), sigma, scar, rbar)


@pytest.mark.parametrize("missing", [0.0, 0.05])
@pytest.mark.parametrize("rbar", [0.0, 0.3])
def test_grank_by_loop(missing: float, rbar: float) -> None:
    s = sample(missing=missing)
    scar = over_window(s.fitted, slice(61, 63)).scar
    t, z = grank(s.residuals, s.fitted.sigma, scar, rbar)
    assert_allclose([t.value, z.value], grank_by_loop(s.residuals, s.fitted.sigma, scar, rbar), rtol=1e-10)
    assert t.df == 59


def test_grank_counts_a_tie_with_the_event_by_halves() -> None:
    residuals = np.array([[1.0, -1.0], [2.0, 1.0], [-1.0, 2.0], [-2.0, -2.0]])
    scar = np.array([np.sqrt(0.5), -np.sqrt(0.5)]) * 1.0  # sd 1, so the first one's cell times sigma is ...
    sigma = np.array([1.0, 1.0]) / np.sqrt(0.5)  # ... exactly 1: a tie
    _, z = grank(residuals, sigma, scar)
    expected = grank_by_loop(residuals / 1.0, sigma, scar, 0.0)
    assert_allclose(z.value, expected[1], atol=1e-12)


@pytest.mark.parametrize(
    ("scar", "rbar", "reason"),
    [
        ([np.nan, 1.0], 0.1, "needs 2 securities"),
        ([1.0, 1.0], 0.1, "zero variance"),
        ([1.0, 2.0], np.nan, "mean correlation undefined"),
    ],
)
def test_grank_without_a_value_says_why(scar: list[float], rbar: float, reason: str) -> None:
    s = sample(securities=2)
    t, z = grank(s.residuals, s.fitted.sigma, np.array(scar), rbar)
    assert reason in t.reason
    assert np.isnan([t.value, t.p, z.value]).all()
