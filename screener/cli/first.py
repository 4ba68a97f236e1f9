"""What somebody is told who types `screener` for the first time."""

from __future__ import annotations

import os

from screener.cli.completion import COMPLETING
from screener.i18n import _
from screener.streams import tell

CONFIGURED = ("SCREENER_CONFIG", "SCREENER_STORE", "KRX_ID", "KRX_AUTH_KEY")


def introduce() -> None:
    """Explain the screener on stderr, and what to type next, if nothing was configured or fetched yet."""
    if COMPLETING in os.environ or any(os.environ.get(name) for name in CONFIGURED):
        return
    from screener.data.connections import open_store

    if open_store(None).tables():
        return
    tell(
        _("screener tells which Korean sectors and stocks an event moved, and how surely."),
        _("Now: the DeepSeek shock of 31 January 2025. Your own: screener config init my"),
        _("Prices: fetched once, without an account, in about a minute, and kept."),
        _("More: KRX_ID and KRX_PW, or KRX_AUTH_KEY, open indices and the whole market."),
        _("Next: screener doctor, which checks this machine, and screener --help"),
    )
