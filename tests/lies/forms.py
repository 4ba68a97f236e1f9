"""Lies in the form of a file: cells that are no figures, halts that do not look like one, and files made to burst."""

from __future__ import annotations

import gzip
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.lies.judge import mended, named, nothing, refused
from tests.lies.lie import INDEX, PRICES, lie
from tests.lies.rates import EVENT_DAY
from tests.lies.rows import PRICE, alone
from tests.lies.world import DAYS, EVENT, ONE, World, at

HALT = DAYS[DAYS.index(EVENT) - 1 : DAYS.index(EVENT) + 2]
"""The base, the event day and the session after."""


def halted(world: World) -> None:
    """One stock is halted from the base to the session after the event day, as KRX writes it."""
    world.market = None
    here = at(world.prices, ONE, HALT)
    before = world.prices.loc[at(world.prices, ONE, DAYS[DAYS.index(HALT[0]) - 1]), "close"].iloc[0]
    world.prices.loc[here, ["open", "high", "low", "volume"]] = 0
    world.prices.loc[here, "close"] = before


def carry(world: World) -> float:
    """The close that is carried through the halt."""
    return float(world.prices.loc[at(world.prices, ONE, HALT[0]), "close"].iloc[0])


@lie(
    "a halt without a volume column",
    PRICES,
    "open, high, low and close stand still at the last close, and there is no volume",
    nothing(),
    mended("(?i)halt|no trade"),
    truth=halted,
)
def _(world: World) -> None:
    world.prices.loc[at(world.prices, ONE, HALT), PRICE] = carry(world)
    world.prices = world.prices.drop(columns="volume")


@lie(
    "a halt of closes alone",
    PRICES,
    "date, ticker, close: the close stands still for three sessions",
    named(ONE, EVENT_DAY),
    nothing(),
    truth=halted,
)
def _(world: World) -> None:
    world.prices = world.prices[["date", "ticker", "close"]]


@lie(
    "a halt with blank cells",
    PRICES,
    "blank open, high, low and volume, the close carried",
    nothing(),
    mended("(?i)halt|no trade"),
    truth=halted,
)
def _(world: World) -> None:
    world.prices = world.prices.astype({"volume": float})
    world.prices.loc[at(world.prices, ONE, HALT), ["open", "high", "low", "volume"]] = math.nan


@lie(
    "a halt with a volume that is blank",
    PRICES,
    "open, high, low, close at the last close, the volume blank",
    nothing(),
    mended("(?i)halt|no trade"),
    truth=halted,
)
def _(world: World) -> None:
    world.prices = world.prices.astype({"volume": float})
    here = at(world.prices, ONE, HALT)
    world.prices.loc[here, PRICE] = carry(world)
    world.prices.loc[here, "volume"] = math.nan


@lie("a halt with a blank close", PRICES, "the whole row is blank", nothing(), mended(ONE), truth=halted)
def _(world: World) -> None:
    world.prices = world.prices.astype({"volume": float})
    world.prices.loc[at(world.prices, ONE, HALT), [*PRICE, "volume"]] = math.nan


@lie(
    "a volume column without a volume",
    PRICES,
    "every volume is blank",
    nothing(),
    named("(?i)volume"),
    truth=lambda world: setattr(world, "prices", world.prices.drop(columns="volume")),
)
def _(world: World) -> None:
    world.prices["volume"] = math.nan


def cell(world: World, column: str, text: str) -> None:
    """Write `text` over one cell of the event day of the price file."""
    place = list(world.prices.columns).index(column)
    alone(world)

    def write(content: str) -> str:
        def one(match: re.Match[str]) -> str:
            cells = match.group(0).split(",")
            cells[place] = text
            return ",".join(cells)

        return re.sub(rf"^{EVENT_DAY},{ONE},.*$", one, content, count=1, flags=re.MULTILINE)

    world.text["prices"] = write


for name, text in {
    "negative": "-12000.0",
    "zero, though it traded": "0",
    "text": "N/K",
    "infinite": "inf",
    "1e308": "1e308",
    "beyond a float": "1e999",
}.items():

    @lie(
        f"price {name}",
        PRICES,
        f"the close of one stock on the event day is {text}",
        named(ONE, EVENT_DAY),
        refused(3, ONE, EVENT_DAY),
        refused(3, re.escape(repr(text))),
        truth=alone,
    )
    def _(world: World, text: str = text) -> None:
        cell(world, "close", text)


@lie(
    "price nan",
    PRICES,
    "the close of one stock on the event day is nan",
    named(ONE, EVENT_DAY),
    refused(3, ONE),
    truth=alone,
)
def _(world: World) -> None:
    cell(world, "close", "nan")


@lie(
    "volume negative",
    PRICES,
    "the volume of one stock on the event day is -1",
    named(ONE, EVENT_DAY),
    refused(3, ONE, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    cell(world, "volume", "-1")


@lie(
    "a total row",
    PRICES,
    "the last line adds everything up, its date says so",
    mended("(?i)total|합계"),
    refused(3, "합계"),
    truth=alone,
)
def _(world: World) -> None:
    world.text["prices"] = lambda text: text + "합계,,1,1,1,99999999,1\n"


@lie("a total row with a date", PRICES, "the same, as a stock called 합계", nothing(), refused(3, "합계"), truth=alone)
def _(world: World) -> None:
    world.text["prices"] = lambda text: text + f"{EVENT_DAY},합계,1,1,1,99999999,1\n"


@lie(
    "a total row under a ticker",
    PRICES,
    "the last line adds a stock's closes up, on the event day",
    refused(3, ONE, EVENT_DAY),
    named(ONE, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    world.text["prices"] = lambda text: text + f"{EVENT_DAY},{ONE},1,1,1,99999999,1\n"


@lie(
    "a row twice, alike",
    PRICES,
    "the event day's row of one stock is listed twice",
    mended(ONE, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    world.prices = pd.concat([world.prices, world.prices[at(world.prices, ONE, EVENT)]], ignore_index=True)


@lie(
    "a row twice, unlike",
    PRICES,
    "the event day's row of one stock stands twice, with two closes",
    refused(3, ONE, EVENT_DAY),
    named(ONE, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    again = world.prices[at(world.prices, ONE, EVENT)].assign(close=1.0)
    world.prices = pd.concat([world.prices, again], ignore_index=True)


@lie(
    "a cell of a megabyte",
    PRICES,
    "a ticker of a million letters",
    refused(3, "prices.csv", "(?i)long|wide|large"),
    truth=alone,
)
def _(world: World) -> None:
    world.text["prices"] = lambda text: text + f"{EVENT_DAY},{'9' * 1_000_000},1,1,1,1,1\n"


@lie("a line of a megabyte", PRICES, "a line with half a million empty cells", refused(3, "prices.csv"), truth=alone)
def _(world: World) -> None:
    world.text["prices"] = lambda text: text + f"{EVENT_DAY},999990,1,1,1,1,1{',' * 500_000}\n"


@lie(
    "a file without a line end",
    PRICES,
    "two megabytes of zeros",
    refused(3, "prices.csv", "(?i)long|wide|large|column"),
    truth=alone,
)
def _(world: World) -> None:
    world.text["prices"] = lambda _: "\0" * 2_000_000


@lie(
    "a file that bursts, gzip",
    PRICES,
    "a CSV in gzip, a thousand times as large when it is unpacked",
    refused(3, "(?i)large|longer"),
    truth=alone,
)
def _(world: World) -> None:
    def bomb(path: Path) -> Path:
        packed = path.with_suffix(".csv.gz")
        packed.write_bytes(gzip.compress(b"date,ticker,close\n" + b"0" * 20_000_000))
        return packed

    world.files["prices"] = bomb


ROWS = 300_000
"""Of the Parquet file that bursts: a few kB on disk, 15 MB as columns; one of 600 kB can be 9 GB."""


@lie(
    "a file that bursts, Parquet",
    PRICES,
    "a few kilobytes of Parquet that say the same row 300,000 times, where 100,000 are the most",
    refused(3, "(?i)large|rows"),
    truth=alone,
)
def _(world: World) -> None:
    def bomb(path: Path) -> Path:
        columns: dict[str, Any] = {"date": [EVENT.date()] * ROWS, "ticker": [ONE] * ROWS}
        columns |= dict.fromkeys(PRICE, np.full(ROWS, 12_000.0))
        pq.write_table(pa.table(columns), path)
        assert path.stat().st_size < 100_000
        return path

    world.files["prices"] = bomb


@lie("a file of another table", INDEX, "the index file is the price file", refused(3, "index"), truth=alone)
def _(world: World) -> None:
    world.index = world.prices


@lie("no stock that is asked for", PRICES, "every ticker is another exchange's", refused(3, "ticker"), truth=alone)
def _(world: World) -> None:
    world.prices["ticker"] = "US" + world.prices["ticker"].str[:4]


@lie(
    "prices in thousands",
    PRICES,
    "one stock's prices are in thousands of won from the event day on",
    named(ONE, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    later = at(world.prices, ONE) & (world.prices["date"] >= EVENT)
    world.prices.loc[later, PRICE] = np.round(world.prices.loc[later, PRICE] / 1000, 1)
