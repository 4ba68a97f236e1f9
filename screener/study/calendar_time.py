"""Calendar-time portfolio: on each session, all securities that are in the window of an event of theirs."""

from __future__ import annotations

import math

import numpy as np

from screener.study.arrays import Floats, Ints
from screener.study.parametric import Statistic, known, sample_sd
from screener.study.portfolio import mean_of_available

_FEWEST_COMMON = 20
"""Estimation sessions that all rows of a portfolio must share for its standard deviation."""


def calendar_time(daily: Floats, residuals: Floats, session: Ints) -> tuple[float, Statistic]:
    """Mean abnormal return on a session of the portfolio of all rows in their window, decimal, and its t.

    The portfolio holds equal weights, for the rows of a busy session are no more evidence than those of a quiet one,
    and its mean is over sessions, each alike (Fama 1998, JFE 49:283, section 4.2; Lyon, Barber and Tsai 1999,
    JF 54:165). Its variance changes with the number and kind of its rows. So the t, Student's with one less than the
    number of sessions, is that of the session's returns each over the standard deviation that the same portfolio had
    in the estimation windows (Jaffe 1974, JB 47:410; Mandelker 1974, JFE 1:303): the root mean square of the same
    rows' mean residual, on the sessions that all of them have in their estimation window. It carries how the rows move
    together; that the days of a window follow each other it takes for independent.

    Args:
        daily: (E, L) abnormal returns of each row's window, decimal; NaN on a session without.
        residuals: (E, M) of each row's estimation window, decimal; it ends as long before the row's session for all.
        session: (E,) of each row's event.
    """
    order = np.argsort(session, kind="stable")
    daily, residuals, session = daily[order], residuals[order], session[order]
    length = daily.shape[1]
    returns, scaled = [], []
    sizes: dict[bytes, float] = {}  # most portfolios stay the same for some sessions
    for day in np.unique(session[:, None] + np.arange(length)).tolist():
        first, last = np.searchsorted(session, [day - length + 1, day + 1]).tolist()
        rows = np.arange(first, last)
        now = daily[rows, day - session[rows]]
        rows, now = rows[np.isfinite(now)], now[np.isfinite(now)]
        if not rows.size:
            continue
        returns.append(float(now.mean()))
        key = rows.tobytes()
        if key not in sizes:
            sizes[key] = _usual_size(residuals[rows], session[rows])
        if sizes[key] > 0:
            scaled.append(returns[-1] / sizes[key])
    alpha = float(np.mean(returns)) if returns else math.nan
    if len(scaled) < 2:
        return alpha, Statistic.undefined(f"needs 2 sessions with a portfolio, has {len(scaled)}")
    values = np.array(scaled)
    return alpha, Statistic.student(values.mean(), sample_sd(values) / math.sqrt(values.size), values.size - 1)


def _usual_size(residuals: Floats, session: Ints) -> float:
    """Root mean square of the mean of (E, M) residuals on the sessions that all rows share; 0 where it has none."""
    common = residuals.shape[1] - int(session[-1] - session[0])
    if common < _FEWEST_COMMON:
        return 0.0
    begins = session[-1] - session
    shared = residuals[np.arange(len(session))[:, None], begins[:, None] + np.arange(common)]
    before = known(mean_of_available(shared.T))
    return math.sqrt(float(np.square(before).mean())) if before.size >= _FEWEST_COMMON else 0.0
