"""Finds the line of a mistake in a TOML file. Used only once there is a mistake to report."""

from __future__ import annotations

from collections.abc import MutableMapping, MutableSequence, Sequence
from typing import Any

_MARK = "\N{NULL}mark"


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Line, counted from 1, of the value at `path` in `text`, or of the nearest part of the path that exists.

    tomlkit keeps a document's layout to the letter, so a mark put in the place of the value comes out on its line.
    """
    import tomlkit

    document: Any = tomlkit.parse(text)
    holder: Any = None
    key: str | int | None = None
    here: Any = document
    for part in path:
        in_table = isinstance(here, MutableMapping) and part in here
        in_array = isinstance(here, MutableSequence) and isinstance(part, int) and part < len(here)
        if not (in_table or in_array):
            break
        holder, key, here = here, part, here[part]
    # A [table] has no line of its own to mark; its first value stands right below the header, or would.
    lines_below_header = 0
    while isinstance(here, tomlkit.items.Table):
        holder, key = here, next(iter(here), "first")
        here = here.get(key)
        lines_below_header = 1
    if holder is None or key is None:
        return 1
    holder[key] = _MARK
    before, found, _ = tomlkit.dumps(document).partition(tomlkit.dumps({"x": _MARK}).removeprefix("x = ").rstrip())
    return before.count("\n") + 1 - lines_below_header if found else 1
