"""The archive of reports: directories replaced whole or not at all, one writer at a time, and the link `latest`."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import Timeout

from screener.errors import DataError
from screener.files import LARGE, allowed, lock_file, no_locks, read_file, remembered, unwritable, write_through

if TYPE_CHECKING:
    from screener.report.model import Report

RECORD = "run.json"
"""The file of a report directory that says how the report was made."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def report_name(as_of: date, event: str) -> str:
    """Path of a report directory below the root."""
    return f"{as_of.isoformat()}/{event}"


def load_record(folder: Path) -> dict[str, Any]:
    """How the report in `folder` was made; empty where that is not known."""
    return remembered(folder / RECORD, dict, {})


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """One writer at a time below `root`; the others wait for a minute.

    Raises:
        DataError: another writer takes longer, or the lock cannot be written.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        with lock_file(root / ".lock", 60, allowed(0o644)):
            yield
    except Timeout:
        raise DataError(
            "{root}: another screener has been writing there for a minute", hint="wait, or stop it", root=root
        ) from None
    except OSError as error:
        raise _unlockable(root, error) from None


@contextmanager
def only_daily_run(root: Path) -> Iterator[bool]:
    """Whether this process is the only daily run below `root`; it does not wait for another one.

    Raises:
        DataError: the lock cannot be written.
    """
    lock = lock_file(root / ".daily.lock", 0, allowed(0o644))
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        yield False
        return
    except OSError as error:
        raise _unlockable(root, error) from None
    try:
        yield True
    finally:
        lock.release()


def _unlockable(root: Path, error: OSError) -> DataError:
    if not no_locks(error):
        return unwritable(root, error)
    return DataError(
        "{root}: its file system cannot lock files",
        hint="pass a directory on another file system to --reports, such as a local disk",
        root=root,
    )


def publish(root: Path, report: Report, files: Mapping[str, bytes]) -> Path | None:
    """Write `files` as the directory `root/<as-of>/<event>`, in the place of an earlier one; call it under `locked`.

    Returns:
        The directory, or None if the one that is there was kept: figures of the press never replace a study.

    Raises:
        DataError: it cannot be written; an earlier one is as it was.
    """
    folder = root / report_name(report.as_of, report.event.id)
    if not report.provenance.study and load_record(folder).get("study"):
        return None
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise DataError(
            "{folder}: blocks the report directory",
            hint="move it: a report directory must be created there",
            folder=folder,
        )
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
                (fresh / name).chmod(allowed(0o644))
            fresh.chmod(allowed(0o755))
            if folder.exists():
                _swap(fresh, folder)
            else:
                fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise unwritable(folder, error) from None
    return folder


def _holds(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Whether the directory has exactly these files already."""
    try:
        return {path.name: read_file(path, LARGE) for path in folder.iterdir()} == dict(files)
    except OSError:
        return False


def _swap(fresh: Path, folder: Path) -> None:
    """Swap two directories, so that a reader of `folder` finds the old one or the new one, and never none.

    Python has no call for it, Linux has (renameat2, since 3.15). Elsewhere, and on file systems that cannot do it,
    two renames must do; if the second fails the first is undone.

    Raises:
        OSError: nothing was changed.
    """
    if _swapped_at_once(fresh, folder):
        return
    aside = fresh.with_name(fresh.name + ".old")
    folder.rename(aside)
    try:
        fresh.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
    aside.rename(fresh)


def _swapped_at_once(a: Path, b: Path) -> bool:
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    status: int = renameat2(_AT_FDCWD, os.fsencode(a), _AT_FDCWD, os.fsencode(b), _RENAME_EXCHANGE)
    return status == 0


def latest_of(root: Path) -> date | None:
    """The as-of that `root/latest` points at; None where it points nowhere."""
    latest = root / "latest"
    try:
        name = latest.readlink().name if latest.is_symlink() else ""
        return date.fromisoformat(name) if _DATE.fullmatch(name) else None
    except ValueError:  # there is no such day
        return None


def point_to_latest(root: Path, report: Report, today: date) -> None:
    """Let `root/latest` point at `report`, if it is a study and newer, or if it points at a day to come."""
    latest = latest_of(root)
    if report.provenance.study and (latest is None or latest < report.as_of or latest > today):
        point_to(root, report.as_of)


def point_to(root: Path, as_of: date) -> None:
    """Let `root/latest` point at the reports of `as_of`, in one step.

    Raises:
        DataError: the link cannot be written.
    """
    latest, link = root / "latest", root / ".latest.new"
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(as_of.isoformat(), target_is_directory=True)
        link.replace(latest)
    except OSError as error:
        link.unlink(missing_ok=True)
        raise unwritable(latest, error) from None


def clear_leftovers(root: Path, names: Iterable[str]) -> None:
    """Delete what writers of these files that were killed have left below `root`; call it under `locked`."""
    for name in names:
        for leftover in root.glob(f".{name}.*"):
            leftover.unlink(missing_ok=True)
