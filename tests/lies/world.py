"""A truthful market in files, for lies to be told about: prices, a market file, and indices.

24 stocks of two markets in four sectors, 190 sessions of the real calendar. The news comes on Monday 27 January 2025,
when KRX is closed until the 30th, so that the event day is Friday the 31st: whoever gets the calendar wrong gets the
event wrong. On it sector A falls by 9%, B rises by 7%, the others go with the market.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from screener.krx.calendar import Calendar

DAYS = [pd.Timestamp(day) for day in Calendar().sessions(date(2024, 5, 2), date(2025, 2, 11))]
NEWS, EVENT, BASE = date(2025, 1, 27), pd.Timestamp(2025, 1, 31), pd.Timestamp(2025, 1, 24)
AFTER = DAYS[DAYS.index(EVENT) + 1]
QUIET = DAYS[DAYS.index(EVENT) - 40]
"""A session in the middle of the estimation window."""
OFFICIAL_FROM = DAYS[DAYS.index(EVENT) - 17]
"""First session of the market file: it has 25, like the one that is at hand of the real market."""
SECTORS = ("A", "B", "C", "D")
EACH = 6
TICKERS = [f"{number:05d}0" for number in range(101, 101 + EACH * len(SECTORS))]
SECTOR_OF = {ticker: SECTORS[number // EACH] for number, ticker in enumerate(TICKERS)}
MARKET_OF = {ticker: ("KOSPI", "KOSDAQ")[number % 2] for number, ticker in enumerate(TICKERS)}
MOVES = {"A": -0.09, "B": 0.07, "C": 0.0, "D": 0.0}
ONE, TWO = TICKERS[0], TICKERS[EACH]
"""A stock of sector A, and one of B, both of KOSPI."""
TODAY = date(2025, 2, 11)


@dataclass
class World:
    """Files before they are written; a lie changes them, and the truth stays with whoever made it."""

    prices: pd.DataFrame
    """date ticker open high low close volume; adjusted."""
    market: pd.DataFrame | None
    """date ticker name market open high low close change change_pct volume value marcap shares; as traded."""
    index: pd.DataFrame
    """date index close."""
    text: dict[str, Callable[[str], str]] = field(default_factory=dict)
    """By file, what is done to it once it is a CSV."""
    files: dict[str, Callable[[Path], Path]] = field(default_factory=dict)
    """By file, what is put in its place."""

    def copy(self) -> World:
        market = None if self.market is None else self.market.copy()
        return World(self.prices.copy(), market, self.index.copy())


Maker = Callable[[World], None]


@cache
def _simulated() -> World:
    random = np.random.default_rng(20250131)
    shape = len(DAYS), len(TICKERS)
    common = {"KOSPI": random.normal(0, 0.009, shape[0]), "KOSDAQ": random.normal(0, 0.011, shape[0])}
    of_sector = {sector: random.normal(0, 0.006, shape[0]) for sector in SECTORS}
    event = DAYS.index(EVENT)
    returns = np.empty(shape)
    for column, ticker in enumerate(TICKERS):
        beta = 0.7 + 0.6 * column / shape[1]
        own = random.normal(0, 0.014, shape[0])
        returns[:, column] = beta * common[MARKET_OF[ticker]] + of_sector[SECTOR_OF[ticker]] + own
        returns[event, column] += MOVES[SECTOR_OF[ticker]]
    returns = np.clip(returns, -0.27, 0.27)
    start = np.round(np.geomspace(12_000, 300_000, shape[1]), -2)
    close = np.round(start * np.cumprod(1 + returns, axis=0))
    base = np.vstack([start, close[:-1]])
    opened = np.round(base * (1 + (close / base - 1) * random.uniform(0, 0.6, shape)))
    high = np.round(np.maximum(opened, close) * (1 + random.uniform(0, 0.01, shape)))
    low = np.round(np.minimum(opened, close) * (1 - random.uniform(0, 0.01, shape)))
    volume = (np.exp(random.normal(11, 0.6, shape)) * (1 + 12 * abs(returns))).astype(np.int64)
    shares = np.round(np.geomspace(4e7, 6e6, shape[1]), -3).astype(np.int64)
    long = {
        "date": np.repeat(np.array(DAYS, dtype="datetime64[ns]"), shape[1]),
        "ticker": TICKERS * shape[0],
        "open": opened.ravel(),
        "high": high.ravel(),
        "low": low.ravel(),
        "close": close.ravel(),
        "volume": volume.ravel(),
    }
    prices = pd.DataFrame(long)
    market = prices.assign(
        name=[f"종목{ticker}" for ticker in prices["ticker"]],
        market=prices["ticker"].map(MARKET_OF),
        change=(close - base).ravel(),
        change_pct=np.round((close / base - 1) * 100, 2).ravel(),
        value=(volume * close).ravel(),
        marcap=(close * shares).ravel(),
        shares=np.tile(shares, shape[0]),
    )
    index = []
    for name, level in (("KOSPI", 2500.0), ("KOSDAQ", 720.0)):
        inside = np.array([MARKET_OF[ticker] == name for ticker in TICKERS])
        cap = (close * shares)[:, inside].sum(axis=1)
        index.append(pd.DataFrame({"date": DAYS, "index": name, "close": np.round(cap / cap[0] * level, 2)}))
    return World(
        prices, market[market["date"] >= OFFICIAL_FROM].reset_index(drop=True), pd.concat(index, ignore_index=True)
    )


def truth() -> World:
    """The market as it was, to be changed by whoever asked."""
    return _simulated().copy()


def at(frame: pd.DataFrame, ticker: str | Iterable[str] | None = None, day: Any = None) -> pd.Series[bool]:
    """Rows of one or several tickers, on one or several days; None for all."""
    chosen = pd.Series(True, index=frame.index)
    if ticker is not None:
        chosen &= frame["ticker"].isin([ticker] if isinstance(ticker, str) else list(ticker))
    if day is not None:
        chosen &= frame["date"].isin([day] if isinstance(day, pd.Timestamp) else list(day))
    return chosen


def since(frame: pd.DataFrame, ticker: str, day: pd.Timestamp) -> pd.Series[bool]:
    """Rows of one stock from a day on."""
    return at(frame, ticker) & (frame["date"] >= day)


def official(world: World) -> pd.DataFrame:
    """The market file, which is there."""
    assert world.market is not None
    return world.market


def _as_parquet(frame: pd.DataFrame) -> bytes:
    return frame.assign(date=pd.to_datetime(frame["date"]).dt.date).to_parquet(None, index=False)


@cache
def _true_file(name: str) -> bytes:
    """A file that nobody has lied in, as most of a lie's files are."""
    return _as_parquet(getattr(_simulated(), name))


def write(world: World, folder: Path) -> dict[str, Path]:
    """The files, as Parquet unless somebody wants to change their text."""
    paths: dict[str, Path] = {}
    for name in ("prices", "market", "index"):
        frame = getattr(world, name)
        if frame is None:
            continue
        if name in world.text:
            paths[name] = folder / f"{name}.csv"
            as_text = frame.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
            paths[name].write_text(world.text[name](as_text), encoding="utf-8")
        else:
            paths[name] = folder / f"{name}.parquet"
            is_true = frame.equals(getattr(_simulated(), name))
            paths[name].write_bytes(_true_file(name) if is_true else _as_parquet(frame))
        if name in world.files:
            paths[name] = world.files[name](paths[name])
    return paths


def write_config(folder: Path) -> Path:
    """The event, of which only the news is configured, and the four sectors."""
    config = folder / "config"
    config.mkdir()
    (config / "events.toml").write_text(
        f'[test]\nname = {{ ko = "시험", en = "Test" }}\nnews = {NEWS}\nspreads = [["B", "A"]]\n', encoding="utf-8"
    )
    parts = []
    for sector in SECTORS:
        members = [
            f'    {{ ticker = "{one}", ko = "종목{one}", en = "Stock {one}", market = "{MARKET_OF[one]}" }},\n'
            for one in TICKERS
            if SECTOR_OF[one] == sector
        ]
        parts.append(
            f'[{sector}]\nname = {{ ko = "섹터{sector}", en = "Sector {sector}" }}\nmembers = [\n{"".join(members)}]\n'
        )
    (config / "sectors.toml").write_text("".join(parts), encoding="utf-8")
    (config / "screener.toml").write_text(
        """event = "test"
language = "en"
palette = "kr"
model = "market"
estimation = 100
gap = 5
min_obs = 60
placebo_dates = 39
price_limit = 0.30
windows = [[0, 0], [0, 3]]
[weights]
magnitude = 0.3
certainty = 0.3
persistence = 0.15
breadth = 0.15
volume = 0.1
""",
        encoding="utf-8",
    )
    return config
