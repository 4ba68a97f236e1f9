"""`pooled_study`: many events for notebooks, pandas in and out, by the engine of `screener study`."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from screener.pooled.events import EventFile, EventRow
from screener.pooled.frames import Results, frames_of, left_out_of
from screener.pooled.placing import Placed, first_of_each, on_session
from screener.pooled.pools import Pools
from screener.pooled.slices import measured
from screener.study import display, inputs
from screener.study.display import as_cell
from screener.study.frame_checks import day_of
from screener.study.models import Refit
from screener.study.units import MODELS, Plan, Returns

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_KNOWN = ("event_id", "date", "ticker", "group")
"""Columns of the events that are no characteristics."""


@dataclass(frozen=True, eq=False, repr=False)
class PooledStudy(display.Shown):
    """What many events did. Figures are decimals (0.01 is 1%); NaN is never a number that could not be had.

    Columns are named, and figures computed, as by `screener study`.
    """

    events: pd.DataFrame
    """One row per event and window, by session; then the events that are left out, with a reason."""
    pooled: pd.DataFrame
    """One row per group and window, and per pair of groups and window: CAAR with its 95% interval, the headline
    (p_shift, by circular shifts of the calendar), and the other tests; t_bmp and t_csect assume independence."""
    paths: pd.DataFrame
    """One row per group and session around the event: mean abnormal return, and its sum since the session before."""
    regression: pd.DataFrame
    """One row per window and term: CAR on the numeric columns of the events, errors clustered by date and firm."""
    heading: str
    """What was studied, and how."""
    notes: tuple[str, ...]
    """What a reader of the figures must know, a sentence each."""

    def plot(self, *groups: str, ax: Axes | None = None) -> Axes:
        """Draw the mean path since the session before the event, in percent, with matplotlib.

        Args:
            groups: which; by default all, with their intervals where they are few.
            ax: where to draw; by default on a figure of its own.

        Raises:
            ValueError: a name that is no group.
        """
        known = list(dict.fromkeys(self.paths["group"]))
        for group in groups:
            if group not in known:
                raise ValueError(f"{group!r} is not a group: groups are {', '.join(map(str, known))}")
        paths = self.paths.rename(columns={"caar_low": "ci_low", "caar_high": "ci_high"})
        chosen = [(group, paths[paths["group"] == group]) for group in groups or known]
        return display.plot_paths(chosen, (), ax, origin="-1 = the base", what="mean cumulative abnormal return")

    def _table(self) -> tuple[list[list[str]], int, str]:
        rows = [["window", "group", "events", "sessions", "CAAR %", "95% interval", "z", "p", "shifts"]]
        rows += [
            [
                display.as_window(int(row["window_start"]), int(row["window_end"])),
                row["group"] if row["versus"] is None else f"{row['group']} - {row['versus']}",
                *(as_cell(row[name], "{:.0f}") for name in ("events", "sessions")),
                as_cell(100 * row["caar"], "{:+.2f}"),
                display.as_interval(row["caar_low"], row["caar_high"]),
                as_cell(row["z_shift"], "{:.2f}"),
                as_cell(row["p_shift"], "{:.3f}"),
                as_cell(row["shifts"], "{:.0f}"),
            ]
            for row in self.pooled.head(display.MOST_ROWS).to_dict("records")
        ]
        return rows, len(self.pooled), ".pooled"


def pooled_study(
    events: pd.DataFrame,
    returns: pd.DataFrame | pd.Series,
    benchmark: inputs.Benchmark,
    *,
    groups: Mapping[Any, Sequence[Any]] | None = None,
    model: str = "market",
    estimation: int = 120,
    gap: int = 10,
    windows: Sequence[tuple[int, int]] = ((0, 0), (0, 5)),
    min_obs: int = 60,
    other_events: Sequence[date | str] = (),
) -> PooledStudy:
    """Measure many events, each with a date of its own, and what they did on average.

    Rows of one session form one portfolio: dates, not rows, are the units. The headline shifts the whole calendar of
    events along the sessions of `returns`, which should therefore reach well beyond the events.

    Args:
        events: a row per event. `date`: tau = 0 is this date, or the first session after it. `ticker`: a column of
            `returns`, or a name of `groups`; without one the event concerns every one of `groups`, or all stocks.
            `group`: which events are compared. `event_id`. Every other numeric column is a characteristic that CARs
            are regressed on.
        returns: as for `event_study`.
        benchmark: as for `event_study`.
        groups: name -> tickers, sets of stocks that events concern together.
        model: 'market', 'market-adjusted' or 'mean-adjusted'.
        estimation: as for `event_study`.
        gap: as for `event_study`.
        windows: first and last tau of each event window; the first leads.
        min_obs: as for `event_study`.
        other_events: as for `event_study`.

    Raises:
        ValueError: one line that names the offending value and what mends it.
    """
    refit = Refit(inputs.model_of(model, MODELS), estimation, gap, min_obs)
    inputs.check_plan(refit, windows)
    returns = inputs.panel_of(returns)
    benchmarks, benchmark_of = inputs.benchmarks_of(benchmark, returns)
    plan = Plan(refit, [range(first, last + 1) for first, last in windows])
    file = _file(events)
    pools = _pools(file, returns, groups, plan, other_events)
    places = [list(map(str, returns.columns)).index(ticker) for ticker in pools.tickers]
    panel = Returns(returns.to_numpy()[:, places], benchmarks, benchmark_of[places])
    sessions = np.array(pools.days, dtype="datetime64[D]")
    frames, note = frames_of(Results.of(pools, [measured(part, panel, sessions, {}) for part in pools.slices()]), file)
    left_out = left_out_of(frames)
    _refuse_nothing(pools, left_out, len(frames.events) - left_out.total())
    return PooledStudy(
        events=frames.events.drop(columns=["name_ko", "name_en"]),
        pooled=frames.pooled,
        paths=frames.paths,
        regression=frames.regression,
        heading=_heading(pools, len(pools.placed) - left_out.total()),
        notes=tuple(_notes(left_out, len(pools.placed), note)),
    )


def _file(events: pd.DataFrame) -> EventFile:
    """The rows of a frame of events, as those of a file."""
    if not isinstance(events, pd.DataFrame):
        what = type(events).__name__
        raise ValueError(f"events are a {what}: give a DataFrame with a column of dates")  # noqa: TRY004
    if "date" not in events:
        raise ValueError(f"events have no column 'date', only {', '.join(map(repr, events.columns))}")
    if events.empty:
        raise ValueError("events have no rows")
    numeric = events.drop(columns=[name for name in _KNOWN if name in events]).select_dtypes(["number", "bool"])

    def texts(name: str) -> list[str]:
        if name not in events:
            return [""] * len(events)
        return ["" if pd.isna(value) else str(value) for value in events[name]]

    rows = [
        EventRow(
            place=place,
            event_id=event_id or str(place + 1),
            written="" if pd.isna(when) else str(when).removesuffix(" 00:00:00"),
            moment=None if pd.isna(when) else day_of(when, "date").date(),
            ticker=ticker or None,
            sector=None,
            window=None,
            values={"group": group},
        )
        for place, (event_id, when, ticker, group) in enumerate(
            zip(texts("event_id"), events["date"], texts("ticker"), texts("group"), strict=True)
        )
    ]
    characteristics = {str(name): numeric[name].to_numpy(dtype=np.float64).tolist() for name in numeric}
    return EventFile(Path("events"), rows, "group" in events, (), characteristics)


def _pools(
    file: EventFile,
    returns: pd.DataFrame,
    groups: Mapping[Any, Sequence[Any]] | None,
    plan: Plan,
    other_events: Sequence[date | str],
) -> Pools:
    """Every row on its session and its stocks."""
    days = [day.date() for day in returns.index]
    tickers = [str(ticker) for ticker in returns.columns]
    named = inputs.columns_of(groups, returns.columns) if groups else {}
    sets = {str(name): tuple(tickers[column] for column in columns) for name, columns in named.items()}
    placed = first_of_each(one for row in file.rows for one in _placed(row, days, plan, tickers, sets))
    pools = Pools(placed, days, plan, [day_of(day, "other_events").date() for day in other_events])
    _refuse_nothing(pools, Counter(one.reason for one in placed if one.reason), len(pools.used))
    return pools


def _placed(
    row: EventRow, days: Sequence[date], plan: Plan, tickers: Sequence[str], sets: Mapping[str, tuple[str, ...]]
) -> list[Placed]:
    number = bisect_left(days, row.moment) if row.moment else len(days)
    at = on_session(row, days[number] if number < len(days) else None, days, plan)
    group = row.values["group"] or None
    if row.ticker is None:
        of = sets or {"all": tuple(tickers)}
        return [replace(at, members=own, names=(name, name), group=group or name) for name, own in of.items()]
    if row.ticker in sets:
        return [replace(at, members=sets[row.ticker], names=(row.ticker, row.ticker), group=group)]
    if row.ticker in tickers:
        return [replace(at, members=(row.ticker,), ticker=row.ticker, group=group)]
    return [replace(at, ticker=row.ticker, reason="no such stock")]


def _refuse_nothing(pools: Pools, reasons: Counter[str], used: int) -> None:
    if used:
        return
    why = ", ".join(f"{reason}: {count}" for reason, count in reasons.most_common())
    first = next((one.ticker for one in pools.placed if one.reason == "no such stock"), None)
    unknown = "" if first is None else f"; {first!r} is not a column of returns"
    raise ValueError(f"none of {len(pools.placed)} events can be used ({why}){unknown}")


def _heading(pools: Pools, used: int) -> str:
    many, refit = len({one.session for one in pools.placed if not one.reason}), pools.plan.refit
    return (
        f"{used} events on {many} sessions, {pools.days[0]} to {pools.days[-1]}: model {str(refit.model)!r}, "
        f"each learned from {refit.estimation} sessions"
    )


def _notes(left_out: Counter[str], count: int, note: str) -> list[str]:
    notes = []
    if left_out:
        why = ", ".join(f"{reason}: {number}" for reason, number in left_out.most_common())
        notes.append(f"{left_out.total()} of {count} events are left out ({why}): see .events.")
    return [*notes, *([f"No regression, or not all of it: {note}."] if note else [])]
