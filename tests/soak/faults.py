"""Every fault on every way to the exchange: `pytest tests/soak/faults.py`, part of `make soak`.

The suite has those of the network on one way each (`tests.e2e.test_faults`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.cases import ROWS, Case, Row
from tests.e2e.command import Command
from tests.e2e.conftest import command, exchange, market
from tests.e2e.test_faults import assert_told_and_costs_nothing, before, cases, in_turn
from tests.fakes.datagokr import DataGoKr

__all__ = ["before", "command", "exchange", "market"]
TOLD = in_turn()


@pytest.mark.parametrize(
    ("row", "case"), cases([(row, case) for row in ROWS for case in row.cases if (row, case) not in TOLD])
)
def test_a_fault_on_another_way(row: Row, case: Case, before: Path, command: Command, exchange: DataGoKr) -> None:
    assert_told_and_costs_nothing(row, case, before, command, exchange)
