"""What the store holds, as plain columns of text."""

from __future__ import annotations

from collections.abc import Sequence

from screener.market.store import Info
from screener.report.listing import columns


def holdings(shown: str, tables: Sequence[tuple[str, str, Info]]) -> str:
    """One line per source and table."""
    if not tables:
        return f"{shown}: empty; `screener sync` fills it\n"
    rows = [("SOURCE", "TABLE", "SESSIONS", "FIRST", "LAST", "ROWS", "MB", "FETCHED")]
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
