"""The sources that a report may take its prices from, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from screener.data.forms.dialects import NO_HINTS, Hints
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
    from screener.data.sources.files import Files


def choose(
    source: str,
    benchmark: Sequence[Path],
    market: Sequence[Path],
    access: Callable[[], Connections],
    hints: Hints = NO_HINTS,
) -> list[Source]:
    """The sources that `source` names, in the order in which they are to be tried; `access` is opened if needed.

    `hints` are what the user says of files that do not say it themselves.
    """
    if source.startswith("file:"):
        return [files_of(source, benchmark, market, hints)]
    if benchmark or market:
        raise UsageError("--benchmark and --market go with --source file:PATH")
    if source.startswith("demo:"):
        from screener.data.sources.demo import Demo

        return [Demo(int(source.removeprefix("demo:")))]
    if source == "press":
        return [_press()]
    of = source.removeprefix("store:")
    if source.startswith("store:") and of not in SOURCES:
        raise UsageError(
            "the store has no {of!r}",
            hint="write store:SOURCE with one of {known}",
            of=of,
            known=", ".join(SOURCES),
        )
    if not source.startswith("store:") and source not in ("auto", "store", *FETCHED):
        raise UsageError(
            "no source {source!r}",
            hint="use auto, store, pykrx, openapi, datagokr, press or file:PATH (`screener demo` has its own)",
            source=source,
        )
    from screener.data.sources.stored import Stored

    opened = access()
    stored = Stored(opened.store, opened.calendar, opened.now)
    if source.startswith("store:"):
        return [replace(stored, of=(of,))]
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
    return [replace(stored, of=tuple(best)), *providers, in_part, _press()]


def _press() -> Source:
    from screener.data.sources.press import Press

    return Press()


def files_of(source: str, benchmark: Sequence[Path], market: Sequence[Path], hints: Hints) -> Files:
    """The files that `source`, file:PATH[,PATH...], names and those that go with them.

    Each may be a directory, or a pattern such as data/*.csv.
    """
    from screener.data.sources.files import Files

    paths = _named(source.removeprefix("file:").split(","))
    if not paths:
        raise UsageError("--source file: has no path", hint="write --source file:PATH or file:A.parquet,B.csv")
    return Files(expanded(paths), expanded(benchmark), expanded(market), hints)


def _named(parts: Sequence[str]) -> list[Path]:
    """The paths of a list that was split at its commas; the name of a file may hold some itself."""
    paths: list[Path] = []
    while parts:
        joined = (",".join(parts[:count]) for count in range(len(parts), 1, -1))
        name = next((name for name in joined if Path(name).expanduser().exists()), parts[0])
        paths += [Path(name).expanduser()] if name else []
        parts = parts[name.count(",") + 1 :]
    return paths


def expanded(paths: Sequence[Path]) -> list[Path]:
    """Every file of the directories and patterns among `paths`, in the order of their names."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = sorted(inner for inner in path.iterdir() if inner.is_file() and not inner.name.startswith("."))
            if not found:
                raise UsageError("{path}: contains no files", hint="check the path", path=path)
            files += found
        elif not path.exists() and any(mark in path.name for mark in "*?["):
            found = sorted(inner for inner in path.parent.glob(path.name) if inner.is_file())
            if not found:
                raise UsageError("{path}: no file has such a name", hint="check the pattern", path=path)
            files += found
        else:
            files.append(path)
    return files


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
    advice = "" if failed else _(": pass prices with --source file:PATH --benchmark FILE")
    raise kind(f"{'; '.join(refusals)}{advice}")


def _code(error: NetworkError | DataError) -> ExitCode:
    """What the command ends with although another source served: being out of reach is nobody's fault."""
    out_of_reach = isinstance(error, NetworkError | TooEarlyError) and not isinstance(error, BlockedError)
    return ExitCode.DONE if out_of_reach else error.exit_code
