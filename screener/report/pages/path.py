"""Paths of cumulative abnormal returns, by session from the event day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from screener.analysis.results import Group
from screener.report.model import Report

TAUS = (-5, -3, -1, 0, 1, 2, 3, 5, 7, 10, 15, 20)
"""Sessions of a path that tables show, beside its last one; the files have every one."""


def caar_by_tau(report: Report, group: Group) -> dict[int, float]:
    """CAAR of a group by session, decimal, 0 at the base."""
    return {point.tau: point.caar for point in report.impact.paths if point.group == group}


def shown_taus(paths: Sequence[Mapping[int, float]]) -> list[int]:
    """Sessions that a table of these paths has; none if no path reaches beyond the event day."""
    known = {tau for path in paths for tau in path}
    last = max(known, default=0)
    return sorted(tau for tau in known if tau in TAUS or tau == last) if last > 0 else []


def tau_label(tau: int) -> str:
    """A session as a header."""
    return f"{tau:+d}" if tau else "0"
