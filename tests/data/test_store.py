"""What goes into the store comes out of it, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import fsspec  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs
import pyarrow.parquet as pq
import pytest

from screener.data.store import Coverage, Store
from screener.data.store.place import Place
from screener.errors import DataError, UsageError
from screener.krx.tables import INDICES, KINDS, MARKET, PRICES
from tests.data.stored import EARLY, LATE, SOURCE, globbed, listed, prices, read, writable, write

ROWS = [
    ("2023-12-28", "000660", 141500.0),
    ("2024-01-02", "000660", 142400.0),
    ("2024-01-02", "00104K", 55.5),
    ("2025-01-31", "000660", 199200.0),
]


def sessions(store: Store) -> dict[str, str]:
    return {str(day): at.isoformat() for day, at in store.table(SOURCE, PRICES).sessions.items()}


def test_rows_come_back_by_date_and_ticker(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    write(store, ROWS[::-1])
    assert read(store) == ROWS
    assert read(store, first=date(2024, 1, 2), last=date(2024, 12, 31)) == ROWS[1:3]
    assert read(store, keys=["00104K", "999999"]) == ROWS[2:3]
    assert read(store, first=date(2026, 1, 1)) == []
    assert globbed(tmp_path) == ROWS


def test_what_a_source_does_not_have_is_unknown_and_what_the_table_has_not_is_left_out(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    with writable(store) as table:
        table.write(prices(ROWS[:1]).append_column("turnover", pa.array([1.0])), replacing="rows", fetched=EARLY)
        assert table.read(PRICES.schema.names).to_pylist() == [
            {
                "date": date(2023, 12, 28), "ticker": "000660", "open": None, "high": None, "low": None,
                "close": 141500.0, "volume": 1415000,
            }
        ]  # fmt: skip
        assert table.read(PRICES.schema.names).schema.equals(PRICES.schema)


def test_every_kind_of_table_gives_back_its_rows(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    some = {pa.date32(): date(2025, 1, 31), pa.float64(): -9.86, pa.int64(): 3 << 31}
    with store.writing("sync", EARLY):
        for kind in KINDS.values():
            row = {field.name: some.get(field.type, "KOSDAQ 글로벌") for field in kind.schema}
            store.table("openapi", kind).write(pa.Table.from_pylist([row]), replacing="sessions", fetched=EARLY)
            assert store.table("openapi", kind).read(kind.schema.names).to_pylist() == [row]
    assert [(table.source, table.kind) for table in store.tables()] == [
        ("openapi", KINDS[name]) for name in sorted(KINDS)
    ]


def test_nothing_is_created_before_the_first_write(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "deep" / "store")
    assert read(store) == []
    assert store.tables() == []
    assert store.table(SOURCE, PRICES).info().first is None
    assert store.table(SOURCE, PRICES).verify() == []
    assert list(tmp_path.iterdir()) == []
    write(store, ROWS)
    assert read(store) == ROWS


def market(*rows: tuple[str, str, float]) -> pa.Table:
    return prices(list(rows))


def test_one_more_session_rewrites_its_month_only(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    table = store.table(SOURCE, MARKET)
    more = ("2025-01-31", "005930", 52400.0), ("2025-02-03", "000660", 191000.0)
    with store.writing("sync", EARLY):
        table.write(market(*ROWS), replacing="sessions", fetched=EARLY)
        before = {path: path.stat().st_ino for path in tmp_path.rglob("*.parquet")}
        table.write(market(ROWS[3], *more), replacing="sessions", fetched=LATE)
    names = [f"year={year}/{year}-{month}.parquet" for year, month in ((2023, 12), (2024, "01"), (2025, "01"))]
    assert [str(path.relative_to(tmp_path / SOURCE / "market")) for path in sorted(before)] == names
    after = {path: path.stat().st_ino for path in tmp_path.rglob("*.parquet")}
    changed = [path.name for path in sorted(after) if after[path] != before.get(path)]
    assert changed == ["2025-01.parquet", "2025-02.parquet"]
    assert listed(table.read(["date", "ticker", "close"])) == [*ROWS, *more]
    assert table.sessions == Store.open(tmp_path).table(SOURCE, MARKET).sessions
    assert table.sessions == dict.fromkeys([date(2023, 12, 28), date(2024, 1, 2)], EARLY) | dict.fromkeys(
        [date(2025, 1, 31), date(2025, 2, 3)], LATE
    )
    assert listed(table.read(["date", "ticker", "close"], date(2024, 1, 2), date(2025, 1, 31))) == [*ROWS[1:], more[0]]


def test_histories_and_indices_are_one_file_each(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    write(store, ROWS)
    with store.writing("sync", EARLY):
        level = pa.table({"date": [date(2024, 1, 2), date(2025, 1, 31)], "index": ["KOSPI"] * 2, "close": [1.0, 2.0]})
        store.table(SOURCE, INDICES).write(level, replacing="rows", fetched=EARLY)
    files = [str(path.relative_to(tmp_path / SOURCE)) for path in sorted(tmp_path.rglob("*.parquet"))]
    assert files == ["indices/indices.parquet", "prices/prices.parquet"]


def test_a_month_may_hold_days_without_a_session_and_nothing_else(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    table = store.table("openapi", MARKET)
    with store.writing("sync", EARLY):
        table.write(market(), replacing="sessions", fetched=EARLY, closed=[date(2025, 3, 3)])
    assert Store.open(tmp_path).table("openapi", MARKET).closed == {date(2025, 3, 3): EARLY}
    assert (table.info().rows, table.sessions, globbed(tmp_path), table.verify()) == (0, {}, [], [])
    with store.writing("sync", LATE):
        table.write(market(("2025-03-03", "000660", 1.0)), replacing="sessions", fetched=LATE)
    assert (table.closed, table.sessions) == ({}, {date(2025, 3, 3): LATE})


def test_a_correction_replaces_the_session_whole(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    write(store, ROWS)
    write(store, [("2024-01-02", "00104K", 56.0)], replacing="sessions", fetched=LATE)
    assert read(store) == [ROWS[0], ("2024-01-02", "00104K", 56.0), ROWS[3]]
    assert globbed(tmp_path) == read(store)


def test_a_correction_of_rows_leaves_the_others(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    write(store, ROWS)
    write(store, [("2024-01-02", "00104K", 56.0)], replacing="rows")
    assert read(store) == [*ROWS[:2], ("2024-01-02", "00104K", 56.0), ROWS[3]]


def test_a_restated_series_replaces_the_old_one_in_every_year(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    write(store, ROWS)
    split = [("2024-01-02", "000660", 14240.0), ("2025-01-31", "000660", 19920.0)]
    write(
        store,
        split,
        replacing=frozenset({"000660"}),
        coverage={"000660": (date(2024, 1, 1), date(2025, 2, 3))},
        fetched=LATE,
    )
    assert read(store) == [split[0], ROWS[2], split[1]]
    assert globbed(tmp_path) == sorted(read(store))
    assert store.table(SOURCE, PRICES).coverage == {"000660": Coverage(date(2024, 1, 1), date(2025, 2, 3), LATE)}
    assert list(sessions(store)) == ["2024-01-02", "2025-01-31"]


def test_a_series_that_turns_out_empty_goes(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    write(store, ROWS)
    write(store, [], replacing=frozenset({"000660"}), coverage={"000660": (date(2023, 1, 1), date(2025, 2, 3))})
    assert read(store) == ROWS[2:3] == globbed(tmp_path)
    assert list(sessions(store)) == ["2024-01-02"]


def test_days_without_a_session_are_remembered_until_they_have_one(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    holidays = [date(2025, 1, day) for day in (27, 28, 29, 30)]
    write(store, [*ROWS, ("2025-01-27", "000660", 1.0)])
    write(store, [], replacing="sessions", closed=holidays)
    assert read(store) == ROWS
    assert sorted(store.table(SOURCE, PRICES).closed) == holidays
    write(store, [("2025-01-27", "000660", 2.0)], replacing="sessions", closed=holidays, fetched=LATE)
    assert store.table(SOURCE, PRICES).closed == dict.fromkeys(holidays[1:], LATE)


def test_the_same_rows_are_the_same_bytes_whatever_the_way_there(tmp_path: Path) -> None:
    write(Store.open(tmp_path / "at once"), ROWS)
    other = Store.open(tmp_path / "in steps")
    write(other, [("2024-01-02", "999999", 1.0), *ROWS[2:]])
    write(other, ROWS[:2])
    write(other, [], replacing=frozenset({"999999"}), coverage={"999999": (date(2024, 1, 1), date(2024, 12, 31))})
    tables = [Store.open(tmp_path / name).table(SOURCE, PRICES) for name in ("at once", "in steps")]
    assert tables[0].digest() == tables[1].digest() != write(Store.open(tmp_path / "less"), ROWS[1:]).digest()
    asked = {"999999": (date(2024, 1, 1), date(2024, 12, 31))}
    write(Store.open(tmp_path / "at once"), ROWS[:1], coverage=asked)
    files = [(tmp_path / name / SOURCE / "prices/prices.parquet").read_bytes() for name in ("at once", "in steps")]
    assert files[0] == files[1]
    assert tables[1].digest() == write(other, ROWS, fetched=LATE).digest()  # the time of a fetch is no part of it


def test_info_sums_up(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    write(store, ROWS[:3])
    info = write(store, ROWS[3:], fetched=LATE).info()
    assert (info.rows, info.sessions, info.first, info.last) == (4, 3, date(2023, 12, 28), date(2025, 1, 31))
    assert info.fetched_last == LATE
    assert info.bytes == sum(path.stat().st_size for path in tmp_path.rglob("*.parquet"))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ROWS[0], ROWS[0]], "000660 is listed twice on 2023-12-28"),
        ([("2024-01-02", None, 1.0)], "a row has no ticker"),
    ],
)
def test_rows_that_cannot_be_are_refused_whole(
    tmp_path: Path, rows: list[tuple[str, str, float]], message: str
) -> None:
    store = Store.open(tmp_path)
    write(store, ROWS[1:2])
    with pytest.raises(DataError, match=message):
        write(store, [*rows, ROWS[3]])
    assert read(store) == ROWS[1:2]
    assert not list(tmp_path.rglob("*.new"))


def test_only_a_writer_writes(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"store\.writing"):
        Store.open(tmp_path).table(SOURCE, PRICES).write(prices(ROWS), replacing="rows", fetched=EARLY)


def test_sources_do_not_mix(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    write(store, ROWS)
    with store.writing("sync", EARLY):
        store.table("file", PRICES).write(prices(ROWS[:1]), replacing="rows", fetched=EARLY)
    assert read(store) == ROWS
    assert [table.source for table in store.tables()] == ["file", SOURCE]


def test_others_read_the_table_as_a_dataset_partitioned_by_year(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    with store.writing("sync", EARLY):
        store.table(SOURCE, MARKET).write(market(*ROWS), replacing="sessions", fetched=EARLY)
    table = ds.dataset(tmp_path / SOURCE / "market", format="parquet", partitioning="hive").to_table()
    assert sorted(listed(table)) == ROWS
    assert table["year"].to_pylist() == [2023, 2024, 2024, 2025]


def test_a_read_of_some_days_leaves_the_other_row_groups_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screener.data.store.parquet.ROW_GROUP", 10)
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(100)]
    rows = [(str(day), ticker, 1.0) for day in days for ticker in ("000001", "000002")]
    store = Store.open(tmp_path)
    write(store, rows)
    seen: list[int] = []
    real = pq.ParquetFile.read_row_groups

    def spy(self: pq.ParquetFile, groups: list[int], **how: Any) -> pa.Table:
        seen.extend(groups)
        return real(self, groups, **how)

    monkeypatch.setattr(pq.ParquetFile, "read_row_groups", spy)
    assert read(store, first=days[47], last=days[52]) == rows[94:106]
    assert sorted(seen) == [9, 10]  # days 45 to 49 and 50 to 54


def test_url_of_another_filesystem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("screener.data.store.place.user_state_path", lambda *_, **__: tmp_path / "state")
    store = Store.open("fsspec+memory://team/krx")
    assert store.tables() == []
    write(store, ROWS[:2])
    write(store, ROWS[2:])
    restated = [("2023-12-28", "000660", 1.0), ("2025-01-31", "000660", 2.0)]
    write(store, restated, replacing=frozenset({"000660"}))
    assert read(Store.open("fsspec+memory://team/krx")) == [restated[0], ROWS[2], restated[1]]
    table = store.tables()[0]
    assert table.verify() == []
    memory = fsspec.filesystem("memory")
    assert sorted(name.rpartition("prices/")[2] for name in memory.find("/team/krx")) == ["prices.parquet"]
    memory.pipe("/team/krx/pykrx-keyless/prices/prices.parquet", b"PAR1")
    assert [damage.path for damage in table.verify()] == [
        "fsspec+memory://team/krx/pykrx-keyless/prices/prices.parquet"
    ]
    with pytest.raises(DataError, match=r"fsspec.memory://team/krx/.*: is damaged: run `screener store repair`"):
        read(store)
    with writable(store) as table:
        assert len(table.repair()) == 1
    assert read(store) == []
    write(store, ROWS)
    with store.writing("sync", EARLY), pytest.raises(DataError, match=r"sync \(pid"), store.writing("daily", LATE):
        pass
    memory.rm("/team", recursive=True)


def test_any_filesystem_of_pyarrow(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    handler: Any = pyarrow.fs.FSSpecHandler
    filesystem = pyarrow.fs.PyFileSystem(handler(memory))
    store = Store(Place(filesystem, "bucket/store", "the bucket", tmp_path / "lock"))
    write(store, ROWS)
    assert read(store) == ROWS
    assert store.tables()[0].verify() == []
    with store.writing("sync", EARLY):
        store.table(SOURCE, MARKET).write(market(*ROWS), replacing="sessions", fetched=EARLY)
    assert listed(store.table(SOURCE, MARKET).read(["date", "ticker", "close"])) == ROWS
    memory.rm("/bucket", recursive=True)


def test_file_url_is_the_local_disk(tmp_path: Path) -> None:
    write(Store.open(tmp_path.as_uri()), ROWS)
    assert globbed(tmp_path) == ROWS
    assert Store.open(tmp_path.as_uri()).shown == str(tmp_path)


def test_the_users_own_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Store.open(None).shown.endswith("krx-impact-screener/store")


@pytest.mark.parametrize(
    "url",
    [
        "nosuch://AKIAKEY:s3cretword@bucket/krx",
        "s3://AKIAKEY:s3cret/word@buck et/krx",
        "s3://AKIAKEY:s3cretword@bucket/krx?region=ap-northeast-2&client_secret=s3cretword",
        "s3://AKIAKEY:s3cretword@?region=ap-northeast-2",
        "fsspec+nosuch://AKIAKEY:s3cretword@bucket/krx",
        "fsspec+memory://",
    ],
)
def test_bad_url_is_one_line_without_the_account(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        Store.open(url)
    message = str(caught.value)
    assert message.startswith(url.partition(":")[0] + "://")
    assert not any(secret in message for secret in ("AKIAKEY", "s3cret", "word"))
    assert "\n" not in message


def test_account_in_a_url_is_not_shown() -> None:
    store = Store.open("s3://AKIAKEY:s3cretword@bucket/krx?region=ap-northeast-2")
    assert repr(store) == "Store('s3://bucket/krx')"
    assert store.table("openapi", MARKET).shown == "s3://bucket/krx/openapi/market"
