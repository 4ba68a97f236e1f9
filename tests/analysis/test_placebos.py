"""The primary test with the placebo sessions that it rests on."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from screener.analysis.frames import Frames
from screener.analysis.groups import spreads_frames
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


def test_sessions_that_were_as_extreme_are_named(frames: Frames, placebos: list[Placebo]) -> None:
    named = 0
    for number, (first, last) in enumerate(WINDOWS):
        for place, row in enumerate(rows(frames.sectors, window_start=first, window_end=last)):
            dates, z = placebos[number].dates, placebos[number].placebo_z[:, place]
            expected = [
                (abs(other), date, other) for date, other in zip(dates, z, strict=True) if abs(other) >= abs(row.z_ewma)
            ]
            expected.sort(key=lambda one: (-one[0], one[1]))
            days = [planted.panel().sessions[date] for _size, date, _z in expected]
            assert (row.as_extreme_on or "").split() == list(map(str, days))
            assert [*map(float, (row.as_extreme_z or "").split())] == [other for _size, _date, other in expected]
            assert row.placebo_rank == 1 + len(days)
            named += len(days)
    assert named > 0


def test_without_a_pair_it_is_the_best_minus_the_worst_sector(placebos: list[Placebo]) -> None:
    measurement = planted.measurement(WINDOWS)
    measurement.rules = replace(measurement.rules, spreads=None)
    chosen = rows(spreads_frames(measurement, planted.GROUPS)[0])
    caar = {group.label: placebos[0].caar[place] for place, group in enumerate(planted.GROUPS) if group.theme is None}
    best, worst = max(caar, key=caar.__getitem__), min(caar, key=caar.__getitem__)
    assert [(row.sector_a, row.sector_b, row.chosen) for row in chosen] == 3 * [(best, worst, True)]
    # The same pair, named beforehand, has the same figures; only its p does not pay for the choice.
    measurement.rules = replace(measurement.rules, spreads=((best, worst),))
    for row, named in zip(chosen, rows(spreads_frames(measurement, planted.GROUPS)[0]), strict=True):
        assert (row.caar_ew, row.t_portfolio, row.t_kp) == (named.caar_ew, named.t_portfolio, named.t_kp)
        assert row.z_ewma == pytest.approx(named.z_ewma)
        assert row.placebo_rank >= named.placebo_rank
        assert row.half_width > named.half_width
        assert all(map(math.isnan, (row.p_portfolio, row.p_kp, row.detectable)))
    # Groups that are no evidence are not chosen.
    groups = [replace(group, post_hoc=group.sector in (best, worst)) for group in planted.GROUPS]
    measurement.rules = replace(measurement.rules, spreads=None)
    assert {best, worst}.isdisjoint({rows(spreads_frames(measurement, groups)[0])[0].sector_a})


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
