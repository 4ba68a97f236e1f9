"""Rows of the frames for the views, and their columns as tables of text."""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from screener.analysis.model import Window
from screener.i18n import N_, _, language, name_of
from screener.report.blocks import WIDE, Cell, Field
from screener.report.grids import PageColumn, percent
from screener.report.model import Happening, Report

POST_HOC = N_("* put together after the event because of how they moved: descriptive only, not evidence.")
"""Note on the stars of post-hoc groups."""
CHOSEN = N_(
    "The event names no pair, so this is the strongest minus the weakest sector. Each ordinary session is also "
    "compared by its own strongest minus its own weakest, so that p allows for the choice."
)
"""Note on a spread that was chosen."""
_AT_A_GLANCE = 10
"""Sectors of a summary, or of a chart, from which those in the middle are left out if there are more."""
_SPARK = range(-1, 7)
"""Sessions that the small path of a sector draws."""
_TAUS = (-5, -3, -1, 0, 1, 2, 3, 5, 7, 10, 15, 20)
"""Sessions of a path that tables show, beside its last one; the files have every one."""


def rows_of(frame: pd.DataFrame) -> list[Any]:
    """The rows of a frame as named tuples; several times as fast as `itertuples` on wide frames."""
    return list(map(_row_type(tuple(frame.columns))._make, frame.to_numpy(dtype=object).tolist()))


@cache
def _row_type(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", columns)


def names_in(frame: pd.DataFrame, *, starred: bool = False) -> list[str]:
    """Names in the language of the process; `starred`: with a star where a group was put together after the event."""
    names: list[str] = frame[f"name_{language()}"].tolist()
    if not starred:
        return names
    return [f"{name} *" if post_hoc else name for name, post_hoc in zip(names, frame["post_hoc"], strict=True)]


def label_of(row: Any) -> str:
    """The label of a sector or theme: SECTOR, or SECTOR:theme."""
    return row.sector if row.theme is None else f"{row.sector}:{row.theme}"


def _labels(frame: pd.DataFrame) -> list[str]:
    themes = zip(frame["sector"], frame["theme"], strict=True)
    return [sector if theme is None else f"{sector}:{theme}" for sector, theme in themes]


def group_names(report: Report) -> dict[str, str]:
    """Names of the sectors and themes by label."""
    frame = rows_at(report.frames.sectors, report.leading)
    configured = {name: name_of(both) for name, both in report.sector_names.items()}
    return configured | dict(zip(_labels(frame), names_in(frame, starred=True), strict=True))


def news(happenings: Iterable[Happening]) -> list[str]:
    """What else moved prices, each with its day."""
    return [name_of(happening.dated) for happening in happenings]


def rows_at(frame: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The rows of a frame that are about `window`."""
    return frame[(frame["window_start"] == window.first) & (frame["window_end"] == window.last)]


def groups_at(report: Report, window: Window) -> list[Any]:
    """Sectors and themes in a window in the order of the configuration, each with `name`, `versus` and `spark`."""
    frame, paths = rows_at(report.frames.sectors, window), caar_paths(report)
    group_paths = [paths.get(label, {}) for label in _labels(frame)]
    sparks = [tuple(path[tau] for tau in _SPARK if tau in path) for path in group_paths]
    versus = frame["mean_return_ew"] - frame["benchmark_return"]
    frame = frame.assign(
        name=names_in(frame, starred=True), versus=versus, spark=pd.Series(sparks, frame.index, dtype=object)
    )
    return rows_of(frame)


def sectors_at(report: Report, window: Window) -> list[Any]:
    """Sectors in a window as `best_first` has them."""
    return best_first(row for row in groups_at(report, window) if row.theme is None)


def ends(sectors: Sequence[Any]) -> list[Any]:
    """Of sectors, best first, those at both ends where they are too many for a glance; all that are no evidence."""
    evidence = [row for row in sectors if not row.post_hoc]
    if len(sectors) <= _AT_A_GLANCE:
        return list(sectors)
    half = _AT_A_GLANCE // 2
    return [*evidence[:half], *evidence[half:][-half:], *sectors[len(evidence) :]]


def best_first(groups: Iterable[Any]) -> list[Any]:
    """Groups by abnormal return, or by plain return where no group has an abnormal one, the highest first.

    Those without a figure come last, and those that were put together after the event at the end.
    """
    rows = list(groups)
    measure = "caar_ew" if any(math.isfinite(row.caar_ew) for row in rows) else "mean_return_ew"

    def place(row: Any) -> tuple[bool, bool, float]:
        value = getattr(row, measure)
        return row.post_hoc, math.isnan(value), 0.0 if math.isnan(value) else -value

    return sorted(rows, key=place)


def stocks_at(report: Report, window: Window) -> list[Any]:
    """Stocks in a window, each with `name`, `starred`, `sector_name` and `versus`."""
    frame = rows_at(report.frames.stocks, window)
    frame = frame.assign(
        name=names_in(frame),
        starred=names_in(frame, starred=True),
        sector_name=frame["sector"].map(group_names(report)),
        versus=frame["raw_return"] - frame["benchmark_return"],
    )
    return rows_of(frame)


def each_once(stocks: Iterable[Any]) -> list[Any]:
    """One row of each stock: its figures are the same in all its sectors; that of one that is evidence, if any is."""
    once: dict[str, Any] = {}
    for row in stocks:
        if row.ticker not in once or once[row.ticker].post_hoc:
            once[row.ticker] = row
    return list(once.values())


def spread_rows(report: Report) -> list[Any]:
    """Spreads in every window, each with the names of its sides, `a` and `b`, and of the `pair`."""
    frame, names = report.frames.spreads, group_names(report)
    a, b = ([names[label] for label in frame[side]] for side in ("sector_a", "sector_b"))
    pairs = [_("{a} - {b}", a=first, b=second) for first, second in zip(a, b, strict=True)]
    return rows_of(frame.assign(a=a, b=b, pair=pairs))


def is_at(row: Any, window: Window) -> bool:
    """Whether a row is about `window`."""
    return bool(row.window_start == window.first and row.window_end == window.last)


def caar_paths(report: Report) -> dict[str, dict[int, float]]:
    """By label of a sector or theme, its CAAR by session: decimal, 0 at the base."""
    paths: dict[str, dict[int, float]] = {}
    frame = report.frames.paths
    for label, tau, caar in zip(_labels(frame), frame["tau"].tolist(), frame["caar"].tolist(), strict=True):
        paths.setdefault(label, {})[tau] = caar
    return paths


def fields_of(rows: Sequence[Any], columns: Iterable[PageColumn]) -> tuple[Field, ...]:
    """The columns of `rows`, one field each."""
    return tuple(
        Field(
            _(column.header),
            tuple(column.cell(getattr(row, column.name) if column.name else row) for row in rows),
            column.priority,
            column.right,
            column.kind,
        )
        for column in columns
    )


def fields_by_tau(
    named: Sequence[tuple[str, Mapping[int, float]]], cell: Callable[[float], Cell] = percent, first: str = N_("Sector")
) -> tuple[Field, ...]:
    """Figures of sectors by session, one row each, or of what `first` heads; empty if none reaches beyond the event
    day. Wide terminals have room for sessions beside those that every table shows.
    """
    taus = {tau for _name, path in named for tau in path}
    last = max(taus, default=0)
    if last <= 0:
        return ()
    columns = [
        Field(
            f"{tau:+d}" if tau else "0",
            tuple(cell(path.get(tau, math.nan)) for _name, path in named),
            0 if tau in (0, last) else abs(tau) if tau in _TAUS else WIDE + abs(tau),
        )
        for tau in sorted(taus)
    ]
    return (Field(_(first), tuple(Cell(name) for name, _path in named), right=False), *columns)
