"""Where a store lies and who may write there: the local disk, or any filesystem that pyarrow knows."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.fs
from filelock import FileLock, Timeout
from platformdirs import user_data_path, user_state_path

from screener.errors import BusyError, DataError, UsageError
from screener.files import sync_directory, write_through
from screener.i18n import N_, _

APPLICATION = "krx-impact-screener"
"""Under this name the machine keeps what is the user's: the store, locks, refusals."""
_CREATES_ONCE = {"file", "gcs", "gs", "local", "memory", "s3", "s3a"}
"""Protocols of fsspec that create a file only if there is none: object stores do by a conditional write."""

_Fault = Literal["read", "written", "removed", "locked"]
_FAULTS: Mapping[_Fault, str] = {
    "read": N_("{path}: cannot be read: {reason}"),
    "written": N_("{path}: cannot be written: {reason}"),
    "removed": N_("{path}: cannot be removed: {reason}"),
    "locked": N_("{path}: cannot be locked: {reason}"),
}


class Place:
    """A root with files below it, whose names are relative to it, with slashes.

    What cannot be read or written is a DataError of one line; a file that is not there is a FileNotFoundError, which a
    reader expects when a writer has just removed it.
    """

    def __init__(self, filesystem: pyarrow.fs.FileSystem, root: str, shown: str, lock: Path) -> None:
        """A directory of any filesystem; it need not exist.

        What a remote filesystem has closed is taken to be safe. `shown` is how messages name the directory; by `lock`,
        a file on the local disk, the writers of this machine exclude each other.
        """
        self.shown = shown
        self._files = filesystem
        self._root = root.rstrip("/")
        self._lock = lock
        self._is_local = isinstance(filesystem, pyarrow.fs.LocalFileSystem)
        # pyarrow's own filesystems have no write that fails if the file is there; of fsspec's, some have.
        self._fsspec: Any = getattr(getattr(filesystem, "handler", None), "fs", None)
        protocol = getattr(self._fsspec, "protocol", ())
        self._creates_once = bool(_CREATES_ONCE & {*((protocol,) if isinstance(protocol, str) else protocol)})

    @classmethod
    def open(cls, url: str | Path | None) -> Place:
        """The directory at a path or URL, or the one of the user's own store.

        Raises:
            UsageError: the URL names nothing that can hold a store.
        """
        if not url or "://" not in str(url):
            own = user_data_path(APPLICATION, appauthor=False) / "store"
            path = Path(url).expanduser().absolute() if url else own
            return cls(pyarrow.fs.LocalFileSystem(), str(path), str(path), path / ".lock")
        shown, secrets = without_secrets(str(url))
        try:
            filesystem, root = pyarrow.fs.FileSystem.from_uri(str(url))
        except (pa.ArrowException, OSError, ValueError, TypeError, ImportError) as error:
            reason = " ".join(str(error).replace(str(url), shown).split())[:160]
            if any(secret in reason for secret in secrets):
                reason = type(error).__name__
            raise UsageError(
                "{url}: cannot hold a store: {reason}",
                hint="give a directory or a URL that pyarrow knows",
                url=shown,
                reason=reason,
            ) from None
        if not root.strip("/"):
            raise UsageError("{url}: names no directory", hint="add one to it", url=shown)
        if isinstance(filesystem, pyarrow.fs.LocalFileSystem):
            return cls.open(root)
        name = hashlib.sha256(shown.encode()).hexdigest()[:16]
        return cls(filesystem, root, shown, user_state_path(APPLICATION, appauthor=False) / "locks" / f"{name}.lock")

    def read(self, name: str, last: int | None = None) -> pa.Buffer:
        """The whole file, or its last bytes."""
        with _described(f"{self.shown}/{name}", "read"), self._files.open_input_file(self._path(name)) as file:
            if last is not None:
                file.seek(max(file.size() - last, 0))
            data: pa.Buffer = file.read_buffer()
            return data

    def write(self, name: str, data: pa.Buffer) -> None:
        """Create or overwrite a file; on the disk when this returns, and perhaps there in part if it fails."""
        path = Path(self._path(name))
        with _described(f"{self.shown}/{name}", "written"):
            if self._is_local:
                _make_folder(path.parent)
                write_through(path.open("wb"), data.to_pybytes())
            else:
                self._files.create_dir(self._path(name).rpartition("/")[0], recursive=True)
                with self._files.open_output_stream(self._path(name)) as file:
                    file.write(data)

    def rename(self, name: str, to: str) -> None:
        """Put a file in the place of another in one step."""
        with _described(f"{self.shown}/{to}", "written"):
            if self._is_local:
                Path(self._path(name)).replace(self._path(to))
                sync_directory(Path(self._path(to)).parent)
            else:
                self._files.move(self._path(name), self._path(to))

    def remove(self, name: str) -> None:
        """Delete a file."""
        with _described(f"{self.shown}/{name}", "removed"):
            if self._is_local:
                Path(self._path(name)).unlink()
                sync_directory(Path(self._path(name)).parent)
            else:
                self._files.delete_file(self._path(name))

    def names(self, folder: str) -> list[str]:
        """All files below a folder, however deep; none if there is no such folder."""
        if self._is_local:
            top = Path(self._root) / folder
            with suppress(FileNotFoundError), _described(top, "read"):
                walk = os.walk(top, onerror=_fail)
                found = [Path(below) / name for below, _folders, names in walk for name in names]
                return sorted(path.relative_to(self._root).as_posix() for path in found)
            return []
        with _described(f"{self.shown}/{folder}", "read"):
            below = pyarrow.fs.FileSelector(self._path(folder), allow_not_found=True, recursive=True)
            infos = self._files.get_file_info(below)
        # Some filesystems answer with a leading slash where the question had none.
        start = len(self._root.strip("/")) + 1
        return sorted(info.path.strip("/")[start:] for info in infos if info.type == pyarrow.fs.FileType.File)

    @property
    def excludes_others(self) -> bool:
        """Whether a writer on another machine is kept out as well."""
        return self._is_local or self._creates_once

    @contextmanager
    def held(self, command: str, now: datetime) -> Iterator[None]:
        """The right to write, which one process has at a time.

        On this machine a lock excludes the others, which ends with its process; on a filesystem that can create a file
        only if there is none, `_writer.json` excludes other machines. Who writes stands beside the lock, and in there.

        `command` is what it is wanted for, `now` since when.

        Raises:
            BusyError: another one has it. A writer that was killed on another machine leaves `_writer.json` behind, to
                be deleted by hand.
        """
        who = {"pid": os.getpid(), "host": socket.gethostname(), "since": now.isoformat(timespec="seconds")}
        facts = json.dumps({**who, "command": command}).encode()
        holder = self._lock.with_name(f"{self._lock.name}.json")
        held = FileLock(self._lock, timeout=0)
        with _described(self._lock, "locked"):
            self._lock.parent.mkdir(parents=True, exist_ok=True)
            try:
                held.acquire()
            except Timeout:
                raise _busy(self.shown, _facts(holder.read_bytes)) from None
        try:
            with _described(holder, "written"):
                holder.write_bytes(facts)
            if self._is_local or not self._creates_once:
                yield
                return
            self._keep_out_others(facts)
            try:
                yield
            finally:
                with _described(f"{self.shown}/_writer.json", "removed"):
                    self._fsspec.rm_file(self._path("_writer.json"))
        finally:
            holder.unlink(missing_ok=True)
            held.release()

    def _keep_out_others(self, facts: bytes) -> None:
        path, lock = self._path("_writer.json"), f"{self.shown}/_writer.json"

        def create() -> None:
            with self._fsspec.open(path, "xb") as file:
                file.write(facts)

        with _described(lock, "locked"):
            self._fsspec.makedirs(self._root, exist_ok=True)
            try:
                create()
            except OSError:
                others = _facts(lambda: self._fsspec.cat_file(path))
                if not _is_dead(others):
                    raise _busy(self.shown, others, lock) from None
                self._fsspec.rm_file(path)
                create()

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


def without_secrets(url: str) -> tuple[str, list[str]]:
    """A URL, or a word that ends in one, without the account and the options in it.

    Returns:
        What is left, and what was taken out, as it may turn up in messages.
    """
    scheme, _separator, rest = url.partition("://")
    bare, _separator, options = rest.partition("?")
    # A key may hold a slash that should have been written as %2F: everything before the last @ is taken for it.
    account, _separator, path = bare.rpartition("@")
    parts = [*re.split(r"[:@]", account), *re.split(r"[&=]", options)]
    secrets = [secret for part in parts for secret in (part, unquote(part)) if len(secret) > 2]
    return f"{scheme}://{path}", secrets


@contextmanager
def _described(path: Path | str, fault: _Fault) -> Iterator[None]:
    """Turn what the system says into a DataError that names `path`; a file to read may be missing."""
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


def _fail(error: OSError) -> None:
    raise error


def _make_folder(folder: Path) -> None:
    """Create a directory that outlives a power cut, and those above it."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_directory(folder.parent)


def _facts(read: Callable[[], bytes]) -> dict[str, Any]:
    """Who writes; nothing where that cannot be read."""
    with suppress(OSError, ValueError):
        facts: dict[str, Any] = json.loads(read())
        return facts
    return {}


def _is_dead(facts: dict[str, Any]) -> bool:
    """Whether a writer was one of this machine, and has ended."""
    if facts.get("host") != socket.gethostname():
        return False
    try:
        os.kill(facts["pid"], 0)
    except ProcessLookupError:
        return True
    except (OSError, KeyError, TypeError):
        return False
    return bool(facts["pid"] == os.getpid())


def _busy(shown: str, facts: dict[str, Any], lock: str = "") -> BusyError:
    try:
        command, pid, host, since = (facts[name] for name in ("command", "pid", "host", "since"))
        who = _("{command} (pid {pid} on {host}, since {since})", command=command, pid=pid, host=host, since=since)
    except KeyError:  # between taking the lock and saying so
        who = _("another process")
    hint = N_("wait for it, or end it; if it was killed, delete {lock}") if lock else N_("wait for it, or end it")
    return BusyError("{shown}: {who} is writing there", hint=hint, shown=shown, who=who, lock=lock)
