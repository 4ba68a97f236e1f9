"""The figures of the simulated exchange: one array a quantity, sessions x tickers, the same on every run.

Stocks follow the index of their market plus noise of their own. The session of 31 January 2025, where it is covered,
carries the published changes and closes. A handful of stocks has trouble (`Trouble`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import holidays
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tests.fakes.krx import listing
from tests.fakes.krx.listing import ETFS, LISTED_ON, Stock

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

EVENT = date(2025, 1, 31)
EVENT_MOVES = {"SEMI": -0.04, "AI_SW": 0.06, "POWER": -0.05}
INDEX_EVENTS = {"1001": (2517.37, -0.0077), "2001": (728.29, -0.0006)}
INDEX_STARTS = {"1001": 2400.0, "1028": 320.0, "2001": 750.0, "5044": 3300.0}
LOW, HIGH = 150.0, 3e6
"""Prices stay between these, KRW."""


@dataclass(frozen=True)
class Trouble:
    """Something unusual that happens to one stock."""

    ticker: str
    row: int
    """First session of it."""
    end: int
    """First session after it."""
    factor: float = 1.0
    """Shares after for one before: 5 for a 5:1 split, 0.1 for ten shares made one."""


@dataclass
class Figures:
    """Everything the exchange knows, T sessions x N stocks; prices KRW as traded, a halt has 0 but for the close."""

    stocks: list[Stock]
    days: list[date]
    troubles: dict[str, Trouble]
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    base: Ints
    """Base price: what the day's change is measured against."""
    volume: Ints
    value: Ints
    shares: Ints
    listed: Flags
    net: dict[str, Ints]
    """Net purchases, pieces, by kind of investor; with the other corporations they add up to 0."""
    index: dict[str, Floats]
    """Levels of each index, (T, 4): open, high, low, close."""
    funds: dict[str, Ints]
    """ETFs, (T, 5): open, high, low, close, volume."""


def sessions(start: date, end: date, closed: frozenset[date]) -> list[date]:
    """KRX's sessions: weekdays that are no holiday and not in `closed`."""
    free = holidays.financial_holidays("XKRX", years=range(start.year, end.year + 1))
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return [day for day in days if day.weekday() < 5 and day not in free and day not in closed]


def simulate(days: list[date], size: int, seed: int) -> Figures:
    """The whole history of `size` stocks over `days`."""
    rng = np.random.default_rng(seed)
    stocks = listing.stocks(size, rng)
    places = {stock.ticker: place for place, stock in enumerate(stocks)}
    shape = (len(days), size)
    event = days.index(EVENT) if EVENT in days else -1
    troubles = _troubles(stocks, len(days), event)
    market, levels = _indices(rng, days, event)

    kosdaq = np.array([stock.market != "KOSPI" for stock in stocks])
    returns = rng.standard_t(5, shape).astype(np.float64) * rng.uniform(0.010, 0.022, size)
    returns += rng.uniform(0.5, 1.5, size) * market[:, kosdaq.astype(int)]
    returns = np.clip(returns, -0.28, 0.28)
    published: dict[str, int] = {}
    if event >= 0:
        for place, stock in enumerate(stocks):
            returns[event, place] += EVENT_MOVES.get(stock.sector, 0.0)
        for row in listing.press():
            if row["ticker"] in places:
                returns[event, places[row["ticker"]]] = float(row["change_pct"]) / 100
                if row["close_krw"]:
                    published[row["ticker"]] = int(row["close_krw"])
    _trouble_returns(returns, troubles, places, rng)

    halted = _halts(shape, troubles, places, rng)
    returns[halted] = 0.0
    shares_now = np.round(10 ** rng.uniform(6.7, 8.2, size)).astype(np.int64)
    shares = np.broadcast_to(shares_now, shape).copy()
    factor = np.ones(shape)
    for trouble in troubles.values():
        if trouble.factor != 1:
            place = places[trouble.ticker]
            factor[: trouble.row, place] = trouble.factor
            shares[: trouble.row, place] = shares[: trouble.row, place] / trouble.factor

    start = np.round(10 ** rng.uniform(3.4, 5.1, size))
    logs = np.log(start) + np.cumsum(np.log1p(returns), axis=0)
    for ticker, price in published.items():
        logs[:, places[ticker]] += np.log(price) - logs[event, places[ticker]]
    if "overflow" in troubles:
        logs[:, places[troubles["overflow"].ticker]] += np.log(400 / start[places[troubles["overflow"].ticker]])
    exact = np.clip(np.exp(logs), LOW, HIGH) * factor
    close = to_tick(exact)
    for name, trouble in troubles.items():
        if name.startswith("limit_up"):
            place = places[trouble.ticker]
            close[trouble.row, place] = _floor_tick(np.array([close[trouble.row - 1, place] * 13 // 10]))[0]
    _keep_close(close, halted)

    listed = _listed(days, stocks, troubles, places)
    base = close.copy()
    base[1:] = np.round(close[:-1] * factor[1:] / factor[:-1])
    first = listed & ~np.vstack([np.zeros((1, size), bool), listed[:-1]])
    first[0] = False
    base[first] = to_tick(close[first] / 1.6)
    figures = _traded(rng, close, base, halted)
    volume, value = _volumes(rng, close, shares, returns, halted, troubles, places)
    net = _flows(rng, volume)
    funds = {etf.ticker: _fund(rng, etf.start, levels[etf.index]) for etf in ETFS}
    return Figures(stocks, days, troubles, *figures, close, base, volume, value, shares, listed, net, levels, funds)


def to_tick(price: NDArray[np.floating[Any]]) -> Ints:
    """Nearest price on the exchange's tick grid (KRW 1 to 1,000)."""
    tick = _tick(price)
    return (np.round(price / tick) * tick).astype(np.int64)


def _floor_tick(price: Ints) -> Ints:
    tick = _tick(price.astype(np.float64))
    return (price // tick * tick).astype(np.int64)


def _tick(price: NDArray[np.floating[Any]]) -> Floats:
    ticks = np.array([1, 5, 10, 50, 100, 500, 1000], dtype=np.float64)
    return ticks[np.searchsorted([2_000, 5_000, 20_000, 50_000, 200_000, 500_000], price, side="right")]


def _indices(rng: Generator, days: list[date], event: int) -> tuple[Floats, dict[str, Floats]]:
    """Daily changes of KOSPI and KOSDAQ, (T, 2), and the levels of all indices."""
    moves = rng.normal(0, [0.009, 0.012], (len(days), 2))
    moves[:, 1] += 0.6 * moves[:, 0]
    changes = {
        "1001": moves[:, 0],
        "2001": moves[:, 1],
        "1028": moves[:, 0] + rng.normal(0, 0.001, len(days)),
        "5044": 1.3 * moves[:, 0] + rng.normal(0, 0.008, len(days)),
    }
    levels = {}
    for code, change in changes.items():
        if event >= 0 and code in INDEX_EVENTS:
            change[event] = INDEX_EVENTS[code][1]
        close = INDEX_STARTS[code] * np.cumprod(1 + change)
        if event >= 0 and code in INDEX_EVENTS:
            close *= INDEX_EVENTS[code][0] / close[event]
        opened = np.concatenate([close[:1], close[:-1]]) * (1 + rng.normal(0, 0.003, len(days)))
        above, below = 1 + abs(rng.normal(0, 0.003, (2, len(days))))
        top, bottom = np.maximum(opened, close) * above, np.minimum(opened, close) / below
        levels[code] = np.round(np.column_stack([opened, top, bottom, close]), 2)
    return moves, levels


def _troubles(stocks: list[Stock], count: int, event: int) -> dict[str, Trouble]:
    plain = [s.ticker for s in stocks if not s.sector and s.market == "KOSDAQ" and s.ticker.endswith("0")]
    plain.remove("0041B0")
    late = max(3, count - 13)

    def at(share: float) -> int:
        return max(3, int(count * share))

    out = {
        "split": Trouble("298040", late, late + 1, 5.0),
        "halt": Trouble("189330", late - 3, late),
        "reverse_split": Trouble(plain[0], at(0.80), at(0.80) + 1, 0.1),
        "delisting": Trouble(plain[1], at(0.85), count),
        "rename": Trouble(plain[2], at(0.70), count),
        "letter": Trouble("0041B0", at(0.60), count),
        "overflow": Trouble(plain[3], at(0.90), at(0.90) + 2),
        "long_halt": Trouble(plain[4], at(0.30), count),
        "new_listing": Trouble(plain[5], at(0.95), count),
    }
    rows = [event if event > 0 and n < 3 else at(0.2 + 0.15 * n) for n in range(5)]
    return out | {f"limit_up_{n}": Trouble(plain[6 + n], row, row + 1) for n, row in enumerate(rows)}


def _trouble_returns(returns: Floats, troubles: dict[str, Trouble], places: dict[str, int], rng: Generator) -> None:
    for name, trouble in troubles.items():
        if name.startswith("limit_up"):
            returns[trouble.row, places[trouble.ticker]] = 0.30
    delisting = troubles["delisting"]
    trade = slice(max(0, delisting.row - 7), delisting.row)
    returns[trade, places[delisting.ticker]] = rng.uniform(-0.5, -0.05, len(returns[trade]))


def _halts(shape: tuple[int, int], troubles: dict[str, Trouble], places: dict[str, int], rng: Generator) -> Flags:
    halted = np.zeros(shape, bool)
    for name in ("halt", "long_halt"):
        halted[troubles[name].row : troubles[name].end, places[troubles[name].ticker]] = True
    for name in ("split", "reverse_split"):
        row = troubles[name].row
        halted[row - 2 : row, places[troubles[name].ticker]] = True
    quiet = {trouble.ticker for trouble in troubles.values()}
    invented = [place for ticker, place in places.items() if ticker not in quiet and ticker not in _KNOWN]
    for place in rng.choice(invented, len(invented) // 4, replace=False):
        row = int(rng.integers(1, shape[0]))
        halted[row : row + int(rng.integers(1, 60)), place] = True
    halted[0] = False
    return halted


_KNOWN = {*listing.configured(), *(row["ticker"] for row in listing.press())}


def _keep_close(close: Ints, halted: Flags) -> None:
    for row in range(1, len(close)):
        close[row, halted[row]] = close[row - 1, halted[row]]


def _listed(days: list[date], stocks: list[Stock], troubles: dict[str, Trouble], places: dict[str, int]) -> Flags:
    listed = np.ones((len(days), len(stocks)), bool)
    today = np.array(days, dtype="datetime64[D]")
    for ticker, day in LISTED_ON.items():
        if ticker in places:
            listed[today < np.datetime64(day), places[ticker]] = False
    for name in ("letter", "new_listing"):
        listed[: troubles[name].row, places[troubles[name].ticker]] = False
    listed[troubles["delisting"].row :, places[troubles["delisting"].ticker]] = False
    return listed


def _traded(rng: Generator, close: Ints, base: Ints, halted: Flags) -> tuple[Ints, Ints, Ints]:
    opened = to_tick(base + (close - base) * rng.uniform(0, 0.6, close.shape))
    top, bottom = np.maximum(opened, close), np.minimum(opened, close)
    wide: Floats = rng.uniform(0, 0.015, (2, *close.shape))
    high = np.minimum(to_tick(top * (1 + wide[0])), np.maximum(_floor_tick(base * 13 // 10), top))
    low = np.maximum(to_tick(bottom * (1 - wide[1])), np.minimum(to_tick(base * 0.7), bottom))
    for prices in (opened, high, low):
        prices[halted] = 0
    return opened, np.maximum(high, np.where(halted, 0, top)), np.minimum(low, np.where(halted, 0, bottom))


def _volumes(
    rng: Generator,
    close: Ints,
    shares: Ints,
    returns: Floats,
    halted: Flags,
    troubles: dict[str, Trouble],
    places: dict[str, int],
) -> tuple[Ints, Ints]:
    rate = np.exp(rng.normal(-5.5, 0.6, close.shape) + 15 * abs(returns))
    volume: Ints = (shares * np.minimum(rate, 0.9)).astype(np.int64) + 1
    overflow = troubles["overflow"]
    volume[overflow.row : overflow.end, places[overflow.ticker]] = 2_900_000_000
    volume[halted] = 0
    return volume, volume * close


def _flows(rng: Generator, volume: Ints) -> dict[str, Ints]:
    kinds = ("7050", "9000", "7100")
    parts: dict[str, Any] = {kind: (volume * rng.uniform(-0.2, 0.2, volume.shape)).astype(np.int64) for kind in kinds}
    parts["8000"] = -sum(parts.values())
    return parts


def _fund(rng: Generator, start: int, levels: Floats) -> Ints:
    """Price of a fund on an index: the index's change plus a tracking error of 0.05% a day, ticks of KRW 5."""
    error = 1 + rng.normal(0, 0.0005, len(levels))
    prices = np.round(levels / levels[0, 3] * start * error[:, None] / 5) * 5
    return np.column_stack([prices, rng.integers(2_000_000, 9_000_000, len(levels))]).astype(np.int64)
