"""Which sets of stocks stand for sectors, and on which days nothing is known to have happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screener.study import Ints
from screener.study.models import Refit, fit
from tests.calibration.market import Market

MOST, FEWER = 500, 240
"""Placebo dates: all there are up to the first, or the latest of the second number."""


@dataclass(frozen=True)
class Cell:
    """Sets of one kind; a pseudo-event is one of them on one date."""

    name: str
    sets: list[Ints]
    """Columns of the market, one array a set."""


def event_rows(market: Market, refit: Refit, longest: int) -> Ints:
    """Sessions with `FEWER` placebo dates before them and a whole window after, clear of the configured event."""
    rows = np.arange(first_event(market, refit, longest), len(market.sessions) - longest + 1)
    clear = [not np.isin(market.excluded, np.arange(row, row + longest)).any() for row in rows]
    return rows[clear]


def first_event(market: Market, refit: Refit, longest: int) -> int:
    """First session that has `FEWER` placebo dates before it even in the longest window."""
    early = int((market.excluded < refit.history + FEWER).sum())
    return refit.history + FEWER + longest - 1 + early


def draw_sets(market: Market, refit: Refit, longest: int, count: int, rng: np.random.Generator) -> list[Cell]:
    """Single stocks, random sets, nearest neighbours by residual correlation before the first event, the configured."""
    before = slice(1, first_event(market, refit, longest))
    liquid = market.liquid
    fitted = fit(market.returns[:, liquid], market.designs, market.design_of[liquid], before, before.stop - 20)
    residuals = fitted.abnormal[before]
    pool = np.flatnonzero(np.isfinite(fitted.sigma))
    unit = np.nan_to_num(residuals[:, pool])
    unit = (unit - unit.mean(axis=0)) / np.sqrt(np.square(unit - unit.mean(axis=0)).sum(axis=0))
    correlation = unit.T @ unit
    columns = liquid[pool]
    cells = [Cell("single stocks", [one[None] for one in rng.choice(columns, count, replace=False)])]
    cells += [
        Cell(f"random {size}", [rng.choice(columns, size, replace=False) for _ in range(count)])
        for size in (10, 20, 40)
    ]
    for size in (10, 20):
        seeds = rng.choice(len(columns), count, replace=False)
        cells.append(Cell(f"correlated {size}", [columns[np.argsort(-correlation[seed])[:size]] for seed in seeds]))
    cells.append(Cell("configured", list(market.sectors.values())))
    return cells
