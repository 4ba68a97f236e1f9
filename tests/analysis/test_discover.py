"""Planted groups are found, strangers are not, and the event cannot choose its groups."""

from __future__ import annotations

import numpy as np
import pytest

from screener.analysis.discover import Search, _form_groups, _formation, search
from screener.study import Floats
from screener.study.models import Refit
from screener.study.placebo import benjamini_hochberg, pooled_p
from tests.analysis.simulated_market import GROUPS, Simulated, simulate

REFIT = Refit()


def searched(market: Simulated) -> Search:
    everyone = np.ones(market.returns.shape[1], dtype=bool)
    return search(market.study(REFIT), everyone)


def corrected(market: Simulated, found: Search) -> tuple[Floats, Floats]:
    """z and q of every group at the event."""
    [placebo] = market.study(REFIT).placebos([group.columns for group in found.formed])
    return placebo.z_ewma, benjamini_hochberg(pooled_p(placebo.z_ewma, found.ordinary))


@pytest.mark.parametrize("fat", [False, True])
def test_planted_groups_are_found_whole_and_strangers_are_not(fat: bool) -> None:
    market = simulate(1, fat=fat)
    found = {frozenset(one.columns.tolist()) for one in searched(market).formed}
    assert found == {frozenset(columns.tolist()) for columns in market.members}


def test_correlation_is_what_was_planted() -> None:
    """Half of the variance is common, so that pairs correlate by a half."""
    found = searched(simulate(2)).formed
    assert sorted(len(one.columns) for one in found) == sorted(GROUPS)
    assert [one.correlation for one in found] == pytest.approx([0.5] * len(GROUPS), abs=0.06)


def test_strongest_member_comes_first() -> None:
    """Of five columns four are a common series and little of their own, one is half noise."""
    random = np.random.default_rng(3)
    common = random.standard_normal((200, 1))
    own = np.array([0.6, 0.1, 0.4, 1.2, 0.5])
    [group] = _form_groups(common + own * random.standard_normal((200, 5)))
    assert (group.columns[0], group.columns[-1]) == (1, 3)


def test_sizes_that_are_no_group() -> None:
    random = np.random.default_rng(4)

    def together(size: int) -> Floats:
        return np.asarray(random.standard_normal((200, 1)) + 0.5 * random.standard_normal((200, size)))

    assert [len(one.columns) for one in _form_groups(together(4))] == [4]
    assert [len(one.columns) for one in _form_groups(together(60))] == [60]
    assert _form_groups(together(3)) == []
    assert _form_groups(together(61)) == []
    assert _form_groups(np.empty((200, 0))) == []


def test_stock_that_hardly_traded_belongs_to_no_group() -> None:
    random = np.random.default_rng(5)
    residuals = random.standard_normal((200, 1)) + 0.5 * random.standard_normal((200, 6))
    residuals[:9, 0] = np.nan  # 95.5%
    residuals[:11, 1] = np.nan  # 94.5%
    [group] = _form_groups(residuals)
    assert sorted(group.columns.tolist()) == [0, 2, 3, 4, 5]


def test_formation_ends_before_the_gap_and_needs_100_sessions() -> None:
    assert _formation(300, 10) == slice(50, 290)
    assert _formation(111, 10) == slice(1, 101)
    assert _formation(110, 10) is None


def test_event_does_not_choose_its_groups() -> None:
    """A jump of strangers on the event day, and in the gap before it, forms no group of theirs."""
    market = simulate(6)
    before = searched(market)
    strangers = np.setdiff1d(np.arange(market.returns.shape[1]), np.concatenate(market.members))[:20]
    market.returns[market.event - REFIT.gap :, strangers] += 0.2
    after = searched(market)
    assert [one.columns.tolist() for one in after.formed] == [one.columns.tolist() for one in before.formed]


def test_planted_move_stands_after_correction_and_the_others_do_not() -> None:
    """+10% to a group whose mean has a standard deviation of about 2%: five of them."""
    market = simulate(7)
    moved = market.members[1]
    market.returns[market.event, moved] += 0.10
    found = searched(market)
    z, q = corrected(market, found)
    its = next(k for k, one in enumerate(found.formed) if set(one.columns) == set(moved))
    assert q[its] <= 0.05
    assert z[its] == pytest.approx(5.0, abs=2.0)
    assert [k for k in range(len(q)) if q[k] <= 0.05] == [its]
    assert found.as_extreme(z)[its] == 0


def test_false_alarms_come_at_the_nominal_rate() -> None:
    """Fat tails, 24 markets: at 10% up to 6 alarms have a chance of 99%."""
    alarms = 0
    for seed in range(100, 124):
        market = simulate(seed, 240, fat=True)
        alarms += bool((corrected(market, searched(market))[1] <= 0.10).any())
    assert 0 < alarms <= 6


def test_stirred_counts_sessions_with_as_many_moves() -> None:
    """On 39 ordinary sessions of 10 groups one session has 2 that moved, and 18 have 1: 20 of 390, the largest 5%."""
    quiet, one, two = np.full(10, 0.5), np.full(10, 0.5), np.full(10, 0.5)
    one[0] = two[0] = two[1] = 4.0
    found = Search((), 240, (*[quiet] * 20, *[one] * 18, two))
    event = np.array([4.5, -5.0, *[0.1] * 8])
    stirred = found.stirred(event)
    assert (stirred.groups, stirred.as_many, stirred.p) == (2, 1, 2 / 40)
    assert found.as_extreme(np.array([4.0, 4.1, -0.5])).tolist() == [19, 0, 39]


def test_without_ordinary_sessions_there_is_no_correction() -> None:
    market = simulate(8, 160)
    found = searched(market)
    assert len(found.formed) == len(GROUPS)
    assert len(found.moves) < 39
    assert np.isnan(found.stirred(np.array([5.0])).p)


def test_pooled_p_by_hand() -> None:
    """Among 39 values 1 .. 39: 39 is reached once, so (1 + 1) / 40; nothing reaches 40; -1 is reached by all."""
    p = pooled_p(np.array([39.0, -40.0, -1.0, np.nan]), np.arange(1.0, 40.0))
    assert p[:3].tolist() == [2 / 40, 1 / 40, 1.0]
    assert np.isnan(p[3])
    assert np.isnan(pooled_p(np.array([1.0]), np.arange(38.0)))[0]
