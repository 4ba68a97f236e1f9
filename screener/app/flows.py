"""Reads from the store who bought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from screener.analysis.flows import Flows
from screener.errors import DataError

if TYPE_CHECKING:
    from screener.data.connections import Connections


INVESTORS = ("foreign", "institution", "individual")


def load_flows(
    source: str, access: Callable[[], Connections], tickers: Sequence[str], first: date, last: date
) -> Flows | None:
    """Net purchases of `tickers` from `first` through `last`, as far as the store knows them; None if of no day.

    Args:
        source: what the user asked for; files, newspapers and the simulated market have no flows.
        access: opened if the source goes by way of the store.
        tickers: the columns.
        first: a day.
        last: a day.
    """
    if source not in ("auto", "store", "pykrx", "openapi"):
        return None
    from screener.krx.tables import FLOWS

    table = access().store.table("pykrx-login", FLOWS)
    try:
        rows = table.read(FLOWS.schema.names, first, last, tickers).to_pylist()
    except DataError:
        return None  # flows are an addition; what is damaged is named by `screener store verify`
    if not rows:
        return None
    days = sorted({row["date"] for row in rows})
    row_of, column_of = ({key: place for place, key in enumerate(keys)} for keys in (days, tickers))
    bought = {investor: np.full((len(days), len(tickers)), np.nan) for investor in INVESTORS}
    for row in rows:
        at = row_of[row["date"]], column_of[row["ticker"]]
        for investor in INVESTORS:
            if row[investor] is not None:
                bought[investor][at] = row[investor]
    return Flows(np.array(days, dtype="datetime64[D]"), tuple(tickers), **bought)
