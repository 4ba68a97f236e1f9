"""Where prices come from: what a source is asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from screener.errors import ExitCode

if TYPE_CHECKING:
    from screener.data.findings import Finding
    from screener.data.panel import Panel
    from screener.data.universe import WholeMarket
    from screener.krx.calendar import Calendar

SOURCES = ("openapi", "pykrx-login", "datagokr", "file", "pykrx-keyless")
"""Whose tables the store may hold, the best first."""
FETCHED = ("pykrx", "openapi", "datagokr")
"""What a user calls the ways to the exchange; `auto` is the best that is open."""
LAST_PRICES = frozenset({"pykrx-keyless"})
"""Sources that give the last price of a day for its close, which since 2026-09-14 is that of the after-market."""
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
    after_market: date | None = None
    """First session on which the close of a file may be a price of the after-market; None if it cannot be one."""
    calendar: Calendar | None = None
    """Which days files may name; None = whatever they do."""
    since: date | None = None
    """First day that is used of files; None = the first that there is. What is stored is read by `before`."""

    def last_prices(self, sessions: Iterable[date]) -> frozenset[date]:
        """Those of `sessions` on which the close of a file may be a price of the after-market."""
        return frozenset(day for day in sessions if self.after_market and day >= self.after_market)

    @property
    def tickers(self) -> tuple[str, ...]:
        """Every ticker once."""
        return tuple(self.market_of)

    @property
    def markets(self) -> tuple[str, ...]:
        """Every market once, KOSPI first."""
        return tuple(sorted(set(self.market_of.values()), reverse=True))


class Printed(NamedTuple):
    """Who printed a figure."""

    published_by: str
    article: str


@dataclass(frozen=True)
class File:
    """A file that figures came from."""

    name: str
    sha256: str
    form: str = ""
    """The form that it was recognised to be in, in words; empty for the screener's own."""


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
    everyone: Callable[[], WholeMarket | None] | None = None
    """Reads every stock of KOSPI and KOSDAQ over the panel's sessions; None where the source has no whole market."""

    @property
    def selected(self) -> bool:
        """Somebody chose which stocks to show because of how they moved, so no mean of them is a fair one."""
        return self.printed is not None


class Source(Protocol):
    """Where numbers come from."""

    name: str
    """Short name, as in the `source` column."""

    def refusal(self, need: PriceRequest) -> str | None:  # noqa: ARG002 - most sources have to be asked
        """Why this source cannot serve `need`, in words; None if it can, or if that shows only when it is asked."""
        return None

    def load(self, need: PriceRequest) -> Market:
        """Prices for `need`; those that are missing, partial, or fail their checks are a DataError."""
        ...

    def extent(self) -> tuple[date, date] | None:
        """First and last day of the prices; None where there are none, or none of several sessions."""
        return None

    def made_of(self, first: date, last: date) -> str:
        """What tells these prices, of the days from `first` to `last`, from any others."""
        return f"{self.name} {first} {last}"
