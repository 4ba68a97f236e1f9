"""Crashes at named steps: a process is killed at the n-th change that it makes to the files below a folder.

A step is the creation of a file (it is left empty), a sync (half of what was written to the file is lost), a rename, a
removal, or a new directory or link (the process dies before it). For code that runs in the test itself:

    for step in every_step(folder, action, prepare):
        check(folder)   # what the kill at `step` left behind

For whole commands, `Command.crashing` of `tests.e2e.command` passes `Crash` to the fork server.
"""

from __future__ import annotations

import os
import signal
import stat
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import patch

_TARGET = {
    "os.rename": 1,
    "os.remove": 0,
    "os.rmdir": 0,
    "os.mkdir": 0,
    "os.symlink": 1,
    "os.link": 1,
    "os.truncate": 0,
}
"""By audit event, which of its arguments is the path that changes."""
_DIRECTORY = {"os.rename": 3, "os.remove": 1, "os.rmdir": 1, "os.mkdir": 2, "os.symlink": 2, "os.link": 3}
"""By audit event, which of its arguments is the descriptor that the path is relative to."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True)
class Crash:
    """At which change a process dies, and where it notes the changes that it comes to."""

    folder: str
    """Only changes below this folder count."""
    journal: str
    """File that takes the names of the steps, one a line."""
    at: int = 0
    """Number of the step, from 1; 0: it does not die."""


def install(crash: Crash) -> None:
    """Watch the changes of this process from now on; there is no way back, so it must be a process of its own."""
    journal = os.open(crash.journal, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    prefix = os.path.join(crash.folder, "")  # noqa: PTH118 - an audit hook has to be quick
    count, busy = 0, False

    def dies(name: str, path: str) -> bool:
        nonlocal count
        count += 1
        os.write(journal, f"{name} {path.removeprefix(prefix)}\n".encode())
        return count == crash.at

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal busy
        if busy or not (event in _TARGET or event in ("open", "ctypes.dlsym")):
            return
        busy = True
        try:
            if event == "open":
                path, _, flags = arguments
                if isinstance(path, str | bytes | os.PathLike) and flags & _WRITES:
                    created = _absolute(path)
                    if created.startswith(prefix) and dies("create", created):
                        with suppress(OSError):
                            os.close(os.open(created, flags, 0o600))
                        _die()
            elif event == "ctypes.dlsym":  # the only foreign function that changes files is looked up for each call
                if arguments[-1] == "renameat2" and dies("swap", prefix):
                    _die()
            else:
                changed = _absolute(arguments[_TARGET[event]], *(arguments[i] for i in _index(event)))
                if changed.startswith(prefix) and dies(event.removeprefix("os."), changed):
                    _die()
        finally:
            busy = False

    synced = os.fsync

    def fsync(file: Any) -> None:
        handle = file if isinstance(file, int) else file.fileno()
        path = str(Path(f"/proc/self/fd/{handle}").readlink())
        if stat.S_ISREG(os.fstat(handle).st_mode) and path.startswith(prefix) and dies("sync", path):
            os.truncate(path, os.fstat(handle).st_size // 2)
            _die()
        synced(file)

    patch.object(os, "fsync", fsync).start()
    sys.addaudithook(audit)


def _index(event: str) -> tuple[int, ...]:
    return (_DIRECTORY[event],) if event in _DIRECTORY else ()


def _absolute(path: Any, directory: int = -1) -> str:
    name = os.fsdecode(path)
    if directory >= 0 and not name.startswith("/"):
        name = f"{Path(f'/proc/self/fd/{directory}').readlink()}/{name}"
    return os.path.abspath(name)  # noqa: PTH100 - an audit hook has to be quick


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def every_step(folder: Path, action: Callable[[], object], prepare: Callable[[], object]) -> Iterator[str]:
    """Kill `action` at each of its steps in turn, and yield the step's name where the kill has left its traces.

    Args:
        folder: below which the steps are.
        action: runs in a fork of this process; what it does to objects is lost.
        prepare: sets `folder` up as it is before `action`; called before each kill, and once at last: in the end
            `action` has run undisturbed, and left what it leaves.
    """
    prepare()
    names = steps(folder, action)
    assert names, "it changes nothing"
    for number, name in enumerate(names, 1):
        prepare()
        assert killed_at(number, folder, action), f"it ended before step {number}, {name}"
        yield name
    prepare()
    assert not killed_at(0, folder, action)


def steps(folder: Path, action: Callable[[], object]) -> list[str]:
    """Names of the changes that `action` makes below `folder`; it runs to its end."""
    with tempfile.TemporaryDirectory() as outside:
        journal = Path(outside) / "journal"
        assert _status(Crash(str(folder), str(journal)), action) == 0
        return journal.read_text("utf-8").splitlines()


def killed_at(number: int, folder: Path, action: Callable[[], object]) -> bool:
    """Run `action` in a fork, killed at a step; whether it came to that step."""
    status = _status(Crash(str(folder), os.devnull, number), action)
    assert status in (0, -signal.SIGKILL), "it failed by itself"
    return status != 0


def _status(crash: Crash, action: Callable[[], object]) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads do not matter: the child needs none of them
        child = os.fork()
    if not child:
        status = 1
        try:
            install(crash)
            action()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
