"""The headline test with the ordinary sessions that it rests on."""

from __future__ import annotations

import math

import pytest

from screener.analysis.impact import Impact
from screener.analysis.model import Headline
from tests.analysis import planted


@pytest.fixture(scope="module")
def impact() -> Impact:
    return planted.measure(((0, 0), (0, 5), (-5, -1)))


def headlines(impact: Impact) -> list[Headline]:
    return [row.headline for row in (*impact.groups, *impact.spreads)]


def test_rank_is_the_place_among_the_ordinary_sessions_that_are_listed(impact: Impact) -> None:
    ranked = headlines(impact)
    assert len(ranked) == 3 * (len(planted.GROUPS) + 1)
    for headline in ranked:
        assert len(headline.ordinary) == headline.n - 1
        assert headline.rank == 1 + sum(abs(one) >= abs(headline.z_ewma) for one in headline.ordinary)


def test_interval_is_what_the_test_does_not_reject(impact: Impact) -> None:
    rejected = {headline.p <= 0.05 for headline in headlines(impact)}
    assert rejected == {True, False}
    for headline in headlines(impact):
        assert (abs(headline.caar) >= headline.half_width) == (headline.p <= 0.05)


@pytest.mark.parametrize("earlier", [1, 2, 100])
def test_ordinary_sessions_are_those_before_the_event_the_latest_last(impact: Impact, earlier: int) -> None:
    """Each is what the event would be, had it been on that session; not where other members traded then."""
    moved = {row.group: row.headline.z_ewma for row in planted.measure(((0, 0),), earlier).groups}
    rows = [row for row in impact.groups if row.window.last == 0 and row.group.sector != "AWKWARD"]
    assert len(rows) == len(planted.GROUPS) - 2
    for row in rows:
        assert row.headline.ordinary[-earlier] == pytest.approx(moved[row.group])


def test_where_there_is_no_rank_nothing_is_listed() -> None:
    """38 ordinary sessions are one too few for a rank."""
    for headline in headlines(planted.measure(((0, 0),), ordinary=38)):
        assert math.isnan(headline.rank)
        assert (headline.n, headline.ordinary) == (0, ())
