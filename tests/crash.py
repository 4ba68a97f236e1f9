"""Crashes at named steps: what a process leaves on the disk that is killed at the n-th change it makes there.

A step is that a file is opened to be written (a crash leaves a new one empty), a sync (half of what was written to the file is lost), a
rename, a removal, or a new directory or link (a crash comes before it). One run gives the crashes at all of its steps:
before each change the disk is copied, as a kill at that moment would leave it. For code that runs in the test itself:

    for step in every_step(folder, action, prepare):
        check(folder)   # what a crash at `step` left behind

For whole commands there is `Command.crashes` in `tests.e2e.command`.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

_PATH = {"os.rename": 1, "os.remove": 0, "os.rmdir": 0, "os.mkdir": 0, "os.symlink": 1, "os.link": 1, "os.truncate": 0}
"""By audit event, which of its arguments is the path that changes."""
_DIRECTORY = {"os.rename": 3, "os.remove": 1, "os.rmdir": 1, "os.mkdir": 2, "os.symlink": 2, "os.link": 3}
"""By audit event, which of its arguments is the descriptor that the path is relative to."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Recorder:
    """Copies a folder before each change to it: copies/1, copies/2, ..., and the names of the steps in copies/names."""

    def __init__(self, folder: Path, copies: Path) -> None:
        self._folder, self._copies = folder, copies
        self._prefix = f"{folder}/"
        self._count = 0
        self._busy = False
        (copies / "names").touch()

    def install(self) -> None:
        """Watch this process from now on; there is no way back, so it must be a process of its own."""
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
                self._step("open", _absolute(path), empties=bool(flags & os.O_TRUNC))
        elif event == "ctypes.dlsym":  # the only foreign function that changes files is looked up for each call
            if arguments[-1] == "renameat2":
                self._step("swap", self._prefix)
        elif event in _PATH:
            directory = arguments[_DIRECTORY[event]] if event in _DIRECTORY else -1
            self._step(event.removeprefix("os."), _absolute(arguments[_PATH[event]], directory))

    def _step(self, name: str, path: str, *, empties: bool = False) -> None:
        if not path.startswith(self._prefix):
            return
        self._busy = True
        try:
            self._count += 1
            changed = path.removeprefix(self._prefix)
            with (self._copies / "names").open("a", encoding="utf-8") as names:
                names.write(f"{name} {changed}".rstrip() + "\n")
            copy = self._copies / str(self._count)
            shutil.copytree(self._folder, copy, symlinks=True)
            if name == "open" and (copy / changed).parent.is_dir():
                (copy / changed).open("wb" if empties else "ab").close()
            elif name == "sync":
                os.truncate(copy / changed, (copy / changed).stat().st_size // 2)
        finally:
            self._busy = False


def _absolute(path: Any, directory: int = -1) -> str:
    name = os.fsdecode(path)
    if directory >= 0 and not name.startswith("/"):
        name = f"{Path(f'/proc/self/fd/{directory}').readlink()}/{name}"
    return os.path.abspath(name)  # noqa: PTH100 - Path.resolve would follow links


def put_back(folder: Path, copies: Path) -> Iterator[str]:
    """Put each copy that a `Recorder` has made in the place of `folder`, and yield the name of its step."""
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
        _forked(lambda: Recorder(folder, Path(copies)).install(), action)
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
