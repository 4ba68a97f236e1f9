"""What the tests of this package share."""

from __future__ import annotations

import pytest

from tests.data import live


@pytest.fixture(autouse=True)
def _small_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in's few stocks are a whole market: ten times as many would say the same, slowly."""
    monkeypatch.setattr("screener.data.checks.WHOLE", live.WHOLE)
