"""Shows on stderr how far a fetch has come; a terminal sees a bar, a log one line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from screener.i18n import _
from screener.streams import note

_working: Progress | None = None
"""What `busy` shows; a terminal has room for one bar."""


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Show on a terminal that something goes on whose length is not known, until a fetch shows its own bar."""
    global _working
    console = Console(file=sys.stderr)
    if console.is_terminal:
        _working = Progress(TextColumn("{task.description}"), BarColumn(), console=console, transient=True)
        _working.add_task(what, total=None)
        _working.start()
    try:
        yield
    finally:
        _rest()


def _rest() -> None:
    global _working
    if _working is not None:
        _working.stop()
        _working = None


class Bar:
    """A `screener.data.connections.Progress` for people."""

    def __init__(self) -> None:
        # The stream as it is now: while pykrx works, what it prints to stderr is thrown away.
        self._console = Console(file=sys.stderr)
        self._bar: Progress | None = None
        self._what = ""

    def start(self, what: str, total: int) -> None:
        """Begin a stretch; nothing is shown of one without steps."""
        self.stop()
        _rest()
        if not total:
            return
        self._what = what
        if not self._console.is_terminal:
            note(_("{what}: {total} to fetch", what=what, total=total))
            return
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._bar.add_task(what, total=total, rate="")
        self._bar.start()

    def step(self, what: str) -> None:
        """Show what is done now, and at which rate."""
        if self._bar is not None:
            task = self._bar.tasks[0]
            rate = f"{task.speed:.1f}/s" if task.speed else ""
            self._bar.update(task.id, advance=1, description=f"{self._what} {what}", rate=rate)
            if task.finished:
                self.stop()

    def say(self, what: str) -> None:
        """Show a line."""
        _rest()
        note(what)

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
