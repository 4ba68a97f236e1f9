"""A slice of the calendar: what one worker reads and measures of a study of many events."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from screener.config import Settings
from screener.data.choice import choose, load
from screener.data.sources import Market, PriceRequest
from screener.errors import TooEarlyError
from screener.pooled.events import StudyRequest
from screener.study import Bools, Floats, Ints
from screener.study.pooled import ShiftSums, shift_sums
from screener.study.units import Plan, Returns, Units, measure_units

if TYPE_CHECKING:
    from screener.data.connections import Connections
    from screener.data.sources import Source

_AT_ONCE = 512
"""Portfolios that are rolled together: bounds the memory."""


@dataclass(frozen=True)
class Prices:
    """Where a worker reads prices, and of which stocks."""

    settings: Settings
    request: StudyRequest
    """Its paths are absolute; its source is file:PATH,..., store:SOURCE or demo:SEED, nothing that fetches."""
    market_of: dict[str, str]
    """By ticker, in the order of the columns."""

    def opened(self) -> Source:
        """The source."""
        asked = self.request
        [source] = choose(asked.source, asked.benchmark, asked.market, self._access, asked.hints)
        # What a store lacks of a slice is unknown; whether that is too much, each event shows.
        return replace(source, in_part=True) if asked.source.startswith("store:") else source  # type: ignore[type-var]

    def _access(self) -> Connections:
        from screener.data.connections import open_access

        return open_access(self.settings, os.environ, self.request.store)

    def read(self, first: date, event_day: date, last: date, before: int, after: int) -> Market:
        """Sessions from `first` to `last`, those `before` and `after` the session `event_day`."""
        source = self.opened()
        within = getattr(source, "within", None)
        settings, asked = self.settings, self.request
        last = min(last, asked.as_of or last)
        need = PriceRequest(
            market_of=self.market_of,
            news=event_day,
            as_of=last,
            price_limit=settings.screener.price_limit,
            today=settings.today,
            event_day=event_day,
            before=before,
            after=after,
            after_market=None if asked.regular_close else settings.calendar.schedule.after_market_since,
            calendar=settings.calendar,
            since=first,
        )
        return load([within(first, last) if within else source], need)


@dataclass(frozen=True)
class Pool:
    """A group of events as portfolios, one for each of the D sessions on which it has any."""

    sessions: Ints
    """(D,) number of each session."""
    portfolios: Ints
    """(D,) number of each one's portfolio."""


@dataclass(frozen=True)
class Slice:
    """What a worker is asked for: the sessions from `begin` until before `end`."""

    plan: Plan
    shifted: Sequence[range]
    """Windows of the shift test: those of the plan, then those of the paths."""
    days: Sequence[date]
    """Every session of the study."""
    begin: int
    end: int
    span: range
    """Sessions to which a shift may move an event."""
    portfolios: Sequence[Ints]
    """Columns of each distinct portfolio."""
    pools: Sequence[Pool]
    events: Sequence[tuple[int, Ints, tuple[int, ...]]]
    """Of each event of these sessions: its session, its columns, and sessions that are no ordinary ones for it."""

    @property
    def around(self) -> tuple[int, int]:
        """First and last session that have to be read."""
        before = max(self.plan.before, self.plan.reach or 0)
        after = max(window.stop for window in self.shifted)
        return max(self.begin - before, 0), min(self.end - 1 + after, len(self.days) - 1)


@dataclass(frozen=True)
class Measured:
    """What a slice gives."""

    units: Units
    sums: list[list[ShiftSums]]
    """By pool and shifted window."""
    car: Floats
    """(pools' portfolios in order, windows) of the true calendar, decimal; NaN for sessions of other slices."""
    sd: Floats
    """The same, standard deviation expected of one session's abnormal return."""
    about: dict[str, str]
    """Benchmark, and as JSON what is wrong with the prices and which closes may be of the after-market.

    Empty where none were read.
    """

    def to_bytes(self) -> bytes:
        """The same as a file of numpy arrays."""
        arrays = {f"unit_{name}": value for name, value in vars(self.units).items()}
        arrays |= {
            f"sum_{pool}_{window}_{name}": value
            for pool, sums in enumerate(self.sums)
            for window, one in enumerate(sums)
            for name, value in vars(one).items()
        }
        buffer = io.BytesIO()
        np.savez(
            buffer,
            car=self.car,
            sd=self.sd,
            about=np.array(list(self.about.items()), dtype=np.str_),
            **arrays,
        )
        return buffer.getvalue()

    @classmethod
    def of(cls, written: bytes, pools: int, windows: int) -> Measured:
        """What `to_bytes` wrote."""
        with np.load(io.BytesIO(written), allow_pickle=False) as arrays:
            units = Units(**{name: arrays[f"unit_{name}"] for name in Units.__dataclass_fields__})
            sums = [
                [
                    ShiftSums(
                        **{name: arrays[f"sum_{pool}_{window}_{name}"] for name in ShiftSums.__dataclass_fields__}
                    )
                    for window in range(windows)
                ]
                for pool in range(pools)
            ]
            about = {str(name): str(value) for name, value in arrays["about"].reshape(-1, 2)}
            return cls(units, sums, arrays["car"], arrays["sd"], about)


def measure_slice(of: tuple[Prices, Slice]) -> bytes:
    """Measure the events of a slice, and its portfolios on every session of it; see `Measured`."""
    # Several threads of one product of matrices may add in another order than one does.
    with threadpool_limits(1):
        return _measure(*of).to_bytes()


def _measure(prices: Prices, job: Slice) -> Measured:
    begin, end = job.around
    middle = job.days[job.begin]
    try:
        market = prices.read(job.days[begin], middle, job.days[end], job.begin - begin, end - job.begin)
    except TooEarlyError:
        return _nothing(job)
    panel = market.panel
    markets = sorted(set(prices.market_of.values()))
    unknown = np.full(len(panel.sessions), np.nan)
    returns = Returns(
        panel.daily_returns,
        np.stack([panel.benchmarks.get(name, unknown) for name in markets]),
        np.array([markets.index(prices.market_of[ticker]) for ticker in panel.tickers], dtype=np.int64),
    )
    findings = [[one.code, one.severity, one.count, *one.examples] for one in market.findings]
    about = {
        "benchmark": market.benchmark,
        "findings": json.dumps(findings),
        "last_prices": json.dumps(sorted(map(str, panel.last_prices))),
    }
    return measured(job, returns, panel.sessions, about)


def measured(job: Slice, returns: Returns, sessions: NDArray[np.datetime64], about: dict[str, str]) -> Measured:
    """The events of a slice, and its portfolios on every session of it, on `returns` over these `sessions`."""
    days = np.array(job.days, dtype="datetime64[D]")
    row_of = np.full(len(days), -1)
    number = np.searchsorted(days, sessions)
    inside = (number < len(days)) & (days[np.minimum(number, len(days) - 1)] == sessions)
    row_of[number[inside]] = np.flatnonzero(inside)
    units = measure_units(
        returns,
        job.plan,
        [int(row_of[session]) for session, _columns, _others in job.events],
        [columns for _session, columns, _others in job.events],
        [[int(row) for row in row_of[list(others)] if row >= 0] for _session, _columns, others in job.events],
    )
    sums, car, sd = _shifted(job, returns, number, inside)
    return Measured(units, sums, car, sd, about)


def _nothing(job: Slice) -> Measured:
    total, shifts = sum(len(pool.sessions) for pool in job.pools), len(job.span)
    empty = [
        [ShiftSums(np.zeros(shifts), np.zeros(shifts, dtype=np.int64)) for _window in job.shifted]
        for _pool in job.pools
    ]
    unknown = np.full((total, len(job.shifted)), np.nan)
    return Measured(Units.empty(len(job.events), job.plan), empty, unknown, unknown, {})


def _shifted(job: Slice, returns: Returns, number: Ints, inside: Bools) -> tuple[list[list[ShiftSums]], Floats, Floats]:
    """Sums of every pool over the sessions of the slice, and its portfolios on their true sessions."""
    nothing = _nothing(job)
    sums, car, sd = nothing.sums, nothing.car.copy(), nothing.sd.copy()
    rows = np.flatnonzero(inside & (number >= job.begin) & (number < job.end))
    if not rows.size:
        return sums, car, sd
    stretch = slice(int(rows[0]), int(rows[-1]) + 1)
    at, own = number[rows] - job.begin, rows - stretch.start
    starts = np.cumsum([0, *(len(pool.sessions) for pool in job.pools)])
    for block in range(0, len(job.portfolios), _AT_ONCE):
        members = job.portfolios[block : block + _AT_ONCE]
        rolled = returns.rolled(job.plan.refit, job.shifted, members, stretch)
        standardised = [one.z_ewma for one in rolled]
        for place, pool in enumerate(job.pools):
            part = np.flatnonzero((pool.portfolios >= block) & (pool.portfolios < block + len(members)))
            column, sessions = pool.portfolios[part] - block, pool.sessions[part]
            here = np.isin(sessions, number[rows])
            there = own[np.searchsorted(number[rows], sessions[here])], column[here]
            for window, one in enumerate(rolled):
                z = np.full((job.end - job.begin, len(part)), np.nan)
                z[at] = standardised[window][own][:, column]
                sums[place][window] += shift_sums(z, slice(job.begin, job.end), sessions, job.span)
                car[starts[place] + part[here], window] = one.caar[there]
                sd[starts[place] + part[here], window] = one.sd[there]
    return sums, car, sd
