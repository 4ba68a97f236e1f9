"""The sharper companion of the headline test: the members' mean standardised abnormal return among placebo dates.

The headline asks whether the equally weighted portfolio moved, in which the wildest members speak loudest. Here each
member counts by how unusual its return was for itself, as in the tests of Patell (1976, JAR 14:246) and Boehmer,
Musumeci and Poulsen (1991, JFE 30:253), but the law comes from the placebo dates and not from independence. On KRX
returns it finds an effect of 2% on one day in 20 random stocks in 79 of 100 cases where the headline finds it in 61,
at the same size (tests/calibration).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from screener.study import Floats, Ints
from screener.study.models import Design, Refit
from screener.study.placebo import Placebo, PlaceboPlan
from screener.study.portfolio import Portfolio
from screener.study.rolling import Rolling, roll


def placebo_of_members(plan: PlaceboPlan, returns: Floats, design_of: Ints, groups: Sequence[Ints]) -> list[Placebo]:
    """Rank the mean z_ewma of each group's members among that of the placebo dates, one result per window.

    In the result, `caar` is the members' mean abnormal return weighted by the inverse of their volatility, `sd` the
    harmonic mean of these, and `z_ewma` the members' mean; the less they move together, the smaller it is, so that
    groups can be compared by p only. There is no t.

    Args:
        plan: the event, its windows, and what its placebo dates are.
        returns: (T, N) simple returns, decimal; NaN = no trade.
        design_of: (N,) the design of each security.
        groups: columns of the members of each group.
    """
    sets, dates = plan.spans()
    rolling = roll_members(plan.refit, returns, design_of, groups, plan.designs, dates, plan.taus())
    return [Placebo.of(result, rows) for result, rows in zip(rolling, sets, strict=True)]


def roll_members(
    refit: Refit,
    returns: Floats,
    design_of: Ints,
    groups: Sequence[Ints],
    designs: Sequence[Design],
    dates: slice,
    windows: Sequence[range],
) -> list[Rolling]:
    """The groups' inverse-volatility-weighted abnormal return at each of `dates`; NaN if fewer than half are known."""
    needed = np.unique(np.concatenate([np.asarray(group, dtype=np.int64) for group in groups]))
    stocks = roll(refit, Portfolio.each(returns[:, needed], design_of[needed]), designs, dates, windows)
    places = [np.searchsorted(needed, group) for group in groups]
    results = []
    for stock in stocks:
        known = np.isfinite(stock.z_ewma)
        precision = np.where(known, 1.0 / stock.sd, 0.0)
        weighted = np.where(known, stock.caar / stock.sd, 0.0)
        count, total, sums = (
            np.stack([part[:, place].sum(axis=1) for place in places], axis=1) for part in (known, precision, weighted)
        )
        half = np.maximum([len(place) / 2 for place in places], 0.5)
        total = np.where(count >= half, total, np.nan)
        caar = sums / total
        results.append(Rolling(dates, stock.length, caar, count / total, np.full_like(caar, np.nan)))
    return results
