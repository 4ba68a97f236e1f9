"""Sector against sector: is A's abnormal return other than B's?

The members of both move together, within and across. So neither a bootstrap of firms nor a permutation of sector
labels nor Welch's t is offered: in simulations without any difference (correlation 0.2 within the groups and 0.05
across) they found one in 44-46% of cases at the 5% level.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from screener.study import Floats, Ints
from screener.study.correlation import cross_correlation, mean_correlation
from screener.study.parametric import FEWEST_MEMBERS, two_sided
from screener.study.placebo import Placebo, PlaceboPlan, placebo_test
from screener.study.portfolio import Portfolio, PortfolioTest, portfolio_t
from screener.study.rolling import Rolling


class TwoSample(NamedTuple):
    """Test of two groups' mean standardised abnormal returns; NaN with a reason where it cannot be had."""

    t: float
    p: float
    """Two-sided, Student's t with `df` degrees of freedom."""
    df: int
    r_a: float
    """Mean correlation between members of A in the estimation window."""
    r_b: float
    r_ab: float
    """Mean correlation between a member of A and one of B."""
    reason: str
    """Why t is NaN; empty where it is not."""


def spreads(plan: PlaceboPlan, a: Portfolio, b: Portfolio) -> list[tuple[PortfolioTest, Placebo]]:
    """Test A minus B in each window of `plan`: by its t, and, which is the headline, among its placebo dates.

    One portfolio carries the correlation within and across the groups in its own variance, so neither needs to be
    estimated, and no member needs to be independent of another.
    """
    portfolio = a - b
    refit, event = plan.refit, plan.event
    estimation = refit.estimation_of(event)
    tests = portfolio_t(portfolio, plan.designs, estimation, plan.windows, refit.min_obs)
    placebos = placebo_test(plan, [portfolio])
    results = []
    for found, placebo in zip(tests, placebos, strict=True):
        # The refits know a window cut short by the end of the panel and a variance that is only rounding;
        # `portfolio_t` knows how to make do with part of an estimation window.
        trusted = event < refit.history or np.isfinite(placebo.t[0])
        test = found if trusted else PortfolioTest(float(placebo.caar[0]), np.nan, np.nan, found.df)
        results.append((test, placebo))
    return results


def best_and_worst(rolling: Rolling) -> tuple[Ints, Ints]:
    """(B,) which of the P portfolios has the highest, and the lowest, abnormal return on each date; -1 where unknown.

    The choice is among those that have one on the last date, the event, and is unknown where one of them has none.
    Fewer than two leave nothing to choose from: all is -1.
    """
    counted = np.flatnonzero(np.isfinite(rolling.caar[-1]))
    caar = rolling.caar[:, counted]
    known = np.isfinite(caar).all(axis=1) & (counted.size > 1)
    if not known.any():
        return np.full(len(caar), -1), np.full(len(caar), -1)
    best, worst = (np.where(known, counted[chosen(caar, axis=1)], -1) for chosen in (np.argmax, np.argmin))
    return best, worst


def two_sample(scar_a: Floats, scar_b: Floats, residuals_a: Floats, residuals_b: Floats) -> TwoSample:
    """Kolari-Pynnonen two-sample t, which also holds where the event itself raised the variance.

    With v = s^2 / (1 - r) the variance of a SCAR on the event day, s^2 its variance across members, r their mean
    correlation, the variance of mean_a - mean_b is

        v_a (1 + (n_a - 1) r_a) / n_a + v_b (1 + (n_b - 1) r_b) / n_b - 2 r_ab sqrt(v_a v_b)

    and df = min(n_a, n_b) - 1 (the adjustment of Kolari and Pynnonen 2010, RFS 23:3996, applied to two groups).
    r_a and r_b below 0 count as 0, so that the correction never makes a test sharper.

    Args:
        scar_a: (n_a,) standardised cumulative abnormal returns; NaN members are left out.
        scar_b: (n_b,) the same for B.
        residuals_a: (M, n_a) estimation-window residuals; NaN where a member has none.
        residuals_b: (M, n_b) the same for B, on the same sessions.
    """
    in_a, in_b = np.isfinite(scar_a), np.isfinite(scar_b)
    a, b = scar_a[in_a], scar_b[in_b]
    residuals_a, residuals_b = residuals_a[:, in_a], residuals_b[:, in_b]
    df = min(a.size, b.size) - 1
    if df + 1 < FEWEST_MEMBERS:
        return TwoSample(np.nan, np.nan, df, np.nan, np.nan, np.nan, f"fewer than {FEWEST_MEMBERS} members in a group")
    r_a, r_b = (float(mean_correlation(residuals)[0]) for residuals in (residuals_a, residuals_b))
    r_ab = cross_correlation(residuals_a, residuals_b)
    used_a, used_b = max(r_a, 0.0), max(r_b, 0.0)
    if not np.isfinite([r_a, r_b, r_ab]).all() or max(used_a, used_b) >= 1:
        return TwoSample(np.nan, np.nan, df, r_a, r_b, r_ab, "the members' correlation is not known")
    v_a, v_b = a.var(ddof=1) / (1 - used_a), b.var(ddof=1) / (1 - used_b)
    alone = v_a * (1 + (a.size - 1) * used_a) / a.size + v_b * (1 + (b.size - 1) * used_b) / b.size
    variance = alone - 2 * r_ab * np.sqrt(v_a * v_b)
    if variance <= 1e-12 * alone or alone == 0:
        return TwoSample(np.nan, np.nan, df, r_a, r_b, r_ab, "the groups move as one: their difference has no variance")
    t = float((a.mean() - b.mean()) / np.sqrt(variance))
    return TwoSample(t, float(two_sided(t, df)), df, r_a, r_b, r_ab, "")
