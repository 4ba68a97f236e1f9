"""Every lie in files comes to what the table says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.lies import days, forms, indices, others, rates, rows
from tests.lies.__main__ import page
from tests.lies.judge import Outcome, report_on
from tests.lies.lie import LIES, Lie
from tests.lies.open import OPEN
from tests.lies.wire import WIRE
from tests.lies.world import Maker, truth, write_config

TOLD = rates, rows, indices, days, forms, others
"""The modules that fill the table."""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_config(tmp_path_factory.mktemp("lies"))


@pytest.fixture(scope="module")
def truthful(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Maker], Outcome]:
    """What the truth of a lie comes to; many have the same."""
    known: dict[Maker, Outcome] = {}

    def of(maker: Maker) -> Outcome:
        if maker not in known:
            world = truth()
            maker(world)
            known[maker] = report_on(world, tmp_path_factory.mktemp("truth"), config)
        return known[maker]

    return of


def cases() -> list[object]:
    marks = {name: [pytest.mark.xfail(strict=True, reason=why)] for name, why in OPEN.items()}
    return [pytest.param(one, id=one.name.replace(" ", "_"), marks=marks.get(one.name, ())) for one in LIES]


@pytest.mark.parametrize("lie", cases())
def test_a_lie_moves_no_figure_or_is_named_or_refused(
    lie: Lie, config: Path, truthful: Callable[[Maker], Outcome], tmp_path: Path
) -> None:
    world = truth()
    lie.truth(world)
    lie.make(world)
    came, true = report_on(world, tmp_path, config), truthful(lie.truth)
    assert true.code == 0, true.said
    assert "Traceback" not in came.said
    why = [must.holds(came, true) for must in lie.must]
    assert "" in why, "; ".join(why)


def test_there_are_many_and_each_has_its_name() -> None:
    names = [*(one.name for one in LIES), *(one.name for one in WIRE)]
    assert len(names) == len(set(names))
    assert set(OPEN) <= {*names}


def test_the_table_of_the_documentation_is_this_one() -> None:
    assert (ROOT / "docs" / "lies.md").read_text(encoding="utf-8") == page(), (
        "make it: python -m tests.lies > docs/lies.md"
    )
