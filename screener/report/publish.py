"""Puts files where they belong, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from screener.errors import DataError
from screener.report.model import Report
from screener.report.tables import Table, to_csv

_HISTORY_KEY = ("as_of", "event", "sector", "window_start", "window_end")


def write_file(path: Path, content: bytes) -> None:
    """Replace `path` by `content` in one step."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DataError(_unwritable(path, error)) from None


def publish(root: Path, report: Report, files: Mapping[str, bytes]) -> Path | None:
    """Write `files` as the directory `root/<as-of>/<event>`, replacing an earlier one whole.

    Newspaper figures never take the place of a study. Returns the directory, or None if the one that is there was kept.
    """
    folder = root / report.as_of.isoformat() / report.event.id
    if not report.provenance.study and _holds_study(folder):
        return None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{report.event.id}.", dir=folder.parent))
        try:
            for name, content in files.items():
                with (fresh / name).open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            fresh.chmod(0o755)
            _swap(fresh, folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise DataError(_unwritable(folder, error)) from None
    return folder


def _swap(fresh: Path, folder: Path) -> None:
    """Put `fresh` in the place of `folder`; what stood there is put back if that fails."""
    if not folder.exists():
        fresh.rename(folder)
        return
    aside = fresh.with_name(fresh.name + ".old")
    folder.rename(aside)
    try:
        fresh.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _holds_study(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / "run.json").read_text(encoding="utf-8"))["study"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def point_to_latest(root: Path, report: Report) -> None:
    """Let `root/latest` point at the newest as-of that holds a study."""
    if not report.provenance.study:
        return
    latest = root / "latest"
    if latest.is_symlink() and latest.readlink().name >= report.as_of.isoformat():
        return
    link = root / ".latest.new"
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(report.as_of.isoformat(), target_is_directory=True)
        link.replace(latest)
    except OSError as error:
        raise DataError(_unwritable(latest, error)) from None


def record_history(root: Path, report: Report, sectors: Table) -> None:
    """Bring `root/history.csv` to exactly one row per (as-of, event, sector, window) of this report."""
    if not report.provenance.study:
        return
    path = root / "history.csv"
    fresh = to_csv(Table(sectors.name, sectors.columns, tuple(row for row in sectors.rows if _is_sector(sectors, row))))
    header, *rows = _rows(fresh)
    try:
        old_header, *old = _rows(path.read_bytes()) if path.exists() else [header]
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}): move it away to start a new history") from None
    if old_header != header:
        raise DataError(f"{path}: its columns are not this version's: move it away to start a new history")
    at = [header.index(name) for name in _HISTORY_KEY]
    merged = {tuple(row[i] for i in at): row for row in [*old, *rows]}
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *(merged[key] for key in sorted(merged))])
    content = b"\xef\xbb\xbf" + out.getvalue().encode()
    if not path.exists() or path.read_bytes() != content:
        write_file(path, content)


def _is_sector(table: Table, row: tuple[object, ...]) -> bool:
    return row[table.header.index("theme")] is None


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def _unwritable(path: Path, error: OSError) -> str:
    return f"{path}: cannot be written ({error.strerror or error}): choose another place, or make room"
