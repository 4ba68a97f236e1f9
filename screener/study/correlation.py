"""Average correlation of estimation-window residuals, which every test on one common date has to know.

With r-bar of 0.2 and 50 securities, the variance of their mean is eleven times what independence would have it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from screener.study import Bools, Floats, Ints

_BLOCK = 192
"""Securities on a side of the square of pairs worked on at once, small enough for the squares to stay in cache."""
_SPARSE = 0.9
"""Share of known cells from which on sums over the missing ones alone take less time than products of all."""
_FEWEST_DAYS = 3
"""Common days below which a correlation is always +-1 or undefined."""
_CONSTANT = 1e-20
"""Product of two variances, in units of the securities' own, below which one of the two is rounding error."""


def mean_correlation(residuals: Floats, members: Bools | None = None) -> Floats:
    """Mean of the N (N - 1) / 2 sample correlations within each set of securities (Kolari and Pynnonen 2010).

    Each correlation is taken over the days that both securities have, with means and variances of those days. On
    complete data that costs O(M N), not O(M N^2). Pairs without a correlation (a constant residual, fewer than
    3 common days) are left out; a set without any pair is NaN.

    Args:
        residuals: (M, N) residuals of the estimation window, any unit; NaN = missing.
        members: (N, G) which securities belong to each of G sets; by default one set of all.

    Returns:
        (G,) the sets' mean correlations.
    """
    sets = np.ones((residuals.shape[1], 1)) if members is None else members.astype(np.float64)
    sets *= _defined(residuals)[:, None]
    pooled = _complete if np.isfinite(residuals).all() else _pairwise
    total, pairs = pooled(residuals, residuals, sets, sets)
    # Every pair stands twice in the square, and its diagonal is a correlation of 1 with itself.
    own = sets.sum(axis=0)
    return _quotient(np.diagonal(total) - own, np.diagonal(pairs) - own)


def cross_correlation(a: Floats, b: Floats) -> float:
    """Mean of the n_A n_B sample correlations between the residuals of two groups, (M, n_A) and (M, n_B).

    Pairs are treated as in `mean_correlation`; NaN without any. The groups should be disjoint: a security's
    correlation with itself is not evidence of anything.
    """
    one_a, one_b = _defined(a)[:, None], _defined(b)[:, None]
    complete = np.isfinite(a).all() and np.isfinite(b).all()
    total, pairs = (_complete if complete else _pairwise)(a, b, one_a, one_b)
    return float(_quotient(total, pairs)[0, 0])


def overlapping_correlation(residuals: Floats, session: Ints, length: int) -> float:
    """Mean correlation of the cumulative abnormal returns of two rows, each of an event of its own date.

    Of two rows whose windows share k of their L sessions it is k / L times the correlation of their residuals, over
    the calendar sessions that both estimation windows have; 0 where they share none. The mean is over all
    E (E - 1) / 2 pairs, so that E [s^2] and the variance of a mean have the form that they have for one common date:
    1 - r and (1 + (E - 1) r) / E (Kolari and Pynnonen 2010, for partly overlapping windows Kolari, Pape and Pynnonen
    2018, SSRN 3167271). Pairs of a constant residual, or with fewer than 3 common days, are left out.

    Only rows near each other in time are looked at: O(E M (number of rows within a window's length)).

    Args:
        residuals: (E, M) of each row's estimation window, any unit; NaN = missing. It ends as long before the row's
            session for all rows.
        session: (E,) the session of each row's event.
        length: sessions L of the event window.
    """
    rows, learned = residuals.shape
    total, pairs = 0.0, rows * (rows - 1) / 2
    order = np.argsort(session, kind="stable")
    close = np.diff(session[order]) < length
    order = order[np.append(close, False) | np.insert(close, 0, False)] if rows else order
    residuals, session, rows = residuals[order], session[order], len(order)
    for start in range(0, rows, _BLOCK):
        end = min(start + _BLOCK, rows)
        reached = int(np.searchsorted(session, session[end - 1] + length))
        begins = session[start:reached] - session[start]
        calendar = np.full((int(begins[-1]) + learned, reached - start), np.nan)
        calendar[begins + np.arange(learned)[:, None], np.arange(reached - start)] = residuals[start:reached].T
        values, blocks = _blocks(calendar, _defined(calendar)[:, None])
        left = blocks[0]
        for right in blocks:
            apart = np.abs(begins[left.columns, None] - begins[right.columns])
            share = np.maximum(length - apart, 0) / length
            if right is left:
                share = np.triu(share, 1)
            correlation = left.value.T @ values[:, right.columns]
            defined = _correlate(left, right, correlation)
            if defined is not None:
                pairs -= int(((share > 0) & ~defined).sum())
            total += float((share * correlation).sum())
    return total / pairs if pairs > 0 else float("nan")


def _quotient(total: Floats, pairs: Floats) -> Floats:
    quotient: Floats = np.divide(total, pairs, out=np.full(np.shape(total), np.nan), where=pairs > 0.5)
    return quotient


def _defined(residuals: Floats) -> Floats:
    """(N,) 1 where a security's residuals vary over at least 3 days of its own."""
    known = np.isfinite(residuals).sum(axis=0)
    varied = np.fmax.reduce(residuals, axis=0) > np.fmin.reduce(residuals, axis=0)
    defined: Floats = (varied & (known >= _FEWEST_DAYS)).astype(np.float64)
    return defined


def _complete(a: Floats, b: Floats, in_a: Floats, in_b: Floats) -> tuple[Floats, Floats]:
    """Sum and number of correlations between each set of columns of `a` and of `b`: products of summed z-scores.

    The sets `in_a` (n_a, G) and `in_b` (n_b, G) hold no security without a correlation.
    """
    score_a = _scores(a, in_a)
    score_b = score_a if a is b else _scores(b, in_b)
    return score_a.T @ score_b, np.outer(in_a.sum(axis=0), in_b.sum(axis=0))


def _scores(residuals: Floats, sets: Floats) -> Floats:
    """(M, G) sums over each set of residuals of mean 0 and length 1."""
    centred = residuals - residuals.mean(axis=0)
    length = np.sqrt(np.einsum("tn,tn->n", centred, centred))
    return np.asarray(centred @ (sets / np.where(length > 0, length, 1.0)[:, None]), dtype=np.float64)


class _Block(NamedTuple):
    """Some securities with gaps in their residuals, as the masked products want them.

    A sum over the days that two securities share is the first one's own sum less that over the second one's gaps.
    """

    columns: slice
    """Which of all securities these n are."""
    summed: Floats
    """(M, 3n) 1 where known; residuals about their mean in units of their standard deviation, 0 where missing; squares.

    Side by side, since one product of all three takes less time than three."""
    sums: Floats
    """(3n,) each column's sum."""
    gaps: Any
    """(n, M) 1 where missing: an array, or sparse where few are and there are many securities."""
    sets: Floats
    """(n, G) membership in each set."""

    @property
    def value(self) -> Floats:
        """(M, n) the residuals."""
        return self.summed[:, len(self.sets) : 2 * len(self.sets)]

    def over_days_of(self, other: _Block, *, counted: bool) -> tuple[Floats, ...]:
        """(n_other, n) days, if they are `counted`, sums and sums of squares over the days that each of `other` has."""
        size = len(self.sets)
        first = 0 if counted else size
        sums = other.gaps @ self.summed[:, first:]
        np.subtract(self.sums[first:], sums, out=sums)
        return tuple(sums[:, start : start + size] for start in range(0, sums.shape[1], size))


def _pairwise(a: Floats, b: Floats, in_a: Floats, in_b: Floats) -> tuple[Floats, Floats]:
    """As `_complete`, each correlation over its pair's common days, from masked products of blocks of securities."""
    total = np.zeros((in_a.shape[1], in_b.shape[1]))
    pairs = np.zeros_like(total)
    values_a, blocks_a = _blocks(a, in_a)
    values_b, blocks_b = (values_a, blocks_a) if a is b else _blocks(b, in_b)
    for number, i in enumerate(blocks_a):
        first = number if a is b else 0
        start = first * _BLOCK
        # One product for the row of blocks: threads of BLAS that wait for each other 14 times cost less than 100 times.
        products = i.value.T @ values_b[:, start:]
        for j in blocks_b[first:]:
            correlation = products[:, j.columns.start - start : j.columns.stop - start].copy()
            defined = _correlate(i, j, correlation)
            block_total = i.sets.T @ correlation @ j.sets
            if defined is None:
                block_pairs = np.outer(i.sets.sum(axis=0), j.sets.sum(axis=0))
            else:
                block_pairs = i.sets.T @ defined @ j.sets
            total += block_total
            pairs += block_pairs
            if a is b and i is not j:
                total += block_total.T
                pairs += block_pairs.T
    return total, pairs


def _blocks(residuals: Floats, sets: Floats) -> tuple[Floats, list[_Block]]:
    """(M, N) standardised residuals of all securities, and the blocks that view them."""
    have = np.isfinite(residuals) & sets.any(axis=1)
    count = np.maximum(have.sum(axis=0), 1)
    # Centred and scaled first, the differences of products lose no digits.
    values = np.where(have, residuals, 0.0)
    values -= values.sum(axis=0) / count
    values[~have] = 0.0
    scale = np.sqrt(np.einsum("tn,tn->n", values, values) / count)
    values /= np.where(scale > 0, scale, 1.0)
    kept: Callable[[Floats], Any] = np.asarray
    if residuals.shape[1] > _BLOCK and have.mean() > _SPARSE:
        from scipy.sparse import csr_array  # takes longer to load than a few stocks take to correlate

        kept = csr_array
    blocks = []
    for start in range(0, residuals.shape[1], _BLOCK):
        columns = slice(start, min(start + _BLOCK, residuals.shape[1]))
        value, own = values[:, columns], have[:, columns]
        summed = np.concatenate([own, value, np.square(value)], axis=1)
        gaps = kept((~own.T).astype(np.float64))
        blocks.append(_Block(columns, summed, summed.sum(axis=0), gaps, sets[columns]))
    return values, blocks


def _correlate(i: _Block, j: _Block, product: Floats) -> Bools | None:
    """Turn cross products (n_i, n_j) into correlations over common days, in place, 0 where undefined.

    r = (n S_ij - S_i S_j) / sqrt((n S_ii - S_i^2) (n S_jj - S_j^2)), sums over the n common days. In place, because
    these passes over all pairs are what the whole battery spends its time on when cells are missing.

    Returns:
        which are defined, None where all are.
    """
    n, sum_j, other = j.over_days_of(i, counted=True)
    sum_i, variance = (np.ascontiguousarray(sums.T) for sums in i.over_days_of(j, counted=False))
    product *= n
    product -= sum_i * sum_j
    variance *= n
    np.square(sum_i, out=sum_i)
    variance -= sum_i
    other *= n
    np.square(sum_j, out=sum_j)
    other -= sum_j
    variance *= other
    defined = None
    # Values have unit variance, so what is left of a constant stretch is rounding.
    if n.min() < _FEWEST_DAYS or variance.min() < _CONSTANT:
        defined = (n >= _FEWEST_DAYS) & (variance >= _CONSTANT)
        variance[~defined] = 1.0
        product[~defined] = 0.0
    np.sqrt(variance, out=variance)
    product /= variance
    return defined
