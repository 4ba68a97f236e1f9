"""`read_table`: a file in any form that people hold as one table of the screener's columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from screener.data.forms import cells
from screener.data.forms.cells import Column
from screener.data.forms.dialects import (
    DECIMAL_RATE,
    NO_HINTS,
    PRICES,
    SHAPES,
    Field,
    Hints,
    bare,
    column_of,
    dialect_of,
    preferred,
    told_by_name,
)
from screener.data.forms.grids import (
    LONGEST_CELL,
    UNREADABLE,
    Grid,
    open_grid,
    quoted,
    refuse_long_lines,
    refuse_too_large,
)
from screener.errors import DataError, ScreenerError
from screener.i18n import N_, _
from screener.krx.codes import code_of

_UNTOLD = {
    "ticker": (
        N_("{path}: contains one stock but does not say which"),
        N_("pass --ticker, or name the file after its code, such as 000660.csv"),
    ),
    "date": (
        N_("{path}: contains one session but does not say which"),
        N_("add a column date, or name the file after its day, such as 20250131.csv"),
    ),
    "index": (
        N_("{path}: contains one index but does not say which"),
        N_("add a column index, or name the file after it, such as KOSPI.csv"),
    ),
}
"""By column that a file lacks, what is said, and what to do."""
_SAME = 1e-4
"""Largest difference of the returns of two columns of closes that are one price."""


def read_table(
    path: Path,
    required: Sequence[str],
    numeric: Sequence[str],
    text: Sequence[str],
    hints: Hints = NO_HINTS,
    recognised: dict[Path, str] | None = None,
) -> pa.Table:
    """Columns of a file: `date` as date32, `numeric` as numbers, `text` as dictionary.

    A CSV or Parquet file with the screener's own columns is read as it is; any other is recognised by its headers, and
    `recognised` gets as what, in words.

    Raises:
        UsageError: there is no such file.
        DataError: it is no table, lacks a `required` column, or holds a cell that cannot be read.
    """
    table = _read_plain(path, required, numeric, text) if path.is_file() and hints == NO_HINTS else None
    if table is not None:
        return table
    try:
        form = recognise(path, hints)
        table = form.table(required, numeric, text)
    except (MemoryError, ScreenerError):
        raise
    except UNREADABLE as error:
        message = " ".join(str(error).split())
        row = re.search(r"Row #(\d+)", message)
        where = f"{path}:{row.group(1)}" if row else str(path)
        raise DataError("{where}: cannot be read: {message}", where=where, message=message[:160]) from None
    if recognised is not None:
        recognised[path] = form.told
    return table


def _read_plain(path: Path, required: Sequence[str], numeric: Sequence[str], text: Sequence[str]) -> pa.Table | None:
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


@dataclass(frozen=True)
class Form:
    """A file, and how it is understood."""

    path: Path
    grid: Grid
    fields: list[Field]
    """The columns that are read, each once."""
    dialect: str | None
    """Who writes such files; None where nobody is known to."""
    shape: str
    """One of `SHAPES`."""
    hints: Hints

    @property
    def headers(self) -> tuple[str, ...]:
        """Of all columns of the file, also those that are not read."""
        return self.grid.headers

    @property
    def told(self) -> str:
        """How the file is understood, in words."""
        parts = (self.dialect, _(SHAPES[self.shape]), *self.grid.written)
        return ", ".join(part for part in parts if part)

    def table(self, required: Sequence[str], numeric: Sequence[str], text: Sequence[str]) -> pa.Table:
        """Its rows, as for `read_table`."""
        columns = self._wide() if self.shape == "wide" else {field.name: self._column(field) for field in self.fields}
        columns = self._with_one_close(columns)
        self._fill_in(columns, required)
        missing = [name for name in required if name not in columns]
        if missing:
            raise DataError(
                "{path}: no column {missing}",
                hint="columns found: {there}",
                path=self.path,
                missing=", ".join(missing),
                there=quoted(self.grid.headers),
            )
        columns = {name: columns[name] for name in ("date", *text, *numeric) if name in columns}
        table = pa.table(columns)
        empty = [cells.is_empty(column) for column in table.columns]
        whole: Any = empty[0]
        for column in empty[1:]:
            whole = pc.and_(whole, column)
        line = np.arange(self.grid.first_line, self.grid.first_line + table.num_rows)
        if pc.any(whole).as_py():
            line, table = line[~np.asarray(whole.combine_chunks())], table.filter(pc.invert(whole))
        if not table.num_rows:
            raise DataError("{path}: contains no rows", path=self.path)
        read = {name: self._read(name, table[name], line, text) for name in table.column_names}
        for name in required:
            if name not in numeric and read[name].null_count:
                row = read[name].is_null().to_pylist().index(True)
                raise DataError(
                    "{path}:{line}: column {name} is empty",
                    hint="fill it or delete the row",
                    path=self.path,
                    line=int(line[row % len(line)]),
                    name=name,
                )
        if any(cells.are_signed(table[name]) for name in table.column_names if name in PRICES):
            read |= {name: pc.abs(read[name]) for name in table.column_names if name in PRICES}
        if "change_pct" in read and self.dialect == DECIMAL_RATE:
            read["change_pct"] = pc.multiply(read["change_pct"], 100.0)
        return pa.table(read)

    def _read(self, name: str, column: Column, line: Any, text: Sequence[str]) -> Column:
        try:
            if name == "date":
                return cells.days(column)
            if name == "ticker":
                return self._bounded(name, cells.codes(column).dictionary_encode())
            if name in text:
                return self._bounded(name, cells.text_of(column).dictionary_encode())
            return cells.numbers(column, none=0.0 if name in ("volume", "value") else None)
        except cells.UnreadableCellError as error:
            kind = _("a date such as 2025-01-31") if name == "date" else _("a number")
            raise DataError(
                "{path}:{line}: {found!r} is not {kind}",
                path=self.path,
                line=int(line[error.row % len(line)]),
                found=error.found[:40],
                kind=kind,
            ) from None
        except cells.AmbiguousDatesError as error:
            raise DataError(
                "{path}: {found!r} can be read as two different dates",
                hint="write dates as 2025-01-31",
                path=self.path,
                found=str(error)[:40],
            ) from None

    def _bounded(self, name: str, column: Column) -> Column:
        if any((pc.max(pc.binary_length(chunk.dictionary)).as_py() or 0) > LONGEST_CELL for chunk in column.chunks):
            raise DataError(
                "{path}: column {name}: a cell is longer than {most:,} bytes",
                hint="correct it or delete the row",
                path=self.path,
                name=name,
                most=LONGEST_CELL,
            )
        return column

    def _column(self, field: Field) -> Column:
        return self.grid.columns[self.grid.fields.index(field)]

    def _wide(self) -> dict[str, Column]:
        """A row for each session and stock of a file with a column for each stock, none where it has no figure."""
        [day] = [field for field in self.fields if field.name == "date"]
        names = sorted({field.name for field in self.fields if field.ticker})
        by_ticker: dict[str, dict[str, Column]] = {}
        for field in self.fields:
            if field.ticker:
                by_ticker.setdefault(field.ticker, {})[field.name] = self._column(field)
        days, rows = self._column(day), len(self._column(day))
        parts = []
        for ticker, columns in by_ticker.items():
            missing = pa.chunked_array([pa.nulls(rows, next(iter(columns.values())).type)])
            part = pa.table({"date": days, **{name: columns.get(name, missing) for name in names}})
            known: Any = pc.invert(cells.is_empty(part["close" if "close" in names else names[0]]))
            part = part.filter(known)
            parts.append(part.append_column("ticker", pa.array([ticker] * part.num_rows, pa.string())))
        table = pa.concat_tables(parts, promote_options="permissive")
        return dict(zip(table.column_names, table.columns, strict=True))

    def _with_one_close(self, columns: dict[str, Column]) -> dict[str, Column]:
        """Without the second of two columns of closes.

        Where they give the same returns, they are one price in two units, and that of the other prices is read; else
        the user says which one counts.
        """
        if "adjusted" not in columns:
            return columns
        adjusted = columns.pop("adjusted")
        if "close" not in columns or self.hints.adjusted:
            return {**columns, "close": adjusted}
        if self.hints.adjusted is None and not self._alike(columns, adjusted):
            close, other = (
                next(field.header for field in self.fields if field.name == name) for name in ("close", "adjusted")
            )
            raise DataError(
                "{path}: {close!r} and {other!r} give different returns",
                hint="choose the column to read: --adjusted yes reads {other!r}, --adjusted no {close!r}",
                path=self.path,
                close=close,
                other=other,
            )
        if self.hints.adjusted is None and "high" in columns:
            high, *closes = (
                np.asarray(cells.numbers(column).combine_chunks())
                for column in (columns["high"], columns["close"], adjusted)
            )
            above, adjusted_above = ((close > high).mean() for close in closes)
            if above > adjusted_above:
                return {**columns, "close": adjusted}
        return columns

    def _alike(self, columns: dict[str, Column], adjusted: Column) -> bool:
        a, b = (np.asarray(cells.numbers(column).combine_chunks()) for column in (columns["close"], adjusted))
        stock = columns.get("ticker")
        number = np.zeros(len(a), int)
        if stock is not None:
            number = np.unique([str(word) for word in stock.to_pylist()], return_inverse=True)[1]
        order = np.argsort(number, kind="stable")
        a, b, number = a[order], b[order], number[order]
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.abs((a[1:] / a[:-1]) / (b[1:] / b[:-1]) - 1.0)
        return not (apart[np.diff(number) == 0] > _SAME).any()

    def _fill_in(self, columns: dict[str, Column], required: Sequence[str]) -> None:
        """What the file's name or the user says of all its rows."""
        rows = len(next(iter(columns.values())))
        told = told_by_name(self.path.stem)
        if self.hints.ticker:
            told["ticker"] = self.hints.ticker
        for name, value in told.items():
            if name not in required or name in columns:
                continue
            if value is None:
                fault, hint = _UNTOLD[name]
                raise DataError(fault, hint=hint, path=self.path)
            columns[name] = pa.chunked_array([pa.array([value] * rows)])


def recognise(path: Path, hints: Hints = NO_HINTS) -> Form:
    """How a file is understood.

    Raises:
        UsageError: there is no such file.
        DataError: it is no table, or it names one thing twice.
    """
    grid = open_grid(path)
    dialect = dialect_of(grid.headers)
    if dialect == DECIMAL_RATE:
        renamed = [replace(field, name="change_pct") if field.name == "change" else field for field in grid.fields]
        grid = replace(grid, fields=renamed)
    fields = preferred(grid.fields)
    for name in ("date", "ticker", "close"):
        twice = [field.header for field in grid.fields if field.name == name and not field.ticker]
        if len(twice) > 1 and (name == "close" or len({bare(header) for header in twice}) < len(twice)):
            raise DataError(
                "{path}: the columns {columns} all contain the {name}",
                hint="delete all but one",
                path=path,
                columns=", ".join(map(repr, twice)),
                name=name,
            )
    names = {field.name for field in fields if not field.ticker}
    if any(field.ticker for field in fields):
        shape = "wide"
    elif "index" in names:
        shape = "index"
    elif {"date", "ticker"} <= names:
        shape = "long"
    else:
        shape = "stock" if "date" in names else "session"
    if dialect is None and _has_yahoo_codes(grid, fields):
        dialect = "yfinance"
    return Form(path, grid, fields, dialect, shape, hints)


def _has_yahoo_codes(grid: Grid, fields: Sequence[Field]) -> bool:
    """Whether codes end in .KS and .KQ, as those of yfinance do; its headers, of two or three rows, vary."""
    headers = [field.header for field in fields if field.ticker]
    codes = next(
        (column for field, column in zip(grid.fields, grid.columns, strict=True) if field.name == "ticker"), None
    )
    if codes is not None and len(codes):
        headers = [str(codes[0].as_py())]
    return bool(headers) and all(header.upper().endswith((".KS", ".KQ")) for header in headers)
