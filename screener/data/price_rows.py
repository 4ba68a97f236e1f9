"""Price files in long form, one row per ticker and session, read into plain columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from screener.errors import DataError, UsageError
from screener.i18n import _
from screener.krx.tables import Days, to_numpy

PRICE_COLUMNS = ("open", "high", "low", "close", "volume", "marcap", "change_pct", "value", "shares", "change")
"""The value columns that the screener uses, the last three only as witnesses; a file may hold more."""


Dated = Callable[[pa.Table, str], pa.Table]
"""Looks at the dates of a table, of a file of that name, and mends them."""


@dataclass(frozen=True)
class PriceRows:
    """Rows of one or several price files; every column has one entry per row, in file order."""

    day: Days
    ticker: NDArray[np.int32]
    """Position in the list of tickers that was asked for."""
    values: Mapping[str, NDArray[np.float64]]
    """KRW, shares, or % (`change_pct`); NaN where the file has no value. Columns that no file has are absent."""
    restored_zeros: int = 0
    """Rows whose ticker had lost its leading zeros."""
    market_of: Mapping[int, str] = field(default_factory=dict)
    """By ticker, the market that the files say it is listed on, of its last row; empty if they do not say."""
    market_caps: Mapping[str, tuple[Days, NDArray[np.float64]]] = field(default_factory=dict)
    """By market, days and the capitalisation of all its stocks together, KRW; empty if the files do not say."""
    market_moves: Mapping[str, tuple[Days, NDArray[np.float64]]] = field(default_factory=dict)
    """By market, days and its move weighted by capitalisation, decimal; empty if the files do not say."""
    closed: frozenset[date] = frozenset()
    """Days of the calendar on which none of the rows has a trade: KRX was closed, whatever the calendar says."""
    refused: NDArray[np.bool_] | None = None
    """Rows that are not to be believed; their close is NaN. None before they were looked at."""

    @classmethod
    def of(cls, table: pa.Table, tickers: Sequence[str], until: date | None = None) -> PriceRows:
        """Rows of `tickers`, through `until`, of a table with `date`, `ticker` as dictionary, and value columns."""
        code: Any = table["ticker"].combine_chunks()
        written = [str(text) for text in code.dictionary.to_pylist()]
        place = {ticker: position for position, ticker in enumerate(tickers)}
        position = np.array([place.get(text.zfill(6), -1) for text in written] or [-1], dtype=np.int32)
        shortened = np.array([len(text) < 6 for text in written] or [False])

        number = to_numpy(code.indices)
        rows = np.flatnonzero(position[number] >= 0)
        if until is not None:
            rows = rows[to_numpy(table["date"], rows) <= np.datetime64(until)]
        values = {
            name: to_numpy(table[name], rows).astype(np.float64) for name in PRICE_COLUMNS if name in table.column_names
        }
        kept = position[number[rows]]
        market_of = {}
        if "market" in table.column_names:
            listed: Any = table["market"].combine_chunks()
            names = [str(text) for text in listed.dictionary.to_pylist()]
            which = to_numpy(listed.indices)[rows]
            known = np.flatnonzero(np.isfinite(which))
            market_of = {int(ticker): names[int(at)] for ticker, at in zip(kept[known], which[known], strict=True)}
        return cls(to_numpy(table["date"], rows), kept, values, int(shortened[number[rows]].sum()), market_of)

    @classmethod
    def read(
        cls,
        paths: Sequence[Path],
        tickers: Sequence[str],
        until: date | None,
        dated: Dated,
        columns: Sequence[str] = PRICE_COLUMNS,
    ) -> PriceRows:
        """Rows of `tickers`, through `until`, of all files together, with those of `columns` that are there."""
        parts = [_read_one(path, tickers, until, dated, columns) for path in paths]
        names = [name for name in PRICE_COLUMNS if any(name in part.values for part in parts)]
        missing = [np.full(len(part.day), np.nan) for part in parts]
        return cls(
            np.concatenate([part.day for part in parts]),
            np.concatenate([part.ticker for part in parts]),
            {
                name: np.concatenate([part.values.get(name, none) for part, none in zip(parts, missing, strict=True)])
                for name in names
            },
            sum(part.restored_zeros for part in parts),
            {ticker: market for part in parts for ticker, market in part.market_of.items()},
            {market: caps for part in parts for market, caps in part.market_caps.items()},
            {market: moves for part in parts for market, moves in part.market_moves.items()},
        )

    def take(self, rows: NDArray[Any]) -> PriceRows:
        """The given rows, by position or by mask."""
        values = {name: column[rows] for name, column in self.values.items()}
        refused = None if self.refused is None else self.refused[rows]
        return replace(self, day=self.day[rows], ticker=self.ticker[rows], values=values, refused=refused)

    @property
    def untraded(self) -> NDArray[np.bool_]:
        """Rows of a halt, or of a day without a trade: KRX keeps the last close and gives open and volume 0."""
        unknown = np.full(len(self.day), np.nan)
        volume, opened = self.values.get("volume", unknown), self.values.get("open", unknown)
        return np.asarray((volume == 0) | (np.isnan(volume) & (opened == 0)))

    @property
    def traded(self) -> NDArray[np.bool_]:
        """Rows with a price at which somebody traded."""
        close = self.values["close"]
        return np.isfinite(close) & (close > 0) & ~self.untraded


def _read_one(
    path: Path, tickers: Sequence[str], until: date | None, dated: Dated, columns: Sequence[str]
) -> PriceRows:
    table = dated(read_table(path, ("date", "ticker", "close"), columns, text=("ticker", "market")), path.name)
    code: Any = table["ticker"].combine_chunks()
    written = code.dictionary
    if len(written) and not set(tickers) & {str(text).zfill(6) for text in written.to_pylist()}:
        raise DataError(
            "{path}: none of the configured tickers is in it",
            hint="the first one there is {ticker!r}",
            path=path,
            ticker=str(written[0]),
        )
    long = PriceRows.of(table, tickers, until)
    if not long.day.size:
        return long
    return replace(long, market_caps=market_caps(table), market_moves=market_moves(table))


MOST_ROWS = 20_000_000
"""Of a file: the whole market of thirty years. A few kB of Parquet can say the same row a billion times."""
MOST_BYTES = 2 * 2**30
"""Of the columns of a Parquet file, unpacked."""
LONGEST_LINE, LONGEST_CELL = 2**20, 2**16
"""Bytes of a line of a text file, and of a word; a wide table of the whole market has 200,000 in a line."""

WHOLE_MARKET = 700
"""Stocks that a day of a whole market has at least: KOSPI lists about 950, KOSDAQ 1,800."""


def market_caps(table: pa.Table) -> dict[str, tuple[Days, NDArray[np.float64]]]:
    """Capitalisation of each market on each day; a segment such as `KOSDAQ GLOBAL` counts with its market.

    Empty where the table lacks `market` or `marcap`. A day with a part of a market only is left out: a stock's weight
    in it would be far too large.
    """
    if not {"market", "marcap"} <= set(table.column_names):
        return {}
    code: Any = table["market"].combine_chunks()
    names = [str(text) for text in code.dictionary.to_pylist()]
    number, day, marcap = to_numpy(code.indices), to_numpy(table["date"]), to_numpy(table["marcap"])
    caps = {}
    for market in sorted({name.split()[0] for name in names}):
        inside = np.isin(number, [which for which, name in enumerate(names) if name.split()[0] == market])
        days, position, count = np.unique(day[inside], return_inverse=True, return_counts=True)
        total = np.bincount(position, weights=marcap[inside].astype(np.float64)).astype(np.float64)
        caps[market] = days[count >= WHOLE_MARKET], total[count >= WHOLE_MARKET]
    return caps


def market_moves(table: pa.Table) -> dict[str, tuple[Days, NDArray[np.float64]]]:
    """The move of each whole market on each day, weighted by capitalisation at base prices, where rates are there."""
    if not {"market", "marcap", "change_pct"} <= set(table.column_names):
        return {}
    rate = to_numpy(table["change_pct"].cast(pa.float64())) / 100.0
    marcap = to_numpy(table["marcap"].cast(pa.float64(), safe=False))
    known = np.isfinite(rate) & (np.abs(rate) < 1.0) & np.isfinite(marcap)
    there = table.filter(pa.array(known))
    column = there.column_names.index("marcap")
    based = there.set_column(column, "marcap", pa.array(marcap[known] / (1.0 + rate[known])))
    before = market_caps(based)
    return {
        market: (days, caps / before[market][1] - 1.0)
        for market, (days, caps) in market_caps(there).items()
        if len(days)
    }


def read_table(
    path: Path,
    required: Sequence[str],
    numeric: Sequence[str],
    text: Sequence[str],
) -> pa.Table:
    """Columns of a CSV or Parquet file: `date` as date32, `numeric` as numbers, `text` as dictionary."""
    if not path.is_file():
        what = _("is a directory") if path.is_dir() else _("no such file")
        raise UsageError("{path}: {what}", hint="check the path", path=path, what=what)
    if path.suffix.lower() in (".gz", ".zip", ".bz2", ".xz", ".zst"):
        raise DataError("{path}: is compressed", hint="unpack it", path=path)
    columns = ["date", *text, *numeric]
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            have = pq.read_schema(path)
            _require(path, required, have.names)
            present = [name for name in columns if name in have.names]
            # A million tickers are a few thousand words: read so, they take a tenth of the time.
            words = [name for name in present if _is_text(have.field(name).type)]
            file = pq.ParquetFile(path, read_dictionary=words)
            groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
            _refuse_too_large(path, file.metadata.num_rows, sum(group.total_byte_size for group in groups))
            table = file.read(columns=present)
            if not table.num_rows:
                raise DataError("{path}: holds no rows", path=path)
        else:
            table = _read_csv(path, required, columns, text)
        return _typed(path, table, required, numeric, text)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(_explain(path, error)) from None


def _require(path: Path, required: Sequence[str], have: Sequence[str]) -> None:
    missing = [name for name in required if name not in have]
    if missing:
        there = ", ".join(repr(name[:40]) for name in have[:12]) + (", ..." if len(have) > 12 else "")
        raise DataError(
            "{path}: no column {missing}", hint="it has {there}", path=path, missing=", ".join(missing), there=there
        )
    twice = [name for name in required if list(have).count(name) > 1]
    if twice:
        raise DataError("{path}: the column {column} stands twice", hint="delete one", path=path, column=twice[0])


def _refuse_too_large(path: Path, rows: int, size: int = 0) -> None:
    if rows > MOST_ROWS or size > MOST_BYTES:
        raise DataError(
            "{path}: is too large: it holds {rows:,} rows, {size:,} MB unpacked",
            hint="{most:,} rows and {bytes:,} MB are the most: take out what no report needs",
            path=path,
            rows=rows,
            size=size // 10**6,
            most=MOST_ROWS,
            bytes=MOST_BYTES // 10**6,
        )


def _refuse_long_lines(path: Path) -> None:
    """Look at how a text file is cut before anything takes a line of it whole."""
    rows, begun = 0, 0
    with path.open("rb") as file:
        while piece := file.read(LONGEST_LINE):
            letters = np.frombuffer(piece, np.uint8)
            ends = np.flatnonzero((letters == ord("\n")) | (letters == ord("\r")))
            cuts = np.concatenate([[-1 - begun], ends, [len(piece)]])
            if np.diff(cuts).max() > LONGEST_LINE:
                raise DataError(
                    "{path}:{line}: the line is longer than {most:,} bytes",
                    hint="is it text, one row a line?",
                    path=path,
                    line=rows + piece.count(b"\n", 0, int(cuts[np.diff(cuts).argmax() + 1])) + 1,
                    most=LONGEST_LINE,
                )
            begun = len(piece) - 1 - int(cuts[-2])
            rows += max(piece.count(b"\n"), piece.count(b"\r"))
    _refuse_too_large(path, rows)


def _refuse_long_words(path: Path, name: str, column: pa.ChunkedArray[Any]) -> None:
    chunks: Any = column.chunks
    for chunk in chunks:
        if (pc.max(pc.binary_length(chunk.dictionary)).as_py() or 0) > LONGEST_CELL:
            raise DataError(
                "{path}: column {name}: a cell is longer than {most:,} bytes",
                hint="correct it or delete the row",
                path=path,
                name=name,
                most=LONGEST_CELL,
            )


def _read_csv(path: Path, required: Sequence[str], columns: Sequence[str], text: Sequence[str]) -> pa.Table:
    _refuse_long_lines(path)
    with path.open(encoding="utf-8-sig") as file:
        first = file.readline().rstrip("\n")
    header = [name.strip('"') for name in first.split(",")]
    if not first.strip():
        raise DataError("{path}:1: the file is empty", path=path)
    _require(path, required, header)
    types = {name: pa.string() if name in text else pa.float64() for name in columns} | {"date": pa.date32()}
    present = [name for name in columns if name in header]

    def read(threads: bool) -> pa.Table:
        return pyarrow.csv.read_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(use_threads=threads),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={name: types[name] for name in present}, include_columns=present, strings_can_be_null=True
            ),
        )

    try:
        return read(threads=True)
    except pa.ArrowInvalid:
        return read(threads=False)  # only then does the message name the row


def _typed(
    path: Path, table: pa.Table, required: Sequence[str], numeric: Sequence[str], text: Sequence[str]
) -> pa.Table:
    columns = {}
    for name in table.column_names:
        column = table[name]
        if name in text:
            column = _encoded(column)
        if pa.types.is_dictionary(column.type):
            _refuse_long_words(path, name, column)
            column = column if name in text else column.cast(pa.string())
        if name == "date":
            if not (pa.types.is_temporal(column.type) or _is_text(column.type)):
                raise DataError(
                    "{path}: column date holds {form}", hint="write dates as 2025-01-31", path=path, form=column.type
                )
            column = column.cast(pa.date32())
        elif name in numeric and not pa.types.is_integer(column.type):
            column = column.cast(pa.float64())
        if name in required and name not in numeric and column.null_count:
            row = column.is_null().to_pylist().index(True)
            raise DataError(
                "{path}:{line}: column {name} is empty",
                hint="fill it or delete the row",
                path=path,
                line=row + 2,
                name=name,
            )
        columns[name] = column
    return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _encoded(column: pa.ChunkedArray[Any]) -> pa.ChunkedArray[Any]:
    """A column of text, or of codes that were taken for numbers, as a dictionary; each word stands in it once."""
    if pa.types.is_dictionary(column.type):
        return column.unify_dictionaries()
    return (column if _is_text(column.type) else column.cast(pa.string())).dictionary_encode()


def _explain(path: Path, error: Exception) -> str:
    message = " ".join(str(error).split())
    row = re.search(r"Row #(\d+)", message)
    where = f"{path}:{row.group(1)}" if row else str(path)
    for pattern in (
        r"CSV conversion error to (?P<kind>\w+).*?: invalid value '(?P<found>.*?)'",
        r"[Ff]ail(?:ed|ure) to parse string: '(?P<found>.*?)' as a scalar of type (?P<kind>\w+)",
    ):
        bad = re.search(pattern, message)
        if bad:
            kind = _("a date such as 2025-01-31") if bad["kind"].startswith("date") else _("a number")
            return _("{where}: {found!r} is not {kind}", where=where, found=bad["found"][:40], kind=kind)
    if "UTF8" in message or isinstance(error, UnicodeDecodeError):
        return _("{where}: not UTF-8 text: save the file as UTF-8 (in Excel: CSV UTF-8)", where=where)
    return _("{where}: cannot be read: {message}", where=where, message=message[:160])
