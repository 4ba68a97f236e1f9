"""The tests under trial: each is one function from a pseudo-event to a two-sided p. Add a test by adding a function.

The textbook statistics are written out here once more, in their plainest form, so that the table does not depend on
the engine's own code where that is not what is being judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr
from scipy.stats import rankdata

from screener.study import Floats, Ints
from screener.study.abnormal import over_window
from screener.study.correlation import cross_correlation
from screener.study.models import Fit, Refit, fit
from screener.study.nonparametric import daily_test, generalised_sign, share_positive, sign, sign_scores, wilcoxon
from screener.study.parametric import skewness_adjusted, two_sided
from screener.study.spread import two_sample
from tests.calibration.garch import fit_garch
from tests.calibration.market import Market


@dataclass(frozen=True)
class Study:
    """The members of one set on one date, with an effect added to each member's return on that day."""

    fitted: Fit
    returns: Floats
    estimation: slice
    window: slice
    effect: float

    @classmethod
    def of(cls, market: Market, members: Ints, refit: Refit, date: int, length: int) -> Study:
        """Market-model fit of the members on the estimation window before `date`."""
        begin = date - refit.gap - refit.estimation
        rows = slice(begin, date + length)
        local = refit.estimation_of(date - begin)
        designs = [type(d)(d.offset[rows], d.regressors[rows]) for d in market.designs]
        returns = market.returns[rows, members]
        fitted = fit(returns, designs, market.design_of[members], local, refit.min_obs)
        return cls(fitted, returns, local, slice(date - begin, date - begin + length), 0.0)

    def plus(self, effect: float) -> Study:
        """The same with `effect`, decimal, added on the event day."""
        return Study(self.fitted, self.returns, self.estimation, self.window, effect)

    @cached_property
    def _plain(self) -> tuple[Floats, Floats]:
        result = over_window(self.fitted, self.window)
        return result.car, result.se

    @cached_property
    def members(self) -> Ints:
        return np.flatnonzero(np.isfinite(self._plain[1]))

    @cached_property
    def car(self) -> Floats:
        return self._plain[0][self.members] + self.effect

    @cached_property
    def scar(self) -> Floats:
        return self.car / self._plain[1][self.members]

    @cached_property
    def df(self) -> Ints:
        return self.fitted.df[self.members]

    @cached_property
    def residuals(self) -> Floats:
        return self.fitted.abnormal[self.estimation][:, self.members]

    @cached_property
    def event_days(self) -> Floats:
        days = self.fitted.abnormal[self.window][:, self.members].copy()
        days[0] += self.effect
        return days

    @cached_property
    def rbar(self) -> float:
        """Mean correlation between members, at least 0."""
        n = len(self.members)
        return max((n * cross_correlation(self.residuals, self.residuals) - 1) / (n - 1), 0.0)


def cross_sectional(study: Study) -> float:
    """Cross-sectional t of the CARs."""
    return _t(study.car)


def bmp(study: Study) -> float:
    """Boehmer, Musumeci and Poulsen (1991)."""
    return _t(study.scar)


def adjusted_bmp(study: Study) -> float:
    """Kolari and Pynnonen (2010)."""
    n, r = len(study.scar), study.rbar
    t = np.sqrt(n) * study.scar.mean() / study.scar.std(ddof=1) * np.sqrt((1 - r) / (1 + (n - 1) * r))
    return float(two_sided(t, min(n - 1, int(study.df.min()))))


def patell(study: Study) -> float:
    """Patell (1976)."""
    return _normal(_patell(study))


def adjusted_patell(study: Study) -> float:
    """Patell's Z over the root of 1 + (N - 1) rbar (Kolari and Pynnonen 2010)."""
    return _normal(_patell(study) / np.sqrt(1 + (len(study.scar) - 1) * study.rbar))


def corrado(study: Study) -> float:
    """Corrado (1989), Corrado and Zivney (1992), several days with the finite-population correction."""
    everything = np.vstack([study.residuals, study.event_days])
    length = len(study.event_days)
    u = _ranks(everything) / (np.isfinite(everything).sum(axis=0) + 1) - 0.5
    daily = np.nansum(u, axis=1) / np.sqrt(np.maximum(np.isfinite(u).sum(axis=1), 1))
    sd, days = np.sqrt(np.square(daily).mean()), len(daily)
    z = daily[-length:].sum() / (np.sqrt(length) * sd) / np.sqrt((days - length) / (days - 1))
    return _normal(z)


def grank_t(study: Study) -> float:
    """Generalised rank t (Kolari and Pynnonen 2011) with the event cell scaled by the root of 1 - rbar."""
    event = study.scar / study.scar.std(ddof=1) * np.sqrt(1 - study.rbar)
    cells = np.vstack([study.residuals / study.fitted.sigma[study.members], event])
    known = np.isfinite(cells)
    u = _ranks(cells) / (known.sum(axis=0) + 1) - 0.5
    count = known.sum(axis=1)
    mean = np.nansum(u, axis=1) / np.maximum(count, 1)
    days = len(mean)
    z = mean[-1] / np.sqrt((count / len(study.scar) * np.square(mean)).mean())
    return float(two_sided(z * np.sqrt((days - 2) / (days - 1 - z * z)), days - 2))


def block_bootstrap(study: Study) -> float:
    """Rank of the mean CAR among all blocks of consecutive residual days, each as long as the window.

    What a moving-block bootstrap of one window converges to; residuals of the one fit, inflated for it.
    """
    portfolio = np.nanmean(study.residuals, axis=1)
    length = len(study.event_days)
    sums = np.convolve(portfolio, np.ones(length), mode="valid")
    inflated = np.abs(sums) * np.sqrt(len(portfolio) / (len(portfolio) - 2) * (1 + length / len(portfolio)))
    return float((1 + (inflated >= abs(study.car.mean())).sum()) / (len(sums) + 1))


def cz_sign(study: Study) -> float:
    """Sign of the abnormal return about each security's median (Corrado and Zivney 1992)."""
    everything = np.vstack([study.residuals, study.event_days])
    window = slice(len(study.residuals), len(everything))
    return daily_test(sign_scores(everything), window).p


def garch_standardised(study: Study) -> float:
    """Mean CAR over the volatility that a GARCH(1,1) of the portfolio's residual expects, under the normal law."""
    before = study.fitted.abnormal[study.estimation.start : study.window.start][:, study.members]
    portfolio = np.nanmean(before, axis=1)
    found = fit_garch(portfolio, study.estimation.stop - study.estimation.start)
    if found is None:
        return float("nan")
    return _normal(study.car.mean() / np.sqrt(found.over(len(study.event_days))))


MEMBER_TESTS: dict[str, Callable[[Study], float]] = {
    "adj-BMP": adjusted_bmp,
    "GRANK-T, sqrt(1 - rbar)": grank_t,
    "adj-Patell": adjusted_patell,
    "Corrado rank": corrado,
    "CZ sign": cz_sign,
    "block bootstrap, in sample": block_bootstrap,
    "GARCH(1,1) standardised, normal law": garch_standardised,
    "BMP (assumes independence)": bmp,
    "Patell (assumes independence)": patell,
    "cross-sectional t (assumes independence)": cross_sectional,
    "skewness-adjusted t (assumes independence)": lambda study: skewness_adjusted(study.car).p,
    "sign (assumes independence)": lambda study: sign(study.car).p,
    "generalised sign (assumes independence)": lambda study: (
        generalised_sign(study.car, share_positive(study.residuals)).p
    ),
    "Wilcoxon (assumes independence)": lambda study: wilcoxon(study.car).p,
}
"""Tests on the members of one set."""


def kolari_pynnonen(a: Study, b: Study) -> float:
    """Two-sample t with the correlations within and across."""
    return two_sample(a.scar, b.scar, a.residuals, b.residuals).p


def welch(a: Study, b: Study) -> float:
    """Welch's t of the CARs."""
    v_a, v_b = a.car.var(ddof=1) / len(a.car), b.car.var(ddof=1) / len(b.car)
    df = (v_a + v_b) ** 2 / (v_a**2 / (len(a.car) - 1) + v_b**2 / (len(b.car) - 1))
    return float(two_sided((a.car.mean() - b.car.mean()) / np.sqrt(v_a + v_b), df))


PAIR_TESTS: dict[str, Callable[[Study, Study], float]] = {
    "KP two-sample t": kolari_pynnonen,
    "Welch t (assumes independence)": welch,
}
"""Tests on the members of two sets."""


def _t(values: Floats) -> float:
    return float(two_sided(np.sqrt(len(values)) * values.mean() / values.std(ddof=1), len(values) - 1))


def _normal(z: float) -> float:
    return float(2 * ndtr(-abs(z)))


def _patell(study: Study) -> float:
    return float(study.scar.sum() / np.sqrt((study.df / (study.df - 2)).sum()))


def _ranks(values: Floats) -> Floats:
    """(T, N) midranks down each column; NaN stays NaN."""
    known = np.isfinite(values)
    return np.where(known, rankdata(np.where(known, values, np.inf), axis=0), np.nan)
