"""Every value of the first tables of each configuration file, wrong: `pytest tests/soak/mistakes.py`, part of `make soak`.

The suite has fewer tables of a kind (`tests.i18n.test_configuration`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from screener.config.load import FILES
from tests.i18n.test_configuration import assert_no_english, in_korean

__all__ = ["in_korean"]


@pytest.mark.parametrize("file", FILES)
def test_no_wrong_value_is_told_in_english(tmp_path: Path, file: str) -> None:
    assert_no_english(tmp_path, file, 6)
