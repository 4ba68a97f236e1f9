"""Rank tests of a group over one window: Corrado, Corrado-Zivney, and the generalised rank tests."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from screener.study.arrays import Bools, Floats, Ints
from screener.study.rank import EstimationRanks, JointRanks
from screener.study.statistic import Statistic, normal, sample_sd, student, undefined


@dataclass(frozen=True)
class DailyScores:
    """A group's summed scores z_t = sum_i U_it / sqrt(N_t) on each day of the estimation and the event window."""

    z: Floats
    """(M + L,) NaN on a day without any score."""
    estimation: int
    """Estimation days M, which come first."""

    def test(self, window: slice, *, finite_population: bool = True) -> Statistic:
        """sum_tau z_t / (sqrt(L) S), S^2 the mean of z_t^2 over all days; standard normal.

        The days' own variation gives S, so the test needs no independence between securities (Corrado and Zivney
        1992, JFQA 27:465; over several days Cowan 1992, RQFA 2:343, and Campbell and Wasley 1993, JFE 33:73).

        Args:
            window: rows of the event window, counted from its first day.
            finite_population: divide by sqrt((T - L) / (T - 1)): ranks are drawn without replacement, so the days
                of a window vary less than as many independent draws.
        """
        inside = self.z[self.estimation :][window]
        days = self.z[np.isfinite(self.z)]
        length = len(inside)
        if length == 0 or not np.isfinite(inside).all():
            return undefined("no security traded on a day of the window")
        if days.size <= length:
            return undefined("no estimation days")
        scale = math.sqrt(length * float(np.square(days).mean()))
        if finite_population:
            scale *= math.sqrt((days.size - length) / (days.size - 1))
        return normal(inside.sum(), scale)


def corrado_scores(ranks: JointRanks) -> DailyScores:
    """U_it = rank / (T_i + 1) - 1/2 (Corrado 1989, JFE 23:385; missing days as Corrado and Zivney 1992).

    On ranks of event days divided by their own cross-sectional sd (`JointRanks` of such values) it is the form of
    Corrado and Zivney that is robust to event-induced variance.
    """
    # Products with 1 / (T_i + 1) instead of a panel of scores.
    weight = np.asarray(1.0 / (ranks.count + 1.0), dtype=np.float64)
    total = np.concatenate([_sum(weight, ranks.estimation()), _sum(weight, ranks.event)])
    return DailyScores(_by_root(total - 0.5 * ranks.held, ranks.held), len(ranks.alone.held))


def sign_scores(medians: Floats, abnormal: Floats, estimation: int) -> DailyScores:
    """sign(AR_it - median_i), the medians over both windows (Corrado and Zivney 1992, JFQA 27:465).

    Args:
        medians: (N,) `JointRanks.medians`.
        abnormal: (M + L, N) abnormal returns on the estimation and the event days; NaN = missing.
        estimation: M, the estimation days that come first.
    """
    total = np.count_nonzero(abnormal > medians, axis=1) - np.count_nonzero(abnormal < medians, axis=1)
    return DailyScores(_by_root(total, np.count_nonzero(np.isfinite(abnormal), axis=1)), estimation)


@dataclass(frozen=True)
class GeneralisedRank:
    """The generalised rank statistics of one group and window."""

    t: Statistic
    """GRANK-T, Student's t with T - 2: needs no independence between securities."""
    z: Statistic
    """GRANK-Z, standard normal: assumes independence."""


def generalised_rank(ranks: EstimationRanks, sigma: Floats, scar: Floats, rbar: float = 0.0) -> GeneralisedRank:
    """Rank the whole window as one more day among each security's estimation days (Kolari and Pynnonen 2011).

    JEF 18:953. SCAR* = SCAR / sd(SCAR), so that event-induced variance cancels; times sqrt(1 - rbar), because on one
    common date the cross-section's sd misses the variance that all securities share. A negative `rbar` counts as 0.

    Args:
        ranks: the group's residuals.
        sigma: (N,) residual standard deviations, in the residuals' unit.
        scar: (N,) standardised cumulative abnormal returns; a security where it is NaN is left out.
        rbar: mean correlation of the group's residuals.
    """
    have = np.isfinite(scar) & (sigma > 0) & (ranks.count > 0)
    n = int(have.sum())
    problem = "" if n >= 2 else f"needs 2 securities with a complete window, has {n}"
    if math.isnan(rbar):
        problem = "mean correlation undefined"
    if not problem and not (sd := sample_sd(scar[have])) > 0:
        problem = "zero variance"
    if problem:
        return GeneralisedRank(undefined(problem), undefined(problem))
    # A weight of 0 leaves a security out without copying the others' ranks.
    weight = np.where(have, 1.0 / (ranks.count + 2.0), 0.0)
    held = ranks.held if n == len(have) else _sum(have.astype(np.float64), ranks.place >= 0)
    cell = np.where(have, scar / sd * math.sqrt(1.0 - max(rbar, 0.0)) * sigma, np.nan)
    strictly, at_most = (position[:, 0] for position in ranks.below(cell[:, None]))
    event = float((0.5 * (strictly + at_most) + 1.0) @ weight - 0.5 * n) / n
    above = _sum(weight, ranks.place >= at_most[:, None].astype(np.int32))
    if (strictly < at_most).any():
        above = 0.5 * (above + _sum(weight, ranks.place >= strictly[:, None].astype(np.int32)))
    total = _sum(weight, ranks.rank) + above - 0.5 * held
    days = held > 0
    observations = int(days.sum()) + 1
    variance = (float((np.square(total[days]) / held[days]).sum()) / n + event**2) / observations
    if not variance > 0:
        return GeneralisedRank(undefined("zero variance"), undefined("zero variance"))
    z = event / math.sqrt(variance)
    joint = ranks.count[have] + 1.0
    return GeneralisedRank(
        student(z * math.sqrt((observations - 2) / max(observations - 1 - z**2, 1e-300)), 1.0, observations - 2),
        normal(event, math.sqrt(float(((joint - 1.0) / (joint + 1.0)).sum()) / 12.0) / n),
    )


def _sum(weight: Floats, values: Floats | Bools) -> Floats:
    """(T,) weighted sum over the rows of (N, T) `values`.

    Not by `@`: products this thin gain nothing from the threads of BLAS, which stall where others use the processor.
    """
    return np.asarray(np.einsum("n,nt->t", weight, values), dtype=np.float64)


def _by_root(total: Floats | Ints, held: Ints) -> Floats:
    z: Floats = np.divide(total, np.sqrt(held), out=np.full(len(total), np.nan), where=held > 0)
    return z
