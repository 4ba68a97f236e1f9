"""What a test says: a number with its p, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtr, stdtrit

from screener.study.arrays import Floats, Ints

_ROUNDING = 1e-12
"""Spread below this share of the values' size is rounding error, not variation."""


@dataclass(frozen=True)
class Statistic:
    """One test statistic. Undefined is NaN with a reason, which nobody can mistake for 'not significant'."""

    value: float
    p: float
    """Two-sided."""
    df: float
    """Degrees of freedom of Student's t; infinite for the standard normal, NaN for an exact or resampled p."""
    reason: str = ""
    """Why `value` is NaN; empty where it is a number."""


def undefined(reason: str) -> Statistic:
    """A statistic that does not exist, and why."""
    return Statistic(math.nan, math.nan, math.nan, reason)


def student(effect: float, se: float, df: float) -> Statistic:
    """`effect / se` under Student's t; undefined without a positive standard error and one degree of freedom."""
    if problem := _problem(effect, se):
        return undefined(problem)
    if not df >= 1:
        return undefined(f"needs at least 1 degree of freedom, has {df:g}")
    t = float(effect / se)
    return Statistic(t, float(two_sided(t, df)), float(df))


def normal(effect: float, se: float) -> Statistic:
    """`effect / se` under the standard normal; undefined without a positive standard error."""
    if problem := _problem(effect, se):
        return undefined(problem)
    z = float(effect / se)
    return Statistic(z, float(2.0 * ndtr(-abs(z))), math.inf)


def _problem(effect: float, se: float) -> str:
    if not (math.isfinite(effect) and math.isfinite(se)):
        return "an ingredient is missing"
    return "" if se > 0 else "zero variance"


def two_sided(t: Floats | float, df: Ints | Floats | float) -> Floats:
    """Two-sided p of a t statistic; NaN where `t` is NaN or `df` is below 1."""
    degrees = np.asarray(df, dtype=np.float64)
    p: Floats = 2.0 * stdtr(np.where(degrees >= 1, degrees, np.nan), -np.abs(t))
    return p


def half_width(se: Floats, df: Ints | Floats, level: float = 0.95) -> Floats:
    """(N,) half of the `level` confidence interval of estimates under Student's t.

    NaN where the standard error `se` (N,) is not positive or the degrees of freedom `df` (N,) are below 1.
    """
    degrees = np.asarray(df, dtype=np.float64)
    critical = stdtrit(np.where(degrees >= 1, degrees, np.nan), (1.0 + level) / 2.0)
    return np.asarray(np.where(se > 0, critical * se, np.nan), dtype=np.float64)


def known(values: Floats) -> Floats:
    """The finite entries of (N,) `values`."""
    return values[np.isfinite(values)]


def sample_sd(values: Floats) -> float:
    """Standard deviation over N - 1 of two or more finite values; exactly 0 where only rounding tells them apart."""
    sd = float(values.std(ddof=1))
    return sd if sd > _ROUNDING * float(np.abs(values).max()) else 0.0
