"""Abnormal performance of each security over an event window, with prediction-error-corrected tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from screener.study import Floats
from screener.study.models import Fit, leaves_out_constant
from screener.study.parametric import two_sided


class WindowResult(NamedTuple):
    """One event window, N securities, decimals; NaN where the security has no fit or missed a day of the window."""

    car: Floats
    """(N,) cumulative abnormal return: the sum of the window's abnormal returns."""
    bhar: Floats
    """(N,) buy-and-hold abnormal return: prod(1 + R) - prod(1 + E R)."""
    se: Floats
    """(N,) standard error of `car`, estimation error included."""
    scar: Floats
    """(N,) standardised cumulative abnormal return `car / se`, which is also its t statistic."""
    p: Floats
    """(N,) two-sided p of `scar` under Student's t with M - p degrees of freedom."""


def over_window(fit: Fit, window: slice, wider: float = 1.0) -> WindowResult:
    """Abnormal performance over the sessions `window`; `wider` multiplies the standard errors (see `moves`).

    Var(CAR) = s^2 (L + z'(X'X)^-1 z) with z the sum of the window's regressors: one set of estimates serves every
    day, so the days' errors are correlated and neither L s^2 nor a sum of daily variances will do
    (Campbell, Lo and MacKinlay 1997, section 4.4.3; Salinger 1992, JFQA 27:39).
    """
    abnormal, actual = daily(fit, window), fit.returns[window]
    leverage = _leverage(fit, [design.total(window, fit.estimation)[None] for design in fit.designs])[0]
    car = abnormal.sum(axis=0)
    bhar = np.prod(1.0 + actual, axis=0) - np.prod(1.0 + actual - abnormal, axis=0)
    se = fit.sigma * np.sqrt(len(abnormal) + leverage) * wider
    se[~np.isfinite(car)] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        scar = np.where(se > 0, car / se, np.nan)
    return WindowResult(car, bhar, se, scar, two_sided(scar, fit.df))


def daily(fit: Fit, window: slice) -> Floats:
    """(L, N) abnormal returns of the sessions `window`: with the constant, unless the window is too long for it."""
    abnormal = fit.abnormal[window]
    if not len(fit.coefficients) or not leaves_out_constant(len(abnormal), fit.estimation.stop - fit.estimation.start):
        return abnormal
    return np.asarray(abnormal + fit.coefficients[0])


def standardised(fit: Fit, rows: slice) -> Floats:
    """(L, N) standardised abnormal returns AR / (s sqrt(C)) of each session outside the estimation window.

    C = 1 + x'(X'X)^-1 x. Their sum over a window is not its SCAR: see `over_window`.
    """
    leverage = _leverage(fit, [design.regressors[rows] for design in fit.designs])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(fit.sigma > 0, fit.abnormal[rows] / (fit.sigma * np.sqrt(1.0 + leverage)), np.nan)


def _leverage(fit: Fit, x: Sequence[Floats]) -> Floats:
    """(L, N) x'(X'X)^-1 x for each row of regressors (L, p), given once for each design."""
    leverage = np.empty((len(x[0]), len(fit.sigma)))
    for number, rows in enumerate(x):  # p = 0 leaves nothing to add up
        columns = fit.design_of == number
        pairs = rows.shape[1] ** 2
        products = (rows[:, :, None] * rows[:, None, :]).reshape(len(rows), pairs)
        leverage[:, columns] = products @ fit.gram_inverse[columns].reshape(int(columns.sum()), pairs).T
    return leverage


def leave_one_out(index: Floats, returns: Floats, weights: Floats) -> Floats:
    """Return of the index without each security: (R_m - w R_i) / (1 - w), (T, N), decimal.

    A security that makes up the share w of its index pulls its own benchmark along: its abnormal return is damped
    by about 1 - beta w, which is a fifth of it for the largest stock of KOSPI.

    Args:
        index: (T,) return of a capitalisation-weighted index, decimal.
        returns: (T, N) returns of its members, decimal. NaN = no trade: the index then holds the last price, a
            return of 0.
        weights: (T, N) share of each member in the index at the previous session's close, 0 where it is no member;
            NaN, or a share of 1 or more, gives NaN.
    """
    share = np.where((weights >= 0) & (weights < 1), weights, np.nan)
    traded = np.where(np.isfinite(returns), returns, 0.0)
    without: Floats = (index[:, None] - share * traded) / (1.0 - share)
    return without
