"""Atomic writes: a reader finds the old content of a file or the new one, never a part of either."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from screener.errors import DataError
from screener.i18n import cause


def write_atomic(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Replace `path` by `data`; when this returns, both the content and the name are on the disk.

    Args:
        path: the file; its directory is created if need be.
        data: its content.
        mode: its permissions; by default only the owner can read it.

    Raises:
        OSError: no room or no permission; the file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = _stage(path, data, mode)
    try:
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
    sync_directory(path.parent)


def write_files(files: Mapping[Path, bytes]) -> None:
    """Replace each file by its content, or none: all are on the disk under other names before the first is renamed.

    A file that already has its content is left alone; of a symbolic link, the target is replaced.

    Raises:
        DataError: no room, no permission, or something in the way that is no file; every file is as it was.
    """
    staged: dict[Path, Path] = {}
    path = Path()
    try:
        for path, data in files.items():
            _refuse_obstacles(path)
            if path.is_file() and path.read_bytes() == data:
                continue
            target = path.resolve()
            target.parent.mkdir(parents=True, exist_ok=True)
            staged[_stage(target, data, 0o644)] = target
        for temporary, path in staged.items():
            temporary.replace(path)
    except OSError as error:
        raise unwritable(path, error) from None
    finally:
        for temporary in staged:
            temporary.unlink(missing_ok=True)


def write_through(file: BinaryIO, data: bytes) -> None:
    """Write `data` past the cache of the operating system to the disk, and close the file."""
    with file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(folder: Path) -> None:
    """Make the names in a directory reach the disk; Windows does so by itself and cannot be asked to."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def unwritable(path: Path, error: OSError) -> DataError:
    """The error of a path that the operating system refuses to write."""
    return DataError(
        "{path}: cannot be written ({cause})", hint="choose another place, or make room", path=path, cause=cause(error)
    )


def _stage(target: Path, data: bytes, mode: int) -> Path:
    """Write `data` beside `target` under a hidden name that begins with its own; returns that file."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    staged = Path(name)
    try:
        write_through(os.fdopen(descriptor, "wb"), data)
        staged.chmod(mode)
    except OSError:
        staged.unlink(missing_ok=True)
        raise
    return staged


def _refuse_obstacles(path: Path) -> None:
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
