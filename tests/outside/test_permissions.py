"""The user's umask holds, and nobody else writes unless the store is shared on purpose."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest

from screener.archive import locked
from screener.data.store import Store
from screener.files import OWN, write_atomic, write_files
from tests.fakes.krx import kst

NOW = kst(2025, 2, 11)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.lstat().st_mode) for path in folder.rglob("*")}


def write_all(folder: Path, group: str = "") -> None:
    """A file of each kind that the screener writes."""
    store = Store.open(folder / "store", group)
    with store.writing("test", NOW):
        store._place.write("source/prices/prices.parquet", pa.py_buffer(b"rows"))
    folder.chmod(0o755)
    with locked(folder):
        write_files({folder / "history.csv": b"rows"})
    write_atomic(folder / "private", b"words")


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o027, 0o077])
def test_nothing_is_wider_than_the_umask_nor_written_by_others(tmp_path: Path, mask: int) -> None:
    with umask(mask):
        write_all(tmp_path)
        found = modes(tmp_path)
    assert found["private"] == 0o600
    assert found["history.csv"] == 0o644 & ~mask
    assert all(not mode & (mask | OWN) for mode in found.values()), found


def test_a_shared_store_is_written_by_its_group(tmp_path: Path) -> None:
    grp = pytest.importorskip("grp")
    with umask(0o077):
        write_all(tmp_path, grp.getgrgid(os.getgid()).gr_name)
        found = modes(tmp_path / "store")
    shared = {"source": 0o2770, "prices": 0o2770, "prices.parquet": 0o660}
    assert {name: found[name] for name in shared} == shared
    assert found[".lock"] & 0o060
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o2770
