"""A small market whose figures are worked out by hand.

Two stocks of one sector (one of KOSPI, one of KOSDAQ) and one of another, 40 sessions from 2024-03-04. The index swings
by +1% and back. Before the event the stocks swing with it, twice as far, half as far and not at all, plus a small
alternation of their own, so that a market model has something to fit and something left over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

EVENT_ROW = 35
SESSIONS = 40
STOCKS = {"000001": 2.0, "000002": 0.5, "000003": 0.0}
WEIGHTS = """[weights]
magnitude = 0.3
certainty = 0.3
persistence = 0.15
breadth = 0.15
volume = 0.1
"""
CALENDAR = "[calendar]\nopened = [2024-04-10]\n"
"""An election, on which this market trades: its sessions are weekdays."""
EVENT_MOVES = {"000001": 0.10, "000002": -0.05, "000003": 0.02}


def sessions(count: int = SESSIONS) -> list[date]:
    """Weekdays, one after another."""
    days: list[date] = []
    day = date(2024, 3, 4)
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return days


def event_day() -> date:
    return sessions()[EVENT_ROW]


def index_return(row: int) -> float:
    return 0.01 if row % 2 else -0.01


MOVES = {EVENT_ROW: EVENT_MOVES}


def stock_return(ticker: str, row: int, moves: Mapping[int, Mapping[str, float]] = MOVES) -> float:
    """As on other sessions, but where `moves` gives another one by session and stock."""
    if ticker in moves.get(row, ()):
        return moves[row][ticker]
    own = 0.002 if (row // 2 + int(ticker)) % 2 else -0.002
    return STOCKS[ticker] * index_return(row) + own


def price_rows(count: int = SESSIONS, moves: Mapping[int, Mapping[str, float]] = MOVES) -> list[dict[str, str]]:
    rows = []
    for ticker in STOCKS:
        close = 100_000.0
        for row, day in enumerate(sessions(count)):
            if row:
                close *= 1 + stock_return(ticker, row, moves)
            rows.append({"date": str(day), "ticker": ticker, "open": "1", "close": f"{close:.6f}", "volume": "1000"})
    return rows


def write(path: Path, rows: list[dict[str, str]], change: Callable[[dict[str, str]], None] | None = None) -> Path:
    lines = [",".join(rows[0])]
    for row in rows:
        copy = dict(row)
        if change:
            change(copy)
        lines.append(",".join(copy.values()))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_prices(folder: Path, change: Callable[[dict[str, str]], None] | None = None) -> Path:
    return write(folder / "prices.csv", price_rows(), change)


def write_benchmark(folder: Path, count: int = SESSIONS, kosdaq: float = 1000.0) -> Path:
    rows = []
    for name in ("KOSPI", "KOSDAQ"):
        level = kosdaq if name == "KOSDAQ" else 1000.0
        for row, day in enumerate(sessions(count)):
            if row:
                level *= 1 + index_return(row)
            rows.append({"date": str(day), "index": name, "close": f"{level:.8f}"})
    return write(folder / "benchmark.csv", rows)


def write_config(folder: Path) -> Path:
    config = folder / "config"
    config.mkdir(exist_ok=True)
    (config / "events.toml").write_text(
        f'[test]\nname = {{ ko = "시험", en = "Test" }}\nnews = {event_day()}\nspreads = [["A", "B"]]\n',
        encoding="utf-8",
    )
    (config / "sectors.toml").write_text(
        """[A]
name = { ko = "가", en = "Sector A" }
members = [
    { ticker = "000001", ko = "하나", en = "One", market = "KOSPI" },
    { ticker = "000002", ko = "둘", en = "Two", market = "KOSDAQ" },
]
[B]
name = { ko = "나", en = "Sector B" }
members = [{ ticker = "000003", ko = "셋", en = "Three", market = "KOSPI" }]
""",
        encoding="utf-8",
    )
    (config / "screener.toml").write_text(
        """event = "test"
language = "en"
palette = "kr"
model = "market"
estimation = 24
gap = 5
min_obs = 20
placebo_dates = 240
price_limit = 0.30
windows = [[0, 0], [0, 3]]
"""
        + WEIGHTS
        + CALENDAR,
        encoding="utf-8",
    )
    return config


def options(folder: Path) -> list[str]:
    """Options that point at this market, which is written into `folder`."""
    config, prices, benchmark = (make(folder) for make in (write_config, write_prices, write_benchmark))
    return ["--config", str(config), "--source", f"file:{prices}", "--benchmark", str(benchmark)]
