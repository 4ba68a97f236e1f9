"""A small market with common factors, fat tails and gaps, for the tests of the placebo dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screener.study import Floats, Ints
from screener.study.models import Design, Model


@dataclass(frozen=True)
class Simulated:
    returns: Floats
    """(T, N)"""
    benchmarks: Floats
    """(T, 2)"""
    design_of: Ints
    """(N,)"""

    def designs(self, model: Model = Model.MARKET) -> list[Design]:
        return [Design.of(model, self.benchmarks[:, k]) for k in range(2)]


def simulate(sessions: int = 400, securities: int = 40, seed: int = 0, missing: float = 0.0) -> Simulated:
    rng = np.random.default_rng(seed)
    benchmarks = rng.normal(0.0003, 0.01, (sessions, 2))
    design_of = np.arange(securities, dtype=np.int64) % 2
    common = rng.standard_t(5, (sessions, 1)) * 0.006
    beta = rng.uniform(0.5, 1.5, securities)
    returns = beta * benchmarks[:, design_of] + common + rng.standard_t(4, (sessions, securities)) * 0.015
    returns[rng.random(returns.shape) < missing] = np.nan
    return Simulated(returns, benchmarks, design_of)
