"""The one writer of stdout, the one of stderr, and the end of the process."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from screener.errors import ExitCode
from screener.i18n import N_


def prepare() -> None:
    """A terminal that cannot show a character shows a substitute rather than ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def emit(text: str) -> None:
    """Write a result to stdout; a reader that has left (`| head`) is no fault, and the run goes on."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except AttributeError:
        raise OSError(9, N_("there is no stdout to write to")) from None
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or the interpreter would fail on it again at its end
        raise


def note(message: str) -> None:
    """Say on stderr, on one line, what the user should know although the run goes on."""
    click.echo(f"screener: {_safe(message)}", err=True)


def tell(*lines: str) -> None:
    """Say on stderr, in lines of their own, what explains rather than warns."""
    for line in lines:
        click.echo(_safe(line), err=True)


def _safe(text: str) -> str:
    """What a file, an argument or a server holds may reach this line; it must not reach the terminal as commands."""
    safe = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    return safe if len(safe) <= 600 else safe[:600] + "..."


def fail(lines: Sequence[str], code: ExitCode, debug: bool) -> ExitCode:
    """Say what is wrong, one line each, and hand the exit code on; with `debug` also where."""
    if debug:
        import traceback

        traceback.print_exc()
    for line in lines:
        note(line)
    return code


def leave(code: int) -> None:
    """End the process without taking its memory apart object by object, which takes a tenth of a run."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            pass
    os._exit(code)
