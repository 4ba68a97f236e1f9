"""Rank and sign tests of a group over one window.

Ranks of abnormal returns are taken once for all securities and shared by every group, window and rank test: each
security's residuals are ranked among its own estimation days, and what happens around the event is then placed among
them by bisection, so that a test that joins other event values to the same estimation days sorts nothing again.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import bdtr

from screener.study import Bools, Floats, Ints
from screener.study.parametric import Statistic, known, sample_sd


class EstimationRanks(NamedTuple):
    """Each of N securities' residuals among its own M_i of M estimation days."""

    ordered: Floats
    """(N, M) residuals in ascending order, +inf after the last known one."""
    rank: Floats
    """(N, M) midrank of each day's residual, from 1; 0 where missing."""

    @classmethod
    def of(cls, residuals: Floats) -> EstimationRanks:
        """Rank (M, N) residuals of the estimation window, any unit; NaN = missing."""
        return cls(*_ranked(np.ascontiguousarray(residuals.T)))

    def below(self, values: Floats) -> tuple[Ints, Ints]:
        """How many residuals lie below, and how many at or below, each of (N, L) `values`; 0 for NaN."""
        have = np.isfinite(values)
        below = np.where(have, _bisect(self.ordered, values), 0)
        next_up = np.take_along_axis(self.ordered, np.minimum(below, self.ordered.shape[1] - 1), axis=1)
        if not (next_up == values).any():
            return below, below
        return below, np.where(have, _bisect(self.ordered, values, right=True), 0)

    def joined(self, values: Floats) -> Floats:
        """(N, M + L) midranks, from 1, of the estimation days and (N, L) event `values` together; 0 where missing.

        An event value that stands after k residuals lifts the ranks of all residuals from the k-th on by one; one
        that ties with some of them lifts those by a half.
        """
        securities, days = self.rank.shape
        below, at_most = self.below(values)
        among = _ranked(values)[1]
        have = among > 0
        start = np.arange(securities)[:, None] * (days + 1)
        ties = at_most is not below
        lift = np.bincount((start + below)[have], minlength=securities * (days + 1))
        if ties:
            lift += np.bincount((start + at_most)[have], minlength=lift.size)
        lift = np.cumsum(lift.reshape(securities, days + 1), axis=1, dtype=np.int32)
        joined = np.empty((securities, days + values.shape[1]))
        joined[:, days:] = np.where(have, 0.5 * (below + at_most) + among, 0.0)
        # Residuals that tie are lifted alike, so any place that they share will do. A missing one reads some other
        # cell, and is blanked below.
        place = self.rank.astype(np.int32)
        estimation = joined[:, :days]
        estimation[:] = lift.ravel().take(start - 1 + place, mode="wrap")
        estimation *= 0.5 if ties else 1.0
        estimation += self.rank
        estimation[place == 0] = 0.0
        return joined


def _ranked(values: Floats) -> tuple[Floats, Floats]:
    """Rows of (n, K) `values` in ascending order, missing ones last as +inf, and each value's midrank; 0 where missing.

    scipy's `rankdata` takes several times as long, and half a second to import.
    """
    rows, size = values.shape
    missing = ~np.isfinite(values)
    gaps = bool(missing.any())
    filled = np.where(missing, np.inf, values) if gaps else values
    order = filled.argsort(axis=1)
    order += np.arange(rows)[:, None] * size
    ordered = filled.ravel().take(order)
    rank = np.empty((rows, size))
    rank.ravel()[order] = np.arange(1.0, size + 1.0)
    tied = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] < np.inf)).any(axis=1)
    if tied.any():
        rank.ravel()[order[tied]] = _midranks(ordered[tied])
    if gaps:
        rank[missing] = 0.0
    return ordered, rank


def _midranks(ordered: Floats) -> Floats:
    """(n, K) midrank, from 1, of each position of rows in ascending order."""
    start = np.ones(ordered.shape, dtype=np.bool_)
    start[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.flatnonzero(start)
    length = np.diff(np.append(first, start.size))
    midrank: Floats = np.repeat(first % ordered.shape[1] + 0.5 * (length + 1), length)
    return midrank.reshape(ordered.shape)


def _bisect(ordered: Floats, values: Floats, *, right: bool = False) -> Ints:
    """(N, L) how many of each row of `ordered` lie below (`right`: at or below) `values`, all rows at once."""
    securities, days = ordered.shape
    flat, start = ordered.ravel(), np.arange(securities)[:, None] * days
    compare = np.less_equal if right else np.less
    found = np.zeros(values.shape, dtype=np.int64)
    step = 1 << (days.bit_length() - 1)
    while step:
        probe = found + step
        inside = probe <= days
        probe += start - 1
        found += step * (compare(flat.take(probe, mode="clip"), values) & inside)
        step >>= 1
    return found


def corrado_scores(ranks: Floats) -> Floats:
    """(T,) sum_i U_it / sqrt(N_t) over the N_t securities of each day; NaN on a day without any.

    U_it = rank / (T_i + 1) - 1/2 (Corrado 1989, JFE 23:385; missing days as Corrado and Zivney 1992, JFQA 27:465). With
    event days divided by their own cross-sectional sd it is the form of Corrado and Zivney that is robust to
    event-induced variance.

    Args:
        ranks: (N, T) midranks over the estimation and the event days, `EstimationRanks.joined`.
    """
    have = ranks > 0
    held = have.sum(axis=0)
    # Products with 1 / (T_i + 1) instead of a panel of scores.
    return _by_root(_sum(1.0 / (have.sum(axis=1) + 1.0), ranks) - 0.5 * held, held)


def sign_scores(abnormal: Floats) -> Floats:
    """(T,) sum_i sign(AR_it - median_i) / sqrt(N_t) (Corrado and Zivney 1992, JFQA 27:465); NaN on a day without any.

    Args:
        abnormal: (T, N) abnormal returns on the estimation and the event days; NaN = missing.
    """
    have = np.isfinite(abnormal)
    count, securities = np.count_nonzero(have, axis=0), np.arange(abnormal.shape[1])
    ordered = np.array(abnormal.T, order="C")
    ordered.sort(axis=1)  # NaN last
    median = 0.5 * (ordered[securities, (count - 1) // 2] + ordered[securities, count // 2])
    total = np.count_nonzero(abnormal > median, axis=1) - np.count_nonzero(abnormal < median, axis=1)
    return _by_root(total, np.count_nonzero(have, axis=1))


def daily_test(scores: Floats, window: slice) -> Statistic:
    """Sum of a group's daily scores over the window, by sqrt(L) and their root mean square; standard normal.

    The days' own variation gives the scale, so the test needs no independence between securities (Corrado and Zivney
    1992, JFQA 27:465; over several days Cowan 1992, RQFA 2:343, and Campbell and Wasley 1993, JFE 33:73). Ranks are
    drawn without replacement, so the days of a window vary less than as many independent draws, by the
    finite-population factor sqrt((T - L) / (T - 1)).

    Args:
        scores: (T,) `corrado_scores` or `sign_scores` of the estimation and the event days.
        window: which of them.
    """
    inside = scores[window]
    days = known(scores)
    length = len(inside)
    if length == 0 or not np.isfinite(inside).all():
        return Statistic.undefined("no security traded on a day of the window")
    if days.size <= length:
        return Statistic.undefined("no estimation days")
    scale = math.sqrt(length * float(np.square(days).mean()))
    return Statistic.normal(inside.sum(), scale * math.sqrt((days.size - length) / (days.size - 1)))


def generalised_rank(
    ranks: EstimationRanks, sigma: Floats, scar: Floats, rbar: float = 0.0
) -> tuple[Statistic, Statistic]:
    """Rank the whole window as one more day among each security's estimation days (Kolari and Pynnonen 2011).

    JEF 18:953. SCAR* = SCAR / sd(SCAR), so that event-induced variance cancels; times sqrt(1 - rbar), because on one
    common date the cross-section's sd misses the variance that all securities share. A negative `rbar` counts as 0.

    Args:
        ranks: the group's residuals.
        sigma: (N,) residual standard deviations, in the residuals' unit.
        scar: (N,) standardised cumulative abnormal returns; a security where it is NaN is left out.
        rbar: mean correlation of the group's residuals.

    Returns:
        GRANK-T, Student's t with T - 2, which needs no independence between securities, and GRANK-Z, standard normal,
        which assumes it.
    """
    traded = ranks.rank > 0
    days = np.count_nonzero(traded, axis=1)
    have = np.isfinite(scar) & (sigma > 0) & (days > 0)
    n = int(have.sum())
    problem = "" if n >= 2 else f"needs 2 securities with a complete window, has {n}"
    if math.isnan(rbar):
        problem = "mean correlation undefined"
    if not problem and not (sd := sample_sd(scar[have])) > 0:
        problem = "zero variance"
    if problem:
        return Statistic.undefined(problem), Statistic.undefined(problem)
    # A weight of 0 leaves a security out without copying the others' days.
    weight = np.where(have, 1.0 / (days + 2.0), 0.0)
    held = _sum(have.astype(np.float64), traded)
    cell = np.where(have, scar / sd * math.sqrt(1.0 - max(rbar, 0.0)) * sigma, np.nan)[:, None]
    below, at_most = ranks.below(cell)
    event = float((0.5 * (below + at_most) + 1.0)[:, 0] @ weight - 0.5 * n) / n
    above = _sum(weight, ranks.rank > at_most)
    if (below < at_most).any():  # a tie with the event counts for half
        above = 0.5 * (above + _sum(weight, ranks.rank > below))
    total = _sum(weight, ranks.rank) + above - 0.5 * held
    observed = held > 0
    observations = int(observed.sum()) + 1
    variance = (float((np.square(total[observed]) / held[observed]).sum()) / n + event**2) / observations
    if not variance > 0:
        return Statistic.undefined("zero variance"), Statistic.undefined("zero variance")
    z = event / math.sqrt(variance)
    t = z * math.sqrt((observations - 2) / max(observations - 1 - z**2, 1e-300))
    joint = days[have] + 1.0
    return (
        Statistic.student(t, 1.0, observations - 2),
        Statistic.normal(event, math.sqrt(float(((joint - 1.0) / (joint + 1.0)).sum()) / 12.0) / n),
    )


def _sum(weight: Floats, values: Floats | Bools) -> Floats:
    """(T,) weighted sum over the rows of (N, T) `values`.

    Not by `@`: products this thin gain nothing from the threads of BLAS, which stall where others use the processor.
    """
    return np.asarray(np.einsum("n,nt->t", weight, values), dtype=np.float64)


def _by_root(total: Floats | Ints, held: Ints) -> Floats:
    z: Floats = np.divide(total, np.sqrt(held), out=np.full(len(total), np.nan), where=held > 0)
    return z


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
        return Statistic.undefined("no security with a complete window")
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
    from scipy.stats import rankdata  # scipy.stats takes half a second to import
    from scipy.stats import wilcoxon as signed_rank

    values = known(car)
    values = values[values != 0]
    if not values.size:
        return Statistic.undefined("no security with a complete window and a CAR other than 0")
    positive = float(rankdata(np.abs(values))[values > 0].sum())
    return Statistic(positive, float(signed_rank(values).pvalue), math.nan)


def _binomial(successes: int, n: int, share: float) -> Statistic:
    if not n or not 0 < share < 1:
        reason = "zero variance" if n else "no security with a complete window and a CAR other than 0"
        return Statistic.undefined(reason)
    tails = bdtr(successes, n, share), bdtr(n - successes, n, 1.0 - share)
    z = (successes - n * share) / math.sqrt(n * share * (1.0 - share))
    return Statistic(z, min(1.0, 2.0 * float(min(tails))), math.nan)
