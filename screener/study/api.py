"""`event_study`: the engine for notebooks, pandas in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from screener.study import display
from screener.study.display import as_cell
from screener.study.models import Refit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from screener.study.inputs import Benchmark

_LEADING = ("n", "mean_return_ew", "caar_ew", "ci_low", "ci_high", "placebo_rank", "placebo_n", "placebo_p", "q")
"""Columns of a summary."""


@dataclass(frozen=True, eq=False, repr=False)
class EventStudy(display.Shown):
    """What an event did. Figures are decimals (0.01 is 1%); NaN is never a number that could not be had.

    Intervals (`ci_low`, `ci_high`) are of 95%: of a stock by its t, of a group or a spread by its placebo sessions.
    """

    ar: pd.DataFrame
    """Abnormal return, tau x ticker, over all sessions from the first to the last of the windows."""
    car: pd.DataFrame
    """Cumulative abnormal return, window x ticker; NaN if a session of the window is missing."""
    stocks: pd.DataFrame
    """One row per (window, ticker): raw and benchmark return, car with its interval, bhar, scar, t and p, q over the
    stocks (Benjamini-Hochberg), alpha, beta, observations."""
    groups: pd.DataFrame
    """One row per (window, group): mean returns, CAAR (the mean of the members' CARs) with its interval, the headline
    (placebo_p; q and p_family over the groups), the other tests. Columns are named as in a report; those of
    `battery.NAIVE` assume independence between stocks and reject far too often on one common date. `undefined` says
    which statistics do not exist, and why."""
    spreads: pd.DataFrame
    """One row per (window, spread): group_a minus group_b, tested as one portfolio; no rows without `spreads`."""
    paths: pd.DataFrame
    """One row per (group, session): `aar`, the mean abnormal return of the members that traded, and `caar`, its sum
    since the base (tau = -1, where it is 0), with its interval."""
    placebos: pd.DataFrame
    """One row per (window, series, placebo session): what a group or spread would have had, had the event been then."""
    skipped: pd.DataFrame
    """(ticker, reason) of every stock that has no figure, or none for some window."""
    event_day: pd.Timestamp
    """Tau = 0."""
    heading: str
    """What was studied, and how."""
    notes: tuple[str, ...]
    """What a reader of the figures must know, a sentence each."""
    _grouped: bool
    """Whether the user named groups."""

    def summary(self) -> pd.DataFrame:
        """The leading figures, one row per (window, group or spread), decimals."""
        import pandas as pd

        columns = [name for name in _LEADING if name in self.groups]
        if "placebo_p" not in columns or self.groups["placebo_p"].isna().all():
            columns = [*columns[: columns.index("caar_ew") + 1], "t_portfolio", "p_portfolio"]
        tables = [self.groups.assign(n=self.groups["n_window"])]
        if len(self.spreads):
            named = self.spreads.rename(columns={"spread": "group"})
            tables.append(named.assign(n=named["n_a"] + named["n_b"]))
        figures = pd.concat(tables, ignore_index=True).set_index(["window", "group"])[columns]
        return pd.concat([figures.xs(window, drop_level=False) for window in self.car.index])

    def plot(self, *names: Any, ax: Axes | None = None) -> Axes:
        """Draw the cumulative abnormal return since the session before the event, in percent, with matplotlib.

        Args:
            names: groups, with their intervals, or tickers; by default all groups, or without groups all stocks.
            ax: where to draw; by default on a figure of its own.

        Raises:
            ValueError: a name that is neither a group nor a ticker.
        """
        paths = [(name, self._path(name)) for name in names or dict.fromkeys(self.paths["group"])]
        behind: list[pd.DataFrame] = []
        if not names and not self._grouped and len(self.ar.columns) > 1:
            of_stocks = [(ticker, self._path(ticker)) for ticker in self.ar.columns]
            if len(of_stocks) < len(display.COLOURS):
                paths += of_stocks
            else:
                behind = [path for _, path in of_stocks]
        origin = f"0 = {self.event_day.date()}; -1 = the base"
        return display.plot_paths(paths, behind, ax, origin=origin, what="cumulative abnormal return")

    def _path(self, name: Any) -> pd.DataFrame:
        """The path of a group, or of a stock, since the base."""
        of_group: pd.DataFrame = self.paths[self.paths["group"] == name]
        if len(of_group):
            return of_group
        if name not in self.ar:
            known = ", ".join(map(str, dict.fromkeys(self.paths["group"])))
            raise ValueError(f"{name!r} is neither a group nor a ticker: groups are {known}")
        own = self.ar[name]
        path = own.cumsum()
        if -1 in path.index:
            path = path - own.loc[:-1].sum()
        else:
            path.loc[-1] = 0.0
        since_base: pd.DataFrame = path.sort_index().rename("caar").rename_axis("tau").reset_index()
        return since_base

    def _table(self) -> tuple[list[list[str]], int, str]:
        summary = self.summary()
        ranked = "placebo_p" in summary
        header = ["window", "group", "n", "mean return %", "CAAR %"]
        header += ["95% interval", "rank", "p", "q"] if ranked else ["t", "p"]
        rows = [header]
        for _, row in summary.head(display.MOST_ROWS).reset_index().iterrows():
            cells = [str(row["window"]), str(row["group"]), as_cell(row["n"], "{:.0f}")]
            cells += [as_cell(100 * row[name], "{:+.2f}") for name in ("mean_return_ew", "caar_ew")]
            if ranked:
                rank, sessions = (as_cell(row[name], "{:.0f}") for name in ("placebo_rank", "placebo_n"))
                cells.append(display.as_interval(row["ci_low"], row["ci_high"]))
                cells.append(f"{rank} of {sessions}" if rank != "-" else "-")
                cells += [as_cell(row[name], "{:.3f}") for name in ("placebo_p", "q")]
            else:
                cells += [as_cell(row["t_portfolio"], "{:.2f}"), as_cell(row["p_portfolio"], "{:.3f}")]
            rows.append(cells)
        return rows, len(summary), ".summary()"


def event_study(
    returns: pd.DataFrame | pd.Series,
    benchmark: Benchmark,
    event_date: date | str,
    *,
    groups: Mapping[Any, Sequence[Any]] | None = None,
    model: str = "market",
    estimation: int = 120,
    gap: int = 10,
    windows: Sequence[tuple[int, int]] = ((0, 0), (0, 5)),
    min_obs: int = 60,
    placebo: bool = True,
    spreads: Sequence[tuple[Any, Any]] | None = None,
    other_events: Sequence[date | str] = (),
    factors: pd.DataFrame | None = None,
    caps: Mapping[Any, float] | None = None,
) -> EventStudy:
    """Measure what one event, common to all securities, did to each of them and to groups of them.

    Args:
        returns: index sessions, columns tickers, or a Series of one stock; simple returns over one session, decimal
            (0.01 is 1%); NaN = no trade. The first return after a halt spans several sessions: it must be NaN too,
            for booked on one day it would look like an effect. `close.pct_change(fill_method=None)` gives both.
        benchmark: returns of the market, as a Series or a DataFrame of one column for all, a DataFrame with a column
            per ticker, or a dict ticker -> Series; sessions before and after those of `returns` are left out.
        event_date: tau = 0 is this date, or the first session after it.
        groups: name -> tickers; by default one group, 'all'.
        model: 'market', 'market-size', 'market-adjusted', 'mean-adjusted', 'scholes-williams', 'dimson' or 'factors'.
        estimation: sessions to learn from; fewer, but `min_obs`, if the data begin later.
        gap: sessions between these and tau = 0.
        windows: first and last tau of each event window. One that ends after the data is NaN.
        min_obs: fewest estimation sessions that a stock must have traded on.
        placebo: rank each group's event among the sessions before it.
        spreads: pairs of groups, the first minus the second.
        other_events: dates of other events; no window of a placebo date touches their windows.
        factors: for model='factors', sessions by factors, the market's return among the columns; for
            model='market-size', its one column is the equal-weight mean return of all stocks of the market.
        caps: ticker -> capitalisation before the event, for `caar_cw`.

    Raises:
        ValueError: one line that names the offending value and what mends it. Percentages, price levels and sessions
            that a time zone has moved are such values.
    """
    from screener.study import inputs  # pandas takes a third of a second to import, and the rest does not need it
    from screener.study.frame_checks import day_of
    from screener.study.tables import Tables

    refit = Refit(inputs.model_of(model), estimation, gap, min_obs)
    returns = inputs.panel_of(returns)
    study = inputs.study_of(returns, benchmark, event_date, refit, windows)
    study = inputs.completed(study, returns, other_events, factors, caps)
    members = inputs.columns_of(groups, returns.columns)
    pairs = inputs.pairs_of(spreads, members)
    tables = Tables(study, returns.index, returns.columns, members, placebo)
    return tables.result(pairs, day_of(event_date), grouped=groups is not None)
