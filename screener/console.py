"""The terminal: the only writer of stdout and of stderr, text in cells, progress, and the end of the process."""

from __future__ import annotations

import os
import sys
import textwrap
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from screener.i18n import N_, _

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

LONGEST = 600
"""Characters of one line on stderr; the rest is cut off."""
_FILLER = "\N{ZERO WIDTH SPACE}"


def replace_unencodable() -> None:
    """Let a stream that cannot encode a character write a substitute instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def is_terminal() -> bool:
    """Whether stdout is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def shows_colour() -> bool:
    """Whether stdout shows colours and the user wants them."""
    return is_terminal() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")


def echo(text: str) -> None:
    """Write a result to stdout. A reader that has left (`| head`) is no fault: the run goes on."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except AttributeError:
        raise OSError(9, N_("stdout is closed")) from None
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or the interpreter would fail on it again at its end
        raise


def warn(message: str) -> None:
    """Write one line to stderr that the user should read although the run goes on."""
    explain(f"screener: {_shortened(message)}")


def explain(*lines: str) -> None:
    """Write lines to stderr."""
    try:
        for line in lines:
            click.echo(escaped(line), err=True)
    except OSError:
        # It is full or closed: there is nobody to tell, and the run ends with the code that it has.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def exit_now(code: int) -> None:
    """End the process without freeing its memory object by object, which takes a tenth of a run."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):  # full, or closed
            pass
    os._exit(code)


def escaped(text: str) -> str:
    r"""`text` on one line, with control characters as escapes such as \x1b.

    Text from a file, an argument or a server must not reach a terminal or a log as commands.
    """
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


# A syllable of Hangul takes two cells of a terminal, although Python counts one character.
def widened(text: str) -> str:
    """`text` with something invisible beside each character that takes two cells, so that counting characters works."""
    return "".join(char + _FILLER * (unicodedata.east_asian_width(char) in "WF") for char in narrowed(text))


def narrowed(text: str) -> str:
    """`text` without what `widened` put in."""
    return text.replace(_FILLER, "")


def folded(text: str, width: int, first: str = "", further: str = "") -> str:
    """Lines of at most `width` cells, the first after `first`, others after `further`; no word or path is broken."""
    lines: list[str] = []
    for line in text.splitlines():
        indent = further if lines else first
        lines += textwrap.wrap(
            widened(line),
            width,
            initial_indent=widened(indent),
            subsequent_indent=widened(further),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [indent.rstrip()]
    return narrowed("\n".join(lines))


def padded(text: str, width: int) -> str:
    """`text` and as many spaces as it takes to fill `width` cells."""
    return narrowed(widened(text).ljust(width))


def as_document(content: object) -> str:
    """Content as a JSON document; days and times in ISO form."""
    import json

    return json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text, each column as wide as its widest cell."""
    widths = [max(len(widened(cell)) for cell in column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "".join(line.rstrip() + "\n" for line in lines)


def _shortened(text: str) -> str:
    safe = escaped(text)
    return safe if len(safe) <= LONGEST else safe[:LONGEST] + "..."


_spinner: Progress | None = None
"""The bar of `busy`: a terminal has room for one, so a `ProgressBar` takes its place."""


@contextmanager
def busy(message: str) -> Iterator[None]:
    """Show an endless bar on a terminal until the block ends or a `ProgressBar` starts."""
    global _spinner
    from rich.console import Console

    console = Console(file=sys.stderr)
    if console.is_terminal:
        from rich.progress import BarColumn, Progress, TextColumn

        _spinner = Progress(TextColumn("{task.description}"), BarColumn(), console=console, transient=True)
        _spinner.add_task(message, total=None)
        _spinner.start()
    try:
        yield
    finally:
        _stop_spinner()


def _stop_spinner() -> None:
    global _spinner
    if _spinner is not None:
        _spinner.stop()
        _spinner = None


_MINUTE = 60.0
"""Seconds between two lines of a log about one stretch."""


class ProgressBar:
    """A `screener.data.connections.Progress` on stderr: a bar on a terminal.

    A log is told of each stretch of `least` steps and more as it begins, and once a minute how far it is.
    """

    def __init__(
        self, console: Console | None = None, get_time: Callable[[], float] = time.monotonic, least: int = 1
    ) -> None:
        from rich.console import Console

        # The stream as it is now: while pykrx works, what it prints to stderr is thrown away.
        self._console = console or Console(file=sys.stderr)
        self._get_time, self._least = get_time, least
        self._bar: Progress | None = None
        self._title = ""
        self._total = self._done = 0
        self._told = 0.0
        """When the log was told of the stretch last."""

    def start(self, what: str, total: int) -> None:
        """Begin a stretch of `total` steps; without steps nothing is shown."""
        self.stop()
        _stop_spinner()
        if not total:
            return
        self._title, self._total, self._done, self._told = what, total, 0, self._get_time()
        if not self._console.is_terminal:
            if total >= self._least:
                warn(_("{what}: {total} to go", what=what, total=total))
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            get_time=self._get_time,
        )
        self._bar.add_task(what, total=total, rate="")
        self._bar.start()

    def step(self, what: str) -> None:
        """Count one step, and show its name and the rate."""
        self._done += 1
        if not self._console.is_terminal and self._done < self._total and self._get_time() - self._told >= _MINUTE:
            self._told = self._get_time()
            warn(_("{what}: {n} of {total} done", what=self._title, n=self._done, total=self._total))
        if self._bar is not None:
            task = self._bar.tasks[0]
            rate = f"{task.speed:.1f}/s" if task.speed else ""
            self._bar.update(task.id, advance=1, description=f"{self._title} {what}", rate=rate, refresh=True)
            if task.finished:
                self.stop()

    def say(self, what: str) -> None:
        """Write a line beside the bar."""
        _stop_spinner()
        warn(what)

    def stop(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
