"""The engine against figures computed in exact fractions by a program that shares no code with it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screener.study.abnormal import over_window
from screener.study.expected import Design, Fit, Floats, Model, fit
from screener.study.portfolio import Portfolio, portfolio_t

GOLDEN = json.loads((Path(__file__).parent / "golden_complete.json").read_text())
ESTIMATION = slice(0, 12)
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
    return fit(Model.MARKET, returns, [design], np.zeros(5, dtype=np.int64), ESTIMATION, min_obs=10)


def test_estimates(fitted: Fit) -> None:
    expected = GOLDEN["complete"]["full"]
    assert_close(fitted.coefficients, [expected["alpha"], expected["beta"]])
    assert_close(fitted.sigma, expected["sigma"])
    np.testing.assert_array_equal(fitted.observations, expected["M_i"])


def test_abnormal_returns_of_each_day(fitted: Fit, returns: Floats) -> None:
    expected = GOLDEN["complete"]["full"]
    assert_close(fitted.abnormal[12:].T, expected["AR"])
    days = [over_window(fitted, returns, slice(day, day + 1)) for day in (12, 13, 14)]
    assert_close(np.transpose([day.scar for day in days]), expected["SAR"])
    assert_close(np.transpose([day.se for day in days]), expected["se_AR"])


@pytest.mark.parametrize(("case", "window"), [("full", slice(12, 15)), ("day1", slice(13, 14))])
def test_window(fitted: Fit, returns: Floats, design: Design, case: str, window: slice) -> None:
    expected: dict[str, Any] = GOLDEN["complete"][case]
    result = over_window(fitted, returns, window)
    assert_close(result.car, expected["CAR"])
    assert_close(result.se, expected["se_CAR"])
    assert_close(result.scar, expected["SCAR"])

    [test] = portfolio_t(
        Model.MARKET, Portfolio.of(returns, np.zeros(5, dtype=np.int64)), [design], ESTIMATION, [window], min_obs=10
    )
    assert_close(test.caar, expected["tests"]["portfolio_CAAR"])
    assert_close(test.t, expected["tests"]["portfolio_t"])
    assert_close(test.p, expected["p"]["portfolio_t"])
    assert test.df == expected["tests"]["portfolio_df"]
