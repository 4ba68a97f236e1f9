"""How each stock usually behaves, and what happened to it around the event beside its return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from screener.analysis.levels import traded_of
from screener.analysis.measurement import Measurement
from screener.study.arrays import Bools, Floats


@dataclass(frozen=True)
class Behaviour:
    """One stock; decimals, NaN = not known."""

    ticker: str
    beta: float
    """Slope on its index; NaN for a model without one."""
    alpha: float
    """What it earned a session beyond beta times the index."""
    sigma: float
    """Residual standard deviation of a session."""
    r_squared: float
    """Part of its variance that the model explains."""
    observations: int
    """Sessions of the estimation window on which it traded."""
    limit_days: tuple[date, ...]
    """From the first window's first session on, days on which it closed at the price limit."""
    halted_days: tuple[date, ...]
    """Days on which it did not trade."""
    action_days: tuple[date, ...]
    """Days on which its official rate differs from its closes: a split, a rights issue, a capital reduction."""
    lowest: float
    """Lowest close since the event day, against the base."""
    regained: float
    """Sessions from the event day until it closed at the base price again; NaN if it never fell below, or has not."""


def behaviours(measurement: Measurement) -> tuple[Behaviour, ...]:
    """One for each column of the panel."""
    panel, fit, event_row = measurement.panel, measurement.fit, measurement.event_row
    first = event_row + min(0, *(window.first for window in measurement.windows))
    days = panel.sessions[first:]
    last = event_row + max(window.last for window in measurement.windows) + 1 - first

    def when(where: Bools) -> tuple[date, ...]:
        return tuple(day.item() for day in days[:last][where[:last]])

    since = np.cumprod(1.0 + np.nan_to_num(panel.returns[event_row:]), axis=0)
    slope = fit.coefficients[1] if len(fit.coefficients) > 1 else np.full(len(panel.tickers), np.nan)
    own = measurement.study.returns[measurement.estimation]
    at_base = traded_of(panel)[event_row - 1] if event_row else np.zeros(len(panel.tickers), dtype=bool)
    table = []
    for column, ticker in enumerate(panel.tickers):
        known = own[:, column][np.isfinite(own[:, column])]
        total = float(((known - known.mean()) ** 2).sum()) if known.size else 0.0
        degrees = int(fit.df[column])
        # A stock without a price at the base has none to fall below or to come back to.
        path: Floats = since[:, column].astype(np.float64) if at_base[column] else np.empty(0)
        table.append(
            Behaviour(
                ticker=ticker,
                beta=float(slope[column]),
                alpha=float(fit.coefficients[0, column]) if len(fit.coefficients) else np.nan,
                sigma=float(fit.sigma[column]),
                r_squared=1.0 - float(fit.sigma[column]) ** 2 * degrees / total if total else np.nan,
                observations=int(fit.observations[column]),
                limit_days=when(panel.limit[first:, column] != 0),
                halted_days=when(panel.volume[first:, column] == 0),
                action_days=when(panel.actions[first:, column]),
                lowest=float(path.min() - 1.0) if path.size else np.nan,
                regained=_regained(path),
            )
        )
    return tuple(table)


def _regained(path: Floats) -> float:
    """Sessions from the event day until `path`, growth since the base, is at 1 again after it was below."""
    below = np.flatnonzero(path < 1.0)
    if not below.size:
        return float("nan")
    back = np.flatnonzero(path[below[0] :] >= 1.0)
    return float(below[0] + back[0]) if back.size else float("nan")
