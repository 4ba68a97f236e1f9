"""How groups went on, session by session around the event."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from screener.analysis.measurement import Measurement
from screener.analysis.results import Group, PathPoint
from screener.study.arrays import Floats

PATH = (-10, 20)
"""Two weeks before the event, to see what leaked, and a month after it, to see what lasted."""


def paths(measurement: Measurement, groups: Sequence[Group]) -> list[PathPoint]:
    """The path of each group that has one, over the sessions of `PATH` that no model has learned from."""
    event_row, sessions = measurement.event_row, measurement.panel.sessions
    first = max(event_row + PATH[0], measurement.estimation.stop)
    rows = range(first, min(event_row + PATH[1] + 1, len(sessions)))
    half_widths = _half_widths(measurement, groups, rows)
    points = []
    for group, half in zip(groups, half_widths.T, strict=True):
        abnormal = measurement.fit.abnormal[rows.start : rows.stop][:, measurement.columns(group)]
        have = np.isfinite(abnormal)
        count = have.sum(axis=1)
        if not count.any():
            continue
        # A session on which no member traded adds nothing to the path, and has no abnormal return of its own.
        aar = np.where(count > 0, np.where(have, abnormal, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
        running = np.nancumsum(aar)
        base = event_row - 1 - rows.start
        caar = running - (running[base] if base >= 0 else 0.0)
        points += [
            PathPoint(
                group=group,
                tau=row - event_row,
                day=sessions[row].item(),
                n=int(count[step]),
                aar=float(aar[step]),
                caar=float(caar[step]),
                half_width=float(half[step]),
            )
            for step, row in enumerate(rows)
        ]
    return points


def _half_widths(measurement: Measurement, groups: Sequence[Group], rows: range) -> Floats:
    """(rows, groups) half of the 95 % interval of the sum between the base and each row; NaN for themes.

    It is the headline's, of the window from the event day to the row, or from the session after the row to the base:
    the same placebo dates, and the members that are complete in that window. A path's own sum is over the members that
    traded each day, so that where some did not it is a little off the middle of the interval. Themes are left out
    because no chart draws their bands, and each window is a test of its own.
    """
    half = np.full((len(rows), len(groups)), np.nan)
    sectors = [place for place, group in enumerate(groups) if group.theme is None]
    if not sectors or not measurement.study.has_history:
        return half
    event_row = measurement.event_row
    base = event_row - 1
    windows = {
        row: slice(event_row, row + 1) if row > base else slice(row + 1, event_row) for row in rows if row != base
    }
    members = [measurement.columns(groups[place]) for place in sectors]
    tested = measurement.study.placebos(members, list(windows.values()))
    for row, placebo in zip(windows, tested, strict=True):
        half[row - rows.start, sectors] = placebo.half_width()
    if base in rows:
        half[base - rows.start, sectors] = 0.0
    return half
