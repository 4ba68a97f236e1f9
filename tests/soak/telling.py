"""A crash at every step of a daily run, also at those that nobody sees: the next one says what it did not."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.krx import Market
from tests.outside.test_telling import _brief, crashes, market

__all__ = ["_brief", "market"]


def test_after_a_crash_at_any_step_the_next_run_says_it(tmp_path: Path, market: Market) -> None:
    assert crashes(tmp_path, market, "") > 30
