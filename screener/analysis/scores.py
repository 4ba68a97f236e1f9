"""One signed number for what an event did: how large, how certain, how lasting, how broad, with how much trading.

Pure: arrays in, arrays out. Every part is in [-1, 1], positive = up, and NaN where it cannot be had; a missing part's
weight goes to the others in proportion.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from screener.study import Bools, Floats

PARTS = ("magnitude", "certainty", "persistence", "breadth", "volume")
LEAST_SCORE = 25.0
"""What a winner scores at least; a loser its negative."""
LARGEST_P = 0.10
"""Largest p of a winner or loser: the corrected p of a sector, the q of a stock."""
_FOURFOLD = 2.0
"""log2 of the volume ratio that counts as much as any: four times the usual."""
_MOVED = 0.05
"""Largest p of a move that counts as one."""
FADED, EXTENDED = 0.5, 1.5
"""Parts of the event day's move that are left at the window's end: less has faded, more has been extended."""
_WEIGHTINGS = 1_000
_SPREAD_OF_WEIGHTS = 50.0
"""Concentration of the random weightings: a weight of 0.30 then varies by about 0.06."""
_AT_ONCE = 50
"""Weightings whose scores are held together: bounds the memory of a whole market."""


def parts_of(
    car: Floats, p: Floats, others: Floats, ratio: Floats, on_day: Floats | None = None, up: Floats | None = None
) -> dict[str, Floats]:
    """The parts of N scores, (N,) each, in the direction of the CAR except breadth.

    magnitude: share of |others| that is smaller, ties counted by half. certainty: 1 - p. persistence: how much of the
    event day's CAR still stands at the window's end, -1 reversed to +1 held or grew. breadth: from -1, all members
    fell, to +1, all rose. volume: 0 at the usual volume, 1 at four times of it and beyond.

    Args:
        car: (N,) cumulative abnormal returns.
        p: (N,) of the headline test.
        others: CARs that sizes are compared with: (M,) those of the market, or (M, N) those of the placebo dates of
            each.
        ratio: (N,) volume in the window over the usual.
        on_day: (N,) CARs of the event day, see `on_event_day`; None = a score without persistence.
        up: (N,) share of the members that rose; None = a score without breadth.
    """
    direction = np.sign(car)
    parts = {"magnitude": _magnitude(car, others), "certainty": direction * (1.0 - p)}
    with np.errstate(divide="ignore", invalid="ignore"):
        if on_day is not None:
            parts["persistence"] = direction * np.clip(car / on_day, -1.0, 1.0)
        if up is not None:
            parts["breadth"] = 2.0 * up - 1.0
        parts["volume"] = direction * np.clip(np.log2(ratio) / _FOURFOLD, -1.0, 1.0)
    return parts


def on_event_day(taus: tuple[int, int], car: Floats) -> Floats:
    """(N,) `car` of the event day for a window that begins with it and goes on; NaN for windows that cannot tell."""
    return car if _goes_on(taus) else np.full(len(car), np.nan)


def _goes_on(taus: tuple[int, int]) -> bool:
    return taus[0] == 0 and taus[1] != 0


def _magnitude(car: Floats, others: Floats) -> Floats:
    if others.ndim == 1:
        # A whole market against itself: by places in the order, for a table of all pairs grows with their square.
        ordered = np.sort(np.abs(others[np.isfinite(others)]))
        below, through = (np.searchsorted(ordered, np.abs(car), side) for side in ("left", "right"))
        middle = (below + 0.5 * (through - below)) / max(ordered.size, 1)
        return np.where(np.isfinite(car) & (ordered.size > 0), np.sign(car) * middle, np.nan)
    against = np.abs(others)
    known = np.isfinite(against)
    size = np.abs(car)[None, :]
    with np.errstate(invalid="ignore"):
        below = ((against < size) + 0.5 * (against == size)).astype(np.float64)
    count = np.broadcast_to(known.sum(axis=0), car.shape)
    share = np.where(known, below, 0.0).sum(axis=0) / np.maximum(count, 1)
    return np.where(np.isfinite(car) & (count > 0), np.sign(car) * share, np.nan)


def combine(parts: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """(N,) 100 times the weighted mean of the parts that are known; NaN without magnitude or certainty.

    Args:
        parts: (N,) each; those that are left out count as unknown.
        weights: by part; they need not sum to 1.
    """
    weight = np.array([weights[name] for name in parts])
    score: Floats = _combined(np.stack(list(parts.values())), weight[None, :])[0]
    return score


def _combined(table: Floats, weights: Floats) -> Floats:
    """(K, N) scores of a (P, N) table of parts under K weightings (K, P); the first two parts must be known."""
    known = np.isfinite(table)
    total = weights @ known
    with np.errstate(divide="ignore", invalid="ignore"):
        score = 100.0 * (weights @ np.where(known, table, 0.0)) / total
    combined: Floats = np.where(known[:2].all(axis=0), score, np.nan)
    return combined


def ranked(parts: Mapping[str, Floats], weights: Mapping[str, float]) -> tuple[Floats, Floats]:
    """(N,) ranks, 1 = highest score, and how stable they are: the share of random weightings that leave each third.

    NaN without a score.

    Args:
        parts: (N,) each, `magnitude` and `certainty` first.
        weights: by part; the random weightings are Dirichlet around them.
    """
    table = np.stack(list(parts.values()))
    configured = np.array([weights[name] for name in parts])
    score = _combined(table, configured[None, :])[0]
    random = np.random.default_rng(0)
    drawn = random.dirichlet(np.maximum(configured / configured.sum(), 1e-6) * _SPREAD_OF_WEIGHTS, _WEIGHTINGS)
    known = np.isfinite(score)
    third = _thirds(score[None, known])
    same = np.zeros(int(known.sum()), dtype=np.int64)
    for start in range(0, _WEIGHTINGS, _AT_ONCE):
        same += (_thirds(_combined(table[:, known], drawn[start : start + _AT_ONCE])) == third).sum(axis=0)
    steady = np.full(len(score), np.nan)
    steady[known] = same / _WEIGHTINGS
    return _ranks(score), steady


def _ranks(score: Floats) -> Floats:
    """(N,) 1 + how many score higher."""
    ordered = np.sort(score[np.isfinite(score)])
    higher = ordered.size - np.searchsorted(ordered, score, side="right")
    return np.where(np.isfinite(score), 1.0 + higher, np.nan)


def _thirds(score: Floats) -> Floats:
    """(K, N) third of the ranking in each of K scorings (K, N) without NaN: 0 the best.

    Of equal scores the earlier one ranks first.
    """
    own, count = -score, score.shape[1]
    # A sort of values is ten times as fast as one that says where each came from; that is needed for ties alone.
    ordered = np.sort(own, axis=1)
    thirds = np.zeros(score.shape)
    tied = np.zeros(len(score), dtype=bool)
    for end in (-(-count * third // 3) for third in (1, 2)):
        if end < count:
            thirds += own >= ordered[:, end, None]
            if end:
                tied |= ordered[:, end - 1] == ordered[:, end]
    for row in np.flatnonzero(tied):
        thirds[row, np.argsort(own[row], kind="stable")] = np.floor(3.0 * np.arange(count) / count)
    return thirds


def verdicts(score: Floats, p: Floats, car: Floats, close_gap: float) -> tuple[str, ...]:
    """(N,) 'winner', 'loser', 'no clear effect', 'withheld' or 'cannot be tested'; empty without a CAR.

    A winner or loser has the direction of its CAR, a score of at least `LEAST_SCORE` in that direction, and a `p`,
    adjusted for the number of tests, of at most `LARGEST_P`. A verdict is withheld where closes of two kinds alone can
    make the CAR, `close_gap` at most. Without a score or a p, because too few ordinary sessions are known for one that
    small, nothing can be tested.
    """
    sign = np.sign(car)
    clear: Bools = (score * sign >= LEAST_SCORE) & (p <= LARGEST_P)
    words = np.where(clear, np.where(sign > 0, "winner", "loser"), "no clear effect")
    words = np.where((close_gap > 0) & (np.abs(car) <= close_gap), "withheld", words)
    words = np.where(np.isfinite(score) & np.isfinite(p), words, "cannot be tested")
    return tuple(str(word) if known else "" for word, known in zip(words, np.isfinite(car), strict=True))


def score_columns(
    parts: Mapping[str, Floats],
    weights: Mapping[str, float],
    p: Floats,
    evidence: Bools,
    car: Floats,
    close_gap: float,
) -> dict[str, Floats]:
    """Columns score, rank, verdict, steady and score_PART of N stocks or groups in one window.

    Those that are no `evidence` (N,) get a score as well, but neither rank nor verdict. `p`, `car` and `close_gap`:
    see `verdicts`.
    """
    rank, steady = ranked({name: np.where(evidence, part, np.nan) for name, part in parts.items()}, weights)
    score = combine(parts, weights)
    verdict = [word or None for word in verdicts(score, p, np.where(evidence, car, np.nan), close_gap)]
    return {
        "score": score,
        "rank": rank,
        "verdict": np.array(verdict, dtype=object),
        "steady": steady,
        **{f"score_{name}": part for name, part in parts.items()},
    }


def lasting_columns(
    taus: tuple[int, int], paths: Floats, car: Floats, p: Floats, p_on_day: Floats
) -> dict[str, list[str | None] | list[float]]:
    """Columns lasting and half_life of N stocks or groups in the window `taus`.

    lasting is what became of the event day's CAR by the end of the window. held, faded, reversed or extended, by what
    is left of it: from half to one and a half times of it, less, less than nothing, or more. delayed: no move that day
    (p above 5%), but one over the window. None: neither, or not known. half_life is of those that faded or reversed:
    sessions after the event day until half of its move was gone, on straight lines between the sessions.

    Args:
        taus: first and last; only windows that begin with the event day and go on have these figures.
        paths: (L, N) cumulative abnormal returns of the window's sessions.
        car: (N,) CARs of the window.
        p: (N,) their p, by the headline test.
        p_on_day: (N,) p of the event day alone.
    """
    if not _goes_on(taus):
        return {}
    kinds = [_classify(*figures) for figures in np.stack([paths[0], p_on_day, car, p], axis=1).tolist()]
    lives = [
        _half_life(path) if kind in ("faded", "reversed") else np.nan for kind, path in zip(kinds, paths.T, strict=True)
    ]
    return {"lasting": [kind or None for kind in kinds], "half_life": lives}


def _classify(on_day: float, p_on_day: float, at_end: float, p_at_end: float) -> str:
    if not np.isfinite([on_day, p_on_day, at_end, p_at_end]).all():
        return ""
    if p_on_day > _MOVED:
        return "delayed" if p_at_end <= _MOVED else ""
    left = at_end / on_day
    if left <= 0:
        return "reversed"
    return "faded" if left < FADED else "held" if left <= EXTENDED else "extended"


def _half_life(path: Floats) -> float:
    if not path.size or not np.isfinite(path).all() or path[0] == 0:
        return float("nan")
    left = path / path[0]
    below = np.flatnonzero(left <= FADED)
    if not below.size:
        return float("nan")
    after = int(below[0])
    return float(after - 1 + (left[after - 1] - FADED) / (left[after - 1] - left[after]))
