"""What a source must be able to do to have its whole sessions kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import pyarrow as pa

from screener.krx.wire import Wire


class WholeMarket(Protocol):
    """A source that gives whole sessions."""

    name: str
    wire: Wire
    requests_each: int
    """Requests that one session takes, its indices included."""
    same_day: bool
    """Whether it has a session on its own evening; else it has it from the next morning on."""
    at_once: int
    """Sessions whose indices are asked for at once."""

    def session(self, day: date) -> pa.Table:
        """MARKET rows of a day, with the `change` that the source gives, KRW."""
        ...

    def indices(self, days: Sequence[date]) -> pa.Table:
        """INDICES rows of `days`, with the `change` that the source gives; of sessions before them if that is free."""
        ...


class WithInvestors(WholeMarket, Protocol):
    """One that also knows who bought, and in which industry a stock is."""

    def flows(self, day: date) -> pa.Table:
        """FLOWS rows of a day."""
        ...

    def industries(self, day: date) -> pa.Table:
        """INDUSTRIES rows of a day."""
        ...
