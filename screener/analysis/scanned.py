"""What a scan of a whole market finds: plain rows with final numbers. Returns are decimals; NaN = not to be had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from screener.analysis import scores
from screener.analysis.discover import Stirred
from screener.analysis.results import Headline, Stock, Window


@dataclass(frozen=True)
class ScanStock:
    """One stock in the leading window."""

    stock: Stock
    sectors: tuple[str, ...]
    """Configured sectors that hold it."""
    cap: float
    """KRW, at the base."""
    value: float
    """Traded in a usual session, KRW."""
    raw_return: float
    benchmark_return: float
    car: float
    t: float
    placebo_p: float
    """Rank of the event among ordinary days of the same stock, as a share."""
    q: float
    """Over all stocks, of the p among the ordinary days of all of them."""
    volume_ratio: float
    score: float
    rank: float
    """1 = highest score."""
    steady: float
    """Share of random weightings that leave it in its third."""
    verdict: str
    group: int | None
    """Number of the discovered group that holds it."""
    flags: tuple[str, ...]


@dataclass(frozen=True)
class ScanGroup:
    """A discovered group, or an industry, in the leading window."""

    number: int
    """Place by how extreme it was."""
    name: str
    """The industry; empty for a discovered group."""
    members: tuple[Stock, ...]
    """Of a discovered group, the strongest first: those that go most with all others."""
    correlation: float
    """Mean correlation of its pairs before the event; NaN for an industry."""
    n: int
    """Members with an abnormal return."""
    mean_return: float
    mean_car: float
    breadth_up: float
    headline: Headline
    """Rank, n and p among its own ordinary days. q is corrected for all groups: for a discovered group, of its p among
    the groups that the search finds on ordinary sessions; for an industry, among those of all industries."""
    as_extreme: int | None
    """Ordinary sessions on which the search found something at least as extreme; None for an industry."""
    t_portfolio: float
    p_portfolio: float
    q_portfolio: float
    """Of p_portfolio (Benjamini and Hochberg): finds something on most ordinary sessions, so it is no evidence."""
    overlap: Mapping[str, float]
    """Share of the members that each configured sector holds, largest first; none that is 0."""

    @property
    def significant(self) -> bool:
        """Whether it stands after correction."""
        return self.headline.q <= scores.LARGEST_Q


@dataclass(frozen=True)
class Scan:
    """A whole market in the leading window of one event."""

    window: Window
    listed: int
    """Stocks at the base, before any filter."""
    left_out: Mapping[str, int | None]
    """By filter, stocks that it left out; None where the source does not know."""
    stocks: tuple[ScanStock, ...]
    """Those with a score, the highest first."""
    industries: tuple[ScanGroup, ...]
    groups: tuple[ScanGroup, ...]
    """The most extreme first."""
    sessions: int
    """Sessions that the groups were formed on; 0 if there are fewer than are needed."""
    ordinary: int
    """Ordinary sessions on which the search was repeated."""
    stirred: Stirred
    """Whether more groups moved than usual."""
