"""A short soak: two weeks, every day a strike; `make soak` plays two years."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.soak import play as playing
from tests.soak.compare import compare
from tests.soak.play import play
from tests.soak.script import script
from tests.soak.strikes import STRIKES

LENGTH = 10
DRAWN = 8
"""Strikes of this soak; those that last for days are left to the long one."""


def test_after_every_strike_the_reports_are_those_of_a_calm_play(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "RARE", 0.8)
    short = [one for one in STRIKES if one.days == 1]
    strikes = random.Random(3).sample(short, DRAWN)  # noqa: S311 - a draw that can be repeated
    strikes += [replace(one, days=2) for one in STRIKES if one.name == "machine off"]
    calm = play(tmp_path / "calm", script(LENGTH, 1), ())
    assert (set(calm.codes), calm.kills, calm.struck) == ({"0"}, 0, {})
    plot = script(LENGTH, 1)
    rough = play(tmp_path / "rough", plot, strikes)
    assert len(set(rough.struck.values())) >= 5
    found = compare(tmp_path / "calm/reports", tmp_path / "rough/reports", plot, rough)
    assert found.wrong == []
    assert found.same > 9 * (LENGTH - 4)
    assert any(line.startswith("Late: ") for line in rough.said), "what was missed is said"
