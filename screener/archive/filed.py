"""Reports that are filed already: whether they are whole, and what differs where one is made anew."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

RECORD = "run.json"
REVISIONS = "revisions.csv"
COMPARED = ("sectors", "spreads", "stocks", "paths", "trend", "levels")
"""Tables whose figures are compared."""
_PLACE = ("sector", "theme", "sector_a", "sector_b", "ticker", "series", "window_start", "window_end", "tau")
"""Columns that say which row of a table it is."""

Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Filed:
    """A report directory that is whole."""

    files: Mapping[str, bytes]
    record: Mapping[str, Any]
    """Its run.json."""

    @property
    def revision(self) -> int:
        """1 as first reported."""
        revision = self.record.get("revision", 1)
        return revision if isinstance(revision, int) else 1

    def table(self, name: str) -> list[dict[str, str]]:
        """Rows of one of its CSV files, as text; none where it has no such file."""
        return _rows(self.files.get(f"{name}.csv", b""))


@dataclass(frozen=True)
class Change:
    """One figure that is another than it was."""

    table: str
    row: str
    """Which row of the table: sector, ticker, window."""
    column: str
    before: str
    after: str


def load_filed(folder: Path) -> Filed | None:
    """What the directory holds, or None where it is missing, or a file of it is missing or not as it was written."""
    try:
        record = json.loads((folder / RECORD).read_bytes())
        files = {name: (folder / name).read_bytes() for name in record["files"]}
        sound = all(described(files[name]) == known for name, known in record["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Filed(files, record) if sound else None


def seems_whole(folder: Path) -> int | None:
    """The revision of the report in `folder`, None unless every file is there at its full length."""
    try:
        record = json.loads((folder / RECORD).read_bytes())
        there = all((folder / name).stat().st_size == known["bytes"] for name, known in record["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Filed({}, record).revision if there else None


def described(content: bytes) -> dict[str, Any]:
    """A file as run.json tells of it."""
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def changes(table: str, old: Rows, new: Rows) -> list[Change]:
    """Figures that differ, of rows that are in both tables.

    Rows are more or fewer where other windows or sectors were asked for, and words differ with the language.
    """
    before = {_place(row): row for row in old}
    return [
        Change(table, _place(row), column, mine[column], after)
        for row in new
        if (mine := before.get(_place(row)))
        for column, after in row.items()
        if mine.get(column, after) != after and (_is_figure(mine[column]) or _is_figure(after))
    ]


def same_rows(old: Rows, new: Rows) -> bool:
    """Whether two tables are about the same things."""
    return {_place(row) for row in old} == {_place(row) for row in new}


def revisions_csv(revision: int, found: Sequence[Change], earlier: bytes) -> bytes:
    """Content of revisions.csv: what `earlier`, its content so far, says of the revisions before, and what changed."""
    out = io.StringIO()
    names = ["revision", *(one.name for one in fields(Change))]
    known = [[row[name] for name in names] for row in _rows(earlier) if int(row["revision"]) < revision]
    csv.writer(out, lineterminator="\n").writerows([names, *known, *([revision, *astuple(one)] for one in found)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _place(row: Mapping[str, str]) -> str:
    return " ".join(row[name] for name in _PLACE if row.get(name))


def _is_figure(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
