"""Tables as Parquet, with the meaning of each column in the file itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from screener.report.columns import Column
from screener.report.tables import Cell, Table

_TYPES: dict[type, pa.DataType] = {
    str: pa.string(),
    date: pa.date32(),
    int: pa.int64(),
    bool: pa.int8(),
    float: pa.float64(),
}


def to_parquet(table: Table) -> bytes:
    """Typed columns, figures rounded as in the CSV, null for an empty cell. The same table gives the same bytes.

    The metadata of a field has unit, meaning, decimals and when it is null; that of the schema has event, as_of,
    source, banner and schema_version.
    """
    schema = pa.schema([_field(column) for column in table.columns], metadata=dict(table.about.items()))
    arrays = [
        pa.array(_values(column, cells), field.type)
        for column, cells, field in zip(table.columns, table.cells, schema, strict=True)
    ]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays, schema=schema), sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _field(column: Column) -> pa.Field[pa.DataType]:
    metadata: dict[str | bytes, str | bytes] = {
        "unit": column.unit.label,
        "meaning": column.meaning,
        "null": column.empty or "never",
    }
    if column.unit.decimals is not None:
        metadata["decimals"] = str(column.unit.decimals)
    return pa.field(column.name, _TYPES[column.unit.holds], metadata=metadata)


def _values(column: Column, cells: list[Cell]) -> list[Any]:
    if column.unit.holds is not date:
        return list(cells)
    return [None if cell is None else date.fromisoformat(str(cell)) for cell in cells]
