"""A simulated market knows the truth: what was planted, beside what the study found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from screener.analysis.results import Group, GroupRow, Window


@dataclass(frozen=True)
class Truth:
    """One sector in one window; decimals."""

    group: Group
    window: Window
    planted: float
    """Cumulative abnormal return that was put in."""
    found: float
    low: float
    """Ends of the 95 % interval."""
    high: float

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= self.planted <= self.high


def compare(rows: Sequence[GroupRow], planted: Mapping[tuple[str, int, int], float]) -> tuple[Truth, ...]:
    """Estimates of the sectors beside `planted`, by (sector, first tau, last tau); sectors without one are left out."""
    table = []
    for row in rows:
        key = (row.group.sector, row.window.first, row.window.last)
        if row.group.theme is None and key in planted:
            table.append(Truth(row.group, row.window, planted[key], row.caar_ew, row.low, row.high))
    return tuple(sorted(table, key=lambda one: (one.window.first, one.window.last)))
