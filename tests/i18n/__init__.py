"""Tests of the translation, and the block in another language that they share with others."""

from collections.abc import Iterator
from contextlib import contextmanager

from screener.i18n import Language, language, set_language


@contextmanager
def speaking(wanted: Language) -> Iterator[None]:
    """Translate into `wanted` within a block."""
    before = language()
    set_language(wanted)
    try:
        yield
    finally:
        set_language(before)
