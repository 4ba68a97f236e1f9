"""`event_study`: the engine for notebooks, pandas in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from screener.study.abnormal import WindowResult, over_window
from screener.study.arrays import Floats, Ints
from screener.study.battery import GroupTests, battery
from screener.study.expected import Design, Fit, Model, fit
from screener.study.multiple import benjamini_hochberg
from screener.study.placebo import placebo_of_groups
from screener.study.portfolio import cross_section, mean_of_available
from screener.study.rolling import Refit

if TYPE_CHECKING:
    import pandas as pd

    from screener.study.frames import Benchmark, Panel


@dataclass(frozen=True)
class EventStudy:
    """What an event did. All figures are decimals; NaN is never a number that could not be had."""

    ar: pd.DataFrame
    """Abnormal return, tau x ticker, over all sessions from the first to the last of the windows."""
    car: pd.DataFrame
    """Cumulative abnormal return, window x ticker; NaN if a session of the window is missing."""
    stocks: pd.DataFrame
    """One row per (window, ticker): raw and benchmark return, car, bhar, scar, t and p, q over the stocks
    (Benjamini-Hochberg), alpha, beta, observations."""
    groups: pd.DataFrame
    """One row per (window, group): mean returns, the headline (placebo_p, q over the groups), CAAR, the other tests.
    Columns are named as in the README; those of `battery.NAIVE` assume independence between stocks and reject far too
    often on one common date. `undefined` says which statistics do not exist, and why."""
    paths: pd.DataFrame
    """Cumulative average abnormal return of each group, tau x group, over the members that traded each day."""
    skipped: pd.DataFrame
    """(ticker, reason) of every stock that has no figure, or none for some window."""


def event_study(
    returns: pd.DataFrame,
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
    other_events: Sequence[date | str] = (),
    factors: pd.DataFrame | None = None,
    caps: Mapping[Any, float] | None = None,
) -> EventStudy:
    """Measure what one event, common to all securities, did to each of them and to groups of them.

    Args:
        returns: index sessions (DatetimeIndex, sorted), columns tickers; simple returns over one session, decimal;
            NaN = no trade. The first return after a halt spans several sessions: it must be NaN too, for booked on
            one day it would look like an effect.
        benchmark: a Series aligned to `returns`, a DataFrame of one column per ticker, or a dict ticker -> Series.
        event_date: tau = 0 is this date, or the first session after it.
        groups: name -> tickers; by default one group, 'all'.
        model: 'market', 'market-adjusted', 'mean-adjusted', 'scholes-williams', 'dimson' or 'factors'.
        estimation: sessions to learn from; fewer, but `min_obs`, if the data begin later.
        gap: sessions between these and tau = 0.
        windows: first and last tau of each event window. One that ends after the data is NaN.
        min_obs: fewest estimation sessions that a stock must have traded on.
        placebo: rank each group's event among the sessions before it.
        other_events: dates of other events; no window of a placebo date touches their windows.
        factors: for model='factors', aligned to `returns`, the market's return among the columns.
        caps: ticker -> capitalisation before the event, for `caar_cw`.

    Raises:
        ValueError: one line that names the offending value.
    """
    from screener.study import frames  # pandas takes a third of a second to import, and the rest does not need it

    chosen = _model(model)
    panel = frames.panel(
        returns, benchmark, event_date, estimation=estimation, gap=gap, windows=windows, min_obs=min_obs
    )
    columns = frames.columns_of(groups, panel.tickers)
    designs = panel.designs(chosen, frames.factor_array(factors, returns.index, len(panel.returns)))
    fitted = fit(chosen, panel.returns, designs, panel.benchmark_of, panel.estimation, min_obs)
    weights = None if caps is None else np.array([caps.get(ticker, np.nan) for ticker in panel.tickers], dtype=float)
    results = [over_window(fitted, panel.returns, window) for window in panel.windows]
    tests = battery(
        fitted,
        panel.returns,
        designs,
        panel.estimation,
        list(columns.values()),
        panel.windows,
        min_obs=min_obs,
        caps=weights,
        everything=True,
    )
    headline = None
    if placebo:
        refit = Refit(chosen, estimation, gap, min_obs)
        excluded = frames.rows_of(other_events, returns.index, windows)
        headline = _headline(panel, results, designs, list(columns.values()), refit, excluded)
    labels = [f"[{first:+d},{last:+d}]".replace("+0", "0") for first, last in windows]
    return _assemble(panel, fitted, results, tests, headline, columns, labels, min_obs)


def _headline(
    panel: Panel,
    results: Sequence[WindowResult],
    designs: Sequence[Design],
    groups: Sequence[Ints],
    refit: Refit,
    excluded: Sequence[int],
) -> list[list[tuple[dict[str, float], str]]]:
    """Placebo columns of each group in each window, and why there are none."""
    names = ("z_ewma", "placebo_rank", "placebo_n", "placebo_p")
    if any(design.thin for design in designs):
        nothing = dict.fromkeys(names, np.nan), "placebo dates are refitted by least squares only"
        return [[nothing for _ in panel.windows] for _ in groups]
    complete = np.stack([np.isfinite(result.scar) for result in results], axis=1)
    found = placebo_of_groups(
        refit, panel.returns, panel.benchmark_of, groups, complete, designs, panel.event, panel.windows, excluded
    )
    return [
        [({name: float(getattr(one, name)[place]) for name in names}, one.reason[place]) for one in found]
        for place in range(len(groups))
    ]


def _assemble(
    panel: Panel,
    fitted: Fit,
    results: Sequence[WindowResult],
    tests: Sequence[Sequence[GroupTests]],
    headline: Sequence[Sequence[tuple[Mapping[str, float], str]]] | None,
    columns: Mapping[Any, Ints],
    labels: Sequence[str],
    min_obs: int,
) -> EventStudy:
    import pandas as pd

    span = slice(min(w.start for w in panel.windows), max(w.stop for w in panel.windows))
    tau = pd.RangeIndex(span.start - panel.event, span.stop - panel.event, name="tau")
    abnormal = fitted.abnormal[span]
    raw = [_compound(panel.returns[window]) for window in panel.windows]
    stocks = [
        _stock_rows(panel, fitted, window, label, result, own)
        for window, label, result, own in zip(panel.windows, labels, results, raw, strict=True)
    ]
    rows = []
    for number, label in enumerate(labels):
        for place, (name, members) in enumerate(columns.items()):
            test = tests[place][number]
            placebo, why = headline[place][number] if headline else ({}, "")
            reasons = (*((("placebo_p", why),) if why else ()), *test.undefined)
            returns = cross_section(raw[number][members], np.full(len(members), np.nan))
            rows.append(
                {
                    "window": label,
                    "group": name,
                    "n": test.n,
                    "n_window": test.n_window,
                    "mean_return_ew": returns.mean_ew,
                    "median_return": returns.median,
                    "breadth_up": returns.breadth_up,
                    **placebo,
                    **test.columns(),
                    "undefined": "; ".join(f"{column}: {reason}" for column, reason in reasons),
                }
            )
    paths = {name: _running(mean_of_available(abnormal[:, members])) for name, members in columns.items()}
    return EventStudy(
        ar=pd.DataFrame(abnormal, index=tau, columns=panel.tickers),
        car=pd.DataFrame(
            [result.car for result in results], index=pd.Index(labels, name="window"), columns=panel.tickers
        ),
        stocks=_with_q(pd.concat([pd.DataFrame(part) for part in stocks], ignore_index=True), "p"),
        groups=_with_q(pd.DataFrame(rows), "placebo_p"),
        paths=pd.DataFrame(paths, index=tau),
        skipped=pd.DataFrame(_skipped(panel, fitted, results, labels, min_obs), columns=["ticker", "reason"]),
    )


def _stock_rows(
    panel: Panel, fitted: Fit, window: slice, label: str, result: WindowResult, raw: Floats
) -> dict[str, Any]:
    coefficients = dict(zip(("alpha", "beta"), fitted.coefficients, strict=False))
    return {
        "window": label,
        "ticker": panel.tickers,
        "raw_return": raw,
        "benchmark_return": _compound(panel.benchmarks[window])[panel.benchmark_of],
        "car": result.car,
        "bhar": result.bhar,
        "scar": result.scar,
        "t": result.scar,
        "p": result.p,
        **(coefficients if fitted.model is not Model.FACTORS else {}),
        "observations": fitted.observations,
    }


def _skipped(
    panel: Panel, fitted: Fit, results: Sequence[WindowResult], labels: Sequence[str], min_obs: int
) -> list[tuple[Any, str]]:
    skipped = []
    length = panel.estimation.stop - panel.estimation.start
    for column, ticker in enumerate(panel.tickers):
        if not np.isfinite(fitted.sigma[column]):
            days = int(fitted.observations[column])
            few = days < max(min_obs, fitted.parameters + 1)
            reason = f"{days} of {length} estimation sessions, needs {min_obs}" if few else "regressors are collinear"
            skipped.append((ticker, reason))
            continue
        if not fitted.sigma[column] > 0:
            skipped.append((ticker, "no variance in the estimation window"))
        for label, result in zip(labels, results, strict=True):
            if not np.isfinite(result.car[column]):
                skipped.append((ticker, f"window {label} is not complete"))
    return skipped


def _with_q(table: pd.DataFrame, p: str) -> pd.DataFrame:
    """`table` with the false discovery rate q of column `p` beside it, over the rows of each window."""
    if p in table:
        q = table.groupby("window", sort=False)[p].transform(lambda one: benjamini_hochberg(one.to_numpy()))
        table.insert(list(table.columns).index(p) + 1, "q", q)
    return table


def _running(aar: Floats) -> Floats:
    """(T,) running sum; a session without any return is NaN itself, and adds nothing to what follows."""
    return np.where(np.isfinite(aar), np.nancumsum(aar), np.nan)


def _compound(returns: Floats) -> Floats:
    """(N,) simple return over the rows of (L, N) `returns`; NaN if one is missing."""
    return np.asarray(np.prod(1.0 + returns, axis=0) - 1.0, dtype=np.float64)


def _model(name: str) -> Model:
    try:
        return Model(name)
    except ValueError:
        raise ValueError(f"model={name!r}: must be one of {', '.join(Model)}") from None
