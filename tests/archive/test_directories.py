"""Files are written whole or not at all, and a spreadsheet cannot be made to run them."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from screener.archive import point_to_latest, publish
from screener.archive.history import history_rows, updated_history
from screener.columns.column import Column, Unit
from screener.config import load_settings
from screener.errors import DataError
from screener.files import write_files
from screener.report.formats.data import to_csv
from screener.report.model import Report
from screener.report.request import Request
from screener.report.tables import Table, tables_of
from tests.data import small
from tests.reports import make_report


@pytest.fixture
def report(tmp_path: Path) -> Report:
    source = tmp_path / "source"
    source.mkdir()
    settings = load_settings(small.write_config(source))
    prices, benchmark = small.write_prices(source), small.write_benchmark(source)
    return make_report(settings, Request(source=f"file:{prices}", benchmark=[benchmark]))


def test_directory_is_replaced_whole(tmp_path: Path, report: Report) -> None:
    root = tmp_path / "reports"
    first = publish(root, report, {"a.txt": b"1", "b.txt": b"2"})
    second = publish(root, report, {"a.txt": b"3"})
    assert first == second
    assert first is not None
    assert {path.name: path.read_bytes() for path in first.iterdir()} == {"a.txt": b"3"}
    assert [path.name for path in first.parent.iterdir()] == ["test"]


def test_failure_leaves_the_old_directory(tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "reports"
    folder = publish(root, report, {"a.txt": b"1"})
    assert folder is not None

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="No space left on device"):
        publish(root, report, {"a.txt": b"2"})
    with pytest.raises(DataError, match="No space left on device"):
        write_files({folder / "a.txt": b"2"})
    assert (folder / "a.txt").read_bytes() == b"1"
    assert [path.name for path in folder.parent.iterdir()] == ["test"]
    assert [path.name for path in folder.iterdir()] == ["a.txt"]


def test_failed_swap_puts_the_old_directory_back(
    tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system cannot exchange directories, two renames must do."""
    folder = publish(tmp_path, report, {"a.txt": b"1"})
    assert folder is not None
    monkeypatch.setattr("screener.archive._swapped_at_once", lambda _a, _b: False)
    publish(tmp_path, report, {"a.txt": b"2"})
    assert (folder / "a.txt").read_bytes() == b"2"
    assert [path.name for path in folder.parent.iterdir()] == ["test"]
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if target == folder and not str(self).endswith(".old"):
            raise OSError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(DataError, match="Permission denied"):
        publish(tmp_path, report, {"a.txt": b"3"})
    assert (folder / "a.txt").read_bytes() == b"2"


@pytest.fixture
def rows(report: Report) -> list[dict[str, str]]:
    """What the history has of the report."""
    return history_rows(to_csv(next(table for table in tables_of(report) if table.name == "sectors")))


def test_history_keeps_one_row_each_and_what_others_wrote(
    tmp_path: Path, report: Report, rows: list[dict[str, str]]
) -> None:
    path = tmp_path / "history.csv"
    first = updated_history(tmp_path, rows)
    path.write_bytes(first)
    assert updated_history(tmp_path, rows) == first
    other = first.decode("utf-8-sig").splitlines()[1].replace(str(report.as_of), "2023-01-02")
    with path.open("a", encoding="utf-8") as file:
        file.write(other + "\n\n")
    again = updated_history(tmp_path, rows)
    assert other in again.decode("utf-8-sig").splitlines()
    assert len(again.decode("utf-8-sig").splitlines()) == 6
    path.write_bytes(b"")
    assert updated_history(tmp_path, rows) == first
    path.write_text("as_of,event,sector,window_start,window_end,n\n2023-01-02,test,A,0,0,7\n", encoding="utf-8")
    older = updated_history(tmp_path, rows)
    assert len(older.decode().splitlines()) == 6
    assert older.decode().splitlines()[1].startswith("test,2023-01-02,,A,")


@pytest.mark.parametrize("content", ["mine\n1\n", "SHORT"])
def test_foreign_history_is_left_alone(tmp_path: Path, rows: list[dict[str, str]], content: str) -> None:
    if content == "SHORT":
        content = ",".join(rows[0]) + "\n2024\n"
    (tmp_path / "history.csv").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match="its columns do not match this version: move it away"):
        updated_history(tmp_path, rows)


def test_nothing_may_stand_in_the_way(tmp_path: Path, report: Report) -> None:
    (tmp_path / str(report.as_of)).mkdir()
    (tmp_path / str(report.as_of) / "test").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="blocks the report directory: move it"):
        publish(tmp_path, report, {"a.txt": b"1"})
    assert (tmp_path / str(report.as_of) / "test").read_text(encoding="utf-8") == "mine"


def test_same_content_is_not_written_again_and_leftovers_go(tmp_path: Path, report: Report) -> None:
    folder = publish(tmp_path, report, {"a.txt": b"1"})
    assert folder is not None
    written = folder.stat().st_ino
    assert publish(tmp_path, report, {"a.txt": b"1"}) == folder
    assert folder.stat().st_ino == written
    (folder.parent / ".test.killed").mkdir()
    publish(tmp_path, report, {"a.txt": b"2"})
    assert [path.name for path in folder.parent.iterdir()] == ["test"]


def test_reader_always_finds_a_whole_report(tmp_path: Path, report: Report) -> None:
    """Polled while it is replaced over and over, the directory is there with all its files each time."""
    folder = publish(tmp_path, report, {"a.txt": b"1" * 1000, "b.txt": b"1" * 1000})
    assert folder is not None
    stop = threading.Event()

    def rewrite() -> None:
        for number in range(100):
            publish(tmp_path, report, {"a.txt": b"%d" % number * 1000, "b.txt": b"%d" % number * 1000})
        stop.set()

    writer = threading.Thread(target=rewrite)
    writer.start()
    missed = looks = 0
    while not stop.is_set():
        looks += 1
        missed += not (folder / "a.txt").exists()
    writer.join()
    assert looks > 10
    assert missed == 0


def test_latest_moves_forward_only(tmp_path: Path, report: Report) -> None:
    (tmp_path / "latest").symlink_to("zzz")  # points at no date: not ours
    point_to_latest(tmp_path, report, report.as_of)
    assert (tmp_path / "latest").readlink().name == str(report.as_of)
    point_to_latest(tmp_path, replace(report, as_of=date(2020, 1, 2)), report.as_of)
    assert (tmp_path / "latest").readlink().name == str(report.as_of)


def test_csv_is_safe_and_fixed() -> None:
    columns = (
        Column("name", Unit.TEXT, "A text."),
        Column("figure", Unit.STATISTIC, "A figure."),
        Column("count", Unit.COUNT, "A count."),
    )
    rows: tuple[tuple[str | float | int | None, ...], ...] = (
        ("=1+1", -0.5, -5),
        ("@x", 1e-9, 3),
        ("+82", None, None),
        ('a,"b"', 12345.678, 0),
    )
    assert to_csv(Table("t", columns, tuple(map(list, zip(*rows, strict=True))))).decode("utf-8-sig") == (
        'name,figure,count\n\'=1+1,-0.5000,-5\n\'@x,0.0000,3\n\'+82,,\n"a,""b""",12345.6780,0\n'
    )


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_directory(tmp_path: Path, report: Report) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DataError, match="cannot be written"):
        publish(tmp_path / "reports", report, {"a.txt": b"1"})
    tmp_path.chmod(0o700)
