"""What a study of the product is about: stocks, groups of them, event windows, and how these are measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from screener.krx.tables import Days
from screener.study import Floats
from screener.study.models import Model, Refit, leaves_out_constant

Verdict = Literal["consistent", "partly consistent", "not consistent", "no data", "not testable"]
VERDICTS: tuple[Verdict, ...] = ("consistent", "partly consistent", "not consistent", "no data", "not testable")
"""Of a claim, the best first."""
PATH = (-10, 20)
"""Two weeks before the event, to see what leaked, and a month after it, to see what lasted."""
WILD = 3.0
"""Standard deviations of an index move, or of the difference of two, beyond which a day carries no verdict where no
random groups can be asked."""
RANDOM_ON_WILD_DAYS = 0.25
"""Share of random groups with a p of 5% at most on such days (docs/methods.md)."""


@dataclass(frozen=True)
class Stock:
    """A stock as a member of one sector; a stock of two sectors is two of these."""

    ticker: str
    ko: str
    en: str
    market: str
    sector: str
    theme: str | None


@dataclass(frozen=True)
class Group:
    """A sector, or a theme of one."""

    sector: str
    theme: str | None
    ko: str
    en: str
    post_hoc: bool
    """Put together after the event because of how it moved: never evidence."""

    @property
    def label(self) -> str:
        """SECTOR, or SECTOR:theme."""
        return self.sector if self.theme is None else f"{self.sector}:{self.theme}"

    def holds(self, stock: Stock) -> bool:
        """Whether `stock` belongs to this group."""
        return stock.sector == self.sector and self.theme in (None, stock.theme)


@dataclass(frozen=True)
class Window:
    """An event window in sessions around tau = 0, and the days it fell on."""

    first: int
    last: int
    base: date | None
    """The session before the window; its close is what returns are measured from."""
    start: date | None
    """Day of `first`; None if the prices do not reach over the window."""
    end: date | None

    @property
    def available(self) -> bool:
        """Whether the prices reach over the whole window."""
        return self.end is not None

    def __str__(self) -> str:
        return f"[{self.first},{self.last:+d}]" if self.last else f"[{self.first},{self.last}]"


@dataclass(frozen=True)
class Rules:
    """How the impact is measured."""

    model: Model
    estimation: int
    """Sessions of the estimation window."""
    gap: int
    """Sessions between the estimation window and tau = 0."""
    min_obs: int
    placebo_dates: int
    """Ordinary sessions before the event that it is ranked among, at most."""
    windows: tuple[tuple[int, int], ...]
    spreads: tuple[tuple[str, str], ...] | None
    """Pairs of groups whose difference is tested; none given (null) = the best minus the worst sector."""
    weights: Mapping[str, float]
    """Of the parts of a score."""
    automatic: bool = True
    """Whether the model may give way to the market-size model where the event's day shows that it does not hold."""

    def without_constant(self, first: int, last: int) -> bool:
        """Whether a window is so long that it keeps the model's slopes alone."""
        return leaves_out_constant(last - first + 1, self.estimation)

    @property
    def refit(self) -> Refit:
        """The same for each placebo date."""
        return Refit(self.model, self.estimation, self.gap, self.min_obs)


@dataclass(frozen=True)
class WindowCheck:
    """Whether the sessions of one window can carry a verdict."""

    first: int
    last: int
    random_share: float | None
    """Share of random groups with a p of 5% at most; null where the whole market is not at hand."""
    moved: float | None
    """Largest move of an index over the window, or of the difference of two, in standard deviations; null: unknown."""
    withheld: bool
    """Whether they cannot."""
    constant: bool
    """Whether the expected return has the model's constant; a long window keeps the slopes alone."""


@dataclass(frozen=True)
class DayCheck:
    """Whether the days of an event can carry a verdict, and the model that they were measured with."""

    model: Model
    """In force."""
    before: float | None
    """Share of random groups in the leading window by the market model, where it gave way; null where it did not."""
    groups: int
    """Random groups; 0 where the whole market is not at hand."""
    size: int
    """Members of each."""
    windows: tuple[WindowCheck, ...]
    """The leading one first."""


@dataclass(frozen=True)
class Moved:
    """Stocks with a p of 5% at most, on the event and on the ordinary sessions before it."""

    stocks: int
    """That have a p."""
    beyond: int
    """Of these, on the event."""
    usual: float
    """On an ordinary session: the median of these."""
    least: int
    """On the calmest of the ordinary sessions."""
    most: int
    """On the wildest of them."""
    sessions: int
    """Ordinary sessions."""


@dataclass(frozen=True)
class Stirred:
    """One test of all groups together, which no number of groups weakens."""

    groups: int
    """Groups of the event that moved by more than all but `TAIL` of the groups of ordinary sessions."""
    as_many: int
    """Ordinary sessions on which at least as large a share of the groups did."""
    p: float
    """(1 + as_many) / (sessions + 1); NaN with too few ordinary sessions."""


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
