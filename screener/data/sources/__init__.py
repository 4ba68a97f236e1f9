"""Where prices come from: what a source is asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from screener.data.panel import Panel
from screener.data.quality import Finding
from screener.errors import ExitCode

SOURCES = ("openapi", "pykrx-login", "datagokr", "file", "pykrx-keyless")
"""Whose tables the store may hold, the best first."""
FETCHED = ("pykrx", "openapi", "datagokr")
"""What a user calls the ways to the exchange; `auto` is the best that is open."""
PROXIES = {"KOSPI": "069500", "KOSDAQ": "229200"}
"""KODEX 200 and KODEX KOSDAQ150 stand for the index where only single stocks can be asked for."""


@dataclass(frozen=True)
class PriceRequest:
    """What a report needs of a source."""

    market_of: Mapping[str, str]
    """By ticker, the market whose index is its benchmark."""
    news: date
    """Day of the event's news."""
    as_of: date | None
    """Last day that may be used; None = the last that there is."""
    price_limit: float
    """Daily price limit as a decimal; 0 for a market without one."""
    today: date
    """KST; no price can be later."""
    event_day: date | None = None
    """Configured event day; None = the first session on or after the news."""
    least: int = 1
    """Sessions before the event day without which there is no study."""
    before: int = 1
    """Sessions before the event day that the study can use."""
    after: int = 0
    """Sessions after it that the study can use."""

    @property
    def tickers(self) -> tuple[str, ...]:
        """Every ticker once."""
        return tuple(self.market_of)

    @property
    def markets(self) -> tuple[str, ...]:
        """Every market once, KOSPI first."""
        return tuple(sorted(set(self.market_of.values()), reverse=True))


@dataclass(frozen=True)
class Printed:
    """Who printed a figure."""

    published_by: str
    article: str


@dataclass(frozen=True)
class File:
    """A file that figures came from."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Tried:
    """A source that could not serve."""

    source: str
    why: str
    code: int = ExitCode.DONE
    """What the command ends with on its account, although another source served."""


@dataclass(frozen=True)
class Market:
    """What a source gives."""

    source: str
    """Short name of the source, as in the `source` column."""
    panel: Panel
    findings: tuple[Finding, ...]
    benchmark: str
    """What the benchmark is, in words."""
    files: tuple[File, ...] = ()
    printed: Mapping[str, Printed] | None = None
    """By ticker, who printed the figure; None if the figures are no newspaper's."""

    simulated: bool = False
    """The prices are made up."""
    fetched: datetime | None = None
    """When the last session was fetched from its source; None if nothing was fetched."""
    proxies: Mapping[str, str] = field(default_factory=dict)
    """By market, the fund that stands for its index; empty where the index itself is the benchmark."""
    tried: tuple[Tried, ...] = ()
    """Better sources that could not serve."""
    everyone: Callable[[], tuple[Panel, Mapping[str, str]]] | None = None
    """Reads the panel of every stock of KOSPI and KOSDAQ over the same sessions, and the market of each; None where the
    source has no whole market."""

    @property
    def selected(self) -> bool:
        """Somebody chose which stocks to show because of how they moved, so no mean of them is a fair one."""
        return self.printed is not None


@dataclass(frozen=True)
class Plan:
    """What the store should hold."""

    first: date
    """First day."""
    last: date
    """Last day; no later than the last final session."""
    tickers: tuple[str, ...]
    """Stocks that a source without whole-market sessions is asked for, one by one."""
    flow_days: tuple[date, ...] = ()
    """Sessions of which the investors' net purchases are wanted."""
    industry_days: tuple[date, ...] = ()
    """Sessions of which the industries are wanted."""
    again: tuple[date, ...] = ()
    """Whole-market sessions to ask for once more although they are stored, for KRX corrects figures late."""


@dataclass
class Fetched:
    """What a fetch brought; it grows while the fetch goes on."""

    source: str
    last: date | None
    """Last session that was asked for, and once all is stored the last one that is held; None if none is."""
    sessions: int = 0
    """Whole-market sessions that were stored."""
    series: int = 0
    """Histories of single stocks that were stored."""
    restated: list[str] = field(default_factory=list)
    """Stocks whose adjusted prices had changed backwards, so that they were fetched whole."""
    absent: list[str] = field(default_factory=list)
    """Stocks of which the source knows no price, or no longer the prices that are stored."""
    closed: list[date] = field(default_factory=list)
    """Days that the calendar took for sessions and that were none."""
    corrected: dict[date, list[str]] = field(default_factory=dict)
    """Stored sessions whose final figures have changed since, and the stocks that are concerned."""
    silent: list[date] = field(default_factory=list)
    """Days without figures at the end; whether they were sessions shows with the next one."""
    requests: int = 0
    blocked: bool = False
    """Whether a better source was not asked, or not to the end, because it refuses this machine."""


class Source(Protocol):
    """Where numbers come from."""

    @property
    def name(self) -> str:
        """Short name, as in the `source` column."""
        ...

    def refusal(self, need: PriceRequest) -> str | None:
        """Why this source cannot serve `need`, in words; None if it can."""
        ...

    def load(self, need: PriceRequest) -> Market:
        """Prices for `need`.

        Raises:
            DataError: the data is missing, partial, or fails its checks.
        """
        ...
