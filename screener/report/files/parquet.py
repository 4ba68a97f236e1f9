"""A table as Parquet, with what each column means in the file itself."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from screener.report.columns import Cell, Column
from screener.report.tables import Table

_TYPES: dict[type, pa.DataType] = {
    str: pa.string(),
    date: pa.date32(),
    int: pa.int64(),
    bool: pa.int8(),
    float: pa.float64(),
}


def to_parquet(table: Table) -> bytes:
    """The table with typed columns, its figures rounded as in the CSV, null where there is nothing.

    The metadata of a field has unit, meaning, decimals and when it is null; that of the schema says what the table is
    of: event, as_of, source, banner, schema_version. The same table gives the same bytes.
    """
    fields = [_field(column) for column in table.columns]
    cells = zip(*table.rows, strict=True) if table.rows else [()] * len(fields)
    columns = [
        pa.array([_typed(field.type, cell) for cell in column], field.type)
        for field, column in zip(fields, cells, strict=True)
    ]
    sink = pa.BufferOutputStream()
    about: dict[str | bytes, str | bytes] = dict(table.about.items())
    pq.write_table(pa.table(columns, schema=pa.schema(fields, metadata=about)), sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _field(column: Column) -> pa.Field[pa.DataType]:
    told: dict[str | bytes, str | bytes] = {
        "unit": column.unit.label,
        "meaning": column.meaning,
        "null": column.empty or "never",
    }
    if column.decimals is not None:
        told["decimals"] = str(column.decimals)
    return pa.field(column.name, _TYPES[column.unit.holds], metadata=told)


def _typed(kind: pa.DataType, cell: Cell) -> Cell | date:
    return date.fromisoformat(cell) if isinstance(cell, str) and pa.types.is_date(kind) else cell
