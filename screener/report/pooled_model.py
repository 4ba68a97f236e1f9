"""What a study of many events finds: frames and facts, nothing formatted, no language chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from screener.analysis.model import Rules

if TYPE_CHECKING:
    import pandas as pd

    from screener.data.findings import Finding
    from screener.data.sources import File, Tried

ALL = "all"
"""The group of every event."""


@dataclass(frozen=True)
class PooledFrames:
    """The tables of a study; the columns are those of `screener.columns.pooled`. Decimals, unrounded."""

    events: pd.DataFrame
    """A row per event, stock or sector, and window: those that are used, then those that are left out, with why."""
    pooled: pd.DataFrame
    """A row per group and window, and per pair of groups and window."""
    paths: pd.DataFrame
    """A row per group and session around the event."""
    regression: pd.DataFrame
    """A row per window and term; empty without numeric columns."""


@dataclass(frozen=True)
class PooledReport:
    """A study of many events."""

    name: str
    """Of the file of events, without its suffix."""
    as_of: date
    """Last session of the prices."""
    rules: Rules
    """How each event was measured; `windows` are those of the study, the leading one first."""
    groups: Sequence[str]
    """`ALL`, then the groups in the order in which they are shown."""
    grouped_by: str
    """`sectors`, `industry`, the column of the file, or '' where there are no groups."""
    rows: int
    """In the file."""
    events: int
    """That are used, as rows of `frames.events` of the leading window: an event without a ticker is one per sector."""
    sessions: int
    """On which these fall."""
    overlapping: int
    """Of these rows, those whose leading window shares a session with that of another."""
    left_out: Mapping[str, int]
    """By reason (a key of `REASONS`), rows of the file that are not used."""
    source: str
    files: tuple[File, ...]
    """The file of events first."""
    first_session: date
    last_session: date
    benchmark: str
    simulated: bool
    last_prices_since: date | None
    """First session of a measured window whose close is, or may be, the last price of the after-market."""
    findings: tuple[Finding, ...]
    tried: tuple[Tried, ...]
    note: str
    """Why there is no regression, in words; empty where there is one, or where nothing was to be regressed."""
    frames: PooledFrames

    @property
    def banner(self) -> str | None:
        """Key of the warning that belongs on every face of the study; None where there is none."""
        if self.simulated:
            return "demo"
        if self.last_prices_since is not None:
            return "unknown-close" if self.source == "file" else "after-market"
        return None
