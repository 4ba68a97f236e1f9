"""What `screener doctor` found, as lines and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from screener.cells import folded, padded, widened
from screener.errors import ExitCode, ScreenerError
from screener.i18n import N_, _

SCHEMA_VERSION = 1
WIDTH = 80
SHOWN = 5
"""Mistakes, damaged files or differences of one check that are named."""

State = Literal["ok", "warning", "failed"]
STATES: tuple[State, ...] = ("ok", "warning", "failed")
_STATE_NAMES = {"ok": N_("ok"), "warning": N_("warning"), "failed": N_("failed")}

_NAMES = (
    N_("libraries"),
    N_("locale"),
    N_("terminal"),
    N_("font"),
    N_("clock"),
    N_("disk: reports"),
    N_("disk: state"),
    N_("disk: store"),
    N_("configuration"),
    N_("KRX account"),
    N_("KRX password"),
    N_("Open API key"),
    N_("breaker KRX"),
    N_("breaker Naver"),
    N_("breaker Open API"),
    N_("network KRX"),
    N_("network Naver"),
    N_("network Open API"),
    N_("store"),
    N_("store files"),
    N_("newest session"),
    N_("calendar"),
    N_("published"),
)
"""Of the checks: here for the catalogue alone, for they stay English in the JSON."""

_COLOURS = {"ok": "\x1b[32m", "warning": "\x1b[33m", "failed": "\x1b[31m"}
_PLAIN = "\x1b[0m"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    """In English; the text for people says it in their language."""
    state: State
    found: str
    """What is there; a line for each thing."""
    fix: str = ""
    """What mends it; empty where nothing needs to be."""
    exit_code: ExitCode = ExitCode.DATA
    """What the command exits with if this has failed."""


def trouble(name: str, state: State, error: ScreenerError) -> Check:
    """A fault as a check: its message is what was found, its hint what mends it."""
    return Check(name, state, error.message, error.hint, error.exit_code)


def named(things: Sequence[str]) -> str:
    """A line for each of the first few things, and how many more there are."""
    more = [_("and {count} more", count=len(things) - SHOWN)] if len(things) > SHOWN else []
    return "\n".join([*things[:SHOWN], *more])


def as_text(checks: Sequence[Check], *, colour: bool) -> str:
    """One line a check, what mends it below, and a count; `colour` only for terminals that show it."""
    name_width = max(len(widened(_(check.name))) for check in checks)
    margin = " " * (9 + name_width + 2)
    lines = []
    for check in checks:
        state = _(_STATE_NAMES[check.state])
        head = padded(state, 9) + padded(_(check.name), name_width + 2)
        body = _wrapped(check.found, head, margin)
        if colour:
            body = f"{_COLOURS[check.state]}{state}{_PLAIN}{body[len(state) :]}"
        lines.append(body)
        if check.fix:
            lines.append(_wrapped(check.fix, " " * 9 + "-> ", " " * 12))
    states = [check.state for check in checks]
    counts = [f"{states.count(state)} {_(_STATE_NAMES[state])}" for state in STATES]
    return "\n".join([*lines, ", ".join(counts)]) + "\n"


def to_json(checks: Sequence[Check]) -> str:
    """The checks as JSON: schema_version, and in `checks` one object each."""
    listed = [{"name": one.name, "state": one.state, "found": one.found, "fix": one.fix} for one in checks]
    return json.dumps({"schema_version": SCHEMA_VERSION, "checks": listed}, ensure_ascii=False, indent=1) + "\n"


def _wrapped(text: str, head: str, margin: str) -> str:
    """Lines of `text` after `head`, further ones after `margin`; a path is never broken."""
    lines: list[str] = []
    for line in text.split("\n"):
        safe = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
        first = margin if lines else head
        lines += folded(safe, WIDTH, first, margin) or [first.rstrip()]
    return "\n".join(lines)
