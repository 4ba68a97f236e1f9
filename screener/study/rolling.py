"""One event window moved over the sessions of a panel, with the model refitted on the sessions before each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, product

import numpy as np

from screener.study import Bools, Floats, Ints
from screener.study.models import Design, Refit, leaves_out_constant
from screener.study.portfolio import Portfolio

_PORTFOLIOS_AT_ONCE = 256  # bounds the memory of a whole market: about 10 panels of this many columns
_NEGLIGIBLE = 1e-13  # a residual variance below this share of the returns' own is rounding, not variation


@dataclass(frozen=True)
class Rolling:
    """P portfolios in one window around each of B dates; decimals, NaN where the window or the fit is incomplete."""

    dates: slice
    """The rows of the B dates."""
    length: int
    """Sessions L of the window."""
    caar: Floats
    """(B, P) cumulative abnormal return, by the model fitted before the date."""
    sd: Floats
    """(B, P) standard deviation expected of one session's abnormal return, from the sessions before the window."""
    t: Floats
    """(B, P) portfolio t, the same as `portfolio_t` gives for this date."""
    wider: Floats | None = None
    """(B,) by how much `sd` was multiplied for the market's move; None where it was not."""

    @property
    def z_ewma(self) -> Floats:
        """(B, P) caar / (sqrt(L) sd)."""
        z: Floats = self.caar / (np.sqrt(self.length) * self.sd)
        return z

    def take(self, portfolios: Ints) -> Rolling:
        """The same of some of the portfolios."""
        return replace(self, caar=self.caar[:, portfolios], sd=self.sd[:, portfolios], t=self.t[:, portfolios])

    def widened(self, factor: Floats) -> Rolling:
        """The same with standard deviations `factor` (B,) times as large."""
        by_date = factor[:, None]
        return replace(self, sd=self.sd * by_date, t=self.t / by_date, wider=factor)

    def chosen(self, portfolio_of: Ints) -> Rolling:
        """On each date the one portfolio (B,) of these that is chosen for it, as if they were one."""
        of_date = portfolio_of.reshape(-1, 1)
        caar, sd, t = (np.take_along_axis(values, of_date, axis=1) for values in (self.caar, self.sd, self.t))
        return replace(self, caar=caar, sd=sd, t=t)


def roll(
    refit: Refit,
    portfolios: Sequence[Portfolio],
    designs: Sequence[Design],
    dates: slice,
    windows: Sequence[range],
    *,
    t_rows: slice | None = None,
) -> list[Rolling]:
    """Abnormal return, volatility and portfolio t of each portfolio, as if each of `dates` were the event day.

    Every date has its own fit. It costs little, because fits, residual sums and volatilities are all functions of
    moving sums of products of returns and regressors, and one band matrix gives these for every date and
    portfolio at once. Cost is linear in dates and in portfolios.

    The volatility is that of a GARCH(1,1) with fixed weights and its long-run variance from the estimation window
    (variance targeting, Engle and Mezrich 1996, Risk 9:36):

        sd^2 = (1 - long_run) sum_j decay^j e_{-1-j}^2 / sum_j decay^j + long_run s^2,  j = 0 .. span - 1

    with e the residuals before tau = 0, or before the window where that begins earlier, and s^2 their variance in the
    estimation window. Residuals between estimation window and date are prediction errors.

    Args:
        refit: model and the sessions to learn from.
        portfolios: P portfolios over the same T sessions; a session counts if every leg has a return.
        designs: the distinct designs, one per benchmark; NaN rows where the benchmark is unknown.
        dates: rows to take as tau = 0.
        windows: one range of tau per event window, e.g. range(0, 6) for [0,+5].
        t_rows: those of `dates` on which the portfolio t is wanted, by default all; on others `Rolling.t` may be NaN.
    """
    if any(design.thin for design in designs):
        raise ValueError("placebo dates are refitted by least squares only, not with a thin-trading beta")
    shape = (dates.stop - dates.start, len(portfolios))
    results = [
        Rolling(dates, len(window), np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan))
        for window in windows
    ]
    groups: dict[tuple[int, ...], list[int]] = {}
    for number, portfolio in enumerate(portfolios):
        groups.setdefault(tuple(sorted(set(portfolio.design_of.tolist()))), []).append(number)
    for key, members in groups.items():
        for start in range(0, len(members) if key else 0, _PORTFOLIOS_AT_ONCE):
            columns = members[start : start + _PORTFOLIOS_AT_ONCE]
            own = {number: designs[number] for number in key}
            stacked = _Moments.of(*_stack([portfolios[c] for c in columns], own), len(own))
            _fill(results, columns, refit, stacked, windows, dates if t_rows is None else t_rows)
    return results


def _fill(
    results: Sequence[Rolling],
    columns: list[int],
    refit: Refit,
    moments: _Moments,
    windows: Sequence[range],
    t_rows: slice,
) -> None:
    """Compute the `columns` of `results`, the portfolios of `moments`; their t on `t_rows` alone."""
    fits: dict[range, _Fits] = {}
    volatilities: dict[range, Floats] = {}
    for window, result in zip(windows, results, strict=True):
        first, last = result.dates.start, min(result.dates.stop, len(moments.values) - window.stop + 1)
        dates = range(max(first, refit.history - min(0, window.start)), last)
        if not dates:
            continue
        # Windows of one event share the dates but for those whose window would run out of the panel.
        all_dates = range(dates.start, min(result.dates.stop, len(moments.values) + 1))
        if all_dates not in fits:
            fits[all_dates] = _Fits.of(moments, refit, all_dates)
        fitted = fits[all_dates].take(slice(len(dates)))
        quiet = _shift(dates, min(0, window.start) - refit.span)
        if quiet not in volatilities:
            volatilities[quiet] = _volatility(moments, refit, quiet, fitted)
        inside, sessions = moments.window(_shift(dates, window.start), len(window))
        if leaves_out_constant(len(window), refit.estimation):
            legs, parameters = fitted.inverse.shape[2:4]
            inside[:, :, : legs * parameters : max(parameters, 1)] = 0.0
        caar = np.where(sessions > len(window) - 0.5, np.einsum("bps,bps->bp", fitted.whole, inside), np.nan)
        at = slice(dates.start - first, dates.stop - first)
        result.caar[at, columns] = caar
        result.sd[at, columns] = volatilities[quiet]
        tested = range(max(t_rows.start, dates.start), min(t_rows.stop, dates.stop))
        if tested and moments.legs > 1:
            # `einsum` adds the legs of a few dates in another order than those of many.
            tested = dates
        if tested:
            own = slice(tested.start - dates.start, tested.stop - dates.start)
            variance = _prediction_variance(fitted.take(own), inside[own], len(window))
            result.t[tested.start - first : tested.stop - first, columns] = caar[own] / np.sqrt(variance)


@dataclass(frozen=True)
class _Moments:
    """Products from which every moving fit follows; `size` = K p + K regressors and legs of each portfolio."""

    values: Floats
    """(T, P, size) regressors and legs, zero where the portfolio did not trade."""
    traded: Floats
    """(T, P) 1 where it did."""
    products: Floats
    """(T, P, size (size + 1) / 2) products of two of `values`, the upper triangle."""
    legs: int

    @classmethod
    def of(cls, values: Floats, traded: Bools, legs: int) -> _Moments:
        pairs = _triangle(values.shape[2])
        products = np.empty((*values.shape[:2], len(pairs)))
        for place, (first, second) in enumerate(pairs):
            np.multiply(values[:, :, first], values[:, :, second], out=products[:, :, place])
        return cls(values, traded.astype(np.float64), products, legs)

    def second(self, starts: range, weights: Floats) -> tuple[Floats, Floats]:
        """Weighted second moments (size (size + 1) / 2, B, P), and weight (B, P), of the sessions from each start."""
        sums = _moving_sums(self.products, weights, starts)
        # Each product as a plane of its own: what follows takes them one after another.
        return np.ascontiguousarray(np.moveaxis(sums, 2, 0)), _moving_sums(self.traded, weights, starts)

    def window(self, starts: range, length: int) -> tuple[Floats, Floats]:
        """Sums of `values` (B, P, size) and number of sessions traded (B, P)."""
        one = np.ones(length)
        return _moving_sums(self.values, one, starts), _moving_sums(self.traded, one, starts)


@dataclass(frozen=True)
class _Fits:
    """The model before each of B dates, for P portfolios of K legs."""

    triangle: Floats
    """(size (size + 1) / 2, B, P) second moments of the estimation window, the upper triangle."""
    moments: Floats
    """(B, P, size, size) the same, whole."""
    df: Floats
    """(B, P) degrees of freedom."""
    inverse: Floats
    """(B, P, K, p, p) inverse Gram matrices."""
    residual: Floats
    """(B, P, K, size) residual of each leg as a combination of regressors and legs."""
    whole: Floats
    """(B, P, size) the same of the portfolio."""

    @classmethod
    def of(cls, moments: _Moments, refit: Refit, dates: range) -> _Fits:
        learned = _shift(dates, -refit.gap - refit.estimation)
        triangle, observations = moments.second(learned, np.ones(refit.estimation))
        size = moments.values.shape[2]
        second = np.empty((*observations.shape, size, size))
        for plane, (row, column) in zip(triangle, _triangle(size), strict=True):
            second[:, :, row, column] = second[:, :, column, row] = plane
        parameters = size // moments.legs - 1
        enough = observations > max(refit.min_obs, parameters + 1) - 0.5
        residual, inverse = _solve(second, enough, moments.legs, parameters)
        return cls(triangle, second, observations - parameters, inverse, residual, residual.sum(axis=2))

    def take(self, dates: slice) -> _Fits:
        """Of some of the dates alone."""
        by_date = {name: part[dates] for name, part in vars(self).items() if name != "triangle"}
        return _Fits(self.triangle[:, dates], **by_date)

    @property
    def covariance(self) -> Floats:
        """(B, P, K, K) sums of products of the legs' residuals."""
        return np.asarray(
            np.einsum("bpgs,bpst,bpht->bpgh", self.residual, self.moments, self.residual, optimize=True),
            dtype=np.float64,
        )

    @property
    def scale(self) -> Floats:
        """(B, P) sum of the squared returns of the legs."""
        x = self.inverse.shape[2] * self.inverse.shape[3]
        scale: Floats = np.trace(self.moments[:, :, x:, x:], axis1=2, axis2=3)
        return scale


def _volatility(moments: _Moments, refit: Refit, starts: range, fitted: _Fits) -> Floats:
    """(B, P) expected standard deviation of the portfolio, its moving part over the sessions from `starts`."""
    weighted, weight = moments.second(starts, refit.decay ** np.arange(refit.span - 1.0, -1.0, -1.0))
    sessions = _moving_sums(moments.traded, np.ones(refit.span), starts)
    whole, scale = fitted.whole, fitted.scale
    moving, steady = (_quadratic(whole, triangle) for triangle in (weighted, fitted.triangle))
    real = (sessions > refit.span / 2 - 0.5) & (fitted.df > 0.5) & (steady > _NEGLIGIBLE * scale)
    variance = (1 - refit.long_run) * moving / np.where(real, weight, np.nan)
    variance += refit.long_run * steady / np.where(real, fitted.df, np.nan)
    sd: Floats = np.sqrt(np.where(variance > _NEGLIGIBLE * scale / refit.estimation, variance, np.nan))
    return sd


def _quadratic(whole: Floats, triangle: Floats) -> Floats:
    """(B, P) w'Mw with `whole` w (B, P, size) and the upper triangle of M (size (size + 1) / 2, B, P).

    Adds as `einsum` does, a plane at a time, which takes a fraction of its time.
    """
    size = whole.shape[2]
    planes = [np.ascontiguousarray(whole[:, :, place]) for place in range(size)]
    plane_of = dict(zip(_triangle(size), triangle, strict=True))
    total = np.zeros(whole.shape[:2])
    for row, column in product(range(size), repeat=2):
        total += planes[row] * plane_of[min(row, column), max(row, column)] * planes[column]
    return total


def _stack(portfolios: Sequence[Portfolio], designs: Mapping[int, Design]) -> tuple[Floats, Bools]:
    """Regressors and legs of each portfolio side by side (T, P, K p + K), zero where it did not trade (T, P).

    Legs that share a design are one: with one mask for the portfolio, the fit of a sum is the sum of the fits.
    """
    x = np.hstack([design.regressors for design in designs.values()])
    known = np.isfinite(x).all(axis=1) & np.all([np.isfinite(design.offset) for design in designs.values()], axis=0)
    returns = np.concatenate([portfolio.returns * portfolio.weights for portfolio in portfolios], axis=1)
    owner = np.repeat(np.arange(len(portfolios)), [len(portfolio.weights) for portfolio in portfolios])
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    traded: Bools = np.logical_and.reduceat(np.isfinite(returns), starts, axis=1) & known[:, None]
    values = np.zeros((*traded.shape, x.shape[1] + len(designs)))
    values[:, :, : x.shape[1]] = np.where(traded[:, :, None], x[:, None, :], 0.0)
    design_of = np.concatenate([portfolio.design_of for portfolio in portfolios])
    weights = np.concatenate([portfolio.weights for portfolio in portfolios])
    for leg, (number, design) in enumerate(designs.items()):
        of_leg = np.flatnonzero(design_of == number)
        begins = np.flatnonzero(np.diff(owner[of_leg], prepend=-1))
        total = np.add.reduceat(returns[:, of_leg], begins, axis=1)
        offset = np.outer(design.offset, np.add.reduceat(weights[of_leg], begins))
        values[:, :, x.shape[1] + leg] = np.where(traded, total - offset, 0.0)
    return values, traded


def _solve(moments: Floats, enough: Bools, legs: int, parameters: int) -> tuple[Floats, Floats]:
    """Least squares of each leg on its own regressors, from second moments (B, P, size, size).

    Returns the residual of each leg as a combination of regressors and legs (B, P, K, size), and the inverse Gram
    matrices (B, P, K, p, p); NaN where the sessions are not `enough` or the regressors are collinear.
    """
    dates, portfolios, size, _ = moments.shape
    residual = np.zeros((dates, portfolios, legs, size))
    inverse = np.empty((dates, portfolios, legs, parameters, parameters))
    for leg in range(legs):
        own = slice(leg * parameters, (leg + 1) * parameters)
        gram = moments[:, :, own, own]
        # Hadamard: a determinant is at most the product of the diagonal, and far below it when columns are collinear.
        determinant = _determinant(gram)
        regular = enough & (determinant > 1e-12 * np.prod(np.diagonal(gram, axis1=2, axis2=3), axis=2))
        inverse[:, :, leg] = _inverted(gram, determinant, regular)
        beta = np.einsum("bpij,bpj->bpi", inverse[:, :, leg], moments[:, :, own, legs * parameters + leg])
        residual[:, :, leg, own] = -beta
        residual[:, :, leg, legs * parameters + leg] = 1.0
        residual[~regular, leg] = np.nan
    return residual, inverse


def _determinant(gram: Floats) -> Floats:
    """(B, P) determinants of (B, P, p, p): written out for a constant and one benchmark, which is most of the work."""
    if gram.shape[2] != 2:
        return np.asarray(np.linalg.det(gram), dtype=np.float64)
    determinant: Floats = gram[:, :, 0, 0] * gram[:, :, 1, 1] - np.square(gram[:, :, 0, 1])
    return determinant


def _inverted(gram: Floats, determinant: Floats, regular: Bools) -> Floats:
    """(B, P, p, p) inverses of symmetric matrices; the identity for those that are not `regular`."""
    if gram.shape[2] != 2:
        return np.linalg.inv(np.where(regular[:, :, None, None], gram, np.eye(gram.shape[2])))
    scale = 1.0 / np.where(regular, determinant, 1.0)
    inverse = np.empty(gram.shape)
    inverse[:, :, 0, 0] = np.where(regular, gram[:, :, 1, 1] * scale, 1.0)
    inverse[:, :, 1, 1] = np.where(regular, gram[:, :, 0, 0] * scale, 1.0)
    inverse[:, :, 0, 1] = inverse[:, :, 1, 0] = np.where(regular, -gram[:, :, 0, 1] * scale, 0.0)
    return inverse


def _prediction_variance(fitted: _Fits, inside: Floats, length: int) -> Floats:
    """(B, P) variance of the portfolio's cumulative abnormal return, the formula of `portfolio_t`."""
    dates, portfolios, legs, parameters, _ = fitted.inverse.shape
    x = legs * parameters
    z = inside[:, :, :x].reshape(dates, portfolios, legs, parameters)
    loading = np.einsum("bpgij,bpgj->bpgi", fitted.inverse, z)
    if legs == 1:
        # With G = X'X of the one leg, z'G^-1 G G^-1 z of the formula is z'G^-1 z.
        leverage = np.einsum("bpgi,bpgi->bpg", loading, z)[..., None]
    else:
        gram = fitted.moments[:, :, :x, :x].reshape(dates, portfolios, legs, parameters, legs, parameters)
        leverage = np.einsum("bpgi,bpgihj,bphj->bpgh", loading, gram, loading, optimize=True)
    variance = (fitted.covariance * (length + leverage)).sum(axis=(2, 3))
    real = variance > _NEGLIGIBLE * fitted.scale
    result: Floats = np.where(real, variance, np.nan) / np.where(fitted.df >= 1, fitted.df, np.nan)
    return result


def _triangle(size: int) -> list[tuple[int, int]]:
    """Row and column of each element on and above the diagonal."""
    return list(combinations_with_replacement(range(size), 2))


def _moving_sums(values: Floats, weights: Floats, starts: range) -> Floats:
    """(B, ...) sums of `weights` (m,) times the m rows of `values` (T, ...) from each of the consecutive `starts`.

    A band matrix times blocks of rows: as fast as differences of cumulative sums, without their cancellation.
    """
    span = len(weights)
    flat = values.reshape(len(values), -1)
    sums = np.empty((len(starts), flat.shape[1]))
    block = min(len(starts), max(span, 32))
    band = np.zeros((block, block + span - 1))
    for row in range(block):
        band[row, row : row + span] = weights
    for done in range(0, len(starts), block):
        rows = min(block, len(starts) - done)
        begin = starts.start + done
        sums[done : done + rows] = band[:rows, : rows + span - 1] @ flat[begin : begin + rows + span - 1]
    return sums.reshape(len(starts), *values.shape[1:])


def _shift(rows: range, by: int) -> range:
    return range(rows.start + by, rows.stop + by)
