"""Dates, codes and numbers as people and programs write them, a column at a time.

Each function gets a column as a file holds it, text or typed, and refuses the first cell that it cannot read by its
row, from 0. Null stays null.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from screener.krx.codes import code_of

Column: TypeAlias = Any
"""A pyarrow.ChunkedArray of text or of anything else; the stubs know no common type."""
_KST = ZoneInfo("Asia/Seoul")
_NONE = pa.array(["", "-", "--", "N/A", "NA", "n/a", "#N/A", "NaN", "nan", "NaT", "null", "NULL", "None", "."])
_NUMBER = r"^[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?([eE][+-]?\d+)?$"
_MULTIPLES = {"K": 1e3, "M": 1e6, "B": 1e9, "천": 1e3, "만": 1e4, "백만": 1e6, "억": 1e8}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


class UnreadableCellError(ValueError):
    """A cell that holds nothing of the kind; `row` counts from 0."""

    def __init__(self, row: int, found: str) -> None:
        super().__init__(found)
        self.row, self.found = row, found


class AmbiguousDatesError(ValueError):
    """Dates that can be read in two ways, the first of them."""


def text_of(column: Column) -> Column:
    """A column as trimmed text; what stands for 'none' is null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    empty: Any = pc.is_in(text, value_set=_NONE)
    return pc.if_else(empty, pa.scalar(None, pa.string()), text)


def is_empty(column: Column) -> Column:
    """(rows,) whether a cell holds nothing."""
    return pc.is_null(text_of(column)) if _is_words(column.type) else pc.is_null(column)


def _is_words(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)


def numbers(column: Column, none: float | None = None) -> Column:
    """Numbers as float64: with thousands separators, a percent or won sign, or K, M, B, 만, 억 behind them.

    Args:
        column: text, or numbers.
        none: what a dash stands for; None = for an unknown number.

    Raises:
        UnreadableCellError: a cell that holds none.
    """
    if not _is_words(column.type):
        return column.cast(pa.float64(), safe=False)
    text = text_of(column)
    if none is not None:
        dash = pc.is_in(pc.utf8_trim_whitespace(column.cast(pa.string())), value_set=pa.array(["-"]))
        text = pc.if_else(dash, str(none), text)
    try:
        return text.cast(pa.float64())
    except pa.ArrowInvalid:
        text = pc.replace_substring_regex(text, r"[\s%원₩주]", "")
    text = pc.replace_substring_regex(pc.replace_substring_regex(text, "^[▲△↑]", "+"), "^[▼▽↓]", "-")
    unit: Any = pc.replace_substring_regex(text, r"^[-+\d.,eE]*", "")
    plain = pc.replace_substring_regex(text, r"(K|M|B|천|백만|만|억)$", "")
    good = pc.and_(pc.match_substring_regex(plain, _NUMBER), pc.match_substring_regex(plain, r"\d"))
    if not pc.all(good, skip_nulls=True).as_py() and pc.any(pc.invert(good)).as_py():
        row = pc.index(pc.fill_null(good, True), False).as_py()
        raise UnreadableCellError(row, str(text_of(column)[row]))
    figures = pc.cast(pc.replace_substring_regex(plain, r"[,+]", ""), pa.float64())
    for mark in filter(None, pc.unique(unit).to_pylist()):
        times = pc.if_else(pc.fill_null(pc.equal(unit, mark), False), _MULTIPLES[mark], 1.0)
        figures = pc.multiply(figures, times)
    return figures


def are_signed(column: Column) -> bool:
    """Whether prices carry the direction of their move as a sign, as Korean trading systems write them."""
    return _is_words(column.type) and bool(pc.any(pc.starts_with(text_of(column), "+")).as_py())


def codes(column: Column) -> Column:
    """Codes of stocks, those that are in other forms in six characters; what is no code stays as it is."""
    return _mapped(column, lambda words: [code_of(word) or word.strip() for word in words], pa.string())


def days(column: Column) -> Column:
    """Days in Seoul as date32.

    Raises:
        UnreadableCellError: a cell that holds no date, or none of the form that the others have.
        AmbiguousDatesError: day and month, or the day of a moment without a zone, can be taken for one another.
    """
    if pa.types.is_timestamp(column.type) and column.type.tz:
        column = pc.local_timestamp(column.cast(pa.timestamp("us", "Asia/Seoul")))
    if pa.types.is_temporal(column.type):
        return column.cast(pa.date32(), safe=False)
    return _mapped(column, _days_of, pa.date32())


def _mapped(column: Column, read: Callable[[list[str]], Sequence[Any]], kind: pa.DataType) -> Column:
    """A column read word by word; each word once."""
    encoded: Any = text_of(column).combine_chunks().dictionary_encode()
    try:
        values = read(encoded.dictionary.to_pylist())
    except UnreadableCellError as error:
        row = pc.index(encoded.indices, pa.scalar(error.row, encoded.indices.type)).as_py()
        raise UnreadableCellError(row, error.found) from None
    return pa.chunked_array([pa.array(values, kind).take(encoded.indices)])


_TIME = r"(?:[T ]+(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(?P<zone>Z|[+-]\d{2}:?\d{2}|UTC|KST)?)?"
_FORMS = {
    "year first": rf"(?P<y>\d{{4}})\s*[-/.년]\s*(?P<m>\d{{1,2}})\s*[-/.월]\s*(?P<d>\d{{1,2}})\s*[.일]?{_TIME}",
    "compact": r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:\.0)?",
    "year last": rf"(?P<a>\d{{1,2}})\s*[-/.]\s*(?P<b>\d{{1,2}})\s*[-/.]\s*(?P<y>\d{{4}}){_TIME}",
    "month in words": r"(?P<month>[A-Za-z]{3})[a-z]*\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})",
    "day, month in words": r"(?P<d>\d{1,2})[-\s](?P<month>[A-Za-z]{3})[a-z]*\.?[-\s](?P<y>\d{4})",
    "serial": r"(?P<serial>[2-6]\d{4})(?:\.0*)?",
    "seconds": r"(?P<seconds>\d{9,10})(?:\.0*)?",
    "milliseconds": r"(?P<milliseconds>\d{12,13})(?:\.0*)?",
}
_SERIAL_BEGINS = date(1899, 12, 30)


def _days_of(words: list[str]) -> list[date]:
    """The days of different words, which must all be of one form."""
    for name, form in _FORMS.items():
        if not words or not (first := re.fullmatch(form, words[0])):
            continue
        found = [first, *(re.fullmatch(form, word) for word in words[1:])]
        _refuse_first(words, (match is None for match in found))
        matches = [match for match in found if match is not None]
        if name == "year last":
            return _year_last(words, matches)
        if name in ("seconds", "milliseconds"):
            return _of_moments(words, matches, 1 if name == "seconds" else 1000)
        days = [_day_of(match) for match in matches]
        _refuse_first(words, (day is None for day in days))
        return [day for day in days if day is not None]
    _refuse_first(words, (True for _word in words))
    return []


def _refuse_first(words: list[str], wrong: Iterable[bool]) -> None:
    for row, is_wrong in enumerate(wrong):
        if is_wrong:
            raise UnreadableCellError(row, words[row])


def _day_of(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    if parts.get("serial"):
        return _SERIAL_BEGINS + timedelta(days=int(parts["serial"]))
    month = parts.get("m")
    if month is None:
        month = _MONTHS.index(parts["month"].lower()) + 1 if parts["month"].lower() in _MONTHS else 0
    return _in_seoul(_date(parts["y"], month, parts["d"]), parts.get("time"), parts.get("zone"))


def _date(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _in_seoul(day: date | None, time: str | None, zone: str | None) -> date | None:
    """The day in Seoul of a moment; without a zone the day is the one that is written."""
    if day is None or time is None or zone in (None, "KST"):
        return day
    hours, minutes = (int(part) for part in time.split(":")[:2])
    east = 0 if zone in ("Z", "UTC") else int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[-2:]))
    moment = datetime(day.year, day.month, day.day, hours % 24, minutes, tzinfo=timezone(timedelta(minutes=east)))
    return moment.astimezone(_KST).date()


def _year_last(words: list[str], matches: list[re.Match[str]]) -> list[date]:
    """01/31/2025 or 31/01/2025, whichever all the words can be."""
    readings = [
        [_in_seoul(_date(match["y"], match[month], match[day]), match["time"], match["zone"]) for match in matches]
        for month, day in (("a", "b"), ("b", "a"))
    ]
    possible = [[day for day in reading if day is not None] for reading in readings if None not in reading]
    if not possible:
        _refuse_first(words, (day is None for day in readings[0]))
    if len(possible) > 1 and possible[0] != possible[1]:
        raise AmbiguousDatesError(
            next(word for word, *both in zip(words, *possible, strict=True) if both[0] != both[1])
        )
    return possible[0]


def _of_moments(words: list[str], matches: list[re.Match[str]], per_second: int) -> list[date]:
    """Moments since 1970: a day if it is the same in Seoul and in UTC."""
    found = []
    for word, match in zip(words, matches, strict=True):
        moment = datetime.fromtimestamp(int(match[1]) / per_second, tz=UTC)
        if moment.date() != moment.astimezone(_KST).date():
            raise AmbiguousDatesError(word)
        found.append(moment.date())
    return found
