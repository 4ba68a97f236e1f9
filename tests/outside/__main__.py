"""Writes docs/outside.md."""

from __future__ import annotations

import sys

from tests.outside.open import CASES

INTRODUCTION = """# What comes from outside, and what becomes of it

Whatever is read from the disk or the wire is understood, or refused by name: with a line that says where and what, and an
exit code that is not 1. Files are read if they are files, and not larger than any of their kind (`screener/files.py`);
JSON and TOML no deeper than any of them goes (`screener/decoding.py`); what any library on the way makes of an answer's
headers and body, `screener/krx/client.py` calls an answer that cannot be understood. What the screener keeps for itself
(status, history of runs, refusals) counts as missing where it cannot be read: a warning says so, and the next write
replaces it.

Each row is a test (`tests/outside`); `python -m tests.outside > docs/outside.md` makes this page.

| it is | where | exit code | it says |
|---|---|---|---|
"""


def page() -> str:
    """The page."""
    rows = []
    for one in CASES:
        said = f"... {one.says} ..." if one.says else "nothing: it is taken, or points nowhere"
        rows.append(f"| {one.what} | {one.where} | {one.code} | {said} |".replace("|  |", "| |"))
    return INTRODUCTION + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
