"""Two directories change places in one step, so that a reader finds the old one or the new one, and never none."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def exchange(fresh: Path, folder: Path) -> None:
    """Swap `fresh` and `folder`, both of which exist; afterwards `fresh` holds what stood in `folder`.

    Python has no call for it, Linux has (renameat2, since 3.15). Elsewhere, and on file systems that cannot do it,
    two renames must do; if the second fails the first is undone.

    Raises:
        OSError: nothing was changed.
    """
    if _exchanged(fresh, folder):
        return
    aside = fresh.with_name(fresh.name + ".old")
    folder.rename(aside)
    try:
        fresh.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
    aside.rename(fresh)


def _exchanged(a: Path, b: Path) -> bool:
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    done: int = renameat2(_AT_FDCWD, os.fsencode(a), _AT_FDCWD, os.fsencode(b), _RENAME_EXCHANGE)
    return done == 0
