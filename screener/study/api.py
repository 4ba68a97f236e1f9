"""`event_study`: the engine for notebooks, pandas in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from screener.study.arrays import Floats, Ints
from screener.study.models import Model, Refit
from screener.study.placebo import Placebo, benjamini_hochberg
from screener.study.portfolio import cross_section, mean_of_available
from screener.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from screener.study.inputs import Benchmark

_PLACEBO = ("z_ewma", "placebo_rank", "placebo_n", "placebo_p")


class EventStudy(NamedTuple):
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
        model: 'market', 'market-size', 'market-adjusted', 'mean-adjusted', 'scholes-williams', 'dimson' or 'factors'.
        estimation: sessions to learn from; fewer, but `min_obs`, if the data begin later.
        gap: sessions between these and tau = 0.
        windows: first and last tau of each event window. One that ends after the data is NaN.
        min_obs: fewest estimation sessions that a stock must have traded on.
        placebo: rank each group's event among the sessions before it.
        other_events: dates of other events; no window of a placebo date touches their windows.
        factors: for model='factors', aligned to `returns`, the market's return among the columns; for
            model='market-size', its one column is the equal-weight mean return of all stocks of the market.
        caps: ticker -> capitalisation before the event, for `caar_cw`.

    Raises:
        ValueError: one line that names the offending value.
    """
    from screener.study import inputs  # pandas takes a third of a second to import, and the rest does not need it

    refit = Refit(_model(model), estimation, gap, min_obs)
    plain = inputs.study_of(returns, benchmark, event_date, refit, windows)
    known = inputs.factor_array(refit.model, factors, returns.index, len(plain.returns))
    whole = refit.model is Model.MARKET_SIZE
    study = replace(
        plain,
        excluded=inputs.rows_of(other_events, returns.index, windows),
        factors=None if whole else known,
        equal_weight=known[:, 0] if whole and known is not None else None,
        caps=None if caps is None else np.array([caps.get(ticker, np.nan) for ticker in returns.columns], dtype=float),
    )
    columns = inputs.columns_of(groups, returns.columns)
    labels = [f"[{first:+d},{last:+d}]".replace("+0", "0") for first, last in windows]
    return _assemble(study, returns.columns, columns, labels, placebo=placebo)


def _assemble(
    study: Study, tickers: pd.Index, columns: Mapping[Any, Ints], labels: Sequence[str], *, placebo: bool
) -> EventStudy:
    import pandas as pd

    span = slice(min(w.start for w in study.windows), max(w.stop for w in study.windows))
    tau = pd.RangeIndex(span.start - study.event, span.stop - study.event, name="tau")
    abnormal = study.fit.abnormal[span]
    raw = [_compound(study.returns[window]) for window in study.windows]
    stocks = [pd.DataFrame(_stocks(study, tickers, labels, raw, number)) for number in range(len(labels))]
    paths = {name: _running(mean_of_available(abnormal[:, members])) for name, members in columns.items()}
    cars = [result.car for result in study.results]
    return EventStudy(
        ar=pd.DataFrame(abnormal, index=tau, columns=tickers),
        car=pd.DataFrame(cars, index=pd.Index(labels, name="window"), columns=tickers),
        stocks=_with_q(pd.concat(stocks, ignore_index=True), "p"),
        groups=_with_q(pd.DataFrame(_groups(study, columns, labels, raw, placebo=placebo)), "placebo_p"),
        paths=pd.DataFrame(paths, index=tau),
        skipped=pd.DataFrame(_skipped(study, tickers, labels), columns=["ticker", "reason"]),
    )


def _groups(
    study: Study, columns: Mapping[Any, Ints], labels: Sequence[str], raw: Sequence[Floats], *, placebo: bool
) -> list[dict[str, Any]]:
    """One row per window and group."""
    groups = list(columns.values())
    tests = study.tests(groups, everything=True)
    placebos: Sequence[Placebo | None] = [None for _ in labels]
    thin = any(design.thin for design in study.designs)
    if placebo and not thin:
        placebos = study.placebos(groups)
    rows = []
    for number, (label, ranked) in enumerate(zip(labels, placebos, strict=True)):
        for place, (name, members) in enumerate(columns.items()):
            test, returns = tests[place][number], raw[number][members]
            cross = cross_section(returns, np.full(len(members), np.nan))
            why = ranked.reason[place] if ranked else "placebo dates are refitted by least squares only"
            reasons = (*((("placebo_p", why),) if placebo and why else ()), *test.undefined)
            figures = [float(getattr(ranked, column)[place]) if ranked else np.nan for column in _PLACEBO]
            rows.append(
                {
                    "window": label,
                    "group": name,
                    "n": test.n,
                    "n_window": test.n_window,
                    "mean_return_ew": cross.mean_ew,
                    "median_return": cross.median,
                    "breadth_up": cross.breadth_up,
                    **(dict(zip(_PLACEBO, figures, strict=True)) if placebo else {}),
                    **test.columns(),
                    "undefined": "; ".join(f"{column}: {reason}" for column, reason in reasons),
                }
            )
    return rows


def _stocks(
    study: Study, tickers: pd.Index, labels: Sequence[str], raw: Sequence[Floats], number: int
) -> dict[str, Any]:
    """Columns of all stocks in one window."""
    fitted, result = study.fit, study.results[number]
    coefficients = dict(zip(("alpha", "beta"), fitted.coefficients, strict=False))
    return {
        "window": labels[number],
        "ticker": tickers,
        "raw_return": raw[number],
        "benchmark_return": study.benchmark_returns[number],
        "car": result.car,
        "bhar": result.bhar,
        "scar": result.scar,
        "t": result.scar,
        "p": result.p,
        **(coefficients if study.refit.model is not Model.FACTORS else {}),
        "observations": fitted.observations,
    }


def _skipped(study: Study, tickers: pd.Index, labels: Sequence[str]) -> list[tuple[Any, str]]:
    skipped, fitted = [], study.fit
    length, min_obs = study.estimation.stop - study.estimation.start, fitted.min_obs
    for column, ticker in enumerate(tickers):
        if not np.isfinite(fitted.sigma[column]):
            days = int(fitted.observations[column])
            few = days < max(min_obs, fitted.parameters + 1)
            reason = f"{days} of {length} estimation sessions, needs {min_obs}" if few else "regressors are collinear"
            skipped.append((ticker, reason))
            continue
        if not fitted.sigma[column] > 0:
            skipped.append((ticker, "no variance in the estimation window"))
        for label, result in zip(labels, study.results, strict=True):
            if not np.isfinite(result.car[column]):
                skipped.append((ticker, f"window {label} is not complete"))
    return skipped


def _with_q(table: pd.DataFrame, p: str) -> pd.DataFrame:
    """`table` with the false discovery rate q of column `p` beside it, over the rows of each window."""
    if p in table:
        q = table.groupby("window", sort=False)[p].transform(lambda values: benjamini_hochberg(values.to_numpy()))
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
