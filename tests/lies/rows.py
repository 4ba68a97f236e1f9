"""Lies that only the rows around them show: repeated, exchanged, ten times too high."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.lies.judge import named, nothing, refused
from tests.lies.lie import FILES, MARKET, PRICES, lie
from tests.lies.rates import EVENT_DAY, QUIET_DAY, SECTOR_A
from tests.lies.world import BASE, DAYS, EVENT, ONE, QUIET, TICKERS, TWO, World, at, official, since

FIGURES = ["open", "high", "low", "close", "volume"]
PRICE = ["open", "high", "low", "close"]
TWO_DAY = str(DAYS[-2].date())


def alone(world: World) -> None:
    """Without a market file."""
    world.market = None


def repeat(frame: pd.DataFrame, tickers: list[str], day: pd.Timestamp, columns: list[str]) -> None:
    """The rows of the session before `day` once more on it."""
    before = DAYS[DAYS.index(day) - 1]
    for ticker in tickers:
        frame.loc[at(frame, ticker, day), columns] = frame.loc[at(frame, ticker, before), columns].to_numpy()


def exchange(frame: pd.DataFrame, one: pd.Series[bool], two: pd.Series[bool], columns: list[str]) -> None:
    held = frame.loc[one, columns].to_numpy()
    frame.loc[one, columns] = frame.loc[two, columns].to_numpy()
    frame.loc[two, columns] = held


@lie(
    "a row repeated",
    PRICES,
    "one stock has the session before's row on the event day, volume included",
    named(ONE, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    repeat(world.prices, [ONE], EVENT, FIGURES)


@lie(
    "a row repeated, earlier",
    PRICES,
    "the same on a session of the estimation window",
    named(ONE, QUIET_DAY),
    truth=alone,
)
def _(world: World) -> None:
    repeat(world.prices, [ONE], QUIET, FIGURES)


@lie(
    "a row repeated in the market file",
    MARKET,
    "the whole row, its rate included, is the session before's",
    named(ONE, EVENT_DAY),
)
def _(world: World) -> None:
    repeat(official(world), [ONE], EVENT, [*FIGURES, "change", "change_pct", "value", "marcap"])


@lie(
    "several rows repeated",
    PRICES,
    "a sector has the session before's rows on the event day",
    named(ONE, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    repeat(world.prices, SECTOR_A, EVENT, FIGURES)


@lie(
    "several rows repeated in both files",
    FILES,
    "a sector has the session before's rows in both files",
    named(ONE, EVENT_DAY),
)
def _(world: World) -> None:
    repeat(world.prices, SECTOR_A, EVENT, FIGURES)
    repeat(official(world), SECTOR_A, EVENT, [*FIGURES, "change", "change_pct", "value", "marcap"])


@lie(
    "a session repeated",
    PRICES,
    "every stock has the session before's row on the event day",
    refused(3, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    repeat(world.prices, TICKERS, EVENT, FIGURES)


@lie(
    "a session repeated, earlier",
    PRICES,
    "the same on a session of the estimation window",
    named(QUIET_DAY),
    truth=alone,
)
def _(world: World) -> None:
    repeat(world.prices, TICKERS, QUIET, FIGURES)


@lie(
    "a session repeated in the market file",
    MARKET,
    "every row of the event day is the one of the session before",
    refused(3, EVENT_DAY),
    named(EVENT_DAY),
)
def _(world: World) -> None:
    repeat(official(world), TICKERS, EVENT, [*FIGURES, "change", "change_pct", "value", "marcap"])


@lie(
    "the last sessions repeated",
    PRICES,
    "one stock's last three rows are all the same: the source stood still",
    named(ONE, TWO_DAY),
    truth=alone,
)
def _(world: World) -> None:
    for day in DAYS[-3:]:
        repeat(world.prices, [ONE], day, FIGURES)


@lie(
    "two stocks exchanged",
    PRICES,
    "two stocks have each other's row on the event day",
    named(ONE, EVENT_DAY),
    named(TWO, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    exchange(world.prices, at(world.prices, ONE, EVENT), at(world.prices, TWO, EVENT), FIGURES)


@lie(
    "two stocks exchanged in the market file",
    MARKET,
    "two stocks have each other's row on the event day, rate included",
    named(ONE, EVENT_DAY),
)
def _(world: World) -> None:
    market = official(world)
    columns = [*FIGURES, "change", "change_pct", "value"]
    exchange(market, at(market, ONE, EVENT), at(market, TWO, EVENT), columns)


@lie(
    "two like stocks exchanged",
    PRICES,
    "two stocks of like price have each other's row on the event day",
    named(TICKERS[5], EVENT_DAY),
)
def _(world: World) -> None:
    exchange(world.prices, at(world.prices, TICKERS[5], EVENT), at(world.prices, TICKERS[6], EVENT), FIGURES)


@lie(
    "two stocks exchanged for good",
    PRICES,
    "two stocks have each other's rows on all sessions; the market file has the truth",
    named(ONE),
    named(TWO),
)
def _(world: World) -> None:
    exchange(world.prices, at(world.prices, ONE), at(world.prices, TWO), FIGURES)


@lie(
    "two stocks exchanged in the market file for good",
    MARKET,
    "the market file has two stocks exchanged on all its sessions",
    named(ONE),
    named(TWO),
)
def _(world: World) -> None:
    market = official(world)
    exchange(market, at(market, ONE), at(market, TWO), [*FIGURES, "change", "change_pct", "value", "marcap", "shares"])


@lie(
    "ten times the price",
    PRICES,
    "one stock's prices of the event day are ten times too high",
    named(ONE, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    world.prices.loc[at(world.prices, ONE, EVENT), PRICE] *= 10


@lie(
    "ten times the price, earlier",
    PRICES,
    "the same on a session of the estimation window",
    named(ONE, QUIET_DAY),
    truth=alone,
)
def _(world: World) -> None:
    world.prices.loc[at(world.prices, ONE, QUIET), PRICE] *= 10


@lie(
    "ten times the price from then on",
    PRICES,
    "one stock's prices are ten times too high from the event day on",
    named(ONE, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    world.prices.loc[since(world.prices, ONE, EVENT), PRICE] *= 10


@lie(
    "ten times the price from then on, earlier",
    PRICES,
    "the same from a session of the estimation window on",
    named(ONE, QUIET_DAY),
    truth=alone,
)
def _(world: World) -> None:
    world.prices.loc[since(world.prices, ONE, QUIET), PRICE] *= 10


@lie(
    "ten times the price in the market file",
    MARKET,
    "ten times the price on the event day, with a rate that goes with it",
    named(ONE, EVENT_DAY),
)
def _(world: World) -> None:
    market = official(world)
    here = at(market, ONE, EVENT)
    market.loc[here, [*PRICE, "marcap"]] *= 10
    base = market.loc[at(market, ONE, BASE), "close"].iloc[0]
    market.loc[here, "change"] = market.loc[here, "close"] - base
    market.loc[here, "change_pct"] = np.round((market.loc[here, "close"] / base - 1) * 100, 2)


@lie(
    "a tenth of the price",
    PRICES,
    "one stock's close of the event day lost its last digit",
    named(ONE, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    world.prices.loc[at(world.prices, ONE, EVENT), PRICE] //= 10


@lie(
    "two prices ten times too high, one after the other",
    PRICES,
    "on the event day and the session after",
    named(ONE, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    world.prices.loc[at(world.prices, ONE, DAYS[DAYS.index(EVENT) : DAYS.index(EVENT) + 2]), PRICE] *= 10


@lie(
    "a close above its own high",
    PRICES,
    "close 8% above the high of its own row, event day",
    named(ONE, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    here = at(world.prices, ONE, EVENT)
    world.prices.loc[here, "close"] = np.round(world.prices.loc[here, "high"] * 1.08)


@lie(
    "volume a thousand times too high",
    PRICES,
    "one stock's volume of the event day",
    nothing(),
    named(ONE, EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    world.prices.loc[at(world.prices, ONE, EVENT), "volume"] *= 1000
