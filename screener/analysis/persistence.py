"""Did it last? The path of a move after the event day, in one word, and how long the half of it took to go."""

from __future__ import annotations

import numpy as np

from screener.study.arrays import Floats

MOVED = 0.05
"""Largest p of a move that counts as one."""
FADED, EXTENDED = 0.5, 1.5
"""Parts of the event day's move that are left at the window's end: less has faded, more has been extended."""


def classify(on_day: float, p_on_day: float, at_end: float, p_at_end: float) -> str:
    """What became of the event day's cumulative abnormal return by the end of a window that begins with it.

    held, faded, reversed or extended, by what is left of it: from half to one and a half times of it, less, less than
    nothing, or more. delayed: no move that day (p above 5 %), but one over the window. Empty: neither, or not known.

    Args:
        on_day: CAR of the event day.
        p_on_day: its p, by the headline test.
        at_end: CAR of the window.
        p_at_end: its p.
    """
    if not np.isfinite([on_day, p_on_day, at_end, p_at_end]).all():
        return ""
    if p_on_day > MOVED:
        return "delayed" if p_at_end <= MOVED else ""
    left = at_end / on_day
    if left <= 0:
        return "reversed"
    return "faded" if left < FADED else "held" if left <= EXTENDED else "extended"


def half_life(path: Floats) -> float:
    """Sessions after the event day until half of its move was gone; NaN if that did not happen.

    Args:
        path: (L + 1,) cumulative abnormal return from tau = 0 on; straight lines between the sessions.
    """
    if not path.size or not np.isfinite(path).all() or path[0] == 0:
        return float("nan")
    left = path / path[0]
    below = np.flatnonzero(left <= FADED)
    if not below.size:
        return float("nan")
    after = int(below[0])
    return float(after - 1 + (left[after - 1] - FADED) / (left[after - 1] - left[after]))
