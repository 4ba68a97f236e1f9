"""Prints the table of lies in Markdown: lie, the way it comes, and what the product does."""

from __future__ import annotations

from tests.lies import days, forms, indices, rates, rows
from tests.lies.lie import LIES, Lie
from tests.lies.open import OPEN
from tests.lies.wire import WIRE, WireLie

TOLD = rates, rows, indices, days, forms
"""The modules that fill the table."""


def table() -> str:
    """The table of the documentation: every lie, what it says, and what becomes of it; a lie that still works says so."""
    lines = ["| lie | comes in | it says | what the screener does |", "|---|---|---|---|"]
    every: list[Lie | WireLie] = [*LIES, *WIRE]
    for one in every:
        what = " or ".join(dict.fromkeys(must.what for must in one.must))
        still = " **(not yet)**" if one.name in OPEN else ""
        cells = (one.name, one.way, one.tells, what + still)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201 - its purpose
