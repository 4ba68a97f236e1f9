"""The days from the event to the last session, as a window beside the configured ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, TypeVar

from screener.analysis.impact import Impact
from screener.analysis.results import Window


class _OfWindow(Protocol):
    @property
    def window(self) -> Window: ...


T = TypeVar("T", bound=_OfWindow)


def with_window(impact: Impact, other: Impact, taus: tuple[int, int]) -> Impact:
    """`impact`, and of `other` what it found in the window `taus`, which `impact` lacks."""
    added = tuple(window for window in other.windows if (window.first, window.last) == taus)
    return replace(
        impact,
        windows=(*impact.windows, *added),
        stocks=_both(impact.stocks, other.stocks, taus),
        groups=_both(impact.groups, other.groups, taus),
        spreads=_both(impact.spreads, other.spreads, taus),
    )


def _both(mine: tuple[T, ...], theirs: tuple[T, ...], taus: tuple[int, int]) -> tuple[T, ...]:
    return (*mine, *(row for row in theirs if (row.window.first, row.window.last) == taus))
