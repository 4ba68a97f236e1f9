"""Where a store lies and who may write there: the local disk, or any filesystem that pyarrow knows."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import socket
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.fs
from filelock import Timeout
from platformdirs import user_data_path, user_state_path

from screener.decoding import NOT_UNDERSTOOD, from_json
from screener.errors import BusyError, DataError, UsageError, lacks_space
from screener.files import allowed, lock_file, no_locks, open_regular, read_file, sync_directory, write_through
from screener.i18n import N_, _, cause

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
_FEW = 4
"""Local files for which another thread saves more than it costs."""
T = TypeVar("T")


class Place:
    """A root with files below it, whose names are relative to it, with slashes.

    What cannot be read or written is a DataError of one line; a file that is not there is a FileNotFoundError, which a
    reader expects when a writer has just removed it.
    """

    def __init__(
        self, filesystem: pyarrow.fs.FileSystem, root: str, shown: str, lock: Path, group: int | None = None
    ) -> None:
        """A directory of any filesystem; it need not exist.

        What a remote filesystem has closed is taken to be safe. `shown` is how messages name the directory; by `lock`,
        a file on the local disk, the writers of this machine exclude each other. On the local disk a `group` of users
        may write there as its owner may.
        """
        self._group = group
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
    def open(cls, url: str | Path | None, group: str = "") -> Place:
        """The directory at a path or URL, or the one of the user's own store; `group` may write there, if one is named.

        Raises:
            UsageError: the URL names nothing that can hold a store, or there is no such group.
        """
        if not url or "://" not in str(url):
            own = user_data_path(APPLICATION, appauthor=False) / "store"
            path = Path(url).expanduser().absolute() if url else own
            return cls(pyarrow.fs.LocalFileSystem(), str(path), str(path), path / ".lock", _group_id(group))
        shown, secrets = without_secrets(str(url))
        try:
            filesystem, root = pyarrow.fs.FileSystem.from_uri(str(url))
        except (pa.ArrowException, OSError, ValueError, TypeError, ImportError) as error:
            reason = " ".join(str(error).replace(str(url), shown).split())[:160]
            if any(secret in reason for secret in secrets):
                reason = type(error).__name__
            raise UsageError(
                "{url}: cannot be used as a store: {reason}",
                hint="pass a directory or a URL that pyarrow supports",
                url=shown,
                reason=reason,
            ) from None
        if not root.strip("/"):
            raise UsageError("{url}: is not the URL of a directory", hint="add one", url=shown)
        if isinstance(filesystem, pyarrow.fs.LocalFileSystem):
            return cls.open(root, group)
        name = hashlib.sha256(shown.encode()).hexdigest()[:16]
        return cls(filesystem, root, shown, user_state_path(APPLICATION, appauthor=False) / "locks" / f"{name}.lock")

    def read(self, name: str, last: int | None = None) -> pa.Buffer:
        """The whole file, or its last bytes."""
        if self._is_local:
            with _described(f"{self.shown}/{name}", "read"):
                open_regular(Path(self._path(name))).close()
        with _described(f"{self.shown}/{name}", "read"), self._files.open_input_file(self._path(name)) as file:
            if last is not None:
                file.seek(max(file.size() - last, 0))
            data: pa.Buffer = file.read_buffer()
            return data

    def of_each(self, names: Sequence[str], load: Callable[[str], T], at_once: int, *, costly: bool) -> list[T]:
        """What `load` makes of each file, in their order, `at_once` of them at most side by side.

        Of local files a thread is worth its cost if there are several for each and to load one is `costly`.
        """
        worth = len(names) // _FEW if costly else 1
        threads = min(worth if self._is_local else len(names), at_once)
        if threads < 2:
            return [load(name) for name in names]
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(load, names))

    def write(self, name: str, data: pa.Buffer) -> None:
        """Create or overwrite a file; on the disk when this returns, and perhaps there in part if it fails."""
        path = Path(self._path(name))
        with _described(f"{self.shown}/{name}", "written"):
            if self._is_local:
                self._make_folder(path.parent)
                with path.open("wb") as file:
                    path.chmod(self._access(0o644))
                    self._share(path, self._access(0o644))
                    write_through(file, data.to_pybytes())
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
        held = lock_file(self._lock, 0, self._access(0o644))
        with _described(self._lock, "locked"):
            self._make_folder(self._lock.parent)
            try:
                held.acquire()
            except Timeout:
                raise _busy(self.shown, _facts(lambda: read_file(holder))) from None
        try:
            with _described(holder, "written"):
                holder.unlink(missing_ok=True)  # of a writer that was killed, and may have been somebody else
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

    def _make_folder(self, folder: Path) -> None:
        """Create a directory that outlives a power cut, and those above it."""
        if not folder.is_dir():
            self._make_folder(folder.parent)
            folder.mkdir(mode=allowed(0o777), exist_ok=True)
            if folder.is_relative_to(self._root):
                self._share(folder, self._access(0o755) | stat.S_ISGID)
            sync_directory(folder.parent)

    def _access(self, mode: int) -> int:
        """Permissions of a file or directory: the group has those of the owner where the store is shared with it."""
        return allowed(mode) | ((mode & 0o700) >> 3 if self._group is not None else 0)

    def _share(self, path: Path, mode: int) -> None:
        if self._group is not None:
            os.chown(path, -1, self._group)
            path.chmod(mode)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


def _group_id(name: str) -> int | None:
    if not name:
        return None
    try:
        import grp

        return grp.getgrnam(name).gr_gid
    except (ImportError, LookupError):
        raise UsageError("this machine has no group {name!r}", hint="see [store] in screener.toml", name=name) from None


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
    except MemoryError:  # also of pyarrow
        raise
    except (OSError, pa.ArrowException) as error:
        if fault == "read" and isinstance(error, FileNotFoundError):
            raise
        if fault == "locked" and isinstance(error, OSError) and no_locks(error):
            raise DataError(
                "{path}: its file system cannot lock files",
                hint="pass a store on another file system to --store, such as a local disk",
                path=path,
            ) from None
        number = getattr(error, "errno", None)
        if number and number != errno.EINVAL:
            reason = _(os.strerror(number))
        else:  # what `open_regular` says, or pyarrow
            reason = cause(error) if isinstance(error, OSError) else " ".join(str(error).split())[:160]
        hint = N_("free some space there") if lacks_space(error) else N_("check --store and its permissions")
        raise DataError(_FAULTS[fault], hint=hint, path=path, reason=reason) from None


def _fail(error: OSError) -> None:
    raise error


def _facts(read: Callable[[], bytes]) -> dict[str, Any]:
    """Who writes; nothing where that cannot be read."""
    with suppress(*NOT_UNDERSTOOD):
        return dict(from_json(read()))
    return {}


def _is_dead(facts: dict[str, Any]) -> bool:
    """Whether a writer was one of this machine, and has ended."""
    if facts.get("host") != socket.gethostname():
        return False
    try:
        os.kill(facts["pid"], 0)
    except ProcessLookupError:
        return True
    except NOT_UNDERSTOOD:
        return False
    return bool(facts["pid"] == os.getpid())


def _busy(shown: str, facts: dict[str, Any], lock: str = "") -> BusyError:
    try:
        command, pid, host, since = (facts[name] for name in ("command", "pid", "host", "since"))
        who = _("{command} (pid {pid} on {host}, since {since})", command=command, pid=pid, host=host, since=since)
    except LookupError:  # between taking the lock and saying so
        who = _("another process")
    hint = (
        N_("wait for it to finish, or stop it; if it was killed, delete {lock}")
        if lock
        else N_("wait for it to finish, or stop it")
    )
    return BusyError("{shown}: {who} is writing there", hint=hint, shown=shown, who=who, lock=lock)
