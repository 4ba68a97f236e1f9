"""One table of one source: its rows, and how they are read and changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa

from screener.data.store import upkeep
from screener.data.store.folder import Folder
from screener.data.store.manifest import Asked, Manifest, Partition
from screener.data.store.partition import Replacing, conform, encode, merge, reading
from screener.data.store.place import Place
from screener.krx.tables import TableKind, to_numpy


@dataclass(frozen=True)
class Info:
    """What a table holds; days and times are None where it holds nothing."""

    rows: int
    sessions: int
    first: date | None
    last: date | None
    bytes: int
    fetched_first: datetime | None
    fetched_last: datetime | None


class StoredTable:
    """One table of one source. Reading takes no lock and never waits for a writer."""

    def __init__(self, place: Place, source: str, kind: TableKind, may_write: Callable[[], bool]) -> None:
        self.source = source
        self.kind = kind
        self._folder = Folder(place, f"{source}/{kind.name}")
        self._may_write = may_write

    @property
    def shown(self) -> str:
        """The table as messages name it."""
        return self._folder.shown("").rstrip("/")

    @property
    def manifest(self) -> Manifest:
        """What the table consists of, as it was seen last: a read that finds it outdated renews it."""
        return self._folder.manifest

    def reload(self) -> Manifest:
        """The manifest as it is now.

        Raises:
            DataError: it is damaged.
        """
        return self._folder.reload()

    def info(self) -> Info:
        """What the table holds, by its manifest."""
        partitions = self.manifest.partitions.values()
        sessions = self.manifest.sessions
        return Info(
            rows=sum(one.rows for one in partitions),
            sessions=len(sessions),
            first=min(sessions, default=None),
            last=max(sessions, default=None),
            bytes=sum(one.bytes for one in partitions),
            fetched_first=min(sessions.values(), default=None),
            fetched_last=max(sessions.values(), default=None),
        )

    def read(
        self,
        columns: Sequence[str],
        first: date | None = None,
        last: date | None = None,
        keys: Collection[str] | None = None,
    ) -> pa.Table:
        """Rows from `first` through `last`, of some keys or all, by (date, key); all of one state of the table.

        Words come as dictionaries, one for all chunks.

        Raises:
            DataError: a partition that is needed is damaged.
        """

        def years(manifest: Manifest) -> list[int]:
            return [
                year
                for year in sorted(manifest.partitions)
                if (first is None or year >= first.year) and (last is None or year <= last.year)
            ]

        def jobs(data: pa.Buffer, partition: Partition) -> list[Callable[[], pa.Table]]:
            return reading(data, partition, self.kind, columns, first, last, keys)

        parts = self._folder.read(years, jobs)
        return pa.concat_tables(parts or [self._nothing(columns)]).unify_dictionaries()

    def write(
        self,
        rows: pa.Table,
        *,
        replacing: Replacing,
        fetched: datetime,
        coverage: Mapping[str, tuple[date, date]] | None = None,
        closed: Collection[date] = (),
    ) -> None:
        """Take up rows, all or none of them, over as many years as they span.

        Args:
            rows: the columns of the kind; what is missing is null throughout, other columns are left out.
            replacing: 'rows' replaces the rows of equal (date, key); 'sessions' all rows on the dates of `rows` and on
                `closed` days; 'series' all rows of the keys of `rows` and of `coverage`, in every year.
            fetched: when the rows were fetched, with its time zone.
            coverage: by ticker or index the first and last day that is now known of it.
            closed: days that turned out to be no sessions.

        Raises:
            DataError: the place cannot be written, or a partition to change is damaged; nothing has changed then.
        """
        self._check_may_write()
        kind, coverage = self.kind, coverage or {}
        new = conform(rows, kind)
        day = to_numpy(new["date"])
        year_of = day.astype("datetime64[Y]").astype(int) + 1970
        days = {one.item() for one in np.unique(day)}
        gone = days | set(closed)
        keys = {str(key) for key in new[kind.key].unique().to_pylist()} | set(coverage)
        with self._folder.changing() as manifest:
            partitions = dict(manifest.partitions)
            touched = set(np.unique(year_of).tolist()) | {one.year for one in gone}
            for year in sorted(touched | set(partitions) if replacing == "series" else touched):
                old = self.read(kind.schema.names, date(year, 1, 1), date(year, 12, 31))
                mine = new.filter(pa.array(year_of == year))
                merged = merge(old, mine, kind, replacing, gone, keys)
                if merged is old:
                    continue
                before = partitions.pop(year, None)
                if merged.num_rows:
                    known = before.sessions if before else {}
                    left = [one.item() for one in np.unique(to_numpy(merged["date"]))]
                    times = {one: fetched if one in days else known[one] for one in left}
                    partition, data = encode(merged, kind, times)
                    if partition != before:
                        self._folder.stage(partition, data)
                    partitions[year] = partition
            asked = {key: Asked(first, last, fetched) for key, (first, last) in coverage.items()}
            shut = {one: at for one, at in manifest.closed.items() if one not in days}
            shut |= {one: fetched for one in closed if one not in days}
            self._folder.commit(Manifest(partitions, {**manifest.coverage, **asked}, shut))

    def settle(self) -> None:
        """Finish the last write, should it have been cut short after it counted, so that other readers see it as well.

        Raises:
            DataError: the manifest is damaged, or the place cannot be written.
        """
        self._check_may_write()
        self._folder.settle()

    def verify(self) -> list[upkeep.Damage]:
        """What is wrong with the table's files; a write that was cut short damages nothing."""
        return upkeep.verify(self._folder, self.kind)

    def leftovers(self) -> list[str]:
        """Files of a write that was cut short, or is at work: nobody reads them, and the next write ends them.

        Raises:
            DataError: the manifest is damaged.
        """
        return upkeep.leftovers(self._folder)

    def repair(self) -> list[str]:
        """Make the table sound again, and say what was done: what is lost will be fetched by the next sync.

        Raises:
            DataError: the place cannot be written.
        """
        self._check_may_write()
        return upkeep.repair(self._folder, self.kind)

    def _check_may_write(self) -> None:
        if not self._may_write():
            raise RuntimeError("write, settle and repair belong inside `with store.writing(...)`")

    def _nothing(self, columns: Sequence[str]) -> pa.Table:
        return pa.schema([self.kind.schema.field(name) for name in columns]).empty_table()
