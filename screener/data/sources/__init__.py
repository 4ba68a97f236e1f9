"""The sources, what they are asked for, what they give, and the choice between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from screener.data.panel import Panel
from screener.data.quality import Finding
from screener.errors import BlockedError, BusyError, DataError, ExitCode, NetworkError, ScreenerError, UsageError
from screener.i18n import _

if TYPE_CHECKING:
    from screener.data.connections import Connections
    from screener.data.sources.live import Live


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


def choose(
    source: str, benchmark: Sequence[Path], market: Sequence[Path], access: Callable[[], Connections]
) -> list[Source]:
    """The sources that `source` names, in the order in which they are to be tried; `access` is opened if needed."""
    from screener.data.sources.press import Press

    if source.startswith("file:"):
        from screener.data.sources.files import Files

        return [Files(paths_of(source), benchmark, market)]
    if benchmark or market:
        raise UsageError("--benchmark and --market go with --source file:PATH")
    if source.startswith("store:"):
        from screener.data.sources.stored import SOURCES, Stored

        of = source.removeprefix("store:")
        if of not in SOURCES:
            raise UsageError(
                "the store has no {of!r}",
                hint="write store:SOURCE with one of {known}",
                of=of,
                known=", ".join(SOURCES),
            )
        opened = access()
        return [Stored(opened.store, opened.calendar, opened.now, of=(of,))]
    if source in ("auto", "store"):
        from screener.data.sources.stored import Stored

        opened = access()
        stored = Stored(opened.store, opened.calendar, opened.now)
        in_part = replace(stored, in_part=True)
        if source == "store":
            return [in_part]
        # A store that lacks something is better than no study at all, but the exchange is better than that; and who has
        # a way to the indices does not want what stands for them.
        best = [one for one in stored.of if one != "pykrx-keyless" or opened.providers == ("pykrx-keyless",)]
        return [replace(stored, of=tuple(best)), *open_providers(opened), in_part, Press()]
    if source in ("pykrx", "openapi"):
        return [*open_providers(access(), source)]
    if source == "press":
        return [Press()]
    if source.startswith("demo:"):
        from screener.data.sources.demo import Demo

        return [Demo(int(source.removeprefix("demo:")))]
    raise UsageError(
        "no source {source!r}",
        hint="known are auto, store, pykrx, openapi, press, file:PATH (`screener demo` has its own)",
        source=source,
    )


def paths_of(source: str) -> list[Path]:
    """The files that `file:PATH[,PATH...]` names."""
    paths = [Path(part).expanduser() for part in source.removeprefix("file:").split(",") if part]
    if not paths:
        raise UsageError("--source file: names no file", hint="write --source file:PATH or file:A.parquet,B.csv")
    return paths


def open_providers(access: Connections, source: str = "auto") -> list[Live]:
    """The ways to the exchange that `source` (auto, pykrx or openapi) allows and that are open."""
    if source == "openapi" and access.key is None:
        raise UsageError("--source openapi needs a key", hint="set KRX_AUTH_KEY (free at openapi.krx.co.kr)")
    ways = [way for way in access.providers if source == "auto" or way.startswith(source)]
    from screener.data.sources.live import Live
    from screener.krx.client import Client

    client = Client(access.breaker, access.timeouts)
    return [Live(way, access, client) for way in ways]


def load(sources: Sequence[Source], need: PriceRequest) -> Market:
    """Prices from the first source that can serve `need`.

    Raises:
        LoginError: an account or key is refused; nothing else is tried, for the user wanted that one.
        NetworkError, DataError: no source can serve.
    """
    refusals: list[str] = []
    tried: list[Tried] = []
    failed: list[ScreenerError] = []
    for source in sources:
        refusal = source.refusal(need)
        if refusal is not None:
            refusals.append(f"{source.name}: {refusal}")
            continue
        try:
            market = source.load(need)
            return replace(market, tried=(*tried, *market.tried))
        except BusyError:
            raise  # in a moment it will hold what is needed
        except (NetworkError, DataError) as error:
            if len(sources) == 1:
                raise
            failed.append(error)
            refusals.append(str(error))
            tried.append(Tried(source.name, str(error), _code(error)))
    kind = next((type(error) for error in failed if isinstance(error, NetworkError)), DataError)
    advice = "" if failed else _(": give prices with --source file:PATH --benchmark FILE")
    raise kind(f"{'; '.join(refusals)}{advice}")


def _code(error: NetworkError | DataError) -> ExitCode:
    """What the command ends with although another source served: being out of reach is nobody's fault."""
    if isinstance(error, NetworkError) and not isinstance(error, BlockedError):
        return ExitCode.DONE
    return error.exit_code
