"""Funds that stand for an index, against each other and against stocks."""

from __future__ import annotations

import numpy as np

from screener.data.levels import out_of_line

DAYS, AT = 12, 6


def drawn(seed: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two funds and stocks of one market factor, each within 1% of it."""
    random = np.random.default_rng(seed)
    factor = random.normal(0.0, 0.015, DAYS)
    near = random.uniform(-0.01, 0.01, (DAYS, count + 2)) + factor[:, None]
    return near[:, 0], near[:, 1], near[:, 2:]


def spiked(moves: np.ndarray, by: float) -> np.ndarray:
    """A price that is wrong by a factor on one day: its return and the next one."""
    wrong = moves.copy()
    wrong[AT] = (1 + moves[AT]) * (1 + by) - 1
    wrong[AT + 1] = (1 + moves[AT + 1]) / (1 + by) - 1
    return wrong


def test_a_false_price_of_a_fund_is_found_on_its_day_alone() -> None:
    for seed in range(50):
        fund, other, stocks = drawn(seed, 5)
        for by in (-0.10, 0.10):
            assert np.flatnonzero(out_of_line(spiked(fund, by), other, stocks)).tolist() == [AT]
        assert not out_of_line(fund, other, stocks).any()


def test_one_witness_alone_is_not_believed() -> None:
    """Stocks that leave the market for a day, and a fund of the other market that does, say nothing of this one."""
    fund, other, stocks = drawn(1, 5)
    left = np.column_stack([spiked(stock, -0.10) for stock in stocks.T])
    assert not out_of_line(fund, other, left).any()
    assert not out_of_line(fund, spiked(other, -0.10), stocks).any()


def test_the_last_session_shows_nothing_yet() -> None:
    fund, other, stocks = drawn(2, 5)
    assert not out_of_line(spiked(fund, -0.10)[: AT + 1], other[: AT + 1], stocks[: AT + 1]).any()
