"""Lies about the change of a price: rate, change, close and yesterday's close do not go together, or seem to."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from tests.lies.judge import mended, named, nothing, refused
from tests.lies.lie import MARKET, PRICES, lie
from tests.lies.world import (
    AFTER,
    BASE,
    DAYS,
    EVENT,
    ONE,
    QUIET,
    SECTOR_OF,
    TICKERS,
    World,
    at,
    official,
    since,
)

EVENT_DAY, QUIET_DAY = str(EVENT.date()), str(QUIET.date())
ROUNDED = 0.0005
FIVE = r"\b5 ?: ?1\b|\b1 ?: ?5\b|[x×] ?(5|0\.2)\b"
"""A ratio as a reader may meet it."""
SECTOR_A = [ticker for ticker in TICKERS if SECTOR_OF[ticker] == "A"]


def set_rate(world: World, value: float, ticker: str = ONE, day: pd.Timestamp = EVENT) -> None:
    market = official(world)
    market.loc[at(market, ticker, day), "change_pct"] = value


def rates_in_prices(world: World) -> None:
    """No market file: the price file has the rates, and the closes that they go with."""
    base = world.prices.groupby("ticker")["close"].shift()
    world.prices["change_pct"] = np.round((world.prices["close"] / base - 1) * 100, 2)
    world.market = None


def self_made_rates(world: World) -> None:
    """As `rates_in_prices`, from whatever the closes are now, to the last digit."""
    world.prices["change_pct"] = (world.prices["close"] / world.prices.groupby("ticker")["close"].shift() - 1) * 100
    world.market = None


@lie(
    "rate of the other sign",
    MARKET,
    "rate +25 beside a close that says -9, one stock, event day",
    named(ONE, EVENT_DAY),
)
def _(world: World) -> None:
    set_rate(world, 25.0)


@lie(
    "rate of the other sign, no market file",
    PRICES,
    "the same in the price file's own rates",
    named(ONE, EVENT_DAY),
    truth=rates_in_prices,
)
def _(world: World) -> None:
    world.prices.loc[at(world.prices, ONE, EVENT), "change_pct"] = 25.0


@lie(
    "rate of the other sign, small",
    MARKET,
    "the rate of one stock has its sign turned on the event day",
    named(ONE, EVENT_DAY),
)
def _(world: World) -> None:
    market = official(world)
    market.loc[at(market, ONE, EVENT), "change_pct"] *= -1


@lie(
    "rate of the other sign, and change",
    MARKET,
    "rate and change agree with each other, and not with the closes",
    named(ONE, EVENT_DAY),
)
def _(world: World) -> None:
    market = official(world)
    here = at(market, ONE, EVENT)
    close = market.loc[here, "close"]
    market.loc[here, "change"] = np.round(close - close / 1.2)
    market.loc[here, "change_pct"] = 20.0


@lie("one rate as a decimal", MARKET, "-0.09 among percentages, one stock, event day", named(ONE, EVENT_DAY))
def _(world: World) -> None:
    market = official(world)
    market.loc[at(market, ONE, EVENT), "change_pct"] /= 100


@lie(
    "one stock's rates as decimals",
    PRICES,
    "all rates of one stock are decimals, those of the others are %",
    named(ONE),
    truth=rates_in_prices,
)
def _(world: World) -> None:
    world.prices.loc[at(world.prices, ONE), "change_pct"] /= 100


@lie("all rates as decimals", MARKET, "every rate is a decimal", refused(3, "%"), nothing())
def _(world: World) -> None:
    official(world)["change_pct"] /= 100


for number, value in {"inf": math.inf, "1e308": 1e308, "130": 130.0, "-101": -101.0}.items():

    @lie(f"rate {number}", MARKET, f"the rate of one stock on the event day is {number}", named(ONE, EVENT_DAY))
    def _(world: World, value: float = value) -> None:
        set_rate(world, value)


@lie("rate 1e308 in the past", MARKET, "the same on a session before the event", named(ONE, str(DAYS[-20].date())))
def _(world: World) -> None:
    set_rate(world, 1e308, ONE, DAYS[-20])


@lie("rate nan", MARKET, "a stock that traded has no rate on the event day: its closes say it", nothing(ROUNDED))
def _(world: World) -> None:
    set_rate(world, math.nan)


@lie("a stock without rates", MARKET, "a stock that traded has no rate on any session", nothing(ROUNDED))
def _(world: World) -> None:
    market = official(world)
    market.loc[at(market, ONE), "change_pct"] = math.nan


@lie("a sector without rates", MARKET, "no stock of a sector has a rate on the event day", nothing(ROUNDED))
def _(world: World) -> None:
    market = official(world)
    market.loc[at(market, SECTOR_A, EVENT), "change_pct"] = math.nan


@lie(
    "a change that contradicts",
    MARKET,
    "change says +5%, rate and closes say -9%: two against one",
    nothing(),
    named(ONE, EVENT_DAY),
)
def _(world: World) -> None:
    market = official(world)
    here = at(market, ONE, EVENT)
    market.loc[here, "change"] = np.round(market.loc[here, "close"] * 0.05)


@lie("rate 0 of a stock that moved", MARKET, "the rate is 0.00 and the close is not yesterday's", named(ONE, EVENT_DAY))
def _(world: World) -> None:
    set_rate(world, 0.0)


def raw_split(world: World, day: pd.Timestamp) -> None:
    """The closes before `day` are five times as high: nobody adjusted them."""
    before = at(world.prices, ONE) & (world.prices["date"] < day)
    world.prices.loc[before, ["open", "high", "low", "close"]] *= 5


@lie(
    "self-made rates of a raw split",
    PRICES,
    "closes with a split nobody adjusted, and rates computed from them",
    named(ONE, EVENT_DAY),
    truth=rates_in_prices,
)
def _(world: World) -> None:
    raw_split(world, EVENT)
    self_made_rates(world)


@lie(
    "self-made rates of a raw split, earlier",
    PRICES,
    "the same on a session of the estimation window",
    named(ONE, QUIET_DAY),
    truth=rates_in_prices,
)
def _(world: World) -> None:
    raw_split(world, QUIET)
    self_made_rates(world)


@lie(
    "self-made rates of ten times the price",
    PRICES,
    "one close ten times too high on the event day, and rates computed from it",
    named(ONE, EVENT_DAY),
    truth=rates_in_prices,
)
def _(world: World) -> None:
    world.prices.loc[at(world.prices, ONE, EVENT), ["open", "high", "low", "close"]] *= 10
    self_made_rates(world)


@lie(
    "a move beyond the limit in the market file too",
    MARKET,
    "closes of both files and the rate computed from them say +60%",
    named(ONE, EVENT_DAY),
)
def _(world: World) -> None:
    market = official(world)
    for frame in (world.prices, market):
        frame.loc[since(frame, ONE, EVENT), ["open", "high", "low", "close"]] *= 1.6 / 0.91
    here = at(market, ONE)
    market.loc[here, "change_pct"] = market.loc[here, "close"].pct_change() * 100


def action(world: World, day: pd.Timestamp, ratio: float, *, shares: bool = True, halt: bool = False) -> None:
    """A true corporate action: what was one share is `ratio` of them; the price file is adjusted, the market file not.

    The rates of the market file stay: they are against the base price.
    """
    market = official(world)
    before = at(market, ONE) & (market["date"] < day)
    market.loc[before, ["open", "high", "low", "close", "change"]] *= ratio
    if shares:
        market.loc[before, "shares"] = (market.loc[before, "shares"] / ratio).astype(np.int64)
    market["marcap"] = market["close"] * market["shares"]
    if halt:
        place = DAYS.index(day)
        for frame in (world.prices, market):
            stopped = at(frame, ONE, DAYS[place - 3 : place])
            frame.loc[stopped, ["open", "high", "low", "volume"]] = 0
            frame.loc[stopped, "close"] = frame.loc[at(frame, ONE, DAYS[place - 4]), "close"].to_numpy()[0]
        gone = at(market, ONE, DAYS[place - 3 : place])
        market.loc[gone, ["change", "change_pct"]] = 0.0
        here = at(market, ONE, day)
        base = world.prices.loc[at(world.prices, ONE, DAYS[place - 1]), "close"].to_numpy()[0]
        close = market.loc[here, "close"]
        market.loc[here, ["change", "change_pct"]] = [close.iloc[0] - base, round((close.iloc[0] / base - 1) * 100, 2)]


def halted_before(world: World) -> None:
    """The halt alone."""
    action(world, EVENT, 1.0, halt=True)


EARLIER = DAYS[DAYS.index(EVENT) - 10]


@lie("true: split", MARKET, "5:1 on the event day: shares times 5, base price a fifth", mended(ONE, EVENT_DAY, FIVE))
def _(world: World) -> None:
    action(world, EVENT, 5.0)


@lie(
    "true: split before the event", MARKET, "5:1 ten sessions before the event", mended(ONE, str(EARLIER.date()), FIVE)
)
def _(world: World) -> None:
    action(world, EARLIER, 5.0)


@lie(
    "true: rights issue",
    MARKET,
    "ex-rights on the event day: base price 15% lower, the new shares come weeks later",
    named(ONE, EVENT_DAY, r"1\.18|0\.85|15 ?%", action=True),
)
def _(world: World) -> None:
    action(world, EVENT, 1 / 0.85, shares=False)


@lie(
    "true: capital reduction",
    MARKET,
    "10:1 after a halt of three sessions: a tenth of the shares, base price times 10",
    mended(ONE, EVENT_DAY, r"10 ?: ?1\b|\b1 ?: ?10|[x×] ?(10|0\.1)\b"),
    truth=halted_before,
)
def _(world: World) -> None:
    action(world, EVENT, 0.1, halt=True)


def split_in_raw_prices(world: World) -> None:
    """The price file as KRX has it: raw closes, the rate against the base price, shares."""
    shares = official(world).drop_duplicates("ticker").set_index("ticker")["shares"]
    rates_in_prices(world)
    world.prices["shares"] = world.prices["ticker"].map(shares)


@lie(
    "true: split in a raw price file",
    PRICES,
    "raw closes, official rates and shares in one file, 5:1 on the event day",
    mended(ONE, EVENT_DAY, FIVE),
    truth=split_in_raw_prices,
)
def _(world: World) -> None:
    raw_split(world, EVENT)
    before = at(world.prices, ONE) & (world.prices["date"] < EVENT)
    world.prices.loc[before, "shares"] //= 5


@lie(
    "a split without shares",
    MARKET,
    "close a fifth, rate as if nothing happened, but shares and capitalisation say none did",
    named(ONE, EVENT_DAY),
)
def _(world: World) -> None:
    market = official(world)
    market.loc[since(market, ONE, EVENT), ["open", "high", "low", "close"]] /= 5


@lie(
    "an official close that is not the base of the next",
    MARKET,
    "one close 4% too high, with a rate and change that go with it",
    named(ONE, EVENT_DAY),
)
def _(world: World) -> None:
    market = official(world)
    here = at(market, ONE, EVENT)
    base = market.loc[at(market, ONE, BASE), "close"].iloc[0]
    market.loc[here, "close"] = np.round(market.loc[here, "close"] * 1.04)
    market.loc[here, "high"] = market.loc[here, "close"]
    market.loc[here, "change"] = market.loc[here, "close"] - base
    market.loc[here, "change_pct"] = np.round(market.loc[here, "change"] / base * 100, 2)


@lie(
    "a sector's rates with turned signs",
    MARKET,
    "the rates of a whole sector are turned on the event day, the closes are not",
    named(ONE, EVENT_DAY),
)
def _(world: World) -> None:
    market = official(world)
    market.loc[at(market, SECTOR_A, EVENT), ["change", "change_pct"]] *= -1


@lie(
    "all rates with turned signs",
    MARKET,
    "every rate is turned on the event day",
    named(EVENT_DAY),
    refused(3, EVENT_DAY),
)
def _(world: World) -> None:
    market = official(world)
    market.loc[at(market, day=EVENT), ["change", "change_pct"]] *= -1


@lie(
    "a sector's closes with turned signs",
    PRICES,
    "the closes of a sector rise as they fell, the market file has the truth",
    named(ONE, EVENT_DAY),
    nothing(),
)
def _(world: World) -> None:
    for ticker in SECTOR_A:
        base = world.prices.loc[at(world.prices, ticker, BASE), "close"].iloc[0]
        here = at(world.prices, ticker, EVENT)
        turned = np.round(base * 2 - world.prices.loc[here, "close"])
        later = since(world.prices, ticker, AFTER)
        factor = turned.iloc[0] / world.prices.loc[here, "close"].iloc[0]
        world.prices.loc[here | later, ["open", "high", "low", "close"]] *= factor


@lie(
    "a capitalisation that contradicts",
    MARKET,
    "a thousand times close times shares, one stock, every session",
    named(ONE),
)
def _(world: World) -> None:
    market = official(world)
    market.loc[at(market, ONE), "marcap"] *= 1000


@lie(
    "rates of yesterday",
    MARKET,
    "every rate of the event day is the one of the session before",
    named(EVENT_DAY),
    refused(3, EVENT_DAY),
)
def _(world: World) -> None:
    market = official(world)
    market.loc[at(market, day=EVENT), "change_pct"] = market.loc[at(market, day=BASE), "change_pct"].to_numpy()
