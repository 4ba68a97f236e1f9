"""How long the whole battery takes, as a multiple of the least that numpy needs: `python -m tests.bench.study_speed`.

2,500 securities, 250 estimation and 21 event sessions, one group of all, 4 windows. The floor is one QR for all
securities, their residuals, and scipy's ranks of the panel, once.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from scipy.stats import rankdata

from screener.study import Floats
from screener.study.battery import GroupTests, battery
from screener.study.models import Design, Model, fit

ESTIMATION, EVENT, SECURITIES = 250, 21, 2500


def panel(sessions: int, securities: int, missing: float = 0.0) -> tuple[Floats, Floats]:
    """Benchmark (T,) and returns (T, N) with a common factor, decimal; a share `missing` of the cells is NaN."""
    random = np.random.default_rng(0)
    benchmark = 0.01 * random.standard_normal(sessions)
    common = 0.005 * random.standard_normal((sessions, 1))
    returns = benchmark[:, None] + common + 0.02 * random.standard_normal((sessions, securities))
    if missing:
        returns[random.random(returns.shape) < missing] = np.nan
    return benchmark, returns


def floor(benchmark: Floats, returns: Floats, estimation: int) -> None:
    """The least there is to do."""
    x = np.column_stack([np.ones_like(benchmark), benchmark])
    q, r = np.linalg.qr(x[:estimation])
    residuals = returns - x @ np.linalg.solve(r, q.T @ returns[:estimation])
    rankdata(residuals, axis=0)


def study(benchmark: Floats, returns: Floats, estimation: int, *, everything: bool = True) -> list[list[GroupTests]]:
    """Everything: fit, abnormal returns, CAR, standard errors, all tests on 4 windows."""
    design = Design.of(Model.MARKET, benchmark)
    everyone = np.arange(returns.shape[1])
    learned = slice(0, estimation)
    fitted = fit(returns, [design], np.zeros_like(everyone), learned, min_obs=60)
    day = estimation + 10
    windows = [slice(day, day + 1), slice(day, day + 2), slice(day, day + 6), slice(day - 10, day + 11)]
    return battery(fitted, [everyone], windows, everything=everything)


def seconds(works: Sequence[Callable[[], object]], rounds: int = 9) -> list[float]:
    """Shortest of several runs of each, taken in turns so that a busy machine slows all of them alike."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for number, work in enumerate(works):
            start = time.perf_counter()
            work()
            best[number] = min(best[number], time.perf_counter() - start)
    return best


def peak(work: Callable[[], object]) -> int:
    """Bytes that `work` holds at most beyond what is there before."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def main() -> None:
    """Print the ratios."""
    write = sys.stdout.write
    benchmark, returns = panel(ESTIMATION + EVENT, SECURITIES)
    _, gaps = panel(ESTIMATION + EVENT, SECURITIES, missing=0.03)
    complete, holed = (partial(study, benchmark, data, ESTIMATION) for data in (returns, gaps))
    complete()
    least, *taken = seconds([partial(floor, benchmark, returns, ESTIMATION), complete, holed])
    write(f"numpy floor                                   {1e3 * least:8.1f} ms\n")
    for name, work, once, target in (("complete", complete, taken[0], 1.5), ("3% missing", holed, taken[1], 6.0)):
        write(f"{name:<12} fit, CAR, all tests, 4 windows   {1e3 * once:8.1f} ms  {once / least:5.2f} x floor")
        write(f"  (target {target})\n")
        most = peak(work)
        write(f"{name:<12} peak memory                      {most / 1e6:8.1f} MB  {most / returns.nbytes:5.2f} x panel")
        write("  (target 10)\n")
    for name, sizes in (
        ("securities", [(ESTIMATION, SECURITIES * k) for k in (1, 2, 4)]),
        ("sessions", [(ESTIMATION * k, SECURITIES) for k in (1, 2, 4)]),
    ):
        works = [partial(study, *panel(days + EVENT, securities), days) for days, securities in sizes]
        spent = seconds(works, rounds=5)
        growth = ", ".join(f"{one / spent[0]:.2f}" for one in spent)
        write(f"{name:<12} at 1x, 2x, 4x, complete: {growth} x the time\n")


if __name__ == "__main__":
    main()
