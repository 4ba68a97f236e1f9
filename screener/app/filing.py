"""Puts a report into files."""

from __future__ import annotations

import importlib
import json
import platform
from collections.abc import Sequence
from pathlib import Path

from screener import __version__
from screener.report.document import to_json
from screener.report.model import SCHEMA_VERSION, Report
from screener.report.publish import history_with, locked, point_to_latest, publish, write_file
from screener.report.tables import tables, to_csv
from screener.settings import Settings
from screener.words import Words


def file_report(
    root: Path, report: Report, settings: Settings, words: Words, text: str, argv: Sequence[str]
) -> tuple[Path | None, list[str]]:
    """Write the report directory under `root`, and bring `latest` and the history up to it.

    Args:
        root: the reports directory.
        report: the report.
        settings: what it was made with, for the record of the run.
        words: language of the names in the files.
        text: the report as plain text.
        argv: what the user typed, for the record of the run.

    Returns:
        The directory, or None if a full study that is there was kept, and the names of the files.
    """
    its_tables = {table.name: table for table in tables(report, words)}
    files = {
        "report.txt": text.encode(),
        **{f"{name}.csv": to_csv(table) for name, table in its_tables.items()},
        "report.json": to_json(report, words, list(its_tables.values())),
        "run.json": _run_record(report, settings, argv),
    }
    with locked(root):
        history = history_with(root, report, its_tables["sectors"])
        folder = publish(root, report, files)
        if history is not None:
            write_file(root / "history.csv", history)
        point_to_latest(root, report)
    return folder, list(files)


def write_csv(folder: Path, report: Report, words: Words) -> list[Path]:
    """Write every table of `report` into `folder`."""
    written = []
    for table in tables(report, words):
        path = folder / f"{table.name}.csv"
        write_file(path, to_csv(table))
        written.append(path)
    return written


def _run_record(report: Report, settings: Settings, argv: Sequence[str]) -> bytes:
    """What it takes to run the report again; holds no time, so that the same inputs give the same bytes."""
    record = {
        "schema_version": SCHEMA_VERSION,
        "event": report.event.id,
        "as_of": report.as_of.isoformat(),
        "source": report.provenance.source,
        "study": report.provenance.study,
        "argv": [_without_secrets(word) for word in argv],
        "versions": {
            "screener": __version__,
            "python": platform.python_version(),
            **{name: str(importlib.import_module(name).__version__) for name in ("numpy", "pyarrow", "scipy")},
        },
        "config": settings.sha256,
        "data": {file.name: file.sha256 for file in report.provenance.files},
    }
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()


def _without_secrets(word: str) -> str:
    """A word of the command line, without the account and key that the URL of a store may hold."""
    if "://" not in word:
        return word
    from screener.market.store import without_secrets  # loading filesystems takes longer than all else here

    return without_secrets(word)[0]
