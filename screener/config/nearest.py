"""What somebody who wrote an unknown word may have meant."""

from __future__ import annotations

import difflib
from typing import Any

from screener.i18n import _


def nearest(word: str, known: Any) -> str:
    """The end of a message about `word`: the known words that are like it, or all of them if none is."""
    near = difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
    if near:
        return _(": did you mean {near}?", near=_(" or ").join(near))
    return _(": known are {known}", known=", ".join(known))
