"""One finding of `screener doctor`, and all of them as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal, NamedTuple

from screener.console import escaped, folded, padded, widened
from screener.errors import ExitCode, ScreenerError
from screener.i18n import N_, _

SCHEMA_VERSION = 1
WIDTH = 80
BOTH = N_("{a} and {b}")
"""Joins two things in a list."""
MOST = 5
"""Mistakes, damaged files or differences that one check lists."""

State = Literal["ok", "warning", "failed"]
_STATES: dict[State, tuple[str, str]] = {
    "ok": (N_("ok"), "\x1b[32m"),
    "warning": (N_("warning"), "\x1b[33m"),
    "failed": (N_("failed"), "\x1b[31m"),
}
"""How each is called and coloured."""
_PLAIN = "\x1b[0m"


class Check(NamedTuple):
    """The result of one check."""

    name: str
    """English; translated where it is shown to people."""
    state: State
    found: str
    """What is there, on one line or several."""
    fix: str = ""
    """What to do about it; empty if nothing needs to be done."""
    exit_code: ExitCode = ExitCode.DATA
    """Exit code of the command if this check failed."""

    @classmethod
    def of_error(cls, name: str, state: State, error: ScreenerError) -> Check:
        """A check that an error ended: its hint is the fix."""
        return cls(name, state, error.message, error.hint, error.exit_code)


def exit_code(checks: Sequence[Check]) -> ExitCode:
    """Exit code of the command: of what failed, data counts first, then configuration, login, network."""
    failed = {check.exit_code for check in checks if check.state == "failed"}
    order = ExitCode.DATA, ExitCode.USAGE, ExitCode.LOGIN, ExitCode.NETWORK, ExitCode.BUG
    return next((code for code in order if code in failed), ExitCode.DONE)


def first_few(lines: Sequence[str]) -> str:
    """The first few lines, and how many more there are."""
    more = [_("and {count} more", count=len(lines) - MOST)] if len(lines) > MOST else []
    return "\n".join([*lines[:MOST], *more])


def as_text(checks: Sequence[Check], *, colour: bool) -> str:
    """One line for each check, with its fix below it, and a count of the states."""
    name_width = max(len(widened(_(check.name))) for check in checks)
    margin = " " * (9 + name_width + 2)
    lines = []
    for check in checks:
        name, shade = _STATES[check.state]
        state = _(name)
        head = padded(state, 9) + padded(_(check.name), name_width + 2)
        body = _wrapped(check.found, head, margin)
        if colour:
            body = f"{shade}{state}{_PLAIN}{body[len(state) :]}"
        lines.append(body)
        if check.fix:
            lines.append(_wrapped(check.fix, " " * 9 + "-> ", " " * 12))
    states = [check.state for check in checks]
    counts = [f"{states.count(state)} {_(name)}" for state, (name, _colour) in _STATES.items()]
    return "\n".join([*lines, ", ".join(counts)]) + "\n"


def to_json(checks: Sequence[Check]) -> str:
    """The checks as JSON: an object with schema_version and a list of checks."""
    rows = [{"name": check.name, "state": check.state, "found": check.found, "fix": check.fix} for check in checks]
    return json.dumps({"schema_version": SCHEMA_VERSION, "checks": rows}, ensure_ascii=False, indent=1) + "\n"


def _wrapped(text: str, head: str, margin: str) -> str:
    """`text` folded, its first line after `head`, the others after `margin`; a path is never broken."""
    return folded("\n".join(map(escaped, text.split("\n"))), WIDTH, head, margin) or head.rstrip()
