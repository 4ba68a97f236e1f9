"""The sources, and the choice between them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from screener.errors import DataError, UsageError
from screener.market.sources.base import Market, Need, Source
from screener.market.sources.press import Press


def choose(source: str, benchmark: Sequence[Path], market: Sequence[Path]) -> list[Source]:
    """The sources that `source` names, in the order in which they are to be tried."""
    if source.startswith("file:"):
        from screener.market.sources.files import Files

        paths = [Path(part).expanduser() for part in source.removeprefix("file:").split(",") if part]
        if not paths:
            raise UsageError("--source file: names no file: write --source file:PATH or file:A.parquet,B.csv")
        return [Files(paths, benchmark, market)]
    if benchmark or market:
        raise UsageError("--benchmark and --market go with --source file:PATH")
    if source in ("auto", "press"):
        return [Press()]
    if source.startswith("demo:"):
        from screener.market.sources.demo import Demo

        return [Demo(int(source.removeprefix("demo:")))]
    raise UsageError(f"no source {source!r}: known are auto, press and file:PATH (`screener demo` has its own)")


def load(sources: Sequence[Source], need: Need) -> Market:
    """Prices from the first source that can serve `need`."""
    refusals = []
    for source in sources:
        refusal = source.refusal(need)
        if refusal is None:
            return source.load(need)
        refusals.append(f"{source.name}: {refusal}")
    raise DataError(f"{'; '.join(refusals)}: give prices with --source file:PATH --benchmark FILE")
