"""Groups that nobody listed: stocks whose returns beyond the market went together before the event.

Groups are formed on sessions before the event alone, so that the event cannot have chosen them. Each has its own
headline test, but among a hundred groups of KRX's small shares some group jumps on most days: the largest |z| of an
ordinary session is about 4. What that means for the event is measured, not assumed: the whole search is repeated on the
ordinary sessions before it, each with groups formed before it, and the event's groups are held against what it finds
there.

Why not simpler (tests/calibration/scan.md, pseudo-events on real returns)? The p of portfolio t, corrected by Benjamini
and Hochberg for the number of groups, reports a discovery at 10% on two of three ordinary sessions, for its tails are
normal and the market's are not. The groups' own placebo dates have the right size for one group; but those dates lie in
the very sessions on which the groups were formed, so that they hold the joint jumps that put some of them together, and
corrected for all groups the test never finds anything: no rank among 148 dates can, and pooled over groups the jumps
stand in the way. Groups formed before each ordinary session have no such hindsight, and the size is right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from screener.analysis.model import Stirred
from screener.study import Bools, Floats, Ints
from screener.study.models import fit
from screener.study.placebo import FEWEST_FOR_LEVEL
from screener.study.portfolio import Portfolio
from screener.study.study import Study

SESSIONS, FEWEST_SESSIONS = 240, 100
"""A year of sessions shows which stocks go together. With fewer than 100 the correlation of strangers is often beyond
0.2, and no group is formed."""
CUT = 0.75
"""Distance 1 - correlation at which the tree is cut: groups whose stocks have a mean correlation of 0.25 or so, which
is what chips (0.26) and power (0.24) have; cut higher, small shares of all kinds become one."""
SMALLEST, LARGEST = 4, 60
"""Fewer are brothers such as a holding and its firm; more are no theme but a part of the market."""
_MOSTLY = 0.95
"""Part of the sessions that a stock must have traded on: where it did not, its residual counts as 0."""
TAIL = 0.05
"""Share of the groups of ordinary sessions that count as having moved."""
_RENEWED = 30
"""Ordinary sessions that share one formation: groups of six weeks ago are still groups, and forming costs most."""
_AT_ONCE = 256
"""Stocks whose correlations with the others are held together: bounds the memory."""
_ROUNDING = 1e-5
"""Of a correlation in half the digits."""


class Formed(NamedTuple):
    """A group of stocks."""

    columns: Ints
    """The strongest member first: the one whose mean correlation with the others is highest."""
    correlation: float
    """Mean correlation of its pairs."""


@dataclass(frozen=True)
class Search:
    """What the search found at the event and on B ordinary sessions before it."""

    formed: tuple[Formed, ...]
    sessions: int
    """Sessions that the groups of the event were formed on."""
    moves: tuple[Floats, ...]
    """B arrays: |z_ewma| of the groups of each ordinary session."""

    @property
    def ordinary(self) -> Floats:
        """(K,) |z_ewma| of every group of every ordinary session."""
        return np.concatenate(self.moves) if self.moves else np.empty(0)

    def as_extreme(self, z: Floats) -> Ints:
        """(G,) ordinary sessions on which the search found something at least as extreme as each `z` (G,)."""
        largest = np.array([one.max() for one in self.moves])
        count: Ints = (largest[:, None] >= np.abs(z)).sum(axis=0)
        return count

    def stirred(self, z: Floats) -> Stirred:
        """Whether more groups moved than on an ordinary session; `z` (G,) of the event's groups."""
        known = np.abs(z[np.isfinite(z)])
        if len(self.moves) < FEWEST_FOR_LEVEL or not known.size:
            return Stirred(0, 0, np.nan)
        level = np.quantile(self.ordinary, 1.0 - TAIL)
        share = (known >= level).mean()
        others = np.array([(one >= level).mean() for one in self.moves])
        as_many = int((others >= share).sum())
        return Stirred(int((known >= level).sum()), as_many, (1 + as_many) / (len(others) + 1))


def _formation(event_row: int, gap: int) -> slice | None:
    """Rows that groups are formed on, up to `SESSIONS` that end `gap` sessions before the event; None if too few."""
    end = event_row - gap
    start = max(end - SESSIONS, 1)  # the first session of a panel has no returns
    return slice(start, end) if end - start >= FEWEST_SESSIONS else None


def _form_groups(residuals: Floats) -> list[Formed]:
    """Groups of `SMALLEST` to `LARGEST`, cut at `CUT` from the tree of average linkage on 1 - correlation.

    Average linkage: Sokal and Michener 1958, Univ. Kansas Sci. Bull. 38:1409; trees of stocks: Mantegna 1999, EPJ B
    11:193.

    Args:
        residuals: (M, N) of the market model, decimal; NaN = no trade. Columns known on fewer than `_MOSTLY` of the
            rows belong to no group.
    """
    known = np.isfinite(residuals)
    columns = np.flatnonzero(known.mean(axis=0) >= _MOSTLY)
    own = known[:, columns]
    unit = np.where(own, residuals[:, columns], 0.0)
    unit = np.where(own, unit - unit.sum(axis=0) / np.maximum(own.sum(axis=0), 1), 0.0)
    length = np.sqrt(np.einsum("tn,tn->n", unit, unit))
    varied = length > 0
    columns, unit = columns[varied], unit[:, varied] / length[varied]
    formed = []
    for inside in _cut(np.ascontiguousarray(unit.T)):
        with_others = ((unit[:, inside].T @ unit[:, inside]).sum(axis=1) - 1.0) / (len(inside) - 1)
        strongest_first = np.argsort(-with_others, kind="stable")
        formed.append(Formed(columns[inside[strongest_first]], float(with_others.mean())))
    return formed


def _cut(series: Floats) -> list[Ints]:
    """Rows of each group that the cut leaves of (N, M) `series` of length 1, by their first row.

    Clusters that are each other's nearest are merged, all such pairs at once: for average linkage that gives the same
    tree as one merger after another (Murtagh 1983, Comput. J. 26:354). A mean distance up to the cut takes a pair up to
    the cut, so that pairs beyond it are forgotten, and the distance of two clusters follows from the sums of their
    series: neither the tree nor the square of a whole market is ever held.
    """
    count = len(series)
    sums, size, label = series.copy(), np.ones(count), np.arange(count)
    a, b = _pairs(series)
    distance = _distances(sums, size, a, b)
    while True:
        inside = np.flatnonzero(distance <= CUT)
        order = inside[np.argsort(distance[inside], kind="stable")]
        if not order.size:
            break
        a, b, distance = a[order], b[order], distance[order]
        # The last value that is assigned stays, here the place of the nearest pair.
        nearest, places = np.full((2, count), order.size), np.arange(order.size)[::-1]
        nearest[0, a[::-1]], nearest[1, b[::-1]] = places, places
        merged = nearest.min(axis=0)
        each_others = (merged[a] == places[::-1]) & (merged[b] == places[::-1])
        into, gone = a[each_others], b[each_others]
        sums[into] += sums[gone]
        size[into] += size[gone]
        now = np.arange(count)
        now[gone] = into
        label = now[label]
        keys, first = np.unique(np.minimum(now[a], now[b]) * count + np.maximum(now[a], now[b]), return_index=True)
        a, b = divmod(keys, count)
        distance = distance[first]
        distance[a == b] = np.inf
        grown = np.zeros(count, dtype=np.bool_)
        grown[into] = True
        changed = np.flatnonzero((a != b) & (grown[a] | grown[b]))
        distance[changed] = _distances(sums, size, a[changed], b[changed])
    found = np.bincount(label, minlength=count)
    return [np.flatnonzero(label == number) for number in np.flatnonzero((found >= SMALLEST) & (found <= LARGEST))]


def _pairs(series: Floats) -> tuple[Ints, Ints]:
    """Rows of each pair of (N, M) `series` of length 1 that is no farther apart than `CUT`, the smaller first.

    They are looked for in half the digits and a little beyond the cut.
    """
    short, count = series.astype(np.float32), len(series)
    a, b = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for start in range(0, count, _AT_ONCE):
        block = short[start : start + _AT_ONCE] @ short[start:].T
        row, column = divmod(np.flatnonzero(block >= np.float32(1.0 - CUT - _ROUNDING)), count - start)
        a.append(row[row < column] + start)
        b.append(column[row < column] + start)
    return np.concatenate(a), np.concatenate(b)


def _distances(sums: Floats, size: Floats, a: Ints, b: Ints) -> Floats:
    """Mean distance of each pair of clusters, from the sums (N, M) of their series and their sizes."""
    distance = np.empty(len(a))
    for start in range(0, len(a), 4 * _AT_ONCE):
        part = slice(start, start + 4 * _AT_ONCE)
        common = np.einsum("nt,nt->n", sums[a[part]], sums[b[part]])
        distance[part] = 1.0 - common / (size[a[part]] * size[b[part]])
    return distance


def search(study: Study, eligible: Bools) -> Search:
    """Form groups before the event, and repeat the search on the placebo sessions before it.

    Args:
        study: of a whole market, in one window.
        eligible: (N,) stocks that may belong to a group, at the event and on the placebo sessions alike. Which stocks
            are large at the event was not known on these: a small hindsight of the comparison, none of the event.
    """
    event, refit = study.event, study.refit
    [tau] = study.plan.taus()
    dates = study.plan.dates(tau)
    dates = dates[dates >= refit.gap + FEWEST_SESSIONS + 1]
    moves: list[Floats] = []
    # One after another, and not by `screener.workers`: all stretches of a whole market take about as long as one worker
    # takes to start.
    for end in range(event, int(dates[0]) if len(dates) else event, -_RENEWED):
        stretch = slice(max(end - _RENEWED, int(dates[0])), end)
        rows = dates[(dates >= stretch.start) & (dates < stretch.stop)]
        formed = _groups_before(study, eligible, stretch.start) if len(rows) else []
        if formed:
            portfolios = [
                Portfolio.of(study.returns[:, group.columns], study.benchmark_of[group.columns]) for group in formed
            ]
            [rolling] = study.plan.rolled(portfolios, stretch)
            moves += list(rolling.z_ewma[rows - stretch.start])
    learned = _formation(event, refit.gap)
    known = [np.abs(z[np.isfinite(z)]) for z in moves]
    return Search(
        formed=tuple(_groups_before(study, eligible, event)),
        sessions=learned.stop - learned.start if learned else 0,
        moves=tuple(z for z in known if z.size),
    )


def _groups_before(study: Study, eligible: Bools, row: int) -> list[Formed]:
    learned = _formation(row, study.refit.gap)
    if learned is None:
        return []
    # Residuals of these sessions alone are needed.
    designs = [replace(one, offset=one.offset[learned], regressors=one.regressors[learned]) for one in study.designs]
    sessions = slice(0, learned.stop - learned.start)
    fitted = fit(study.returns[learned], designs, study.benchmark_of, sessions, study.refit.min_obs)
    return _form_groups(np.where(eligible, fitted.abnormal, np.nan))
