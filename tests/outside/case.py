"""One thing that comes from outside, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from screener.errors import describe

UNDERSTOOD = ""
"""In the place of what is said: it is taken as it is, or as if it were not there."""


class Case(NamedTuple):
    """A row of the table."""

    what: str
    where: str
    code: int
    says: str
    """What the message holds, or `UNDERSTOOD`."""
    run: Callable[[Path], object]
    """In an empty folder."""


CASES: list[Case] = []


def case(what: str, where: str, code: int, says: str) -> Callable[[Callable[[Path], object]], Callable[[Path], object]]:
    """Add a row to the table."""

    def add(run: Callable[[Path], object]) -> Callable[[Path], object]:
        CASES.append(Case(what, where, code, says, run))
        return run

    return add


def outcome(one: Case, folder: Path) -> tuple[int, str]:
    """The exit code of whoever meets it, and what it says: an error, or warnings."""
    warnings = StringIO()
    try:
        with redirect_stderr(warnings):
            one.run(folder)
    except Exception as error:
        message, code = describe(error, folder)
        return int(code), message
    return 0, warnings.getvalue().rstrip("\n")
