"""Puts a report into files."""

from __future__ import annotations

import importlib
import json
import platform
from collections.abc import Sequence
from pathlib import Path

from screener import __version__
from screener.report.answer import Answer
from screener.report.faces import files_of
from screener.report.model import SCHEMA_VERSION, Report
from screener.report.publish import history_with, locked, point_to_latest, publish, write_file
from screener.settings import Settings

FILED = ("txt", "html", "csv", "json")
"""Formats of a report directory."""


def file_report(
    root: Path, report: Report, answer: Answer, settings: Settings, palette: str, argv: Sequence[str]
) -> tuple[Path | None, list[str]]:
    """Write the report directory under `root`, and bring `latest` and the history up to it.

    Args:
        root: the reports directory.
        report: the report.
        answer: the same, ready for every face.
        settings: what it was made with, for the record of the run.
        palette: of the web page.
        argv: what the user typed, for the record of the run.

    Returns:
        The directory, or None if a full study that is there was kept, and the names of the files.
    """
    files = {name: content for one in FILED for name, content in files_of(answer, one, palette).items()}
    files["run.json"] = _run_record(report, settings, argv)
    with locked(root):
        history = history_with(root, report, next(table for table in answer.tables() if table.name == "sectors"))
        folder = publish(root, report, files)
        if history is not None:
            write_file(root / "history.csv", history)
        point_to_latest(root, report)
    return folder, list(files)


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
