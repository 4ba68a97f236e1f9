"""Secrets from the environment or one file: accounts, keys, addresses with tokens in them."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from screener.errors import ConfigError
from screener.i18n import cause

FILE = "secrets.toml"
KEYS = ("KRX_ID", "KRX_PW", "KRX_AUTH_KEY", "SCREENER_NOTIFY")
"""Names of the variables, which are the keys of the file; SCREENER_NOTIFY may be a list there."""


def load_secrets(directory: Path | None) -> dict[str, str]:
    """The secrets in `directory`/secrets.toml; none without such a file.

    Raises:
        ConfigError: others can read the file, or it has other content. No message repeats its content.
    """
    if directory is None or not (path := directory / FILE).exists():
        return {}
    _refuse_shared(path)
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        raise ConfigError(
            "{path}: cannot be read as TOML", hint='write lines such as KRX_ID = "..."', path=path
        ) from None
    loaded = {}
    for number, (name, value) in enumerate(content.items(), 1):
        if name not in KEYS:
            known = ", ".join(KEYS)
            raise ConfigError(
                "{path}: its entry number {number} is not known",
                hint="known are {known}",
                path=path,
                number=number,
                known=known,
            )
        words = value if name == "SCREENER_NOTIFY" and isinstance(value, list) else [value]
        if not all(isinstance(word, str) and word and word.isprintable() for word in words):
            raise ConfigError("{path}: {name} is no text", hint="write it in quotes", path=path, name=name)
        loaded[name] = " ".join(words)
    return loaded


def with_secrets(environment: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """The environment, and what the file adds to it; an account comes whole from one of the two."""
    merged = dict(secrets)
    if environment.get("KRX_ID") or environment.get("KRX_PW"):
        merged.pop("KRX_ID", None)
        merged.pop("KRX_PW", None)
    return {**merged, **{name: value for name, value in environment.items() if value or name not in merged}}


def _refuse_shared(path: Path) -> None:
    """Refuse a file that others can read, or could have written."""
    try:
        facts = path.stat()
    except OSError as error:
        raise ConfigError(
            "{path}: cannot be read ({cause})", hint="check the path and its permissions", path=path, cause=cause(error)
        ) from None
    if not hasattr(os, "getuid"):
        return  # Windows has no such modes: there a file in the user's own directory is the user's own
    if facts.st_uid not in (os.getuid(), 0):
        raise ConfigError("{path}: belongs to somebody else", hint="own it, or use the environment", path=path)
    if stat.S_IMODE(facts.st_mode) & 0o077:
        raise ConfigError("{path}: others can read it", hint="chmod 600 {path}", path=path)
