"""One lie, and the list of them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.lies.judge import Must
from tests.lies.world import Maker, World

PRICES, MARKET, INDEX, FILES = "a price file", "a market file", "an index file", "files"
"""The ways in which a lie in files comes; those on the wire are in `wire`."""


def _as_it_was(world: World) -> None:
    """Nothing."""


@dataclass(frozen=True)
class Lie:
    """A lie in files."""

    name: str
    way: str
    tells: str
    """In a line."""
    make: Maker
    must: tuple[Must, ...]
    """What it must come to: one of these."""
    truth: Maker = _as_it_was
    """What is changed before, in the truth that its report is held against as well."""


LIES: list[Lie] = []


def lie(name: str, way: str, tells: str, *must: Must, truth: Maker = _as_it_was) -> Callable[[Maker], Maker]:
    """Put the decorated maker into the table."""

    def register(make: Maker) -> Maker:
        LIES.append(Lie(name, way, tells, make, must, truth))
        return make

    return register
