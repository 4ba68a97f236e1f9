"""What a daily run is asked to do, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from screener.config import Settings
from screener.data.choice import open_providers
from screener.data.connections import Connections
from screener.errors import UsageError


@dataclass(frozen=True)
class Job:
    """What a daily run is to do."""

    settings: Settings
    access: Connections
    root: Path
    """The reports directory."""
    palette: str
    """Of the web pages."""
    source: str = "auto"
    benchmark: Sequence[Path] = ()
    market: Sequence[Path] = ()
    everything: bool = False
    """Whether events that are over get a report as of the newest session as well."""
    config: Path | None = None
    """The directory that the user names, for the record of each run."""

    @property
    def way(self) -> str:
        """The one way by which prices come: a lesser one never takes the place of a better one that fails."""
        if self.source.startswith("file:"):
            return "file"
        if self.source not in ("auto", "pykrx", "openapi"):
            raise UsageError(
                "daily does not report from {source!r}",
                hint="known are auto, pykrx, openapi and file:PATH,...",
                source=self.source,
            )
        return open_providers(self.access, self.source)[0].name


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    code: int
    line: str
    """What happened, in one line."""
    summary: tuple[str, ...] = ()
    """What changed, in ten lines at most; empty where nothing did."""
    folder: Path | None = None
    """The newest report directory that was made; None where none was."""
