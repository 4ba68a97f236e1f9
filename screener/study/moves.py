"""Days on which the whole market moves: how far it moved, and how much wider abnormal returns lie then.

A model's slopes wander. On an ordinary day that is lost in the noise; on a day on which the market falls by 9% it is
most of every abnormal return, of random groups of stocks as of any other. With the squared standardised statistic
z^2 = level (1 + slope d^2), d^2 the squared distance of the market's move from its usual ones, the variance of a
statistic is known to be 1 + slope d^2 times that of a quiet day.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from screener.study import Bools, Floats
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
    first = max(dates.start, refit.gap + refit.estimation, -window.start)
    last = min(dates.stop, len(moves) - window.stop + 1)
    if last <= first:
        return found
    known: Bools = np.asarray(np.isfinite(moves).all(axis=1))
    days = np.where(known[:, None], moves, 0.0)
    learned = slice(first - refit.gap - refit.estimation, last - 1 - refit.gap)
    own = sliding_window_view(known[learned], refit.estimation)
    series = sliding_window_view(days[learned], refit.estimation, axis=0)
    count = own.sum(axis=1)
    usual = series.sum(axis=2) / np.maximum(count, 1)[:, None]
    deviation = np.where(own[:, None, :], series - usual[:, :, None], 0.0)
    covariance = deviation @ deviation.transpose(0, 2, 1) / np.maximum(count - 1, 1)[:, None, None]
    inside = slice(first + window.start, last - 1 + window.stop)
    gone = sliding_window_view(days[inside], len(window), axis=0).sum(axis=2) - len(window) * usual
    rank = np.linalg.matrix_rank(covariance, hermitian=True)
    squared = np.einsum("bi,bij,bj->b", gone, np.linalg.pinv(covariance, hermitian=True), gone)
    whole = sliding_window_view(known[inside], len(window)).all(axis=1) & (count >= refit.min_obs) & (rank > 0)
    found[first - dates.start : last - dates.start] = np.where(
        whole, squared / (len(window) * np.maximum(rank, 1)), np.nan
    )
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
