"""The members' mean standardised abnormal return, a candidate for the primary test."""

from __future__ import annotations

import numpy as np

from screener.study.abnormal import Portfolio
from screener.study.models import Refit
from screener.study.placebo import PlaceboPlan, placebo_test
from tests.calibration.members import placebo_of_members
from tests.study.simulated import simulate

EVENT = 380
WINDOWS = [slice(EVENT, EVENT + 1), slice(EVENT, EVENT + 6), slice(EVENT - 5, EVENT), slice(EVENT + 1, EVENT + 3)]


def test_members_mean_is_the_mean_of_the_members() -> None:
    market = simulate(missing=0.02)
    groups = [np.arange(15), np.array([3]), np.array([30, 7, 21])]
    designs = market.designs()
    plan = PlaceboPlan(Refit(), designs, EVENT, WINDOWS)
    stocks = placebo_test(plan, Portfolio.each(market.returns, market.design_of))
    results = placebo_of_members(plan, market.returns, market.design_of, groups)
    for stock, result in zip(stocks, results, strict=True):
        for column, group in enumerate(groups):
            known = group[np.isfinite(stock.z_ewma[group])]
            if 2 * len(known) < len(group):
                assert np.isnan(result.placebo_p[column])
                continue
            np.testing.assert_allclose(result.z_ewma[column], stock.z_ewma[known].mean())
            weighted = np.average(stock.caar[known], weights=1 / stock.sd[known])
            np.testing.assert_allclose(result.caar[column], weighted)
            last = stock.placebo_z[-1, group]
            np.testing.assert_allclose(result.placebo_z[-1, column], last[np.isfinite(last)].mean())
            beaten = (np.abs(result.placebo_z[:, column]) >= abs(result.z_ewma[column])).sum()
            assert result.placebo_rank[column] == 1 + beaten


def test_members_test_finds_a_planted_effect() -> None:
    market = simulate()
    market.returns[EVENT, :15] += 0.05
    groups = [np.arange(15), np.arange(15, 30)]
    plan = PlaceboPlan(Refit(), market.designs(), EVENT, WINDOWS[:1])
    [result] = placebo_of_members(plan, market.returns, market.design_of, groups)
    assert result.placebo_p[0] == 1 / 241
    assert result.placebo_p[1] > 0.02
