"""Seeded panels for the study's tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screener.study import Floats, Ints
from screener.study.models import Design, Fit, Model, fit


@dataclass(frozen=True)
class Sample:
    benchmark: Floats
    returns: Floats
    estimation: slice
    designs: list[Design]
    fitted: Fit

    @property
    def everyone(self) -> Ints:
        return np.arange(self.returns.shape[1])

    @property
    def residuals(self) -> Floats:
        return self.fitted.abnormal[self.estimation]


def sample(
    seed: int = 1,
    securities: int = 8,
    learned: int = 60,
    event: int = 8,
    missing: float = 0.0,
    model: Model = Model.MARKET,
    common: float = 0.01,
) -> Sample:
    """Returns with a benchmark and a factor that all share; gaps in the estimation and the event window."""
    random = np.random.default_rng(seed)
    sessions = learned + event
    benchmark = 0.01 * random.standard_normal(sessions)
    factor = common * random.standard_normal((sessions, 1))
    returns = benchmark[:, None] + factor + 0.02 * random.standard_normal((sessions, securities))
    returns[random.random(returns.shape) < missing] = np.nan
    return fitted_sample(benchmark, returns, slice(0, learned), model)


def fitted_sample(
    benchmark: Floats, returns: Floats, estimation: slice, model: Model = Model.MARKET, min_obs: int = 10
) -> Sample:
    designs = [Design.of(model, benchmark)]
    design_of = np.zeros(returns.shape[1], dtype=np.int64)
    return Sample(benchmark, returns, estimation, designs, fit(returns, designs, design_of, estimation, min_obs))
