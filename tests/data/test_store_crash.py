"""A writer that dies, a disk that is full, two writers, and readers meanwhile: each file is old or new, and whole."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import stat
from datetime import date, datetime
from pathlib import Path
from typing import Any

import fsspec  # type: ignore[import-untyped]
import pyarrow.fs
import pytest

from screener.data.store import WHOLE_SESSION, Refused, Store, StoredTable
from screener.data.store.place import Place
from screener.errors import DataError
from screener.krx.tables import KINDS, MARKET, PRICES, TableKind
from tests.crash import every_step
from tests.data.stored import EARLY, LATE, SOURCE, Rows, globbed, listed, prices, read, writable, write

# A stock with a split, restated from 2024 on; the year 2023 has no other rows, and 2026 is new.
KEPT = [("2024-05-02", "005930", 77600.0), ("2025-01-31", "005930", 52400.0)]
OLD = [("2023-12-28", "000660", 100.0), ("2024-05-02", "000660", 200.0), ("2025-01-31", "000660", 300.0)]
NEW = [("2024-05-02", "000660", 20.0), ("2025-01-31", "000660", 30.0), ("2026-01-02", "000660", 40.0)]
BEFORE, AFTER = sorted(OLD + KEPT), sorted(NEW + KEPT)
RESTATED = {"000660": (date(2024, 1, 1), date(2026, 1, 2))}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("store") / "before"
    write(Store.open(root), OLD + KEPT)
    with Store.open(root).writing("sync", EARLY):
        Store.open(root).table(SOURCE, MARKET)
    return root


def restate(table: StoredTable) -> None:
    table.write(prices(NEW), replacing=frozenset({"000660"}), coverage=RESTATED, fetched=LATE)


def put(root: Path, rows: Rows, at: datetime = EARLY, kind: TableKind = MARKET, **how: Any) -> None:
    store = Store.open(root)
    with store.writing("sync", at):
        store.table(SOURCE, kind).write(prices(rows), fetched=at, **{"replacing": "sessions", **how})


def look(root: Path, kind: TableKind) -> Rows:
    """What is stored: sound, and the same for those who read every *.parquet that there is."""
    table = Store.open(root).table(SOURCE, kind)
    rows = listed(table.read(["date", "ticker", "close"]))
    assert table.verify() == []
    assert globbed(root) == rows == sorted(set(rows))
    assert [str(day) for day in table.sessions] == sorted({day for day, *_ in rows})
    return rows


def test_a_restated_history_is_there_whole_or_not_at_all_at_every_step(before: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    found = {}
    for step in every_step(
        root,
        lambda: put(root, NEW, LATE, PRICES, replacing=frozenset({"000660"}), coverage=RESTATED),
        lambda: shutil.copytree(before, root),
    ):
        rows = look(root, PRICES)
        assert rows in (BEFORE, AFTER), step
        found[step] = rows == AFTER
        assert (Store.open(root).table(SOURCE, PRICES).coverage == {}) == (rows == BEFORE), step
        put(
            root, NEW, LATE, PRICES, replacing=frozenset({"000660"}), coverage=RESTATED
        )  # the next sync goes on from there
        assert look(root, PRICES) == AFTER, step
        assert not list(root.rglob("*.new")), step
    assert look(root, PRICES) == AFTER
    (renamed,) = [step for step in found if step.startswith("rename")]
    assert renamed == "rename pykrx-keyless/prices/prices.parquet"
    assert [step for step in found if "prices" in step][:2] == [
        "open pykrx-keyless/prices/_prices.parquet.new", "sync pykrx-keyless/prices/_prices.parquet.new",
    ]  # fmt: skip
    assert not any(found[step] for step in found if "prices" in step)  # it counts as soon as it is renamed


def test_sessions_of_several_months_are_each_there_whole_or_not_at_all_at_every_step(tmp_path: Path) -> None:
    root = tmp_path / "store"
    states = set()
    for step in every_step(root, lambda: put(root, NEW, LATE), lambda: put(root, OLD + KEPT)):
        rows = look(root, MARKET)
        days = {day: [row for row in rows if row[0] == day] for day, *_ in rows}
        for day, session in days.items():
            assert session in [[row for row in state if row[0] == day] for state in (BEFORE, sorted(NEW))], step
        assert [row for row in rows if row[0] < "2024"] == OLD[:1], step
        states.add(tuple(rows))
        put(root, NEW, LATE)
        assert look(root, MARKET) == [OLD[0], *NEW], step
    assert len(states) == 4  # none, one, two or three of the three months are new


def test_death_of_the_very_first_write(tmp_path: Path) -> None:
    root = tmp_path / "store"
    for step in every_step(root, lambda: put(root, OLD), lambda: root.mkdir()):
        assert look(root, MARKET) in (OLD[:0], OLD[:1], OLD[:2], OLD), step
        put(root, OLD + KEPT)
        assert look(root, MARKET) == BEFORE, step


def test_a_series_that_goes_is_gone_whole_in_each_file_at_every_step(tmp_path: Path) -> None:
    """Stocks of a market file that are replaced whole are so month by month; the next import completes it."""
    root = tmp_path / "store"

    def drop() -> None:
        put(root, [], LATE, replacing=frozenset({"000660"}))

    for step in every_step(root, drop, lambda: put(root, OLD + KEPT)):
        assert set(KEPT) <= set(look(root, MARKET)) <= set(BEFORE), step
        drop()
        assert look(root, MARKET) == sorted(KEPT), step


def test_readers_beside_a_writer_see_whole_states_only(before: Path, tmp_path: Path) -> None:
    """One has looked at the store before the write, one looks for the first time; others read every file there is."""
    root = tmp_path / "store"
    shutil.copytree(before, root)
    held = Store.open(root).table(SOURCE, PRICES)
    columns = ["date", "ticker", "close"]
    for number, rows in enumerate((BEFORE, AFTER)):
        assert list(map(str, held.sessions)) == sorted({day for day, *_ in BEFORE})
        assert listed(held.read(columns)) == read(Store.open(root)) == globbed(root) == rows
        if not number:
            with writable(Store.open(root)) as table:
                restate(table)
                assert listed(held.read(columns)) == read(Store.open(root)) == AFTER


def test_a_file_that_goes_while_it_is_read_has_no_rows(
    before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "store"
    shutil.copytree(before, root)
    table = Store.open(root).table(SOURCE, PRICES)
    names = table._place.names(f"{SOURCE}/prices")
    monkeypatch.setattr(table._place, "names", lambda _folder: names)  # the list was read just before
    (root / SOURCE / "prices" / "prices.parquet").unlink()
    assert listed(table.read(["date", "ticker", "close"])) == []
    assert table.sessions == {}


def test_second_writer_is_told_who_is_at_work(tmp_path: Path) -> None:
    with Store.open(tmp_path).writing("sync", EARLY):
        with pytest.raises(DataError) as caught, Store.open(tmp_path).writing("daily", LATE):
            pass
        facts = f"sync (pid {os.getpid()} on {socket.gethostname()}, since 2025-02-03T18:30:00+09:00)"
        assert str(caught.value) == f"{tmp_path}: {facts} is writing there: wait for it to finish, or stop it"
        (tmp_path / ".lock.json").write_text(json.dumps({"pid": 1})[:5])
        with pytest.raises(DataError, match="another process is writing"), Store.open(tmp_path).writing("daily", LATE):
            pass
    with Store.open(tmp_path).writing("daily", LATE):
        assert json.loads((tmp_path / ".lock.json").read_text())["command"] == "daily"
    assert not (tmp_path / ".lock.json").exists()


def elsewhere(tmp_path: Path, machine: str, filesystem: Any = None) -> Store:
    """A store on a filesystem that several machines share, each with a lock of its own."""
    handler: Any = pyarrow.fs.FSSpecHandler
    shared = filesystem or pyarrow.fs.PyFileSystem(handler(fsspec.filesystem("memory")))
    return Store(Place(shared, "shared/store", "memory://shared/store", tmp_path / machine / "lock"))


@pytest.fixture
def memory() -> Any:
    memory = fsspec.filesystem("memory")
    yield memory
    if memory.exists("/shared"):
        memory.rm("/shared", recursive=True)


def test_a_writer_on_another_machine_is_kept_out(tmp_path: Path, memory: Any) -> None:
    one, other = (elsewhere(tmp_path, name) for name in ("one", "other"))
    assert one.excludes_others
    with one.writing("sync", EARLY):
        facts = json.loads(memory.cat_file("/shared/store/_writer.json")) | {"host": "far-away", "pid": 7}
        memory.pipe_file("/shared/store/_writer.json", json.dumps(facts).encode())
        with pytest.raises(DataError) as caught, other.writing("daily", LATE):
            pass
        assert str(caught.value) == (
            "memory://shared/store: sync (pid 7 on far-away, since 2025-02-03T18:30:00+09:00) is writing there: wait for "
            "it to finish, or stop it; if it was killed, delete memory://shared/store/_writer.json"
        )
    with other.writing("daily", LATE):
        pass
    assert not memory.exists("/shared/store/_writer.json")
    assert one.tables() == []


def test_a_writer_of_this_machine_that_was_killed_does_not_keep_the_next_one_out(tmp_path: Path, memory: Any) -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    facts = {"pid": child, "host": socket.gethostname(), "since": "2025-02-03T18:30:00+09:00", "command": "sync"}
    memory.makedirs("/shared/store", exist_ok=True)
    memory.pipe_file("/shared/store/_writer.json", json.dumps(facts).encode())
    with elsewhere(tmp_path, "one").writing("daily", LATE):
        assert json.loads(memory.cat_file("/shared/store/_writer.json"))["command"] == "daily"


def test_a_filesystem_that_cannot_keep_others_out_says_so(tmp_path: Path) -> None:
    plain = pyarrow.fs.SubTreeFileSystem(str(tmp_path / "far"), pyarrow.fs.LocalFileSystem())
    store = elsewhere(tmp_path, "one", plain)
    assert not store.excludes_others
    with store.writing("sync", EARLY), pytest.raises(DataError, match=r"sync \(pid"), store.writing("daily", LATE):
        pass
    assert Store.open(tmp_path).excludes_others


def test_full_disk_changes_nothing_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "store"
    put(root, OLD + KEPT)
    files = {path for path in root.rglob("*") if path.is_file()}
    real = os.fsync
    for room in range(3):  # three months
        left = [room]

        def fsync(handle: int, left: list[int] = left) -> None:
            if stat.S_ISREG(os.fstat(handle).st_mode):
                if not left[0]:
                    raise OSError(errno.ENOSPC, "full")
                left[0] -= 1
            real(handle)

        with Store.open(root).writing("sync", EARLY):
            store = Store.open(root)
            table = StoredTable(store._place, SOURCE, MARKET, lambda: True)
            monkeypatch.setattr(os, "fsync", fsync)
            with pytest.raises(DataError) as caught:
                table.write(prices(NEW), replacing="sessions", fetched=LATE)
            monkeypatch.setattr(os, "fsync", real)
        message = str(caught.value)
        assert "cannot be written: No space left on device: free some space there" in message
        assert "\n" not in message
        assert {path for path in root.rglob("*") if path.is_file()} == files
        assert look(root, MARKET) == BEFORE


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


FORMAT_1 = Path(__file__).parent / "format_1"
"""A store that an earlier screener wrote, of made-up prices: a file a year, and a manifest."""


def moved(root: Path) -> None:
    """Everything is there as it was written, and nothing twice."""
    store = Store.open(root)
    keyless, market = store.table("pykrx-keyless", PRICES), store.table("openapi", MARKET)
    columns = ["date", "ticker", "close"]
    assert listed(keyless.read(columns)) == [
        ("2023-12-28", "000660", 100.0), ("2024-05-02", "000660", 200.0), ("2024-05-02", "005930", 77.5),
        ("2025-01-31", "000660", 300.0),
    ]  # fmt: skip
    assert keyless.coverage == {
        "000660": (date(2023, 12, 1), date(2025, 1, 31), EARLY), "005930": (date(2024, 5, 2), date(2024, 5, 31), EARLY),
    }  # fmt: skip
    assert market.read(MARKET.schema.names, date(2025, 1, 31), keys=["00104K"]).to_pylist()[0]["name"] == "나"
    assert market.sessions == {
        date(2024, 12, 30): EARLY, date(2025, 1, 31): EARLY, date(2025, 2, 3): LATE,
    }  # fmt: skip
    assert market.closed == dict.fromkeys([date(2025, 1, 27), date(2025, 3, 3)], EARLY)
    assert store.table("openapi", KINDS["indices"]).read(["close"])["close"].to_pylist() == [2399.5, 2517.25]
    names = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.name != ".lock")
    months = [
        f"openapi/market/year={month[:4]}/{month}.parquet" for month in ("2024-12", "2025-01", "2025-02", "2025-03")
    ]
    assert names == ["openapi/indices/indices.parquet", *months, "pykrx-keyless/prices/prices.parquet"]
    assert [damage for table in store.tables() for damage in table.verify()] == []


def test_a_store_of_the_earlier_layout_is_moved_by_the_next_writer_and_named_before(tmp_path: Path) -> None:
    root = tmp_path / "store"
    shutil.copytree(FORMAT_1, root)
    for doing in (read, lambda store: store.table(SOURCE, PRICES).verify()):
        with pytest.raises(DataError) as caught:
            doing(Store.open(root))
        assert str(caught.value) == (
            f"{root}/pykrx-keyless/prices: was written by an earlier screener: run `screener sync`, which converts it"
        )
    with Store.open(root).writing("sync", LATE):
        pass
    moved(root)


def test_the_move_may_be_cut_short_at_every_step(tmp_path: Path) -> None:
    root = tmp_path / "store"

    def move() -> None:
        with Store.open(root).writing("sync", LATE):
            pass

    for lost in (False, True):

        def prepare(lost: bool = lost) -> None:
            shutil.rmtree(root, ignore_errors=True)
            shutil.copytree(FORMAT_1, root)
            if lost:
                for path in root.rglob("_manifest.json"):
                    path.unlink()

        for _ in every_step(root, move, prepare):
            move()
            if not lost:
                moved(root)
            assert read(Store.open(root))[0] == ("2023-12-28", "000660", 100.0)
            assert len(globbed(root / SOURCE)) == len(read(Store.open(root))) == 4
        shutil.rmtree(root)


def test_of_a_damaged_store_of_the_earlier_layout_what_is_sound_is_moved(tmp_path: Path) -> None:
    root = tmp_path / "store"
    shutil.copytree(FORMAT_1, root)
    part = root / SOURCE / "prices" / "year=2024" / "part-0.parquet"
    data = bytearray(part.read_bytes())
    data[len(data) // 3] ^= 1
    part.write_bytes(data)
    staged = root / "openapi/market/year=2025"
    sha256 = json.loads((staged.parent / "_manifest.json").read_bytes())["content"]["partitions"]["2025"]["staged"]
    (staged / "part-0.parquet").rename(staged.parent / sha256)  # a change that counts and was cut short
    (staged / "part-0.parquet").write_bytes(b"of an earlier state")
    with Store.open(root).writing("sync", LATE):
        pass
    store = Store.open(root)
    assert [day for day, *_ in read(store)] == ["2023-12-28", "2025-01-31"]
    assert store.table(SOURCE, PRICES).coverage == {}  # nobody knows which histories had rows in the lost year
    assert len(store.table("openapi", MARKET).sessions) == 3
    assert not list(root.rglob("part-0.parquet"))


def test_what_is_kept_aside_is_written_with_its_rows_or_not_at_all_at_every_step(tmp_path: Path) -> None:
    root = tmp_path / "store"
    day = date(2025, 1, 31)
    aside = Refused(day, "035420", "rate", '{"close": 1}', LATE)
    whole = Refused(date(2026, 1, 5), WHOLE_SESSION, "session", "", LATE)

    def held() -> tuple[Rows, list[Refused]]:
        return look(root, MARKET), Store.open(root).table(SOURCE, MARKET).refused

    for step in every_step(root, lambda: put(root, NEW, LATE, refused=[aside, whole]), lambda: put(root, OLD + KEPT)):
        rows, refused = held()
        assert (aside in refused) == (NEW[1] in rows), step
        assert (whole in refused) == (NEW[2] in rows), step
        put(root, NEW, LATE, refused=[aside, whole])  # the next sync goes on from there
        assert held() == ([OLD[0], *NEW], [aside, whole]), step
    shutil.copytree(root, tmp_path / "refused")
    shutil.rmtree(root)
    for step in every_step(root, lambda: repair(root), lambda: shutil.copytree(tmp_path / "refused", root)):
        rows, refused = held()
        assert rows == [OLD[0], *NEW], step
        assert [one._replace(reason="", row="") for one in refused] == [
            one._replace(reason="", row="") for one in (aside, whole)
        ], step
    repair(root)
    assert [one.reason for one in held()[1]] == ["", ""]
    put(root, [*NEW, ("2025-01-31", "035420", 5.0), ("2026-01-05", "000660", 6.0)], LATE)
    assert held()[1] == []


def repair(root: Path) -> None:
    store = Store.open(root)
    with store.writing("store repair", LATE):
        store.table(SOURCE, MARKET).repair()


def test_a_row_that_is_kept_aside_goes_when_a_sound_one_answers(tmp_path: Path) -> None:
    root = tmp_path / "store"
    aside = [Refused(date(2025, 1, 31), key, "rate", "", EARLY) for key in ("000660", "005930")]
    put(root, OLD, kind=PRICES, replacing="rows", refused=aside)
    table = Store.open(root).table(SOURCE, PRICES)
    assert [one.key for one in table.refused] == ["000660", "005930"]  # of one, a part of its row is believed
    put(root, KEPT, LATE, PRICES, replacing="rows")
    assert [one.key for one in Store.open(root).table(SOURCE, PRICES).refused] == ["000660"]
