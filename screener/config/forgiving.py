"""What people write in TOML files that TOML does not allow, where it can mean one thing only."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from screener.decoding import from_toml

_CURLY = str.maketrans("\u201c\u201d\u201e\u201f\u2018\u2019", '""""\'\'')
"""Quotes as word processors turn them."""
_BARE = re.compile(
    r"""^(?P<before>\s*(?:\[{1,2}\s*)?(?:[\w-]+\.)*)        # a table or a key, perhaps after others
        (?P<key>[^\s"'#=\[\]{}.,]*[^\x00-\x7f][^\s"'#=\[\]{}.,]*)   # that is not ASCII and not in quotes
        (?P<after>\s*(?:\.[\w.-]+)?\s*(?:\]|=))""",
    re.MULTILINE | re.VERBOSE,
)


@lru_cache(maxsize=16)
def toml_of(text: str) -> dict[str, Any]:
    """What `text` says, read once however often it is asked for: nobody changes it.

    Raises:
        ValueError: see `from_toml`.
    """
    return from_toml(text)


def forgiven(text: str) -> str:
    """The text with composed letters; if it is not TOML, with straight quotes and quoted keys where these make it TOML.

    Its lines stay where they are.
    """
    text = unicodedata.normalize("NFC", text)
    quoted = _BARE.sub(r'\g<before>"\g<key>"\g<after>', text)
    straight = text.translate(_CURLY)
    both = _BARE.sub(r'\g<before>"\g<key>"\g<after>', straight)
    return next((form for form in dict.fromkeys((text, quoted, straight, both)) if _is_toml(form)), text)


def _is_toml(text: str) -> bool:
    try:
        toml_of(text)
    except ValueError:
        return False
    return True
