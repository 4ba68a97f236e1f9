"""The log of the daily runs: one line a run, in files that rotate."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from screener.i18n import _, cause

LARGEST = 500_000
"""Bytes of the log, from which on it is put aside and a new one begun; some ten years of lines."""
KEPT = 3
"""Logs that are put aside, the newest as FILE.1."""


def log_line(at: datetime, code: int, what: str) -> str:
    """One run in one line, whatever a file, a server or a stock's name has put into it."""
    safe = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in what)
    return f"{at.isoformat(timespec='seconds')} daily exit {int(code)}: {safe}"


def append(path: Path, line: str) -> str:
    """Append `line` to the log, which only its owner can read; returns what to say if the disk would not take it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            if path.stat().st_size >= LARGEST:
                _rotate(path)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, f"{line}\n".encode())  # in one call, so that the lines of two runs do not mix
        finally:
            os.close(handle)
    except OSError as error:
        return _(
            "{path}: cannot be written ({cause}): make room, or choose another place", path=path, cause=cause(error)
        )
    return ""


def _rotate(path: Path) -> None:
    for number in range(KEPT, 0, -1):
        newer = path.with_name(f"{path.name}.{number - 1}") if number > 1 else path
        with suppress(FileNotFoundError):  # another run has been faster, or there are not so many yet
            newer.replace(path.with_name(f"{path.name}.{number}"))
