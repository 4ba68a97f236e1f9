"""Checks what a notebook passes to `event_study`, and turns it into the arrays of a `Study`.

What has one meaning is taken: dates as text or `datetime.date`, a longer or unsorted benchmark, numbers in an object
column. What would give a wrong number is refused, with the line that mends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from screener.study import Floats, Ints
from screener.study.frame_checks import check_holidays, check_scale, check_shift, day_of, numbers_of, sessions_of, shown
from screener.study.models import Model, Refit
from screener.study.placebo import other_windows
from screener.study.study import Study

Benchmark = pd.Series | pd.DataFrame | Mapping[Any, pd.Series]


def model_of(name: str, known: Iterable[Model] = Model) -> Model:
    """The model of that name, one of those that are `known`."""
    if name not in [model.value for model in known]:
        raise ValueError(f"model={name!r}: must be one of {', '.join(known)}")
    return Model(name)


def panel_of(returns: pd.DataFrame | pd.Series) -> pd.DataFrame:
    """The returns as float64, decimal, sessions x tickers; sessions are sorted midnights without a zone.

    Raises:
        ValueError: one line that names the offending value and what mends it.
    """
    if isinstance(returns, pd.Series):
        returns = returns.to_frame("stock" if returns.name is None else returns.name)
    if not isinstance(returns, pd.DataFrame):
        what = type(returns).__name__
        raise ValueError(f"returns are a {what}: give a DataFrame, sessions by tickers, or a Series")  # noqa: TRY004
    if returns.columns.nlevels > 1:
        raise ValueError(
            f"returns have columns of {returns.columns.nlevels} levels, such as {returns.columns[0]}: choose one, "
            f"returns = returns[{returns.columns[0][0]!r}]"
        )
    if returns.columns.has_duplicates:
        raise ValueError(f"returns have the column {returns.columns[returns.columns.duplicated()][0]!r} twice")
    if returns.empty:
        raise ValueError("returns have no sessions" if len(returns.columns) else "returns have no columns")
    sessions = sessions_of(returns.index, "returns")
    if not sessions.is_monotonic_increasing:
        if sessions.is_monotonic_decreasing:
            raise ValueError("returns are newest first: sort the prices by date, then compute the returns again")
        late = sessions[1:][np.diff(sessions.to_numpy()) < np.timedelta64(0)][0]
        raise ValueError(f"returns are not sorted: {late.date()} comes after a later session: returns.sort_index()")
    panel = pd.DataFrame(numbers_of(returns, "returns"), index=sessions, columns=returns.columns)
    check_scale(panel, "returns")
    return panel


def study_of(
    returns: pd.DataFrame,
    benchmark: Benchmark,
    event_date: date | str,
    refit: Refit,
    windows: Sequence[tuple[int, int]],
) -> Study:
    """The study of a panel; sessions that an event window still lacks are NaN rows.

    Raises:
        ValueError: one line that names the offending value and what mends it.
    """
    check_plan(refit, windows)
    event = _event_row(returns.index, event_date)
    sessions = max(event - refit.gap, 0)
    if sessions < refit.min_obs:
        day = returns.index[event].date()
        raise ValueError(
            f"only {sessions} sessions to learn from before {day} less a gap of {refit.gap}: needs {refit.min_obs}"
        )
    missing = max(0, event + max(last for _, last in windows) + 1 - len(returns))
    benchmarks, benchmark_of = benchmarks_of(benchmark, returns)
    return Study(
        returns=np.pad(returns.to_numpy(), ((0, missing), (0, 0)), constant_values=np.nan),
        benchmarks=np.pad(benchmarks, ((0, 0), (0, missing)), constant_values=np.nan),
        benchmark_of=benchmark_of,
        event=event,
        refit=refit,
        windows=[slice(event + first, event + last + 1) for first, last in windows],
    )


def completed(
    study: Study,
    returns: pd.DataFrame,
    other_events: Sequence[date | str],
    factors: pd.DataFrame | None,
    caps: Mapping[Any, float] | pd.Series | None,
) -> Study:
    """The study with what a user knows beside returns and benchmark.

    Raises:
        ValueError: one line that names the offending value and what mends it.
    """
    if factors is not None:
        known = _aligned(factors, returns.index, "factors").to_numpy()
        known = np.pad(known, ((0, len(study.returns) - len(known)), (0, 0)), constant_values=np.nan)
        if study.refit.model is not Model.MARKET_SIZE:
            study = replace(study, factors=known)
        elif known.shape[1] == 1:
            study = replace(study, equal_weight=known[:, 0])
        else:
            many = known.shape[1]
            raise ValueError(f"factors have {many} columns: the market-size model takes one, the whole market's")
    if isinstance(other_events, str):
        raise ValueError(f"other_events={other_events!r}: give a list of dates")  # noqa: TRY004
    rows = [int(returns.index.searchsorted(day_of(event, "other_events"))) for event in other_events]
    windows = [(window.start - study.event, window.stop - 1 - study.event) for window in study.windows]
    study = replace(study, excluded=other_windows(rows, windows, len(returns)))
    if caps is None:
        return study
    sizes = np.array([caps.get(ticker, np.nan) for ticker in returns.columns], dtype=np.float64)
    if not np.isfinite(sizes).any():
        raise ValueError(f"caps have no column of returns, only {_listed(caps.keys())}")
    return replace(study, caps=sizes)


def check_plan(refit: Refit, windows: Sequence[tuple[int, int]]) -> None:
    """Refuse numbers of sessions, and windows, that say nothing.

    Raises:
        ValueError: one line that names the offending value.
    """
    estimation, gap, min_obs = refit.estimation, refit.gap, refit.min_obs
    if estimation < 1:
        raise ValueError(f"estimation={estimation}: needs at least 1 session")
    if gap < 0:
        raise ValueError(f"gap={gap}: cannot be negative")
    if not 1 <= min_obs <= estimation:
        raise ValueError(f"min_obs={min_obs}: must lie between 1 and the {estimation} sessions of estimation")
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
            raise ValueError(f"window ({first}, {last}) overlaps the estimation window, which ends at {-gap - 1}")
    if len({tuple(window) for window in windows}) < len(windows):
        raise ValueError(f"windows={windows!r}: one is listed twice")


def benchmarks_of(benchmark: Benchmark, returns: pd.DataFrame) -> tuple[Floats, Ints]:
    """Distinct benchmarks (B, T_0) on the sessions of `returns`, and which of them each security has (N,).

    Raises:
        ValueError: one line that names the offending value and what mends it.
    """
    benchmarks, benchmark_of = _benchmarks(benchmark, returns)
    check_holidays(returns, benchmarks)
    for number, values in enumerate(benchmarks.T):
        check_shift(returns.to_numpy()[:, benchmark_of == number], values)
    return benchmarks.T, benchmark_of


def columns_of(groups: Mapping[Any, Sequence[Any]] | None, tickers: pd.Index) -> dict[Any, Ints]:
    """Columns of each group; without groups, one of all securities, or the only one under its own name."""
    if groups is None:
        return {"all" if len(tickers) > 1 else tickers[0]: np.arange(len(tickers))}
    if not isinstance(groups, Mapping):
        what = type(groups).__name__
        raise ValueError(f"groups are a {what}: give a dict, {{'chips': ['000660', '005930']}}")  # noqa: TRY004
    if not groups:
        raise ValueError("groups={}: needs at least one, or None for one of all")
    columns = {}
    for name, members in groups.items():
        if isinstance(members, str) or not isinstance(members, Iterable):
            raise ValueError(f"group {name!r} is {members!r}: give a list of tickers")  # noqa: TRY004
        members = list(members)
        if not members:
            raise ValueError(f"group {name!r} has no tickers")
        found = tickers.get_indexer(pd.Index(members, dtype=object))
        unknown = [ticker for ticker, column in zip(members, found, strict=True) if column < 0]
        if unknown:
            more = f" and {len(unknown) - 1} more" if unknown[1:] else ""
            few = "which is not a column" if not more else "which are not columns"
            raise ValueError(f"group {name!r} names {unknown[0]!r}{more}, {few} of returns{_near(unknown[0], tickers)}")
        if len(set(found.tolist())) < len(found):
            raise ValueError(f"group {name!r} names a ticker twice")
        columns[name] = np.sort(found).astype(np.int64)
    return columns


def pairs_of(spreads: Sequence[tuple[Any, Any]] | None, groups: Mapping[Any, Ints]) -> list[tuple[Any, Any]]:
    """The pairs of names of groups that are to be compared."""
    pairs = [] if spreads is None else list(spreads)
    for pair in pairs:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise ValueError(f"spreads={spreads!r}: write pairs of groups, such as [('chips', 'web')]")
        for name in pair:
            if name not in groups:
                raise ValueError(f"spread {pair!r} names {name!r}, which is not a group: groups are {_listed(groups)}")
        if np.array_equal(groups[pair[0]], groups[pair[1]]):
            raise ValueError(f"spread {pair!r} is a group minus itself")
    return [(a, b) for a, b in pairs]


def _event_row(sessions: pd.Index, event_date: date | str) -> int:
    """Row of the first session on or after the event."""
    wanted = day_of(event_date)
    if not sessions[0] <= wanted <= sessions[-1]:
        raise ValueError(f"event {wanted.date()} lies outside the data, {sessions[0].date()} to {sessions[-1].date()}")
    return int(sessions.searchsorted(wanted))


def _benchmarks(benchmark: Benchmark, returns: pd.DataFrame) -> tuple[Floats, Ints]:
    """Distinct benchmarks (T_0, B), and which of them each security has (N,)."""
    if not isinstance(benchmark, pd.Series | pd.DataFrame | Mapping):
        what = type(benchmark).__name__
        raise ValueError(f"benchmark is a {what}: give a Series, a DataFrame or a dict of Series")  # noqa: TRY004
    if isinstance(benchmark, pd.DataFrame):
        alone = benchmark.shape[1] == 1 and benchmark.columns[0] not in returns
        benchmark = benchmark.iloc[:, 0] if alone else {name: benchmark[name] for name in benchmark}
    if isinstance(benchmark, pd.Series):
        return _one_benchmark(benchmark, returns.index, "benchmark"), np.zeros(returns.shape[1], dtype=np.int64)
    distinct: dict[bytes, int] = {}
    columns: list[Floats] = []
    which: list[int] = []
    for ticker in returns.columns:
        if ticker not in benchmark:
            raise ValueError(
                f"benchmark has nothing for {ticker!r}, only for {_listed(benchmark)}: give a column for each ticker, "
                "or one Series for all"
            )
        values = _one_benchmark(benchmark[ticker], returns.index, f"benchmark[{ticker!r}]")
        number = distinct.setdefault(values.tobytes(), len(columns))
        if number == len(columns):
            columns.append(values[:, 0])
        which.append(number)
    return np.column_stack(columns), np.asarray(which, dtype=np.int64)


def _one_benchmark(series: pd.Series, sessions: pd.Index, name: str) -> Floats:
    """(T_0, 1)"""
    frame = _aligned(series.to_frame(name), sessions, name)
    check_scale(frame, name)
    return frame.to_numpy()


def _aligned(frame: pd.DataFrame, sessions: pd.Index, name: str) -> pd.DataFrame:
    """The rows of `sessions`, whatever the order of `frame`.

    What it has before and after them is left out, and between them what did not move, as on a holiday.
    """
    days = sessions_of(frame.index, name)
    numbers = pd.DataFrame(numbers_of(frame, name), index=days, columns=frame.columns).sort_index()
    lacking = sessions.difference(days)
    if len(lacking):
        more = f" and {len(lacking) - 1} more sessions" if len(lacking) > 1 else ""
        mend = f"{name} = {name}.reindex(returns.index) if it is not known then"
        if lacking[-1] < numbers.index[0]:
            mend = f"returns = returns.loc['{numbers.index[0].date()}':]"
        raise ValueError(f"{name} is not aligned with returns: it lacks {shown(lacking[0])}{more}: {mend}")
    between = numbers.loc[sessions[0] : sessions[-1]].drop(sessions)
    between = between[(between.fillna(0.0) != 0).any(axis=1)]
    if len(between):
        raise ValueError(
            f"{name} is not aligned with returns: it has {shown(between.index[0])}, which they lack: give them that "
            "session, with NaN for a stock that did not trade"
        )
    return numbers.loc[sessions]


def _near(ticker: Any, tickers: pd.Index) -> str:
    """What may have been meant."""
    text, known = str(ticker), {str(one): one for one in tickers}
    if text in known:
        return f", where it is the {type(known[text]).__name__} {known[text]!r}"
    bare = re.sub(r"^(KRX:|A(?=\d{6}$))|\.(KS|KQ)$", "", text)
    stripped = {one.lstrip("0"): known[one] for one in known}
    meant = known.get(bare.zfill(6)) or known.get(bare) or stripped.get(bare.lstrip("0"))
    if meant is None and (close := get_close_matches(text, known, n=1)):
        meant = known[close[0]]
    return "" if meant is None else f": did you mean {meant!r}?"


def _listed(names: Iterable[Any]) -> str:
    first = [repr(name) for name in names]
    return ", ".join(first[:5]) + (" and more" if len(first) > 5 else "")
