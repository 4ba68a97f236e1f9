"""A seeded simulated market with fictional stocks and known, planted effects: a tour, and a test of the tool itself.

The stocks do what makes real ones hard: a common factor per sector, volatility that comes in clusters, fat tails,
halts, a split, a price limit, new listings, and a piece of other news in the middle of the window. Because the effects
were planted, a report on this market can print the truth beside each estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from screener.data.cleaning import clean
from screener.data.panel import build_panel
from screener.data.price_rows import PriceRows
from screener.data.sources import Market, PriceRequest, Source
from screener.krx.tables import Bools, Floats

_FIRST_DAY = date(2020, 1, 2)
_SESSIONS = 440
DAYS: NDArray[np.datetime64] = np.busday_offset(np.datetime64(_FIRST_DAY), np.arange(_SESSIONS), roll="forward")
"""(T,) weekdays."""
EVENT_ROW = 410
EVENT_DAY: date = DAYS[EVENT_ROW].item()
"""Tau = 0."""
STOCKS_EACH = 12
INDICES = ("KOSPI", "KOSDAQ")
_CONFOUNDER_TAU = 2
CONFOUNDER_DAY: date = DAYS[EVENT_ROW + _CONFOUNDER_TAU].item()
"""The day of the other news."""


@dataclass(frozen=True)
class _Planted:
    """A sector of the simulated market, and what the event does to it."""

    id: str
    ko: str
    en: str
    effects: Mapping[int, float] = field(default_factory=dict)
    """Abnormal return by tau, decimal."""

    def caar(self, first: int, last: int) -> float:
        """Planted cumulative abnormal return over the window."""
        return sum(effect for tau, effect in self.effects.items() if first <= tau <= last)


SECTORS = (
    _Planted("HELD", "유지", "Falls, and stays down", {0: -0.05}),
    _Planted("FADED", "소멸", "Jumps, and gives most back", {0: 0.06, 1: -0.01, 2: -0.01, 3: -0.01, 4: -0.01}),
    _Planted("REVERSED", "반전", "Jumps, and ends lower", {0: 0.05, 1: -0.02, 2: -0.02, 3: -0.02, 4: -0.02}),
    _Planted("EXTENDED", "확대", "Falls, and goes on", {0: -0.03, 1: -0.01, 2: -0.01, 3: -0.01, 4: -0.01}),
    _Planted("DELAYED", "지연", "Rises only later", {1: 0.015, 2: 0.015, 3: 0.015, 4: 0.015}),
    _Planted("CONFOUNDED", "교란", "Falls on other news", {_CONFOUNDER_TAU: -0.04}),
    _Planted("UNMOVED", "무영향", "Nothing happens"),
    _Planted("AWKWARD", "특이", "Halts, a split, a limit, listings"),
)
_LIMIT_MOVE = 0.40
"""What one stock would do on the event day if there were no price limit; the rest follows on the next day."""


def ticker(sector: int, member: int) -> str:
    """A code that no listed stock can have: theirs begin with a digit."""
    return f"Z{sector:02d}{member:03d}"


@dataclass(frozen=True)
class Demo(Source):
    """The simulated market of one seed."""

    seed: int = 1
    name: str = "demo"

    def extent(self) -> tuple[date, date]:
        """First and last day that is simulated."""
        return DAYS[0].item(), DAYS[-1].item()

    def load(self, need: PriceRequest) -> Market:
        """The market as a panel, by the same way as prices from files."""
        returns, index_returns = simulate(self.seed)
        columns = {ticker(s, m): s * STOCKS_EACH + m for s in range(len(SECTORS)) for m in range(STOCKS_EACH)}
        keep = np.datetime64(need.as_of or DAYS[-1].item()) >= DAYS
        prices, official = _rows(returns[:, [columns[name] for name in need.tickers]], need.tickers, keep)
        prices, findings = clean(prices, self.name)
        official, found = clean(official, self.name)
        levels = np.asarray(1000.0 * np.cumprod(1.0 + index_returns, axis=0), dtype=np.float64)[keep]
        indices = {name: (DAYS[keep], levels[:, i]) for i, name in enumerate(INDICES)}
        panel, more = build_panel(prices, official, indices, need.price_limit)
        return Market(self.name, panel, tuple(findings + found + more), ", ".join(INDICES), simulated=True)


def simulate(seed: int) -> tuple[Floats, Floats]:
    """Returns (T, N) of all stocks, sector by sector, and of the two indices (T, 2), decimals; effects included."""
    random = np.random.default_rng(seed)
    market = _clustered(random, 0.009, (_SESSIONS, 1))
    index_returns = np.hstack([market, 0.8 * market + _clustered(random, 0.007, (_SESSIONS, 1))])
    sectors = []
    for planted in SECTORS:
        beta = random.uniform(0.7, 1.4, STOCKS_EACH)
        common = _clustered(random, 0.008, (_SESSIONS, 1))
        own = _clustered(random, 0.022, (_SESSIONS, STOCKS_EACH))
        own_index = np.arange(STOCKS_EACH) % len(INDICES)  # by turns
        returns = index_returns[:, own_index] * beta + common + own
        for tau, effect in planted.effects.items():
            returns[EVENT_ROW + tau] += effect
        sectors.append(returns)
    # A price limit censors a day's move; the rest comes with the next day's.
    limited = sectors[-1]
    wish = 1.0 + _LIMIT_MOVE
    limited[EVENT_ROW, 0] = 0.30
    limited[EVENT_ROW + 1, 0] = wish / 1.30 - 1.0
    return np.clip(np.hstack(sectors), -0.30, 0.30), index_returns


def _clustered(random: np.random.Generator, sd: float, shape: tuple[int, int]) -> Floats:
    """(T, n) draws with t(5) tails and GARCH(1,1) volatility, alpha 0.08, beta 0.90, of long-run deviation `sd`."""
    shocks = random.standard_t(5, shape) * np.sqrt(3 / 5)
    variance = np.full(shape[1], sd**2)
    draws = np.empty(shape)
    for row in range(shape[0]):
        draws[row] = np.sqrt(variance) * shocks[row]
        variance = 0.02 * sd**2 + 0.08 * draws[row] ** 2 + 0.90 * variance
    return draws


def _rows(returns: Floats, tickers: tuple[str, ...], keep: Bools) -> tuple[PriceRows, PriceRows]:
    """Adjusted closes, and rows as an exchange gives them: raw closes, rates, halts, a split, late listings."""
    closes = np.asarray(50_000.0 * np.cumprod(1.0 + returns, axis=0), dtype=np.float64)
    rates: Floats = 100.0 * returns
    volume = np.full(returns.shape, 100_000.0)
    listed = np.zeros(len(tickers), dtype=np.int64)
    awkward = [column for column, one in enumerate(tickers) if one.startswith(f"Z{len(SECTORS) - 1:02d}")]
    for column, trouble in zip(awkward[1:], ("halt", "halt_at_event", "split", "new", "later"), strict=False):
        if trouble == "halt":
            _halt(closes, rates, volume, column, slice(EVENT_ROW - 60, EVENT_ROW - 54))
        elif trouble == "halt_at_event":
            _halt(closes, rates, volume, column, slice(EVENT_ROW, EVENT_ROW + 2))
        elif trouble == "split":
            closes[EVENT_ROW - 30 :, column] /= 5
        else:
            listed[column] = EVENT_ROW - 20 if trouble == "new" else EVENT_ROW + 5
    adjusted = closes.copy()
    for column in awkward[3:4]:
        adjusted[: EVENT_ROW - 30, column] /= 5
    there = (np.arange(_SESSIONS)[:, None] >= listed) & keep[:, None]
    cells = np.nonzero(there)
    day, code = DAYS[cells[0]], cells[1].astype(np.int32)
    caps = closes[cells] * 1e7 * (1 + code % STOCKS_EACH)
    prices = PriceRows(tickers, day, code, {"close": adjusted[cells], "volume": volume[cells]})
    told = {"close": closes[cells], "volume": volume[cells], "change_pct": rates[cells], "marcap": caps}
    return prices, PriceRows(tickers, day, code, told)


def _halt(closes: Floats, rates: Floats, volume: Floats, column: int, rows: slice) -> None:
    """No trade over `rows`; the first trade after them makes up for what was missed, as far as the limit lets it."""
    whole = np.prod(1.0 + rates[rows.start : rows.stop + 1, column] / 100.0) - 1.0
    resumed = float(np.clip(whole, -0.30, 0.30))
    before = closes[rows.start - 1, column]
    closes[rows, column] = before
    closes[rows.stop :, column] *= before * (1.0 + resumed) / closes[rows.stop, column]
    rates[rows, column] = 0.0
    rates[rows.stop, column] = 100.0 * resumed
    volume[rows, column] = 0.0
