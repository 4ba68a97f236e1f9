"""Lies of other kinds: a stock's rows under another one's name, days exchanged, columns exchanged, part of a file."""

from __future__ import annotations

from tests.lies.judge import mended, named, nothing, refused
from tests.lies.lie import MARKET, PRICES, lie
from tests.lies.rates import EVENT_DAY
from tests.lies.rows import FIGURES, PRICE, alone, exchange
from tests.lies.world import BASE, DAYS, EVENT, MARKET_OF, ONE, QUIET, TICKERS, TWO, World, at, official


def late(world: World) -> None:
    """Every row of one stock stands a session later than it was."""
    rows = at(world.prices, ONE)
    world.prices.loc[rows, FIGURES] = world.prices.loc[rows, FIGURES].shift(1).bfill().to_numpy()


@lie(
    "one stock under two names",
    PRICES,
    "a stock has another one's rows on every session",
    named(ONE, TWO),
    truth=alone,
)
def _(world: World) -> None:
    world.prices.loc[at(world.prices, TWO), FIGURES] = world.prices.loc[at(world.prices, ONE), FIGURES].to_numpy()


@lie("one stock a session late", PRICES, "its rows stand a session later than in the market file", named(ONE))
def _(world: World) -> None:
    late(world)


@lie(
    "two sessions exchanged",
    PRICES,
    "every stock has the rows of a session of the estimation window on the event day, and the other way round",
    refused(3, EVENT_DAY),
    refused(3, "KOSPI"),
    named(EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    exchange(world.prices, at(world.prices, day=EVENT), at(world.prices, day=QUIET), FIGURES)


@lie(
    "half a file",
    PRICES,
    "the prices from half of the stocks end on the session before the event",
    named(TICKERS[-1], EVENT_DAY),
    named("Left out|left out|no trade|end", f"{TICKERS[-1]}"),
    truth=alone,
)
def _(world: World) -> None:
    ended = at(world.prices, TICKERS[len(TICKERS) // 2 :]) & (world.prices["date"] > BASE)
    world.prices = world.prices[~ended]


@lie("every rate 0", MARKET, "no stock moved, say the rates", refused(3, "change_pct"), named(EVENT_DAY))
def _(world: World) -> None:
    official(world)["change_pct"] = 0.0


@lie("high and low exchanged", PRICES, "one stock, event day", named(ONE, EVENT_DAY), truth=alone)
def _(world: World) -> None:
    row = at(world.prices, ONE, EVENT)
    world.prices.loc[row, ["high", "low"]] = world.prices.loc[row, ["low", "high"]].to_numpy()


@lie("high and low exchanged throughout", PRICES, "the two columns of every stock", refused(3), named(ONE), truth=alone)
def _(world: World) -> None:
    world.prices[["high", "low"]] = world.prices[["low", "high"]].to_numpy()


@lie("open and close exchanged throughout", PRICES, "the two columns of every stock", refused(3), named(ONE))
def _(world: World) -> None:
    world.prices[["open", "close"]] = world.prices[["close", "open"]].to_numpy()


@lie("traded without a volume", PRICES, "one stock's price moves, with volume 0", named(ONE, EVENT_DAY), truth=alone)
def _(world: World) -> None:
    world.prices.loc[at(world.prices, ONE, EVENT), "volume"] = 0


@lie("the markets exchanged", MARKET, "KOSPI and KOSDAQ in the column market", mended(TICKERS[0]), refused(3, "KOSPI"))
def _(world: World) -> None:
    other = {"KOSPI": "KOSDAQ", "KOSDAQ": "KOSPI"}
    official(world)["market"] = [other[MARKET_OF[ticker]] for ticker in official(world)["ticker"]]


@lie(
    "one stock in dollars",
    PRICES,
    "its prices are a fourteen-hundredth, as a dollar price is",
    nothing(0.005),
    truth=alone,
)
def _(world: World) -> None:
    world.prices[PRICE] = world.prices[PRICE].astype(float)
    world.prices.loc[at(world.prices, ONE), PRICE] /= 1400.0


@lie("one session in dollars", PRICES, "the same on the event day alone", named(ONE, EVENT_DAY), truth=alone)
def _(world: World) -> None:
    world.prices[PRICE] = world.prices[PRICE].astype(float)
    world.prices.loc[at(world.prices, ONE, EVENT), PRICE] /= 1400.0


@lie("two columns close", PRICES, "a second column close, of raw prices", refused(3, "close"), truth=alone)
def _(world: World) -> None:
    def twice(text: str) -> str:
        head, *rows = text.splitlines()
        return "\n".join([f"{head},close", *(f"{row},1" for row in rows)]) + "\n"

    world.text["prices"] = twice


@lie(
    "a market file of another month",
    MARKET,
    "its sessions stand 25 sessions before they were",
    named(EVENT_DAY),
    refused(3),
)
def _(world: World) -> None:
    earlier = {day: DAYS[number - 25] for number, day in enumerate(DAYS) if number >= 25}
    official(world)["date"] = official(world)["date"].map(earlier)
