"""Abnormal returns between trades, for securities that do not trade every session.

The first price after a gap of d sessions brings a return over d sessions. Spreading it, or booking it on one day
with zeros before, biases betas and variances; here each return from trade to trade is held against the benchmark
over the same sessions, with weights that make the errors equally uncertain (Dimson and Marsh 1983, JF 38:753;
Maynes and Rumsey 1993, JBF 17:145). All returns are logarithmic, because only these add up over sessions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screener.study.abnormal import WindowResult
from screener.study.arrays import Floats, Ints
from screener.study.least_squares import inverted
from screener.study.statistic import two_sided


@dataclass(frozen=True)
class TradeFit:
    """Market models of N securities on returns from trade to trade. NaN throughout below `min_obs` returns."""

    coefficients: Floats
    """(2, N) alpha and beta of one session, log returns."""
    sigma: Floats
    """(N,) residual standard deviation of one session, over M - 2."""
    observations: Ints
    """(N,) returns from trade to trade M in the estimation window."""
    gram_inverse: Floats
    """(N, 2, 2) inverse of X'X, X the rows (sqrt d, sum R_m / sqrt d)."""
    returns: Floats
    """(T, N) log return since the last trade; NaN without a trade or without one before."""
    market: Floats
    """(T, N) log return of the benchmark over the same sessions."""
    sessions: Floats
    """(T, N) sessions d since the last trade; NaN like `returns`."""

    @property
    def abnormal(self) -> Floats:
        """(T, N) return minus expected return on each day of a trade, variance d s^2 before estimation error."""
        alpha, beta = self.coefficients
        abnormal: Floats = self.returns - alpha * self.sessions - beta * self.market
        return abnormal


def trade_fit(prices: Floats, benchmark: Floats, estimation: slice, min_obs: int) -> TradeFit:
    """Fit R / sqrt(d) = alpha sqrt(d) + beta (sum R_m) / sqrt(d) + e to each security, without another constant.

    Args:
        prices: (T, N) adjusted prices on the days of a trade; NaN on all others, never a stale price.
        benchmark: (T,) simple returns, decimal; a session without one makes every return over it unknown.
        estimation: rows whose returns the model is learned from.
        min_obs: fewest returns a security may have there.
    """
    traded = np.isfinite(prices)
    rows = np.arange(len(prices))[:, None]
    latest = np.maximum.accumulate(np.where(traded, rows, -1), axis=0)
    before = np.vstack([np.full((1, prices.shape[1]), -1), latest[:-1]])
    have = traded & (before >= 0)
    level = np.cumsum(np.log1p(np.where(np.isfinite(benchmark), benchmark, 0.0)))
    unknown = np.cumsum(~np.isfinite(benchmark))
    start = np.maximum(before, 0)
    have &= unknown[:, None] == unknown[start]
    log_prices = np.log(np.where(traded, prices, 1.0))
    returns = np.where(have, log_prices - np.take_along_axis(log_prices, start, axis=0), np.nan)
    market = np.where(have, level[:, None] - level[start], np.nan)
    sessions = np.where(have, rows - before, np.nan)

    inside = have[estimation]
    root = np.sqrt(np.where(inside, sessions[estimation], 1.0))
    x = np.stack([np.where(inside, root, 0.0), np.where(inside, market[estimation], 0.0) / root])
    y = np.where(inside, returns[estimation], 0.0) / root
    count = inside.sum(axis=0)
    enough = (count >= min_obs) & (count > 2)
    inverse = inverted(np.einsum("itn,jtn->nij", x, x))
    coefficients = np.einsum("nij,jtn,tn->in", inverse, x, y, optimize=True)
    residual = np.where(inside, y - np.einsum("in,itn->tn", coefficients, x), 0.0)
    sigma = np.sqrt(np.square(residual).sum(axis=0) / np.maximum(count - 2, 1))
    sigma[~enough] = np.nan
    coefficients[:, ~enough] = np.nan
    return TradeFit(coefficients, sigma, count, inverse, returns, market, sessions)


def over_trades(fitted: TradeFit, window: slice) -> WindowResult:
    """Log abnormal performance over the sessions `window`, from the last price before it to the one on its last day.

    Var(CAR) = s^2 (L + z'(X'X)^-1 z), z = (L, sum R_m). NaN unless the returns from trade to trade tile the window:
    a return over more than one session that begins before it, or no trade on its last day, would bring in sessions
    that do not belong to it or leave some out.
    """
    length = window.stop - window.start
    spans = fitted.sessions[window]
    tiled = np.isfinite(spans[-1]) & (np.where(np.isfinite(spans), spans, 0.0).sum(axis=0) == length)
    car = np.where(tiled, _total(fitted.abnormal[window]), np.nan)
    market = np.where(tiled, _total(fitted.market[window]), np.nan)
    z = np.stack([np.full_like(market, length), market], axis=1)
    se = fitted.sigma * np.sqrt(length + np.einsum("ni,nij,nj->n", z, fitted.gram_inverse, z))
    se[~np.isfinite(car)] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        scar = np.where(se > 0, car / se, np.nan)
    actual = np.where(tiled, _total(fitted.returns[window]), np.nan)
    bhar = np.exp(actual) - np.exp(actual - car)
    return WindowResult(car, bhar, se, scar, two_sided(scar, fitted.observations - 2))


def _total(values: Floats) -> Floats:
    return np.asarray(np.where(np.isfinite(values), values, 0.0).sum(axis=0), dtype=np.float64)
