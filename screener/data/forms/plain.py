"""Files in the screener's own form, read as they are: the quick way of files that need not be recognised."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from screener.data.forms.cells import Column
from screener.data.forms.dialects import PRICES, column_of
from screener.data.forms.grids import LONGEST_CELL, refuse_long_lines, refuse_too_large
from screener.krx.codes import code_of


def read_plain(path: Path, required: Sequence[str], numeric: Sequence[str], text: Sequence[str]) -> pa.Table | None:
    """The table of a file in the screener's own form; None where it is not in it, to the last cell."""
    wanted = ["date", *text, *numeric]
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            table = _plain_parquet(path, required, wanted)
        elif path.suffix.lower() == ".csv":
            table = _plain_csv(path, required, wanted, text)
        else:
            return None
    except (pa.ArrowException, UnicodeDecodeError) as error:
        if isinstance(error, MemoryError):
            raise
        return None
    if table is None or not table.num_rows:
        return None
    columns = []
    for name in table.column_names:
        column = table[name]
        if name in text:
            column = _encoded(column)
            if (pc.max(pc.binary_length(column.chunk(0).dictionary)).as_py() or 0) > LONGEST_CELL:
                return None  # the other way refuses it by name
            if name == "ticker" and not all(map(_is_plain, column.chunk(0).dictionary.to_pylist())):
                return None
        elif name == "date":
            column = column.cast(pa.date32())
        elif not pa.types.is_integer(column.type):
            column = column.cast(pa.float64())
        if name in PRICES and (pc.min(column).as_py() or 0) < 0:
            return None  # signs may be the direction of a move
        if name in required and name not in numeric and column.null_count:
            return None
        columns.append(column)
    return pa.Table.from_arrays(columns, names=table.column_names)


def _is_plain(ticker: str) -> bool:
    """Whether it is a code as it is or without its leading zeros, or no code in whatever form."""
    return code_of(ticker) in (ticker.zfill(6), None) and ticker == ticker.strip()


def _plain_parquet(path: Path, required: Sequence[str], wanted: Sequence[str]) -> pa.Table | None:
    have = pq.read_schema(path)
    if any(have.names.count(name) != 1 for name in required) or _has_two_closes(have.names):
        return None
    day = have.field("date").type
    if not (pa.types.is_date(day) or (pa.types.is_timestamp(day) and not day.tz)):
        return None
    present = [name for name in wanted if name in have.names]
    # A million tickers are a few thousand words: read so, they take a tenth of the time.
    file = pq.ParquetFile(path, read_dictionary=[name for name in present if _is_text(have.field(name).type)])
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    refuse_too_large(path, file.metadata.num_rows, sum(group.total_byte_size for group in groups))
    return file.read(columns=present)


def _plain_csv(path: Path, required: Sequence[str], wanted: Sequence[str], text: Sequence[str]) -> pa.Table | None:
    with path.open("rb") as content:
        refuse_long_lines(path, content)
    with path.open(encoding="utf-8-sig") as file:
        header = [name.strip('"') for name in file.readline().rstrip("\n").split(",")]
    if any(header.count(name) != 1 for name in required) or _has_two_closes(header):
        return None
    types = {name: pa.string() if name in text else pa.float64() for name in wanted} | {"date": pa.date32()}
    present = [name for name in wanted if name in header]
    return pyarrow.csv.read_csv(
        path,
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={name: types[name] for name in present}, include_columns=present, strings_can_be_null=True
        ),
    )


def _has_two_closes(headers: Sequence[str]) -> bool:
    return sum(column_of(header) in ("close", "adjusted") for header in headers) > 1


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _encoded(column: Column) -> Column:
    """A column of text, or of codes that were taken for numbers, as a dictionary; each word stands in it once."""
    if pa.types.is_dictionary(column.type):
        return column.unify_dictionaries()
    return (column if _is_text(column.type) else column.cast(pa.string())).dictionary_encode()
