"""Expected returns: what each security would have done without the event.

Every model is linear in the regressors of a `Design` and is fitted on the security's own non-missing days of the
estimation window (MacKinlay 1997, JEL 35:13, section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from screener.study import Bools, Floats, Ints

_COLLINEAR = 1e-12
"""Determinant of a Gram matrix scaled to a unit diagonal below which its regressors cannot be told apart."""


def _least_squares(x: Floats, y: Floats, own: Bools) -> tuple[Floats, Floats]:
    """Coefficients (p, n) and inverse Gram matrices (n, p, p) of each column of `y` on `x` over its own days.

    Complete columns share one QR factorisation. Columns with gaps go through their own normal equations, which
    the moderate condition numbers of daily returns leave exact to about 1e-12. NaN where regressors are collinear.

    Args:
        x: (M, p) regressors, finite.
        y: (M, n) what is explained; only `own` days are read.
        own: (M, n) the days that count for each column.
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
        r_inverse = _inverted((r.T @ r)[None])[0] @ r.T
        chosen = slice(None) if complete.all() else complete
        beta[:, chosen] = r_inverse @ np.einsum("tp,tn->pn", q, y[:, chosen])  # thin: see nonparametric._sum
        inverse[chosen] = r_inverse @ r_inverse.T
    if not complete.all():
        mask = own[:, ~complete]
        products = (x[:, :, None] * x[:, None, :]).reshape(days, -1)
        gram = (mask.T.astype(np.float64) @ products).reshape(-1, parameters, parameters)
        moments = np.where(mask, y[:, ~complete], 0.0).T @ x
        inverse[~complete] = _inverted(gram)
        beta[:, ~complete] = np.einsum("nij,nj->in", inverse[~complete], moments)
    return beta, inverse


def _inverted(gram: Floats) -> Floats:
    """Inverses of a stack (n, p, p) of Gram matrices; NaN for one whose regressors are collinear."""
    size = np.sqrt(np.diagonal(gram, axis1=1, axis2=2))
    size = np.where(size > 0, size, 1.0)
    scaled = gram / (size[:, :, None] * size[:, None, :])
    singular = ~(np.linalg.det(scaled) > _COLLINEAR)
    if singular.any():
        scaled[singular] = np.eye(gram.shape[1])
    inverse: Floats = np.linalg.inv(scaled) / (size[:, :, None] * size[:, None, :])
    inverse[singular] = np.nan
    return inverse


@dataclass(frozen=True)
class _ThinTrading:
    """How a beta is put together from the benchmark's returns on the session before, the same one and the one after.

    The expected return stays alpha + beta x benchmark return of the same session.
    """

    joint: bool
    """True: one multiple regression on all three (Dimson 1979, JFE 7:197). False: one simple regression each
    (Scholes and Williams 1977, JFE 5:309)."""

    @property
    def parameters(self) -> int:
        """Parameters that the estimate spends: the constant and, in the joint regression, 3 slopes."""
        return 4 if self.joint else 2

    def usable(self, market: Floats) -> Bools:
        """(M,) estimation sessions whose neighbours are known and lie in the estimation window (days 2..M-1)."""
        return np.asarray(np.isfinite(self._shifted(market)).all(axis=1))

    def estimate(self, market: Floats, y: Floats, own: Bools) -> tuple[Floats, Floats]:
        """Alpha and beta (2, n) and their covariance (n, 2, 2) per unit of residual variance.

        With S the own-day centred cross products of the 3 shifted benchmarks, both betas are a'X'y, where
        a = S^-1 1 (joint) or a = 1 / diag(S) / (1 + 2 rho); so Var(beta) = a'S a, and
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
        """Weights a (n, 3) of the cross products, the shifted benchmarks (M, 3) about their common mean, own means."""
        shifted = self._shifted(market)
        usable = self.usable(market)
        centred = np.where(usable[:, None], shifted - shifted[usable].mean(axis=0), 0.0)
        days = own.astype(np.float64)
        count = days.sum(axis=0)
        level = days.T @ centred / count[:, None]
        products = self._products(centred, days, level, count)
        inverse = _inverted(products)
        if not self.joint:
            rho = _autocorrelation(market)
            own_product = np.diagonal(products, axis1=1, axis2=2) + 0.0 * inverse[:, :1, 0]  # NaN where collinear
            return 1.0 / own_product / (1.0 + 2.0 * rho), centred, level
        return inverse.sum(axis=2), centred, level

    @staticmethod
    def _products(centred: Floats, days: Floats, level: Floats, count: Floats) -> Floats:
        """(n, 3, 3) cross products about each security's own-day means."""
        raw = (days.T @ (centred[:, :, None] * centred[:, None, :]).reshape(-1, 9)).reshape(-1, 3, 3)
        products: Floats = raw - count[:, None, None] * level[:, :, None] * level[:, None, :]
        return products

    @staticmethod
    def _shifted(market: Floats) -> Floats:
        """(M, 3) the benchmark one session before, on, and after each; NaN outside the estimation window."""
        padded = np.concatenate([[np.nan], market, [np.nan]])
        return np.stack([padded[:-2], market, padded[2:]], axis=1)


def _autocorrelation(market: Floats) -> float:
    """First-order sample autocorrelation over pairs of neighbouring known sessions; NaN if constant."""
    pairs = np.isfinite(market[1:]) & np.isfinite(market[:-1])
    later, earlier = market[1:][pairs], market[:-1][pairs]
    if not pairs.any() or np.ptp(later) == 0 or np.ptp(earlier) == 0:
        return float("nan")
    return float(np.corrcoef(later, earlier)[0, 1])


_SHORT, _LONG = 10, 6
"""A window is long if it has more sessions than the first, and the second times as many do not fit into estimation."""
_EXACT = 1e-24
"""Residual sum of squares below this share of the returns' own: an exact fit, with no variance to test against."""


def leaves_out_constant(window: int, estimation: int) -> bool:
    """Whether a window of so many sessions is measured without the constant of a model that learned from `estimation`.

    The constant is what a security gained beyond its benchmark a session. Carried over many sessions it says that the
    months before the event would have gone on: 120 sessions before a rally, extrapolated over 90, turn +39% into
    -30%. So a window longer than a sixth of the estimation window, and than two weeks, keeps the slopes alone.
    """
    return window > _SHORT and _LONG * window > estimation


class Model(StrEnum):
    """How the expected return is formed."""

    MARKET = "market"
    """alpha + beta x benchmark return, by ordinary least squares."""
    MARKET_SIZE = "market-size"
    """alpha + beta x benchmark return + gamma x size leg, the equal-weight return of the market less the benchmark's.

    An index weighs by capitalisation, so that all but its giants share a return of their own. On days on which the
    whole market moves it is most of what they do, and the market model takes it for the effect of the event."""
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
class Refit:
    """What stands before a date: the sessions its expected return and its volatility are learned from."""

    model: Model = Model.MARKET
    estimation: int = 120
    """Sessions of the estimation window."""
    gap: int = 10
    """Sessions between the estimation window and tau = 0."""
    min_obs: int = 60
    """Fewest estimation sessions on which the portfolio has a return; below it every figure is NaN."""
    decay: float = 0.94
    """Weight of a squared residual relative to that of the session after it (RiskMetrics 1996, daily)."""
    span: int = 60
    """Sessions of the moving volatility estimate; at least half of them must have a return."""
    long_run: float = 0.4
    """Weight of the estimation window's own variance in the volatility, the rest being the moving estimate.

    From tests/calibration: on KRX returns the placebo test with the moving estimate alone (0) rejects 6-9% after calm
    weeks and 3-5% after wild ones, with the estimation window alone (1) 1-4% and 6-11%; at 0.4 it is mostly 4-6%
    after both. Size over all weeks and power hardly depend on it.
    """

    @property
    def history(self) -> int:
        """Sessions that must stand before a date."""
        return max(self.estimation + self.gap, self.span)

    def estimation_of(self, date: int) -> slice:
        """Rows of the estimation window of the session in row `date`, as many as the panel has."""
        end = max(date - self.gap, 0)
        return slice(max(end - self.estimation, 0), end)


@dataclass(frozen=True)
class Design:
    """What a model needs to know about each session: expected return = offset + regressors @ coefficients."""

    offset: Floats
    """(T,) part of the expected return that needs no estimate, decimal."""
    regressors: Floats
    """(T, p) regressors, the constant first; p = 0 for the market-adjusted model."""
    thin: _ThinTrading | None = None
    """How beta is put together from neighbouring sessions; None: ordinary least squares on `regressors`."""

    @classmethod
    def of(
        cls,
        model: Model,
        benchmark: Floats,
        *,
        factors: Floats | None = None,
        equal_weight: Floats | None = None,
    ) -> Design:
        """Design of `model` for one benchmark.

        Args:
            model: the expected-return model.
            benchmark: (T,) simple returns as decimals; NaN where unknown. Not read by the factor model.
            factors: (T, k) the factor model's regressors beside the constant, the market's among them; decimals.
            equal_weight: (T,) of the market-size model, the equal-weight mean return of the market's stocks; decimals.
        """
        one = np.ones_like(benchmark)
        if model is Model.FACTORS:
            if factors is None or len(factors) != len(benchmark):
                raise ValueError(f"the factor model needs factors for each of the {len(benchmark)} sessions")
            return cls(np.zeros_like(benchmark), np.column_stack([one, factors]))
        if model is Model.MARKET_SIZE:
            if equal_weight is None or len(equal_weight) != len(benchmark):
                raise ValueError(f"the market-size model needs {len(benchmark)} equal-weight returns of the market")
            return cls(np.zeros_like(benchmark), np.column_stack([one, benchmark, equal_weight - benchmark]))
        if model is Model.MARKET_ADJUSTED:
            return cls(benchmark, np.empty((len(benchmark), 0)))
        if model is Model.MEAN_ADJUSTED:
            return cls(np.zeros_like(benchmark), one[:, None])
        is_thin = model in (Model.SCHOLES_WILLIAMS, Model.DIMSON)
        thin = _ThinTrading(joint=model is Model.DIMSON) if is_thin else None
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

    def total(self, window: slice, estimation: slice) -> Floats:
        """(p,) sum of the regressors over the rows `window`, of a model that has learned from the rows `estimation`."""
        total: Floats = self.regressors[window].sum(axis=0)
        if total.size and leaves_out_constant(window.stop - window.start, estimation.stop - estimation.start):
            total[0] = 0.0
        return total

    def usable(self, estimation: slice) -> Bools:
        """(M,) estimation sessions that the estimator can learn from."""
        known = self.known[estimation]
        return known if self.thin is None else known & self.thin.usable(self.regressors[estimation, 1])

    def estimate(self, estimation: slice, y: Floats, own: Bools) -> tuple[Floats, Floats]:
        """Coefficients (p, n) and their covariance (n, p, p) per unit of residual variance.

        Args:
            estimation: rows to learn from.
            y: (M, n) returns less `offset` on these rows.
            own: (M, n) the days of each column that count, among those that are `usable`.
        """
        x = self.regressors[estimation]
        if self.thin is not None:
            return self.thin.estimate(x[:, 1], y, own)
        return _least_squares(np.where(self.known[estimation, None], x, 0.0), y, own)

    def influence(self, estimation: slice, own: Bools) -> Floats:
        """(days in `own`, p) weight of each of those days' returns in the coefficients; `own` (M,)."""
        x = self.regressors[estimation]
        if self.thin is not None:
            return self.thin.influence(x[:, 1], own)
        _, inverse = _least_squares(x[own], np.zeros((int(own.sum()), 1)), np.ones((int(own.sum()), 1), dtype=np.bool_))
        weights: Floats = x[own] @ inverse[0]
        return weights


@dataclass(frozen=True)
class Fit:
    """Estimates for N securities. A security with fewer than `min_obs` observations is NaN throughout."""

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
    returns: Floats
    """(T, N) the returns that the model was fitted to, decimal."""
    designs: Sequence[Design]
    design_of: Ints
    """(N,) which of `designs` belongs to each security."""
    estimation: slice
    """Rows that the model was fitted on."""
    min_obs: int

    @property
    def parameters(self) -> int:
        """Parameters p that the model spends on a security; more than `coefficients` has rows for a Dimson beta."""
        return self.designs[0].parameters if self.designs else 0

    @property
    def df(self) -> Ints:
        """(N,) degrees of freedom M - p."""
        return np.subtract(self.observations, self.parameters)


def fit(returns: Floats, designs: Sequence[Design], design_of: Ints, estimation: slice, min_obs: int) -> Fit:
    """Fit the model of `designs` to each column of `returns` on its own non-missing days of the estimation window.

    Args:
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
        beta, covariance = design.estimate(estimation, excess[estimation], own)
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
        coefficients=coefficients,
        sigma=sigma,
        observations=observations,
        gram_inverse=gram_inverse,
        abnormal=abnormal,
        returns=returns,
        designs=designs,
        design_of=np.asarray(design_of, dtype=np.int64),
        estimation=estimation,
        min_obs=min_obs,
    )


def _sum_of_squares(values: Floats, own: Bools) -> Floats:
    """(n,) sum over each column's `own` days of (M, n) `values`."""
    counted = values if own.all() else np.where(own, values, 0.0)
    return np.asarray(np.einsum("tn,tn->n", counted, counted), dtype=np.float64)
