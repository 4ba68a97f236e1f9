"""A report whose figures are chosen by hand, so that it is known where each belongs in a chart."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from screener.analysis.frames import Frames
from screener.analysis.model import Window
from screener.report.model import Report
from tests.report.tables import frame

NAN = math.nan
BASE = date(2024, 4, 19)
WINDOW = Window(0, 0, BASE, date(2024, 4, 22), date(2024, 4, 22))

GROUPS = {"A": ("가", "Sector A"), "B": ("나", "Sector B"), "LATE": ("뒤", "Late")}
"""Names; the last was put together after the event."""
CAPS = {"000001": 8e12, "000002": 4e12, "000003": 2e12, "000004": 1e12, "000005": 1e12}
"""Of sector A; sector B has one stock more."""
CARS = {"000001": 0.05, "000002": -0.02, "000003": 0.0, "000004": -0.15, "000005": NAN}
HALF = 0.03
ORDINARY = (-2.5, -1.0, -0.6, -0.1, 0.1, 0.3, 0.45, 0.9, 1.2, 1.99, 2.0)
"""Two of these are as extreme as the event: -2.5 and 2.0."""
EVENT = 2.0
PATHS = {
    "A": {-2: (-0.02, 0.01), -1: (0.0, 0.0), 0: (0.04, 0.02), 1: (0.06, 0.03)},
    "B": {-2: (0.01, NAN), -1: (0.0, NAN), 0: (-0.03, NAN), 1: (-0.05, NAN)},
    "LATE": {-2: (0.0, 0.01), -1: (0.0, 0.0), 0: (0.3, 0.02), 1: (0.3, 0.03)},
}
"""By tau, CAAR and half of its band."""
LEVELS = {
    "A": {-2: 0.96, -1: 1.0, 0: 1.05, 1: 1.08},
    "B": {-2: 1.01, -1: 1.0, 0: 0.97, 1: 0.94},
    "LATE": {-2: 1.0, -1: 1.0, 0: 1.29, 1: 1.3},
    "KOSPI": {-2: 1.0, -1: 1.0, 0: 0.99, 1: 0.99},
}
TREND = {
    "A": {0: (80.0, 0.04, 0.02), 1: (60.0, 0.06, 0.10), 3: (-20.0, -0.02, 0.40)},
    "B": {0: (-40.0, -0.03, 0.30), 1: (NAN, -0.05, NAN), 3: (-90.0, -0.08, 0.01)},
    "LATE": {0: (100.0, 0.3, NAN), 1: (100.0, 0.3, NAN), 3: (90.0, 0.2, NAN)},
}
"""By tau, score, CAAR and corrected p; the second session after the event has no report."""


def handmade(study: Report) -> Report:
    """The report; what it does not fix is that of `study`."""
    provenance = replace(study.provenance, benchmark_returns={"KOSPI": -0.01}, study=True)
    report = replace(study, as_of=_day(3), provenance=provenance, windows=(WINDOW,))
    made = Frames.of(
        stocks=frame("stocks", _stocks()),
        sectors=frame("sectors", (_sector("A", 12, 2, 3), _sector("B", 1, 0, 0), _sector("LATE", 1, 0, 0))),
        spreads=frame("spreads", [{**_SPREAD, "mean_return_ew": 0.05, "caar_ew": 0.05, **_TEST}]),
        placebos=frame("placebos", ({**_SPREAD, "ordinary": n, "z_ewma": z} for n, z in enumerate(ORDINARY, 1))),
        paths=frame(
            "paths",
            (
                {**_group(sector), "tau": tau, "date": _day(tau), "n": 3, "aar": 0.0, "caar": caar, **_band(caar, half)}
                for sector, points in PATHS.items()
                for tau, (caar, half) in points.items()
            ),
        ),
        levels=frame(
            "levels",
            (
                {"series": series, "kind": _KIND.get(series, "sector"), "tau": tau, "date": _day(tau), "level": level}
                for series, points in LEVELS.items()
                for tau, level in points.items()
            ),
        ),
        trend=frame(
            "trend",
            (
                {"sector": sector, "tau": tau, "reported": _day(tau), "score": score, "caar_ew": caar, "p_family": p}
                for sector, points in TREND.items()
                for tau, (score, caar, p) in points.items()
            ),
        ),
    )
    return report.with_frames(**vars(made))


_KIND = {"KOSPI": "index"}
_SPREAD = {"sector_a": "A", "sector_b": "B", "window_start": 0, "window_end": 0}
_TEST = {"z_ewma": EVENT, "placebo_rank": 3.0, "placebo_n": len(ORDINARY) + 1.0, "placebo_p": 3 / 12}


def _group(sector: str) -> dict[str, Any]:
    ko, en = GROUPS[sector]
    return {"sector": sector, "name_ko": ko, "name_en": en, "post_hoc": sector == "LATE"}


def _band(value: float, half_width: float) -> dict[str, float]:
    return {"half_width": half_width, "ci_low": value - half_width, "ci_high": value + half_width}


def _stocks() -> Iterator[dict[str, Any]]:
    members = [(ticker, "A", cap, CARS[ticker]) for ticker, cap in CAPS.items()]
    members += [("000006", "B", 3e12, 0.01), ("000007", "LATE", 1e12, 0.29)]
    for ticker, sector, cap, car in members:
        yield {
            **_group(sector),
            "ticker": ticker,
            "name_ko": f"종목{ticker[-1]}",
            "name_en": f"Stock {ticker[-1]}",
            "market": "KOSPI",
            "raw_return": car,
            "benchmark_return": -0.01,
            "car": car,
            "flags": "",
            "marcap": cap,
            **_band(car, HALF),
        }


def _sector(sector: str, up: int, flat: int, down: int) -> dict[str, Any]:
    n = up + flat + down
    return {
        **_group(sector),
        "members": n,
        "n": n,
        "n_up": up,
        "n_flat": flat,
        "n_down": down,
        "breadth_up": up / n,
        "mean_return_ew": 0.03 if sector == "A" else -0.02,
        "benchmark_return": -0.01,
        "undefined": "",
        "undefined_tests": "",
    }


def _day(tau: int) -> date:
    """Weekdays around the event day, a Monday."""
    return date(2024, 4, 22) + timedelta(days=tau if tau >= 0 else tau - 2)
