"""Temporary: the interface of the coming catalogue over the old one."""

from __future__ import annotations

from functools import cache
from typing import Any

from screener.language import Language as Language
from screener.language import spoken as language
from screener.language import speak as set_language
from screener.words import CATALOGUE
from screener.words import Words
from contextlib import contextmanager

__all__ = ["N_", "Language", "_", "language", "name_of", "ngettext", "pgettext", "set_language"]


@cache
def _ko() -> dict[str, str]:
    from screener.words.messages import KO

    return {**KO, **{en: ko for ko, en in CATALOGUE.values()}}


def _(message: str, /, **values: Any) -> str:
    text = _ko().get(message, message) if language() == "ko" else message
    return text.format(**values) if values else text


def ngettext(singular: str, plural: str, n: int, /, **values: Any) -> str:
    text = plural if n != 1 or language() == "ko" else singular
    return _(text, n=n, **values)


def pgettext(context: str, message: str, /, **values: Any) -> str:
    return _(message, **values)


def N_(message: str, /) -> str:
    return message


def name_of(thing: Any) -> str:
    return Words(language()).name(thing)


@contextmanager
def speaking(lang: Language) -> Any:
    before = language()
    set_language(lang)
    try:
        yield
    finally:
        set_language(before)
