"""Tables as CSV."""

from __future__ import annotations

import csv
import io

from screener.report.columns import Column
from screener.report.tables import Cell, Table

BOM = b"\xef\xbb\xbf"
"""Makes spreadsheets read the file as UTF-8."""
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def to_csv(table: Table) -> bytes:
    """UTF-8 with a byte-order mark; figures with a fixed number of decimals, '' for an empty cell."""
    columns = [_texts(column, cells) for column, cells in zip(table.columns, table.cells, strict=True)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.header)
    writer.writerows(zip(*columns, strict=True))
    return BOM + out.getvalue().encode()


def _texts(column: Column, cells: list[Cell]) -> list[str]:
    if column.unit.decimals is not None:
        pattern = f"%.{column.unit.decimals}f"
        return ["" if cell is None else pattern % cell for cell in cells]
    texts = ["" if cell is None else str(cell) for cell in cells]
    if column.unit.holds is not str:
        return texts
    # A spreadsheet runs text that begins like a formula.
    safe = {text: f"'{text}" if text.lstrip().startswith(_FORMULA) else text for text in set(texts)}
    return [safe[text] for text in texts]
