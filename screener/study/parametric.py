"""Test statistics of a group's mean abnormal return over one window, on sums and standard deviations.

Every function reads one group and one window; a security whose figure is NaN is left out of all parts of a
statistic. Tests that assume independence between securities reject far too often when all share one event date;
`portfolio_t` (portfolio.py) and the two adjusted forms here do not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, stdtr, stdtrit

from screener.study import Floats, Ints

_ROUNDING = 1e-12
"""Spread below this share of the values' size is rounding error, not variation."""
FEWEST_MEMBERS = 5
"""Below this the variance across members has under 4 degrees of freedom, and a test that divides by it says nothing."""


class Statistic(NamedTuple):
    """One test statistic. Undefined is NaN with a reason, which nobody can mistake for 'not significant'."""

    value: float
    p: float
    """Two-sided."""
    df: float
    """Degrees of freedom of Student's t; infinite for the standard normal, NaN for an exact or resampled p."""
    reason: str = ""
    """Why `value` is NaN; empty where it is a number."""

    @classmethod
    def undefined(cls, reason: str) -> Statistic:
        """A statistic that does not exist, and why."""
        return cls(math.nan, math.nan, math.nan, reason)

    @classmethod
    def student(cls, effect: float, se: float, df: float) -> Statistic:
        """`effect / se` under Student's t; undefined without a positive standard error and one degree of freedom."""
        if problem := _problem(effect, se):
            return cls.undefined(problem)
        if not df >= 1:
            return cls.undefined(f"needs at least 1 degree of freedom, has {df:g}")
        t = float(effect / se)
        return cls(t, float(two_sided(t, df)), float(df))

    @classmethod
    def normal(cls, effect: float, se: float) -> Statistic:
        """`effect / se` under the standard normal; undefined without a positive standard error."""
        if problem := _problem(effect, se):
            return cls.undefined(problem)
        z = float(effect / se)
        return cls(z, float(2.0 * ndtr(-abs(z))), math.inf)


def columns_of(statistics: Mapping[str, Statistic]) -> dict[str, float]:
    """Values and p of named statistics as one flat row: `t_adj_bmp` has its p in `p_adj_bmp`, and so on."""
    row = {}
    for name, statistic in statistics.items():
        row[name] = statistic.value
        row[f"p_{name.partition('_')[2]}"] = statistic.p
    return row


def _problem(effect: float, se: float) -> str:
    if not (math.isfinite(effect) and math.isfinite(se)):
        return "an ingredient is missing"
    return "" if se > 0 else "zero variance"


def two_sided(t: Floats | float, df: Ints | Floats | float) -> Floats:
    """Two-sided p of a t statistic; NaN where `t` is NaN or `df` is below 1."""
    degrees = np.asarray(df, dtype=np.float64)
    p: Floats = 2.0 * stdtr(np.where(degrees >= 1, degrees, np.nan), -np.abs(t))
    return p


def half_width(se: Floats, df: Ints | Floats) -> Floats:
    """(N,) half of the 95% confidence interval of estimates under Student's t.

    NaN where the standard error `se` (N,) is not positive or the degrees of freedom `df` (N,) are below 1.
    """
    degrees = np.asarray(df, dtype=np.float64)
    critical = stdtrit(np.where(degrees >= 1, degrees, np.nan), 0.975)
    return np.asarray(np.where(se > 0, critical * se, np.nan), dtype=np.float64)


def known(values: Floats) -> Floats:
    """The finite entries of (N,) `values`."""
    return values[np.isfinite(values)]


def mean(values: Floats) -> float:
    """Mean of the finite entries of (N,) `values`; NaN without any."""
    x = known(values)
    return float(x.mean()) if x.size else math.nan


def sample_sd(values: Floats) -> float:
    """Standard deviation over N - 1 of two or more finite values; exactly 0 where only rounding tells them apart."""
    sd = float(values.std(ddof=1))
    return sd if sd > _ROUNDING * float(np.abs(values).max()) else 0.0


def cross_sectional(values: Floats) -> Statistic:
    """sqrt(N) mean / sd of (N,) `values`, Student's t with N - 1 degrees of freedom; assumes independence.

    Of CARs, decimal: Brown and Warner 1980, JFE 8:205. Of SCARs, which makes it robust to event-induced variance:
    Boehmer, Musumeci and Poulsen 1991, JFE 30:253 (BMP).
    """
    x = known(values)
    if problem := _too_few(x):
        return Statistic.undefined(problem)
    return Statistic.student(x.mean(), sample_sd(x) / math.sqrt(x.size), x.size - 1)


def brown_warner_1980(car: Floats, sd: Floats, length: int) -> Statistic:
    """mean(CAR) / (sqrt(L) / N sqrt(sum s_i^2)), standard normal; assumes independence, ignores estimation error.

    Brown and Warner 1980, JFE 8:205.

    Args:
        car: (N,) cumulative abnormal returns, decimal.
        sd: (N,) standard deviation of each one's estimation-window residuals over M - 1, as in the original.
        length: sessions L in the window.
    """
    have = np.isfinite(car) & np.isfinite(sd)
    if not have.any():
        return Statistic.undefined("no security with a complete window")
    return Statistic.normal(car[have].mean(), math.sqrt(length * float(np.square(sd[have]).sum())) / have.sum())


def brown_warner_1985(aar: Floats, caar: float, length: int) -> Statistic:
    """CAAR / (S sqrt(L)), Student's t with M - 1 degrees of freedom: the crude dependence adjustment.

    Brown and Warner 1985, JFE 14:3. Robust to correlation between securities; `portfolio_t` is its exact form.

    Args:
        aar: (M,) mean abnormal return of the group on each estimation day, decimal; S is its sd over M - 1.
        caar: cumulative average abnormal return over the window, decimal.
        length: sessions L in the window.
    """
    values = known(aar)
    if values.size < 2:
        return Statistic.undefined("fewer than 2 estimation days")
    return Statistic.student(caar, sample_sd(values) * math.sqrt(length), values.size - 1)


def patell(scar: Floats, df: Ints) -> Statistic:
    """sum(SCAR) / sqrt(sum Q_i), Q = (M - p) / (M - p - 2), standard normal; assumes independence.

    Patell 1976, JAR 14:246, on the SCAR of the whole window: his multi-day sum of daily standardised returns over
    sqrt(L) takes days for independent that share one set of estimates. `scar` and `df` = M - p are (N,).
    """
    have = np.isfinite(scar) & (df > 2)
    if not have.any():
        return Statistic.undefined("no security with a complete window and more than 2 degrees of freedom")
    degrees = df[have].astype(np.float64)
    return Statistic.normal(scar[have].sum(), math.sqrt(float((degrees / (degrees - 2.0)).sum())))


def adjusted_bmp(scar: Floats, rbar: float, df: int) -> Statistic:
    """BMP times sqrt((1 - rbar) / (1 + (N - 1) rbar)), Student's t with min(N - 1, M - p).

    Corrected for correlation between securities: Kolari and Pynnonen 2010, RFS 23:3996. A negative r-bar counts as 0:
    near its lower bound of -1 / (N - 1), which it meets when the benchmark is the mean of the same stocks, the
    correction would multiply the statistic without limit. Takes the correlation on the event days for that of the
    estimation window.

    Args:
        scar: (N,) standardised cumulative abnormal returns.
        rbar: mean correlation of the same securities' residuals.
        df: M - p, the degrees of freedom that r-bar rests on.
    """
    if math.isnan(rbar):
        return Statistic.undefined("mean correlation undefined")
    plain = cross_sectional(scar)
    if plain.reason:
        return plain
    n, r = known(scar).size, max(rbar, 0.0)
    factor = math.sqrt((1.0 - r) / (1.0 + (n - 1) * r)) if r < 1 else math.nan
    return Statistic.student(plain.value * factor, 1.0, min(n - 1, df))


def adjusted_patell(scar: Floats, df: Ints, rbar: float) -> Statistic:
    """Patell over sqrt(1 + (N - 1) rbar), standard normal: corrected as `adjusted_bmp` is."""
    if math.isnan(rbar):
        return Statistic.undefined("mean correlation undefined")
    plain = patell(scar, df)
    if plain.reason:
        return plain
    n = int((np.isfinite(scar) & (df > 2)).sum())
    return Statistic.normal(plain.value * (1.0 / math.sqrt(1.0 + (n - 1) * max(rbar, 0.0))), 1.0)


def skewness_adjusted(values: Floats, *, cubic: bool = False) -> Statistic:
    """sqrt(N) (S + g S^2 / 3 + g / (6 N)), S = mean / sd, g the skewness; Student's t, N - 1; assumes independence.

    Johnson 1978, JASA 73:536; Lyon, Barber and Tsai 1999, JF 54:165. `cubic` adds g^2 S^3 / 27, which makes it
    monotonic in S (Hall 1992, JRSS B 54:221). `values` (N,) CAR or BHAR, decimal.
    """
    x = known(values)
    if problem := _too_few(x, fewest=3):
        return Statistic.undefined(problem)
    if not sample_sd(x) > 0:
        return Statistic.undefined("zero variance")
    deviation = x - x.mean()
    square = deviation * deviation
    g = float((square * deviation).mean() / square.mean() ** 1.5)
    s = float(x.mean()) / float(x.std(ddof=1))
    t = math.sqrt(x.size) * (s + g * s**2 / 3.0 + g / (6.0 * x.size) + (g**2 * s**3 / 27.0 if cubic else 0.0))
    return Statistic.student(t, 1.0, x.size - 1)


def _too_few(values: Floats, fewest: int = 2) -> str:
    return "" if values.size >= fewest else f"needs {fewest} securities with a complete window, has {values.size}"
