"""Stands in for the engine until it is here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from screener.config import Settings
from screener.data.forms.dialects import Hints
from screener.pooled.model import PooledReport

if TYPE_CHECKING:
    from screener.data.connections import Connections, Progress


@dataclass(frozen=True)
class StudyRequest:
    """What the user asks for; None = as configured."""

    events: Path
    groups: str | None
    windows: tuple[tuple[int, int], ...] | None
    source: str
    benchmark: tuple[Path, ...]
    market: tuple[Path, ...]
    hints: Hints
    regular_close: bool
    model: str | None
    as_of: date | None
    jobs: int | None
    cluster: str | None
    parts: Path | None


def make_study(
    settings: Settings, request: StudyRequest, access: Callable[[], Connections], progress: Progress
) -> PooledReport:
    """Measure the events of a file and pool them."""
    raise NotImplementedError
