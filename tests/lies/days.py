"""Lies about the calendar: rows on days that were no session, sessions on other days, days to come."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd

from tests.lies.judge import mended, named, nothing, refused
from tests.lies.lie import FILES, INDEX, MARKET, PRICES, lie
from tests.lies.rates import EVENT_DAY, QUIET_DAY, ROUNDED
from tests.lies.rows import PRICE, alone
from tests.lies.world import AFTER, BASE, DAYS, EVENT, ONE, QUIET, World, at, official

HOLIDAYS = [pd.Timestamp(2025, 1, day) for day in (27, 28, 29, 30)]
HOLIDAY = "2025-01-27"
SATURDAY = pd.Timestamp(2025, 1, 25)
TOMORROW = pd.Timestamp(2099, 1, 5)
EARLIEST = "(?i)(a|one) day (too )?early|UTC"
LATEST = "(?i)(a|one) day (too )?late"


def filled(frame: pd.DataFrame, days: list[pd.Timestamp], key: str) -> pd.DataFrame:
    """With the last row before each of `days` standing on it as well, as pandas fills a gap."""
    parts = []
    for day in days:
        before = frame[frame["date"] == max(one for one in DAYS if one < day)]
        parts.append(before.assign(date=day))
    return pd.concat([frame, *parts]).sort_values(["date", key], kind="stable").reset_index(drop=True)


@lie(
    "holidays filled with the day before",
    PRICES,
    "27 to 30 January have the rows of the 24th, volume included",
    mended(HOLIDAY),
    truth=alone,
)
def _(world: World) -> None:
    world.prices = filled(world.prices, HOLIDAYS, "ticker")


@lie("holidays filled, market file as well", FILES, "the same in prices, market file and indices", mended(HOLIDAY))
def _(world: World) -> None:
    world.prices = filled(world.prices, HOLIDAYS, "ticker")
    world.market = filled(official(world), HOLIDAYS, "ticker")
    world.index = filled(world.index, HOLIDAYS, "index")


@lie(
    "holidays filled without volume",
    PRICES,
    "the same with volume 0, as KRX itself answers",
    mended(HOLIDAY),
    truth=alone,
)
def _(world: World) -> None:
    world.prices = filled(world.prices, HOLIDAYS, "ticker")
    world.prices.loc[at(world.prices, day=HOLIDAYS), "volume"] = 0


@lie(
    "holidays filled, no volume column",
    PRICES,
    "the same from closes alone",
    mended(HOLIDAY),
    truth=lambda world: closes_alone(world),
)
def _(world: World) -> None:
    world.prices = filled(world.prices, HOLIDAYS, "ticker")


def closes_alone(world: World) -> None:
    """date, ticker, close: what most people have."""
    world.market = None
    world.prices = world.prices[["date", "ticker", "close"]]


@lie(
    "every day filled",
    FILES,
    "weekends and holidays of the whole file have the rows of the session before",
    mended("(?i)closed", r"2024-05-0\d|2025-01-2\d"),
    truth=alone,
)
def _(world: World) -> None:
    closed = [day for day in pd.date_range(DAYS[0], DAYS[-1]) if day not in set(DAYS)]
    world.prices = filled(world.prices, closed, "ticker")
    world.index = filled(world.index, closed, "index")


@lie("empty rows on holidays", PRICES, "27 to 30 January have rows without figures", mended(HOLIDAY), truth=alone)
def _(world: World) -> None:
    world.prices = filled(world.prices, HOLIDAYS, "ticker").astype({"volume": float})
    world.prices.loc[at(world.prices, day=HOLIDAYS), [*PRICE, "volume"]] = math.nan


@lie("empty rows on holidays in both files", FILES, "the same in prices and market file", mended(HOLIDAY))
def _(world: World) -> None:
    for name in ("prices", "market"):
        frame = filled(getattr(world, name), HOLIDAYS, "ticker")
        numbers = [column for column in frame if column not in ("date", "ticker", "name", "market")]
        frame = frame.astype(dict.fromkeys(numbers, float))
        frame.loc[at(frame, day=HOLIDAYS), numbers] = math.nan
        setattr(world, name, frame)


@lie("rows of zeros on holidays", PRICES, "27 to 30 January have rows of zeros", mended(HOLIDAY), truth=alone)
def _(world: World) -> None:
    world.prices = filled(world.prices, HOLIDAYS, "ticker")
    world.prices.loc[at(world.prices, day=HOLIDAYS), [*PRICE, "volume"]] = 0


@lie("rows on a Saturday", PRICES, "every stock trades on 25 January, a Saturday", mended("2025-01-25"), truth=alone)
def _(world: World) -> None:
    world.prices = filled(world.prices, [SATURDAY], "ticker")


@lie(
    "one stock trades on a holiday",
    PRICES,
    "one stock has a row with another price on 27 January",
    mended(HOLIDAY),
    truth=alone,
)
def _(world: World) -> None:
    row = world.prices[at(world.prices, ONE, BASE)].assign(date=HOLIDAYS[0])
    row[PRICE] *= 1.05
    world.prices = pd.concat([world.prices, row]).sort_values(["date", "ticker"]).reset_index(drop=True)


@lie(
    "a session on a holiday",
    FILES,
    "every stock and both indices trade on 30 January, with figures of their own",
    refused(3, "2025-01-30"),
    named("2025-01-30"),
    truth=alone,
)
def _(world: World) -> None:
    for frame in (world.prices, world.index):
        frame.loc[frame["date"] == EVENT, "date"] = HOLIDAYS[-1]
        frame.loc[frame["date"] == AFTER, "date"] = EVENT


@lie(
    "trading on New Year's Day",
    PRICES,
    "every stock has a row of its own on 1 January 2025",
    mended("2025-01-01"),
    truth=alone,
)
def _(world: World) -> None:
    rows = world.prices[world.prices["date"] == pd.Timestamp(2024, 12, 30)].assign(date=pd.Timestamp(2025, 1, 1))
    rows[PRICE] = (rows[PRICE] * 1.01).round()
    world.prices = pd.concat([world.prices, rows]).sort_values(["date", "ticker"]).reset_index(drop=True)


def shifted(frame: pd.DataFrame, days: int) -> pd.DataFrame:
    return frame.assign(date=frame["date"] + pd.Timedelta(days=days))


@lie(
    "a day early",
    FILES,
    "every date of prices and indices is a day early, as midnight in Seoul is in UTC",
    mended(EARLIEST),
    refused(3, EARLIEST),
    truth=alone,
)
def _(world: World) -> None:
    world.prices, world.index = shifted(world.prices, -1), shifted(world.index, -1)


@lie(
    "a day early, prices alone",
    PRICES,
    "the indices have their own days",
    mended(EARLIEST),
    refused(3, EARLIEST),
    truth=alone,
)
def _(world: World) -> None:
    world.prices = shifted(world.prices, -1)


@lie(
    "a day early, indices alone",
    INDEX,
    "the prices have their own days",
    mended(EARLIEST),
    refused(3, EARLIEST),
    truth=alone,
)
def _(world: World) -> None:
    world.index = shifted(world.index, -1)


@lie("a day early, market file alone", MARKET, "the prices have their own days", mended(EARLIEST), refused(3, EARLIEST))
def _(world: World) -> None:
    world.market = shifted(official(world), -1)


@lie(
    "a day late",
    FILES,
    "every date of prices and indices is a day late",
    mended(LATEST),
    refused(3, LATEST),
    truth=alone,
)
def _(world: World) -> None:
    world.prices, world.index = shifted(world.prices, 1), shifted(world.index, 1)


@lie(
    "day and month exchanged",
    PRICES,
    "dates before the 13th of a month have day and month exchanged",
    refused(3, r"\d{4}-\d\d-\d\d"),
    truth=alone,
)
def _(world: World) -> None:
    days = {day: day.replace(day=day.month, month=day.day) for day in DAYS if day.day <= 12}
    world.prices["date"] = world.prices["date"].map(lambda day: days.get(day, day))
    world.prices = world.prices[world.prices["date"] <= DAYS[-1]].sort_values(["date", "ticker"])


@lie(
    "the event day is missing",
    FILES,
    "prices and indices lack 31 January, which was a session",
    refused(3, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    world.prices = world.prices[world.prices["date"] != EVENT]
    world.index = world.index[world.index["date"] != EVENT]


@lie(
    "the base is missing",
    FILES,
    "prices and indices lack 24 January, which was a session",
    refused(3, "2025-01-24"),
    named("2025-01-24"),
    truth=alone,
)
def _(world: World) -> None:
    world.prices = world.prices[world.prices["date"] != BASE]
    world.index = world.index[world.index["date"] != BASE]


@lie(
    "a session is missing",
    FILES,
    "prices and indices lack a session of the estimation window",
    named(QUIET_DAY),
    truth=alone,
)
def _(world: World) -> None:
    world.prices = world.prices[world.prices["date"] != QUIET]
    world.index = world.index[world.index["date"] != QUIET]


@lie(
    "a session after the event is missing",
    FILES,
    "prices and indices lack 3 February",
    named(str(AFTER.date()), moves=True),
    refused(3, str(AFTER.date())),
    truth=alone,
)
def _(world: World) -> None:
    world.prices = world.prices[world.prices["date"] != AFTER]
    world.index = world.index[world.index["date"] != AFTER]


@lie(
    "a session is missing in the market file",
    MARKET,
    "the market file lacks the event day; the prices have it",
    nothing(ROUNDED),
    named(EVENT_DAY),
)
def _(world: World) -> None:
    world.market = official(world)[official(world)["date"] != EVENT]


@lie("a price of the future", PRICES, "one row is of 2099", refused(3, "2099-01-05", "future"), truth=alone)
def _(world: World) -> None:
    row = world.prices[at(world.prices, ONE, DAYS[-1])].assign(date=TOMORROW)
    world.prices = pd.concat([world.prices, row], ignore_index=True)


@lie(
    "a price of the future of a stock nobody asks for",
    PRICES,
    "the same of a stock of no sector",
    refused(3, "2099-01-05", "future"),
    truth=alone,
)
def _(world: World) -> None:
    row = world.prices[at(world.prices, ONE, DAYS[-1])].assign(date=TOMORROW, ticker="999990")
    world.prices = pd.concat([world.prices, row], ignore_index=True)


@lie("an index of the future", INDEX, "a level of 2099", refused(3, "2099-01-05", "future"), truth=alone)
def _(world: World) -> None:
    row = world.index[world.index["date"] == DAYS[-1]].assign(date=TOMORROW)
    world.index = pd.concat([world.index, row], ignore_index=True)


@lie("a market file of the future", MARKET, "one row of the market file is of 2099", refused(3, "2099-01-05", "future"))
def _(world: World) -> None:
    row = official(world)[at(official(world), ONE, DAYS[-1])].assign(date=TOMORROW)
    world.market = pd.concat([official(world), row], ignore_index=True)


@lie(
    "tomorrow's session",
    FILES,
    "a whole session of the day after today, in prices and indices",
    refused(3, "2025-02-12", "future"),
    truth=alone,
)
def _(world: World) -> None:
    tomorrow = pd.Timestamp(date(2025, 2, 12))
    for name in ("prices", "index"):
        frame = getattr(world, name)
        last = frame[frame["date"] == DAYS[-1]].assign(date=tomorrow)
        last["close"] = (last["close"] * 1.01).round()
        setattr(world, name, pd.concat([frame, last], ignore_index=True))


@lie(
    "a price of long ago",
    PRICES,
    "one row is of 1925, before there was an exchange",
    mended("1925-01-30"),
    refused(3, "1925-01-30"),
    truth=alone,
)
def _(world: World) -> None:
    row = world.prices[at(world.prices, ONE, EVENT)].assign(date=pd.Timestamp(1925, 1, 30))
    world.prices = pd.concat([row, world.prices], ignore_index=True)
