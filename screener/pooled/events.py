"""What is asked of a study of many events, and its events as they stand in a file."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

import pyarrow as pa

from screener.data.forms.cells import AmbiguousDatesError, UnreadableCellError, days
from screener.data.forms.dialects import NO_HINTS, Hints
from screener.data.forms.grids import rows_of_text
from screener.errors import DataError

_HEADERS = {
    "event_id": "event_id event id 사건 사건명",
    "date": "date news day event_date 날짜 일자 공시일 발표일",
    "time": "time 시각 시간",
    "ticker": "ticker code stock symbol 종목코드 종목 코드 단축코드",
    "sector": "sector 업종 섹터",
    "group": "group 그룹 구분",
    "window": "window 구간",
}
"""By column, what its header may say."""
_CLOCK = re.compile(r"(?P<day>.*?)[T ]+(?P<clock>\d{1,2}:\d{2})(?::\d{2}(?:\.\d+)?)?")
_WINDOW = re.compile(r"[\[(]?\s*(?P<first>[+-]?\d+)\s*[,;:~]\s*(?P<last>[+-]?\d+)\s*[\])]?")
_MOST_UNREADABLE = 100
_MOST_EVENTS = 200_000


@dataclass(frozen=True)
class StudyRequest:
    """What the user asks for; None = as configured."""

    events: Path
    groups: str | None = None
    """sectors, industry, or a column of the file; None = its column `group`, or sectors where events are of sectors."""
    windows: tuple[tuple[int, int], ...] | None = None
    source: str = "auto"
    benchmark: Sequence[Path] = ()
    market: Sequence[Path] = ()
    hints: Hints = NO_HINTS
    regular_close: bool = False
    model: str | None = None
    as_of: date | None = None
    jobs: int | None = None
    """Processes on this machine; None = one a core."""
    cluster: str | None = None
    """Address of a Dask scheduler, in place of them."""
    parts: Path | None = None
    """Where parts are kept; None = in the user's cache."""
    store: str | None = None
    """Path or URL of the store; None = the user's own."""


@dataclass(frozen=True)
class EventRow:
    """A row of the file."""

    place: int
    """Among the rows of the file, from 0."""
    event_id: str
    written: str
    """The date, and the time, as written."""
    moment: date | None
    """Day, or moment where there is a time, of the news, KST; None where the file has none that can be read."""
    ticker: str | None
    """Code or name of one stock."""
    sector: str | None
    """Id or name of a sector, or a theme as SECTOR:theme; None like `ticker` = every sector."""
    window: tuple[int, int] | None
    """Its own window; None = all of the study's."""
    values: Mapping[str, str]
    """The other columns, by header."""


@dataclass(frozen=True)
class EventFile:
    """All rows of a file."""

    path: Path
    rows: Sequence[EventRow]
    has_group: bool
    """Whether there is a column `group`."""
    labels: Sequence[str]
    """Headers of the columns that may name groups."""
    characteristics: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """By header, the numeric columns, a value for each row; NaN where it is empty."""


def read_events(path: Path) -> EventFile:
    """The events of a CSV or Excel file.

    Raises:
        UsageError: there is no such file.
        DataError: it has no column of dates, or dates that can be read in two ways.
    """
    (_line, header), *numbered = rows_of_text(path) or [(1, [])]
    lines, body = [line for line, _row in numbered], [row for _line, row in numbered]
    column = _columns(path, header)
    _refuse_unusable(path, column, len(body))
    cells = [[*row, *[""] * (len(header) - len(row))] for row in body]

    def texts(name: str) -> list[str]:
        return [row[column[name]] for row in cells] if name in column else [""] * len(cells)

    others = {name: place for place, name in enumerate(header) if place not in column.values() and name}
    values = {name: [row[place] for row in cells] for name, place in others.items()}
    if "group" in column:
        values["group"] = texts("group")
    numeric = {name: found for name, own in values.items() if name != "group" and (found := _numbers(own)) is not None}
    moments = _moments(path, lines, texts("date"), texts("time"))
    rows = [
        EventRow(
            place=number,
            event_id=texts_of or str(number + 1),
            written=" ".join(filter(None, (day, clock))),
            moment=moment,
            ticker=ticker or None,
            sector=sector or None,
            window=_window(path, lines[number], window),
            values={name: own[number] for name, own in values.items()},
        )
        for number, (texts_of, day, clock, moment, ticker, sector, window) in enumerate(
            zip(
                texts("event_id"),
                texts("date"),
                texts("time"),
                moments,
                texts("ticker"),
                texts("sector"),
                texts("window"),
                strict=True,
            )
        )
    ]
    return EventFile(path, rows, "group" in column, [name for name in values if name not in numeric], numeric)


def _refuse_unusable(path: Path, column: Mapping[str, int], n: int) -> None:
    """Refuse a file without dates, without events, or with more than can be studied at once."""
    if "date" not in column:
        raise DataError(
            "{path}: no column of dates",
            hint="name it date; optional columns are event_id, time, ticker, sector, group, window, and numbers",
            path=path,
        )
    if n > _MOST_EVENTS:
        raise DataError(
            "{path}: {n:,} events; the maximum is {most:,}",
            hint="study them in parts",
            path=path,
            n=n,
            most=_MOST_EVENTS,
        )
    if not n:
        raise DataError("{path}: contains no event", hint="write a row for each", path=path)


def _columns(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Where each known column stands."""
    known = {word: name for name, words in _HEADERS.items() for word in words.split()}
    places: dict[str, int] = {}
    for place, written in enumerate(header):
        name = known.get(re.sub(r"[\s-]+", "_", written.strip().lstrip("\ufeff").casefold()))
        if name in places:
            raise DataError(
                "{path}: two columns of {name}: {a!r} and {b!r}",
                hint="rename one of them",
                path=path,
                name=name,
                a=header[places[name]],
                b=written,
            )
        if name:
            places[name] = place
    return places


def _numbers(words: Sequence[str]) -> list[float] | None:
    """A column of numbers, NaN where a cell is empty; None for one of words, or without any."""
    numbers = []
    for word in words:
        try:
            numbers.append(float(word.replace(",", "").removesuffix("%")) if word else math.nan)
        except ValueError:
            return None
    return numbers if any(math.isfinite(number) for number in numbers) else None


def _moments(path: Path, lines: Sequence[int], written: Sequence[str], clocks: Sequence[str]) -> list[date | None]:
    """Day, or moment, of each row; None where it cannot be read."""
    parts = [_CLOCK.fullmatch(text) for text in written]
    texts = [text if match is None else match["day"] for text, match in zip(written, parts, strict=True)]
    unreadable: set[int] = set()
    while True:
        try:
            kept = [None if row in unreadable or not text else text for row, text in enumerate(texts)]
            found = days(pa.chunked_array([pa.array(kept, pa.string())])).to_pylist() if any(kept) else kept
            break
        except UnreadableCellError as error:
            unreadable.add(error.row)
            if len(unreadable) > _MOST_UNREADABLE:
                raise DataError(
                    "{path}:{line}: {found!r} is not a date in the format of the other rows",
                    hint="write dates as 2025-01-31",
                    path=path,
                    line=lines[error.row],
                    found=error.found,
                ) from None
        except AmbiguousDatesError as error:
            raise DataError(
                "{path}: {found!r}: day and month are ambiguous",
                hint="write dates as 2025-01-31",
                path=path,
                found=str(error),
            ) from None
    return [
        _at(day, clock or (match["clock"] if match else ""))
        for day, clock, match in zip(found, clocks, parts, strict=True)
    ]


def _at(day: date | None, clock: str) -> date | None:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?", clock)
    if day is None or match is None:
        return day if not clock or match else None
    hour, minute = int(match[1]), int(match[2])
    if hour > 23 or minute > 59:
        return None
    # A spreadsheet gives every date the time 00:00, which decides nothing anyway.
    return datetime.combine(day, time(hour, minute)) if hour or minute else day


def _window(path: Path, line: int, written: str) -> tuple[int, int] | None:
    if not written:
        return None
    match = _WINDOW.fullmatch(written)
    if match is None or int(match["first"]) > int(match["last"]):
        raise DataError(
            "{path}:{line}: {written!r} is not a window",
            hint="write the first and the last session, as 0,5",
            path=path,
            line=line,
            written=written,
        )
    return int(match["first"]), int(match["last"])
