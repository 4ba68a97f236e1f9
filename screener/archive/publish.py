"""Puts files where they belong, whole or not at all."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from screener.archive.swap import exchange
from screener.errors import DataError
from screener.files import unwritable, write_through
from screener.report.model import Report

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """One writer at a time below `root`; the others wait."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / ".lock", timeout=60):
            yield
    except Timeout:
        raise DataError(
            "{root}: another screener has been writing there for a minute: wait, or end it", root=root
        ) from None
    except OSError as error:
        raise unwritable(root, error) from None


def publish(root: Path, report: Report, files: Mapping[str, bytes]) -> Path | None:
    """Write `files` as the directory `root/<as-of>/<event>`, replacing an earlier one whole.

    Call it under `locked`. Newspaper figures never take the place of a study. Returns the directory, or None if the
    one that is there was kept.
    """
    folder = root / report.as_of.isoformat() / report.event.id
    if not report.provenance.study and _holds_study(folder):
        return None
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise DataError("{folder}: is in the way: move it, a report directory belongs there", folder=folder)
    if _holds(folder, files):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for leftover in folder.parent.glob(f".{report.event.id}.*"):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{report.event.id}.", dir=folder.parent))
        try:
            for name, content in files.items():
                write_through((fresh / name).open("wb"), content)
                (fresh / name).chmod(0o644)
            fresh.chmod(0o755)
            if folder.exists():
                exchange(fresh, folder)
            else:
                fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise unwritable(folder, error) from None
    return folder


def _holds(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Whether the directory holds exactly these files already."""
    try:
        there = {path.name: path.read_bytes() for path in folder.iterdir()}
    except OSError:
        return False
    return there == dict(files)


def _holds_study(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / "run.json").read_text(encoding="utf-8"))["study"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def point_to_latest(root: Path, report: Report) -> None:
    """Let `root/latest` point at the newest as-of that holds a study."""
    there = latest_of(root)
    if report.provenance.study and (there is None or there < report.as_of):
        point_to(root, report.as_of)


def latest_of(root: Path) -> date | None:
    """The as-of that `root/latest` points at; None where it points nowhere."""
    latest = root / "latest"
    name = latest.readlink().name if latest.is_symlink() else ""
    return date.fromisoformat(name) if _DATE.fullmatch(name) else None


def point_to(root: Path, as_of: date) -> None:
    """Let `root/latest` point at the reports of `as_of`, in one step."""
    latest, link = root / "latest", root / ".latest.new"
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(as_of.isoformat(), target_is_directory=True)
        link.replace(latest)
    except OSError as error:
        link.unlink(missing_ok=True)
        raise unwritable(latest, error) from None


def clear_leftovers(root: Path, names: Iterable[str]) -> None:
    """Take away what writers of these files below `root` have left that were killed; call it under `locked`."""
    for name in names:
        for leftover in root.glob(f".{name}.*"):
            leftover.unlink(missing_ok=True)


@contextmanager
def alone(root: Path) -> Iterator[bool]:
    """Whether this process is the only daily run below `root`; the others shall not wait for it.

    Raises:
        DataError: the lock cannot be written.
    """
    lock = FileLock(root / ".daily.lock", timeout=0)
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        yield False
        return
    except OSError as error:
        raise unwritable(root, error) from None
    try:
        yield True
    finally:
        lock.release()
