"""Files are written whole or not at all, and a spreadsheet cannot be made to run them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from screener.app import Request, make_report
from screener.errors import DataError
from screener.report.model import Report
from screener.report.publish import publish, record_history, write_file
from screener.report.tables import Column, Table, tables, to_csv
from screener.report.words import Words
from screener.settings import load_settings
from tests.market import small


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
        write_file(folder / "a.txt", b"2")
    assert (folder / "a.txt").read_bytes() == b"1"
    assert [path.name for path in folder.parent.iterdir()] == ["test"]
    assert [path.name for path in folder.iterdir()] == ["a.txt"]


def test_failed_swap_puts_the_old_directory_back(
    tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "reports"
    folder = publish(root, report, {"a.txt": b"1"})
    assert folder is not None
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if target == folder and not str(self).endswith(".old"):
            raise OSError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(DataError, match="Permission denied"):
        publish(root, report, {"a.txt": b"2"})
    assert (folder / "a.txt").read_bytes() == b"1"


def test_history_keeps_one_row_each_and_what_others_wrote(tmp_path: Path, report: Report) -> None:
    table = next(one for one in tables(report, Words("en")) if one.name == "sectors")
    record_history(tmp_path, report, table)
    before = (tmp_path / "history.csv").read_bytes()
    record_history(tmp_path, report, table)
    assert (tmp_path / "history.csv").read_bytes() == before
    other = before.decode("utf-8-sig").splitlines()[1].replace(str(report.as_of), "2023-01-02")
    with (tmp_path / "history.csv").open("a", encoding="utf-8") as file:
        file.write(other + "\n")
    record_history(tmp_path, report, table)
    assert other in (tmp_path / "history.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len((tmp_path / "history.csv").read_text(encoding="utf-8-sig").splitlines()) == 6


def test_foreign_history_is_left_alone(tmp_path: Path, report: Report) -> None:
    (tmp_path / "history.csv").write_text("mine\n1\n", encoding="utf-8")
    table = next(one for one in tables(report, Words("en")) if one.name == "sectors")
    with pytest.raises(DataError, match="its columns are not this version's: move it away"):
        record_history(tmp_path, report, table)
    assert (tmp_path / "history.csv").read_text(encoding="utf-8") == "mine\n1\n"


def test_csv_is_safe_and_fixed() -> None:
    columns = (Column("name", str), Column("figure", float, 4), Column("count", int))
    rows: tuple[tuple[str | float | int | None, ...], ...] = (
        ("=1+1", -0.5, -5),
        ("@x", 1e-9, 3),
        ("+82", None, None),
        ('a,"b"', 12345.678, 0),
    )
    assert to_csv(Table("t", columns, rows)).decode("utf-8-sig") == (
        'name,figure,count\n\'=1+1,-0.5000,-5\n\'@x,0.0000,3\n\'+82,,\n"a,""b""",12345.6780,0\n'
    )


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_directory(tmp_path: Path, report: Report) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DataError, match="cannot be written"):
        publish(tmp_path / "reports", report, {"a.txt": b"1"})
    tmp_path.chmod(0o700)
