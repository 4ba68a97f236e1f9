"""Days on which the whole market moves: how far it moved, and how much wider abnormal returns lie then.

A model's slopes wander. On an ordinary day that is lost in the noise; on a day on which the market falls by 9 % it is
most of every abnormal return, of random groups of stocks as of any other. With the squared standardised statistic
z^2 = level (1 + slope d^2), d^2 the squared distance of the market's move from its usual ones, the variance of a
statistic is known to be 1 + slope d^2 times that of a quiet day.
"""

from __future__ import annotations

import numpy as np

from screener.study.arrays import Floats
from screener.study.models import Refit

_LOWEST_LEVEL = 0.2
"""Of z^2 on a day without any move. It is about 1; a few wild days alone must not make it vanish."""


def distance(moves: Floats, refit: Refit, dates: slice, window: range) -> Floats:
    """(B,) squared distance of the market's move in the window around each of `dates` from its usual moves.

    The Mahalanobis distance of the returns' sum over the window, from their mean and covariance in the estimation
    window before the date, over the number of series and of sessions: 1 on average. It sees a fall of all series and
    two of them that part, and does not change if one series is replaced by its difference to another (Kritzman and
    Li 2010, FAJ 66:30). NaN where a session of the window is unknown or the estimation window does not bear it.

    Args:
        moves: (T, k) returns of the indices and of the equal-weight market, decimal; NaN where unknown.
        refit: the estimation window before each date, and how much of it must be known.
        dates: the rows of the B dates.
        window: tau of the event window.
    """
    found = np.full(dates.stop - dates.start, np.nan)
    for place, date in enumerate(range(dates.start, dates.stop)):
        rows = slice(date + window.start, date + window.stop)
        learned = moves[refit.estimation_of(date)]
        learned = learned[np.isfinite(learned).all(axis=1)]
        if rows.start < 0 or rows.stop > len(moves) or len(learned) < refit.min_obs:
            continue
        usual = learned.mean(axis=0)
        covariance = np.atleast_2d(np.cov(learned, rowvar=False))
        gone = moves[rows].sum(axis=0) - len(window) * usual
        rank = int(np.linalg.matrix_rank(covariance))
        if rank and np.isfinite(gone).all():
            found[place] = gone @ np.linalg.pinv(covariance, hermitian=True) @ gone / (len(window) * rank)
    return found


def slope(z: Floats, distances: Floats) -> float:
    """How much the variance of a statistic grows with the market's move, at least 0.

    Least squares of the mean over P portfolios of z^2 on a constant and the squared distance. The noise of z^2 grows
    like its level, so a date weighs 1 / (1 + d^2)^2: without it, one crash among the dates would decide alone.

    Args:
        z: (B, P) standardised statistics of things of one kind on B ordinary dates; NaN = none.
        distances: (B,) see `distance`.

    Returns:
        slope over level; 0 where fewer than three dates are known.
    """
    known = np.isfinite(z)
    count = known.sum(axis=1)
    use = (count > 0) & np.isfinite(distances)
    if use.sum() < 3:
        return 0.0
    squares = np.square(np.where(known, z, 0.0)).sum(axis=1)[use] / count[use]
    d = distances[use]
    weight = 1.0 / np.square(1.0 + d)
    weight /= weight.sum()
    deviation = d - weight @ d
    spread = weight @ np.square(deviation)
    if not spread > 0:
        return 0.0
    grows = max(float(weight @ (deviation * squares) / spread), 0.0)
    level = float(weight @ squares - grows * (weight @ d))
    return grows / max(level, _LOWEST_LEVEL)
