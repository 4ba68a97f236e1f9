"""Scores by hand, and what became of planted moves."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from screener.analysis import scores
from screener.analysis.impact import measure_impact
from screener.analysis.measurement import Measurement
from screener.analysis.model import Group, Stock
from screener.data.sources import PriceRequest
from screener.data.sources.demo import EVENT_DAY, EVENT_ROW, INDICES, SECTORS, Demo, ticker
from screener.report.model import Report
from screener.study import Floats
from tests.analysis.find import leading, rows
from tests.reports import simulated

WEIGHTS = {"magnitude": 0.30, "certainty": 0.30, "persistence": 0.15, "breadth": 0.15, "volume": 0.10}
NAN = math.nan


def magnitude(car: Floats, others: Floats) -> Floats:
    one = np.ones(len(car))
    return scores.parts_of(car, one, others, one)["magnitude"]


def test_magnitude_is_the_share_that_moved_less() -> None:
    market = np.array([0.01, -0.02, 0.03, -0.04, NAN])
    found = magnitude(np.array([0.035, -0.02, 0.0, -0.5, NAN]), market)
    # Smaller in size than 3.5%: three of four. Than 2%: one, and one tie, which counts by half.
    np.testing.assert_allclose(found, [0.75, -0.375, 0.0, -1.0, NAN])


def test_magnitude_of_groups_is_among_their_own_dates() -> None:
    placebo = np.array([[0.01, 0.1], [-0.02, 0.2], [0.03, -0.3], [0.04, NAN]])
    np.testing.assert_allclose(magnitude(np.array([-0.035, 0.25]), placebo), [-0.75, 2 / 3])


def test_parts_by_hand() -> None:
    car = np.array([0.10, -0.10, 0.10, -0.05])
    parts = scores.parts_of(
        car,
        p=np.array([0.01, 0.05, 1.0, NAN]),
        others=car,
        ratio=np.array([2.0, 4.0, 16.0, 0.5]),
        on_day=np.array([0.10, -0.20, 0.05, 0.10]),
        up=np.array([1.0, 0.0, 0.5, 0.93]),
    )
    assert tuple(parts) == scores.PARTS
    np.testing.assert_allclose(parts["certainty"], [0.99, -0.95, 0.0, NAN])
    np.testing.assert_allclose(parts["persistence"], [1.0, -0.5, 1.0, 0.5])
    np.testing.assert_allclose(parts["breadth"], [1.0, -1.0, 0.0, 0.86])
    np.testing.assert_allclose(parts["volume"], [0.5, -1.0, 1.0, 0.5])


def test_only_a_window_that_goes_on_from_the_event_day_tells_what_lasted() -> None:
    car = np.array([0.1])
    assert scores.on_event_day((0, 5), car) is car
    for taus in ((0, 0), (1, 5), (-5, -1)):
        assert np.isnan(scores.on_event_day(taus, car)).all()
        assert scores.lasting_columns(taus, car[None], car, car, car) == {}


def test_a_score_is_the_weighted_mean_of_what_is_known() -> None:
    parts = {
        "magnitude": np.array([1.0, -0.9, 0.5, NAN]),
        "certainty": np.array([0.9, -0.8, 0.6, 0.9]),
        "persistence": np.array([1.0, NAN, NAN, 1.0]),
        "breadth": np.array([0.8, -1.0, NAN, 1.0]),
        "volume": np.array([0.5, NAN, NAN, 1.0]),
    }
    full = 100 * (0.3 * 1.0 + 0.3 * 0.9 + 0.15 * 1.0 + 0.15 * 0.8 + 0.1 * 0.5)
    some = -100 * (0.3 * 0.9 + 0.3 * 0.8 + 0.15 * 1.0) / 0.75
    np.testing.assert_allclose(scores.combine(parts, WEIGHTS), [full, some, 55.0, NAN])
    np.testing.assert_allclose(scores.ranked(parts, WEIGHTS)[0], [1, 3, 2, NAN])


def test_ranks_that_no_weighting_changes_are_steady_and_others_are_not() -> None:
    apart = {"magnitude": np.array([0.9, 0.0, -0.9]), "certainty": np.array([0.9, 0.0, -0.9])}
    np.testing.assert_array_equal(scores.ranked(apart, WEIGHTS)[1], [1.0, 1.0, 1.0])
    close = {"magnitude": np.array([0.9, 0.1, -0.9]), "certainty": np.array([0.1, 0.9, -0.9])}
    steady = scores.ranked(close, WEIGHTS)[1]
    assert steady[2] == 1.0
    assert 0.3 < steady[0] < 0.7  # equal under the configured weights, so a coin decides
    again = scores.ranked(close, WEIGHTS)[1]
    np.testing.assert_array_equal(steady, again)


def test_a_verdict_takes_a_score_and_a_test_that_carries_it() -> None:
    """The level of p is met at .10; the last stock has a score against its abnormal return."""
    score = np.array([80.0, -80.0, 80.0, -24.9, -25.0, NAN, 99.0, 99.0, 30.0])
    p = np.array([0.10, 0.01, 0.11, 0.01, 0.01, 0.01, NAN, 0.01, 0.01])
    car = np.array([0.08, -0.08, 0.08, -0.02, -0.02, 0.02, 0.09, NAN, -0.01])
    unclear = "no clear effect"
    untested = "cannot be tested"
    words = ("winner", "loser", unclear, unclear, "loser", untested, untested, "", unclear)
    assert scores.verdicts(score, p, car, 0.0) == words


@pytest.mark.parametrize(
    ("on_day", "p_on_day", "at_end", "p_at_end", "what"),
    [
        (-0.05, 0.01, -0.05, 0.01, "held"),
        (-0.05, 0.01, -0.0249, 0.2, "faded"),
        (-0.05, 0.01, -0.025, 0.2, "held"),
        (0.05, 0.01, 0.0, 0.9, "reversed"),
        (0.05, 0.01, -0.01, 0.9, "reversed"),
        (0.05, 0.01, 0.0751, 0.01, "extended"),
        (0.01, 0.40, 0.08, 0.01, "delayed"),
        (0.01, 0.40, 0.02, 0.30, ""),
        (0.05, NAN, 0.05, 0.01, ""),
    ],
)
def test_what_became_of_it(on_day: float, p_on_day: float, at_end: float, p_at_end: float, what: str) -> None:
    path, car, p, before = (
        np.array([[on_day], [at_end]]),
        np.array([at_end]),
        np.array([p_at_end]),
        np.array([p_on_day]),
    )
    assert scores.lasting_columns((0, 1), path, car, p, before)["lasting"] == [what or None]


def half_life(path: list[float]) -> Any:
    one = np.zeros(1)
    columns = scores.lasting_columns((0, len(path) - 1), np.array(path)[:, None], np.array(path[-1:]), one, one)
    return columns["half_life"][0]


def test_half_life_by_hand() -> None:
    assert half_life([0.06, 0.05, 0.04, 0.02]) == pytest.approx(2.5)
    assert half_life([-0.06, -0.03, -0.02]) == pytest.approx(1.0)
    assert math.isnan(half_life([0.06, 0.05]))  # held
    assert math.isnan(half_life([0.06, NAN, 0.0]))


@pytest.fixture(scope="module")
def demo() -> Report:
    return simulated(1)


def test_planted_effects_are_winners_and_losers_and_nothing_else(demo: Report) -> None:
    verdict = {row.sector: row.verdict for row in leading(demo, "sectors")}
    assert (verdict["FADED"], verdict["REVERSED"]) == ("winner", "winner")
    assert (verdict["HELD"], verdict["EXTENDED"]) == ("loser", "loser")
    for quiet in ("UNMOVED", "DELAYED", "CONFOUNDED"):
        assert verdict[quiet] == "no clear effect"


def test_a_sector_that_one_stock_makes_names_it(demo: Report) -> None:
    for row in leading(demo, "sectors"):
        assert not math.isfinite(row.score_low) or row.score_low <= row.score_high
    [steady] = leading(demo, "sectors", sector="HELD")
    assert steady.score_maker is None
    assert steady.score_high < -50


def test_sizes_are_compared_with_the_market_that_is_given(demo: Report) -> None:
    stocks = [
        Stock(ticker(s, m), "", "", INDICES[m % 2], one.id, None) for s, one in enumerate(SECTORS) for m in range(12)
    ]
    groups = [Group(one.id, None, "", "", False) for one in SECTORS]
    need = PriceRequest({stock.ticker: stock.market for stock in stocks}, EVENT_DAY, None, 0.3, EVENT_DAY)
    panel = Demo(1).load(need).panel
    still = [np.zeros(5) for _ in demo.rules.windows]
    wild = [np.ones(5) for _ in demo.rules.windows]
    for market, size in ((still, 1.0), (wild, 0.0)):
        frames = measure_impact(Measurement(panel, EVENT_ROW, stocks, demo.rules), groups, market)
        known = [row for row in rows(frames.stocks) if math.isfinite(row.car) and row.car]
        # Among stocks that did not move every move is the largest; among stocks that doubled none is.
        assert {abs(row.score_magnitude) for row in known} == {size}
