"""Lies that `sync --source file:` is told: what goes into the store is what a report may believe."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from screener.data.sources.files import Files, import_files
from screener.data.store import Store
from screener.errors import DataError
from screener.krx.hours import KST
from screener.krx.tables import INDICES, MARKET, PRICES
from tests.lies import days, indices, rates, rows, world
from tests.lies.lie import LIES
from tests.lies.open import OPEN_IMPORTS

TOLD = rates, rows, indices, days
AT = datetime(2025, 2, 11, 18, 30, tzinfo=KST)
CLOSED = date(2025, 1, 27)


def take(store: Store, told: world.World, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    paths = world.write(told, folder)
    market = [paths["market"]] if "market" in paths else []
    with store.writing("sync", AT):
        import_files(store, Files([paths["prices"]], [paths["index"]], market), AT)


def lied(name: str) -> world.World:
    (one,) = [one for one in LIES if one.name == name]
    told = world.truth()
    one.truth(told)
    one.make(told)
    return told


def marked(names: list[str]) -> list[object]:
    return [
        pytest.param(
            name,
            id=name.replace(" ", "_"),
            marks=[pytest.mark.xfail(strict=True, reason=OPEN_IMPORTS[name])] if name in OPEN_IMPORTS else (),
        )
        for name in names
    ]


def sessions(store: Store) -> set[date]:
    return {day for kind in (PRICES, MARKET, INDICES) for day in store.table("file", kind).sessions}


HOLIDAYS = [
    "holidays filled with the day before",
    "holidays filled, market file as well",
    "holidays filled without volume",
    "empty rows on holidays",
    "rows of zeros on holidays",
    "one stock trades on a holiday",
    "index moves on closed days",
    "rows on a Saturday",
]


@pytest.mark.parametrize("name", marked(HOLIDAYS))
def test_a_day_on_which_krx_was_closed_is_not_stored(name: str, tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    take(store, lied(name), tmp_path / "files")
    assert {day.date() for day in world.DAYS} == sessions(store)


SHIFTED = ["a day early", "a day late"]


@pytest.mark.parametrize("name", marked(SHIFTED))
def test_dates_that_are_all_a_day_off_are_mended_or_refused(name: str, tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    said = ""
    try:
        take(store, lied(name), tmp_path / "files")
    except DataError as error:
        said = str(error)
    assert "day" in said or not said
    assert "future" not in said
    assert sessions(store) <= {day.date() for day in world.DAYS}


FUTURE = ["a price of the future", "an index of the future", "a market file of the future", "tomorrow's session"]


@pytest.mark.parametrize("name", marked(FUTURE))
def test_the_future_is_not_stored(name: str, tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    with pytest.raises(DataError, match="future"):
        take(store, lied(name), tmp_path / "files")
    assert not store.tables()


JOINS = ["levels times 1.1", "KOSPI and KOSDAQ exchanged"]


@pytest.mark.parametrize("name", marked(JOINS))
def test_levels_join_what_is_stored(name: str, tmp_path: Path) -> None:
    """The file goes on where the store ends, with a common session whose level is another."""
    store = Store.open(tmp_path / "store")
    first, later = world.truth(), world.truth()
    for frame in ("prices", "index"):
        whole = getattr(first, frame)
        setattr(first, frame, whole[whole["date"] <= world.BASE])
        setattr(later, frame, whole[whole["date"] >= world.BASE])
    first.market = later.market = None
    take(store, first, tmp_path / "first")
    if name.startswith("levels"):
        later.index = later.index.assign(close=later.index["close"] * 1.1)
    else:
        exchanged = later.index["index"].map({"KOSPI": "KOSDAQ", "KOSDAQ": "KOSPI"})
        later.index = later.index.assign(index=exchanged)
    with pytest.raises(DataError, match=r"KOSPI|KOSDAQ"):
        take(store, later, tmp_path / "later")
