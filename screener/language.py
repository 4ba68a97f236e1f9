"""The language that this process speaks."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal

Language = Literal["ko", "en"]

LANGUAGES: tuple[Language, ...] = ("ko", "en")
OPTION = "--lang"

# Of the process and not of a context: requests are sent from threads, which would not inherit it.
_spoken: Language = "en"


def speak(language: Language) -> None:
    """Say everything in `language` from now on."""
    global _spoken
    _spoken = language


def spoken() -> Language:
    """The language in which everything is said."""
    return _spoken


def choose(arguments: Sequence[str], environment: Mapping[str, str], configured: str = "auto") -> Language:
    """The language that the user wants, as far as stdout and stderr can show it.

    Args:
        arguments: the command line; its --lang counts most.
        environment: the locale, which counts where nothing else is said.
        configured: `language` of screener.toml; auto = the locale's.
    """
    if not all(_shows_hangul(stream) for stream in (sys.stdout, sys.stderr)):
        return "en"  # Hangul would be a row of question marks
    asked, _ = apart(arguments)
    wanted = asked if asked in LANGUAGES else configured
    if wanted in LANGUAGES:
        return wanted
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "ko" if locale.startswith("ko") else "en"


def apart(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """What the last --lang of a command line asks for, and the words beside it."""
    asked, rest = None, []
    words = iter(arguments)
    for word in words:
        option, equals, value = word.partition("=")
        if option != OPTION:
            rest.append(word)
        else:
            asked = value if equals else next(words, "")
    return asked, rest


def _shows_hangul(stream: Any) -> bool:
    """Whether a stream that is there can show Hangul; one that is not there shows nothing anyway."""
    try:
        "한".encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeError, LookupError):
        return False
    return True
