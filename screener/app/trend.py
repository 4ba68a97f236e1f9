"""Puts into a report how the reports of the sessions before it had its sectors."""

from __future__ import annotations

from pathlib import Path

from screener.analysis.groups import PATH
from screener.archive.history import load_history
from screener.config import Settings
from screener.report.model import Report
from screener.report.trend import trend_of


def open_for(settings: Settings, event: str) -> int:
    """Sessions after that event's day on which its windows, claims or path still grow."""
    return max(settings.sessions_after(event), PATH[1])


def with_trend(report: Report, root: Path, settings: Settings) -> Report:
    """`report` with what the history below `root` tells of the sessions before it.

    Raises:
        DataError: the history cannot be read.
    """
    return report.with_trend(trend_of(report, load_history(root), open_for(settings, report.event.id)))
