"""JSON and TOML from outside: what they hold, or a ValueError; nothing in them makes the reader fail otherwise."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

_DEEPEST = 64
"""Levels of tables and lists; what the exchange, the services and the settings send or hold has ten at most."""
NOT_UNDERSTOOD = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    EOFError,
)
"""What reading something of an unexpected form raises, in this process or in a library that reads it."""
_DOTTED = re.compile(rf"""(?<![\w."'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){{{_DEEPEST}}}""")
"""A key of that many parts: tomllib takes seconds over one of thousands."""
_HALF = re.compile(r"[\ud800-\udfff]|\\u[dD][89a-fA-F]")


class TooDeepError(ValueError):
    """Tables or lists are nested deeper than `_DEEPEST`."""


def from_json(data: str | bytes) -> Any:
    """What a JSON document holds; halves of surrogate pairs in it, which no encoding can write, become U+FFFD.

    Raises:
        ValueError: it is no JSON, or nested deeper than `_DEEPEST`.
    """
    text = data if isinstance(data, str) else data.decode("utf-8-sig")
    try:
        value = json.loads(text)
    except RecursionError:
        raise TooDeepError from None
    _refuse_depth(value)
    if _HALF.search(text):
        whole = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        value = json.loads(whole)
    return value


def from_toml(text: str) -> dict[str, Any]:
    """What a TOML document holds.

    Raises:
        ValueError: it is no TOML (then a `tomllib.TOMLDecodeError`), nested deeper than `_DEEPEST`, or holds a number
            of thousands of digits.
    """
    if _DOTTED.search(text):
        raise TooDeepError
    try:
        value = tomllib.loads(text)
    except RecursionError:
        raise TooDeepError from None
    _refuse_depth(value)
    return value


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        holders = [one for one in level if isinstance(one, dict | list)]
        if not holders:
            return
        level = [inner for one in holders for inner in (one.values() if isinstance(one, dict) else one)]
    raise TooDeepError
