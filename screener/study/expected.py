"""Expected returns: what each security would have done without the event.

Every model is linear in the regressors of a `Design` and is fitted on the security's own non-missing days of the
estimation window (MacKinlay 1997, JEL 35:13, section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from screener.study.arrays import Bools
from screener.study.arrays import Floats as Floats
from screener.study.arrays import Ints as Ints
from screener.study.least_squares import least_squares
from screener.study.thin_trading import ThinTrading

_EXACT = 1e-24
"""Residual sum of squares below this share of the returns' own: an exact fit, with no variance to test against."""


class Model(StrEnum):
    """How the expected return is formed."""

    MARKET = "market"
    """alpha + beta x benchmark return, by ordinary least squares."""
    MARKET_ADJUSTED = "market-adjusted"
    """The benchmark return itself."""
    MEAN_ADJUSTED = "mean-adjusted"
    """The security's own mean return."""
    SCHOLES_WILLIAMS = "scholes-williams"
    """alpha + beta x benchmark return, beta from lagged, same-day and leading slopes; for thin trading."""
    DIMSON = "dimson"
    """alpha + beta x benchmark return, beta the sum of 2 q + 1 slopes; for thin trading."""
    FACTORS = "factors"
    """alpha + any number of the user's factors, by ordinary least squares."""


@dataclass(frozen=True)
class Design:
    """What a model needs to know about each session: expected return = offset + regressors @ coefficients."""

    offset: Floats
    """(T,) part of the expected return that needs no estimate, decimal."""
    regressors: Floats
    """(T, p) regressors including the constant; p = 0 for the market-adjusted model."""
    thin: ThinTrading | None = None
    """How beta is put together from neighbouring sessions; None: ordinary least squares on `regressors`."""

    @classmethod
    def of(
        cls,
        model: Model,
        benchmark: Floats,
        *,
        factors: Floats | None = None,
        neighbours: int = 1,
        fowler_rorke: bool = False,
    ) -> Design:
        """Design of `model` for one benchmark.

        Args:
            model: the expected-return model.
            benchmark: (T,) simple returns as decimals; NaN where unknown. Not read by the factor model.
            factors: (T, k) the factor model's regressors beside the constant, the market's among them; decimals.
            neighbours: Dimson's q, sessions on either side.
            fowler_rorke: weigh Dimson's lead and lag as Fowler and Rorke (1983) do.
        """
        one = np.ones_like(benchmark)
        if model is Model.FACTORS:
            if factors is None or len(factors) != len(benchmark):
                raise ValueError(f"the factor model needs factors for each of the {len(benchmark)} sessions")
            return cls(np.zeros_like(benchmark), np.column_stack([one, factors]))
        if model is Model.MARKET_ADJUSTED:
            return cls(benchmark, np.empty((len(benchmark), 0)))
        if model is Model.MEAN_ADJUSTED:
            return cls(np.zeros_like(benchmark), one[:, None])
        thin = None
        if model is Model.SCHOLES_WILLIAMS:
            thin = ThinTrading(1, joint=False)
        elif model is Model.DIMSON:
            thin = ThinTrading(neighbours, joint=True, fowler_rorke=fowler_rorke)
        return cls(np.zeros_like(benchmark), np.column_stack([one, benchmark]), thin)

    @property
    def known(self) -> Bools:
        """(T,) sessions on which an expected return can be formed."""
        known: Bools = np.isfinite(self.offset) & np.isfinite(self.regressors).all(axis=1)
        return known

    @property
    def parameters(self) -> int:
        """Estimated parameters p, which M - p degrees of freedom pay for."""
        return self.regressors.shape[1] if self.thin is None else self.thin.parameters

    def usable(self, estimation: slice) -> Bools:
        """(M,) estimation sessions that the estimator can learn from."""
        known = self.known[estimation]
        return known if self.thin is None else known & self.thin.usable(self.regressors[estimation, 1])

    def influence(self, estimation: slice, own: Bools) -> Floats:
        """(days in `own`, p) weight of each of those days' returns in the coefficients; `own` (M,)."""
        x = self.regressors[estimation]
        if self.thin is not None:
            return self.thin.influence(x[:, 1], own)
        _, inverse = least_squares(x[own], np.zeros((int(own.sum()), 1)), np.ones((int(own.sum()), 1), dtype=np.bool_))
        weights: Floats = x[own] @ inverse[0]
        return weights


@dataclass(frozen=True)
class Fit:
    """Estimates for N securities. A security with fewer than `min_obs` observations is NaN throughout."""

    model: Model
    coefficients: Floats
    """(p, N) estimates in the order of the design's regressors."""
    sigma: Floats
    """(N,) residual standard deviation, decimal, SSR over M - p."""
    observations: Ints
    """(N,) estimation days M that the estimate rests on."""
    gram_inverse: Floats
    """(N, p, p) covariance of the coefficients per unit of residual variance: the inverse of X'X over the security's
    own days, or what stands in its place for a thin-trading beta."""
    abnormal: Floats
    """(T, N) return minus expected return on every session of the panel, decimal; NaN where either is missing."""
    regressors: Sequence[Floats]
    """The designs' regressors, each (T, p)."""
    design_of: Ints
    """(N,) which of `regressors` belongs to each security."""
    parameters: int
    """Parameters p that the model spends on a security; more than `coefficients` has rows for a Dimson beta."""

    @property
    def df(self) -> Ints:
        """(N,) degrees of freedom M - p."""
        return np.subtract(self.observations, self.parameters)


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
    width = designs[0].regressors.shape[1] if designs else 0
    parameters = designs[0].parameters if designs else 0
    coefficients = np.full((width, securities), np.nan)
    sigma = np.full(securities, np.nan)
    observations = np.zeros(securities, dtype=np.int64)
    gram_inverse = np.full((securities, width, width), np.nan)
    abnormal = np.full((sessions, securities), np.nan)
    for number, design in enumerate(designs):
        known, usable = design.known, design.usable(estimation)
        columns = np.flatnonzero(design_of == number)
        # One benchmark for all is the usual case, and a slice copies nothing.
        chosen: slice | Ints = slice(None) if len(columns) == securities else columns
        count = np.isfinite(returns[estimation, chosen][usable]).sum(axis=0)
        observations[columns] = count
        enough = (count >= min_obs) & (count > parameters)
        if not enough.any():
            continue
        if not enough.all():
            chosen, count = columns[enough], count[enough]
        excess = returns[:, chosen] - design.offset[:, None]
        own = np.isfinite(excess[estimation]) & usable[:, None]
        regressors = np.where(known[:, None], design.regressors, 0.0)
        if design.thin is None:
            beta, covariance = least_squares(regressors[estimation], excess[estimation], own)
        else:
            beta, covariance = design.thin.estimate(design.regressors[estimation, 1], excess[estimation], own)
        size = _sum_of_squares(excess[estimation], own)
        residual = np.subtract(excess, np.einsum("tp,pn->tn", regressors, beta), out=excess)
        residual[~known] = np.nan
        ssr = _sum_of_squares(residual[estimation], own)
        ssr[ssr <= _EXACT * size] = 0.0
        coefficients[:, chosen] = beta
        gram_inverse[chosen] = covariance
        sigma[chosen] = np.sqrt(ssr / (count - parameters))
        abnormal[:, chosen] = residual
    return Fit(
        model,
        coefficients,
        sigma,
        observations,
        gram_inverse,
        abnormal,
        [design.regressors for design in designs],
        np.asarray(design_of, dtype=np.int64),
        parameters,
    )


def _sum_of_squares(values: Floats, own: Bools) -> Floats:
    """(n,) sum over each column's `own` days of (M, n) `values`."""
    counted = values if own.all() else np.where(own, values, 0.0)
    return np.asarray(np.einsum("tn,tn->n", counted, counted), dtype=np.float64)
