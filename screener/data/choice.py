"""The sources that a report may take its prices from, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from screener.data.sources import FETCHED, SOURCES, Market, PriceRequest, Source, Tried
from screener.errors import (
    BlockedError,
    BusyError,
    DataError,
    ExitCode,
    NetworkError,
    ScreenerError,
    TooEarlyError,
    UsageError,
)
from screener.i18n import _

if TYPE_CHECKING:
    from screener.data.connections import Connections


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
        from screener.data.sources.stored import Stored

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
    if source in ("auto", "store", *FETCHED):
        from screener.data.sources.stored import Stored

        opened = access()
        stored = Stored(opened.store, opened.calendar, opened.now)
        in_part = replace(stored, in_part=True)
        if source == "store":
            return [in_part]
        from screener.data.sources.live import open_providers

        providers = open_providers(opened, source)
        if source != "auto":
            return [*providers]
        # A store that lacks something is better than no study at all, but the exchange is better than that; and who has
        # a way to the indices does not want what stands for them.
        best = [name for name in stored.of if name != "pykrx-keyless" or opened.providers == ("pykrx-keyless",)]
        return [replace(stored, of=tuple(best)), *providers, in_part, Press()]
    if source == "press":
        return [Press()]
    if source.startswith("demo:"):
        from screener.data.sources.demo import Demo

        return [Demo(int(source.removeprefix("demo:")))]
    raise UsageError(
        "no source {source!r}",
        hint="known are auto, store, pykrx, openapi, datagokr, press, file:PATH (`screener demo` has its own)",
        source=source,
    )


def paths_of(source: str) -> list[Path]:
    """The files that `file:PATH[,PATH...]` names."""
    paths = [Path(part).expanduser() for part in source.removeprefix("file:").split(",") if part]
    if not paths:
        raise UsageError("--source file: names no file", hint="write --source file:PATH or file:A.parquet,B.csv")
    return paths


def load(sources: Sequence[Source], need: PriceRequest) -> Market:
    """Prices from the first source that can serve `need`; after a refused account or key nothing else is tried."""
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
    out_of_reach = isinstance(error, NetworkError | TooEarlyError) and not isinstance(error, BlockedError)
    return ExitCode.DONE if out_of_reach else error.exit_code
