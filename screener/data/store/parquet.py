"""A file of the store: Parquet that tells by itself what it holds, since when, and whether a bit of it has changed.

The footer holds two texts of ours. `screener` (JSON) names the file, and says when each session was fetched, which days
were no sessions, and what was asked of each stock. `screener.sums` holds the first 32 digits of the SHA-256 of each
column of each row group, in the file's order, and of the footer itself with zeros in the place of that last sum. So a
reader hashes the footer and the columns that it needs, and nothing else.

Screeners before 0.2 wrote one file a year, and a manifest of them all beside it; such a table is read to be moved.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from screener.decoding import NOT_UNDERSTOOD, from_json
from screener.errors import DataError
from screener.i18n import _
from screener.krx.tables import TableKind, plain, to_numpy

Replacing = Literal["rows", "sessions"] | frozenset[str]
"""What new rows take the place of: the rows of equal (date, key), whole sessions, or all rows of these keys."""

FORMAT = 2
_PATIENCE = timedelta(hours=20)
ROW_GROUP = 55_000
"""Rows of about 20 sessions of a whole market, which is a month."""
_FOOTER = 65_536
"""Bytes at the end of a file that hold most footers whole."""
_MAGIC = b"PAR1"
_FACTS, _SUMS = "screener", "screener.sums"
_DIGITS = 32
_MARK = b"SHA-256 of columns and footer: "
_MARKED = re.compile(re.escape(_MARK) + rb"([0-9a-f]+)")
MANIFEST = "_manifest.json"
_EARLIER = re.compile(r"_manifest\.new|year=\d{4}/(part-0\.parquet|_staged-[0-9a-f]{12})")
_SEALED = re.compile(rb'\{"sha256":"([0-9a-f]{64})","content":(.*)\}\n', re.DOTALL)


class MismatchError(Exception):
    """A file is not as it was written; the text says how this shows."""


class Coverage(NamedTuple):
    """What was asked of a source about one ticker; it may have no rows in a part of that, or in all of it."""

    first: date
    last: date
    fetched: datetime


WHOLE_SESSION = "*"
"""In the place of a key: the session as a whole was refused."""


class Refused(NamedTuple):
    """A row that was not believed, and is kept aside until a sound one takes its place."""

    day: date
    key: str
    reason: str
    """A word of `refusals.REASONS`; empty once it was taken out: it is to be asked for again, and nothing is said."""
    row: str
    """What came, as JSON."""
    fetched: datetime

    @property
    def shown(self) -> str:
        """As messages name it."""
        return str(self.day) if self.key == WHOLE_SESSION else f"{self.key} {self.day}"

    def is_due(self, now: datetime) -> bool:
        """Whether to ask for it again: once a day is enough, and of a day without trading not at all."""
        return not self.reason or (self.reason != "closed" and now - self.fetched >= _PATIENCE)


@dataclass(frozen=True)
class Facts:
    """What a file tells beside its rows."""

    name: str
    """The file, relative to the store's root."""
    fetched: Mapping[date, datetime] = field(default_factory=dict)
    """The sessions that have rows, and when each was fetched last."""
    closed: Mapping[date, datetime] = field(default_factory=dict)
    """Days that were asked for and turned out to be no sessions, and when."""
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    """By ticker, of tables that are fetched as histories."""
    refused: tuple[Refused, ...] = ()
    """By day and key. They stand here so that they are written with the rows that came with them, or not at all."""

    def to_json(self) -> str:
        """Equal facts give equal text."""
        days: dict[str, list[str]] = {}
        for day, at in sorted(self.fetched.items()):
            days.setdefault(at.isoformat(), []).append(day.isoformat())
        facts: dict[str, Any] = {
            "format": FORMAT,
            "file": self.name,
            "fetched": days,
            "closed": {day.isoformat(): at.isoformat() for day, at in self.closed.items()},
            "coverage": {key: [value.isoformat() for value in known] for key, known in self.coverage.items()},
        }
        if self.refused:
            facts["refused"] = [
                [one.day.isoformat(), one.key, one.reason, one.row, one.fetched.isoformat()] for one in self.refused
            ]
        return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: bytes) -> Facts:
        """Read what `to_json` wrote; what a later screener has written is a DataError."""
        facts = from_json(text)
        if facts["format"] != FORMAT:
            raise DataError(
                "has format {found}; this screener supports {known}",
                hint="update it",
                found=facts["format"],
                known=FORMAT,
            )
        days = {
            date.fromisoformat(day): datetime.fromisoformat(at) for at, days in facts["fetched"].items() for day in days
        }
        return cls(
            facts["file"],
            dict(sorted(days.items())),
            _times(facts["closed"]),
            _coverage(facts["coverage"]),
            tuple(
                Refused(date.fromisoformat(day), key, reason, row, datetime.fromisoformat(at))
                for day, key, reason, row, at in facts.get("refused", ())
            ),
        )


def _times(written: Mapping[str, str]) -> dict[date, datetime]:
    return {date.fromisoformat(day): datetime.fromisoformat(at) for day, at in written.items()}


def _coverage(written: Mapping[str, Sequence[str]]) -> dict[str, Coverage]:
    return {
        key: Coverage(date.fromisoformat(first), date.fromisoformat(last), datetime.fromisoformat(fetched))
        for key, (first, last, fetched) in written.items()
    }


class Footer:
    """The end of a file, checked."""

    def __init__(self, data: pa.Buffer, name: str) -> None:
        """Check and read the footer at the end of `data`, which may begin anywhere before it.

        `name` is that of the file, relative to the store's root.

        Raises:
            MismatchError: a bit of the footer has changed, or the store did not write it under this name.
            DataError: a later screener has written it.
        """
        footer = data.slice(max(data.size - _footer_size(data), 0)).to_pybytes()
        found = _MARKED.search(footer)
        if found is None or _sum(_blanked(footer, found.end())) != found[1][-_DIGITS:].decode():
            raise MismatchError(_("checksum mismatch"))
        self.meta = pq.read_metadata(pa.BufferReader(footer))
        self.facts = Facts.from_json((self.meta.metadata or {})[_FACTS.encode()])
        if self.facts.name != name:
            raise MismatchError(_("is a copy of {file}", file=self.facts.name))
        self.sums = found[1][:-_DIGITS].decode()
        """Of the columns: equal rows give equal ones, whenever they were fetched."""
        self.size = max((end for _start, end in _bounds(self.meta)), default=len(_MAGIC)) + len(footer)
        """Bytes of the whole file."""

    @classmethod
    def read(cls, last: Callable[[int], pa.Buffer], name: str) -> Footer:
        """Read the footer alone; `last` gives so many bytes of the file's end."""
        data = last(_FOOTER)
        return cls(data if _footer_size(data) <= data.size else last(_footer_size(data)), name)

    def check(self, data: pa.Buffer, groups: Collection[int], columns: Collection[int]) -> None:
        """Compare columns of row groups with their sums.

        Raises:
            MismatchError: they differ.
        """
        bounds = list(_bounds(self.meta))
        for group in groups:
            for column in columns:
                number = group * self.meta.num_columns + column
                start, end = bounds[number]
                if _sum(data.slice(start, end - start)) != self.sums[number * _DIGITS : (number + 1) * _DIGITS]:
                    raise MismatchError(_("checksum mismatch"))


def _footer_size(data: pa.Buffer | bytearray) -> int:
    """Bytes of the footer of a file that ends with `data`, with the length and the magic word behind it."""
    return int.from_bytes(bytes(data[-8:-4]), "little") + 8


def encode(rows: pa.Table, kind: TableKind, facts: Facts) -> pa.Buffer:
    """Rows, sorted, as a file; equal rows and facts give equal bytes."""
    schema = plain(kind.schema)
    # Prices are few and repeat; volumes and values hardly do, and are smaller and quicker as they are.
    few: Any = [field.name for field in kind.schema if not pa.types.is_int64(field.type)]
    groups = -(-rows.num_rows // ROW_GROUP)
    blank = _MARK.decode() + "0" * _DIGITS * (groups * len(schema) + 1)
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, schema, compression="zstd", write_page_checksum=True, use_dictionary=few) as writer:
        if groups:
            writer.write_table(rows.cast(schema), row_group_size=ROW_GROUP)
        writer.add_key_value_metadata({_FACTS: facts.to_json(), _SUMS: blank})
    # The sums are known only now, and take the place of as many zeros.
    data = bytearray(sink.getvalue())
    sums = "".join(_sum(data[start:end]) for start, end in _bounds(pq.read_metadata(pa.BufferReader(data))))
    at = data.rfind(_MARK) + len(_MARK)
    data[at : at + len(sums)] = sums.encode()
    end = at + len(sums) + _DIGITS
    data[end - _DIGITS : end] = _sum(data[-_footer_size(data) :]).encode()
    return pa.py_buffer(bytes(data))


def decode(
    data: pa.Buffer,
    footer: Footer,
    kind: TableKind,
    columns: Sequence[str],
    span: tuple[date, date],
    keys: Collection[str] | None = None,
) -> pa.Table:
    """Columns of a file, of the days of `span`, of some keys or all; words as dictionaries.

    Raises:
        MismatchError: what is needed is damaged.
    """
    (first, last), meta = span, footer.meta
    days: list[Any] = [meta.row_group(group).column(0).statistics for group in range(meta.num_row_groups)]
    groups = [group for group, of in enumerate(days) if of.min <= last and of.max >= first]
    wanted = list(dict.fromkeys([*columns, "date", kind.key] if keys is not None else [*columns, "date"]))
    footer.check(data, groups, [kind.schema.get_field_index(name) for name in wanted])
    file = pq.ParquetFile(pa.BufferReader(data), metadata=meta, read_dictionary=_words(kind))
    rows = file.read_row_groups(groups, columns=wanted)
    day = to_numpy(rows["date"])
    start, end = np.searchsorted(day, np.datetime64(first)), np.searchsorted(day, np.datetime64(last), side="right")
    rows = rows.slice(int(start), int(end - start))
    if keys is not None:
        rows = rows.filter(pc.field(kind.key).cast(pa.string()).isin(list(keys)))
    return rows.select(list(columns))


def examine(data: pa.Buffer, kind: TableKind, name: str) -> None:
    """Look at every byte and row of a file.

    Raises:
        MismatchError: it is not what `encode` wrote under this name, and why.
        DataError: a later screener has written it.
    """
    footer = Footer(data, name)
    bounds = list(_bounds(footer.meta))
    starts, ends = [start for start, _end in bounds], [len(_MAGIC), *(end for _start, end in bounds)]
    # No sum would cover what lies between two columns.
    if starts != ends[:-1] or footer.size != data.size or bytes(data[: len(_MAGIC)]) != _MAGIC:
        raise MismatchError(_("checksum mismatch"))
    footer.check(data, range(footer.meta.num_row_groups), range(footer.meta.num_columns))
    rows = pq.ParquetFile(pa.BufferReader(data), read_dictionary=_words(kind)).read()
    if not rows.schema.remove_metadata().equals(kind.schema):
        raise MismatchError(_("has unexpected columns"))
    if {day.item() for day in np.unique(to_numpy(rows["date"]))} != set(footer.facts.fetched):
        raise MismatchError(_("has sessions other than declared"))
    order, *_rest = _ranks(rows.unify_dictionaries().combine_chunks(), kind)
    if (order[1:] <= order[:-1]).any():
        raise MismatchError(_("has duplicate or unsorted rows"))


def conform(rows: pa.Table, kind: TableKind) -> pa.Table:
    """Rows with exactly the columns of their kind; a column that is not there is unknown throughout."""
    columns: list[pa.ChunkedArray[Any]] = []
    for column in kind.schema:
        if column.name not in rows.column_names:
            columns.append(pa.chunked_array([pa.nulls(rows.num_rows, column.type)]))
        elif pa.types.is_dictionary(column.type):
            columns.append(rows[column.name].cast(pa.string()).dictionary_encode())
        else:
            columns.append(rows[column.name].cast(column.type))
    for name in ("date", kind.key):
        if columns[kind.schema.get_field_index(name)].null_count:
            raise DataError(
                "{table}: a row has no {name}: a source must not provide such a row", table=kind.name, name=name
            )
    return pa.table(columns, schema=kind.schema)


def merge(old: pa.Table, new: pa.Table, kind: TableKind, replacing: Replacing, days: Collection[date]) -> pa.Table:
    """Old rows without those that the new ones replace, and the new ones, by date and key; `old` if nothing changes.

    `replacing` 'sessions' replaces all rows on `days`. A new row that stands twice is a DataError.
    """
    both = pa.concat_tables([old, new]).unify_dictionaries().combine_chunks()
    rank, day, names, code = _ranks(both, kind)
    is_old = np.arange(len(rank)) < old.num_rows
    if replacing == "rows":
        gone = np.isin(rank, rank[~is_old])
    elif replacing == "sessions":
        gone = np.isin(day, np.array(list(days), dtype="datetime64[D]").astype(np.int64))
    else:
        gone = np.isin(names, list(replacing))[code]
    kept = np.flatnonzero(~(gone & is_old))
    if not new.num_rows and len(kept) == old.num_rows:
        return old
    order = kept[np.argsort(rank[kept], kind="stable")]
    double = np.flatnonzero(rank[order][1:] == rank[order][:-1])
    if double.size:
        row = int(order[double[0]])
        raise DataError(
            "{table}: {key} is listed twice on {day}: the source is wrong",
            table=kind.name,
            key=both[kind.key][row],
            day=both["date"][row],
        )
    rows: Any = pa.array(order)
    return both.take(rows)


def _ranks(
    rows: pa.Table, kind: TableKind
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any], NDArray[np.int32]]:
    """By row a number that rises with (date, key), and the day's; the keys, and by row the key's position in them."""
    coded: Any = rows[kind.key].combine_chunks()
    names = np.array(coded.dictionary.to_pylist(), dtype=object)
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.argsort(names)] = np.arange(len(names))
    day = to_numpy(rows["date"]).astype(np.int64)
    code = to_numpy(coded.indices)
    return day * len(names) + rank[code], day, names, code


def _words(kind: TableKind) -> list[str]:
    return [field.name for field in kind.schema if pa.types.is_dictionary(field.type)]


def _bounds(meta: pq.FileMetaData) -> Iterator[tuple[int, int]]:
    """Where each column of each row group begins and ends, in the file's order."""
    for group in range(meta.num_row_groups):
        for number in range(meta.num_columns):
            chunk: Any = meta.row_group(group).column(number)
            start = chunk.dictionary_page_offset if chunk.has_dictionary_page else chunk.data_page_offset
            yield start, start + chunk.total_compressed_size


def _blanked(footer: bytes, end: int) -> bytes:
    """The footer with zeros in the place of its own sum, which ends at `end`."""
    return footer[: end - _DIGITS] + b"0" * _DIGITS + footer[end:]


def _sum(piece: Any) -> str:
    return hashlib.sha256(piece).hexdigest()[:_DIGITS]


def is_earlier(name: str) -> bool:
    """Whether a file of a table is of this layout."""
    return name == MANIFEST or _EARLIER.fullmatch(name) is not None


def load_earlier(
    read: Callable[[str], pa.Buffer], folder: str, names: Collection[str], kind: TableKind
) -> tuple[pa.Table, Facts]:
    """Rows of a table, and what it tells beside them; a damaged part of it is left out, and fetched again.

    `read` gives a file of the store; `names` are all files of `folder`, that of the table.
    """
    known: dict[str, Any] = {}
    asked: dict[str, Coverage] = {}
    closed: dict[date, datetime] = {}
    with suppress(*NOT_UNDERSTOOD):
        manifest = _unsealed(read(f"{folder}/{MANIFEST}").to_pybytes())
        asked = _coverage(manifest.get("coverage", {}))
        closed = _times(manifest.get("closed", {}))
        known = {
            year: {"staged": one["staged"], "sha256": one["sha256"]} for year, one in manifest["partitions"].items()
        }
    years = sorted({*known, *(name.split("year=")[1][:4] for name in names if name.endswith("part-0.parquet"))})
    parts, lost = [kind.schema.empty_table()], set()
    fetched: dict[date, datetime] = {}
    for year in years:
        # A change counted with the manifest, and could be cut short before the file was in its place.
        staged = [known[year]["staged"]] if year in known else []
        for name in (*staged, f"year={year}/part-0.parquet"):
            with suppress(pa.ArrowException, *NOT_UNDERSTOOD):
                rows, times = _earlier_partition(read(f"{folder}/{name}"), known.get(year, {}).get("sha256"))
                parts.append(conform(rows, kind))
                fetched |= times
                break
        else:
            lost.add(int(year))
    # Nobody knows which histories had rows in a lost year.
    coverage = {key: one for key, one in asked.items() if lost.isdisjoint(range(one.first.year, one.last.year + 1))}
    rows = pa.concat_tables(parts).unify_dictionaries().combine_chunks()
    return rows, Facts(folder, fetched, closed, coverage)


def _earlier_partition(data: pa.Buffer, sha256: str | None) -> tuple[pa.Table, dict[date, datetime]]:
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError
    # Without a manifest the checksums of the pages must do.
    file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
    return file.read(), _times(_unsealed((file.schema_arrow.metadata or {})[b"screener.fetched"]))


def _unsealed(data: bytes) -> Any:
    """What stands under a checksum of itself."""
    found = _SEALED.fullmatch(data)
    if found is None or hashlib.sha256(found[2]).hexdigest().encode() != found[1]:
        raise ValueError
    return from_json(found[2])
