"""Where a store lies: the local disk, or any filesystem that pyarrow knows.

Names are relative to the store's root, with slashes. What cannot be read or written is a DataError of one line; a file
that is not there is a FileNotFoundError, which a reader expects when a writer has just removed it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, Protocol

import pyarrow as pa
import pyarrow.fs

from screener.errors import DataError
from screener.files import sync_directory, write_through
from screener.i18n import N_, _

Fault = Literal["read", "written", "removed", "locked"]
_FAULTS: Mapping[Fault, str] = {
    "read": N_("{path}: cannot be read: {reason}"),
    "written": N_("{path}: cannot be written: {reason}"),
    "removed": N_("{path}: cannot be removed: {reason}"),
    "locked": N_("{path}: cannot be locked: {reason}"),
}


class Place(Protocol):
    """A root with files below it."""

    shown: str
    """The root as messages name it."""

    def read(self, name: str, last: int | None = None) -> pa.Buffer:
        """The whole file, or its last bytes."""

    def write(self, name: str, data: pa.Buffer) -> None:
        """Create or overwrite a file; on the disk when this returns, and perhaps there in part if it fails."""

    def rename(self, name: str, to: str) -> None:
        """Put a file in the place of another in one step."""

    def remove(self, name: str) -> None:
        """Delete a file."""

    def names(self, folder: str) -> list[str]:
        """All files below a folder, however deep; none if there is no such folder."""


class LocalPlace:
    """The local disk; through the system's own calls, since pyarrow's streams do not wait for the disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.shown = str(root)

    def read(self, name: str, last: int | None = None) -> pa.Buffer:
        path = self.root / name
        with described(path, "read"), pa.OSFile(str(path), "r") as file:
            return _end_of(file, last)

    def write(self, name: str, data: pa.Buffer) -> None:
        path = self.root / name
        with described(path, "written"):
            _make_folder(path.parent)
            write_through(path.open("wb"), data.to_pybytes())

    def rename(self, name: str, to: str) -> None:
        with described(self.root / to, "written"):
            (self.root / name).replace(self.root / to)
            sync_directory((self.root / to).parent)

    def remove(self, name: str) -> None:
        with described(self.root / name, "removed"):
            (self.root / name).unlink()
            sync_directory((self.root / name).parent)

    def names(self, folder: str) -> list[str]:
        top = self.root / folder
        with suppress(FileNotFoundError), described(top, "read"):
            found = [Path(below) / name for below, _folders, names in os.walk(top, onerror=_fail) for name in names]
            return sorted(path.relative_to(self.root).as_posix() for path in found)
        return []


class RemotePlace:
    """A filesystem of pyarrow's; what its streams have closed is taken to be safe."""

    def __init__(self, filesystem: pyarrow.fs.FileSystem, root: str, shown: str) -> None:
        self.filesystem = filesystem
        self.root = root
        self.shown = shown

    def read(self, name: str, last: int | None = None) -> pa.Buffer:
        path = f"{self.root}/{name}"
        with described(f"{self.shown}/{name}", "read"), self.filesystem.open_input_file(path) as file:
            return _end_of(file, last)

    def write(self, name: str, data: pa.Buffer) -> None:
        path = f"{self.root}/{name}"
        with described(f"{self.shown}/{name}", "written"):
            self.filesystem.create_dir(path.rpartition("/")[0], recursive=True)
            with self.filesystem.open_output_stream(path) as file:
                file.write(data)

    def rename(self, name: str, to: str) -> None:
        with described(f"{self.shown}/{to}", "written"):
            self.filesystem.move(f"{self.root}/{name}", f"{self.root}/{to}")

    def remove(self, name: str) -> None:
        with described(f"{self.shown}/{name}", "removed"):
            self.filesystem.delete_file(f"{self.root}/{name}")

    def names(self, folder: str) -> list[str]:
        below = pyarrow.fs.FileSelector(f"{self.root}/{folder}", allow_not_found=True, recursive=True)
        with described(f"{self.shown}/{folder}", "read"):
            infos = self.filesystem.get_file_info(below)
        # Some filesystems answer with a leading slash where the question had none.
        start = len(self.root.strip("/")) + 1
        return sorted(info.path.strip("/")[start:] for info in infos if info.type == pyarrow.fs.FileType.File)


@contextmanager
def described(path: Path | str, fault: Fault) -> Iterator[None]:
    """StatusChange what the system says into a DataError that names `path`; a file to read may be missing."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        if fault == "read" and isinstance(error, FileNotFoundError):
            raise
        number = getattr(error, "errno", None)
        reason = _(os.strerror(number)) if number else " ".join(str(error).split())[:160]
        full = number in (errno.ENOSPC, errno.EDQUOT)
        hint = N_("make room there") if full else N_("check --store and its permissions")
        raise DataError(_FAULTS[fault], hint=hint, path=path, reason=reason) from None


def _end_of(file: Any, last: int | None) -> pa.Buffer:
    if last is not None:
        file.seek(max(file.size() - last, 0))
    data: pa.Buffer = file.read_buffer()
    return data


def _make_folder(folder: Path) -> None:
    """Create a directory that outlives a power cut, and those above it."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_directory(folder.parent)


def _fail(error: OSError) -> None:
    raise error
