"""Adjusted p-values against scipy's and against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from screener.study.placebo import benjamini_hochberg, westfall_young

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(values=P_VALUES, holes=st.sets(st.integers(0, 30)))
def test_agrees_with_scipy_and_does_not_count_nan(values: list[float], holes: set[int]) -> None:
    p = np.array(values)
    with_holes = np.insert(p, sorted(min(hole, len(p)) for hole in holes), np.nan)
    adjusted, expected = benjamini_hochberg(with_holes), false_discovery_control(p, method="bh")
    np.testing.assert_array_equal(np.isnan(adjusted), np.isnan(with_holes))
    np.testing.assert_allclose(adjusted[np.isfinite(adjusted)], expected, rtol=1e-12, atol=1e-300)


def test_the_example_of_benjamini_and_hochberg() -> None:
    """Their table of 15 comparisons (1995, section 3): four are rejected at 5%, where Bonferroni rejects three."""
    small = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p = np.array([*small, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0])
    assert (benjamini_hochberg(p) <= 0.05).sum() == 4
    assert (p * 15 <= 0.05).sum() == 3


def test_nothing_in_nothing_out() -> None:
    assert benjamini_hochberg(np.array([])).size == 0
    np.testing.assert_array_equal(benjamini_hochberg(np.array([np.nan])), [np.nan])
    assert np.isnan(westfall_young(np.array([np.nan, np.nan]), np.zeros((50, 2)))).all()


def test_westfall_young_by_its_definition() -> None:
    rng = np.random.default_rng(0)
    placebo = rng.normal(size=(199, 4)) + rng.normal(size=(199, 1))
    observed = np.array([1.0, -4.0, 2.5, np.nan])
    adjusted = westfall_young(observed, placebo)
    largest = np.abs(placebo[:, :3]).max(axis=1)
    then = np.abs(placebo[:, [0, 2]]).max(axis=1)
    first = (1 + (largest >= 4.0).sum()) / 200
    second = max(first, (1 + (then >= 2.5).sum()) / 200)
    third = max(second, (1 + (np.abs(placebo[:, 0]) >= 1.0).sum()) / 200)
    np.testing.assert_array_equal(adjusted, [third, first, second, np.nan])


def test_westfall_young_keeps_the_joint_law() -> None:
    """Groups that move as one count as one test; Bonferroni would count them as eight."""
    one = np.random.default_rng(1).normal(size=(399, 1))
    adjusted = westfall_young(np.full(8, 2.2), np.tile(one, 8))
    alone = westfall_young(np.array([2.2]), one)
    np.testing.assert_array_equal(adjusted, alone[0])


def test_westfall_young_of_one_group_is_its_placebo_p() -> None:
    placebo = np.linspace(-3, 3, 99)[:, None]
    assert westfall_young(np.array([2.9]), placebo)[0] == pytest.approx((1 + 4) / 100)  # -3, -2.94, 2.94 and 3


def test_dates_on_which_a_group_is_unknown_are_left_out() -> None:
    placebo = np.random.default_rng(2).normal(size=(100, 2))
    placebo[:30, 1] = np.nan
    observed = np.array([1.5, 0.3])
    np.testing.assert_array_equal(westfall_young(observed, placebo), westfall_young(observed, placebo[30:]))
    assert np.isfinite(westfall_young(observed, placebo[:39])).all()  # 9 dates: the smallest p is 1/10
    assert np.isnan(westfall_young(observed, placebo[:38])).all()
