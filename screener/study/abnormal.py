"""Abnormal performance of each security over an event window, with prediction-error-corrected tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from screener.study.expected import Fit, Floats, Ints


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


def over_window(fit: Fit, returns: Floats, window: slice) -> WindowResult:
    """Abnormal performance over the sessions `window` of the panel that `fit` was made on.

    Var(CAR) = s^2 (L + z'(X'X)^-1 z) with z the sum of the window's regressors: one set of estimates serves every
    day, so the days' errors are correlated and neither L s^2 nor a sum of daily variances will do
    (Campbell, Lo and MacKinlay 1997, section 4.4.3; Salinger 1992, JFQA 27:39).

    Args:
        fit: the fitted model.
        returns: (T, N) the returns that `fit` was made on.
        window: the rows of the event window.
    """
    abnormal = fit.abnormal[window]
    length = abnormal.shape[0]
    car = abnormal.sum(axis=0)
    actual = returns[window]
    bhar = np.prod(1.0 + actual, axis=0) - np.prod(1.0 + actual - abnormal, axis=0)
    z = np.stack([regressors[window].sum(axis=0) for regressors in fit.regressors])[fit.design_of]
    leverage = np.einsum("ni,nij,nj->n", z, fit.gram_inverse, z)
    se = fit.sigma * np.sqrt(length + leverage)
    se[~np.isfinite(car)] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        scar = np.where(se > 0, car / se, np.nan)
    return WindowResult(car, bhar, se, scar, two_sided(scar, fit.df))


def two_sided(t: Floats | float, df: Ints | Floats | float) -> Floats:
    """Two-sided p of a t statistic; NaN where `t` is NaN or `df` is below 1."""
    degrees = np.asarray(df, dtype=np.float64)
    p: Floats = 2.0 * stdtr(np.where(degrees >= 1, degrees, np.nan), -np.abs(t))
    return p
