"""What a long fetch tells of itself while it goes on."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Somebody who watches a fetch."""

    def start(self, what: str, total: int) -> None:
        """A stretch of `total` steps begins."""
        ...

    def step(self, what: str) -> None:
        """One of them is done: a session or a ticker."""
        ...

    def say(self, what: str) -> None:
        """Something that the user should know."""
        ...


class Unwatched:
    """Nobody watches."""

    def start(self, what: str, total: int) -> None:
        """Nothing."""

    def step(self, what: str) -> None:
        """Nothing."""

    def say(self, what: str) -> None:
        """Nothing."""
