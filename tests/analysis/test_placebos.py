"""The primary test with the placebo sessions that it rests on."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from screener.analysis.frames import Frames
from screener.study.placebo import Placebo
from tests.analysis import planted
from tests.analysis.find import rows

WINDOWS = ((0, 0), (0, 5), (-5, -1))
PAIR = ["window_start", "window_end"]


@pytest.fixture(scope="module")
def frames() -> Frames:
    return planted.measure(WINDOWS)


@pytest.fixture(scope="module")
def placebos() -> list[Placebo]:
    """Of every group, by window."""
    return planted.measurement(WINDOWS).study.placebos(planted.members(WINDOWS))


def primary_tests(frames: Frames) -> list[Any]:
    return [*rows(frames.sectors), *rows(frames.spreads)]


def test_rank_is_the_place_among_the_placebo_sessions(frames: Frames, placebos: list[Placebo]) -> None:
    assert len(primary_tests(frames)) == 3 * (len(planted.GROUPS) + 1)
    for number, (first, last) in enumerate(WINDOWS):
        for place, row in enumerate(rows(frames.sectors, window_start=first, window_end=last)):
            z = placebos[number].placebo_z[:, place]
            z = z[z == z]
            assert len(z) == row.placebo_n - 1
            assert row.placebo_rank == 1 + sum(abs(other) >= abs(row.z_ewma) for other in z)


def test_placebo_sessions_of_a_spread_are_listed(frames: Frames) -> None:
    listed = frames.placebos.groupby(PAIR)
    for row in rows(frames.spreads):
        z: pd.Series[float] = listed.get_group((row.window_start, row.window_end))["z_ewma"]
        assert len(z) == row.placebo_n - 1
        assert row.placebo_rank == 1 + sum(abs(other) >= abs(row.z_ewma) for other in z)


def test_interval_is_what_the_test_does_not_reject(frames: Frames) -> None:
    assert {row.placebo_p <= 0.05 for row in primary_tests(frames)} == {True, False}
    for row in primary_tests(frames):
        assert (abs(row.caar_tested) >= row.half_width) == (row.placebo_p <= 0.05)


@pytest.mark.parametrize("earlier", [1, 2, 100])
def test_placebo_sessions_are_those_before_the_event_the_latest_last(placebos: list[Placebo], earlier: int) -> None:
    """Each is what the event would be, had it been on that session; not where other members traded then."""
    moved = rows(planted.measure(((0, 0),), earlier).sectors)
    compared = 0
    for place, row in enumerate(moved):
        if row.sector != "AWKWARD":
            z = placebos[0].placebo_z[:, place]
            assert z[z == z][-earlier] == pytest.approx(row.z_ewma)
            compared += 1
    assert compared == len(planted.GROUPS) - 2


def test_where_there_is_no_rank_nothing_is_listed() -> None:
    """38 placebo sessions are one too few for a rank."""
    frames = planted.measure(((0, 0),), ordinary=38)
    for row in primary_tests(frames):
        assert math.isnan(row.placebo_rank)
        assert math.isnan(row.placebo_n)
    assert frames.placebos.empty
