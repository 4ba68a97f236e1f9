"""Each row of docs/outside.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.outside.__main__ import page
from tests.outside.case import Case, outcome
from tests.outside.open import CASES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("one", CASES, ids=lambda one: f"{one.where}: {one.what}")
def test_it_is_understood_or_refused_by_name(one: Case, tmp_path: Path) -> None:
    code, said = outcome(one, tmp_path)
    assert (code, one.says in said) == (one.code, True), said
    assert one.code or bool(said) == bool(one.says), said
    assert said.count("\n") == 0


def test_the_table_is_that_of_the_tests() -> None:
    assert (ROOT / "docs/outside.md").read_text("utf-8") == page()
