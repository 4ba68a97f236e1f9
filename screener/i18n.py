"""Translation of everything that a user reads: gettext, with English sentences as message ids.

`locale/ko/LC_MESSAGES/screener.po` holds the Korean; `make catalogue` extracts, checks and compiles it.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from gettext import NullTranslations

Language = Literal["ko", "en"]

LANGUAGES: tuple[Language, ...] = ("ko", "en")
OPTION = "--lang"
LOCALE = os.path.join(os.path.dirname(__file__), "locale")  # noqa: PTH118, PTH120 - `screener --help` need not wait for pathlib
DOMAIN = "screener"

# A global and no context variable: requests are sent from threads, which would not inherit it.
_language: Language = "en"


class Named(Protocol):
    """What has a name in both languages: a stock, a sector, a theme."""

    @property
    def ko(self) -> str:
        """In Korean."""
        ...

    @property
    def en(self) -> str:
        """In English."""
        ...


def set_language(language: Language) -> None:
    """Translate into `language` from now on."""
    global _language
    _language = language


def language() -> Language:
    """The language of the process."""
    return _language


def choose(arguments: Sequence[str], environment: Mapping[str, str], configured: str = "auto") -> Language:
    """The language that the user wants, as far as stdout and stderr can show it.

    Args:
        arguments: the command line; its --lang counts most.
        environment: the locale, which counts where nothing else is said.
        configured: `language` of screener.toml; auto = the locale's.
    """
    if not all(_shows_hangul(stream) for stream in (sys.stdout, sys.stderr)):
        return "en"  # Hangul would be a row of question marks
    asked = apart(arguments)[0]
    wanted = asked if asked in LANGUAGES else configured
    if wanted in LANGUAGES:
        return wanted
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "ko" if locale.startswith("ko") else "en"


def apart(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """The value of the last --lang of a command line, and the other arguments."""
    asked, rest = None, []
    words = iter(arguments)
    for word in words:
        option, equals, value = word.partition("=")
        if option != OPTION:
            rest.append(word)
        else:
            asked = value if equals else next(words, "")
    return asked, rest


def _(message: str, /, **values: Any) -> str:
    """`message` in the language of the process, filled with `values`, if any."""
    text = _catalogue().gettext(message) if _language == "ko" and message else message
    return text.format(**values) if values else text


def ngettext(singular: str, plural: str, n: int, /, **values: Any) -> str:
    """The form of a message that fits the count `n`, in the language of the process, filled with `n` and `values`."""
    if _language == "ko":
        return _catalogue().ngettext(singular, plural, n).format(n=n, **values)
    return (singular if n == 1 else plural).format(n=n, **values)


def listed(items: Iterable[str], pattern: str) -> str:
    """Items as one text; `pattern` joins two of them, such as `{a} or {b}`. Empty without any."""
    items = list(items)
    return functools.reduce(lambda a, b: _(pattern, a=a, b=b), items) if items else ""


def N_(message: str, /) -> str:  # noqa: N802 - gettext's own name
    """Mark a message for extraction; what `_` translates later."""
    return message


def name_of(thing: Named) -> str:
    """Name of a stock or group; a star marks a group that was put together after the event."""
    star = " *" if getattr(thing, "post_hoc", False) else ""
    return (thing.ko if _language == "ko" else thing.en) + star


def cause(error: OSError) -> str:
    """Why the operating system refused."""
    return _(error.strerror or str(error))


@functools.cache
def _catalogue() -> NullTranslations:
    import gettext

    return gettext.translation(DOMAIN, LOCALE, ["ko"])


def _shows_hangul(stream: Any) -> bool:
    """Whether a stream can show Hangul; one that does not exist shows nothing anyway."""
    try:
        "한".encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeError, LookupError):
        return False
    return True
