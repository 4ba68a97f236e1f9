"""Checks what a notebook passes to `event_study`, and turns it into the arrays of a `Study`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from screener.study.arrays import Floats, Ints
from screener.study.models import Model, Refit
from screener.study.placebo import other_windows
from screener.study.study import Study

Benchmark = pd.Series | pd.DataFrame | Mapping[Any, pd.Series]


def study_of(
    returns: pd.DataFrame,
    benchmark: Benchmark,
    event_date: date | str,
    refit: Refit,
    windows: Sequence[tuple[int, int]],
) -> Study:
    """The study of what a notebook passes in; sessions that an event window still lacks are NaN rows.

    Raises:
        ValueError: one line that names the offending value.
    """
    _check_returns(returns)
    _check_numbers(refit.estimation, refit.gap, refit.min_obs)
    _check_windows(windows, refit.gap)
    event = _event_row(returns.index, event_date)
    sessions = max(event - refit.gap, 0)
    if sessions < refit.min_obs:
        day = returns.index[event].date()
        raise ValueError(
            f"only {sessions} sessions to learn from before {day} less a gap of {refit.gap}: needs {refit.min_obs}"
        )
    missing = max(0, event + max(last for _, last in windows) + 1 - len(returns))
    benchmarks, benchmark_of = _benchmarks(benchmark, returns)
    return Study(
        returns=np.pad(returns.to_numpy(np.float64), ((0, missing), (0, 0)), constant_values=np.nan),
        benchmarks=np.pad(benchmarks, ((0, missing), (0, 0)), constant_values=np.nan).T,
        benchmark_of=benchmark_of,
        event=event,
        refit=refit,
        windows=[slice(event + first, event + last + 1) for first, last in windows],
    )


def columns_of(groups: Mapping[Any, Sequence[Any]] | None, tickers: pd.Index) -> dict[Any, Ints]:
    """Columns of each group; without groups, one of all securities."""
    if groups is None:
        return {"all": np.arange(len(tickers))}
    if not groups:
        raise ValueError("groups={}: needs at least one, or None for one of all")
    columns = {}
    for name, members in groups.items():
        if isinstance(members, str):
            raise ValueError(f"group {name!r} is the text {members!r}: give a list of tickers")  # noqa: TRY004
        found = tickers.get_indexer(pd.Index(list(members), dtype=object))
        if (found < 0).any():
            unknown = [ticker for ticker, column in zip(members, found, strict=True) if column < 0]
            raise ValueError(f"group {name!r} names {unknown[0]!r}, which is no column of returns")
        if len(set(found.tolist())) < len(found):
            raise ValueError(f"group {name!r} names a ticker twice")
        columns[name] = np.sort(found).astype(np.int64)
    return columns


def factor_array(model: Model, factors: pd.DataFrame | None, index: pd.Index, rows: int) -> Floats | None:
    """(rows, k) the user's factors, padded with NaN like the panel; the market-size model takes one."""
    if factors is None:
        return None
    _check_index(factors.index, index, "factors")
    values = factors.to_numpy(np.float64)
    if model is Model.MARKET_SIZE and values.shape[1] != 1:
        raise ValueError(f"factors have {values.shape[1]} columns: the market-size model takes one, the whole market's")
    return np.pad(values, ((0, rows - len(values)), (0, 0)), constant_values=np.nan)


def _check_returns(returns: pd.DataFrame) -> None:
    index = returns.index
    if not isinstance(index, pd.DatetimeIndex):
        raise ValueError(f"returns need a DatetimeIndex of sessions, not {type(index).__name__}")  # noqa: TRY004
    if index.has_duplicates:
        raise ValueError(f"returns have the session {_day(index[index.duplicated()][0])} twice")
    if not index.is_monotonic_increasing:
        late = index[1:][np.diff(index.to_numpy()) < np.timedelta64(0)][0]
        raise ValueError(f"returns are not sorted: {_day(late)} comes after a later session")
    if returns.columns.has_duplicates:
        raise ValueError(f"returns have the column {returns.columns[returns.columns.duplicated()][0]!r} twice")
    infinite = np.argwhere(np.isinf(returns.to_numpy(np.float64)))
    if len(infinite):
        row, column = infinite[0]
        raise ValueError(f"returns of {returns.columns[column]!r} on {_day(index[row])} are infinite")


def _check_numbers(estimation: int, gap: int, min_obs: int) -> None:
    if estimation < 1:
        raise ValueError(f"estimation={estimation}: needs at least 1 session")
    if gap < 0:
        raise ValueError(f"gap={gap}: cannot be negative")
    if not 1 <= min_obs <= estimation:
        raise ValueError(f"min_obs={min_obs}: must lie between 1 and the {estimation} sessions of estimation")


def _check_windows(windows: Sequence[tuple[int, int]], gap: int) -> None:
    if not windows:
        raise ValueError("windows=(): needs at least one")
    for window in windows:
        pair = isinstance(window, tuple | list) and len(window) == 2
        if not pair or not all(isinstance(tau, int | np.integer) for tau in window):
            raise ValueError(f"windows={windows!r}: write pairs of whole numbers, such as ((0, 0), (0, 5))")
    for first, last in windows:
        if last < first:
            raise ValueError(f"window ({first}, {last}) ends before it begins")
        if first < -gap:
            raise ValueError(f"window ({first}, {last}) reaches into the estimation window, which ends at {-gap - 1}")


def _event_row(index: pd.Index, event_date: date | str) -> int:
    """Row of the first session on or after the event."""
    if not len(index):
        raise ValueError("returns have no sessions")
    wanted = _moment(event_date, index)
    if not index[0] <= wanted <= index[-1]:
        raise ValueError(f"event {_day(wanted)} lies outside the data, {_day(index[0])} to {_day(index[-1])}")
    return int(index.searchsorted(wanted))


def rows_of(events: Sequence[date | str], index: pd.Index, windows: Sequence[tuple[int, int]]) -> list[int]:
    """Rows that the windows of other events cover; an event outside the data covers none."""
    rows = [int(index.searchsorted(_moment(event, index))) for event in events]
    return other_windows(rows, windows, len(index))


def _moment(when: date | str, index: pd.Index) -> pd.Timestamp:
    """A date in the time zone of the sessions, if they have one."""
    moment, zone = pd.Timestamp(when), getattr(index, "tz", None)
    if zone is not None:
        return moment.tz_localize(zone) if moment.tzinfo is None else moment.tz_convert(zone)
    return moment.tz_localize(None) if moment.tzinfo is None else moment.tz_convert(None)


def _benchmarks(benchmark: Benchmark, returns: pd.DataFrame) -> tuple[Floats, Ints]:
    """Distinct benchmarks (T_0, B), and which of them each security has (N,)."""
    if not isinstance(benchmark, pd.Series | pd.DataFrame | Mapping):
        what = type(benchmark).__name__
        raise ValueError(f"benchmark is a {what}: give a Series, a DataFrame or a dict of Series")  # noqa: TRY004
    if isinstance(benchmark, pd.Series):
        _check_index(benchmark.index, returns.index, "benchmark")
        return benchmark.to_numpy(np.float64)[:, None], np.zeros(returns.shape[1], dtype=np.int64)
    distinct: dict[bytes, int] = {}
    columns: list[Floats] = []
    which: list[int] = []
    if isinstance(benchmark, pd.DataFrame):
        _check_index(benchmark.index, returns.index, "benchmark")
    for ticker in returns.columns:
        if ticker not in benchmark:
            raise ValueError(f"benchmark has nothing for {ticker!r}")
        series = benchmark[ticker]
        if not isinstance(benchmark, pd.DataFrame):
            _check_index(series.index, returns.index, f"benchmark of {ticker!r}")
        values = series.to_numpy(np.float64)
        number = distinct.setdefault(values.tobytes(), len(columns))
        if number == len(columns):
            columns.append(values)
        which.append(number)
    return np.column_stack(columns), np.asarray(which, dtype=np.int64)


def _check_index(index: pd.Index, sessions: pd.Index, name: str) -> None:
    if index.equals(sessions):
        return
    if index.has_duplicates:
        raise ValueError(f"{name} has the session {_day(index[index.duplicated()][0])} twice")
    lacking = sessions.difference(index)
    if len(lacking):
        raise ValueError(f"{name} is not aligned with returns: it lacks {_day(lacking[0])}")
    surplus = index.difference(sessions)
    if len(surplus):
        raise ValueError(f"{name} is not aligned with returns: it has {_day(surplus[0])}, which they lack")
    raise ValueError(f"{name} is not sorted as returns are")


def _day(when: Any) -> str:
    return str(when.date()) if isinstance(when, pd.Timestamp) else str(when)
