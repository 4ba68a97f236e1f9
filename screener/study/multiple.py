"""Several tests at once: how many 'discoveries' chance alone would make.

Corrections are only as good as the p-values that go in: on p-values that assume independence between securities,
Benjamini-Hochberg reported a discovery in 99.9 % of simulations in which nothing happened. Use the placebo p, or the
p of the portfolio t or of the correlation-adjusted tests.
"""

from __future__ import annotations

import numpy as np

from screener.study.arrays import Floats
from screener.study.placebo import FEWEST_DATES


def benjamini_hochberg(p: Floats) -> Floats:
    """Adjusted p (false discovery rate) of each of the (m,) `p`; NaN stays NaN and is not counted as a test.

    q_(i) = min over j >= i of p_(j) m / j, for independent or positively dependent tests
    (Benjamini and Hochberg 1995, JRSS B 57:289).
    """
    return _step_up(p, harmonic=False)


def benjamini_yekutieli(p: Floats) -> Floats:
    """The same for any dependence: p_(j) m (1 + 1/2 + ... + 1/m) / j (Benjamini and Yekutieli 2001, AS 29:1165)."""
    return _step_up(p, harmonic=True)


def westfall_young(observed: Floats, placebo: Floats) -> Floats:
    """Adjusted p (chance of any false rejection) of S groups, by the largest |statistic| on each placebo date.

    Step-down: the group with the largest |observed| is compared with the largest |placebo| of all groups on each
    date, the next with the largest of those that remain, and so on; p never falls along the way. The groups keep
    their joint law because they share the dates (Westfall and Young 1993, algorithm 2.8; Ge, Dudoit and Speed 2003,
    Test 12:1, box 2). Only for statistics on one scale, such as z_ewma or the portfolio t.

    Args:
        observed: (S,) statistics of the event; NaN gives NaN and is not counted.
        placebo: (B, S) the same on B dates. A date on which a counted group has no statistic is left out; with
            fewer than `FEWEST_DATES` left, all is NaN.
    """
    adjusted = np.full(observed.shape, np.nan)
    known = np.flatnonzero(np.isfinite(observed))
    order = known[np.argsort(-np.abs(observed[known]), kind="stable")]
    extremes = np.abs(placebo[:, order])
    extremes = extremes[np.isfinite(extremes).all(axis=1)]
    if len(extremes) < FEWEST_DATES or not order.size:
        return adjusted
    largest = np.maximum.accumulate(extremes[:, ::-1], axis=1)[:, ::-1]
    p = (1 + (largest >= np.abs(observed[order])).sum(axis=0)) / (len(largest) + 1)
    adjusted[order] = np.maximum.accumulate(p)
    return adjusted


def pooled_p(observed: Floats, ordinary: Floats) -> Floats:
    """(S,) two-sided p of each |observed| (S,) among all |ordinary|, whatever portfolio and date they are of.

    p = (1 + #{|z| >= |z_s|}) / (K + 1) over K values: a step of 1 / (B S + 1) for S portfolios on B dates, where the
    rank among one's own dates has steps of 1 / (B + 1), which no correction for a hundred portfolios survives. One
    portfolio's own law may differ from the others'; but the mean number of false rejections, on which Bonferroni's
    inequality and the argument of Benjamini and Hochberg rest, hangs on the mean law alone, which is the pooled one
    (Tusher, Tibshirani and Chu 2001, PNAS 98:5116). NaN gives NaN and is not counted.
    """
    against = np.sort(np.abs(ordinary[np.isfinite(ordinary)]))
    known = np.isfinite(observed)
    above = against.size - np.searchsorted(against, np.abs(np.where(known, observed, 0.0)), side="left")
    return np.where(known & (against.size >= FEWEST_DATES), (1.0 + above) / (against.size + 1.0), np.nan)


def _step_up(p: Floats, *, harmonic: bool) -> Floats:
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(np.isfinite(p))
    count = known.size
    order = known[np.argsort(-p[known], kind="stable")]
    ranks = np.arange(count, 0, -1.0)
    factor = count * (1.0 / ranks).sum() if harmonic else float(count)
    adjusted[order] = np.minimum(np.minimum.accumulate(p[order] * factor / ranks), 1.0)
    return adjusted
