"""What the screens find: plain rows with final numbers. Returns are decimals; NaN = not known, or not to be had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal


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
class Headline:
    """The test that verdicts rest on: the rank of the event among ordinary days of the same portfolio's past."""

    z_ewma: float = float("nan")
    """Cumulative abnormal return over sqrt(L) times the volatility that the sessions before let expect."""
    rank: float = float("nan")
    """1 = no ordinary day was more extreme."""
    n: int = 0
    """Ordinary days, and the event."""
    p: float = float("nan")
    """rank / n."""
    q: float = float("nan")
    """Of p, over the sectors (or themes) shown (Benjamini and Hochberg 1995)."""
    p_family: float = float("nan")
    """p corrected for the other sectors (or themes) shown, with their joint law (Westfall and Young, step-down)."""
    caar: float = float("nan")
    """The abnormal return under test, of the portfolio fitted as one. It is the mean of the members' CARs where they
    have the same history, and differs a little where some were listed late."""
    half_width: float = float("nan")
    """Half of the 95 % interval, the effects that the test does not reject; decimal."""
    reason: str = ""
    """Why there is no rank; empty where there is one."""
    ordinary: tuple[float, ...] = ()
    """`z_ewma` of each of the n - 1 ordinary days, the earliest first; empty where there is no rank."""


@dataclass(frozen=True)
class Score:
    """One signed number for what an event did, and how much it hangs on its making."""

    value: float = float("nan")
    """In [-100, 100]."""
    rank: float = float("nan")
    """1 = highest, among those that are evidence."""
    verdict: str = ""
    """winner, loser or no clear effect; empty where nothing can be said, or the group is no evidence."""
    steady: float = float("nan")
    """Share of random weightings of the parts that leave it in its third of the ranking."""
    parts: Mapping[str, float] = field(default_factory=dict)
    """magnitude, certainty, persistence, breadth, volume, in [-1, 1]; NaN = not known, counts for nothing."""
    low: float = float("nan")
    """Of a sector, the lowest score when each member is left out once."""
    high: float = float("nan")
    maker: str = ""
    """Ticker of the member without whom the score is another; empty if there is none."""


@dataclass(frozen=True)
class Lasting:
    """What became of the event day's move by the window's end."""

    what: str = ""
    """held, faded, reversed, extended, delayed; empty where there was no move, or the window says nothing of it."""
    half_life: float = float("nan")
    """Sessions until half of it was gone."""


class _Interval:
    """Ends of the 95 % interval around `caar_ew`."""

    caar_ew: float
    headline: Headline

    @property
    def low(self) -> float:
        """Lower end, decimal."""
        return self.caar_ew - self.headline.half_width

    @property
    def high(self) -> float:
        """Upper end, decimal."""
        return self.caar_ew + self.headline.half_width


@dataclass(frozen=True)
class StockRow:
    """One stock in one window."""

    stock: Stock
    window: Window
    raw_return: float
    """From the close before the window to its last close."""
    benchmark_return: float
    car: float
    bhar: float
    scar: float
    """Standardised CAR, which is also its t statistic."""
    p: float
    q: float
    """Of p, over the stocks shown (Benjamini and Hochberg 1995)."""
    placebo_p: float
    """Rank of the event among ordinary days of the same stock, as a share."""
    index_weight: float
    """The stock's part of its market's capitalisation at the base session; NaN where that is not known."""
    car_loo: float
    """CAR against the index without the stock itself, for stocks that are a large part of it; else NaN."""
    scar_loo: float
    volume_ratio: float
    """Mean daily volume in the window over the mean in the estimation window."""
    flags: tuple[str, ...]
    """limit_up, limit_down, halted, resumed (first return after a halt), no_estimation."""
    score: Score = Score()
    lasting: Lasting = Lasting()
    half_width: float = float("nan")
    """Half of the 95 % interval of the CAR, by its t; decimal."""
    cap: float = float("nan")
    """Market capitalisation at the base session, KRW."""

    @property
    def low(self) -> float:
        """Lower end of the interval around `car`, decimal."""
        return self.car - self.half_width

    @property
    def high(self) -> float:
        """Upper end, decimal."""
        return self.car + self.half_width

    @property
    def index_contribution(self) -> float:
        """What the stock took from its index or gave to it over the window, decimal: its part at the base times its
        return. NaN where either is not known.
        """
        return self.index_weight * self.raw_return


@dataclass(frozen=True)
class GroupRow(_Interval):
    """One sector or theme in one window."""

    group: Group
    window: Window
    members: int
    n: int
    """Members with a return over the window."""
    n_skipped: int
    """Members without an abnormal return."""
    benchmark_return: float
    """Mean over the members with a return of what their benchmarks did."""
    mean_return_ew: float
    mean_return_cw: float
    """Weighted by capitalisation at the base session."""
    median_return: float
    breadth_up: float
    """Share of the members that rose."""
    caar_ew: float
    caar_cw: float
    headline: Headline
    tests: Mapping[str, float]
    """By column name, the other tests; empty without an estimation window."""
    undefined: Mapping[str, str]
    """Why a test has no value, by column name."""

    volume_ratio: float
    """Median of the members' ratios."""
    score: Score = Score()
    lasting: Lasting = Lasting()
    n_up: int = 0
    """Members that rose; with those that stayed and fell they are `n`."""
    n_flat: int = 0
    n_down: int = 0


@dataclass(frozen=True)
class SpreadRow(_Interval):
    """Sector A minus sector B in one window; differences of decimals."""

    sector_a: str
    sector_b: str
    window: Window
    n_a: int
    n_b: int
    mean_return_ew: float
    mean_return_cw: float
    caar_ew: float
    """CAAR of A minus that of B. What is tested is the portfolio that holds A and has sold B (`headline.caar`), which
    no correlation between or within the two disturbs; it differs a little where members were listed late."""
    headline: Headline
    t_portfolio: float
    p_portfolio: float
    t_kp: float
    """Two-sample t that holds where the event itself raised the variance (Kolari and Pynnonen 2010)."""
    p_kp: float
    r_ab: float
    """Mean residual correlation between a member of A and one of B."""
    detectable: float
    """Smallest true spread that the headline test would find in 80 % of cases at the 5 % level."""


@dataclass(frozen=True)
class PathPoint:
    """A group on one session around the event, equal-weight; both sums are 0 at tau = -1, the base."""

    group: Group
    tau: int
    day: date
    n: int
    """Members with an abnormal return that day."""
    aar: float
    caar: float
    half_width: float = float("nan")
    """Half of the 95 % interval of `caar`, decimal: that of the headline test in the window between the base and here.
    0 at the base. Only sectors have one; NaN for themes, and where there is no rank."""


@dataclass(frozen=True)
class Level:
    """What became of one won put into a series at the base close."""

    series: str
    """Market of an index, label of a sector, or ticker."""
    kind: Literal["index", "sector", "stock"]
    tau: int
    day: date
    level: float
    """1 at tau = -1, the base."""


@dataclass(frozen=True)
class Skipped:
    """A stock that has no abnormal return in the leading window, and why."""

    stock: Stock
    code: str
    """no_price, listed_after, no_history, too_short, no_index, halted, or gap: its return spans sessions before it."""
    day: date | None
    """First day with a price; for `halted` and `gap` the day that is concerned."""
    observations: int
    """Sessions of the estimation window on which the stock traded."""
    has_return: bool
    """Whether its raw return counts in the sector's means all the same."""
