"""The files of one table, and the order of steps that makes a change of several of them one change.

A change (1) writes each new partition beside the old one, under a name that no glob of *.parquet finds, (2) replaces
the manifest, which is the moment that counts, and (3) renames each new partition over the old one. A reader goes by
the manifest: it takes the staged file while it is there, else the one in place, and believes neither without its
checksum. So readers need no lock, and a writer that dies leaves either the old state or the new one.
"""

from __future__ import annotations

import os
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

import pyarrow as pa

from screener.data.store.manifest import DamagedError, Manifest, MismatchError, Partition
from screener.data.store.place import Place
from screener.errors import DataError

MANIFEST, NEW_MANIFEST = "_manifest.json", "_manifest.new"
_OURS = re.compile(r"year=\d{4}/(part-0\.parquet|_staged-[0-9a-f]{12})")
PAUSES = (0.02, 0.1)
"""Seconds between looks at a file that is not as the manifest says, for filesystems that show a change late."""
_AHEAD = 3
"""Files that are in memory at a time."""

_T = TypeVar("_T")
Jobs = Callable[[pa.Buffer, Partition], list[Callable[[], _T]]]
"""Cuts the reading of a file into pieces of work that can be done side by side, each of which checks what it reads."""


class Folder:
    """The directory of one table."""

    def __init__(self, place: Place, name: str) -> None:
        self.place = place
        self.name = name
        self._manifest: Manifest | None = None

    def shown(self, name: str) -> str:
        """A file of this table as messages name it."""
        return f"{self.place.shown}/{self.name}/{name}"

    @property
    def manifest(self) -> Manifest:
        """The manifest as it was read first; `reload` reads it again."""
        return self._manifest if self._manifest is not None else self.reload()

    def reload(self) -> Manifest:
        """Read the manifest; a table that was never written has an empty one.

        Raises:
            DamagedError: it is damaged, or missing though there are partitions.
            DataError: it cannot be read.
        """
        try:
            data = self.place.read(f"{self.name}/{MANIFEST}").to_pybytes()
        except FileNotFoundError:
            if any(_OURS.fullmatch(name) and name.endswith(".parquet") for name in self.names()):
                raise DamagedError(
                    "{file}: is missing", hint="run `screener store repair`", file=self.shown(MANIFEST)
                ) from None
            self._manifest = Manifest()
            return self._manifest
        try:
            self._manifest = Manifest.from_bytes(data)
        except ValueError as error:
            raise DamagedError(
                "{file}: {error}", hint="run `screener store repair`", file=self.shown(MANIFEST), error=error
            ) from None
        except DataError as error:
            raise DataError(f"{self.shown(MANIFEST)}: {error}") from None
        return self._manifest

    def names(self) -> list[str]:
        """All files of the table, relative to its directory."""
        return [name[len(self.name) + 1 :] for name in self.place.names(self.name)]

    def read(self, years: Callable[[Manifest], list[int]], jobs: Jobs[_T]) -> list[_T]:
        """What `jobs` make of the partitions of `years`, in order, all of one state of the table.

        Raises:
            DataError: a partition is damaged.
        """
        pauses = iter(PAUSES)
        while True:
            manifest = self.manifest
            partitions = [manifest.partitions[year] for year in years(manifest)]
            try:
                with ThreadPoolExecutor(os.cpu_count()) as pool:
                    work: deque[list[Future[_T]]] = deque()
                    made: list[_T] = []
                    for one in partitions:
                        if len(work) == _AHEAD:
                            made += [job.result() for job in work.popleft()]
                        work.append([pool.submit(job) for job in jobs(self._data(one), one)])
                    return made + [job.result() for year in work for job in year]
            except MismatchError as mismatch:
                # A change is committed before it shows in the files, so an unchanged manifest means damage.
                if self.reload() == manifest:
                    pause = next(pauses, None)
                    if pause is None:
                        raise DataError(
                            "{file}: is damaged", hint="run `screener store repair`", file=self.shown(str(mismatch))
                        ) from None
                    time.sleep(pause)

    def _data(self, partition: Partition) -> pa.Buffer:
        for name in (partition.staged, partition.name):
            with suppress(FileNotFoundError):
                return self.place.read(f"{self.name}/{name}")
        raise MismatchError(partition.name)

    @contextmanager
    def changing(self) -> Iterator[Manifest]:
        """Where a writer stages and commits; what it leaves undone is undone, what it committed is completed."""
        self.settle()  # what a dead writer has left may be the room that is missing on the disk
        try:
            yield self.manifest
        except BaseException:
            with suppress(DataError):
                self.settle()
            raise

    def stage(self, partition: Partition, data: pa.Buffer) -> None:
        """Step 1."""
        self.place.write(f"{self.name}/{partition.staged}", data)

    def commit(self, manifest: Manifest) -> None:
        """Steps 2 and 3."""
        self.place.write(f"{self.name}/{NEW_MANIFEST}", manifest.to_bytes())
        self.place.rename(f"{self.name}/{NEW_MANIFEST}", f"{self.name}/{MANIFEST}")
        self.settle()

    def settle(self) -> list[str]:
        """Step 3 of the last change, whoever made it, and an end to what no manifest names; returns what went."""
        manifest = self.reload()
        staged = {one.staged: one.name for one in manifest.partitions.values()}
        gone = []
        for name in self.names():
            if name in staged:
                self.place.rename(f"{self.name}/{name}", f"{self.name}/{staged[name]}")
            elif is_leftover(name, manifest):
                self.place.remove(f"{self.name}/{name}")
                gone.append(name)
        return gone


def is_leftover(name: str, manifest: Manifest) -> bool:
    """Whether a file is what a writer leaves that dies before its change counts, or before it has cleared up."""
    known = {one for partition in manifest.partitions.values() for one in (partition.name, partition.staged)}
    return name == NEW_MANIFEST or (_OURS.fullmatch(name) is not None and name not in known)


def is_foreign(name: str) -> bool:
    """Whether a file is not of this store, and would still be read as a part of the table by others."""
    return name.endswith(".parquet") and _OURS.fullmatch(name) is None
