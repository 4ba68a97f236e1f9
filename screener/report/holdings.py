"""What the store holds, as plain columns of text."""

from __future__ import annotations

from collections.abc import Sequence

from screener.data.store import Info
from screener.i18n import _
from screener.report.listing import columns


def holdings(shown: str, tables: Sequence[tuple[str, str, Info]]) -> str:
    """One line per source and table."""
    if not tables:
        return _("{store}: empty; `screener sync` fills it", store=shown) + "\n"
    heads = _("SOURCE"), _("TABLE"), _("SESSIONS"), _("FIRST"), _("LAST"), _("ROWS"), "MB", _("FETCHED")
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
