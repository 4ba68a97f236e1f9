"""Every word that a user reads, in Korean and English: one catalogue, in parts by what they are for."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from screener.words.pages import PAGES
from screener.words.report import REPORT
from screener.words.scan import SCAN

Language = Literal["ko", "en"]

CATALOGUE = {**REPORT, **PAGES, **SCAN}
"""By key, the text in Korean and in English."""


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
