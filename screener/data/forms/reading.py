"""`read_table`: a file in any form that people hold as one table of the screener's columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from screener.data.forms import cells
from screener.data.forms.cells import Column
from screener.data.forms.dialects import (
    NO_HINTS,
    PRICES,
    SHAPES,
    YFINANCE,
    Field,
    Hints,
    bare,
    dialect_of,
    preferred,
)
from screener.data.forms.grids import (
    LONGEST_CELL,
    UNREADABLE,
    Grid,
    open_grid,
)
from screener.data.forms.plain import read_plain
from screener.errors import DataError, ScreenerError
from screener.i18n import N_, _
from screener.krx.codes import code_of

_INDEX_NAMES = {
    "KOSPI": "kospi 코스피 ks11 1001",
    "KOSDAQ": "kosdaq 코스닥 kq11 2001",
}
"""What the name of a file of one index says that it is."""
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
    table = read_plain(path, required, numeric, text) if path.is_file() and hints == NO_HINTS else None
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
    decimal_rate: bool

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
        columns = self._wide() if self.shape == "wide" else self._long()
        columns = self._with_one_close(columns)
        self._fill_in(columns, required)
        missing = [name for name in required if name not in columns]
        if missing:
            there = ", ".join(repr(name[:40]) for name in self.grid.headers[:12])
            raise DataError(
                "{path}: no column {missing}",
                hint="columns found: {there}",
                path=self.path,
                missing=", ".join(missing),
                there=there + (", ..." if len(self.grid.headers) > 12 else ""),
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
        if "change_pct" in read and self.decimal_rate:
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

    def _long(self) -> dict[str, Column]:
        return {field.name: self._column(field) for field in self.fields}

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
        number = np.zeros(len(a), int) if stock is None else np.unique(_words(stock), return_inverse=True)[1]
        order = np.argsort(number, kind="stable")
        a, b, number = a[order], b[order], number[order]
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.abs((a[1:] / a[:-1]) / (b[1:] / b[:-1]) - 1.0)
        return not (apart[np.diff(number) == 0] > _SAME).any()

    def _fill_in(self, columns: dict[str, Column], required: Sequence[str]) -> None:
        """What the file's name or the user says of all its rows."""
        rows, stem = len(next(iter(columns.values()))), self.path.stem
        told: dict[str, Any] = {
            "ticker": self.hints.ticker or _code_in(stem),
            "date": _day_in(stem),
            "index": _index_in(stem),
        }
        for name, value in told.items():
            if name not in required or name in columns:
                continue
            if value is None:
                fault, hint = _UNTOLD[name]
                raise DataError(fault, hint=hint, path=self.path)
            columns[name] = pa.chunked_array([pa.array([value] * rows)])


def _words(column: Column) -> Any:
    return np.array([str(word) for word in column.to_pylist()])


def _index_in(stem: str) -> str | None:
    """The index that the name of a file names, the first one of several."""
    called = stem.casefold()
    return next((name for name, words in _INDEX_NAMES.items() if any(word in called for word in words.split())), None)


def _code_in(stem: str) -> str | None:
    """The one code that the name of a file holds."""
    found = {code for part in re.split(r"[^0-9A-Za-z.]+", stem) if len(part) > 5 and (code := code_of(part))}
    return found.pop() if len(found) == 1 else None


def _day_in(stem: str) -> date | None:
    """The one day that the name of a file holds."""
    found = re.findall(r"(?<!\d)(20\d{2})[-_.]?(\d{2})[-_.]?(\d{2})(?!\d)", stem)
    try:
        days = {date(*map(int, parts)) for parts in found}
    except ValueError:
        return None
    return days.pop() if len(days) == 1 else None


def recognise(path: Path, hints: Hints = NO_HINTS) -> Form:
    """How a file is understood.

    Raises:
        UsageError: there is no such file.
        DataError: it is no table, or it names one thing twice.
    """
    grid = open_grid(path)
    dialect = dialect_of(grid.headers)
    decimal = dialect is not None and dialect.decimal_rate
    if decimal:
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
        dialect = YFINANCE
    return Form(path, grid, fields, dialect.name if dialect else None, shape, hints, decimal)


def _has_yahoo_codes(grid: Grid, fields: Sequence[Field]) -> bool:
    headers = [field.header for field in fields if field.ticker]
    codes = next(
        (column for field, column in zip(grid.fields, grid.columns, strict=True) if field.name == "ticker"), None
    )
    if codes is not None and len(codes):
        headers = [str(codes[0].as_py())]
    return bool(headers) and all(header.upper().endswith((".KS", ".KQ")) for header in headers)
