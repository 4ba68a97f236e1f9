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
    """8 placebo sessions are one too few for a p of .10."""
    frames = planted.measure(((0, 0),), ordinary=8)
    for row in primary_tests(frames):
        assert math.isnan(row.placebo_rank)
        assert row.placebo_n == 9
    assert frames.placebos.empty


def test_between_9_and_38_placebo_sessions_there_is_a_p_but_no_interval() -> None:
    """9 are enough for a verdict at 10%, where the event is more extreme than all; 39 are for an interval at 95%."""
    for row in rows(planted.measure(((0, 0),), ordinary=9).sectors):
        if math.isfinite(row.placebo_rank):
            assert row.placebo_p == row.placebo_rank / 10
            assert math.isnan(row.half_width)
    enough = [row for row in rows(planted.measure(((0, 0),), ordinary=39).sectors) if math.isfinite(row.placebo_rank)]
    assert enough
    assert all(math.isfinite(row.half_width) for row in enough)


def test_fewer_than_9_ordinary_sessions_are_a_verdict_of_their_own() -> None:
    for ordinary, some in ((8, False), (9, True)):
        sectors = rows(planted.measure(((0, 0),), ordinary=ordinary).sectors)
        known = [row for row in sectors if math.isfinite(row.caar_tested) and not row.post_hoc]
        assert known
        assert {row.family_n for row in known} == {ordinary}
        assert ("cannot be tested" not in {row.verdict for row in known}) == some
        assert all(math.isfinite(row.p_family) == some for row in known)
