"""Prints the table of lies in Markdown: lie, the way it comes, and what the product does."""

from __future__ import annotations

from tests.lies import days, forms, indices, others, rates, rows
from tests.lies.lie import LIES, Lie
from tests.lies.open import OPEN
from tests.lies.wire import WIRE, WireLie

TOLD = rates, rows, indices, days, forms, others
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


def page() -> str:
    """`docs/lies.md`."""
    return f"""# Lies, and what becomes of them

Every figure is held against a second witness, row by row: rates against closes and the close before them, a session
against the one before it, one file against the other, indices against their stocks, days against the calendar. Each of
these lies is told in a test (`tests/lies`); it changes no figure, or is named in the report with ticker and day, or
ends with an exit code that says so. A corporate action is accepted when something else says so too (shares, a halt, a
price beyond the limits of the close before it, closes of another file), and named with its ratio.

`python -m tests.lies > docs/lies.md` makes this page.

{table()}"""


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - its purpose
