"""The history of all reports: one row per session, event, sector and window, however often a report is made."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from screener.errors import DataError
from screener.report.model import Report
from screener.report.tables import Table, to_csv

FILE = "history.csv"
KEY = ("as_of", "event", "sector", "window_start", "window_end")
REVISION = "revision"
"""Column: 1 as first reported, 2 after the first correction of the data beneath it, and so on."""

Row = Mapping[str, str]
"""One row, text by column."""


def load_history(root: Path) -> list[dict[str, str]]:
    """The rows of `root/history.csv`, as text; none where there is no such file.

    Raises:
        DataError: it cannot be read, or is none.
    """
    header, rows = _read(root / FILE)
    return [dict(zip(header, row, strict=True)) for row in rows]


def rows_of(report: Report, sectors: Table) -> list[dict[str, str]]:
    """What the history holds of `report`, but for the revision: the rows of its sectors, as text."""
    theme = sectors.header.index("theme")
    whole = Table(sectors.name, sectors.columns, tuple(row for row in sectors.rows if row[theme] is None))
    header, *rows = _cells(to_csv(whole))
    return [dict(zip(header, row, strict=True)) for row in rows] if report.provenance.study else []


def history_with(root: Path, report: Report, sectors: Table, revision: int = 1) -> bytes | None:
    """Content of `root/history.csv` with exactly one row per (as-of, event, sector, window) of this report.

    None if this report is no study, and has no place there.

    Raises:
        DataError: what is there cannot be read, or has columns that are not this version's.
    """
    if not report.provenance.study:
        return None
    path, header = root / FILE, [*sectors.header, REVISION]
    old_header, old = _read(path)
    if not set(old_header) <= set(header):
        raise DataError(
            "{path}: its columns are not this version's", hint="move it away to start a new history", path=path
        )
    # An earlier version had fewer columns: its rows stay, with nothing in the new ones.
    known = [dict.fromkeys(header, "") | dict(zip(old_header, row, strict=True)) for row in old]
    fresh = [{**row, REVISION: str(revision)} for row in rows_of(report, sectors)]
    merged = {tuple(row[name] for name in KEY): row for row in [*known, *fresh]}
    out = io.StringIO()
    rows = [[merged[key][name] for name in header] for key in sorted(merged)]
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        header, *rows = (_cells(path.read_bytes()) if path.exists() else []) or [list(KEY)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            "{path}: cannot be read ({error})", hint="move it away to start a new history", path=path, error=error
        ) from None
    if not set(KEY) <= set(header) or any(len(row) != len(header) for row in rows):
        raise DataError(
            "{path}: its columns are not this version's", hint="move it away to start a new history", path=path
        )
    return header, rows


def _cells(content: bytes) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) if row]
