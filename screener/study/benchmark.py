"""Benchmarks that do not contain the security they are held against."""

from __future__ import annotations

import numpy as np

from screener.study.arrays import Floats


def leave_one_out(index: Floats, returns: Floats, weights: Floats) -> Floats:
    """Return of the index without each security: (R_m - w R_i) / (1 - w), (T, N), decimal.

    A security that makes up the share w of its index pulls its own benchmark along: its abnormal return is damped
    by about 1 - beta w, which is a fifth of it for the largest stock of KOSPI.

    Args:
        index: (T,) return of a capitalisation-weighted index, decimal.
        returns: (T, N) returns of its members, decimal. NaN = no trade: the index then holds the last price, a
            return of 0.
        weights: (T, N) share of each member in the index at the previous session's close, 0 where it is no member;
            NaN, or a share of 1 or more, gives NaN.
    """
    share = np.where((weights >= 0) & (weights < 1), weights, np.nan)
    traded = np.where(np.isfinite(returns), returns, 0.0)
    without: Floats = (index[:, None] - share * traded) / (1.0 - share)
    return without
