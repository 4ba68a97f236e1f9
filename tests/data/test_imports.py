"""Files that are taken into the store give the report that they give by themselves, or are refused whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from screener.data.fetch import Fetched
from screener.data.findings import in_words
from screener.data.price_rows import PriceRows
from screener.data.sources import Market as Loaded
from screener.data.sources import PriceRequest
from screener.data.sources.files import Files, import_files
from screener.data.sources.stored import Stored
from screener.data.store import Store
from screener.errors import DataError
from screener.krx.calendar import Calendar
from screener.krx.hours import KST
from screener.krx.tables import INDICES, MARKET, PRICES
from tests.data import small

NOW = datetime(2024, 6, 3, 18, 30, tzinfo=KST)
NEED = PriceRequest(
    {"000001": "KOSPI", "000002": "KOSDAQ", "000003": "KOSPI"}, small.event_day(), None, 0.3, NOW.date()
)
DAYS = small.sessions()
CALENDAR = Calendar(opened=frozenset({date(2024, 4, 10)}))
"""The small market trades on every weekday."""

Row = dict[str, Any]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def rows(**more: Any) -> list[Row]:
    """The small market's, with numbers; `more` are functions of a row."""
    plain = [{**row, "close": float(row["close"]), "volume": 1000} for row in small.price_rows()]
    return [{**row, **{name: of(row) for name, of in more.items()}} for row in plain]


def rate(row: Row) -> float:
    number = DAYS.index(date.fromisoformat(row["date"]))
    return 100 * small.stock_return(row["ticker"], number) if number else 0.0


def written(path: Path, content: list[Row]) -> Path:
    return small.write(path, [{name: str(value) for name, value in row.items()} for row in content])


def take(store: Store, *prices: Path, market: tuple[Path, ...] = (), at: datetime = NOW) -> Fetched:
    benchmark = small.write_benchmark(prices[0].parent)
    with store.writing("sync", at):
        return import_files(store, Files(prices, [benchmark], market), at, CALENDAR)


def both(store: Store, prices: Path, *market: Path) -> tuple[Loaded, Loaded]:
    """What the files say by themselves, and what the store says of them."""
    take(store, prices, market=market)
    direct = Files([prices], [prices.parent / "benchmark.csv"], market).load(NEED)
    need = replace(NEED, before=small.EVENT_ROW, after=len(DAYS) - small.EVENT_ROW - 1)
    return direct, Stored(store, store.observed(CALENDAR), lambda: NOW, in_part=True).load(need)


def assert_same(direct: Loaded, stored: Loaded) -> None:
    assert list(direct.panel.sessions) == list(stored.panel.sessions)
    for name in ("returns", "span", "caps", "volume", "limit", "suspect", "actions"):
        np.testing.assert_allclose(getattr(direct.panel, name), getattr(stored.panel, name), err_msg=name)
    assert direct.findings == stored.findings


def test_rates_and_capitalisations_of_a_price_file_are_kept(store: Store, tmp_path: Path) -> None:
    """A capital reduction on the event day, of 11 shares to 10: the official rate says 10%, the closes 21%."""

    def reduced(row: Row) -> bool:
        return bool(row["ticker"] == "000001" and row["date"] >= str(DAYS[35]))

    def close(row: Row) -> float:
        return float(row["close"]) * (1.1 if reduced(row) else 1.0)

    def shares(row: Row) -> int:
        return 10_000 if reduced(row) else 11_000

    def marcap(row: Row) -> int:
        return round(close(row) * shares(row))

    path = written(tmp_path / "raw.csv", rows(change_pct=rate, marcap=marcap, shares=shares, close=close))
    direct, stored = both(store, path)
    assert stored.panel.returns[small.EVENT_ROW, 0] == pytest.approx(0.10)
    assert stored.panel.caps[small.EVENT_ROW, 0] == pytest.approx(1.1 * stored.panel.caps[small.EVENT_ROW - 1, 0])
    assert_same(direct, stored)
    # Three stocks are no market: nothing is said of how large one is.
    assert stored.panel.market_caps == {}


def test_a_market_file_is_believed_before_a_price_file(store: Store, tmp_path: Path) -> None:
    prices = written(tmp_path / "prices.csv", rows(change_pct=rate, marcap=lambda _: 7_000_000))
    some = [
        {"date": row["date"], "ticker": row["ticker"], "market": "KOSPI", "close": row["close"], "marcap": 9_000_000}
        for row in rows()
        if row["date"] >= str(DAYS[30])
    ]
    direct, stored = both(store, prices, written(tmp_path / "market.csv", some))
    assert list(stored.panel.caps[29:31, 0]) == [7_000_000, 9_000_000]
    assert stored.panel.returns[small.EVENT_ROW, 0] == pytest.approx(0.10)
    np.testing.assert_allclose(direct.panel.returns, stored.panel.returns)
    np.testing.assert_allclose(direct.panel.caps, stored.panel.caps)


def test_fractions_and_gaps_of_a_volume_are_taken(store: Store, tmp_path: Path) -> None:
    content = rows(
        volume=lambda row: float("nan") if row["date"] == str(DAYS[3]) else 1000.4, marcap=lambda _: 1e15 + 0.5
    )
    table = pa.Table.from_pylist(content)
    table = table.set_column(0, "date", pa.array([date.fromisoformat(row["date"]) for row in content]))
    path = tmp_path / "prices.parquet"
    pq.write_table(table, path)
    take(store, path)
    volume = store.table("file", PRICES).read(("volume",), DAYS[2], DAYS[3]).to_pydict()["volume"]
    assert volume == [1000] * 3 + [None] * 3
    assert set(store.table("file", MARKET).read(("marcap",)).to_pydict()["marcap"]) == {10**15}


@pytest.mark.parametrize("volume", [float("inf"), -1.0, 1e30])
def test_a_volume_that_cannot_be_is_named(store: Store, tmp_path: Path, volume: float) -> None:
    path = written(tmp_path / "prices.csv", rows(volume=lambda row: volume if row["date"] == str(DAYS[3]) else 1000.5))
    with pytest.raises(DataError, match=f"000001 on {DAYS[3]}: volume .* is impossible"):
        take(store, path)
    assert not store.tables()


def test_a_price_of_tomorrow_is_refused(store: Store, tmp_path: Path) -> None:
    at = datetime(DAYS[-1].year, DAYS[-1].month, DAYS[-1].day, 18, 30, tzinfo=KST)
    path = written(tmp_path / "prices.csv", rows())
    with pytest.raises(DataError, match=f"{DAYS[-1]} is in the future"):
        take(store, path, at=at.replace(day=at.day - 1))
    assert not store.tables()
    assert take(store, path, at=at).last == DAYS[-1]


def test_files_that_contradict_each_other_are_refused_whole(store: Store, tmp_path: Path) -> None:
    first = written(tmp_path / "first.csv", [row for row in rows() if row["date"] <= str(DAYS[33])])
    other = rows(close=lambda row: 0.8 * float(row["close"]))
    second = written(tmp_path / "second.csv", [row for row in other if row["date"] >= str(DAYS[31])])
    with pytest.raises(DataError, match=f"000001 on {DAYS[31]} is listed twice, with close"):
        take(store, first, second)
    assert not store.tables()


def test_a_mistake_in_the_last_file_leaves_the_store_as_it_was(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "prices.csv", rows())
    market = written(tmp_path / "market.csv", [{**row, "close": -1.0} for row in rows()])
    with pytest.raises(DataError, match=r"close -1 is not a price"):
        take(store, path, market=(market,))
    assert not store.tables()


def test_other_adjustments_replace_the_whole_series(store: Store, tmp_path: Path) -> None:
    early = [row for row in rows(change_pct=rate) if row["date"] <= str(DAYS[33])]
    take(store, written(tmp_path / "early.csv", early))
    late = rows(close=lambda row: float(row["close"]) * (0.8 if row["ticker"] == "000001" else 1.0))
    late = [row for row in late if row["date"] >= str(DAYS[31])]
    done = take(store, written(tmp_path / "late.csv", late))
    assert done.restated == ["000001"]
    table = store.table("file", PRICES)
    assert table.read(("date",), keys=["000001"]).to_pydict()["date"] == DAYS[31:]
    assert table.read(("date",), keys=["000002"]).to_pydict()["date"] == DAYS
    # Its old rates went with its old closes.
    official = store.table("file", MARKET)
    assert official.read(("date",), keys=["000001"]).num_rows == 0
    assert official.read(("date",), keys=["000002"]).to_pydict()["date"] == DAYS[:34]
    assert sorted(store.table("file", INDICES).sessions) == DAYS


def test_what_is_mended_is_said_as_a_report_says_it(tmp_path: Path) -> None:
    """Lost zeros, rows out of order and twice, a filled Saturday, and a row without a price."""
    plain = rows()
    friday = next(number for number, day in enumerate(DAYS) if day.weekday() == 4)
    filled = {**plain[friday], "date": str(DAYS[friday] + timedelta(days=1)), "volume": 0}
    spoiled = [plain[1], plain[0], *plain[2:], plain[7], filled]
    spoiled[9] = {**spoiled[9], "close": "", "volume": 0}
    prices = written(tmp_path / "prices.csv", [{**row, "ticker": row["ticker"].lstrip("0")} for row in spoiled])
    calendar = replace(CALENDAR, closed=frozenset())
    benchmark = small.write_benchmark(tmp_path)
    direct = Files([prices], [benchmark]).load(replace(NEED, calendar=calendar))
    store = Store.open(tmp_path / "store")
    with store.writing("sync", NOW):
        done = import_files(store, Files([prices], [benchmark]), NOW, calendar)
    mended = {"zeros_restored", "unsorted", "duplicates", "closed_days", "missing_price"}
    assert {one.code for one in done.findings} == mended
    told = in_words(done.findings)
    assert set(told) <= set(in_words(direct.findings))
    assert all(f"  {line}\n" in done.describe("store") for line in told)


def test_a_store_without_the_configured_stocks_says_so(store: Store, tmp_path: Path) -> None:
    take(store, written(tmp_path / "prices.csv", rows()))
    need = replace(NEED, market_of={"123450": "KOSPI", "067890": "KOSDAQ"}, before=small.EVENT_ROW)
    with pytest.raises(DataError, match="none of the 2 configured tickers ever traded: download what is missing"):
        Stored(store, store.observed(CALENDAR), lambda: NOW, in_part=True).load(need)


def test_market_files_of_one_session_each_tell_what_one_file_of_both_tells() -> None:
    """The days of each are joined; of a day that two files have, the later one counts."""

    def table(day: str, close: float) -> pa.Table:
        count = 700
        return pa.table(
            {
                "date": pa.array([date.fromisoformat(day)] * count, pa.date32()),
                "ticker": pa.array([f"{number:05d}0" for number in range(count)]).dictionary_encode(),
                "market": pa.array(["KOSPI"] * count).dictionary_encode(),
                "close": [close] * count,
                "marcap": [100.0 * close] * count,
                "change_pct": [1.0] * count,
            }
        )

    one, other, again = table("2024-04-19", 5.0), table("2024-04-22", 6.0), table("2024-04-19", 7.0)
    whole = PriceRows.of_all([pa.concat_tables([again, other]).unify_dictionaries()], ["000010"], None)
    apart = PriceRows.of_all([one, other, again], ["000010"], None)
    for joined in (apart.market_caps, apart.market_moves):
        assert joined["KOSPI"][0].tolist() == [date(2024, 4, 19), date(2024, 4, 22)]
    assert apart.market_caps["KOSPI"][1].tolist() == whole.market_caps["KOSPI"][1].tolist() == [490_000.0, 420_000.0]
    np.testing.assert_allclose(apart.market_moves["KOSPI"][1], [0.01, 0.01])
