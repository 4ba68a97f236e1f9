"""The tables of a study of many events, from what the slices of the calendar have measured."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property, reduce
from itertools import combinations
from operator import add
from typing import Any

import numpy as np

from screener.analysis.frames import from_rows
from screener.columns.pooled import EVENTS, PATHS, POOLED, REGRESSION
from screener.errors import install
from screener.i18n import _
from screener.krx.hours import RETURN_GAP
from screener.pooled.events import EventFile
from screener.pooled.pools import Pools, between, overlaps
from screener.pooled.slices import Measured, Pool
from screener.report.model import ALL, PooledFrames
from screener.study import Floats, Ints
from screener.study.parametric import mean
from screener.study.pooled import (
    Portfolios,
    Rows,
    ShiftSums,
    ShiftTest,
    circular_shift,
    collisions,
    pooled_tests,
    shift_difference,
)
from screener.study.portfolio import mean_of_available
from screener.study.regression import regress
from screener.study.units import Units

_MOST_COMPARED = 4
"""Groups of which each is compared with each; of more, a reader would pick the pair that moved apart."""


@dataclass(frozen=True, eq=False)
class Results:
    """All slices together."""

    pools: Pools
    units: Units
    """Of all slices, in the order of `Pools.units`."""
    sums: Sequence[Sequence[ShiftSums]]
    """By pool and shifted window."""
    sd: Sequence[Floats]
    """By pool, (D, shifted windows): standard deviation expected of one session's abnormal return, decimal."""
    last_prices: frozenset[date]
    """Sessions whose closes are, or may be, the last prices of the after-market."""

    @classmethod
    def of(cls, pools: Pools, slices: Sequence[Measured]) -> Results:
        """Put together in the order of the calendar, so that sums are the same whoever computed their parts."""
        units = Units(
            **{
                one.name: np.concatenate([getattr(measured.units, one.name) for measured in slices])
                for one in fields(Units)
            }
        )
        sums = [
            [reduce(add, (measured.sums[pool][window] for measured in slices)) for window in range(len(pools.shifted))]
            for pool in range(len(pools.pools))
        ]
        # A session is in one slice, and unknown in the others.
        known = np.stack([measured.sd for measured in slices])
        sd = np.where(np.isfinite(known).any(axis=0), np.nansum(known, axis=0), np.nan)
        ends = np.cumsum([len(pool.sessions) for pool in pools.pools.values()])
        told = (json.loads(measured.about.get("last_prices", "[]")) for measured in slices)
        last_prices = frozenset(date.fromisoformat(day) for days in told for day in days)
        return cls(pools, units, sums, np.split(sd, ends[:-1]), last_prices)

    def of_after_market(self, rows: Sequence[int], taus: range) -> list[date]:
        """Of events in one window, the first session at its ends whose close may be of the after-market, each once."""
        found = []
        for number in rows:
            event = self.pools.placed[number].session
            ends = (self.pools.days[event + taus.start - 1], self.pools.days[event + taus.stop - 1])
            found += [day for day in ends if day in self.last_prices][:1]
        return found

    def close_gap(self, rows: Sequence[int], taus: range) -> float:
        """By how much the mean of events may be off because their closes are of two kinds, decimal."""
        return RETURN_GAP * len(self.of_after_market(rows, taus)) / len(rows) if rows else 0.0

    @cached_property
    def numbers(self) -> dict[int, int]:
        """By place of a used event, its place among the units."""
        return {number: self.pools.units[self.pools.key(number)] for number in self.pools.used}

    def reason(self, number: int) -> str:
        """Why an event that was placed is not used after all; '' if it is."""
        unit = self.numbers[number]
        windows = [
            place
            for place, window in enumerate(self.pools.plan.windows)
            if self.pools.placed[number].row.window in (None, (window.start, window.stop - 1))
        ]
        if any(np.isfinite(self.units.z[unit, place]) for place in windows):
            return ""
        if not np.isfinite(self.units.sigma[unit]):
            return "no history"
        return "no return"

    def pool(self, group: str, window: int) -> tuple[int, Pool, Sequence[int]] | None:
        """Number of the pool of a group in a window, the pool, and its rows; None where it has no event."""
        rows = tuple(self.pools.rows(group, self.pools.plan.windows[window]))
        pool = self.pools.pools.get(rows)
        return None if pool is None else (list(self.pools.pools).index(rows), pool, rows)

    def rows(self, rows: Sequence[int], window: int) -> Rows:
        """Events in one window."""
        at = np.array([self.numbers[number] for number in rows], dtype=np.int64)
        taus = self.pools.plan.windows[window]
        first = taus.start - self.pools.plan.path.start
        return Rows(
            session=np.array([self.pools.placed[number].session for number in rows], dtype=np.int64),
            car=self.units.car[at, window],
            scar=self.units.t[at, window],
            daily=self.units.abnormal[at, first : first + len(taus)],
            residuals=self.units.residuals[at],
            sigma=self.units.sigma[at],
        )

    def portfolios(self, pool: Pool, window: int) -> Portfolios:
        """The session portfolios of a pool in one window."""
        at = self.pools.units_of(pool)
        return Portfolios(
            pool.sessions, self.units.car[at, window], self.units.sd[at, window], self.units.score[at, window]
        )

    def shift(self, number: int, pool: Pool, window: int) -> ShiftTest:
        """The shift test of a pool in one of the shifted windows."""
        length = len(self.pools.shifted[window])
        collided = collisions(pool.sessions, self.pools.members(pool), length, self.pools.span)
        return circular_shift(self.sums[number][window], collided)


def frames_of(results: Results, file: EventFile) -> tuple[PooledFrames, str]:
    """Every table, and why there is no regression, if there is none."""
    regression, note = _regression_rows(results, file)
    return PooledFrames(
        events=from_rows(EVENTS, _event_rows(results)),
        pooled=from_rows(POOLED, _pooled_rows(results)),
        paths=from_rows(PATHS, _path_rows(results)),
        regression=from_rows(REGRESSION, regression),
    ), note


def left_out_of(frames: PooledFrames) -> Counter[str]:
    """How many events are not used, by reason."""
    return Counter(frames.events.loc[~frames.events["used"].astype(bool), "reason"])


def _event_rows(results: Results) -> Iterator[dict[str, Any]]:
    """A row per used event and window, by session; then those that are not used, in the order of the file."""
    pools, units = results.pools, results.units
    reasons = {number: results.reason(number) for number in pools.used}
    used = sorted(
        (number for number in pools.used if not reasons[number]),
        key=lambda number: (pools.placed[number].session, number),
    )
    for place, window in enumerate(pools.plan.windows):
        inside = [
            number
            for number in used
            if pools.placed[number].row.window in (None, (window.start, window.stop - 1))
            and np.isfinite(units.z[results.numbers[number], place])
        ]
        near = overlaps([pools.placed[number].session for number in inside], len(window))
        at = [results.numbers[number] for number in inside]
        total = units.z[at, place].sum()
        for number, unit, others in zip(inside, at, near, strict=True):
            car, t, z = units.car[unit, place], units.t[unit, place], units.z[unit, place]
            rank, count = units.placebo_rank[unit, place], units.placebo_n[unit, place]
            yield {
                **_about(pools, number),
                "window_start": window.start,
                "window_end": window.stop - 1,
                "used": True,
                "reason": "",
                "n": units.n[unit, place],
                "car": car,
                "se": car / t if t else math.nan,
                "t": t,
                "z_ewma": z,
                "placebo_rank": rank,
                "placebo_n": count,
                "placebo_p": rank / count,
                "overlaps": others,
                "share": z / total if total else math.nan,
            }
    for number, one in enumerate(pools.placed):
        reason = one.reason or reasons.get(number, "")
        if reason:
            yield {**_about(pools, number), "used": False, "reason": reason}


def _about(pools: Pools, number: int) -> dict[str, Any]:
    one = pools.placed[number]
    return {
        "event_id": one.row.event_id,
        "date": one.row.written,
        "event_day": one.day,
        "ticker": one.ticker,
        "name_ko": one.names[0] or None,
        "name_en": one.names[1] or None,
        "group": one.group,
    }


def _pooled_rows(results: Results) -> Iterator[dict[str, Any]]:
    """A row per group and window, then a row per pair of groups and window."""
    pools = results.pools
    for window, taus in enumerate(pools.plan.windows):
        for group in pools.groups:
            found = results.pool(group, window)
            if found is None:
                continue
            number, pool, rows = found
            told = results.rows(rows, window)
            tests = pooled_tests(told, results.portfolios(pool, window), results.shift(number, pool, window))
            cars = told.car[np.isfinite(told.car)]
            yield {
                "group": group,
                "versus": None,
                **_window(taus),
                **tests.columns(),
                "overlapping": _overlapping(told.session[np.isfinite(told.car)], len(taus)),
                "close_gap": results.close_gap(rows, taus),
                "median_car": float(np.median(cars)) if cars.size else math.nan,
                "positive": float((cars > 0).mean()) if cars.size else math.nan,
            }
    compared = pools.groups[1:] if len(pools.groups) <= _MOST_COMPARED + 1 else []
    for window, taus in enumerate(pools.plan.windows):
        for a, b in combinations(compared, 2):
            row = _difference(results, a, b, window)
            if row is not None:
                yield {"group": a, "versus": b, **_window(taus), **row}


def _window(taus: range) -> dict[str, int]:
    return {"window_start": taus.start, "window_end": taus.stop - 1}


def _overlapping(sessions: Ints, length: int) -> int:
    """How many events on these sessions have a window of `length` sessions that overlaps another's."""
    return sum(count > 0 for count in overlaps(sessions.tolist(), length))


def _difference(results: Results, a: str, b: str, window: int) -> dict[str, Any] | None:
    """One group minus another, moved by the same shifts."""
    found_a, found_b = results.pool(a, window), results.pool(b, window)
    if found_a is None or found_b is None:
        return None
    pools, length = results.pools, len(results.pools.plan.windows[window])
    (number_a, pool_a, rows_a), (number_b, pool_b, rows_b) = found_a, found_b
    collided = collisions(
        np.concatenate([pool_a.sessions, pool_b.sessions]),
        [*pools.members(pool_a), *pools.members(pool_b)],
        length,
        pools.span,
    )
    shift = shift_difference(results.sums[number_a][window], results.sums[number_b][window], collided)
    of_a, of_b = results.portfolios(pool_a, window), results.portfolios(pool_b, window)
    caar = mean(of_a.caar) - mean(of_b.caar)
    half = shift.half_width(of_a.sd, length, of_b.sd)
    told = [results.rows(rows, window) for rows in (rows_a, rows_b)]
    measured = [one.session[np.isfinite(one.car)] for one in told]
    together = np.concatenate(measured)
    return {
        "events": len(together),
        "sessions": len(np.unique(together)),
        "overlapping": _overlapping(together, length),
        "caar": caar,
        "caar_low": caar - half,
        "caar_high": caar + half,
        "z_shift": shift.value,
        "p_shift": shift.p,
        "close_gap": sum(results.close_gap(rows, pools.plan.windows[window]) for rows in (rows_a, rows_b)),
        "shifts": shift.shifts,
        "collided": shift.collided,
    }


def _path_rows(results: Results) -> Iterator[dict[str, Any]]:
    """A row per group and session around the event, of the events of the leading window."""
    pools = results.pools
    path = pools.plan.path
    place_of = {window: place for place, window in enumerate(pools.shifted)}
    for group in pools.groups:
        found = results.pool(group, 0)
        if found is None:
            continue
        number, pool, _rows = found
        abnormal = results.units.abnormal[pools.units_of(pool)]
        count, aar = np.isfinite(abnormal).sum(axis=0), mean_of_available(abnormal.T)
        running = np.nancumsum(aar)
        caar = running - running[path.index(-1)]
        for place, tau in enumerate(path):
            half = 0.0
            if tau != -1:
                window = place_of[between(tau)]
                half = results.shift(number, pool, window).half_width(
                    results.sd[number][:, window], len(pools.shifted[window])
                )
            yield {
                "group": group,
                "tau": tau,
                "events": count[place],
                "aar": aar[place],
                "caar": caar[place],
                "caar_low": caar[place] - half,
                "caar_high": caar[place] + half,
            }


def _regression_rows(results: Results, file: EventFile) -> tuple[list[dict[str, Any]], str]:
    """CARs on the file's numeric columns, a regression for each window; and why there is none, or a term less."""
    if not file.characteristics:
        return [], ""
    pools, rows, notes = results.pools, list[dict[str, Any]](), dict[str, None]()
    for window, taus in enumerate(pools.plan.windows):
        inside = pools.rows(ALL, taus)
        places = [pools.placed[number].row.place for number in inside]
        _stocks, firm = np.unique([str(pools.placed[number].members) for number in inside], return_inverse=True)
        try:
            found = regress(
                results.rows(inside, window).car,
                {name: np.array(values)[places] for name, values in file.characteristics.items()},
                np.array([pools.placed[number].session for number in inside]),
                firm,
            )
        except ImportError:
            return [], _("a regression needs statsmodels: {command}", command=install("study", "statsmodels"))
        if found.reason:
            notes[found.reason] = None
            continue
        notes |= {f"{term.name}: {term.reason}": None for term in found.terms if term.reason}
        rows += [
            {
                **_window(taus),
                "term": term.name,
                "coefficient": term.coefficient,
                "se": term.se,
                "t": term.t,
                "p": term.p,
                "n": found.n,
                "clusters_date": found.dates,
                "clusters_firm": found.firms,
                "r2": found.r2,
            }
            for term in found.terms
        ]
    return rows, "; ".join(notes)
