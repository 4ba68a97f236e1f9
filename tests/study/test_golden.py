"""The engine against figures computed in exact fractions by a program that shares no code with it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screener.study import Floats
from screener.study.abnormal import over_window, standardised
from screener.study.correlation import mean_correlation
from screener.study.models import Design, Fit, Model, fit
from screener.study.nonparametric import (
    EstimationRanks,
    corrado_scores,
    daily_test,
    generalised_rank,
    generalised_sign,
    share_positive,
    sign,
    sign_scores,
    wilcoxon,
)
from screener.study.parametric import (
    Statistic,
    adjusted_bmp,
    adjusted_patell,
    cross_sectional,
    patell,
    skewness_adjusted,
)
from screener.study.portfolio import Portfolio, portfolio_t

GOLDEN = json.loads((Path(__file__).parent / "golden_complete.json").read_text())
ESTIMATION = slice(0, 12)
WINDOWS = {"full": slice(12, 15), "day1": slice(13, 14)}
CASES = pytest.mark.parametrize("case", ["full", "day1"])
assert_close = partial(np.testing.assert_allclose, rtol=1e-9, atol=0)


@pytest.fixture(scope="module")
def returns() -> Floats:
    complete = GOLDEN["complete"]
    return np.hstack([complete["est"], complete["evt"]]).T.astype(float)


@pytest.fixture(scope="module")
def design() -> Design:
    return Design.of(Model.MARKET, np.array(GOLDEN["market_est"] + GOLDEN["market_evt"], dtype=float))


@pytest.fixture(scope="module")
def fitted(returns: Floats, design: Design) -> Fit:
    return fit(returns, [design], np.zeros(5, dtype=np.int64), ESTIMATION, min_obs=10)


def test_estimates(fitted: Fit) -> None:
    expected = GOLDEN["complete"]["full"]
    assert_close(fitted.coefficients, [expected["alpha"], expected["beta"]])
    assert_close(fitted.sigma, expected["sigma"])
    np.testing.assert_array_equal(fitted.observations, expected["M_i"])


def test_abnormal_returns_of_each_day(fitted: Fit) -> None:
    expected = GOLDEN["complete"]["full"]
    assert_close(fitted.abnormal[12:].T, expected["AR"])
    days = [over_window(fitted, slice(day, day + 1)) for day in (12, 13, 14)]
    assert_close(np.transpose([day.scar for day in days]), expected["SAR"])
    assert_close(np.transpose([day.se for day in days]), expected["se_AR"])
    assert_close(standardised(fitted, slice(12, 15)).T, expected["SAR"])


@CASES
def test_window(fitted: Fit, returns: Floats, design: Design, case: str) -> None:
    expected: dict[str, Any] = GOLDEN["complete"][case]
    result = over_window(fitted, WINDOWS[case])
    assert_close(result.car, expected["CAR"])
    assert_close(result.car.mean(), expected["tests"]["CAAR"])
    assert_close(result.se, expected["se_CAR"])
    assert_close(result.scar, expected["SCAR"])

    [test] = portfolio_t(
        Portfolio.of(returns, np.zeros(5, dtype=np.int64)),
        [design],
        ESTIMATION,
        [WINDOWS[case]],
        min_obs=10,
    )
    assert_close(test.caar, expected["tests"]["portfolio_CAAR"])
    assert_close(test.t, expected["tests"]["portfolio_t"])
    assert_close(test.p, expected["p"]["portfolio_t"])
    assert test.df == expected["tests"]["portfolio_df"]


@CASES
def test_parametric(fitted: Fit, case: str) -> None:
    expected, p = GOLDEN["complete"][case]["tests"], GOLDEN["complete"][case]["p"]
    result = over_window(fitted, WINDOWS[case])

    assert_statistic(cross_sectional(result.car), expected["csect_t"], p["csect_t"])
    assert_statistic(patell(result.scar, fitted.df), expected["patell_z"], p["patell_z"])
    assert_statistic(cross_sectional(result.scar), expected["bmp_t"], p["bmp_t"])
    assert_close(skewness_adjusted(result.car).value, expected["skew_t"])
    assert_close(skewness_adjusted(result.car, cubic=True).value, expected["hall_t"])


@CASES
def test_correlation_adjusted(fitted: Fit, case: str) -> None:
    expected, p = GOLDEN["complete"][case]["tests"], GOLDEN["complete"][case]["p"]
    scar = over_window(fitted, WINDOWS[case]).scar
    [rbar] = mean_correlation(fitted.abnormal[ESTIMATION])
    assert_close(rbar, expected["rbar"])

    # A negative r-bar never enlarges a statistic; for a positive one see test_parametric.
    assert_statistic(adjusted_bmp(scar, rbar, 10), expected["bmp_t"], p["bmp_t"])
    assert_statistic(adjusted_patell(scar, fitted.df, rbar), expected["patell_z"], p["patell_z"])


@CASES
def test_rank_and_sign_of_days(fitted: Fit, case: str) -> None:
    expected, window = GOLDEN["complete"][case]["tests"], WINDOWS[case]
    joint = EstimationRanks.of(fitted.abnormal[ESTIMATION]).joined(np.ascontiguousarray(fitted.abnormal[12:].T))
    ranks, signs = corrado_scores(joint), sign_scores(fitted.abnormal)
    days = [slice(day, day + 1) for day in (12, 13, 14)]
    assert_close([daily_test(ranks, day).value for day in days], expected["cz_rank_z_by_day"])
    assert_close([daily_test(signs, day).value for day in days], expected["cz_sign_z_by_day"])
    assert_close(daily_test(ranks, window).value, expected["cz_rank_z_window_fpc"])
    length = window.stop - window.start
    correction = np.sqrt((15 - length) / 14)
    assert_close(daily_test(ranks, window).value * correction, expected["cz_rank_z_window"])
    assert_close(daily_test(signs, window).value * correction, expected["cz_sign_z_window"])


@CASES
def test_generalised_rank(fitted: Fit, case: str) -> None:
    expected, p = GOLDEN["complete"][case]["tests"], GOLDEN["complete"][case]["p"]
    scar = over_window(fitted, WINDOWS[case]).scar
    # r-bar is negative here, and a negative one leaves the statistic as it is.
    ranks = EstimationRanks.of(fitted.abnormal[ESTIMATION])
    t, z = generalised_rank(ranks, fitted.sigma, scar, expected["rbar"])
    assert_statistic(t, expected["grank_t"], p["grank_t"])
    assert t.df == expected["grank_df"]
    assert_close(z.value, expected["grank_z"])


@CASES
def test_signs_and_signed_ranks(fitted: Fit, case: str) -> None:
    expected, p = GOLDEN["complete"][case]["tests"], GOLDEN["complete"][case]["p"]
    car = over_window(fitted, WINDOWS[case]).car
    assert_statistic(sign(car), expected["sign_z"], p["sign_exact_binom"])
    assert_statistic(
        generalised_sign(car, share_positive(fitted.abnormal[ESTIMATION])), expected["gsign_z"], p["gsign_exact_binom"]
    )
    assert_statistic(wilcoxon(car), expected["wilcoxon_Wplus"], p["wilcoxon_exact"])


def test_patell_and_bmp_of_each_day(fitted: Fit) -> None:
    expected = GOLDEN["complete"]["full"]["tests"]
    sar = standardised(fitted, slice(12, 15))
    assert_close([patell(day, fitted.df).value for day in sar], expected["patell_z_by_day"])
    assert_close([cross_sectional(day).value for day in sar], expected["bmp_t_by_day"])


def assert_statistic(statistic: Statistic, value: float, p: float) -> None:
    assert_close([statistic.value, statistic.p], [value, p])
    assert not statistic.reason
