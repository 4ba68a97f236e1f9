"""Damage is found, named, never served, and repaired so that the next sync fetches what is lost."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from screener.data.store import Store
from screener.errors import DataError
from screener.krx.tables import MARKET, PRICES
from tests.data.stored import EARLY, LATE, SOURCE, Rows, globbed, listed, prices, read, writable, write

ROWS = [
    (f"{year}-01-{day:02}", ticker, year + day / 100)
    for year in (2023, 2024, 2025)
    for day in range(2, 28)
    for ticker in ("000660", "005930")
]
SPANS = {"000660": (date(2023, 1, 1), date(2025, 1, 31)), "035420": (date(2025, 1, 1), date(2025, 1, 31))}
CLOSED = date(2025, 1, 28)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(tmp_path)
    with store.writing("sync", EARLY):
        store.table(SOURCE, MARKET).write(prices(ROWS), replacing="sessions", fetched=EARLY, closed=[CLOSED])
    return store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / SOURCE / "market"


def without(*years: int) -> Rows:
    return [row for row in ROWS if int(row[0][:4]) not in years]


def held(store: Store, last: date | None = None) -> Rows:
    return listed(store.table(SOURCE, MARKET).read(["date", "ticker", "close"], last=last))


def answer(store: Store) -> Rows | str:
    """All rows, if the bytes that they need are sound, or the message."""
    try:
        return held(store)
    except DataError as error:
        return str(error)


def damages(store: Store) -> list[tuple[str, str]]:
    return [(damage.path, damage.what) for table in store.tables() for damage in table.verify()]


def repair(store: Store) -> list[str]:
    with store.writing("store repair", EARLY):
        done = [line for table in store.tables() for line in table.repair()]
    assert damages(store) == []
    assert globbed(Path(store.shown)) == sorted(held(store))
    return done


def flip(path: Path, at: int, bit: int = 0) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << bit
    path.write_bytes(data)


def test_sound_table_has_no_damage_and_nothing_to_repair(store: Store) -> None:
    assert damages(store) == []
    assert repair(store) == []
    assert held(store) == ROWS


@pytest.mark.parametrize("place", [0.0, 0.002, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.998, 1.0])
def test_flipped_bit_of_a_file(store: Store, folder: Path, place: float) -> None:
    path = folder / "year=2024" / "2024-01.parquet"
    flip(path, round(place * (path.stat().st_size - 1)), bit=round(place * 7))
    assert damages(store) == [(str(path), "checksum mismatch")]
    assert held(store, last=date(2023, 12, 31)) == without(2024, 2025)  # the other files are served
    assert answer(store) in (ROWS, f"{path}: is damaged: run `screener store repair`")
    assert repair(store) == [f"{path}: removed: checksum mismatch"]
    assert held(store) == without(2024)
    table = store.table(SOURCE, MARKET)
    assert {day.year for day in table.sessions} == {2023, 2025}
    assert list(table.closed) == [CLOSED]


def test_flipped_bit_in_any_byte_is_found_and_never_served(store: Store, folder: Path) -> None:
    path = folder / "year=2025" / "2025-01.parquet"
    sound = path.read_bytes()
    served = []
    for at in range(0, len(sound), 37):
        flip(path, at, at % 8)
        got = answer(store)
        assert got == ROWS or "is damaged" in got
        served += [at] if got == ROWS else []
        assert damages(store) == [(str(path), "checksum mismatch")]
        path.write_bytes(sound)
    # Of the other columns nothing was read; date, ticker, close and the footer are the rest of the file.
    assert 0 < len(served) < len(range(0, len(sound), 37)) / 2


@pytest.mark.parametrize("size", [0, 7, 40, 500, -1])
def test_truncated_file(store: Store, folder: Path, size: int) -> None:
    path = folder / "year=2025" / "2025-01.parquet"
    path.write_bytes(path.read_bytes()[:size])
    for doing in (held, lambda store: store.table(SOURCE, MARKET).sessions):
        with pytest.raises(DataError) as caught:
            doing(store)
        assert str(caught.value) == f"{path}: is damaged: run `screener store repair`"
    assert repair(store) == [f"{path}: removed: checksum mismatch"]
    assert held(store) == without(2025)


def test_a_damaged_file_is_not_written_over(store: Store, folder: Path) -> None:
    path = folder / "year=2025" / "2025-01.parquet"
    flip(path, path.stat().st_size // 5)
    data = path.read_bytes()
    with store.writing("sync", LATE), pytest.raises(DataError, match=r"2025-01\.parquet: is damaged"):
        store.table(SOURCE, MARKET).write(prices(ROWS[-1:]), replacing="rows", fetched=LATE)
    assert path.read_bytes() == data


def test_histories_that_are_damaged_are_forgotten_and_fetched_whole(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    write(store, ROWS, coverage=SPANS)
    path = tmp_path / SOURCE / "prices" / "prices.parquet"
    flip(path, path.stat().st_size - 400)
    with pytest.raises(DataError, match=r"prices\.parquet: is damaged: run `screener store repair`"):
        store.table(SOURCE, PRICES).coverage  # noqa: B018
    with writable(store) as table:
        assert table.repair() == [f"{path}: removed: checksum mismatch"]
    assert (table.coverage, table.sessions, read(store)) == ({}, {}, [])
    write(store, ROWS, coverage=SPANS)
    assert read(store) == ROWS


def test_a_file_of_a_later_screener(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr("screener.data.store.parquet.FORMAT", 3)
        with pytest.raises(DataError, match="has format 2; this screener supports 3: update it"):
            held(store)
    path = folder / "year=2025" / "2025-01.parquet"
    with monkeypatch.context() as later:
        later.setattr("screener.data.store.parquet.FORMAT", 3)
        other = Store.open(folder.parents[2] / "later")
        with other.writing("sync", EARLY):
            other.table(SOURCE, MARKET).write(prices(without(2023, 2024)), replacing="sessions", fetched=EARLY)
    data = (folder.parents[2] / "later" / SOURCE / "market" / "year=2025" / "2025-01.parquet").read_bytes()
    shutil.rmtree(folder.parents[2] / "later")
    path.write_bytes(data)
    for doing in (held, repair):
        with pytest.raises(DataError, match=r"2025-01\.parquet: has format 3; this screener supports 2: update it"):
            doing(store)
    assert path.read_bytes() == data


def test_a_file_that_is_gone_is_fetched_again(store: Store, folder: Path) -> None:
    """It is no damage: what is left tells of itself which sessions are there, and a sync asks for the others."""
    (folder / "year=2023" / "2023-01.parquet").unlink()
    assert damages(store) == []
    assert held(store) == without(2023)
    assert min(store.table(SOURCE, MARKET).sessions) == date(2024, 1, 2)


def test_a_file_of_another_time_is_what_the_store_was_then(store: Store, folder: Path) -> None:
    path = folder / "year=2025" / "2025-01.parquet"
    old = path.read_bytes()
    with store.writing("sync", LATE):
        store.table(SOURCE, MARKET).write(prices([("2025-01-31", "000660", 1.0)]), replacing="sessions", fetched=LATE)
    path.write_bytes(old)
    assert held(store) == ROWS
    assert date(2025, 1, 31) not in store.table(SOURCE, MARKET).sessions


def test_a_file_of_another_month_or_table_is_no_part_of_it(store: Store, folder: Path) -> None:
    copies = [folder / "year=2025" / "2025-02.parquet", folder.parent / "indices" / "indices.parquet"]
    for copy in copies:
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(folder / "year=2025" / "2025-01.parquet", copy)
    of = f"is a copy of {SOURCE}/market/year=2025/2025-01.parquet"
    assert damages(store) == [(str(copies[1]), of), (str(copies[0]), of)]
    for doing in (held, lambda store: store.table(SOURCE, MARKET).sessions):
        with pytest.raises(DataError, match=r"2025-02\.parquet: is damaged: run `screener store repair`"):
            doing(store)
    assert repair(store) == [f"{copies[1]}: removed: {of}", f"{copies[0]}: removed: {of}"]
    assert held(store) == ROWS


def test_foreign_file(store: Store, folder: Path) -> None:
    foreign = folder / "year=2023" / "part-1.parquet"
    shutil.copy(folder / "year=2023" / "2023-01.parquet", foreign)
    (folder / "year=2023" / "_SUCCESS").touch()  # harmless, and none of our business
    assert held(store) == ROWS
    assert damages(store) == [
        (str(foreign), "does not belong to this store, but other programs would read it with the table")
    ]
    with store.writing("sync", LATE):
        store.table(SOURCE, MARKET).write(prices(ROWS[:1]), replacing="rows", fetched=LATE)
    assert foreign.exists()
    assert repair(store) == [f"{foreign}: renamed to end in .foreign: does not belong to this store"]
    assert held(store) == ROWS
    assert (folder / "year=2023" / "_SUCCESS").exists()


def test_a_file_that_the_store_did_not_write_has_no_checksum(store: Store, folder: Path) -> None:
    path = folder / "year=2025" / "2025-03.parquet"
    pq.write_table(prices([("2025-03-04", "000660", 1.0)]), path)
    assert damages(store) == [(str(path), "checksum mismatch")]
    assert answer(store) == f"{path}: is damaged: run `screener store repair`"
    repair(store)
    assert held(store) == ROWS


def test_leftovers_of_a_write_are_named_and_go(store: Store, folder: Path) -> None:
    leftovers = [folder / "year=2022" / "_2022-01.parquet.new", folder / "year=2025" / "_2025-01.parquet.new"]
    leftovers[0].parent.mkdir()
    for repairing in (True, False):
        for path in leftovers:
            path.write_bytes(b"PAR1")
        assert damages(store) == []  # no reader takes them for rows
        assert store.table(SOURCE, MARKET).leftovers() == [str(path) for path in leftovers]
        if repairing:
            assert repair(store) == [f"{path}: removed: left from an interrupted write" for path in leftovers]
        else:
            with store.writing("sync", LATE):
                store.table(SOURCE, MARKET).write(prices([]), replacing="rows", fetched=LATE)
        assert not any(path.exists() for path in leftovers)
        assert held(store) == ROWS
