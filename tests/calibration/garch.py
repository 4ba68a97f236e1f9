"""Volatility that comes in clusters: a GARCH(1,1) for one series of residuals, as a check on the headline's own.

Bollerslev 1986, J. Econometrics 31:307, with variance targeting (Engle and Mezrich 1996, Risk 9:36): the long-run
variance is the sample's, so two parameters are left, found by Gaussian likelihood on a grid. Over the half year
of an estimation window the likelihood is flat around its top, so that a finer search finds nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screener.study import Floats

SHOCK = np.array([0.02, 0.05, 0.08, 0.12, 0.16, 0.20])
PERSISTENCE = np.array([0.0, 0.5, 0.7, 0.8, 0.85, 0.9, 0.94, 0.97, 0.99])
FEWEST_DAYS = 30
"""Below this two parameters say more of the sample than of the series."""


@dataclass(frozen=True)
class Garch:
    """h_t = variance (1 - shock - memory) + shock e_{t-1}^2 + memory h_{t-1}."""

    shock: float
    memory: float
    variance: float
    """PriceRows-run variance."""
    ahead: float
    """Expected variance of the session after the last one."""

    def over(self, length: int, skip: int = 0) -> float:
        """Expected variance of the sum of `length` residuals, `skip` sessions after the last one known.

        The expectation of h falls back to the long-run variance by the factor shock + memory a session.
        """
        decay = (self.shock + self.memory) ** np.arange(skip, skip + length)
        return float((self.variance + decay * (self.ahead - self.variance)).sum())


def fit_garch(residuals: Floats, learned: int) -> Garch | None:
    """Fit to the first `learned` of (T,) residuals, and filter through all of them; None for too few, or no variance.

    Args:
        residuals: (T,) residuals, decimal, in time; NaN = no return: the variance then goes on as expected.
        learned: sessions that the parameters are learned from; the rest only moves the variance.
    """
    known = np.isfinite(residuals)
    sample = residuals[:learned][known[:learned]]
    variance = float(np.square(sample).mean()) if sample.size else 0.0
    if sample.size < FEWEST_DAYS or not variance > 0:
        return None
    shock, total = (part.ravel() for part in np.meshgrid(SHOCK, PERSISTENCE))
    possible = total >= shock
    shock, memory = shock[possible], (total - shock)[possible]
    square = np.where(known, np.square(np.where(known, residuals, 0.0)), np.nan) / variance
    h = np.ones(len(shock))
    likelihood = np.zeros(len(shock))
    for day, e2 in enumerate(square):
        if day < learned and np.isfinite(e2):
            likelihood -= np.log(h) + e2 / h
        h = (1.0 - shock - memory) + shock * (e2 if np.isfinite(e2) else h) + memory * h
    best = int(likelihood.argmax())
    return Garch(float(shock[best]), float(memory[best]), variance, float(h[best] * variance))
