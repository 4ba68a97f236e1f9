"""Many events: time of the processor by workers, by events, and of one event: `python -m tests.bench.study_scale`.

All are ratios to something of the same run. Workers are processes of this machine, of a `LocalCluster`, and two
`dask worker` beside a `dask scheduler` on loopback; each part is some seconds of work. The serial time is the mean of one
run before the others and one after them, for a machine that others use too is not the same at both. Workers of a cluster
live longer than a study: what they load first is timed on its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from screener.pooled.notebook import pooled_study
from screener.study.models import Refit
from screener.study.study import Study
from screener.workers import Workers, compute
from tests.bench.many_years import Process, look, processes_below
from tests.dask_cluster import running

MORE, EVENT = 1.15, 0.35
STOCKS, GROUPS = 2_500, 30
PARTS = 4
DASK = {
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "536870912",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "10s",
    "DASK_DISTRIBUTED__WORKER__MEMORY__MONITOR_INTERVAL": "5s",
}
"""Environment of Dask's workers, as docs/scale.md advises."""
SECONDS = 5.0


def work(rounds: int) -> bytes:
    """A part: so many events on a whole market."""
    with threadpool_limits(1):
        begin = process_time()
        for _ in range(rounds):
            an_event(_market())
        return f"{process_time() - begin}".encode()


def _market() -> Study:
    """An event on 2,500 stocks with 240 sessions before it that can stand in for it."""
    random = np.random.default_rng(1)
    refit = Refit()
    event = refit.history + 240 + 12
    benchmark_of = np.arange(STOCKS) % 2
    benchmarks = 0.01 * random.standard_normal((2, event + 6))
    returns = benchmarks[benchmark_of].T + 0.02 * random.standard_t(4, (event + 6, STOCKS))
    returns[random.random(returns.shape) < 0.01] = np.nan
    return Study(returns, benchmarks, benchmark_of, event, refit, [slice(event, event + 1)])


def an_event(study: Study) -> None:
    """All tests of 30 groups, which together hold the whole market."""
    groups = [np.arange(number, STOCKS, GROUPS) for number in range(GROUPS)]
    study.tests(groups, everything=True)
    [placebo] = study.placebos(groups)
    if len(placebo.dates) != 240:
        raise RuntimeError("not as many placebo sessions as are to be timed")


def seconds(action: Callable[[], object], rounds: int = 3) -> float:
    """Least time of the processor of several runs."""
    times = []
    for _ in range(rounds):
        start = process_time()
        action()
        times.append(process_time() - start)
    return min(times)


def many(events: int) -> Callable[[], object]:
    """A study of so many events of one stock each, on 10 years of 200 stocks."""
    random = np.random.default_rng(2)
    days = pd.bdate_range("2015-01-01", periods=2_500)
    market = pd.Series(0.01 * random.standard_normal(len(days)), days)
    stocks = [f"{number:06d}" for number in range(200)]
    own = 0.02 * random.standard_t(4, (len(days), len(stocks)))
    returns = pd.DataFrame(market.to_numpy()[:, None] + own, days, stocks)
    # Each on a day and a stock of its own, after the first history.
    cells = random.choice((len(days) - 420) * len(stocks), events, replace=False)
    rows = pd.DataFrame({"date": days[400 + cells // len(stocks)], "ticker": [stocks[c % len(stocks)] for c in cells]})
    return partial(pooled_study, rows, returns, market)


def spent(workers: Workers, pids: Sequence[int], rounds: int = int(1.2 * SECONDS / EVENT)) -> float:
    """Time of the processor of this process and of those below `pids`, for some parts of `rounds` events each."""
    found: dict[int, Process] = {}
    before = _all(pids, found)

    def told(_parts: int) -> None:
        _all(pids, found)

    with TemporaryDirectory() as folder:
        jobs = [(f"{number}", rounds) for number in range(PARTS)]
        compute(work, jobs, workers, Path(folder), told, loads=["scipy.stats"])
        return _all(pids, found) - before


def _all(pids: Sequence[int], found: dict[int, Process]) -> float:
    for root in (os.getpid(), *pids):
        for number in processes_below(root):
            look(number, found)
    return sum(one.seconds for one in found.values())


def of_workers() -> Iterator[tuple[str, float]]:
    """By who computes, time of the processor for the same parts; of a cluster, first that of its start."""
    yield "serial", spent(Workers(1), ())
    yield "2 processes", spent(Workers(2), ())
    os.environ |= DASK
    from distributed import LocalCluster  # which reads them when it is imported

    with running() as (address, pids):
        yield "start of 2 dask worker", spent(Workers(cluster=address), pids, 1)
        yield "dask scheduler, 2 workers", spent(Workers(cluster=address), pids)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield "start of a LocalCluster", spent(Workers(cluster=cluster.scheduler_address), (), 1)
        yield "LocalCluster of 2", spent(Workers(cluster=cluster.scheduler_address), ())
    yield "serial", spent(Workers(1), ())


def main() -> None:
    """Print the ratios."""
    write = sys.stdout.write
    with threadpool_limits(1):
        study = _market()
        once = seconds(lambda: an_event(replace(study)))
        write(f"an event on {STOCKS:,} stocks, {GROUPS} groups  {once:6.3f} CPU s  {once / EVENT:5.2f} of the target\n")
        few, all_of_them = (seconds(many(events), 1) for events in (500, 5_000))
        ratio = all_of_them / few
        write(
            f"500, 5,000 events  {few:6.1f}, {all_of_them:6.1f} CPU s  {ratio:5.2f} x for 10 x  (target at most 11)\n"
        )
    taken = list(of_workers())
    twice = [own for name, own in taken if name == "serial"]
    serial = sum(twice) / len(twice)
    for name, own in taken:
        write(f"{PARTS} parts, {name:<26} {own:6.1f} CPU s  {own / serial:5.2f} x serial  (target {MORE})\n")


if __name__ == "__main__":
    main()
