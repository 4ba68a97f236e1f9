"""Bootstrap of the skewness-adjusted t of buy-and-hold abnormal returns."""

from __future__ import annotations

import math

import numpy as np

from screener.study.arrays import Floats
from screener.study.parametric import skewed_t
from screener.study.statistic import Statistic, known, sample_sd, undefined


def bootstrapped(
    bhar: Floats, random: np.random.Generator, *, repetitions: int = 1000, draw: int | None = None
) -> Statistic:
    """Skewness-adjusted t of (N,) `bhar` with its p from resampled securities; assumes independence between them.

    Each repetition draws `draw` securities with replacement and takes their skewness-adjusted t about the mean of
    all. p doubles the smaller tail, (1 + #) / (B + 1) each. Because it redraws securities and not dates, it does not
    see the correlation that one common date brings: use it for dispersed dates, or beside the placebo p.

    Lyon, Barber and Tsai 1999, JF 54:165.

    Args:
        bhar: (N,) buy-and-hold abnormal returns, decimal; NaN is left out.
        random: seeded by the caller, so that a run can be repeated.
        repetitions: B.
        draw: securities a repetition; by default a quarter of them as in the paper, but 20, or all, if that is more.
    """
    x = known(bhar)
    if x.size < 3:
        return undefined(f"needs 3 securities with a complete window, has {x.size}")
    if not sample_sd(x) > 0:
        return undefined("zero variance")
    size = draw or max(x.size // 4, min(x.size, 20))
    samples = x[random.integers(x.size, size=(repetitions, size))]
    # A sample of one security drawn again and again has no t; it says nothing about either tail.
    samples = samples[np.ptp(samples, axis=1) > 0]
    mean = samples.mean(axis=1)
    deviation = samples - mean[:, None]
    square = deviation * deviation
    s = (mean - x.mean()) / np.sqrt(square.sum(axis=1) / (size - 1))
    g = (square * deviation).mean(axis=1) / square.mean(axis=1) ** 1.5
    resampled = math.sqrt(size) * (s + g * s**2 / 3.0 + g / (6.0 * size))
    t = skewed_t(x, 0.0)
    tails = (resampled >= t).sum(), (resampled <= t).sum()
    return Statistic(t, min(1.0, 2.0 * (1.0 + float(min(tails))) / (1.0 + len(samples))), math.nan)
