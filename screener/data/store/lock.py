"""One writer at a time, and who it is."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from screener.data.store.place import told
from screener.errors import BusyError
from screener.i18n import _


@contextmanager
def only_writer(lock: Path, shown: str, command: str, now: datetime) -> Iterator[None]:
    """Hold `lock`, which ends with the process however that ends; who holds it stands in a file beside it.

    Args:
        lock: the lock's file.
        shown: what is locked, as messages name it.
        command: what the holder is doing.
        now: since when.

    Raises:
        BusyError: another one holds it.
    """
    holder = lock.with_name(f"{lock.name}.json")
    since = now.isoformat(timespec="seconds")
    facts = {"pid": os.getpid(), "host": socket.gethostname(), "since": since, "command": command}
    with told(lock, "locked"):
        lock.parent.mkdir(parents=True, exist_ok=True)
        held = FileLock(lock, timeout=0)
        try:
            held.acquire()
        except Timeout:
            raise BusyError(
                "{shown}: {who} is writing there", hint="wait for it, or end it", shown=shown, who=_who(holder)
            ) from None
    try:
        with told(holder, "written"):
            holder.write_text(json.dumps(facts), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        held.release()


def _who(holder: Path) -> str:
    try:
        facts = json.loads(holder.read_text(encoding="utf-8"))
        return _(
            "{command} (pid {pid} on {host}, since {since})",
            command=facts["command"],
            pid=facts["pid"],
            host=facts["host"],
            since=facts["since"],
        )
    except (OSError, ValueError, KeyError):  # between taking the lock and saying so
        return _("another process")
