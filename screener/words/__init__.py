"""Every word that a user reads, in Korean and English: one catalogue, in parts by what they are for.

What a page shows has a key (`Words`). Messages, which are written where the fault is known, have their English text as
key (`say`), with the Korean ones in `messages/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from screener.language import Language as Language
from screener.language import spoken
from screener.words.charts import CHARTS
from screener.words.pages import PAGES
from screener.words.report import REPORT
from screener.words.scan import SCAN
from screener.words.trend import TREND
from screener.words.workbook import WORKBOOK

CATALOGUE = {**REPORT, **PAGES, **SCAN, **CHARTS, **TREND, **WORKBOOK}
"""By key, the text in Korean and in English."""
LOCALE = Path(__file__).with_name("locale")
"""Where gettext finds the words of the command line's library, made of `click.py`."""


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


class Words:
    """The catalogue in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, key: str, **values: Any) -> str:
        """The text of `key`, filled with `values`."""
        ko, en = CATALOGUE[key]
        return (ko if self.language == "ko" else en).format(**values)

    def name(self, thing: Named) -> str:
        """Name of a stock or group; a star marks a group that was put together after the event."""
        star = " *" if getattr(thing, "post_hoc", False) else ""
        return (thing.ko if self.language == "ko" else thing.en) + star


def say(message: str, /, **values: Any) -> str:
    """A message, written in English, in the language that the process speaks and filled with `values`, if any."""
    text = translated(message)
    return text.format(**values) if values else text


def translated(text: str) -> str:
    """`text`, which is English, in the language that the process speaks; what has no Korean stays as it is."""
    if spoken() == "en":
        return text
    from screener.words.messages import KO

    return KO.get(text, text)


def cause(error: OSError) -> str:
    """Why the operating system would not."""
    return translated(error.strerror or str(error))
