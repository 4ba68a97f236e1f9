"""One writer at a time, and who it is."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.fs
from filelock import FileLock, Timeout

from screener.data.store.place import described
from screener.errors import BusyError
from screener.i18n import _

_CREATES_ONCE = {"file", "gcs", "gs", "local", "memory", "s3", "s3a"}
"""Protocols of fsspec that create a file only if there is none: object stores do by a conditional write."""


@contextmanager
def only_writer(lock: Path, shown: str, command: str, now: datetime) -> Iterator[None]:
    """Hold `lock`, a file on the local disk, which ends with the process; who holds it stands in a file beside it.

    Args:
        lock: the lock's file.
        shown: what is locked, as messages name it.
        command: what the holder is doing.
        now: since when.

    Raises:
        BusyError: another one holds it.
    """
    holder = lock.with_name(f"{lock.name}.json")
    with described(lock, "locked"):
        lock.parent.mkdir(parents=True, exist_ok=True)
        held = FileLock(lock, timeout=0)
        try:
            held.acquire()
        except Timeout:
            raise _busy(shown, _read(holder)) from None
    try:
        with described(holder, "written"):
            holder.write_bytes(_facts(command, now))
        yield
    finally:
        holder.unlink(missing_ok=True)
        held.release()


class RemoteLock:
    """A file beside a store that lies elsewhere: it excludes the writers of other machines.

    pyarrow's own filesystems have no write that fails if the file is there; of fsspec's (`fsspec+s3://...`), some have.
    """

    def __init__(self, filesystem: pyarrow.fs.FileSystem, root: str, shown: str) -> None:
        handler = getattr(filesystem, "handler", None)
        self._files: Any = getattr(handler, "fs", None)
        self._path = f"{root}/_writer.json"
        self._shown = shown
        protocol = getattr(self._files, "protocol", ())
        self.holds = bool(_CREATES_ONCE & {*((protocol,) if isinstance(protocol, str) else protocol)})
        """Whether the filesystem can exclude other machines at all."""

    @contextmanager
    def held(self, command: str, now: datetime) -> Iterator[None]:
        """Hold it, if it can be held; call it under the lock of this machine.

        Raises:
            BusyError: another machine holds it. A writer that was killed there leaves it behind, to be deleted by hand.
        """
        if not self.holds:
            yield
            return
        lock = f"{self._shown}/_writer.json"
        with described(lock, "locked"):
            self._files.makedirs(self._path.rpartition("/")[0], exist_ok=True)
            try:
                self._create(_facts(command, now))
            except OSError:
                facts = self._facts()
                if not _is_dead(facts):
                    raise _busy(self._shown, facts, lock) from None
                self._files.rm_file(self._path)
                self._create(_facts(command, now))
        try:
            yield
        finally:
            with described(lock, "removed"):
                self._files.rm_file(self._path)

    def _create(self, facts: bytes) -> None:
        with self._files.open(self._path, "xb") as file:
            file.write(facts)

    def _facts(self) -> dict[str, Any]:
        with suppress(ValueError, FileNotFoundError):
            facts: dict[str, Any] = json.loads(self._files.cat_file(self._path))
            return facts
        return {}


def _facts(command: str, now: datetime) -> bytes:
    facts = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": now.isoformat(timespec="seconds"),
        "command": command,
    }
    return json.dumps(facts).encode()


def _read(holder: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        facts: dict[str, Any] = json.loads(holder.read_text(encoding="utf-8"))
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
        who = _(
            "{command} (pid {pid} on {host}, since {since})",
            command=facts["command"],
            pid=facts["pid"],
            host=facts["host"],
            since=facts["since"],
        )
    except KeyError:  # between taking the lock and saying so
        who = _("another process")
    if lock:
        return BusyError(
            "{shown}: {who} is writing there",
            hint="wait for it, or end it; if it was killed, delete {lock}",
            shown=shown,
            who=who,
            lock=lock,
        )
    return BusyError("{shown}: {who} is writing there", hint="wait for it, or end it", shown=shown, who=who)
