"""Lies about the indices that everything is measured against."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from tests.lies.judge import mended, named, nothing, refused
from tests.lies.lie import INDEX, lie
from tests.lies.rates import EVENT_DAY
from tests.lies.rows import alone
from tests.lies.world import DAYS, EVENT, QUIET, World

BEFORE = DAYS[DAYS.index(EVENT) - 1]


def on(world: World, name: str, day: pd.Timestamp) -> pd.Series[bool]:
    return (world.index["index"] == name) & (world.index["date"] == day)


def each(world: World, change: Callable[[pd.Series[float]], pd.Series[float]]) -> None:
    """Replace the levels of each index, in their order."""
    world.index["close"] = world.index.groupby("index")["close"].transform(change)


def levels(world: World, name: str) -> pd.Series[float]:
    return world.index.loc[world.index["index"] == name, "close"]


@lie("index a session late", INDEX, "every level stands a session later than it was", refused(3, "KOSPI"), truth=alone)
def _(world: World) -> None:
    each(world, lambda close: close.shift(1).bfill())


@lie(
    "index a session early", INDEX, "every level stands a session earlier than it was", refused(3, "KOSPI"), truth=alone
)
def _(world: World) -> None:
    each(world, lambda close: close.shift(-1).ffill())


@lie("one index a session late", INDEX, "KOSDAQ alone is shifted", refused(3, "KOSDAQ"), truth=alone)
def _(world: World) -> None:
    world.index.loc[world.index["index"] == "KOSDAQ", "close"] = levels(world, "KOSDAQ").shift(1).bfill()


@lie(
    "index shifted, with a market file",
    INDEX,
    "the same, and capitalisations are there to be compared with",
    refused(3, "KOSPI"),
)
def _(world: World) -> None:
    each(world, lambda close: close.shift(1).bfill())


@lie(
    "index repeats the event day",
    INDEX,
    "on the event day the indices stand where they stood",
    refused(3, EVENT_DAY),
    named("KOSPI", EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    for name in ("KOSPI", "KOSDAQ"):
        world.index.loc[on(world, name, EVENT), "close"] = world.index.loc[on(world, name, BEFORE), "close"].to_numpy()


@lie(
    "KOSPI and KOSDAQ exchanged",
    INDEX,
    "each index has the levels of the other",
    refused(3, "KOSPI", "KOSDAQ"),
    truth=alone,
)
def _(world: World) -> None:
    world.index["index"] = world.index["index"].map({"KOSPI": "KOSDAQ", "KOSDAQ": "KOSPI"})


@lie(
    "KOSPI and KOSDAQ exchanged, with a market file",
    INDEX,
    "the same beside capitalisations",
    refused(3, "KOSPI", "KOSDAQ"),
)
def _(world: World) -> None:
    world.index["index"] = world.index["index"].map({"KOSPI": "KOSDAQ", "KOSDAQ": "KOSPI"})


@lie("KOSPI for both", INDEX, "both indices are KOSPI's levels", refused(3, "KOSDAQ"), truth=alone)
def _(world: World) -> None:
    world.index.loc[world.index["index"] == "KOSDAQ", "close"] = levels(world, "KOSPI").to_numpy()


@lie("index beyond 30%", INDEX, "KOSPI is 40% higher on the event day", refused(3, "KOSPI", EVENT_DAY))
def _(world: World) -> None:
    world.index.loc[on(world, "KOSPI", EVENT), "close"] *= 1.4


@lie(
    "ten times the index from then on",
    INDEX,
    "the levels lose their point from a session on",
    refused(3, "KOSPI", str(QUIET.date())),
)
def _(world: World) -> None:
    world.index.loc[(world.index["index"] == "KOSPI") & (world.index["date"] >= QUIET), "close"] *= 10


@lie(
    "index 6% off on the event day",
    INDEX,
    "KOSPI stands 6% too low on the event day alone; the stocks' capitalisation says otherwise",
    refused(3, "KOSPI", EVENT_DAY),
    named("KOSPI", EVENT_DAY),
)
def _(world: World) -> None:
    world.index.loc[on(world, "KOSPI", EVENT), "close"] *= 0.94


@lie(
    "index 6% off, no market file",
    INDEX,
    "the same with nothing but the stocks of the sectors beside it",
    refused(3, "KOSPI", EVENT_DAY),
    named("KOSPI", EVENT_DAY),
    truth=alone,
)
def _(world: World) -> None:
    world.index.loc[on(world, "KOSPI", EVENT), "close"] *= 0.94


@lie("index with turned signs", INDEX, "every change of KOSPI has the other sign", refused(3, "KOSPI"), truth=alone)
def _(world: World) -> None:
    close = levels(world, "KOSPI")
    moved = close.pct_change().fillna(0).to_numpy()
    here = world.index["index"] == "KOSPI"
    world.index.loc[here, "close"] = np.round(2500 * np.cumprod(1 - moved), 2)


@lie("index that stands still", INDEX, "KOSPI has the same level on every session", refused(3, "KOSPI"), truth=alone)
def _(world: World) -> None:
    world.index.loc[world.index["index"] == "KOSPI", "close"] = 2500.0


@lie(
    "index of somewhere else",
    INDEX,
    "KOSPI is a series that has nothing to do with it",
    refused(3, "KOSPI"),
    truth=alone,
)
def _(world: World) -> None:
    random = np.random.default_rng(1)
    world.index.loc[world.index["index"] == "KOSPI", "close"] = 2500 * np.cumprod(
        1 + random.normal(0, 0.009, len(DAYS))
    )


@lie("index lacks the event day", INDEX, "there is no level of the event day", refused(3, EVENT_DAY))
def _(world: World) -> None:
    world.index = world.index[world.index["date"] != EVENT]


@lie(
    "index lacks a session",
    INDEX,
    "there is no level of a session of the estimation window",
    named("KOSPI", str(QUIET.date())),
)
def _(world: World) -> None:
    world.index = world.index[world.index["date"] != QUIET]


for value in (0.0, -2500.0, math.nan, math.inf):

    @lie(f"index level {value:g}", INDEX, f"KOSPI is {value:g} on the event day", refused(3, "KOSPI", EVENT_DAY))
    def _(world: World, value: float = value) -> None:
        world.index.loc[on(world, "KOSPI", EVENT), "close"] = value


@lie("index level as text", INDEX, "a level is N/A", refused(3, "index.csv"))
def _(world: World) -> None:
    world.text["index"] = lambda text: text.replace(f"{EVENT_DAY},KOSPI,", f"{EVENT_DAY},KOSPI,?", 1)


@lie("index level twice", INDEX, "the event day stands twice with different levels", refused(3, "KOSPI", EVENT_DAY))
def _(world: World) -> None:
    again = world.index[on(world, "KOSPI", EVENT)].assign(close=lambda one: one["close"] * 1.01)
    world.index = pd.concat([world.index, again])


@lie(
    "index moves on closed days",
    INDEX,
    "levels of the holidays are drawn between those around them",
    mended("2025-01-2[789]"),
    nothing(),
)
def _(world: World) -> None:
    filled = []
    for name in ("KOSPI", "KOSDAQ"):
        close = world.index[world.index["index"] == name].set_index("date")["close"]
        daily = close.reindex(pd.bdate_range(DAYS[0], DAYS[-1])).interpolate().round(2)
        filled.append(pd.DataFrame({"date": daily.index, "index": name, "close": daily.to_numpy()}))
    world.index = pd.concat(filled)
