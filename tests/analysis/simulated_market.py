"""A simulated market with planted groups of stocks that go together, among strangers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screener.study import Floats, Ints
from screener.study.models import Refit
from screener.study.study import Study

STRANGERS = 160
GROUPS = (6, 8, 12)
OWN, COMMON = 0.02, 0.02
"""Standard deviation of a stock's own part, and of what its group shares: a correlation of a half."""


@dataclass(frozen=True)
class Simulated:
    returns: Floats
    members: tuple[Ints, ...]
    event: int
    benchmark: Floats

    def study(self, refit: Refit) -> Study:
        """The study of the event day."""
        zero = np.zeros(self.returns.shape[1], dtype=np.int64)
        return Study(self.returns, self.benchmark[None], zero, self.event, refit, [slice(self.event, self.event + 1)])


def simulate(seed: int, sessions: int = 330, *, fat: bool = False) -> Simulated:
    """T sessions of strangers and `GROUPS`, the event on the last; `fat` tails and common days of Student's t (4)."""
    rng = np.random.default_rng(seed)
    stocks = STRANGERS + sum(GROUPS)

    def noise(*shape: int) -> Floats:
        drawn = rng.standard_t(4, shape) / np.sqrt(2.0) if fat else rng.standard_normal(shape)
        return np.asarray(drawn, dtype=np.float64)

    benchmark = 0.01 * noise(sessions)
    beta = rng.uniform(0.5, 1.5, stocks)
    returns = benchmark[:, None] * beta + OWN * noise(sessions, stocks)
    places = rng.permutation(stocks)
    members = []
    start = 0
    for size in GROUPS:
        columns = np.sort(places[start : start + size])
        returns[:, columns] += COMMON * noise(sessions, 1)
        members.append(columns)
        start += size
    return Simulated(returns, tuple(members), sessions - 1, benchmark)
