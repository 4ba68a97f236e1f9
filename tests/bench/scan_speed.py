"""Time of a scan of a whole market beyond loading it: `python -m tests.bench.scan_speed`.

2,700 stocks, 400 sessions, 240 ordinary sessions, 60 groups of 20 and strangers. The targets: 2 s of one core, 8 panels
of memory, and a growth with less than 1.4 powers of the stocks.
"""

from __future__ import annotations

import sys
import tracemalloc
from datetime import date, timedelta
from math import log2
from time import process_time

import numpy as np
from threadpoolctl import threadpool_limits

from screener.analysis.discover import Search
from screener.analysis.frames import Frames
from screener.analysis.measurement import Measurement
from screener.analysis.model import Rules, Stock
from screener.analysis.scan import scan_market
from screener.data.panel import Panel
from screener.study import Floats
from screener.study.models import Model

STOCKS, SESSIONS, GROUPS, EACH = 2_700, 400, 60, 20
SECONDS, PANELS, POWER = 2.0, 8, 1.4
WEIGHTS = {"magnitude": 0.3, "certainty": 0.3, "persistence": 0.15, "breadth": 0.15, "volume": 0.1}


def market(stocks: int) -> Panel:
    """A panel with groups of stocks that go together."""
    random = np.random.default_rng(1)
    shape = SESSIONS, stocks
    benchmarks = 0.01 * random.standard_normal((SESSIONS, 2))
    returns = benchmarks[:, np.arange(stocks) % 2] + 0.02 * random.standard_t(4, shape)
    for start in range(0, min(GROUPS * EACH, stocks), EACH):
        returns[:, start : start + EACH] += 0.02 * random.standard_t(4, (SESSIONS, 1))
    returns[random.random(shape) < 0.01] = np.nan
    days = np.array([date(2024, 1, 1) + timedelta(days=number) for number in range(SESSIONS)], dtype="datetime64[D]")
    return Panel(
        sessions=days,
        tickers=tuple(f"{number:06d}" for number in range(stocks)),
        returns=returns,
        span=np.isfinite(returns).astype(np.int64),
        volume=random.lognormal(10, 1, shape),
        caps=np.full(shape, 1e11),
        limit=np.zeros(shape, dtype=np.int8),
        suspect=np.zeros(shape, dtype=bool),
        actions=np.zeros(shape, dtype=bool),
        benchmarks={"KOSDAQ": benchmarks[:, 0], "KOSPI": benchmarks[:, 1]},
        market_caps={},
        first_price=np.full(stocks, days[0]),
    )


def scan(panel: Panel) -> tuple[Frames, Search, Floats]:
    """The whole scan, with 40 industries."""
    rules = Rules(Model.MARKET, 120, 10, 60, 240, ((0, 0),), (), WEIGHTS)
    stocks = [
        Stock(ticker, ticker, ticker, "KOSPI" if number % 2 else "KOSDAQ", "", None)
        for number, ticker in enumerate(panel.tickers)
    ]
    industries = {ticker: f"{number % 40}" for number, ticker in enumerate(panel.tickers)}
    values = dict.fromkeys(panel.tickers, 1e9)
    return scan_market(Measurement(panel, SESSIONS - 5, stocks, rules), values, {}, industries)


def main() -> None:
    """Print seconds of the processor, memory and growth."""
    # Threads of one product of matrices that wait for one another count as time of the processor.
    with threadpool_limits(1):
        scan(market(STOCKS // 16))
        times = [min(_seconds(panel) for _ in range(3)) for panel in map(market, (STOCKS // 4, STOCKS // 2, STOCKS))]
        panel = market(STOCKS)
        tracemalloc.start()
        frames, found, _z = scan(panel)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    if len(frames.groups) < GROUPS or len(found.moves) != 240:
        raise RuntimeError("the scan did not find what it is to be timed on")
    held, growth = peak / panel.returns.nbytes, log2(times[-1] / times[0]) / 2
    write = sys.stdout.write
    write(f"scan of {STOCKS:,} stocks   {times[-1]:6.2f} CPU s        {times[-1] / SECONDS:5.2f} of the target\n")
    write(f"peak memory            {peak / 1e6:6.0f} MB  {held:5.1f} x panel  (target {PANELS})\n")
    write(f"1x, 2x, 4x the stocks cost {', '.join(f'{one / times[0]:.2f}' for one in times)}")
    write(f"  power {growth:.2f}  (target below {POWER})\n")


def _seconds(panel: Panel) -> float:
    start = process_time()
    scan(panel)
    return process_time() - start


if __name__ == "__main__":
    main()
