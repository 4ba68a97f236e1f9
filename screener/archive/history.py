"""history.csv: one row for each session, event, sector and window of all reports; the trend and the changes in it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from screener.analysis.model import PATH
from screener.config import Settings
from screener.errors import DataError
from screener.files import LARGE, read_file
from screener.i18n import cause
from screener.report.model import Report, TrendRow

HISTORY = "history.csv"
KEY = ("as_of", "event", "sector", "window_start", "window_end")
REVISION = "revision"
"""Column: 1 as first reported, 2 after the first correction of the data, and so on."""
_NOTEWORTHY = 0.01
"""Percentage point, as a decimal: a spread that moved by less has not changed."""

Row = Mapping[str, str]
"""One row of a CSV file, text by column."""


def load_history(root: Path) -> list[dict[str, str]]:
    """The rows of `root/history.csv`; none where there is no such file.

    Raises:
        DataError: it cannot be read, or is no history.
    """
    path = root / HISTORY
    try:
        reader = _reader(read_file(path, LARGE) if path.exists() else b"")
        header, rows = reader.fieldnames or KEY, list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = cause(error) if isinstance(error, OSError) else error
        raise DataError(
            "{path}: cannot be read ({error})", hint="move it away to start a new history", path=path, error=why
        ) from None
    # A row that is too long has cells under None, one that is too short has None in its cells.
    if not set(KEY) <= set(header) or any(None in row or None in row.values() for row in rows):
        raise _foreign(path)
    return rows


def updated_history(root: Path, rows: Sequence[Row], revision: int = 1, *, alone: bool = False) -> bytes:
    """Content of `root/history.csv` with `rows`, of one report, in the place of those with the same key.

    With `alone` they take the place of all rows of that report: it had other sectors or windows.

    Raises:
        DataError: the file cannot be read, or has columns that this version does not know.
    """
    header, old = [*rows[0], REVISION], load_history(root)
    if any(not row.keys() <= set(header) for row in old[:1]):
        raise _foreign(root / HISTORY)
    if alone:
        report = rows[0]["as_of"], rows[0]["event"]
        old = [row for row in old if (row["as_of"], row["event"]) != report]
    # An earlier version had fewer columns: its rows stay, with nothing in the new ones.
    fresh = [{**row, REVISION: str(revision)} for row in rows]
    merged = {tuple(row[name] for name in KEY): row for row in [*old, *fresh]}
    return csv_bytes([header, *([merged[key].get(name, "") for name in header] for key in sorted(merged))])


def _foreign(path: Path) -> DataError:
    return DataError(
        "{path}: its columns do not match this version", hint="move it away to start a new history", path=path
    )


def history_rows(sectors: bytes) -> list[dict[str, str]]:
    """The rows of the history that a report has, from the content of its sectors.csv: those without a theme."""
    return [row for row in csv_rows(sectors) if not row["theme"]]


def revision_of_row(row: Row) -> int:
    """The revision that a row of history.csv or revisions.csv is of.

    Raises:
        DataError: it is no number.
    """
    revision = _number(row, REVISION)
    return 1 if math.isnan(revision) else int(revision)


def csv_rows(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file, text by column."""
    return list(_reader(content))


def _reader(content: bytes) -> csv.DictReader[str]:
    return csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))


def csv_bytes(rows: Iterable[Iterable[object]]) -> bytes:
    """Rows as CSV, with the byte order mark by which spreadsheets recognise UTF-8."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def sessions_open(settings: Settings, event: str) -> int:
    """Sessions after the day of that event on which its windows, claims or path still grow."""
    return max(settings.sessions_after(event), PATH[1])


def with_trend(report: Report, root: Path, settings: Settings) -> Report:
    """`report` with the trend of its sectors over the sessions before it, from the history below `root`.

    Raises:
        DataError: the history cannot be read.
    """
    return report.with_trend(_trend_of(report, load_history(root), sessions_open(settings, report.event.id)))


def _trend_of(report: Report, history: Iterable[Row], last: int) -> tuple[TrendRow, ...]:
    """The sectors of `report` in the reports before it, and then in `report` itself.

    Args:
        report: the trend is empty unless one of its windows has all days from the event to its last one.
        history: rows of history.csv; those of later reports, of this one, and of sectors that it lacks are left out.
        last: sessions after the event day on which the event is open: later ones are no part of its trend.
    """
    now = len(report.sessions) - 1
    own = [
        TrendRow(report.as_of, now, row["sector"], row["score"], row["rank"], row["caar_ew"], row["q"], row["p_family"])
        for row in report.frames.sectors.to_dict("records")
        if row["theme"] is None and (row["window_start"], row["window_end"]) == (0, now)
    ]
    if not own or not report.provenance.study:
        return ()
    rows = [*sector_trend(history, report.event.id, report.sessions[:-1]), *sorted(own, key=lambda row: row.sector)]
    known = {row.sector for row in own}
    return tuple(row for row in rows if row.tau <= last and row.sector in known)


def sector_trend(history: Iterable[Row], event: str, sessions: Sequence[date]) -> list[TrendRow]:
    """Each sector in each report, over all days from the event to the day of that report, by session and sector.

    Reports of other days than `sessions`, which begin on the event day, are left out.

    Raises:
        DataError: a cell is no number.
    """
    tau_of = {day.isoformat(): tau for tau, day in enumerate(sessions)}
    rows = [
        TrendRow(
            as_of=date.fromisoformat(row["as_of"]),
            tau=tau_of[row["as_of"]],
            sector=row["sector"],
            score=_number(row, "score"),
            rank=_number(row, "rank"),
            caar=_number(row, "caar_ew"),
            q=_number(row, "q"),
            p_family=_number(row, "p_family"),
        )
        for row in history
        if row["event"] == event
        if (row["window_start"], row["window_end"]) == ("0", str(tau_of.get(row["as_of"])))
    ]
    return sorted(rows, key=lambda row: (row.as_of, row.sector))


def _number(row: Row, name: str) -> float:
    cell = row.get(name, "")
    try:
        value = float(cell) if cell else math.nan
    except ValueError:
        value = math.inf
    if math.isinf(value):
        raise DataError(
            "history.csv: {as_of}, {event}, {sector}: {name} is {cell!r}, which is not a number",
            hint="correct it, or move the file away to start a new history",
            as_of=row.get("as_of", "-"),
            event=row.get("event", "-"),
            sector=row.get("sector", "-"),
            name=name,
            cell=cell[:40],
        )
    return value


class Change(NamedTuple):
    """A change between two reports on an event, of the days since the event."""

    kind: Literal["significant", "insignificant", "spread", "rank"]
    subject: str
    """A sector, or two with ` - ` between them."""
    before: float
    after: float
    """Corrected p; CAAR of the spread, decimal; rank."""

    @property
    def direction(self) -> str:
        """Of a spread: widened, narrowed, turned or closed; else empty."""
        if self.kind != "spread":
            return ""
        if abs(self.after) < _NOTEWORTHY:
            return "closed"
        if self.before * self.after < 0:
            return "turned"
        return "widened" if abs(self.after) > abs(self.before) else "narrowed"


def sector_changes(before: Sequence[TrendRow], after: Sequence[TrendRow]) -> list[Change]:
    """Sectors whose significance changed, then those whose rank changed; the best of each first."""
    earlier = {row.sector: row for row in before}
    pairs = [(earlier[row.sector], row) for row in after if row.sector in earlier]
    crossed = [
        Change("significant" if b.significant else "insignificant", b.sector, a.p_family, b.p_family)
        for a, b in pairs
        if a.significant != b.significant
    ]
    moved = [
        Change("rank", b.sector, a.rank, b.rank)
        for a, b in pairs
        if a.rank != b.rank and math.isfinite(a.rank) and math.isfinite(b.rank)
    ]
    return [*sorted(crossed, key=lambda change: change.after), *sorted(moved, key=lambda change: change.after)]


def spread_changes(before: Iterable[Row], after: Iterable[Row]) -> list[Change]:
    """Spreads that moved by a percentage point or more, the widest move first; rows are those of spreads.csv."""
    earlier, later = _spreads_to_date(before), _spreads_to_date(after)
    changes = [
        Change("spread", f"{a} - {b}", earlier[a, b], now)
        for (a, b), now in later.items()
        if (a, b) in earlier and abs(now - earlier[a, b]) >= _NOTEWORTHY
    ]
    return sorted(changes, key=lambda change: -abs(change.after - change.before))


def _spreads_to_date(rows: Iterable[Row]) -> dict[tuple[str, str], float]:
    """By pair of sectors, the CAAR over the longest window that begins on the event day."""
    longest: dict[tuple[str, str], tuple[int, float]] = {}
    for row in rows:
        pair, end = (row["sector_a"], row["sector_b"]), int(row["window_end"])
        if row["window_start"] == "0" and row["caar_ew"] and end >= longest.get(pair, (0, 0.0))[0]:
            longest[pair] = end, float(row["caar_ew"])
    return {pair: caar for pair, (_, caar) in longest.items()}
