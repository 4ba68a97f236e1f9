"""Stores that hold whole-market sessions, without the cost of fetching them anew for every test."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from screener.data.store import Store
from screener.krx.tables import INDICES, MARKET
from tests.e2e.conftest import EVENING


def refill(full: Path, folder: Path, until: date, *sources: str) -> Path:
    """A store in `folder` with the sessions of `full`, which an account fetched, through `until`, as of `sources`."""
    there, store = Store.open(full), Store.open(folder)
    with store.writing("test", EVENING):
        for source in sources:
            for kind in (MARKET, INDICES):
                rows = there.table("pykrx-login", kind).read(kind.schema.names, last=until)
                store.table(source, kind).write(rows, replacing="rows", fetched=EVENING)
    return folder
