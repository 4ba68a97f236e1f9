"""Parametric and sign tests: what they leave out, when they are undefined, how they are adjusted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from screener.study.nonparametric import generalised_sign, share_positive, sign, wilcoxon
from screener.study.parametric import (
    adjusted_bmp,
    adjusted_patell,
    brown_warner_1980,
    brown_warner_1985,
    cross_sectional,
    patell,
    skewness_adjusted,
)

CAR = np.array([0.03, -0.01, np.nan, 0.05, 0.02, 0.00, 0.04])
KNOWN = CAR[np.isfinite(CAR)]
DF = np.full(7, 58)


def test_cross_sectional_is_scipys_one_sample_t() -> None:
    expected: Any = stats.ttest_1samp(KNOWN, 0.0)
    found = cross_sectional(CAR)
    assert_allclose([found.value, found.p, found.df], [expected.statistic, expected.pvalue, 5])


def test_brown_warner_1980_by_hand() -> None:
    # Two securities, sd 3% and 4%, 4 sessions: se = sqrt(4) / 2 * 5% = 5%.
    found = brown_warner_1980(np.array([0.10, 0.05, np.nan]), np.array([0.03, 0.04, 0.5]), 4)
    assert_allclose([found.value, found.p], [1.5, 2 * stats.norm.sf(1.5)])


def test_brown_warner_1985_by_hand() -> None:
    found = brown_warner_1985(np.array([-0.01, 0.01, -0.01, 0.01, np.nan]), 0.04, 4)
    assert_allclose([found.value, found.df], [0.04 / (math.sqrt(4 / 3) * 0.01 * 2), 3])


def test_johnson_and_halls_cubic_term_have_scipys_skewness() -> None:
    s, g = KNOWN.mean() / KNOWN.std(ddof=1), stats.skew(KNOWN)
    johnson, hall = skewness_adjusted(CAR).value, skewness_adjusted(CAR, cubic=True).value
    assert_allclose(johnson, math.sqrt(6) * (s + g * s**2 / 3 + g / 36))
    assert_allclose(hall - johnson, math.sqrt(6) * g**2 * s**3 / 27)


def test_patell_leaves_a_security_out_of_both_parts() -> None:
    scar = np.array([1.0, 2.0, np.nan, 1.5, 9.0])
    df = np.array([58, 30, 58, 58, 2])
    variance = 58 / 56 + 30 / 28 + 58 / 56
    assert_allclose(patell(scar, df).value, 4.5 / math.sqrt(variance))


def test_adjustment_by_hand_and_its_degrees_of_freedom() -> None:
    scar = np.array([1.0, 2.0, 3.0, 2.0, 2.5])
    factor = math.sqrt(0.8 / 1.8)
    assert_allclose(adjusted_bmp(scar, 0.2, 58).value, cross_sectional(scar).value * factor)
    assert adjusted_bmp(scar, 0.2, 58).df == 4
    assert adjusted_bmp(scar, 0.2, 3).df == 3
    assert_allclose(adjusted_patell(scar, DF[:5], 0.2).value, patell(scar, DF[:5]).value / math.sqrt(1.8))


def test_a_negative_correlation_never_enlarges_a_statistic() -> None:
    scar = np.array([1.0, 2.0, 3.0, 2.0, 2.5])
    assert_allclose(adjusted_bmp(scar, -0.24, 58).value, cross_sectional(scar).value)
    assert_allclose(adjusted_patell(scar, DF[:5], -0.24).value, patell(scar, DF[:5]).value)


def test_sign_is_the_exact_binomial_without_zeros() -> None:
    found = sign(CAR)
    assert_allclose([found.value, found.p], [(4 - 2.5) / math.sqrt(1.25), stats.binomtest(4, 5).pvalue])


def test_generalised_sign_averages_firms_not_days() -> None:
    estimation = np.array([[1.0, -1.0], [1.0, np.nan], [1.0, np.nan], [-1.0, 1.0]])
    assert_allclose(share_positive(estimation), [0.75, 0.5])
    found = generalised_sign(np.array([1.0, 1.0]), share_positive(estimation))
    assert_allclose([found.value, found.p], [(2 - 1.25) / math.sqrt(1.25 * 0.375), 2 * 0.625**2])


def test_wilcoxon_is_scipys() -> None:
    values = KNOWN[KNOWN != 0]
    expected: Any = stats.wilcoxon(values)
    found = wilcoxon(CAR)
    assert_allclose([found.value, found.p], [14.0, expected.pvalue])


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (cross_sectional(np.array([0.1])), "needs 2 securities with a complete window, has 1"),
        (cross_sectional(np.array([0.1, 0.1, 0.1])), "zero variance"),
        (skewness_adjusted(np.array([0.1, 0.2])), "needs 3 securities with a complete window, has 2"),
        (skewness_adjusted(np.full(4, 0.1), cubic=True), "zero variance"),
        (cross_sectional(np.full(3, np.nan)), "has 0"),
        (patell(np.full(3, np.nan), DF[:3]), "no security with a complete window"),
        (patell(np.ones(3), np.full(3, 2)), "2 degrees of freedom"),
        (adjusted_bmp(np.array([1.0, 2.0]), np.nan, 50), "mean correlation undefined"),
        (adjusted_bmp(np.array([1.0]), 0.1, 50), "needs 2"),
        (adjusted_bmp(np.array([1.0, 2.0]), 0.1, 0), "needs at least 1 degree of freedom"),
        (adjusted_patell(np.ones(2), DF[:2], np.nan), "mean correlation undefined"),
        (brown_warner_1980(np.full(2, np.nan), np.ones(2), 1), "no security"),
        (brown_warner_1980(np.ones(2), np.zeros(2), 1), "zero variance"),
        (brown_warner_1985(np.array([0.1]), 0.1, 1), "fewer than 2 estimation days"),
        (brown_warner_1985(np.array([0.1, 0.2]), np.nan, 1), "an ingredient is missing"),
        (sign(np.zeros(3)), "other than 0"),
        (generalised_sign(np.array([np.nan]), np.array([0.5])), "no security"),
        (generalised_sign(np.array([1.0]), np.array([1.0])), "zero variance"),
        (wilcoxon(np.array([np.nan, 0.0])), "other than 0"),
    ],
)
def test_what_does_not_exist_is_nan_with_a_reason(found: object, reason: str) -> None:
    assert isinstance(found, type(cross_sectional(CAR)))
    assert np.isnan([found.value, found.p]).all()
    assert reason in found.reason
