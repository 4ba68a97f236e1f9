"""A writer that dies, a disk that is full, two writers, and readers meanwhile: the old state or the new one, whole."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from screener.data.store import Store, StoredTable
from screener.data.store.place import LocalPlace
from screener.errors import DataError
from screener.krx.tables import PRICES
from tests.conftest import ROOT
from tests.data.stored import EARLY, LATE, SOURCE, Rows, globbed, prices, read, writable, write

# A stock with a split, restated from 2024 on; the year 2023 has no other rows, and 2026 is new.
KEPT = [("2024-05-02", "005930", 77600.0), ("2025-01-31", "005930", 52400.0)]
OLD = [("2023-12-28", "000660", 100.0), ("2024-05-02", "000660", 200.0), ("2025-01-31", "000660", 300.0)]
NEW = [("2024-05-02", "000660", 20.0), ("2025-01-31", "000660", 30.0), ("2026-01-02", "000660", 40.0)]
BEFORE, AFTER = sorted(OLD + KEPT), sorted(NEW + KEPT)
RESTATED = {"000660": (date(2024, 1, 1), date(2026, 1, 2))}


class Killed(BaseException):
    """Stands for the end of the process."""


class Dying(LocalPlace):
    """A local disk whose process dies at one of its changes: just before it, or in the middle of a write."""

    def __init__(self, root: Path, left: int) -> None:
        super().__init__(root)
        self.__dict__["left"] = left

    def step(self) -> bool:
        self.__dict__["left"] -= 1
        if self.__dict__["left"] < -1:
            raise Killed  # a dead process does not clear up
        return bool(self.__dict__["left"] == -1)

    def write(self, name: str, data: pa.Buffer | bytes) -> None:
        if self.step():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_bytes(bytes(data)[: len(data) // 2])
            raise Killed
        super().write(name, data)

    def rename(self, name: str, to: str) -> None:
        if self.step():
            raise Killed
        super().rename(name, to)

    def remove(self, name: str) -> None:
        if self.step():
            raise Killed
        super().remove(name)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("store") / "before"
    write(Store.open(root), OLD + KEPT)
    return root


def restate(table: StoredTable) -> None:
    table.write(prices(NEW), replacing="series", coverage=RESTATED, fetched=LATE)


def look(root: Path) -> Rows:
    """What is stored, which must be one state whole; others may see a mixture of both, but no row doubled or torn."""
    rows = sorted(read(Store.open(root)))
    assert rows in (BEFORE, AFTER)
    seen = globbed(root)
    assert set(seen) <= {*BEFORE, *AFTER}
    assert len({row[:2] for row in seen}) == len(seen)
    assert set(KEPT) <= set(seen)
    return rows


def test_death_at_every_step_leaves_one_state_whole(before: Path, tmp_path: Path) -> None:
    found = []
    for step in range(100):
        root = tmp_path / str(step)
        shutil.copytree(before, root)
        finished = True
        try:
            restate(StoredTable(Dying(root, step), SOURCE, PRICES, lambda: True))
        except Killed:
            finished = False
        rows = look(root)
        found.append(rows == AFTER)
        table = Store.open(root).table(SOURCE, PRICES)
        assert all("cut short" in damage.what for damage in table.verify())
        with writable(Store.open(root)) as table:
            table.write(prices([]), replacing="rows", fetched=LATE)
        assert sorted(read(Store.open(root))) == globbed(root) == rows
        assert table.verify() == []
        assert (table.reload().coverage == {}) == (rows == BEFORE)
        if finished:
            break
    # 3 partitions and the manifest are written, which nobody sees; then it counts, whatever happens after it.
    assert found == [False] * 5 + [True] * (len(found) - 5)
    assert len(found) == 5 + 3 + 1 + 1  # 3 renamed, 1 removed, and once nothing went wrong


def test_death_of_the_very_first_write(tmp_path: Path) -> None:
    for step in range(100):
        root = tmp_path / str(step)
        try:
            StoredTable(Dying(root, step), SOURCE, PRICES, lambda: True).write(
                prices(OLD), replacing="rows", fetched=EARLY
            )
        except Killed:
            assert read(Store.open(root)) == (OLD if step > 4 else [])
            write(Store.open(root), KEPT)
            assert globbed(root) == sorted(read(Store.open(root))) == sorted(KEPT + (OLD if step > 4 else []))
        else:
            break
    assert step == 8


WRITER = """
import sys
from screener.data.store import Store
from tests.data.stored import EARLY, SOURCE, prices
from screener.krx.tables import PRICES
store = Store.open(sys.argv[1])
days = ["2023-12-28", "2024-05-02", "2025-01-31"]
with store.writing("sync", EARLY):
    print("started", flush=True)
    for version in range(1, 100_000):
        rows = [(day, "000660", float(version)) for day in days]
        store.table(SOURCE, PRICES).write(prices(rows), replacing="series", fetched=EARLY)
"""


def start_writer(root: Path) -> subprocess.Popen[bytes]:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(root)], cwd=ROOT, stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"started\n"
    return writer


def test_readers_beside_a_writer_that_is_killed_see_whole_states_only(tmp_path: Path) -> None:
    root = tmp_path / "store"
    write(Store.open(root), [(day, "000660", 0.0) for day in ("2023-12-28", "2024-05-02", "2025-01-31")])
    seen = set()
    for seconds in (0.31, 0.17, 0.53):
        with start_writer(root) as writer:
            held = Store.open(root)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                for store in (held, Store.open(root)):  # one keeps its manifest until it is outdated
                    closes = [close for *_, close in read(store)]
                    assert len(closes) == 3
                    assert len(set(closes)) == 1
                    seen.add(closes[0])
                assert len(globbed(root)) == 3
            with pytest.raises(
                DataError, match=rf"sync \(pid {writer.pid} on {socket.gethostname()}, since 2025-02-03T18:30"
            ):
                write(held, OLD)
            writer.send_signal(signal.SIGKILL)
        assert len({close for *_, close in read(Store.open(root))}) == 1
        write(Store.open(root), KEPT)
        assert Store.open(root).table(SOURCE, PRICES).verify() == []
        assert sorted(read(Store.open(root))) == globbed(root)
        write(Store.open(root), [], replacing="series", coverage={"005930": (date(2023, 1, 1), date(2025, 12, 31))})
    assert len(seen) > 10


def test_second_writer_is_told_who_is_at_work(tmp_path: Path) -> None:
    with Store.open(tmp_path).writing("sync", EARLY):
        with pytest.raises(DataError) as caught, Store.open(tmp_path).writing("daily", LATE):
            pass
        facts = f"sync (pid {os.getpid()} on {socket.gethostname()}, since 2025-02-03T18:30:00+09:00)"
        assert str(caught.value) == f"{tmp_path}: {facts} is writing there: wait for it, or end it"
        (tmp_path / ".lock.json").write_text(json.dumps({"pid": 1})[:5])
        with pytest.raises(DataError, match="another process is writing"), Store.open(tmp_path).writing("daily", LATE):
            pass
    with Store.open(tmp_path).writing("daily", LATE):
        assert json.loads((tmp_path / ".lock.json").read_text())["command"] == "daily"
    assert not (tmp_path / ".lock.json").exists()


def test_full_disk_changes_nothing_and_leaves_nothing(
    before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "store"
    shutil.copytree(before, root)
    files = {path for path in root.rglob("*") if path.is_file()}
    real = os.fsync
    for room in range(4):  # three partitions and the manifest
        left = [room]

        def fsync(handle: int, left: list[int] = left) -> None:
            if stat.S_ISREG(os.fstat(handle).st_mode):
                if not left[0]:
                    raise OSError(errno.ENOSPC, "full")
                left[0] -= 1
            real(handle)

        with writable(Store.open(root)) as table:
            monkeypatch.setattr(os, "fsync", fsync)
            with pytest.raises(DataError) as caught:
                restate(table)
            monkeypatch.setattr(os, "fsync", real)
        message = str(caught.value)
        assert "cannot be written: No space left on device: make room there" in message
        assert "\n" not in message
        assert {path for path in root.rglob("*") if path.is_file()} == files
        assert look(root) == BEFORE


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_place_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(DataError, match=os.strerror(number) + ": check --store and its permissions"):
        write(Store.open(tmp_path / "new"), OLD)


def test_place_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("in the way")
    store = Store.open(tmp_path / "store")
    with pytest.raises(DataError, match="cannot be read: Not a directory"):
        read(store)
    with pytest.raises(DataError, match=r"store.*: cannot be locked: "):
        write(store, OLD)
