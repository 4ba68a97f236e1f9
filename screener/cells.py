"""Text in the cells of a screen, of which a syllable of Hangul takes two, although Python counts one character."""

from __future__ import annotations

import textwrap
import unicodedata

_FILLER = "\N{ZERO WIDTH SPACE}"


def widened(text: str) -> str:
    """`text` with something invisible beside each character that takes two cells, so that counting characters works."""
    return "".join(one + _FILLER * (unicodedata.east_asian_width(one) in "WF") for one in narrowed(text))


def narrowed(text: str) -> str:
    """`text` without what `widened` put in."""
    return text.replace(_FILLER, "")


def folded(text: str, width: int, first: str = "", further: str = "") -> list[str]:
    """Lines of at most `width` cells, the first after `first`, others after `further`; no word or path is broken."""
    lines = textwrap.wrap(
        widened(text),
        width,
        initial_indent=widened(first),
        subsequent_indent=widened(further),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [narrowed(line) for line in lines]


def padded(text: str, width: int) -> str:
    """`text` and as many spaces as it takes to fill `width` cells."""
    return narrowed(widened(text).ljust(width))
