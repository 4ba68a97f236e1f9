"""Korean for click's own words, as gettext reads it."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from screener.words.click import CLICK

_NEVER = datetime(2025, 1, 31, tzinfo=UTC)
"""The same words give the same bytes whenever they are compiled."""


def compiled() -> bytes:
    """The catalogue of gettext's domain `messages`."""
    catalogue = Catalog("ko", project="screener", version="1", creation_date=_NEVER, revision_date=_NEVER)
    for english, korean in CLICK.items():
        catalogue.add(english, korean if isinstance(english, str) else (korean,))
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()
