"""A whole market of 720 stocks in files and in a store: one planted group, and a few stocks for each filter."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from screener.data.store import Store
from screener.krx.calendar import Calendar
from screener.krx.hours import KST
from screener.krx.tables import INDICES, INDUSTRIES, MARKET

STOCKS = 720
DAYS = Calendar().sessions(date(2024, 3, 4), date(2024, 11, 29))
EVENT = DAYS[-3]
BASE = DAYS[-4]
GROUP = tuple(range(100, 110))
"""Stocks that go together, and rise by 12% on the event day."""
TICKERS = tuple(f"{number * 10:06d}" for number in range(STOCKS))
PREFERRED, SPACS, KONEX, SMALL, THIN = {3, 4}, {5, 6, 7}, {8}, {9, 10, 11, 12}, {13, 14}
SOURCE = "pykrx-login"


def _tickers() -> list[str]:
    return [ticker[:5] + "5" if number in PREFERRED else ticker for number, ticker in enumerate(TICKERS)]


def market(fall: float = 0.0) -> tuple[pa.Table, pa.Table]:
    """Rows of stocks and of indices; on the event day every stock falls by `fall` that its index does not see."""
    random = np.random.default_rng(11)
    shape = len(DAYS), STOCKS
    event = DAYS.index(EVENT)
    index = 0.01 * random.standard_normal(shape[0])
    returns = index[:, None] + 0.02 * random.standard_normal(shape)
    returns[:, GROUP] += 0.02 * random.standard_normal((shape[0], 1))
    returns[event, GROUP] = index[event] + 0.12
    returns[event] -= fall
    rate = np.round(np.clip(returns, -0.29, 0.29) * 100, 2)
    close = 10_000.0 * np.cumprod(1 + rate / 100, axis=0)
    caps, value = np.full(STOCKS, 100e9), np.full(STOCKS, 1e9)
    caps[list(SMALL)], value[list(THIN)] = 49.9e9, 0.99e8
    names = [f"{'대신스팩' if number in SPACS else '종목'}{number}" for number in range(STOCKS)]
    markets = ["KONEX" if n in KONEX else ("KOSPI", "KOSDAQ", "KOSDAQ GLOBAL")[n % 3] for n in range(STOCKS)]
    every = np.repeat(np.array(DAYS, dtype="datetime64[D]"), STOCKS)
    of_stocks: dict[str, Any] = {
        "date": pa.array(every),
        "ticker": pa.array(_tickers() * shape[0]).dictionary_encode(),
        "name": pa.array(names * shape[0]).dictionary_encode(),
        "market": pa.array(markets * shape[0]).dictionary_encode(),
        **{name: close.ravel() for name in ("open", "high", "low", "close")},
        "volume": np.repeat(1000 + np.arange(shape[0]) % 2, STOCKS),
        "value": np.tile(value.astype(np.int64), shape[0]),
        "marcap": np.tile(caps.astype(np.int64), shape[0]),
        "shares": np.zeros(STOCKS * shape[0], dtype=np.int64),  # unknown
        "change_pct": rate.ravel(),
    }
    level = 1000.0 * np.cumprod(1 + index)
    columns = {name: np.concatenate([level, 0.4 * level]) for name in ("open", "high", "low", "close")}
    of_indices: dict[str, Any] = {
        "date": pa.array(np.tile(np.array(DAYS, dtype="datetime64[D]"), 2)),
        "index": pa.array(["KOSPI"] * shape[0] + ["KOSDAQ"] * shape[0]).dictionary_encode(),
        **columns,
        **{name: np.zeros(2 * shape[0], dtype=np.int64) for name in ("volume", "value", "marcap")},
    }
    return pa.table(of_stocks, schema=MARKET.schema), pa.table(of_indices, schema=INDICES.schema)


def industries() -> pa.Table:
    """As of the base: the group and 10 others are software, the rest are spread over eight more."""
    names = ["소프트웨어" if 100 <= number < 120 else f"업종{number % 8}" for number in range(STOCKS)]
    return pa.table(
        {
            "date": pa.array(np.repeat(np.array([BASE], dtype="datetime64[D]"), STOCKS)),
            "ticker": pa.array(_tickers()).dictionary_encode(),
            "industry": pa.array(names).dictionary_encode(),
        },
        schema=INDUSTRIES.schema,
    )


def write_files(folder: Path, fall: float = 0.0) -> list[str | Path]:
    """Market and index files, and the options that name them; the market file serves as prices, for it has rates."""
    stocks, indices = market(fall)
    pq.write_table(stocks, folder / "market.parquet")
    pq.write_table(indices, folder / "indices.parquet")
    here = folder / "market.parquet"
    return ["--source", f"file:{here}", "--benchmark", folder / "indices.parquet", "--market", here]


def write_store(folder: Path) -> Path:
    """A store that a login filled."""
    store = Store.open(folder)
    at = datetime(2024, 11, 29, 18, 30, tzinfo=KST)
    stocks, indices = market()
    with store.writing("sync", at):
        for kind, rows in ((MARKET, stocks), (INDICES, indices), (INDUSTRIES, industries())):
            store.table(SOURCE, kind).write(rows, replacing="sessions", fetched=at)
    return folder


def write_config(folder: Path) -> Path:
    """One event, one sector of the user's own with a comment, and short windows."""
    config = folder / "config"
    config.mkdir()
    (config / "events.toml").write_text(
        f'[test]\nname = {{ ko = "시험", en = "Test" }}\nnews = {EVENT}\n', encoding="utf-8"
    )
    (config / "sectors.toml").write_text(
        '# mine, and dear to me\n[MINE]\nname = { ko = "내 것", en = "Mine" }\nmembers = [\n'
        '    { ticker = "001000", ko = "백", en = "Hundred", market = "KOSDAQ" },  # of the group\n'
        '    { ticker = "000000", ko = "영", en = "Nought", market = "KOSPI" },\n]\n',
        encoding="utf-8",
    )
    # A library without a sector of its own, so that no made-up ticker happens to be one of the shipped library.
    (config / "library.toml").write_bytes((config / "sectors.toml").read_bytes())
    rules = (Path(__file__).parents[2] / "config" / "screener.toml").read_text(encoding="utf-8")
    changed = {
        'event = "deepseek"': 'event = "test"',
        "estimation = 120": "estimation = 40",
        "gap = 10": "gap = 5",
        "min_obs = 60": "min_obs = 20",
        "windows = [[0, 0], [0, 1], [0, 5], [-5, -1]]": "windows = [[0, 0]]",
    }
    for old, new in changed.items():
        assert old in rules, old
        rules = rules.replace(old, new)
    (config / "screener.toml").write_text(rules, encoding="utf-8")
    return config
