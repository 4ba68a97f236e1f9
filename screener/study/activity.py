"""Abnormal trading volume and volatility around an event, with the machinery of abnormal returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screener.study.abnormal import standardised
from screener.study.arrays import Floats, Ints
from screener.study.expected import Design, Fit, Model, fit
from screener.study.portfolio import mean_of_available
from screener.study.rank import EstimationRanks
from screener.study.rank_tests import corrado_scores
from screener.study.statistic import Statistic

_CONSTANT = 0.000255
"""Per cent of turnover that keeps the logarithm finite (Cready and Ramanan 1991; Campbell and Wasley 1996)."""


def log_turnover(turnover: Floats, constant: float = _CONSTANT) -> Floats:
    """(T, N) natural log of turnover in per cent plus `constant`, far nearer to a normal than turnover itself.

    Ajinkya and Jain 1989, JAE 11:331; Campbell and Wasley 1996, JAE 21:309.

    Args:
        turnover: (T, N) shares traded over shares outstanding, decimal; NaN = no trading (a halt is not a turnover
            of 0).
        constant: per cent.
    """
    return np.asarray(np.log(100.0 * turnover + constant))


def abnormal_volume(turnover: Floats, estimation: slice, min_obs: int, market: Floats | None = None) -> Fit:
    """Fit what log turnover usually is; the result's `abnormal` is abnormal log volume.

    Mean-adjusted, or by the market model on the log turnover of the whole market, which takes out the days on which
    everything is traded. Volume stays high or low for days, so prefer `rank_test` to the fit's t over long windows.

    Args:
        turnover: (T, N) shares traded over shares outstanding, decimal; NaN = no trading.
        estimation: rows that usual volume is learned from.
        min_obs: fewest days a security must have traded on there.
        market: (T,) turnover of the market, decimal.
    """
    values = log_turnover(turnover)
    model = Model.MEAN_ADJUSTED if market is None else Model.MARKET
    design = Design.of(model, np.zeros(len(values)) if market is None else log_turnover(market))
    return fit(model, values, [design], np.zeros(values.shape[1], dtype=np.int64), estimation, min_obs)


def volume_ratio(fitted: Fit, window: slice) -> Floats:
    """(N,) turnover in the window over what was expected, geometric mean over its days; NaN if a day is missing."""
    return np.asarray(np.exp(fitted.abnormal[window].mean(axis=0)))


def rank_test(abnormal: Floats, estimation: slice, window: slice) -> Statistic:
    """Corrado's rank test of a group's (T, N) abnormal volume, or of any other daily measure, in `window`."""
    ranks = EstimationRanks.of(abnormal[estimation])
    scores = corrado_scores(ranks.joined(np.ascontiguousarray(abnormal[window].T)))
    return scores.test(slice(0, window.stop - window.start))


@dataclass(frozen=True)
class Volatility:
    """How much prices moved in a window beside how much they usually do."""

    ratio: Floats
    """(N,) mean |abnormal return| of the window over that of the estimation window; NaN if a day is missing."""
    placebo_p: Floats
    """(N,) share of equally long stretches of the estimation window, this one included, that moved as much or more."""
    group_ratio: float
    """The same for the mean over the securities that have a ratio."""
    group_placebo_p: float
    placebo_n: int
    """Stretches that the window is ranked among, itself included."""


def volatility(fitted: Fit, estimation: slice, window: slice) -> Volatility:
    """Compare |abnormal returns| of the window with those of the estimation window, security by security.

    Both are first brought to unit variance: a prediction error by s sqrt(C), a residual, which the fit has shrunk, by
    s sqrt((M - p) / M). The p is one-sided, for more movement. Stretches overlap, so p is coarse for long windows; it
    needs no law for returns and, for the group, no independence between securities.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        shrunk = fitted.sigma * np.sqrt(fitted.df / fitted.observations)
        usual = np.where(shrunk > 0, np.abs(fitted.abnormal[estimation]) / shrunk, np.nan)
    event = np.abs(standardised(fitted, window)).mean(axis=0)
    known = np.isfinite(usual)
    mean = np.divide(
        np.where(known, usual, 0.0).sum(axis=0), known.sum(axis=0), out=_nan_like(event), where=known.any(0)
    )
    ratio = np.divide(event, mean, out=_nan_like(event), where=mean > 0)
    length = window.stop - window.start
    p, _ = _rank(usual / mean, ratio, length)

    valid = np.isfinite(ratio)
    if not valid.any():
        return Volatility(ratio, p, float("nan"), float("nan"), 0)
    series = mean_of_available(usual[:, valid] / mean[valid])
    together = ratio[valid].mean(keepdims=True)
    group_p, group_n = _rank(series[:, None], together, length)
    return Volatility(ratio, p, float(together[0]), float(group_p[0]), int(group_n[0]))


def _rank(series: Floats, observed: Floats, length: int) -> tuple[Floats, Ints]:
    """(n,) p of each `observed` among the means of all complete stretches of (M, n) `series`, and their number + 1."""
    stretches = np.lib.stride_tricks.sliding_window_view(series, length, axis=0).mean(axis=2)
    count = np.isfinite(stretches).sum(axis=0) + 1
    p = (1.0 + (stretches >= observed).sum(axis=0)) / count
    return np.where(np.isfinite(observed), p, np.nan), count


def _nan_like(values: Floats) -> Floats:
    return np.full(values.shape, np.nan)
