"""Damage is found, named, never served, and repaired so that the next sync fetches what is lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from screener.data.store import Store
from screener.data.store.manifest import seal, unseal
from screener.errors import DataError
from screener.krx.tables import PRICES
from tests.data.stored import EARLY, SOURCE, globbed, prices, read, writable, write

ROWS = [
    (f"{year}-01-{day:02}", ticker, year + day / 100)
    for year in (2023, 2024, 2025)
    for day in range(2, 28)
    for ticker in ("000660", "005930")
]
SPANS = {
    "000660": (date(2023, 1, 1), date(2025, 1, 31)),
    "005930": (date(2024, 1, 1), date(2024, 12, 31)),
    "035420": (date(2025, 1, 1), date(2025, 1, 31)),
}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr("screener.data.store.folder.PAUSES", ())
    store = Store.open(tmp_path)
    write(store, ROWS, coverage=SPANS, closed=[date(2025, 1, 28)])
    return store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / SOURCE / "prices"


def without(*years: int) -> list[tuple[str, str, float]]:
    return [row for row in ROWS if int(row[0][:4]) not in years]


def answer(store: Store) -> list[tuple[str, str, float]] | str:
    """All rows, if the bytes that they need are sound, or the message."""
    try:
        return read(store)
    except DataError as error:
        return str(error)


def damages(store: Store) -> list[tuple[str, str]]:
    return [(damage.path, damage.what) for damage in store.table(SOURCE, PRICES).verify()]


def repair(store: Store) -> list[str]:
    with writable(store) as table:
        done = table.repair()
    assert damages(store) == []
    assert globbed(Path(store.shown)) == sorted(read(store))
    return done


def flip(path: Path, at: int, bit: int = 0) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << bit
    path.write_bytes(data)


def test_sound_table_has_no_damage_and_nothing_to_repair(store: Store) -> None:
    assert damages(store) == []
    assert repair(store) == []
    assert read(store) == ROWS


@pytest.mark.parametrize("place", [0.0, 0.002, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.998, 1.0])
def test_flipped_bit_of_a_partition(store: Store, folder: Path, place: float) -> None:
    path = folder / "year=2024" / "part-0.parquet"
    flip(path, round(place * (path.stat().st_size - 1)), bit=round(place * 7))
    assert damages(store) == [(str(path), "fails its checksum")]
    assert read(store, last=date(2023, 12, 31)) == without(2024, 2025)  # the other years are served
    assert answer(store) in (ROWS, f"{path}: is damaged: run `screener store repair`")
    assert repair(store) == [f"{path}: removed: fails its checksum"]
    assert read(store) == without(2024)
    manifest = store.table(SOURCE, PRICES).manifest
    assert {day.year for day in manifest.sessions} == {2023, 2025}
    assert set(manifest.coverage) == {"035420"}  # the others are fetched again
    assert list(manifest.closed) == [date(2025, 1, 28)]


def test_flipped_bit_in_any_byte_is_never_served(store: Store, folder: Path) -> None:
    path = folder / "year=2025" / "part-0.parquet"
    sound = path.read_bytes()
    served = set()
    for at in range(0, len(sound), 37):
        flip(path, at, at % 8)
        got = answer(store)
        assert got == ROWS or "is damaged" in got
        served.update([at] if got == ROWS else [])
        path.write_bytes(sound)
    # Of open, high, low and volume nothing was read; date, ticker, close and the footer are the rest of the file.
    assert 0 < len(served) < len(range(0, len(sound), 37)) / 2


@pytest.mark.parametrize("place", [0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999, 1.0])
def test_flipped_bit_of_the_manifest(store: Store, folder: Path, place: float) -> None:
    path = folder / "_manifest.json"
    flip(path, round(place * (path.stat().st_size - 1)))
    sessions = store.table(SOURCE, PRICES)
    with pytest.raises(DataError) as caught:
        sessions.read(["close"])
    assert str(caught.value) == f"{path}: fails its checksum: run `screener store repair`"
    with pytest.raises(DataError, match="fails its checksum"):
        write(store, ROWS[:1])
    assert damages(store) == [(str(path), "is damaged or missing")]
    assert repair(store) == [f"{path}: made again from the partitions"]
    assert read(store) == ROWS
    manifest = sessions.reload()
    assert manifest.coverage == {}
    assert set(manifest.sessions.values()) == {EARLY}
    assert len(manifest.sessions) == 3 * 26


@pytest.mark.parametrize("size", [0, 40, 500, -1])
def test_truncated_manifest(store: Store, folder: Path, size: int) -> None:
    path = folder / "_manifest.json"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DataError, match=r"_manifest\.json: fails its checksum"):
        read(store)
    repair(store)
    assert read(store) == ROWS


def test_manifest_that_is_gone(store: Store, folder: Path) -> None:
    (folder / "_manifest.json").unlink()
    with pytest.raises(DataError, match=r"_manifest\.json: is missing: run `screener store repair`"):
        read(store)
    with pytest.raises(DataError, match="is missing"):
        write(store, ROWS[:1])  # which must not take the partitions for leftovers
    repair(store)
    assert read(store) == ROWS


def test_manifest_of_a_later_screener(store: Store, folder: Path) -> None:
    path = folder / "_manifest.json"
    path.write_bytes(seal(unseal(path.read_bytes()) | {"format": 2}))
    for doing in (read, repair):
        with pytest.raises(DataError, match=r"_manifest\.json: has format 2, this screener knows 1: update it"):
            doing(store)


def test_manifest_and_a_partition_damaged_together(store: Store, folder: Path) -> None:
    flip(folder / "_manifest.json", 200)
    path = folder / "year=2024" / "part-0.parquet"
    flip(path, path.stat().st_size // 5)
    assert len(repair(store)) == 2
    assert read(store) == without(2024)


def test_partition_that_is_gone(store: Store, folder: Path) -> None:
    path = folder / "year=2023" / "part-0.parquet"
    path.unlink()
    assert damages(store) == [(str(path), "is missing")]
    with pytest.raises(DataError, match=r"year=2023/part-0\.parquet: is damaged"):
        read(store)
    with pytest.raises(DataError, match=r"year=2023/part-0\.parquet: is damaged"):
        write(store, ROWS[:1])
    assert repair(store) == [f"{path}: removed: is missing"]
    write(store, without(2024, 2025), replacing="series", coverage=SPANS)
    assert read(store, last=date(2023, 12, 31)) == without(2024, 2025)


def test_partition_of_another_time(store: Store, folder: Path) -> None:
    path = folder / "year=2023" / "part-0.parquet"
    old = path.read_bytes()
    write(store, [("2023-01-02", "000660", 1.0)])
    path.write_bytes(old)
    with pytest.raises(DataError, match=r"year=2023/part-0\.parquet: is damaged"):
        read(store)


def test_foreign_file(store: Store, folder: Path) -> None:
    foreign = folder / "year=2023" / "part-1.parquet"
    foreign.write_bytes((folder / "year=2023" / "part-0.parquet").read_bytes())
    (folder / "year=2023" / "_SUCCESS").touch()  # harmless, and none of our business
    assert read(store) == ROWS
    assert damages(store) == [(str(foreign), "is not of this store, but others would read it with the table")]
    write(store, ROWS[:1])
    assert foreign.exists()
    assert repair(store) == [f"{foreign}: renamed to end in .foreign: not of this store"]
    assert read(store) == ROWS
    assert (folder / "year=2023" / "_SUCCESS").exists()


def test_leftovers_of_a_write_are_named_and_go(store: Store, folder: Path) -> None:
    leftovers = [folder / "_manifest.new", folder / "year=2022" / "_staged-0123456789ab"]
    leftovers[1].parent.mkdir()
    for path in leftovers:
        path.write_bytes(b"PAR1")
    assert damages(store) == []  # no reader takes them for rows
    assert store.table(SOURCE, PRICES).leftovers() == [str(path) for path in leftovers]
    assert repair(store) == [f"{path}: removed: left from a write that was cut short" for path in leftovers]
    with writable(store) as table:
        table.write(prices([]), replacing="rows", fetched=EARLY)
    assert read(store) == ROWS
