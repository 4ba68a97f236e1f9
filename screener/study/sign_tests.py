"""Tests of how many securities of a group rose and how far, rank by rank. All assume independence between them."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import bdtr

from screener.study.arrays import Floats
from screener.study.rank import midranks
from screener.study.statistic import Statistic, known, undefined


def sign(car: Floats) -> Statistic:
    """(w - N / 2) / sqrt(N / 4) with w the positive CARs, zeros dropped; p exact, binomial. `car` (N,)."""
    values = known(car)
    values = values[values != 0]
    return _binomial(int((values > 0).sum()), values.size, 0.5)


def generalised_sign(car: Floats, positive: Floats) -> Statistic:
    """(w - N p) / sqrt(N p (1 - p)), p the mean over firms of each one's share of positive days; p-value exact.

    Cowan 1992, RQFA 2:343. The exact p doubles the smaller binomial tail.

    Args:
        car: (N,) cumulative abnormal returns.
        positive: (N,) `share_positive` of the same securities.
    """
    have = np.isfinite(car) & np.isfinite(positive)
    if not have.any():
        return undefined("no security with a complete window")
    return _binomial(int((car[have] > 0).sum()), int(have.sum()), float(positive[have].mean()))


def share_positive(abnormal: Floats) -> Floats:
    """(N,) share of the known days of (M, N) `abnormal` on which each security's was positive; NaN without any."""
    days = np.isfinite(abnormal).sum(axis=0)
    share: Floats = np.divide((abnormal > 0).sum(axis=0), days, out=np.full(len(days), np.nan), where=days > 0)
    return share


def wilcoxon(car: Floats) -> Statistic:
    """Signed-rank test of (N,) `car`; `value` is W+, the sum of the ranks of the positive ones.

    Wilcoxon 1945, as scipy computes it: exact for a small N without ties, else normal with midranks and the
    tie-corrected variance.
    """
    from scipy.stats import wilcoxon as signed_rank  # scipy.stats takes half a second to import

    values = known(car)
    values = values[values != 0]
    if not values.size:
        return undefined("no security with a complete window and a CAR other than 0")
    positive = float(midranks(np.abs(values))[values > 0].sum())
    return Statistic(positive, float(signed_rank(values).pvalue), math.nan)


def _binomial(successes: int, n: int, share: float) -> Statistic:
    if not n or not 0 < share < 1:
        return undefined("no security with a complete window and a CAR other than 0" if not n else "zero variance")
    tails = bdtr(successes, n, share), bdtr(n - successes, n, 1.0 - share)
    z = (successes - n * share) / math.sqrt(n * share * (1.0 - share))
    return Statistic(z, min(1.0, 2.0 * float(min(tails))), math.nan)
