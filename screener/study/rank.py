"""Ranks of abnormal returns, computed once for all securities and shared by every group, window and rank test.

Each security's residuals are ranked among its own estimation days. What happens around the event is then placed
among them by bisection: a test that joins other event values to the same estimation days sorts nothing again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from screener.study.arrays import Floats, Ints


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
