"""Expected returns: what each security would have done without the event.

Every model is a linear regression of a security's return on the regressors of a `Design`, fitted on the
security's own non-missing days of the estimation window (MacKinlay 1997, JEL 35:13, section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Model(StrEnum):
    """How the expected return is formed."""

    MARKET = "market"
    """alpha + beta x benchmark return, by ordinary least squares."""
    MARKET_ADJUSTED = "market-adjusted"
    """The benchmark return itself."""
    MEAN_ADJUSTED = "mean-adjusted"
    """The security's own mean return."""


@dataclass(frozen=True)
class Design:
    """What a model needs to know about each session: expected return = offset + regressors @ coefficients."""

    offset: Floats
    """(T,) part of the expected return that needs no estimate, decimal."""
    regressors: Floats
    """(T, p) regressors including the constant; p = 0 for the market-adjusted model."""

    @classmethod
    def of(cls, model: Model, benchmark: Floats) -> Design:
        """Design of `model` for one benchmark, (T,) simple returns as decimals; NaN where unknown."""
        one = np.ones_like(benchmark)
        if model is Model.MARKET:
            return cls(np.zeros_like(benchmark), np.column_stack([one, benchmark]))
        if model is Model.MARKET_ADJUSTED:
            return cls(benchmark, np.empty((len(benchmark), 0)))
        return cls(np.zeros_like(benchmark), one[:, None])


@dataclass(frozen=True)
class Fit:
    """Estimates for N securities. A security with fewer than `min_obs` observations is NaN throughout."""

    model: Model
    coefficients: Floats
    """(p, N) estimates in the order of the design's regressors."""
    sigma: Floats
    """(N,) residual standard deviation, decimal, SSR over M - p."""
    observations: Ints
    """(N,) non-missing estimation days M."""
    gram_inverse: Floats
    """(N, p, p) inverse of X'X over the security's own days."""
    abnormal: Floats
    """(T, N) return minus expected return on every session of the panel, decimal; NaN where either is missing."""
    regressors: Sequence[Floats]
    """The designs' regressors, each (T, p)."""
    design_of: Ints
    """(N,) which of `regressors` belongs to each security."""

    @property
    def df(self) -> Ints:
        """(N,) degrees of freedom M - p."""
        return np.subtract(self.observations, len(self.coefficients))


def fit(
    model: Model, returns: Floats, designs: Sequence[Design], design_of: Ints, estimation: slice, min_obs: int
) -> Fit:
    """Fit `model` to each column of `returns` on its own non-missing days of the estimation window.

    Args:
        model: the expected-return model that the designs were made for.
        returns: (T, N) one-session simple returns, decimal; NaN = no trade, or a return over several sessions.
        designs: the distinct designs, usually one per benchmark.
        design_of: (N,) the design of each security.
        estimation: the rows that normal behaviour is learned from.
        min_obs: fewest observations a security may have; below it every estimate is NaN.
    """
    sessions, securities = returns.shape
    parameters = designs[0].regressors.shape[1] if designs else 0
    coefficients = np.full((parameters, securities), np.nan)
    sigma = np.full(securities, np.nan)
    observations = np.zeros(securities, dtype=np.int64)
    gram_inverse = np.full((securities, parameters, parameters), np.nan)
    abnormal = np.full((sessions, securities), np.nan)
    for number, design in enumerate(designs):
        columns = np.flatnonzero(design_of == number)
        known = np.isfinite(design.offset) & np.isfinite(design.regressors).all(axis=1)
        excess = returns[:, columns] - design.offset[:, None]
        own = np.isfinite(excess[estimation]) & known[estimation, None]
        count = own.sum(axis=0)
        observations[columns] = count
        enough = np.flatnonzero((count >= min_obs) & (count > parameters))
        if not enough.size:
            continue
        columns, excess, own, count = columns[enough], excess[:, enough], own[:, enough], count[enough]
        regressors = np.where(known[:, None], design.regressors, 0.0)
        beta, inverse = _least_squares(regressors[estimation], excess[estimation], own)
        residual = np.where(known[:, None], excess - regressors @ beta, np.nan)
        ssr = np.square(np.where(own, residual[estimation], 0.0)).sum(axis=0)
        coefficients[:, columns] = beta
        gram_inverse[columns] = inverse
        sigma[columns] = np.sqrt(ssr / (count - parameters))
        abnormal[:, columns] = residual
    return Fit(
        model,
        coefficients,
        sigma,
        observations,
        gram_inverse,
        abnormal,
        [design.regressors for design in designs],
        np.asarray(design_of, dtype=np.int64),
    )


def _least_squares(x: Floats, y: Floats, own: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Coefficients (p, n) and inverse Gram matrices (n, p, p) of each column of `y` on `x` over its own days.

    Complete columns share one QR factorisation. Columns with gaps go through their own normal equations, which
    the moderate condition numbers of daily returns leave exact to about 1e-12.
    """
    days, parameters = x.shape
    columns = y.shape[1]
    if parameters == 0:
        return np.empty((0, columns)), np.empty((columns, 0, 0))
    beta = np.empty((parameters, columns))
    inverse = np.empty((columns, parameters, parameters))
    complete = own.all(axis=0)
    if complete.any():
        q, r = np.linalg.qr(x)
        r_inverse = np.linalg.inv(r)
        beta[:, complete] = r_inverse @ (q.T @ y[:, complete])
        inverse[complete] = r_inverse @ r_inverse.T
    if not complete.all():
        mask = own[:, ~complete]
        products = (x[:, :, None] * x[:, None, :]).reshape(days, -1)
        gram = (mask.T.astype(np.float64) @ products).reshape(-1, parameters, parameters)
        moments = np.where(mask, y[:, ~complete], 0.0).T @ x
        inverse[~complete] = np.linalg.inv(gram)
        beta[:, ~complete] = np.linalg.solve(gram, moments[:, :, None])[:, :, 0].T
    return beta, inverse
