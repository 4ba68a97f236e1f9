"""What somebody who wrote an unknown word may have meant."""

from __future__ import annotations

import difflib
from typing import Any

from screener.words import say


def nearest(word: str, known: Any) -> str:
    """The end of a message about `word`: the known words that are like it, or all of them if none is."""
    near = difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
    if near:
        return say(": did you mean {near}?", near=say(" or ").join(near))
    return say(": known are {known}", known=", ".join(known))
