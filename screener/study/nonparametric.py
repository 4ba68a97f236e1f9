"""Rank and sign tests of a group over one window.

Ranks of abnormal returns are computed once for all securities and shared by every group, window and rank test: each
security's residuals are ranked among its own estimation days, and what happens around the event is then placed among
them by bisection, so that a test that joins other event values to the same estimation days sorts nothing again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from screener.study.arrays import Bools, Floats, Ints
from screener.study.parametric import Statistic, known, normal, sample_sd, student, undefined


@dataclass(frozen=True)
class EstimationRanks:
    """Where each of N securities' residuals stands among its own M_i of M estimation days."""

    ordered: Floats
    """(N, M) residuals in ascending order, +inf after the last known one."""
    place: NDArray[np.int32]
    """(N, M) position of each day's residual in `ordered`; -1 where missing."""
    rank: Floats
    """(N, M) midrank of each day's residual, from 1; 0 where missing."""
    count: Ints
    """(N,) known days M_i."""

    @classmethod
    def of(cls, residuals: Floats) -> EstimationRanks:
        """Rank (M, N) residuals of the estimation window, any unit; NaN = missing."""
        return cls(*_ordered(np.ascontiguousarray(residuals.T)))

    def __getitem__(self, securities: Ints) -> EstimationRanks:
        """The same ranks for some of the securities."""
        return EstimationRanks(
            self.ordered[securities], self.place[securities], self.rank[securities], self.count[securities]
        )

    @cached_property
    def held(self) -> Ints:
        """(M,) securities with a residual on each day."""
        return np.asarray((self.place >= 0).sum(axis=0))

    def below(self, values: Floats) -> tuple[Ints, Ints]:
        """How many residuals lie below, and how many at or below, each of (N, L) `values`; 0 for NaN."""
        securities, days = self.ordered.shape
        have = np.isfinite(values)
        strictly = np.where(have, _bisect(self.ordered, values), 0)
        next_up = self.ordered.ravel()[np.arange(securities)[:, None] * days + np.minimum(strictly, days - 1)]
        if not (next_up == values).any():
            return strictly, strictly
        return strictly, np.where(have, _bisect(self.ordered, values, right=True), 0)

    def joined(self, values: Floats) -> JointRanks:
        """Rank the estimation days and (N, L) event `values` together; values in the residuals' unit, NaN = missing."""
        strictly, at_most = self.below(values)
        ordered, _, among, count = _ordered(values)
        event = np.where(among > 0, 0.5 * (strictly + at_most) + among, 0.0)
        return JointRanks(self, strictly, at_most, event, ordered, count)


@dataclass(frozen=True)
class JointRanks:
    """Ranks of each security over its estimation days and its L event days together."""

    alone: EstimationRanks
    """Ranks among the estimation days only."""
    strictly: Ints
    """(N, L) estimation days below each event value."""
    at_most: Ints
    """(N, L) estimation days at or below it."""
    event: Floats
    """(N, L) midrank of each event value, from 1; 0 where missing."""
    ordered: Floats
    """(N, L) event values in ascending order, +inf after the last known one."""
    event_count: Ints
    """(N,) known event days."""

    def __getitem__(self, securities: Ints) -> JointRanks:
        """The same ranks for some of the securities."""
        return JointRanks(
            self.alone[securities],
            self.strictly[securities],
            self.at_most[securities],
            self.event[securities],
            self.ordered[securities],
            self.event_count[securities],
        )

    @property
    def count(self) -> Ints:
        """(N,) known days T_i of both windows."""
        return np.add(self.alone.count, self.event_count)

    @cached_property
    def held(self) -> Ints:
        """(M + L,) securities with a value on each day."""
        return np.concatenate([self.alone.held, (self.event > 0).sum(axis=0)])

    def estimation(self) -> Floats:
        """(N, M) midrank of each estimation day's residual in the joint order; 0 where missing.

        An event value that stands after k residuals lifts the ranks of all residuals from the k-th on by one; one
        that ties with some of them lifts those by a half.
        """
        securities, days = self.alone.place.shape
        have = self.event > 0
        start = np.arange(securities)[:, None] * (days + 1)
        lift = np.bincount((start + self.strictly)[have], minlength=securities * (days + 1))
        ties = self.at_most is not self.strictly
        if ties:
            lift += np.bincount((start + self.at_most)[have], minlength=lift.size)
        lift = np.cumsum(lift.reshape(securities, days + 1), axis=1, dtype=np.int32)
        # A missing day's place of -1 reads a neighbouring cell, and is blanked below.
        rank = lift.ravel().take(start + self.alone.place, mode="wrap") * (0.5 if ties else 1.0)
        rank += self.alone.rank
        if (self.alone.count < days).any():
            rank[self.alone.place < 0] = 0.0
        return np.asarray(rank, dtype=np.float64)

    def medians(self) -> Floats:
        """(N,) median of each security's values over both windows; NaN without any."""
        count = self.count
        middle: Floats = 0.5 * (self._smallest((count - 1) // 2) + self._smallest(count // 2))
        middle[count == 0] = np.nan
        return middle

    def _smallest(self, nth: Ints) -> Floats:
        """(N,) the nth smallest value of each security, from 0."""
        rows = np.arange(len(nth))
        strictly = np.sort(np.where(self.event > 0, self.strictly, self.alone.count[:, None]), axis=1)
        position = strictly + np.arange(strictly.shape[1])
        earlier = (position < nth[:, None]).sum(axis=1)
        at = np.minimum(earlier, position.shape[1] - 1)
        from_event = (position[rows, at] == nth) & (earlier < self.event_count)
        inside = np.clip(nth - earlier, 0, self.alone.ordered.shape[1] - 1)
        smallest: Floats = np.where(from_event, self.ordered[rows, at], self.alone.ordered[rows, inside])
        return smallest


def midranks(values: Floats) -> Floats:
    """(N,) rank of each of (N,) finite `values` from 1, ties sharing their mean."""
    rank: Floats = _ordered(values[None])[2][0]
    return rank


def _ordered(values: Floats) -> tuple[Floats, NDArray[np.int32], Floats, Ints]:
    """Rows of (n, K) `values` in ascending order, each value's place in it and midrank, and known values a row."""
    rows, days = values.shape
    missing = ~np.isfinite(values)
    gaps = bool(missing.any())
    values = np.where(missing, np.inf, values) if gaps else values
    start = np.arange(rows)[:, None] * days
    order = values.argsort(axis=1)
    order += start
    ordered = values.ravel().take(order)
    place = np.empty((rows, days), dtype=np.int32)
    place.ravel()[order] = np.arange(days, dtype=np.int32)
    rank: Floats = place.astype(np.float64) + 1.0
    tied = np.flatnonzero(((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] < np.inf)).any(axis=1))
    if tied.size:
        rank[tied] = np.take_along_axis(_midranks(ordered[tied]), place[tied], axis=1)
    if gaps:
        place[missing], rank[missing] = -1, 0.0
    return ordered, place, rank, days - missing.sum(axis=1)


def _midranks(ordered: Floats) -> Floats:
    """(n, K) midrank, from 1, of each position of rows in ascending order."""
    rows, days = ordered.shape
    start = np.ones((rows, days), dtype=np.bool_)
    start[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    run = np.cumsum(start.ravel()) - 1
    first = np.flatnonzero(start.ravel())
    length = np.diff(np.append(first, start.size))
    midrank: Floats = (first % days + 0.5 * (length + 1))[run]
    return midrank.reshape(rows, days)


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


@dataclass(frozen=True)
class _DailyScores:
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


def corrado_scores(ranks: JointRanks) -> _DailyScores:
    """U_it = rank / (T_i + 1) - 1/2 (Corrado 1989, JFE 23:385; missing days as Corrado and Zivney 1992).

    On ranks of event days divided by their own cross-sectional sd (`JointRanks` of such values) it is the form of
    Corrado and Zivney that is robust to event-induced variance.
    """
    # Products with 1 / (T_i + 1) instead of a panel of scores.
    weight = np.asarray(1.0 / (ranks.count + 1.0), dtype=np.float64)
    total = np.concatenate([_sum(weight, ranks.estimation()), _sum(weight, ranks.event)])
    return _DailyScores(_by_root(total - 0.5 * ranks.held, ranks.held), len(ranks.alone.held))


def sign_scores(medians: Floats, abnormal: Floats, estimation: int) -> _DailyScores:
    """sign(AR_it - median_i), the medians over both windows (Corrado and Zivney 1992, JFQA 27:465).

    Args:
        medians: (N,) `JointRanks.medians`.
        abnormal: (M + L, N) abnormal returns on the estimation and the event days; NaN = missing.
        estimation: M, the estimation days that come first.
    """
    total = np.count_nonzero(abnormal > medians, axis=1) - np.count_nonzero(abnormal < medians, axis=1)
    return _DailyScores(_by_root(total, np.count_nonzero(np.isfinite(abnormal), axis=1)), estimation)


class _GeneralisedRank(NamedTuple):
    """The generalised rank statistics of one group and window."""

    t: Statistic
    """GRANK-T, Student's t with T - 2: needs no independence between securities."""
    z: Statistic
    """GRANK-Z, standard normal: assumes independence."""


def generalised_rank(ranks: EstimationRanks, sigma: Floats, scar: Floats, rbar: float = 0.0) -> _GeneralisedRank:
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
        return _GeneralisedRank(undefined(problem), undefined(problem))
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
        return _GeneralisedRank(undefined("zero variance"), undefined("zero variance"))
    z = event / math.sqrt(variance)
    joint = ranks.count[have] + 1.0
    return _GeneralisedRank(
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
