"""Paths of cumulative abnormal returns, by session from the event day."""

from __future__ import annotations

from collections.abc import Sequence

from screener.report.model import Report
from screener.screens.results import Group

TAUS = (-5, -3, -1, 0, 1, 2, 3, 5, 7, 10, 15, 20)
"""Sessions of a path that tables show; the files have every one."""


def caar_by_tau(report: Report, group: Group) -> dict[int, float]:
    """CAAR of a group by session, decimal, 0 at the base."""
    return {point.tau: point.caar for point in report.impact.paths if point.group == group}


def shown_taus(paths: Sequence[dict[int, float]]) -> list[int]:
    """Sessions that a table of these paths has; none if no path reaches beyond the event day."""
    taus = [tau for tau in TAUS if any(tau in path for path in paths)]
    return taus if taus and taus[-1] > 0 else []


def tau_label(tau: int) -> str:
    """A session as a header."""
    return f"{tau:+d}" if tau else "0"
