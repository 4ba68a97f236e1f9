"""Opens a file of any kind that people hold, and finds its header: columns as they stand there, not yet read."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from screener.data.forms.cells import Column
from screener.data.forms.dialects import Field, fields_of
from screener.decoding import NOT_UNDERSTOOD, from_json
from screener.errors import DataError, ScreenerError, UsageError, install
from screener.i18n import N_, _

MOST_ROWS = 20_000_000
"""Of a file: the whole market of thirty years. A few kB of Parquet can say the same row a billion times."""
_MOST_BYTES = 2 * 2**30
"""Of the columns of a Parquet file, unpacked."""
LONGEST_LINE, LONGEST_CELL = 2**20, 2**16
"""Bytes of a line of a text file, and of a word; a wide table of the whole market has 200,000 in a line."""
_MOST_TEXT = 2**29
"""Bytes of a file that has to be unpacked or read as a whole."""
UNREADABLE = (
    pa.ArrowException,
    zipfile.BadZipFile,
    zlib.error,
    csv.Error,
    SyntaxError,  # of XML in a workbook
    re.error,
    *NOT_UNDERSTOOD,
)
"""What the libraries that read files raise over what is in them."""
_HEADER_WITHIN = 20
"""Lines of titles that may stand above the header."""
_PEEK = 2**22


@dataclass(frozen=True)
class Grid:
    """The columns of a file that the screener can read, and where they stand."""

    fields: list[Field]
    headers: tuple[str, ...]
    """Of all columns, also those that are not read."""
    columns: list[Column]
    """One for each of `fields`, text or as the file types it."""
    first_line: int
    """Of the file, on which the first row stands."""
    written: tuple[str, ...] = ()
    """How, where it is not plain CSV or Parquet: the encoding, the separator."""


def open_grid(path: Path) -> Grid:
    """What `path` holds, whatever its name says it is.

    Raises:
        UsageError: there is no such file.
        DataError: no table is in it, or one that is too large.
    """
    _refuse_no_file(path)
    with path.open("rb") as file:
        begins = file.read(512)
    if begins.startswith(b"PAR1"):
        return _of_parquet(path)
    if path.suffix.lower() in (".parquet", ".pq"):
        raise DataError("{path}: is not a Parquet file", hint="write it again", path=path)
    if begins.startswith(b"PK"):
        return _of_workbook(path)
    unpacked: Any = gzip.open if begins.startswith(b"\x1f\x8b") else open
    with unpacked(path, "rb") as file:
        refuse_long_lines(path, file)
    with unpacked(path, "rb") as file:
        whole = file.read()
    if not whole.strip():
        raise DataError("{path}:1: the file is empty", path=path)
    if b"\0" in whole[:512] and not whole.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError("{path}: is not a text table, Parquet or Excel (.xlsx)", hint="save it as CSV", path=path)
    start = whole[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"{", b"[")):
        return _of_json(path, whole)
    if start.startswith(b"<"):
        return _of_rows(path, _html_rows(whole, path), ("HTML",))
    return _of_text(path, whole)


def rows_of_text(path: Path) -> list[tuple[int, list[str]]]:
    """Line, and cells as text, of the header and each row of a small table of whatever columns, CSV or Excel.

    Rows without any cell are left out.

    Raises:
        UsageError: there is no such file.
        DataError: it is no table.
    """
    _refuse_no_file(path)
    try:
        rows = _rows_of_text(path)
    except ScreenerError:
        raise
    except UNREADABLE as error:
        message = " ".join(str(error).split())[:160]
        raise DataError("{where}: cannot be read: {message}", where=path, message=message) from None
    return [(line, [cell.strip() for cell in row]) for line, row in rows if any(cell.strip() for cell in row)]


def _rows_of_text(path: Path) -> list[tuple[int, list[str]]]:
    with path.open("rb") as file:
        if file.read(2) == b"PK":
            return [(line, _cells(row)) for line, row in enumerate(next(_sheets(path), []), 1)]
        file.seek(0)
        refuse_long_lines(path, file)
    text, _encoding = _decoded(path.read_bytes(), path)
    separator = _separator(text[:_PEEK].splitlines()[:_HEADER_WITHIN])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return [(reader.line_num, row) for row in reader]


def _refuse_no_file(path: Path) -> None:
    if not path.is_file():
        what = _("no such file")
        if path.exists():
            what = _("is a directory") if path.is_dir() else _("it is not a regular file but a pipe or a device")
        raise UsageError("{path}: {what}", hint="check the path", path=path, what=what)


def _of_parquet(path: Path) -> Grid:
    file = pq.ParquetFile(path)
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    refuse_too_large(path, file.metadata.num_rows, sum(group.total_byte_size for group in groups))
    names = file.schema_arrow.names
    levels = [_levels(name) for name in names]
    deepest = max(map(len, levels), default=1)
    index_last = sorted(range(len(names)), key=lambda place: not names[place].startswith("__index_level_"))
    rows = [[(*levels[place], *[""] * deepest)[row] for place in index_last] for row in range(deepest)]
    fields = fields_of(rows)
    if not fields:
        raise _headless(path, names)
    table = file.read(columns=[names[index_last[field.position]] for field in fields])
    columns = [table[names[index_last[field.position]]] for field in fields]
    return Grid(fields, tuple(names), columns, 1)


def _levels(name: str) -> list[str]:
    """Of the column of a frame with several rows of headers, as pandas writes it: "('Close', '000660.KS')"."""
    if name.startswith("__index_level_"):
        return [""]
    if re.fullmatch(r"\(('.*?'(, )?)+\)", name):
        return re.findall(r"'(.*?)'", name)
    return [name]


def _of_workbook(path: Path) -> Grid:
    """The first sheet of an Excel file that holds a table."""
    first: list[list[Any]] = []
    for rows in _sheets(path):
        first = first or rows
        if any(fields_of([_cells(row)]) for row in rows[:_HEADER_WITHIN] if any(row)):
            return _of_rows(path, rows, ("Excel",))
    raise _headless(path, _cells(first[0]) if first else [])


def _sheets(path: Path) -> Iterator[list[list[Any]]]:
    """The rows of each sheet of an Excel file."""
    with zipfile.ZipFile(path) as archive:
        size = sum(part.file_size for part in archive.infolist())
        if size > _MOST_TEXT:
            refuse_too_large(path, MOST_ROWS + 1, size)
        if not any(part.filename.startswith("xl/") for part in archive.infolist()):
            raise DataError("{path}: is compressed", hint="unpack it", path=path)
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise DataError(
            "{path}: reading Excel files needs openpyxl",
            hint=N_("{command}, or save it as CSV"),
            command=install("xlsx", "openpyxl"),
            path=path,
        ) from None
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            yield [list(row) for row in sheet.iter_rows(values_only=True)]
    finally:
        book.close()


def _cells(row: Sequence[Any]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in row]


def _of_json(path: Path, whole: bytes) -> Grid:
    """The first list of records in an answer of a data service."""
    try:
        answer = from_json(whole)
    except ValueError:
        raise DataError("{path}: is not valid JSON", hint="save the complete answer", path=path) from None
    records = _records(answer)
    if not records:
        raise DataError("{path}: contains no list of rows", path=path)
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = [names, *[[record.get(name) for name in names] for record in records]]
    return _of_rows(path, rows, ("JSON",))


def _records(answer: Any, depth: int = 6) -> list[dict[str, Any]]:
    if isinstance(answer, list) and answer and all(isinstance(record, dict) for record in answer):
        return answer
    inner = answer.values() if isinstance(answer, dict) else ()
    return next((found for value in inner if depth and (found := _records(value, depth - 1))), [])


class _Table(HTMLParser):
    """The rows of all tables of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, _attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self._inside = True
            if self.rows:
                self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def _html_rows(whole: bytes, path: Path) -> list[list[str]]:
    """Rows of a web page that was saved as .xls, as some Korean services do."""
    declared = re.search(rb"charset=[\"']?([\w-]+)", whole[:4096])
    korean = declared is not None and declared.group(1).lower() in (b"euc-kr", b"ks_c_5601-1987", b"cp949")
    text, _encoding = ("", "") if korean else _decoded(whole, path)
    parser = _Table()
    parser.feed(text or whole.decode("cp949", "replace"))
    return [row for row in parser.rows if row]


def _of_rows(path: Path, rows: Sequence[Any], written: tuple[str, ...]) -> Grid:
    """Of cells in memory, typed or text."""
    refuse_too_large(path, len(rows))
    width = max(map(len, rows), default=0)
    shown = [(*_cells(row), *[""] * (width - len(row))) for row in rows[: _HEADER_WITHIN + 3]]
    at, depth, fields = _find_header(path, shown)
    body = [row for row in rows[at + depth :] if any(cell not in (None, "") for cell in row)]
    columns = []
    for field in fields:
        values = [row[field.position] if field.position < len(row) else None for row in body]
        columns.append(pa.chunked_array([_array(values)]))
    return Grid(fields, tuple(_joined(shown[at : at + depth])), columns, at + depth + 1, written)


def _array(values: list[Any]) -> Column:
    """Typed where the cells are of one type, else text."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values])


def _joined(rows: Sequence[Sequence[str]]) -> list[str]:
    return [" ".join(dict.fromkeys(filter(None, levels))) for levels in zip(*rows, strict=True)]


def _find_header(path: Path, rows: Sequence[Sequence[str]]) -> tuple[int, int, list[Field]]:
    """Where the header stands, how many rows it takes, and the columns that it names."""
    for at in range(min(len(rows), _HEADER_WITHIN)):
        for depth in (1, 2, 3):
            own = rows[at : at + depth]
            if len({len(row) for row in own}) == 1 and len(own) == depth and (fields := fields_of(own)):
                return at, depth, fields
    raise _headless(path, rows[0] if rows else [])


def _headless(path: Path, header: Sequence[str]) -> DataError:
    return DataError(
        "{path}: no header with a close and a date or ticker was found",
        hint="name the columns date, ticker, close; columns found: {there}",
        path=path,
        there=quoted(header),
    )


def quoted(headers: Sequence[str]) -> str:
    """The first of many headers, as messages name them."""
    return ", ".join(repr(name[:40]) for name in headers[:12]) + (", ..." if len(headers) > 12 else "")


def _decoded(whole: bytes, path: Path) -> tuple[str, str]:
    """Text, and its encoding: what its first bytes say, else UTF-8, else that of Korean Windows."""
    if whole.startswith((b"\xff\xfe", b"\xfe\xff")):
        return whole.decode("utf-16"), "utf-16"
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return whole.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise DataError(
        "{path}: is neither UTF-8 nor CP949 text", hint="save the file as UTF-8 (in Excel: CSV UTF-8)", path=path
    )


def _of_text(path: Path, whole: bytes) -> Grid:
    text, encoding = _decoded(whole, path)
    lines = text[:_PEEK].splitlines()[: _HEADER_WITHIN + 3]
    separator = _separator(lines)
    shown = list(csv.reader(lines, delimiter=separator))
    at, depth, fields = _find_header(path, shown)
    width = len(shown[at])
    # Lines, not rows: a title may stand above the header, and blank lines between.
    skipped = at + depth
    options = pyarrow.csv.ReadOptions(skip_rows=skipped, column_names=[str(n) for n in range(width)])
    options.use_threads = len(whole) > _PEEK  # a single thread names the row that it cannot read
    read = pyarrow.csv.read_csv(
        io.BytesIO(whole if encoding == "utf-8-sig" else text.encode()),
        read_options=options,
        parse_options=pyarrow.csv.ParseOptions(delimiter=separator),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={str(number): pa.string() for number in range(width)},
            include_columns=[str(field.position) for field in fields],
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=True,
        ),
    )
    refuse_too_large(path, read.num_rows)
    named = {"utf-16": "UTF-16", "cp949": "CP949"}.get(encoding)
    tabs = {"\t": _("tabs"), ",": None}.get(separator, repr(separator))
    written = tuple(word for word in (named, tabs) if word)
    columns = [read[str(field.position)] for field in fields]
    return Grid(fields, tuple(_joined(shown[at : at + depth])), columns, skipped + 1, written)


def _separator(lines: Sequence[str]) -> str:
    """The one that cuts the first lines into most cells; a line may say it (`sep=;`)."""
    if lines and (said := re.fullmatch(r"\ufeff?sep=(.)", lines[0].strip(" \r\n"), re.IGNORECASE)):
        return said.group(1)
    return max(",;\t|", key=lambda mark: sum(line.count(mark) for line in lines))


def refuse_too_large(path: Path, rows: int, size: int = 0) -> None:
    """An error for a file of more than `MOST_ROWS` rows, or `_MOST_BYTES` unpacked."""
    if rows > MOST_ROWS or size > _MOST_BYTES:
        raise DataError(
            "{path}: is too large: {rows:,} rows, {size:,} MB unpacked",
            hint="at most {most:,} rows and {bytes:,} MB are read: remove what no report needs",
            path=path,
            rows=rows,
            size=size // 10**6,
            most=MOST_ROWS,
            bytes=_MOST_BYTES // 10**6,
        )


def refuse_long_lines(path: Path, file: IO[bytes]) -> None:
    """Look at how the text of a file, opened and unpacked, is cut before anything takes a line of it whole."""
    rows, begun, size = 0, 0, 0
    while piece := file.read(LONGEST_LINE):
        letters = np.frombuffer(piece, np.uint8)
        ends = np.flatnonzero((letters == ord("\n")) | (letters == ord("\r")))
        cuts = np.concatenate([[-1 - begun], ends, [len(piece)]])
        if np.diff(cuts).max() > LONGEST_LINE:
            raise DataError(
                "{path}:{line}: the line is longer than {most:,} bytes",
                hint="check that it is text with one row per line",
                path=path,
                line=rows + piece.count(b"\n", 0, int(cuts[np.diff(cuts).argmax() + 1])) + 1,
                most=LONGEST_LINE,
            )
        begun = len(piece) - 1 - int(cuts[-2])
        rows += max(piece.count(b"\n"), piece.count(b"\r"))
        size += len(piece)
        refuse_too_large(path, rows, size)
