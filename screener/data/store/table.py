"""One table of one source: its files, and how they are read and changed.

A file holds a month of whole sessions, or all sessions of single stocks or indices. It replaces its predecessor in one
step, and no other file says what is in it. So readers need no lock, and a writer that dies leaves each file as it was
or as it should be. A change of several files that is cut short has not reached some of them; the next sync or import
finds that out from the files, and completes it.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from screener.data.store.parquet import (
    MANIFEST,
    WHOLE_SESSION,
    Coverage,
    Facts,
    Footer,
    MismatchError,
    Refused,
    Replacing,
    conform,
    decode,
    encode,
    examine,
    is_earlier,
    load_earlier,
    merge,
)
from screener.data.store.place import Place
from screener.decoding import NOT_UNDERSTOOD
from screener.errors import DataError
from screener.i18n import _
from screener.krx.tables import TableKind, to_numpy, words

_MONTH = re.compile(r"year=(\d{4})/\1-(0[1-9]|1[0-2])\.parquet$")
_STAGED = ".new"
_AT_ONCE = 16
"""Files whose ends are read side by side: of those that lie far away, most of the time is waiting."""


class _Damage(NamedTuple):
    """One file that is not as it should be."""

    path: str
    what: str


class Info(NamedTuple):
    """What a table holds; days and times are None where it holds nothing."""

    rows: int
    sessions: int
    first: date | None
    last: date | None
    bytes: int
    fetched_last: datetime | None


class StoredTable:
    """One table of one source. Reading takes no lock and never waits for a writer."""

    def __init__(self, place: Place, source: str, kind: TableKind, may_write: Callable[[], bool]) -> None:
        self.source = source
        self.kind = kind
        self._place = place
        self._folder = f"{source}/{kind.name}"
        self._may_write = may_write
        self._known: dict[str, Footer] | None = None

    @property
    def shown(self) -> str:
        """The table as messages name it."""
        return f"{self._place.shown}/{self._folder}"

    @property
    def sessions(self) -> dict[date, datetime]:
        """The sessions that have rows, ascending, and when each was fetched last.

        This, `closed` and `coverage` are as this object read or wrote them last.
        """
        return {
            day: at for _name, footer in sorted(self._footers().items()) for day, at in footer.facts.fetched.items()
        }

    @property
    def closed(self) -> dict[date, datetime]:
        """Days that were asked for and turned out to be no sessions, and when."""
        return {day: at for footer in self._footers().values() for day, at in footer.facts.closed.items()}

    @property
    def coverage(self) -> dict[str, Coverage]:
        """By ticker, what was asked of the source, of a table that is fetched as histories."""
        return {key: known for footer in self._footers().values() for key, known in footer.facts.coverage.items()}

    @property
    def refused(self) -> list[Refused]:
        """What is kept aside, by day and key."""
        return sorted(one for footer in self._footers().values() for one in footer.facts.refused)

    def digest(self) -> str:
        """Equal rows give equal ones, whenever they were fetched."""
        footers = sorted(self._footers().items())
        return hashlib.sha256("".join(footer.sums for _name, footer in footers).encode()).hexdigest()

    def info(self) -> Info:
        """What the table holds, by what its files tell."""
        footers, sessions = self._footers().values(), self.sessions
        return Info(
            rows=sum(footer.meta.num_rows for footer in footers),
            sessions=len(sessions),
            first=min(sessions, default=None),
            last=max(sessions, default=None),
            bytes=sum(footer.size for footer in footers),
            fetched_last=max(sessions.values(), default=None),
        )

    def read(
        self,
        columns: Sequence[str],
        first: date | None = None,
        last: date | None = None,
        keys: Collection[str] | None = None,
    ) -> pa.Table:
        """Rows from `first` through `last`, of some keys or all, by (date, key).

        Words come as dictionaries, one for all chunks. A file that is damaged, and needed, is a DataError.
        """
        span = first or date.min, last or date.max

        def read(name: str) -> pa.Table:
            with suppress(FileNotFoundError):
                data = self._place.read(name)
                with self._naming(name):
                    return decode(data, Footer(data, name), self.kind, columns, span, keys)
            return nothing  # a writer has just removed the last rows of the file

        nothing = pa.schema([self.kind.schema.field(name) for name in columns]).empty_table()
        names = [name for name in self._files() if _overlaps(name, span)]
        parts = self._place.of_each(names, read, os.cpu_count() or 1, costly=True)
        return pa.concat_tables([nothing, *parts]).unify_dictionaries()

    def write(
        self,
        rows: pa.Table,
        *,
        replacing: Replacing,
        fetched: datetime,
        coverage: Mapping[str, tuple[date, date]] | None = None,
        closed: Collection[date] = (),
        refused: Collection[Refused] = (),
    ) -> None:
        """Take up rows, over as many files as they span: each file is changed whole or not at all.

        Args:
            rows: the columns of the kind; what is missing is null throughout, other columns are left out.
            replacing: 'rows' replaces the rows of equal (date, key); 'sessions' all rows on the dates of `rows` and on
                `closed` days; a set of keys all rows of those, whether or not `rows` has any.
            fetched: when the rows were fetched, with its time zone.
            coverage: by ticker the first and last day that is now known of it, of a table of histories.
            closed: days that turned out to be no sessions.
            refused: what came with the rows and is kept aside. What was kept aside before goes as soon as rows are
                written in its place.

        Raises:
            DataError: the place cannot be written, or a file to change is damaged: nothing has changed then.
        """
        self.settle()
        new = conform(rows, self.kind)
        unique, position = np.unique(to_numpy(new["date"]), return_inverse=True)
        days: list[date] = unique.tolist()
        told = Facts(
            self._folder,
            dict.fromkeys(days, fetched),
            dict.fromkeys(closed, fetched),
            {key: Coverage(first, last, fetched) for key, (first, last) in (coverage or {}).items()},
            tuple(refused),
        )
        files = [self._file_of(day) for day in days]
        is_over = _superseded(new, self.kind, replacing, told)

        def changed(name: str) -> tuple[str, pa.Buffer | None] | None:
            in_file = np.array([file == name for file in files], dtype=bool)
            old, facts = self._stored(name)
            merged = merge(old, new.filter(pa.array(in_file[position])), self.kind, replacing, {*days, *closed})
            later = self._later(facts, told, np.unique(to_numpy(merged["date"])).tolist(), is_over)
            if merged is old and later == facts:
                return None
            anything = merged.num_rows or later.closed or later.coverage or later.refused
            return name, encode(merged, self.kind, later) if anything else None

        aside = (one.day for one in refused)
        everywhere = self._footers() if isinstance(replacing, frozenset) else ()
        names = {*files, *map(self._file_of, [*closed, *aside]), *everywhere}
        if not self.kind.monthly:
            names = {self._file_of(fetched.date())}
        self._put(filter(None, map(changed, sorted(names))))

    def _later(self, facts: Facts, told: Facts, days: Collection[date], is_over: Callable[[Refused], bool]) -> Facts:
        """What a file tells that has rows on `days`, once what is `told` of a change is written."""
        shut = {**facts.closed, **{day: at for day, at in told.closed.items() if self._file_of(day) == facts.name}}
        kept = [one for one in facts.refused if not is_over(one)]
        return Facts(
            facts.name,
            {day: told.fetched.get(day) or facts.fetched[day] for day in days},
            {day: at for day, at in shut.items() if day not in told.fetched},
            {**facts.coverage, **told.coverage},
            tuple(sorted([*kept, *(one for one in told.refused if self._file_of(one.day) == facts.name)])),
        )

    def settle(self) -> None:
        """End what a writer has left that died."""
        self._check_may_write()
        for name in self._left():
            self._place.remove(name)

    def upgrade(self) -> None:
        """Move a table of the earlier layout to today's; cut short anywhere, it begins again or goes on."""
        self._check_may_write()
        names, manifest = self._place.names(self._folder), f"{self._folder}/{MANIFEST}"
        old = [name for name in names if is_earlier(name.removeprefix(f"{self._folder}/"))]
        if self._is_earlier(names):
            if manifest not in old:
                self._place.write(manifest, pa.py_buffer(b"lost"))  # as long as it is there, the old files count
            rows, facts = load_earlier(self._place.read, self._folder, old, self.kind)
            row_day = to_numpy(rows["date"])

            def moved(name: str) -> tuple[str, pa.Buffer]:
                times = {day: at for day, at in facts.fetched.items() if self._file_of(day) == name}
                shut = {day: at for day, at in facts.closed.items() if self._file_of(day) == name}
                in_file = np.isin(row_day, np.array(list(times), dtype="datetime64[D]"))
                told = Facts(name, times, shut, {} if self.kind.monthly else facts.coverage)
                return name, encode(rows.filter(pa.array(in_file)), self.kind, told)

            self._put(map(moved, sorted(set(map(self._file_of, [*facts.fetched, *facts.closed])))))
            self._place.remove(manifest)
        for name in old:
            if name != manifest:
                self._place.remove(name)

    def verify(self) -> list[_Damage]:
        """What is wrong with the table's files; a write that was cut short damages nothing."""
        found = {}
        for name in self._files():
            with suppress(FileNotFoundError):
                found[name] = self._wrong(name)
        found |= dict.fromkeys(
            self._foreign(), _("does not belong to this store, but other programs would read it with the table")
        )
        return [_Damage(self._shown(name), wrong) for name, wrong in found.items() if wrong]

    def leftovers(self) -> list[str]:
        """Files of a write that was cut short, or is at work: nobody reads them, and the next writer ends them."""
        return [self._shown(name) for name in self._left()]

    def repair(self) -> list[str]:
        """Make the table sound again, and say what was done: what is lost will be fetched by the next sync.

        So will what is kept aside; nothing else is said of it from now on.
        """
        left = self.leftovers()
        self.settle()
        done = [_("{file}: removed: left from an interrupted write", file=path) for path in left]
        for name in self._files():
            wrong = self._wrong(name)
            if wrong:
                self._place.remove(name)
                done.append(_("{file}: removed: {why}", file=self._shown(name), why=wrong))
        self._known = None
        done += [
            _("{table}: {what}: removed; the next sync requests it again", table=self._folder, what=one.shown)
            for one in self.refused
            if one.reason
        ]
        self._put(filter(None, map(self._taken_out, self._files())))
        for name in self._foreign():
            self._place.rename(name, f"{name}.foreign")
            done.append(_("{file}: renamed to end in .foreign: does not belong to this store", file=self._shown(name)))
        self._known = None
        return done

    def _taken_out(self, name: str) -> tuple[str, pa.Buffer] | None:
        """The file without what is kept aside, but that it is still to be asked for."""
        rows, facts = self._stored(name)
        if not any(one.reason for one in facts.refused):
            return None
        later = replace(facts, refused=tuple(one._replace(reason="", row="") for one in facts.refused))
        return name, encode(rows, self.kind, later)

    def _file_of(self, day: date) -> str:
        """The file, relative to the store's root, that holds a session."""
        name = f"year={day:%Y}/{day:%Y-%m}" if self.kind.monthly else self.kind.name
        return f"{self._folder}/{name}.parquet"

    def _is_file(self, name: str) -> bool:
        bare = name.removeprefix(f"{self._folder}/")
        return _MONTH.fullmatch(bare) is not None if self.kind.monthly else bare == f"{self.kind.name}.parquet"

    def _files(self) -> list[str]:
        """The files with rows, in the order of their days."""
        names = self._place.names(self._folder)
        if self._is_earlier(names):
            raise DataError(
                "{table}: was written by an earlier screener",
                hint="run `screener sync`, which converts it",
                table=self.shown,
            )
        return [name for name in names if self._is_file(name)]

    def _is_earlier(self, names: Collection[str]) -> bool:
        """Whether these are the files of a table that an earlier screener wrote, and that was not moved yet."""
        old = {name for name in names if is_earlier(name.removeprefix(f"{self._folder}/"))}
        return f"{self._folder}/{MANIFEST}" in old or (bool(old) and not any(map(self._is_file, names)))

    def _left(self) -> list[str]:
        """What a writer leaves that dies before a file is in its place."""
        return [name for name in self._place.names(self._folder) if name.endswith(_STAGED)]

    def _foreign(self) -> list[str]:
        """Files that are not of this store, and would still be read as a part of the table by others."""
        names = self._place.names(self._folder)
        return [name for name in names if name.endswith(".parquet") and not self._is_file(name)]

    def _footers(self) -> dict[str, Footer]:
        if self._known is None:

            def load(name: str) -> Footer | None:
                with suppress(FileNotFoundError), self._naming(name):
                    return Footer.read(lambda size: self._place.read(name, size), name)
                return None

            names = self._files()
            footers = zip(names, self._place.of_each(names, load, _AT_ONCE, costly=False), strict=True)
            self._known = {name: footer for name, footer in footers if footer is not None}
        return self._known

    def _stored(self, name: str) -> tuple[pa.Table, Facts]:
        """All rows of a file and what it tells; none if it is not there."""
        try:
            data = self._place.read(name)
        except FileNotFoundError:
            return self.kind.schema.empty_table(), Facts(name)
        with self._naming(name):
            footer = Footer(data, name)
            return decode(data, footer, self.kind, self.kind.schema.names, (date.min, date.max)), footer.facts

    def _put(self, changes: Iterable[tuple[str, pa.Buffer | None]]) -> None:
        """Put each file in its place, or remove it (None); all are on the disk before the first is in its place."""
        footers: dict[str, Footer | None] = {}
        try:
            for name, data in changes:
                footers[name] = None if data is None else Footer(data, name)
                if data is not None:
                    self._place.write(_staged(name), data)
        except BaseException:
            with suppress(DataError):
                self.settle()
            raise
        for name, footer in footers.items():
            if footer is None:
                self._place.remove(name)
            else:
                self._place.rename(_staged(name), name)
        if self._known is not None:
            known = {**self._known, **footers}
            self._known = {name: footer for name, footer in known.items() if footer is not None}

    def _wrong(self, name: str) -> str:
        """What is wrong with a file, or nothing."""
        data = self._place.read(name)
        with self._naming(name):
            try:
                examine(data, self.kind, name)
            except MismatchError as mismatch:
                return str(mismatch)
            except (pa.ArrowException, *NOT_UNDERSTOOD) as error:
                if isinstance(error, MemoryError | DataError | FileNotFoundError):
                    raise
                return _("cannot be read ({kind})", kind=type(error).__name__)
        return ""

    def _shown(self, name: str) -> str:
        return f"{self._place.shown}/{name}"

    @contextmanager
    def _naming(self, name: str) -> Iterator[None]:
        """Name the file in the message of what is wrong with it."""
        try:
            yield
        except DataError as error:
            named = str(error).startswith(self._shown(name))
            raise DataError(str(error) if named else f"{self._shown(name)}: {error}") from None
        except (MismatchError, pa.ArrowException, *NOT_UNDERSTOOD) as error:
            if isinstance(error, MemoryError | FileNotFoundError):
                raise
            raise DataError("{file}: is damaged", hint="run `screener store repair`", file=self._shown(name)) from None

    def _check_may_write(self) -> None:
        if not self._may_write():
            raise RuntimeError("a store is changed inside `with store.writing(...)` only")


def _superseded(rows: pa.Table, kind: TableKind, replacing: Replacing, told: Facts) -> Callable[[Refused], bool]:
    """Whether what was kept aside before goes, once `rows` are written and what is `told` beside them."""

    @cache
    def answered() -> set[tuple[date, str]]:
        # Looked at only where rows are kept aside, which is seldom, and long for many sessions.
        places = zip(to_numpy(rows["date"]).tolist(), words(rows, kind.key), strict=True)
        return {*places, *((one.day, one.key) for one in told.refused)}

    def is_over(one: Refused) -> bool:
        if isinstance(replacing, frozenset) and one.key in replacing:
            return True
        whole = one.day in told.fetched and (one.key == WHOLE_SESSION or replacing == "sessions")
        return whole or one.day in told.closed or (one.day, one.key) in answered()

    return is_over


def _overlaps(name: str, span: tuple[date, date]) -> bool:
    month = _MONTH.search(name)
    return month is None or span[0].isoformat()[:7] <= f"{month[1]}-{month[2]}" <= span[1].isoformat()[:7]


def _staged(name: str) -> str:
    """What a file is called until it takes its place; Spark, DuckDB and pyarrow leave such names alone."""
    folder, _separator, last = name.rpartition("/")
    return f"{folder}/_{last}{_STAGED}"
