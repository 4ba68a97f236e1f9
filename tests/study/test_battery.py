"""The battery: what it shares between groups and windows, what it leaves out, what it says about it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose

from screener.study.abnormal import over_window, standardised
from screener.study.battery import REPORTED, battery
from screener.study.correlation import mean_correlation
from screener.study.nonparametric import (
    EstimationRanks,
    corrado_scores,
    daily_test,
    generalised_rank,
    generalised_sign,
    share_positive,
    sign_scores,
)
from screener.study.parametric import brown_warner_1985, patell
from tests.study.panels import fitted_sample, sample

WINDOWS = [slice(60, 61), slice(60, 65)]
METHODS_COLUMNS = {
    *("caar_ew", "caar_cw", "t_portfolio", "p_portfolio", "z_patell", "t_bmp", "rbar", "t_adj_bmp", "p_adj_bmp"),
    *("t_grank", "p_grank", "z_corrado", "z_sign", "z_gsign", "p_wilcoxon", "t_skew"),
}


def test_columns_are_those_of_methods() -> None:
    s = sample(missing=0.02)
    [[found, _]] = battery(
        s.fitted,
        [s.everyone],
        WINDOWS,
        caps=np.ones(8),
        everything=True,
    )
    columns = found.columns()
    assert columns.keys() >= METHODS_COLUMNS
    assert len(columns) == 3 + 2 * len(found.statistics)
    assert np.isfinite(list(columns.values())).all()
    assert found.undefined == ()


def test_naive_tests_only_on_request_and_without_scipy_stats() -> None:
    s = sample()
    [[found, _]] = battery(s.fitted, [s.everyone], WINDOWS)
    assert found.statistics.keys() == set(REPORTED)
    code = (
        "import sys; from screener.study.battery import battery; from tests.study.panels import sample; s = sample(); "
        "battery(s.fitted, [s.everyone], [slice(60, 61)]); "
        "sys.exit(any(name in sys.modules for name in ('scipy.stats', 'pandas')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_each_statistic_is_that_of_the_group_alone() -> None:
    s = sample(missing=0.03)
    group = np.array([0, 1, 2, 4, 5, 6, 7])
    [_, [_, found]] = battery(s.fitted, [s.everyone, group], WINDOWS, everything=True)
    result = over_window(s.fitted, WINDOWS[1])
    inside = group[np.isfinite(result.car[group])]
    rbar = mean_correlation(s.residuals[:, inside])[0]
    assert found.n_window == len(inside)
    assert_allclose(found.rbar, rbar)
    assert_allclose(found.caar_ew, result.car[inside].mean())

    abnormal = s.fitted.abnormal[:65, group]
    ranks = EstimationRanks.of(abnormal[:60])
    joint = ranks.joined(np.ascontiguousarray(abnormal[60:].T))
    expected = {
        "t_grank": generalised_rank(ranks, s.fitted.sigma[group], result.scar[group], rbar)[0],
        "z_corrado": daily_test(corrado_scores(joint), WINDOWS[1]),
        "z_gsign": generalised_sign(result.car[group], share_positive(s.residuals[:, group])),
        "t_bw85": brown_warner_1985(np.nanmean(s.residuals[:, group], axis=1), result.car[inside].mean(), 5),
        "z_patell": patell(result.scar[group], s.fitted.df[group]),
        "z_cz_sign": daily_test(sign_scores(abnormal), WINDOWS[1]),
    }
    for name, statistic in expected.items():
        assert_allclose(found.statistics[name].value, statistic.value, err_msg=name)


def test_the_robust_rank_test_ignores_a_common_rise_in_variance() -> None:
    """Standardised by the day's own cross-section, an event that only spreads securities further is none."""
    s = sample(securities=30, common=0.0)
    returns = s.returns.copy()
    returns[60] = s.benchmark[60] + 5.0 * (returns[60] - s.benchmark[60])
    wild = fitted_sample(s.benchmark, returns, s.estimation)
    sar = standardised(s.fitted, slice(60, 61))
    values = []
    for one in (s, wild):
        [[found]] = battery(
            one.fitted,
            [one.everyone],
            WINDOWS[:1],
            everything=True,
        )
        values.append(found.statistics["z_corrado_robust"].value)
    joint = EstimationRanks.of(s.residuals).joined((sar / sar.std(ddof=1) * s.fitted.sigma).T)
    expected = daily_test(corrado_scores(joint), WINDOWS[0]).value
    assert_allclose(values, expected, atol=0.15)


def test_a_security_without_variance_or_fit_is_no_member() -> None:
    s = sample(securities=6)
    returns = s.returns.copy()
    returns[:, 4] = s.benchmark
    returns[:55, 5] = np.nan
    s = fitted_sample(s.benchmark, returns, s.estimation)
    [[found, _], [some, _]] = battery(s.fitted, [s.everyone, np.arange(4)], WINDOWS)
    assert found.n == some.n == 4
    assert found.columns() == pytest.approx(some.columns(), nan_ok=True)


def test_an_empty_group_has_reasons_and_no_numbers() -> None:
    s = sample()
    [[found, _]] = battery(s.fitted, [np.array([], dtype=int)], WINDOWS, everything=True)
    assert found.n == 0
    assert np.isnan(list(found.columns().values())).all()
    assert len(found.undefined) == len(found.statistics)


def test_a_capitalisation_that_is_unknown_leaves_no_partial_mean() -> None:
    s = sample(securities=3)
    for caps, expected in (([1.0, 1.0, 2.0], False), ([1.0, np.nan, 2.0], True)):
        [[found, _]] = battery(s.fitted, [s.everyone], WINDOWS, caps=np.array(caps))
        assert np.isnan(found.caar_cw) == expected


def test_event_rows_may_not_overlap_the_estimation_window() -> None:
    s = sample()
    with pytest.raises(ValueError, match=r"event rows 59:61 overlap estimation rows 0:60"):
        battery(s.fitted, [s.everyone], [slice(59, 61)])


def test_without_windows_or_groups_there_is_nothing() -> None:
    s = sample()
    assert battery(s.fitted, [s.everyone], []) == [[]]
    assert battery(s.fitted, [], WINDOWS) == []
