"""Abnormal performance of each security over an event window, with prediction-error-corrected tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from screener.study.arrays import Floats
from screener.study.expected import Fit
from screener.study.statistic import two_sided as two_sided


@dataclass(frozen=True)
class WindowResult:
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


def over_window(fit: Fit, returns: Floats, window: slice, *, partial: bool = False) -> WindowResult:
    """Abnormal performance over the sessions `window` of the panel that `fit` was made on.

    Var(CAR) = s^2 (L + z'(X'X)^-1 z) with z the sum of the window's regressors: one set of estimates serves every
    day, so the days' errors are correlated and neither L s^2 nor a sum of daily variances will do
    (Campbell, Lo and MacKinlay 1997, section 4.4.3; Salinger 1992, JFQA 27:39).

    Args:
        fit: the fitted model.
        returns: (T, N) the returns that `fit` was made on.
        window: the rows of the event window.
        partial: sum over the days that a security did trade, L and z counted over the same days, instead of NaN.
    """
    abnormal = fit.abnormal[window]
    length: Floats | int = abnormal.shape[0]
    actual = returns[window]
    if partial:
        own = np.isfinite(abnormal)
        length = own.sum(axis=0).astype(np.float64)
        days = [own.T.astype(np.float64) @ np.nan_to_num(regressors[window]) for regressors in fit.regressors]
        z = np.stack(days, axis=1)[np.arange(len(fit.design_of)), fit.design_of]
        leverage = np.einsum("ni,nij,nj->n", z, fit.gram_inverse, z)
        nothing = np.where(length > 0, 0.0, np.nan)
        abnormal, actual = np.where(own, abnormal, nothing), np.where(own, actual, nothing)
    else:
        leverage = _leverage(fit, [regressors[window].sum(axis=0, keepdims=True) for regressors in fit.regressors])[0]
    car = abnormal.sum(axis=0)
    bhar = np.prod(1.0 + actual, axis=0) - np.prod(1.0 + actual - abnormal, axis=0)
    se = fit.sigma * np.sqrt(length + leverage)
    se[~np.isfinite(car)] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        scar = np.where(se > 0, car / se, np.nan)
    return WindowResult(car, bhar, se, scar, two_sided(scar, fit.df))


def standardised(fit: Fit, rows: slice) -> Floats:
    """(L, N) standardised abnormal returns AR / (s sqrt(C)) of each session outside the estimation window.

    C = 1 + x'(X'X)^-1 x. Their sum over a window is not its SCAR: see `over_window`.
    """
    leverage = _leverage(fit, [regressors[rows] for regressors in fit.regressors])
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
