"""The bands around the paths of sectors."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from screener.analysis.frames import Frames
from tests.analysis import planted
from tests.analysis.find import real_event, rows
from tests.analysis.test_impact import measure

AFTER = tuple((0, tau) for tau in range(21))
BEFORE = tuple((first, -1) for first in range(-9, 0))


@pytest.fixture(scope="module")
def frames() -> Frames:
    return planted.measure(AFTER + BEFORE)


def tau_of(first: int, last: int) -> int:
    """The session to which the sum over a window that begins or ends at the base leads."""
    return last if first == 0 else first - 1


def test_band_is_the_interval_of_the_window_between_base_and_session(frames: Frames) -> None:
    """On all 30 sessions, also of the sector with halts and listings, whose members differ from window to window."""
    points = {(point.sector, point.theme, point.tau): point for point in rows(frames.paths)}
    sectors = rows(frames.sectors, theme=None)
    assert len(sectors) == 30 * 8
    for row in sectors:
        point = points[row.sector, row.theme, tau_of(row.window_start, row.window_end)]
        assert point.half_width == pytest.approx(row.half_width, rel=1e-9)
        assert point.half_width > 0


def test_sum_is_the_windows_where_every_member_traded(frames: Frames) -> None:
    """Up to the base it is counted backwards: what was lost before is above the base."""
    points = {(point.sector, point.theme, point.tau): point for point in rows(frames.paths)}
    for row in rows(frames.sectors):
        # A path keeps alpha; the longest of these windows is measured without it.
        if row.sector != "AWKWARD" and row.window_end < 20:
            sign = 1 if row.window_start == 0 else -1
            tau = tau_of(row.window_start, row.window_end)
            assert points[row.sector, row.theme, tau].caar == pytest.approx(sign * row.caar_ew, abs=1e-12)


def test_nothing_is_uncertain_at_the_base_and_the_band_widens(frames: Frames) -> None:
    half = {point.tau: point.half_width for point in rows(frames.paths, sector=planted.GROUPS[0].sector, theme=None)}
    assert sorted(half) == list(range(-10, 21))
    assert half[-1] == 0
    assert half[20] > half[5] > half[0] > 0
    assert half[-10] > half[-2] > 0


def test_themes_have_a_path_and_no_band(frames: Frames) -> None:
    themes = [point for point in rows(frames.paths) if point.theme]
    assert {point.sector for point in themes} == {group.sector for group in planted.GROUPS}
    assert all(math.isnan(point.half_width) for point in themes)


def test_without_ordinary_sessions_the_band_is_not_known(tmp_path: Path) -> None:
    half = {point.tau: point.half_width for point in rows(measure(tmp_path).frames.paths, sector="A")}
    assert half.pop(-1) == 0
    assert sorted(half) == [-5, -4, -3, -2, 0, 1, 2, 3, 4]
    assert all(math.isnan(one) for one in half.values())


def test_real_event(krx: Path) -> None:
    frames = real_event(krx).frames
    points = {(point.sector, point.theme, point.tau): point for point in rows(frames.paths)}
    sectors = rows(frames.sectors, theme=None)
    assert {(row.window_start, row.window_end) for row in sectors} == {(0, 0), (0, 1), (0, 5), (-5, -1)}
    for row in sectors:
        point = points[row.sector, row.theme, tau_of(row.window_start, row.window_end)]
        assert point.half_width == pytest.approx(row.half_width, rel=1e-9, nan_ok=True)
    for point in points.values():
        assert math.isfinite(point.half_width) == (point.theme is None), point
