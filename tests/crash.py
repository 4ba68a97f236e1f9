"""Crashes at named steps: what a process leaves on the disk that is killed at the n-th change it makes there.

A step is that a file is opened to be written (a crash leaves a new one empty), a sync (half of what was written to the file is lost), a
rename, a removal, or a new directory or link (a crash comes before it); what changes nothing is none. One run gives the crashes at all of its steps:
before each change the disk is copied, as a kill at that moment would leave it. For code that runs in the test itself:

    for step in every_step(folder, action, prepare):
        check(folder)   # what a crash at `step` left behind

For whole commands there is `Command.crashes` in `tests.e2e.command`.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

_PATH = {"os.rename": 1, "os.remove": 0, "os.rmdir": 0, "os.mkdir": 0, "os.symlink": 1, "os.link": 1, "os.truncate": 0}
"""By audit event, which of its arguments is the path that changes."""
_DIRECTORY = {"os.rename": 3, "os.remove": 1, "os.rmdir": 1, "os.mkdir": 2, "os.symlink": 2, "os.link": 3}
"""By audit event, which of its arguments is the descriptor that the path is relative to."""
EMPTY = re.compile(r"open .*(\.parquet\.new|/\.[^/]+\.\w{8}(/[^/]+)?)")
"""Steps at which what is new has been opened under a name that nobody reads until it is whole: to those who come after a
crash it is empty there as it is half written at its sync, which is a step of its own."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Watch:
    """Calls `seen(step, path, empties)` before each change that this process makes below a folder.

    `path` is relative to the folder; `empties` says whether an opened file loses what it holds.
    """

    def __init__(self, folder: Path, seen: Callable[[str, str, bool], None]) -> None:
        self._prefix = f"{folder}/"
        self._seen = seen
        self._busy = False

    def install(self) -> None:
        """Watch from now on; there is no way back, so it must be a process of its own."""
        synced = os.fsync

        def fsync(file: Any) -> None:
            handle = file if isinstance(file, int) else file.fileno()
            if stat.S_ISREG(os.fstat(handle).st_mode):
                self._step("sync", str(Path(f"/proc/self/fd/{handle}").readlink()))
            synced(file)

        patch.object(os, "fsync", fsync).start()
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._busy:
            return
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes | os.PathLike) and flags & _WRITES:
                empties = bool(flags & os.O_TRUNC)
                self._step("open", _absolute(path), changes=empties or not os.path.exists(path), empties=empties)  # noqa: PTH110
        elif event == "ctypes.dlsym":  # the only foreign function that changes files is looked up for each call
            if arguments[-1] == "renameat2":
                self._step("swap", self._prefix)
        elif event in _PATH:
            directory = arguments[_DIRECTORY[event]] if event in _DIRECTORY else -1
            path = _absolute(arguments[_PATH[event]], directory)
            there = os.path.lexists(path)
            changes = not there if event in ("os.mkdir", "os.symlink", "os.link") else there or event == "os.rename"
            self._step(event.removeprefix("os."), path, changes=changes)

    def _step(self, step: str, path: str, *, changes: bool = True, empties: bool = False) -> None:
        if changes and path.startswith(self._prefix):
            self._busy = True
            try:
                self._seen(step, path.removeprefix(self._prefix), empties)
            finally:
                self._busy = False


def record(folder: Path, copies: Path) -> None:
    """Copy `folder` before each change that this process makes to it: copies/1, copies/2, ..., named in copies/names."""
    numbers = count(1)

    def copy(step: str, path: str, empties: bool) -> None:
        with (copies / "names").open("a", encoding="utf-8") as names:
            names.write(f"{step} {path}".rstrip() + "\n")
        to = copies / str(next(numbers))
        shutil.copytree(folder, to, symlinks=True)
        if step == "open" and (to / path).parent.is_dir():
            (to / path).open("wb" if empties else "ab").close()
        elif step == "sync":
            os.truncate(to / path, (to / path).stat().st_size // 2)

    Watch(folder, copy).install()


def remove(folder: Path, below: Path, before: str) -> None:
    """Take away `below` with all that is in it when this process comes to a step in `folder`, once."""
    waiting = [before]

    def take_away(step: str, path: str, _: bool) -> None:
        if [f"{step} {path}"] == waiting:
            waiting.clear()
            shutil.rmtree(below)

    Watch(folder, take_away).install()


def _absolute(path: Any, directory: int = -1) -> str:
    name = os.fsdecode(path)
    if directory >= 0 and not name.startswith("/"):
        name = f"{Path(f'/proc/self/fd/{directory}').readlink()}/{name}"
    return os.path.abspath(name)  # noqa: PTH100 - Path.resolve would follow links


def put_back(folder: Path, copies: Path) -> Iterator[str]:
    """Put each copy that `record` has made in the place of `folder`, and yield the name of its step."""
    for number, name in enumerate((copies / "names").read_text("utf-8").splitlines(), 1):
        shutil.rmtree(folder)
        (copies / str(number)).rename(folder)
        yield name


def every_step(folder: Path, action: Callable[[], object], prepare: Callable[[], object]) -> Iterator[str]:
    """Run `action`, and put `folder` into the state that a crash at each of its steps leaves; yields the step's name.

    Args:
        folder: below which the steps are.
        action: runs in a fork of this process; what it does to objects is lost.
        prepare: makes `folder`, as it is before `action`. Called twice: in the end `action` has run undisturbed.
    """
    prepare()
    with tempfile.TemporaryDirectory(dir=folder.parent) as copies:
        _forked(lambda: record(folder, Path(copies)), action)
        yield from put_back(folder, Path(copies))
    shutil.rmtree(folder)
    prepare()
    _forked(action)


def _forked(*actions: Callable[[], object]) -> None:
    """Run `actions` in a fork, which must succeed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of other threads: the child needs none of them
        child = os.fork()
    if not child:
        status = 1
        try:
            for action in actions:
                action()
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "the action failed by itself"
