"""One year of a table as a Parquet file, and what becomes of its rows when new ones arrive."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from screener.data.store.manifest import SUM, MismatchError, Partition, from_times, seal, times, unseal
from screener.errors import DataError
from screener.i18n import _
from screener.krx.tables import TableKind, to_numpy

Replacing = Literal["rows", "sessions", "series"]

ROW_GROUP = 55_000
"""Rows of about 20 sessions of a whole market: few enough that a read of some months leaves most of a year alone."""
_TOGETHER = 2
"""Row groups that are read in one piece of work."""
_FETCHED = b"screener.fetched"


def words(kind: TableKind) -> list[str]:
    """The columns that hold words."""
    return [field.name for field in kind.schema if pa.types.is_dictionary(field.type)]


def conform(rows: pa.Table, kind: TableKind) -> pa.Table:
    """Rows with exactly the columns of their kind; a column that is not there is unknown throughout.

    Raises:
        DataError: a row without a date or a key.
    """
    columns: list[pa.ChunkedArray[Any]] = []
    for field in kind.schema:
        if field.name not in rows.column_names:
            columns.append(pa.chunked_array([pa.nulls(rows.num_rows, field.type)]))
        elif pa.types.is_dictionary(field.type):
            columns.append(rows[field.name].cast(pa.string()).dictionary_encode())
        else:
            columns.append(rows[field.name].cast(field.type))
    for name in ("date", kind.key):
        if columns[kind.schema.get_field_index(name)].null_count:
            raise DataError(
                "{table}: a row has no {name}: a source must not give such a row", table=kind.name, name=name
            )
    return pa.table(columns, schema=kind.schema)


def merge(
    old: pa.Table, new: pa.Table, kind: TableKind, replacing: Replacing, days: Collection[date], keys: Collection[str]
) -> pa.Table:
    """Old rows without those that the new ones replace, and the new ones, by date and key; `old` if nothing changes.

    Args:
        old: rows of one year.
        new: rows of the same year.
        kind: what both are.
        replacing: 'rows' replaces equal (date, key), 'sessions' all rows on `days`, 'series' all rows of `keys`.
        days: sessions that go.
        keys: tickers or indices that go.

    Raises:
        DataError: a new row stands twice.
    """
    both = pa.concat_tables([old, new]).unify_dictionaries().combine_chunks()
    place, day, names, code = _places(both, kind)
    is_old = np.arange(len(place)) < old.num_rows

    if replacing == "rows":
        gone = np.isin(place, place[~is_old])
    elif replacing == "sessions":
        gone = np.isin(day, np.array(list(days), dtype="datetime64[D]").astype(np.int64))
    else:
        gone = np.isin(names, list(keys))[code]
    kept = np.flatnonzero(~(gone & is_old))
    if not new.num_rows and len(kept) == old.num_rows:
        return old
    order = kept[np.argsort(place[kept], kind="stable")]
    double = np.flatnonzero(place[order][1:] == place[order][:-1])
    if double.size:
        row = int(order[double[0]])
        raise DataError(
            "{table}: {key} stands twice on {day}: the source is wrong",
            table=kind.name,
            key=both[kind.key][row],
            day=both["date"][row],
        )
    rows: Any = pa.array(order)
    return both.take(rows)


def encode(rows: pa.Table, kind: TableKind, fetched: Mapping[date, datetime]) -> tuple[Partition, pa.Buffer]:
    """A year's rows, sorted, as a Parquet file; equal rows give equal bytes.

    It tells by itself when its sessions were fetched, and its pages carry checksums, so that a lost manifest can be
    made again from the files.
    """
    plain = [(field.name, pa.string() if field.name in words(kind) else field.type) for field in kind.schema]
    schema = pa.schema(plain, metadata={_FETCHED: seal(times(fetched))})
    # Prices are few and repeat; volumes and values hardly do, and are smaller and quicker as they are.
    few: Any = [field.name for field in kind.schema if not pa.types.is_int64(field.type)]
    sink = pa.BufferOutputStream()
    pq.write_table(
        rows.cast(pa.schema(plain)).replace_schema_metadata(schema.metadata),
        sink,
        compression="zstd",
        row_group_size=ROW_GROUP,
        write_page_checksum=True,
        use_dictionary=few,
    )
    data = sink.getvalue()
    meta = pq.read_metadata(pa.BufferReader(data))
    pieces = [_chunk(data, meta, group, n) for group in range(meta.num_row_groups) for n in range(meta.num_columns)]
    sums = "".join(_sum(piece) for piece in [*pieces, _footer(data)])
    sha256 = hashlib.sha256(data).hexdigest()
    return Partition(min(fetched).year, rows.num_rows, data.size, sha256, sums, dict(fetched)), data


def reading(
    data: pa.Buffer,
    partition: Partition,
    kind: TableKind,
    columns: Sequence[str],
    first: date | None = None,
    last: date | None = None,
    keys: Collection[str] | None = None,
) -> list[Callable[[], pa.Table]]:
    """The work of reading columns of a year, from `first` through `last`, of some keys or all; words as dictionaries.

    Pieces of some row groups can be read side by side. Each hashes the bytes it needs before it reads them.

    Raises:
        MismatchError: the bytes are not those of the partition; the work may raise it too.
    """
    if _sum(_footer(data)) != partition.sums[-SUM:]:
        raise MismatchError(partition.name)
    meta = pq.read_metadata(pa.BufferReader(data))
    first, last = first or date.min, last or date.max
    groups = [group for group, (start, end) in enumerate(_spans(meta)) if start <= last and end >= first]
    wanted = list(dict.fromkeys([*columns, "date", kind.key] if keys is not None else [*columns, "date"]))
    places = [kind.schema.get_field_index(name) for name in wanted]

    def read(groups: list[int]) -> pa.Table:
        for group in groups:
            for column in places:
                at = (group * len(kind.schema) + column) * SUM
                if _sum(_chunk(data, meta, group, column)) != partition.sums[at : at + SUM]:
                    raise MismatchError(partition.name)
        file = pq.ParquetFile(pa.BufferReader(data), metadata=meta, read_dictionary=words(kind))
        rows = file.read_row_groups(groups, columns=wanted, use_threads=False)
        day = to_numpy(rows["date"])
        start, end = np.searchsorted(day, np.datetime64(first)), np.searchsorted(day, np.datetime64(last), side="right")
        rows = rows.slice(int(start), int(end - start))
        if keys is not None:
            rows = rows.filter(pc.field(kind.key).cast(pa.string()).isin(list(keys)))
        return rows.select(list(columns))

    return [partial(read, groups[at : at + _TOGETHER]) for at in range(0, len(groups), _TOGETHER)]


def examine(data: pa.Buffer, kind: TableKind, year: int) -> tuple[pa.Table, dict[date, datetime]]:
    """All rows of a file whose checksum nobody knows, and when its sessions were fetched.

    Raises:
        ValueError: it cannot be what `encode` wrote, and why.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=words(kind), page_checksum_verification=True)
        rows = file.read()
        fetched = from_times(unseal((file.schema_arrow.metadata or {})[_FETCHED]))
    except (pa.ArrowException, OSError, KeyError) as error:
        raise ValueError(_("cannot be read: {why}", why=" ".join(str(error).split())[:160])) from None
    if not rows.schema.equals(kind.schema):
        raise ValueError(_("has other columns than it should"))
    day = to_numpy(rows["date"])
    if {one.item() for one in np.unique(day)} != set(fetched):
        raise ValueError(_("has other sessions than it says"))
    if any(one.year != year for one in fetched):
        raise ValueError(_("has sessions of another year"))
    place, *_rest = _places(rows.unify_dictionaries().combine_chunks(), kind)
    if (place[1:] <= place[:-1]).any():
        raise ValueError(_("has rows twice, or out of order"))
    return rows, fetched


def _places(
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


def _spans(meta: pq.FileMetaData) -> list[tuple[date, date]]:
    """First and last session of each row group."""
    known: list[Any] = [meta.row_group(number).column(0).statistics for number in range(meta.num_row_groups)]
    return [(one.min, one.max) for one in known]


def _chunk(data: pa.Buffer, meta: pq.FileMetaData, group: int, column: int) -> pa.Buffer:
    """The bytes of one column of one row group."""
    chunk: Any = meta.row_group(group).column(column)
    start = chunk.dictionary_page_offset if chunk.has_dictionary_page else chunk.data_page_offset
    return data.slice(start, chunk.total_compressed_size)


def _sum(piece: pa.Buffer) -> str:
    return hashlib.sha256(piece).hexdigest()[:SUM]


def _footer(data: pa.Buffer) -> pa.Buffer:
    """What stands behind the last column: where everything is, statistics, and the length of all that itself."""
    length = int.from_bytes(data[-8:-4].to_pybytes(), "little") + 8
    return data.slice(max(data.size - length, 0))
