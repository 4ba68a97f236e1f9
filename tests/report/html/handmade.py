"""A report whose figures are chosen by hand, so that it is known where each belongs in a chart."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

from screener.analysis.impact import Impact
from screener.analysis.model import (
    Group,
    GroupRow,
    Headline,
    Level,
    PathPoint,
    SpreadRow,
    Stock,
    StockRow,
    Window,
)
from screener.report.model import Report, TrendRow

NAN = math.nan
A = Group("A", None, "가", "Sector A", post_hoc=False)
B = Group("B", None, "나", "Sector B", post_hoc=False)
LATE = Group("LATE", None, "뒤", "Late", post_hoc=True)
BASE = date(2024, 4, 19)
WINDOW = Window(0, 0, BASE, date(2024, 4, 22), date(2024, 4, 22))

CAPS = {"000001": 8e12, "000002": 4e12, "000003": 2e12, "000004": 1e12, "000005": 1e12}
"""Of sector A; sector B has one stock more."""
CARS = {"000001": 0.05, "000002": -0.02, "000003": 0.0, "000004": -0.15, "000005": NAN}
HALF = 0.03
ORDINARY = (-2.5, -1.0, -0.6, -0.1, 0.1, 0.3, 0.45, 0.9, 1.2, 1.99, 2.0)
"""Two of these are as extreme as the event: -2.5 and 2.0."""
EVENT = 2.0
PATHS = {
    A: {-2: (-0.02, 0.01), -1: (0.0, 0.0), 0: (0.04, 0.02), 1: (0.06, 0.03)},
    B: {-2: (0.01, NAN), -1: (0.0, NAN), 0: (-0.03, NAN), 1: (-0.05, NAN)},
    LATE: {-2: (0.0, 0.01), -1: (0.0, 0.0), 0: (0.3, 0.02), 1: (0.3, 0.03)},
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
"""By tau, score, CAAR and q; the second session after the event has no report."""


def handmade(study: Report) -> Report:
    """The report; what it does not fix is that of `study`."""
    impact = Impact(
        windows=(WINDOW,),
        stocks=tuple(_stocks()),
        groups=(_group(A, 12, 2, 3), _group(B, 1, 0, 0), _group(LATE, 1, 0, 0)),
        spreads=(_spread(),),
        paths=tuple(
            PathPoint(group, tau, _day(tau), 3, 0.0, caar, half)
            for group, points in PATHS.items()
            for tau, (caar, half) in points.items()
        ),
        skipped=(),
        behaviours=(),
        levels=tuple(
            Level(series, "index" if series == "KOSPI" else "sector", tau, _day(tau), level)
            for series, points in LEVELS.items()
            for tau, level in points.items()
        ),
    )
    provenance = replace(study.provenance, benchmark_returns={"KOSPI": -0.01}, study=True)
    trend = tuple(
        TrendRow(_day(tau), tau, sector, score, NAN, caar, q)
        for sector, points in TREND.items()
        for tau, (score, caar, q) in points.items()
    )
    return replace(study, as_of=_day(3), provenance=provenance, groups=(A, B, LATE), impact=impact, trend=trend)


def _stocks() -> list[StockRow]:
    members = [(ticker, "A", cap, CARS[ticker]) for ticker, cap in CAPS.items()]
    members += [("000006", "B", 3e12, 0.01), ("000007", "LATE", 1e12, 0.29)]
    return [
        StockRow(
            stock=Stock(ticker, f"종목{ticker[-1]}", f"Stock {ticker[-1]}", "KOSPI", sector, None),
            window=WINDOW,
            raw_return=car,
            benchmark_return=-0.01,
            car=car,
            bhar=car,
            scar=NAN,
            p=NAN,
            q=NAN,
            placebo_p=NAN,
            index_weight=NAN,
            car_loo=NAN,
            scar_loo=NAN,
            volume_ratio=NAN,
            flags=(),
            half_width=HALF,
            cap=cap,
        )
        for ticker, sector, cap, car in members
    ]


def _group(group: Group, up: int, flat: int, down: int) -> GroupRow:
    return GroupRow(
        group=group,
        window=WINDOW,
        members=up + flat + down,
        n=up + flat + down,
        n_skipped=0,
        benchmark_return=-0.01,
        mean_return_ew=0.03 if group == A else -0.02,
        mean_return_cw=NAN,
        median_return=NAN,
        breadth_up=up / (up + flat + down),
        caar_ew=NAN,
        caar_cw=NAN,
        headline=Headline(),
        tests={},
        undefined={},
        volume_ratio=NAN,
        n_up=up,
        n_flat=flat,
        n_down=down,
    )


def _spread() -> SpreadRow:
    headline = Headline(z_ewma=EVENT, rank=3, n=len(ORDINARY) + 1, p=3 / 12, ordinary=ORDINARY)
    nothing = dict.fromkeys(("mean_return_cw", "t_portfolio", "p_portfolio", "t_kp", "p_kp", "r_ab", "detectable"), NAN)
    return SpreadRow("A", "B", WINDOW, 5, 1, mean_return_ew=0.05, caar_ew=0.05, headline=headline, **nothing)


def _day(tau: int) -> date:
    """Weekdays around the event day, a Monday."""
    return date(2024, 4, 22) + timedelta(days=tau if tau >= 0 else tau - 2)
