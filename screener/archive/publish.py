"""Puts files where they belong, whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from screener.archive.swap import exchange
from screener.errors import DataError
from screener.i18n import cause
from screener.report.model import Report

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def write_file(path: Path, content: bytes) -> None:
    """Replace `path` by `content` in one step, as `write_files` does."""
    write_files({path: content})


def write_files(files: Mapping[Path, bytes]) -> None:
    """Replace each file by its content, or none: all lie on the disk under other names before the first is renamed.

    A file that holds its content already is left alone; where a link stands, what it points at is replaced.

    Raises:
        DataError: no room, no permission, or what is no file in the way; every file is as it was.
    """
    ready: dict[Path, Path] = {}
    path = Path()
    try:
        for path, content in files.items():
            _refuse_what_is_in_the_way(path)
            if path.is_file() and path.read_bytes() == content:
                continue
            target = path.resolve()
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            ready[Path(temporary)] = target
            _write_through(os.fdopen(handle, "wb"), content)
            Path(temporary).chmod(0o644)
        for written, path in ready.items():
            written.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        for written in ready:
            written.unlink(missing_ok=True)


def _refuse_what_is_in_the_way(path: Path) -> None:
    if path.exists() and not path.is_file():
        raise DataError("{path}: is in the way", hint="give another name, or move it, a file belongs there", path=path)
    for folder in path.parents:
        if folder.exists() and not folder.is_dir():
            raise DataError(
                "{folder}: is in the way of {name}",
                hint="move it, a directory belongs there",
                folder=folder,
                name=path.name,
            )


def _write_through(file: BinaryIO, content: bytes) -> None:
    """Write `content` to the disk itself, not to its cache, and close the file."""
    with file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """One writer at a time below `root`; the others wait."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / ".lock", timeout=60):
            yield
    except Timeout:
        raise DataError(
            "{root}: another screener has been writing there for a minute", hint="wait, or end it", root=root
        ) from None
    except OSError as error:
        raise _unwritable(root, error) from None


def publish(root: Path, report: Report, files: Mapping[str, bytes]) -> Path | None:
    """Write `files` as the directory `root/<as-of>/<event>`, replacing an earlier one whole.

    Call it under `locked`. Newspaper figures never take the place of a study. Returns the directory, or None if the
    one that is there was kept.
    """
    folder = root / report.as_of.isoformat() / report.event.id
    if not report.provenance.study and _holds_study(folder):
        return None
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise DataError("{folder}: is in the way", hint="move it, a report directory belongs there", folder=folder)
    if _holds(folder, files):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for leftover in folder.parent.glob(f".{report.event.id}.*"):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{report.event.id}.", dir=folder.parent))
        try:
            for name, content in files.items():
                _write_through((fresh / name).open("wb"), content)
                (fresh / name).chmod(0o644)
            fresh.chmod(0o755)
            if folder.exists():
                exchange(fresh, folder)
            else:
                fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise _unwritable(folder, error) from None
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
        raise _unwritable(latest, error) from None


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
        raise _unwritable(root, error) from None
    try:
        yield True
    finally:
        lock.release()


def _unwritable(path: Path, error: OSError) -> DataError:
    return DataError(
        "{path}: cannot be written ({cause})",
        hint="choose another place, or make room",
        path=path,
        cause=cause(error),
    )
