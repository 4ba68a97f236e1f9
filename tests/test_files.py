"""Several files are written all or none, and whatever prevents it is one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from screener.errors import DataError, ExitCode
from screener.files import write_files
from tests.conftest import ROOT


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder that holds an earlier file."""
    (tmp_path / "a.csv").write_bytes(b"old")
    return tmp_path


def held(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, those under temporary names too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(files: dict[Path, bytes]) -> str:
    with pytest.raises(DataError) as caught:
        write_files(files)
    assert caught.value.exit_code == ExitCode.DATA
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_every_file_is_written_and_nothing_else_stays(old: Path) -> None:
    write_files({old / "a.csv": b"new", old / "deep/er/b.csv": b"b"})
    assert held(old) == {"a.csv": b"new", "deep/er/b.csv": b"b"}
    assert (old / "a.csv").stat().st_mode & 0o777 == 0o644


def test_a_file_that_holds_its_content_is_left_alone(old: Path) -> None:
    before = (old / "a.csv").stat()
    write_files({old / "a.csv": b"old", old / "b.csv": b"b"})
    assert (old / "a.csv").stat().st_ino == before.st_ino


def test_a_link_stays_a_link(old: Path) -> None:
    (old / "link").symlink_to("a.csv")
    write_files({old / "link": b"new"})
    assert (old / "link").is_symlink()
    assert (old / "a.csv").read_bytes() == b"new"


def test_a_directory_in_the_way_of_the_last_file(old: Path) -> None:
    (old / "b.csv").mkdir()
    said = refusal({old / "a.csv": b"new", old / "b.csv": b"b"})
    assert (
        said
        == f"{old / 'b.csv'}: blocks the file to be written: choose another name, or move it: a file must be written there"
    )
    assert held(old) == {"a.csv": b"old"}


def test_a_file_where_a_directory_belongs(old: Path) -> None:
    said = refusal({old / "b.csv": b"b", old / "a.csv/c.csv": b"c"})
    assert said == f"{old / 'a.csv'}: blocks c.csv: move it: a directory must be created there"
    assert held(old) == {"a.csv": b"old"}


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="there is no such device here")
def test_a_device_is_not_replaced() -> None:
    """With the rights to do so, a rename would make an ordinary file of it."""
    assert "/dev/null: blocks the file to be written" in refusal({Path("/dev/null"): b"x"})
    assert Path("/dev/null").is_char_device()


def test_a_name_that_no_file_can_have(old: Path) -> None:
    assert "File name too long" in refusal({old / "a.csv": b"new", old / ("x" * 300): b"x"})
    assert held(old) == {"a.csv": b"old"}


@pytest.mark.skipif(sys.platform != "linux", reason="where a process can be held to a file size")
def test_a_full_disk(old: Path) -> None:
    """The first file still has room, the second has not."""
    script = """
import resource
from pathlib import Path
from screener.files import write_files
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_files({Path("a.csv"): b"new", Path("b.csv"): b"b" * 2000})
except Exception as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=old,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (
        done.stdout
        == "DataError b.csv: cannot be written (File too large): choose another location, or free some space\n"
    )
    assert held(old) == {"a.csv": b"old"}


def test_a_disk_that_takes_nothing_through(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some disks say only when they are asked to keep what they were given that there is no room."""

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "b.csv: cannot be written (No space left on device)" in refusal({old / "b.csv": b"b"})
    assert held(old) == {"a.csv": b"old"}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_no_permission(old: Path) -> None:
    old.chmod(0o500)
    said = refusal({old / "a.csv": b"new"})
    old.chmod(0o700)
    assert "Permission denied" in said
    assert held(old) == {"a.csv": b"old"}
