"""The same panel through packages of the index, where they are installed: `pip install --group bench`, then make bench.

`eventstudy` gives one t-test, `event-study-toolkit` CARs and two tests; ours gives everything (`study_speed`).
"""

from __future__ import annotations

import importlib
import sys
import time
import warnings
from functools import partial
from typing import Any

import numpy as np

from tests.bench.study_speed import ESTIMATION, EVENT, panel, seconds, study

SOME = 50
"""Stocks that the slow ones are measured on."""


def main() -> None:
    """Print milliseconds a stock, and how much longer than ours."""
    benchmark, returns = panel(ESTIMATION + EVENT, SOME)
    whole_benchmark, whole = panel(ESTIMATION + EVENT, 2500)
    [ours] = seconds([partial(study, whole_benchmark, whole, ESTIMATION)])
    ours /= whole.shape[1]
    sys.stdout.write(f"ours, all tests: {1e3 * ours:.3f} ms a stock\n")
    for name, package, run in (
        ("eventstudy", "eventstudy", _eventstudy),
        ("event-study-toolkit", "event_study_toolkit.eventstudy", _toolkit),
    ):
        try:
            module = importlib.import_module(package)
        except ImportError:
            sys.stdout.write(f"{name}: not measured, it is not installed\n")
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            start = time.perf_counter()
            run(module, benchmark, returns)
            theirs = (time.perf_counter() - start) / SOME
        sys.stdout.write(f"{name}: {1e3 * theirs:.2f} ms a stock, {theirs / ours:.0f} x ours\n")


def _eventstudy(module: Any, benchmark: Any, returns: Any) -> None:
    models = importlib.import_module("eventstudy.models")
    for column in range(returns.shape[1]):
        data = {"security_returns": returns[:, column], "market_returns": benchmark}
        study = module.Single(
            models.market_model, data, event_window=(-10, 10), estimation_size=ESTIMATION, buffer_size=0
        )
        study.results()


def _toolkit(module: Any, benchmark: Any, returns: Any) -> None:
    import pandas as pd

    calendar = importlib.import_module("pandas_market_calendars").get_calendar("NYSE")
    days = calendar.schedule(start_date="2021-06-01", end_date="2022-12-30").index[: len(benchmark)]
    rows = np.indices(returns.shape)
    data = pd.DataFrame(
        {
            "date": days[rows[0].ravel()],
            "permno": rows[1].ravel(),
            "ret_dlst_adj": returns.ravel(),
            "vwretd": benchmark[rows[0].ravel()],
        }
    )
    events = pd.DataFrame({"permno": range(returns.shape[1]), "EVT_DATE": days[ESTIMATION + 10], "all": 1})
    made = module.eventstudy(ESTIMATION, 0, -10, 10, data, events, groups=["all"])
    made.getFullSampleTestStatistic("market")


if __name__ == "__main__":
    main()
