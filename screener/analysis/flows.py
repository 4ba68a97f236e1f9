"""Who bought: net purchases of kinds of investors, KRW."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from screener.analysis.results import Group, StockRow, Window
from screener.krx.tables import Days
from screener.study.arrays import Floats


@dataclass(frozen=True)
class Flows:
    """Net purchases of N stocks on D sessions, KRW; NaN = not known."""

    days: Days
    """(D,) sessions of which something is known, ascending."""
    tickers: tuple[str, ...]
    foreign: Floats
    """(D, N)"""
    institution: Floats
    individual: Floats


@dataclass(frozen=True)
class GroupFlow:
    """Net purchases of one sector or theme over one window, KRW; NaN unless each session of each member is known."""

    group: Group
    window: Window
    foreign: float
    institution: float
    n: int
    """Members counted: those with a return over the window."""


def group_flows(
    flows: Flows, sessions: Days, rows: Sequence[StockRow], groups: Sequence[Group]
) -> tuple[GroupFlow, ...]:
    """What was bought of each group in each window of `rows`.

    Args:
        flows: of the stocks of `rows`.
        sessions: of the panel, among them those of the windows.
        rows: one per stock, sector and window.
        groups: the sectors and themes of these stocks.
    """
    column = {ticker: place for place, ticker in enumerate(flows.tickers)}
    table = []
    for window in dict.fromkeys(row.window for row in rows):
        wanted = sessions[(sessions >= np.datetime64(window.start)) & (sessions <= np.datetime64(window.end))]
        known = bool(np.isin(wanted, flows.days).all())
        inside = np.flatnonzero(np.isin(flows.days, wanted))
        held = [row.stock for row in rows if row.window == window and math.isfinite(row.raw_return)]
        for group in groups:
            own = np.array([column[stock.ticker] for stock in held if group.holds(stock)], dtype=np.int64)
            foreign, institution = (
                float(bought[np.ix_(inside, own)].sum()) if known and own.size else math.nan
                for bought in (flows.foreign, flows.institution)
            )
            table.append(GroupFlow(group, window, foreign, institution, len(own)))
    return tuple(table)
