"""The variance of a clustered series, against its own recursion and against series whose parameters are known."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibration.garch import fit_garch


def series(shock: float, memory: float, days: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    h, out = 1e-4, []
    for _ in range(days):
        out.append(np.sqrt(h) * random.standard_normal())
        h = 1e-4 * (1 - shock - memory) + shock * out[-1] ** 2 + memory * h
    return np.array(out)


def test_parameters_of_a_long_series_are_found() -> None:
    found = fit_garch(series(0.08, 0.86, 8000, 1), 8000)
    assert found is not None
    assert found.shock == pytest.approx(0.08, abs=0.04)
    assert found.shock + found.memory == pytest.approx(0.94, abs=0.05)
    assert found.variance == pytest.approx(1e-4, rel=0.1)


def test_filter_is_the_recursion() -> None:
    residuals = series(0.12, 0.8, 300, 2)
    found = fit_garch(residuals, 200)
    assert found is not None
    h = found.variance
    for e in residuals:
        h = found.variance * (1 - found.shock - found.memory) + found.shock * e**2 + found.memory * h
    assert found.ahead == pytest.approx(h)
    assert found.over(1) == pytest.approx(h)
    second = found.variance + (found.shock + found.memory) * (h - found.variance)
    assert found.over(2) == pytest.approx(h + second)
    assert found.over(1, skip=1) == pytest.approx(second)


def test_after_a_storm_the_variance_is_high_and_falls_back() -> None:
    calm = series(0.08, 0.86, 150, 3)
    found = fit_garch(np.concatenate([calm, 5 * calm[-20:]]), 150)
    assert found is not None
    assert found.ahead > 2 * found.variance
    assert found.over(1, skip=500) == pytest.approx(found.variance, rel=0.05)


def test_days_without_a_return_leave_the_variance_as_expected() -> None:
    residuals = series(0.08, 0.86, 200, 4)
    gone = np.concatenate([residuals, np.full(400, np.nan)])
    found = fit_garch(gone, 200)
    assert found is not None
    assert found.ahead == pytest.approx(found.variance, rel=0.05)


def test_too_few_days_or_no_variance_give_nothing() -> None:
    assert fit_garch(series(0.08, 0.86, 20, 5), 20) is None
    assert fit_garch(np.zeros(100), 100) is None
    assert fit_garch(np.full(100, np.nan), 100) is None
