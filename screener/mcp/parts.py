"""Parts of a document: an agent reads what it is given, and a whole report is larger than what it can read at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from screener.errors import UsageError
from screener.report.screens import TABLES

Document = dict[str, Any]
_FIRST_OF = ("groups", "industries", "days")
"""Tables in order, of which the first rows say most; those of a scan have two ends."""


def part_of_report(document: Document, tables: Collection[str], windows: Sequence[Sequence[int]] | None) -> Document:
    """The `tables` of a report or comparison, with the rows of `windows`; None: of the first one.

    Claims keep their own windows.

    Raises:
        UsageError: the report has no such window.
    """
    known = [_ends(window) for window in document["windows"]]
    wanted = [tuple(window) for window in windows] if windows else known[:1]
    for window in wanted:
        if window not in known:
            listed = ", ".join(map(_shown, known))
            raise UsageError(
                "no window {window}", hint="windows of the report: {known}", window=_shown(window), known=listed
            )
    others = {spec.name for spec in TABLES["report"]} - set(tables)
    part = {
        key: [row for row in value if _ends(row) in wanted] if _has_windows(key, value) else value
        for key, value in document.items()
        if key not in others
    }
    return _marked(
        part, {"tables": [name for name in part if name in tables], "windows": [list(window) for window in wanted]}
    )


def part_of_order(document: Document, top: int) -> Document:
    """Of a scan the `top` highest and lowest stocks and the first groups and industries, or the first sessions.

    The session of the event stays, wherever it stands.
    """
    part = dict(document)
    for name in _FIRST_OF:
        if name in part:
            rows = part[name]
            part[name] = [row for place, row in enumerate(rows) if place < top or row.get("tau") == 0]
    if "scan" in part:
        rows = part["scan"]
        part["scan"] = rows if len(rows) <= 2 * top else [*rows[:top], *rows[-top:]]
    return document if part == document else _marked(part, {"top": top})


def _ends(row: Document) -> tuple[Any, ...]:
    return (row["first"], row["last"]) if "first" in row else (row["window_start"], row["window_end"])


def _has_windows(key: str, value: Any) -> bool:
    return key == "windows" or (
        key != "claims" and isinstance(value, list) and bool(value) and "window_start" in value[0]
    )


def _shown(window: Sequence[int]) -> str:
    return f"[{window[0]}, {window[1]}]"


def _marked(document: Document, part: Document) -> Document:
    return {"schema_version": document["schema_version"], "part": part, **document}
