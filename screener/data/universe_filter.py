"""Which of a market's stocks a scan looks at, and how many each filter leaves out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


_SPAC = re.compile("스팩|SPAC(?!E)", re.IGNORECASE)


@dataclass(frozen=True)
class Filters:
    """What a stock must be like."""

    least_cap: float = 50e9
    """Market capitalisation, KRW. Below it, nothing that a fund could hold moves the price."""
    least_value: float = 1e8
    """Value traded in a usual session, KRW. Below 100 million won a single private order makes the day's close."""
    only: str | None = None
    """KOSPI or KOSDAQ; None: both."""
    kept: frozenset[str] = frozenset()
    """Of `screener.choices.KINDS`, those that are not left out."""


def sift(
    tickers: Sequence[str], names: Sequence[str], markets: Sequence[str], caps: Floats, value: Floats, filters: Filters
) -> tuple[Bools, dict[str, int | None]]:
    """Which of N stocks stay (N,), and how many each filter takes of those that the filters before it left.

    None in place of a number: the source does not know. No source knows which stocks are under administration
    (관리종목), so these are not left out.

    Args:
        tickers: of six characters; that of an ordinary share ends with 0.
        names: Korean, in which a SPAC is called 스팩.
        markets: a segment such as `KOSDAQ GLOBAL` counts with its market.
        caps: (N,) KRW.
        value: (N,) KRW a session.
        filters: what is wanted.
    """
    market = np.array([one.split()[0] for one in markets])
    out: Mapping[str, Bools | None] = {
        "market": (market != filters.only) if filters.only else np.zeros(len(market), dtype=bool),
        "konex": market == "KONEX",
        "preferreds": np.array([not ticker.endswith("0") for ticker in tickers]),
        "spacs": np.array([_SPAC.search(name) is not None for name in names]),
        "small": ~(caps >= filters.least_cap) if np.isfinite(caps).any() else None,
        "thin": ~(value >= filters.least_value) if np.isfinite(value).any() else None,
        "administrative": None,
    }
    stay = np.ones(len(tickers), dtype=bool)
    counts: dict[str, int | None] = {}
    for name, taken in out.items():
        if name in filters.kept or (name == "market" and not filters.only):
            continue
        if taken is None:
            counts[name] = None
            continue
        counts[name] = int((stay & taken).sum())
        stay &= ~taken
    return stay, counts
