"""A study of many events whose figures are chosen by hand, so that it is known where each belongs on a page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from statistics import mean, median
from typing import Any

from screener.analysis.frames import from_rows
from screener.analysis.model import Rules
from screener.columns.pooled import EVENTS, PATHS, POOLED, REGRESSION
from screener.data.findings import Finding
from screener.data.sources import File, Tried
from screener.report.model import ALL, PooledFrames, PooledReport
from screener.study.models import Model

NAN = math.nan
WINDOWS = ((0, 0), (0, 5))
CARS = {
    "split": (0.061, 0.042, 0.018, 0.035, -0.012, 0.027, 0.094, 0.008, 0.051, 0.022, -0.004, 0.03),
    "issue": (-0.021, -0.013, 0.007, -0.034, -0.058, 0.002, -0.009, -0.017),
}
"""By group, in the leading window; in the longer one each is half as large again."""
STOCKS = {
    "005930": ("삼성전자", "Samsung Electronics"),
    "000660": ("SK하이닉스", "SK hynix"),
    "035420": ("NAVER", "NAVER"),
    "042700": ("한미반도체", "Hanmi Semiconductor"),
}
SECTOR = ("반도체", "Semiconductors")
LEFT_OUT = (
    ("no date", "E21", "soon", None, "005930"),
    ("no such stock", "E22", "2024-02-05", date(2024, 2, 5), "999999"),
    ("no such stock", "E23", "2024-02-06", date(2024, 2, 6), "999998"),
    ("window not over", "E24", "2024-12-29 16:00", date(2024, 12, 30), "000660"),
    ("no history", "E25", "2023-01-03", date(2023, 1, 3), "042700"),
)
"""Reason, id, date as written, session, ticker."""
POINTS = {ALL: (0.006, 0.018, 0.021), "split": (0.011, 0.031, 0.037), "issue": (-0.002, -0.018, -0.02)}
"""By group, CAAR on the sessions 0, 1 and 2."""
RULES = Rules(Model.MARKET, 120, 10, 60, 240, WINDOWS, (), {}, automatic=False)


def handmade(**changed: Any) -> PooledReport:
    """The study, with some facts `changed`."""
    used = [row for window in WINDOWS for row in _used(window)]
    frames = PooledFrames(
        events=from_rows(EVENTS, [*used, *_left_out()]),
        pooled=from_rows(POOLED, [row for window in WINDOWS for row in _pooled(window)]),
        paths=from_rows(PATHS, _paths()),
        regression=from_rows(REGRESSION, [row for window in WINDOWS for row in _regression(window)]),
    )
    report = PooledReport(
        name="actions",
        as_of=date(2024, 12, 30),
        rules=RULES,
        groups=(ALL, *CARS),
        grouped_by="kind",
        rows=25,
        events=20,
        sessions=17,
        overlapping=4,
        left_out={"no date": 1, "no such stock": 2, "window not over": 1, "no history": 1},
        source="file",
        files=(File("actions.csv", "0" * 64), File("prices.parquet", "1" * 64)),
        first_session=date(2022, 1, 3),
        last_session=date(2024, 12, 30),
        benchmark="KOSPI, KOSDAQ",
        simulated=False,
        last_prices_since=None,
        findings=(Finding("halted", "info", 3, ("000660 2023-05-02",)),),
        tried=(),
        note="",
        frames=frames,
    )
    return replace(report, **changed)


def ungrouped() -> PooledReport:
    """The same events without groups, and without characteristics to regress on."""
    made = handmade()
    frames = made.frames
    return replace(
        made,
        groups=(ALL,),
        grouped_by="",
        tried=(Tried("openapi", "no key"),),
        frames=replace(
            frames,
            events=frames.events.assign(group=None),
            pooled=frames.pooled[(frames.pooled["group"] == ALL)].reset_index(drop=True),
            paths=frames.paths[frames.paths["group"] == ALL].reset_index(drop=True),
            regression=frames.regression.iloc[:0],
        ),
    )


def empty() -> PooledReport:
    """A study all of whose rows are left out."""
    made = ungrouped()
    frames = made.frames
    events = frames.events[~frames.events["used"]].reset_index(drop=True)
    counts = ("events", "sessions", "overlapping", "shifts", "collided", "calendar_sessions", "close_gap")
    nothing = dict.fromkeys(counts, 0)
    rows = [{"group": ALL, "window_start": first, "window_end": last, **nothing} for first, last in WINDOWS]
    return replace(
        made,
        rows=5,
        events=0,
        sessions=0,
        overlapping=0,
        frames=replace(frames, events=events, pooled=from_rows(POOLED, rows), paths=from_rows(PATHS, ())),
    )


def _used(window: tuple[int, int]) -> Iterator[dict[str, Any]]:
    tickers = list(STOCKS)
    cars = [(group, car) for group, values in CARS.items() for car in values]
    whole = sum(car / 0.02 for _group, car in cars)
    for number, (group, car) in enumerate(cars):
        day = date(2023, 5, 2) + timedelta(days=28 * (number - number % 7 // 6))
        ticker = None if number == 3 else tickers[number % len(tickers)]
        ko, en = STOCKS[ticker] if ticker else SECTOR
        z = car / 0.02
        yield {
            "event_id": f"E{number + 1:02}",
            "date": f"{day} 10:30",
            "event_day": day,
            "ticker": ticker,
            "name_ko": ko,
            "name_en": en,
            "group": group,
            **_bounds(window),
            "used": True,
            "reason": "",
            "n": 1 if ticker else 8,
            "car": car * _growth(window),
            "se": 0.02,
            "t": z,
            "z_ewma": z * 0.9,
            "placebo_rank": 1 + number,
            "placebo_n": 241,
            "placebo_p": (1 + number) / 241,
            "overlaps": int(number % 7 > 4),
            "share": z / whole,
        }


def _left_out() -> Iterator[dict[str, Any]]:
    for reason, name, written, day, ticker in LEFT_OUT:
        ko, en = STOCKS.get(ticker, (None, None))
        yield {
            "event_id": name,
            "date": written,
            "event_day": day,
            "ticker": ticker,
            "name_ko": ko,
            "name_en": en,
            "used": False,
            "reason": reason,
        }


def _bounds(window: tuple[int, int]) -> dict[str, int]:
    return {"window_start": window[0], "window_end": window[1]}


def _growth(window: tuple[int, int]) -> float:
    return 1.0 if window == WINDOWS[0] else 1.5


def _pooled(window: tuple[int, int]) -> Iterator[dict[str, Any]]:
    every = [car for cars in CARS.values() for car in cars]
    for group, cars, p in ((ALL, every, 0.008), ("split", CARS["split"], 0.004), ("issue", CARS["issue"], 0.072)):
        yield _tested(group, None, window, cars, p)
    split, issue = (mean(CARS[group]) for group in ("split", "issue"))
    row = _tested("split", "issue", window, [split - issue], 0.006)
    yield {**row, "events": len(every), "median_car": NAN, "positive": NAN}


def _tested(group: str, versus: str | None, window: tuple[int, int], cars: Sequence[float], p: float) -> dict[str, Any]:
    growth = _growth(window)
    caar = mean(cars) * growth
    z = math.copysign(2.6, caar)
    tests: Mapping[str, tuple[float, float]] = {
        "score": (z, p),
        "kp": (z * 0.9, p * 1.4),
        "calendar": (z * 0.8, p * 2),
        "crude": (z * 0.9, p * 1.3),
        "bmp": (z * 1.3, p / 10),
        "csect": (z * 1.2, p / 9),
    }
    return {
        "group": group,
        "versus": versus,
        **_bounds(window),
        "events": len(cars),
        "sessions": max(len(cars) - 3, 1),
        "overlapping": 4,
        "caar": caar,
        "caar_low": caar - 0.008 * growth,
        "caar_high": caar + 0.008 * growth,
        "median_car": median(cars) * growth,
        "close_gap": 0.0,
        "positive": sum(car > 0 for car in cars) / len(cars),
        "z_shift": z,
        "p_shift": p,
        "shifts": 499,
        "collided": 41,
        **{f"{'z' if name == 'score' else 't'}_{name}": value for name, (value, _p) in tests.items()},
        **{f"p_{name}": value for name, (_t, value) in tests.items()},
        "r_overlap": 0.12,
        "alpha_calendar": caar / (window[1] + 1),
        "calendar_sessions": 17 * (window[1] + 1),
    }


def _paths() -> Iterator[dict[str, Any]]:
    for group, points in POINTS.items():
        path = {-3: -0.002, -2: 0.001, -1: 0.0, **dict(enumerate(points))}
        before = 0.0
        for tau, caar in path.items():
            half = 0.004 * abs(tau + 1)
            row = {"group": group, "tau": tau, "events": 20, "aar": caar - before, "caar": caar}
            yield {**row, "caar_low": caar - half, "caar_high": caar + half}
            before = caar


def _regression(window: tuple[int, int]) -> Iterator[dict[str, Any]]:
    for term, coefficient, se, p in (
        ("intercept", 0.0123, 0.0051, 0.018),
        ("ratio_%", 0.0000042, 0.0000031, 0.182),
    ):
        row = {"term": term, "coefficient": coefficient, "se": se, "t": coefficient / se, "p": p}
        yield {**_bounds(window), **row, "n": 19, "clusters_date": 16, "clusters_firm": 5, "r2": 0.21}
