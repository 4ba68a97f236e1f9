"""What the store holds, as plain columns of text."""

from __future__ import annotations

from collections.abc import Sequence

from screener.data.store import Info
from screener.report.listing import columns
from screener.words import say


def holdings(shown: str, tables: Sequence[tuple[str, str, Info]]) -> str:
    """One line per source and table."""
    if not tables:
        return say("{store}: empty; `screener sync` fills it", store=shown) + "\n"
    heads = say("SOURCE"), say("TABLE"), say("SESSIONS"), say("FIRST"), say("LAST"), say("ROWS"), "MB", say("FETCHED")
    rows = [heads]
    for source, kind, one in tables:
        rows.append(
            (
                source,
                kind,
                f"{one.sessions:,}",
                str(one.first or "-"),
                str(one.last or "-"),
                f"{one.rows:,}",
                f"{one.bytes / 1e6:.1f}",
                f"{one.fetched_last:%Y-%m-%d %H:%M}" if one.fetched_last else "-",
            )
        )
    return f"{shown}\n{columns(rows)}"
