"""Files a report: its directory with the record of the run, its revisions, and its rows of the history."""

from __future__ import annotations

import hashlib
import importlib
import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from screener import __version__
from screener.archive import RECORD, load_record, locked, point_to_latest, publish, report_name
from screener.archive.history import (
    HISTORY,
    Row,
    csv_bytes,
    csv_rows,
    history_rows,
    load_history,
    revision_of_row,
    updated_history,
)
from screener.config import Settings
from screener.config.changes import Difference, configuration_of, differences
from screener.decoding import NOT_UNDERSTOOD
from screener.files import LARGE, read_file, write_files
from screener.report.formats import files_of
from screener.report.model import SCHEMA_VERSION, Report

if TYPE_CHECKING:
    from screener.report.screens import Screen

FORMATS = ("txt", "html", "csv", "json")
"""Formats of a report directory."""
_REVISIONS = "revisions.csv"
_COMPARED = ("sectors", "spreads", "stocks", "paths", "trend", "levels")
"""Tables whose figures are compared with those of the revision before."""
OF_PRICES = {"stocks": ("raw_return",)}
"""By table, columns in which a figure follows from prices alone, however the report is configured."""
_KEY = ("sector", "theme", "sector_a", "sector_b", "ticker", "series", "window_start", "window_end", "tau")
"""Columns that identify a row of any of them."""
_MOST_REVISIONS = 10_000
_CONFIGURATION = "configuration"
"""What revisions call the table of what is configured otherwise."""


class _Correction(NamedTuple):
    """A figure, or an entry of the configuration, that is another than before; one row of revisions.csv."""

    table: str
    """`configuration` for an entry of that."""
    row: str
    """Sector, ticker, window."""
    column: str
    before: str
    after: str


class FiledReport(NamedTuple):
    """What became of a report."""

    folder: Path | None
    """The directory, or None if the one that is there was kept because it has more."""
    files: Mapping[str, bytes]
    revision: int
    corrections: tuple[_Correction, ...]
    """Figures that were corrected since the revision before."""
    written: bool
    """Whether anything had to be written."""
    configured: tuple[Difference, ...] = ()
    """What is configured otherwise than for the revision before."""


def corrections_since(filed: FiledReport, revision: int) -> tuple[_Correction, ...]:
    """What a report says it has corrected since that revision of it; nothing where it was not there before."""
    if filed.corrections or not 0 < revision < filed.revision:
        return filed.corrections
    told = table_in(filed.files, "revisions")
    # What is configured otherwise stands there too, and corrects no figure.
    rows = [row for row in told if revision_of_row(row) > revision and row.get("table") != _CONFIGURATION]
    return tuple(_Correction(*(row.get(name, "") for name in _Correction._fields)) for row in rows)


def load_directory(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The record of a report directory and the files it names; neither where one is not as it was written."""
    record = load_record(folder)
    try:
        files = {name: read_file(folder / Path(name).name, LARGE) for name in record["files"]}
        sound = all(_fingerprint(files[name]) == known for name, known in record["files"].items())
    except NOT_UNDERSTOOD:
        sound = False
    return (record, files) if sound else ({}, {})


def table_in(files: Mapping[str, bytes], name: str) -> list[dict[str, str]]:
    """Rows of one of the CSV files of a report, as text; none where there is no such file."""
    return csv_rows(files.get(f"{name}.csv", b""))


def stored_revision(folder: Path) -> int | None:
    """The revision of the report in `folder`, None unless every file is there at its full length."""
    record = load_record(folder)
    try:
        sizes = {name: (folder / Path(name).name).stat().st_size for name in record["files"]}
        whole = all(sizes[name] == known["bytes"] for name, known in record["files"].items())
    except NOT_UNDERSTOOD:
        return None
    return _revision_of(record) if whole else None


def _revision_of(record: Mapping[str, Any]) -> int:
    revision = record.get("revision", 1)
    return revision if type(revision) is int and 0 < revision < _MOST_REVISIONS else 1


def file_report(root: Path, screen: Screen, settings: Settings, palette: str, argv: Sequence[str]) -> FiledReport:
    """Write the report directory, the history and `latest`.

    If the directory exists with other figures, or was configured otherwise, this is its next revision, and
    revisions.csv says what changed.

    Args:
        root: the reports directory.
        screen: the report, as every format shows it.
        settings: its configuration, for the record of the run.
        palette: of the web page.
        argv: the command line, for the record of the run.

    Raises:
        DataError: it cannot be written, or the history cannot be read.
    """
    with locked(root):
        filed = write_report(root, screen, settings, palette, argv)
        point_to_latest(root, screen.report, settings.today)
    return filed


def write_report(
    root: Path,
    screen: Screen,
    settings: Settings,
    palette: str,
    argv: Sequence[str],
    *,
    renew: bool = True,
) -> FiledReport:
    """Write the report directory and the history, but not `latest`; call it under `locked`.

    Arguments as those of `file_report`; without `renew` a directory with the same rows and figures stays as it is.
    """
    report = screen.report
    path = root / report_name(report.as_of, report.event.id)
    fresh, (record, earlier) = files_of(screen, "csv", palette), load_directory(path)
    rows = history_rows(fresh["sectors.csv"]) if report.provenance.study else []
    configured = configured_since(record, settings, report.event.id)
    known, corrections = _compared(root, report, rows, fresh, record, earlier)
    if configured:
        corrections = _of_prices(corrections, configured)
    changes = (*map(_as_correction, configured), *corrections)
    revision = known + 1 if changes or not known else known
    history = updated_history(root, rows, revision, alone=bool(configured)) if rows else None
    folder: Path | None
    kept = bool(record) and not changes and (_has_more if renew else _has_same_rows)(earlier, fresh)
    if kept:
        folder, files = None if renew else path, earlier
    else:
        rendered = [fresh if name == "csv" else files_of(screen, name, palette) for name in FORMATS]
        files = {name: content for part in rendered for name, content in part.items()}
        if settings.screener.headers == "ko":
            # Beside the others, which history and revisions are read from.
            files |= {_korean_name(name): content for name, content in files_of(screen, "csv", palette, "ko").items()}
        if revision > 1:
            so_far = earlier.get(_REVISIONS, b"")
            files[_REVISIONS] = _revisions_csv(revision, changes, so_far) if changes or not so_far else so_far
        files[RECORD] = _run_record(report, settings, argv, revision, files)
        folder = publish(root, report, files)
    if history is not None:
        kept = kept and (root / HISTORY).is_file() and read_file(root / HISTORY, LARGE) == history
        write_files({root / HISTORY: history})
    return FiledReport(folder, files, revision, corrections, not kept, tuple(configured))


def configured_since(record: Mapping[str, Any], settings: Settings, event: str) -> list[Difference]:
    """What is configured for an event otherwise than when the report of that record was made."""
    return differences(record.get("configuration"), configuration_of(settings, event))


def _as_correction(one: Difference) -> _Correction:
    return _Correction(_CONFIGURATION, one.name, one.part, one.before, one.after)


def _of_prices(corrections: Sequence[_Correction], configured: Sequence[Difference]) -> tuple[_Correction, ...]:
    """Those of figures that follow from prices alone; of another configuration all others are other figures."""
    if any(one.part == "event" or one.name == "price_limit" for one in configured):
        return ()
    return tuple(one for one in corrections if one.column in OF_PRICES.get(one.table, ()))


def _korean_name(name: str) -> str:
    """Of the Korean CSV beside the one of this name."""
    return f"{name.removesuffix('.csv')}.ko.csv"


def _compared(
    root: Path,
    report: Report,
    rows: Sequence[Row],
    fresh: Mapping[str, bytes],
    record: Mapping[str, Any],
    earlier: Mapping[str, bytes],
) -> tuple[int, tuple[_Correction, ...]]:
    """The known revision of a report, 0 for none, and what differs from it.

    Where its directory was lost or damaged, the history still has the figures of its sectors, `rows`.
    """
    if not report.provenance.study:
        return 1, ()
    if record.get("study"):
        tables = [_corrections_of(name, table_in(earlier, name), table_in(fresh, name)) for name in _COMPARED]
        return _revision_of(record), tuple(correction for table in tables for correction in table)
    key = report.as_of.isoformat(), report.event.id
    known = [row for row in load_history(root) if (row["as_of"], row["event"]) == key]
    revision = max(map(revision_of_row, known), default=0)
    return revision, tuple(_corrections_of("sectors", known, rows))


def _corrections_of(table: str, old: Sequence[Row], new: Sequence[Row]) -> list[_Correction]:
    """Figures that differ, of rows that both have.

    Rows are more or fewer where other windows or sectors were asked for, and words differ with the language.
    """
    before = {_key_of(row): row for row in old}
    return [
        _Correction(table, key, column, known[column], cell)
        for row in new
        if (known := before.get(key := _key_of(row)))
        for column, cell in row.items()
        if known.get(column, cell) != cell and (_is_figure(known[column]) or _is_figure(cell))
    ]


def _have_same_keys(old: Sequence[Row], new: Sequence[Row]) -> bool:
    return {_key_of(row) for row in old} == {_key_of(row) for row in new}


def _revisions_csv(revision: int, corrections: Sequence[_Correction], so_far: bytes) -> bytes:
    """Content of revisions.csv: the rows of revisions before from `so_far`, its content so far, and `corrections`."""
    header = ["revision", *_Correction._fields]
    known = [[row[name] for name in header] for row in csv_rows(so_far) if revision_of_row(row) < revision]
    return csv_bytes([header, *known, *([revision, *correction] for correction in corrections)])


def _has_same_rows(earlier: Mapping[str, bytes], fresh: Mapping[str, bytes]) -> bool:
    """Whether both are about the same windows, sectors and stocks."""
    return all(_have_same_keys(table_in(earlier, name), table_in(fresh, name)) for name in _COMPARED)


def _has_more(earlier: Mapping[str, bytes], fresh: Mapping[str, bytes]) -> bool:
    """Whether `earlier` has all of `fresh` and further windows, as reports of the daily run do."""

    def window(row: Row) -> tuple[str, str]:
        return row["window_start"], row["window_end"]

    wanted = {window(row) for row in table_in(fresh, "sectors")}
    shared = {
        name: [row for row in table_in(earlier, name) if window(row) in wanted]
        for name in ("sectors", "spreads", "stocks")
    }
    same = all(_have_same_keys(rows, table_in(fresh, name)) for name, rows in shared.items())
    return same and wanted < {window(row) for row in table_in(earlier, "sectors")}


def _run_record(
    report: Report, settings: Settings, argv: Sequence[str], revision: int, files: Mapping[str, bytes]
) -> bytes:
    """run.json: what it takes to run the report again; without a time, so that equal inputs give equal bytes."""
    record = {
        "schema_version": SCHEMA_VERSION,
        "event": report.event.id,
        "as_of": report.as_of.isoformat(),
        "source": report.provenance.source,
        "study": report.provenance.study,
        "revision": revision,
        "argv": [_without_secrets(word) for word in argv],
        "versions": {
            "screener": __version__,
            "python": platform.python_version(),
            **{name: str(importlib.import_module(name).__version__) for name in ("numpy", "pyarrow", "scipy")},
        },
        "config": settings.sha256,
        "configuration": configuration_of(settings, report.event.id),
        "data": {file.name: file.sha256 for file in report.provenance.files},
        "files": {name: _fingerprint(content) for name, content in files.items()},
    }
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()


def _without_secrets(word: str) -> str:
    """A word of the command line, without the account and key that the URL of a store may hold."""
    if "://" not in word:
        return word
    from screener.data.store import without_secrets  # loading filesystems takes longer than all else here

    return without_secrets(word)[0]


def _fingerprint(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _key_of(row: Row) -> str:
    return " ".join(row[name] for name in _KEY if row.get(name))


def _is_figure(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
