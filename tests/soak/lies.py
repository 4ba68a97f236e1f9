"""Every lie on every way to the exchange: `pytest tests/soak/lies.py`, part of `make soak`.

The suite tells each on one of its ways (`tests.lies.test_wire`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.krx import Market
from tests.lies.fetched import Truth
from tests.lies.test_wire import _small, assert_told, cases, in_turn, market, truthful
from tests.lies.wire import WIRE, WireLie

__all__ = ["_small", "market", "truthful"]
TOLD = in_turn()


@pytest.mark.parametrize("lie", cases([one for one in WIRE if one not in TOLD]))
def test_a_lie_on_another_way(
    lie: WireLie, market: Market, truthful: Callable[[WireLie], Truth], tmp_path: Path
) -> None:
    assert_told(lie, market, truthful(lie), tmp_path)
