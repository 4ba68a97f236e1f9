"""Rebased prices: growth since the base close, as newspapers draw prices; base = 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from screener.analysis.frames import stacked
from screener.analysis.groups import PATH
from screener.analysis.measurement import Measurement
from screener.analysis.model import Group
from screener.data.panel import Panel
from screener.study.arrays import Bools, Floats, Ints


def levels_frame(measurement: Measurement, groups: Sequence[Group]) -> pd.DataFrame:
    """The level of each index, sector and stock on the sessions of `PATH` that the panel has; unknown ones left out.

    A stock keeps its last known price while it does not trade. It has no level at all where it did not trade at the
    base, and none beyond a return that is not known. A sector is the equal-weight mean of its members with a price at
    the base, bought then and held; a member counts with its last known level after it stops trading, and with its
    first known one before it was listed, so that nothing jumps when a member comes or goes.
    """
    panel, base = measurement.panel, measurement.event_row - 1
    if base < 0:
        return stacked("levels", ())
    rows = slice(max(base + 1 + PATH[0], 0), base + 2 + PATH[1])
    days = np.array(panel.sessions[rows].tolist(), dtype=object)
    taus = np.arange(len(panel.sessions))[rows] - base - 1
    parts: list[dict[str, Any]] = []

    def add(series: str, kind: str, values: Floats) -> None:
        known = np.isfinite(values)
        parts.append({"series": series, "kind": kind, "tau": taus[known], "date": days[known], "level": values[known]})

    for name, returns in panel.benchmarks.items():
        own = np.isfinite(returns[:, None])
        add(name, "index", _growth(returns[:, None], own.astype(np.int64), np.ones_like(own), base)[rows, 0])
    traded = traded_of(panel)
    stocks = _last_known(_growth(panel.returns, panel.span, traded, base), traded)[rows]
    for group in groups:
        columns = measurement.columns(group)
        members = columns[traded[base, columns]]
        if group.theme is None and members.size:
            add(group.label, "sector", _held(stocks[:, members]).mean(axis=1))
    for column in dict.fromkeys(measurement.column_of.tolist()):
        add(panel.tickers[column], "stock", stocks[:, column])
    return stacked("levels", parts)


def traded_of(panel: Panel) -> Bools:
    """(T, N) whether a stock traded: a return ends there, or a later one begins, or it was too large to be believed."""
    traded: Bools = (panel.span > 0) | panel.suspect
    row, column = np.nonzero(panel.span)
    traded[row - panel.span[row, column], column] = True
    return traded


def _growth(returns: Floats, span: Ints, traded: Bools, base: int) -> Floats:
    """(T, N) growth from the base row to each row on which it traded, or the inverse before; NaN where not known.

    It is known where the spans of the returns between the two rows add up to their distance.
    """
    grown, reach = np.cumprod(1.0 + np.nan_to_num(returns), axis=0), np.cumsum(span, axis=0)
    distance = np.arange(len(returns))[:, None] - base
    known = traded & traded[base] & (reach - reach[base] == distance)
    return np.where(known, grown / grown[base], np.nan)


def _last_known(growth: Floats, traded: Bools) -> Floats:
    """(T, N) `growth` on the latest row on which it traded; NaN before the first."""
    latest = np.maximum.accumulate(np.where(traded, np.arange(len(traded))[:, None], -1), axis=0)
    return np.where(latest >= 0, np.take_along_axis(growth, np.maximum(latest, 0), axis=0), np.nan)


def _held(levels: Floats) -> Floats:
    """(L, N) `levels`, of which each column has some, with the last known one after it and the first one before it."""
    known = np.isfinite(levels)
    rows = np.arange(len(levels))[:, None]
    nearest = np.clip(rows, known.argmax(axis=0), len(levels) - 1 - known[::-1].argmax(axis=0))
    return np.take_along_axis(levels, nearest, axis=0)
