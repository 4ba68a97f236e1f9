"""Betas of securities that trade late: put together from slopes on neighbouring sessions of the benchmark.

A price that is stale at the close answers the market a day late (or early, where the index is the stale one), and
ordinary least squares then understates beta. Both estimators here add up lagged, same-day and leading slopes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screener.study.arrays import Bools, Floats
from screener.study.least_squares import inverted


@dataclass(frozen=True)
class ThinTrading:
    """How a beta is put together; the expected return stays alpha + beta x benchmark return of the same session."""

    neighbours: int
    """Sessions on either side, q."""
    joint: bool
    """True: one multiple regression on all neighbours (Dimson 1979, JFE 7:197). False: one simple regression each
    (Scholes and Williams 1977, JFE 5:309), where q = 1."""
    fowler_rorke: bool = False
    """Weigh lead and lag by (1 + rho) / (1 + 2 rho), rho the benchmark's autocorrelation, q = 1 only: the plain sum
    is inconsistent where the benchmark is autocorrelated (Fowler and Rorke 1983, JFE 12:279)."""

    def __post_init__(self) -> None:
        if self.neighbours < 1:
            raise ValueError(f"a thin-trading beta needs at least 1 neighbouring session, not {self.neighbours}")
        if self.neighbours != 1 and (self.fowler_rorke or not self.joint):
            raise ValueError(f"Scholes-Williams and Fowler-Rorke are for q = 1, not {self.neighbours}")

    @property
    def parameters(self) -> int:
        """Parameters that the estimate spends: the constant and, in the joint regression, 2 q + 1 slopes."""
        return 2 * self.neighbours + 2 if self.joint else 2

    def usable(self, market: Floats) -> Bools:
        """(M,) estimation sessions whose neighbours are known and lie in the estimation window (days 2..M-1)."""
        return np.asarray(np.isfinite(self._shifted(market)).all(axis=1))

    def estimate(self, market: Floats, y: Floats, own: Bools) -> tuple[Floats, Floats]:
        """Alpha and beta (2, n) and their covariance (n, 2, 2) per unit of residual variance.

        With S the own-day centred cross products of the 2 q + 1 shifted benchmarks, both betas are a'X'y, where
        a = S^-1 w (joint, weights w) or a = 1 / diag(S) / (1 + 2 rho); so Var(beta) = a'S a, and
        alpha = mean(y) - beta mean(market) over the same days.

        Args:
            market: (M,) benchmark returns of the estimation window, decimal.
            y: (M, n) returns of the securities.
            own: (M, n) the days of each that count: known, and `usable`.
        """
        days = own.astype(np.float64)
        count = days.sum(axis=0)
        slopes, centred, level = self._slopes(market, own)
        filled = np.where(own, y, 0.0)
        beta = np.einsum("nk,nk->n", slopes, filled.T @ centred - filled.sum(axis=0)[:, None] * level)
        variance = np.einsum("nk,nkl,nl->n", slopes, self._products(centred, days, level, count), slopes)
        mean_market = np.where(np.isfinite(market), market, 0.0) @ days / count
        alpha = filled.sum(axis=0) / count - beta * mean_market
        covariance = np.empty((len(count), 2, 2))
        covariance[:, 0, 0] = 1.0 / count + mean_market**2 * variance
        covariance[:, 0, 1] = covariance[:, 1, 0] = -mean_market * variance
        covariance[:, 1, 1] = variance
        return np.stack([alpha, beta]), covariance

    def influence(self, market: Floats, own: Bools) -> Floats:
        """(days in `own`, 2) weight of each of these days' returns in alpha and beta; `own` (M,)."""
        slopes, centred, level = self._slopes(market, own[:, None])
        on_beta = (centred[own] - level[0]) @ slopes[0]
        return np.column_stack([1.0 / own.sum() - market[own].mean() * on_beta, on_beta])

    def _slopes(self, market: Floats, own: Bools) -> tuple[Floats, Floats, Floats]:
        """Weights a (n, K) on the cross products, the shifted benchmarks (M, K) about their common mean, own means."""
        shifted = self._shifted(market)
        usable = self.usable(market)
        centred = np.where(usable[:, None], shifted - shifted[usable].mean(axis=0), 0.0)
        days = own.astype(np.float64)
        count = days.sum(axis=0)
        level = days.T @ centred / count[:, None]
        products = self._products(centred, days, level, count)
        inverse = inverted(products)
        rho = _autocorrelation(market)
        if not self.joint:
            own_product = np.diagonal(products, axis1=1, axis2=2) + 0.0 * inverse[:, :1, 0]  # NaN where collinear
            return 1.0 / own_product / (1.0 + 2.0 * rho), centred, level
        weights = np.ones(centred.shape[1])
        if self.fowler_rorke:
            weights[[0, -1]] = (1.0 + rho) / (1.0 + 2.0 * rho)
        return inverse @ weights, centred, level

    @staticmethod
    def _products(centred: Floats, days: Floats, level: Floats, count: Floats) -> Floats:
        """(n, K, K) cross products about each security's own-day means."""
        k = centred.shape[1]
        raw = (days.T @ (centred[:, :, None] * centred[:, None, :]).reshape(-1, k * k)).reshape(-1, k, k)
        products: Floats = raw - count[:, None, None] * level[:, :, None] * level[:, None, :]
        return products

    def _shifted(self, market: Floats) -> Floats:
        """(M, 2 q + 1) the benchmark q sessions before ... q sessions after; NaN outside the estimation window."""
        edge = np.full(self.neighbours, np.nan)
        padded = np.concatenate([edge, market, edge])
        return np.stack([padded[k : k + len(market)] for k in range(2 * self.neighbours + 1)], axis=1)


def _autocorrelation(market: Floats) -> float:
    """First-order sample autocorrelation over pairs of neighbouring known sessions; NaN if constant."""
    pairs = np.isfinite(market[1:]) & np.isfinite(market[:-1])
    later, earlier = market[1:][pairs], market[:-1][pairs]
    if not pairs.any() or np.ptp(later) == 0 or np.ptp(earlier) == 0:
        return float("nan")
    return float(np.corrcoef(later, earlier)[0, 1])
