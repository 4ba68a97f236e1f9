"""Puts a report into files."""

from __future__ import annotations

import importlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from screener import __version__
from screener.archive.filed import (
    COMPARED,
    RECORD,
    REVISIONS,
    Change,
    Filed,
    Rows,
    changes,
    described,
    load_filed,
    revisions_csv,
    same_rows,
)
from screener.archive.history import FILE as HISTORY
from screener.archive.history import REVISION, history_with, load_history, rows_of
from screener.archive.publish import locked, point_to_latest, publish
from screener.config import Settings
from screener.files import write_file
from screener.report.answer import Answer
from screener.report.faces import files_of
from screener.report.model import SCHEMA_VERSION, Report
from screener.report.tables import Table

FILED = ("txt", "html", "csv", "json")
"""Formats of a report directory."""


def file_report(
    root: Path, report: Report, answer: Answer, settings: Settings, palette: str, argv: Sequence[str]
) -> tuple[Path | None, list[str]]:
    """Write the report directory under `root`, and bring `latest` and the history up to it.

    Where one is there whose figures are others, this is its next revision, and revisions.csv says what changed.

    Args:
        root: the reports directory.
        report: the report.
        answer: the same, ready for every face.
        settings: what it was made with, for the record of the run.
        palette: of the web page.
        argv: what the user typed, for the record of the run.

    Returns:
        The directory, or None if what is there was kept, for it holds more, and the names of the files.
    """
    with locked(root):
        filed = file_study(root, report, answer, settings, palette, argv)
        point_to_latest(root, report)
    return filed.folder, list(filed.files)


@dataclass(frozen=True)
class Filing:
    """What became of a report."""

    folder: Path | None
    """The directory, or None if what is there was kept, for it holds more."""
    files: Mapping[str, bytes]
    revision: int
    changed: tuple[Change, ...]
    """What differs from the revision before."""
    written: bool
    """Whether anything had to be written."""


def file_study(
    root: Path,
    report: Report,
    answer: Answer,
    settings: Settings,
    palette: str,
    argv: Sequence[str],
    *,
    renew: bool = True,
) -> Filing:
    """Write the report directory and the history, not `latest`; call it under `locked`.

    Arguments as those of `file_report`; without `renew` a directory whose figures are the same stays as it is.
    """
    sectors = next(table for table in answer.tables() if table.name == "sectors")
    fresh = Filed(files_of(answer, "csv", palette), {})
    there = load_filed(root / report.as_of.isoformat() / report.event.id)
    known, changed = _compared(root, report, sectors, fresh, there)
    revision = known + 1 if changed or not known else known
    history = history_with(root, report, sectors, revision)
    folder: Path | None
    if there is not None and not changed and (_holds_more(there, fresh) if renew else _as_asked_for(there, fresh)):
        folder = None if renew else root / report.as_of.isoformat() / report.event.id
        files = dict(there.files)
    else:
        made = [fresh.files if one == "csv" else files_of(answer, one, palette) for one in FILED]
        files = {name: content for part in made for name, content in part.items()}
        if revision > 1:
            earlier = there.files.get(REVISIONS, b"") if there else b""
            files[REVISIONS] = revisions_csv(revision, changed, earlier) if changed or not earlier else earlier
        files[RECORD] = _run_record(report, settings, argv, revision, files)
        folder = publish(root, report, files)
    kept = there is not None and files == there.files and history == _content(root / HISTORY)
    if history is not None:
        write_file(root / HISTORY, history)
    return Filing(folder, files, revision, changed, written=not kept)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _as_asked_for(there: Filed, fresh: Filed) -> bool:
    """Whether it is about the same windows, sectors and stocks."""
    return all(same_rows(there.table(name), fresh.table(name)) for name in COMPARED)


def _holds_more(there: Filed, fresh: Filed) -> bool:
    """Whether it has all of `fresh` and further windows, as reports of the daily run do."""

    def windows(rows: Rows) -> set[tuple[str, str]]:
        return {(row["window_start"], row["window_end"]) for row in rows}

    mine = windows(fresh.table("sectors"))
    shared = {
        name: [row for row in there.table(name) if (row["window_start"], row["window_end"]) in mine]
        for name in ("sectors", "spreads", "stocks")
    }
    same = all(same_rows(rows, fresh.table(name)) for name, rows in shared.items())
    return same and mine < windows(there.table("sectors"))


def _compared(
    root: Path, report: Report, sectors: Table, fresh: Filed, there: Filed | None
) -> tuple[int, tuple[Change, ...]]:
    """The revision that is known of a report, 0 for none, and what differs from it.

    Where its directory was lost, or damaged, the history still tells.
    """
    if not report.provenance.study:
        return 1, ()
    if there is not None and there.record.get("study"):
        return there.revision, tuple(
            one for name in COMPARED for one in changes(name, there.table(name), fresh.table(name))
        )
    mine = report.as_of.isoformat(), report.event.id
    known = [row for row in load_history(root) if (row["as_of"], row["event"]) == mine]
    if not known:
        return 0, ()
    revision = max(int(row.get(REVISION) or 1) for row in known)
    return revision, tuple(changes("sectors", known, rows_of(report, sectors)))


def _run_record(
    report: Report, settings: Settings, argv: Sequence[str], revision: int, files: Mapping[str, bytes]
) -> bytes:
    """What it takes to run the report again; holds no time, so that the same inputs give the same bytes."""
    record = {
        "schema_version": SCHEMA_VERSION,
        "event": report.event.id,
        "as_of": report.as_of.isoformat(),
        "source": report.provenance.source,
        "study": report.provenance.study,
        "revision": revision,
        "argv": [_without_secrets(word) for word in argv],
        "versions": {
            "screener": __version__,
            "python": platform.python_version(),
            **{name: str(importlib.import_module(name).__version__) for name in ("numpy", "pyarrow", "scipy")},
        },
        "config": settings.sha256,
        "data": {file.name: file.sha256 for file in report.provenance.files},
        "files": {name: described(content) for name, content in files.items()},
    }
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()


def _without_secrets(word: str) -> str:
    """A word of the command line, without the account and key that the URL of a store may hold."""
    if "://" not in word:
        return word
    from screener.data.store import without_secrets  # loading filesystems takes longer than all else here

    return without_secrets(word)[0]
