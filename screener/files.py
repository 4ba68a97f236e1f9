"""Files: what is read is a file and no pipe, and not too large; what is written is the old content or the new one.

Locks exclude other processes, and permissions are never wider than the user's umask and `OWN` allow.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from screener.console import warn
from screener.decoding import NOT_UNDERSTOOD, from_json
from screener.errors import DataError
from screener.i18n import N_, _, cause

if TYPE_CHECKING:
    from filelock import BaseFileLock

SMALL = 2**20
"""Bytes of a file of settings, or of what the screener remembers, at most."""
LARGE = 2**28
"""Bytes of a file of the archive at most: a page, a table, the history."""
OWN = 0o022
"""Permissions that nothing gets unless it is shared on purpose: that others write it."""
T = TypeVar("T")
_refused: set[Path] = set()
"""Files of which a warning was given: one is enough, however often they are read."""


def open_regular(path: Path) -> BinaryIO:
    """Open a file to read; whoever opens a pipe waits until somebody writes it, and a device has no end.

    Raises:
        OSError: it is no file, or cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.EINVAL, N_("it is not a regular file but a pipe or a device"), str(path))


def read_file(path: Path, most: int = SMALL) -> bytes:
    """The content of a file.

    Raises:
        OSError: it is no file, cannot be read, or has more than `most` bytes.
    """
    with open_regular(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data


def remembered(path: Path, build: Callable[[Any], T], otherwise: T) -> T:
    """What `build` makes of the JSON that the screener keeps in a file.

    `otherwise` where the file is missing, and with a warning where it holds anything that `build` cannot take: it was
    cut short, changed by hand, or is of a later version. The next write replaces it.
    """
    try:
        return build(from_json(read_file(path)))
    except (FileNotFoundError, NotADirectoryError):
        return otherwise
    except NOT_UNDERSTOOD:
        if path not in _refused:
            _refused.add(path)
            warn(_("{path}: cannot be read; the next write replaces it", path=path))
        return otherwise


def lock_file(path: Path, timeout: float, mode: int = 0o600) -> BaseFileLock:
    """A lock that ends with its process; to acquire it raises `filelock.Timeout` where another one has it.

    Where the file system has no such locks acquiring it raises an OSError at once: a lock of another kind would outlive
    a process that is killed.
    """
    from filelock import FileLock

    return FileLock(path, timeout=timeout, mode=mode, fallback_to_soft=False)


def no_locks(error: OSError) -> bool:
    """Whether a lock could not be acquired because the file system has none."""
    return error.errno in (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOLCK)


def allowed(mode: int) -> int:
    """`mode` without what the user's umask forbids, and without `OWN`."""
    umask = os.umask(0o077)  # to read it is to set it; meanwhile other threads write what is private
    os.umask(umask)
    return mode & ~(umask | OWN)


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
            if path.is_file() and path.stat().st_size == len(data) and read_file(path, len(data)) == data:
                continue
            target = path.resolve()
            target.parent.mkdir(parents=True, exist_ok=True)
            staged[_stage(target, data, allowed(0o644))] = target
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
        "{path}: cannot be written ({cause})",
        hint="choose another location, or free some space",
        path=path,
        cause=cause(error),
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
        raise DataError(
            "{path}: blocks the file to be written",
            hint="choose another name, or move it: a file must be written there",
            path=path,
        )
    for folder in path.parents:
        if folder.exists() and not folder.is_dir():
            raise DataError(
                "{folder}: blocks {name}",
                hint="move it: a directory must be created there",
                folder=folder,
                name=path.name,
            )
