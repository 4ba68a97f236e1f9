"""Finding what is damaged in a table, and making the table sound again."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace

import pyarrow as pa

from screener.data.store.folder import MANIFEST, Folder, is_foreign, is_leftover
from screener.data.store.manifest import DamagedError, Manifest, Partition
from screener.data.store.partition import encode, examine
from screener.i18n import _
from screener.krx.tables import TableKind


@dataclass(frozen=True)
class Damage:
    """One file that is not as it should be."""

    path: str
    what: str


def verify(folder: Folder, kind: TableKind) -> list[Damage]:
    """Look at every file of a table: as the manifest says, readable, rows unique and in order; nothing else beside."""
    try:
        manifest = folder.reload()
    except DamagedError:
        return [Damage(folder.shown(MANIFEST), _("is damaged or missing"))]
    found = []
    for year in sorted(manifest.partitions):
        wrong = _wrong(folder, kind, manifest.partitions[year])
        if wrong:
            found.append(Damage(folder.shown(manifest.partitions[year].name), wrong))
    foreign = _("is not of this store, but others would read it with the table")
    found += [Damage(folder.shown(name), foreign) for name in folder.names() if is_foreign(name)]
    if found and folder.reload() != manifest:
        return verify(folder, kind)  # a write has come between
    return found


def leftovers(folder: Folder) -> list[str]:
    """Files that a write which was cut short has left: no reader takes them for the table's, the next write ends them.

    Raises:
        DataError: the manifest is damaged.
    """
    manifest = folder.reload()
    return [folder.shown(name) for name in folder.names() if is_leftover(name, manifest)]


def repair(folder: Folder, kind: TableKind) -> list[str]:
    """Take out what is damaged, with what the manifest claims about it; returns what was done.

    Raises:
        DataError: the place cannot be read or written, or a later screener has written the table.
    """
    done = []
    try:
        folder.reload()
    except DamagedError:
        done += _rebuild(folder, kind)
    done += [
        _("{file}: removed: left from a write that was cut short", file=folder.shown(name)) for name in folder.settle()
    ]
    manifest = folder.manifest
    wrong = {year: _wrong(folder, kind, one) for year, one in sorted(manifest.partitions.items())}
    lost = {year for year, what in wrong.items() if what}
    if lost:
        done += [
            _("{file}: removed: {why}", file=folder.shown(manifest.partitions[year].name), why=wrong[year])
            for year in sorted(lost)
        ]
        sound = {year: one for year, one in manifest.partitions.items() if year not in lost}
        # Nobody knows any more which histories had rows in the lost years.
        covered = {
            key: one
            for key, one in manifest.coverage.items()
            if lost.isdisjoint(range(one.first.year, one.last.year + 1))
        }
        folder.commit(replace(manifest, partitions=sound, coverage=covered))
    for name in folder.names():
        if is_foreign(name):
            folder.place.rename(f"{folder.name}/{name}", f"{folder.name}/{name}.foreign")
            done.append(_("{file}: renamed to end in .foreign: not of this store", file=folder.shown(name)))
    return done


def _wrong(folder: Folder, kind: TableKind, partition: Partition) -> str:
    """What is wrong with a partition, or nothing."""
    data = _file(folder, partition.staged, partition.name)
    if data is None:
        return _("is missing")
    if data.size != partition.bytes or hashlib.sha256(data).hexdigest() != partition.sha256:
        return _("fails its checksum")
    try:
        rows, fetched = examine(data, kind, partition.year)
    except ValueError as error:
        return str(error)
    if rows.num_rows != partition.rows or fetched != partition.sessions:
        return _("has other rows than the manifest says")
    return ""


def _rebuild(folder: Folder, kind: TableKind) -> list[str]:
    """Make a manifest of the partitions that can be read; which histories they cover is lost."""
    done = [_("{file}: made again from the partitions", file=folder.shown(MANIFEST))]
    partitions = {}
    for name in folder.names():
        if not name.endswith(".parquet") or is_foreign(name):
            continue
        year = int(name.partition("/")[0].removeprefix("year="))
        data = _file(folder, name)
        try:
            rows, fetched = examine(data or pa.py_buffer(b""), kind, year)
        except ValueError as error:
            done.append(_("{file}: removed: {why}", file=folder.shown(name), why=error))
            continue
        # The pages have checksums and the rest of the file has none, so the file is written anew unless it is the same.
        partitions[year], fresh = encode(rows, kind, fetched)
        if data != fresh:
            folder.stage(partitions[year], fresh)
    folder.commit(Manifest(partitions))
    return done


def _file(folder: Folder, *names: str) -> pa.Buffer | None:
    for name in names:
        with suppress(FileNotFoundError):
            return folder.place.read(f"{folder.name}/{name}")
    return None
