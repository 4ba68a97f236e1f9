"""What the calibration of many events looks up is what the product computes."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from screener.study.abnormal import over_window
from screener.study.models import Refit, fit
from tests.calibration.market import Market
from tests.calibration.pooled import LENGTHS, Bank, Calendar, Trial, calendars

REFIT = Refit(estimation=40, gap=5, min_obs=20, span=20)


def _market(sessions: int = 400, stocks: int = 12) -> Market:
    random = np.random.default_rng(1)
    benchmarks = 0.01 * random.standard_normal((2, sessions))
    design_of = np.arange(stocks) % 2
    returns = benchmarks[design_of].T + 0.02 * random.standard_normal((sessions, stocks))
    returns[random.random(sessions) < 0.1, 3] = np.nan
    none = np.empty(0, dtype=np.int64)
    days = [date(2022, 1, 3) + timedelta(days=number) for number in range(sessions)]
    everyone = np.arange(stocks)
    return Market(days, [str(i) for i in everyone], returns, design_of, benchmarks, everyone, {}, none, everyone)


def _trial() -> Trial:
    market = _market()
    bank = Bank.of(market, REFIT, [np.array([column]) for column in market.liquid])
    return Trial(market, REFIT, bank, bank)


@pytest.mark.parametrize("length", LENGTHS)
def test_rows_are_those_of_the_models_fit(length: int) -> None:
    trial, column = _trial(), 3
    known = np.isfinite(trial.market.returns[:, column])
    session = next(row for row in range(200, 300) if known[row : row + length].all())
    found = trial._rows(
        Calendar(np.array([session]), np.array([column]), np.array([column]), np.zeros(1, int)), length, 0.01
    )
    market = trial.market
    estimation = REFIT.estimation_of(session)
    fitted = fit(market.returns, market.designs, market.design_of, estimation, REFIT.min_obs)
    result = over_window(fitted, slice(session, session + length))
    assert found.sigma[0] == pytest.approx(fitted.sigma[column])
    np.testing.assert_allclose(found.residuals[0] * found.sigma[0], fitted.abnormal[estimation, column], atol=1e-12)
    assert found.car[0] == pytest.approx(result.car[column] + 0.01)
    assert found.scar[0] == pytest.approx((result.car[column] + 0.01) / result.se[column])
    assert found.daily.sum() == pytest.approx(found.car[0])


@pytest.mark.parametrize("kind", ["windows apart", "clustered in 5 months", "eight firms", "one market"])
def test_every_calendar_can_be_tested_and_a_large_effect_is_found(kind: str) -> None:
    trial = _trial()
    for drawn in calendars(kind, trial, 2, np.random.default_rng(3)):
        assert len(np.unique(drawn.session)) == len(drawn.session)
        for length in LENGTHS:
            quiet, moved = (trial.tests(drawn, length, effect) for effect in (0.0, 0.05))
            assert moved.caar == pytest.approx(quiet.caar + 0.05)
            assert moved.shift.p < quiet.shift.p
            assert moved.statistics["t_bmp"].p < 0.05
