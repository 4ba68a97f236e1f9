"""Frames of single stocks: what the event did to each, how each usually behaves, and which are left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from screener.analysis import scores
from screener.analysis.frames import from_rows, stacked
from screener.analysis.measurement import LARGE_PART, Measurement
from screener.analysis.model import Group, Stock, Window
from screener.study import Bools, Floats
from screener.study.placebo import benjamini_hochberg


def stocks_frame(
    measurement: Measurement, groups: Sequence[Group], market: Sequence[Floats] | None = None
) -> pd.DataFrame:
    """Every stock in every available window, window by window.

    Args:
        measurement: of the event.
        groups: the sectors and themes of the stocks; those put together after the event are no evidence.
        market: for each window, (M,) CARs of the whole market, which sizes are compared with; None = those of the
            stocks.
    """
    study, columns = measurement.study, measurement.column_of
    post_hoc = {group.sector: group.post_hoc for group in groups if group.theme is None}
    evidence: Bools = np.array([not post_hoc[stock.sector] for stock in measurement.stocks], dtype=np.bool_)
    family = np.isin(np.arange(study.returns.shape[1]), columns[evidence])
    weights = measurement.index_weights()[columns]
    alone = study.without_itself(measurement.index_weights(), LARGE_PART)
    parts = []
    for number, window in enumerate(measurement.available):
        raw = measurement.raw[number][columns]
        q = benjamini_hochberg(np.where(family, study.results[number].p, np.nan))[columns]
        part: dict[str, Any] = {
            **stock_columns(measurement.stocks),
            "post_hoc": ~evidence,
            "window_start": window.first,
            "window_end": window.last,
            "raw_return": raw,
            **{name: values[columns] for name, values in study.stock_columns(number).items()},
            "q": q,
            "volume_ratio": measurement.volume[number][columns],
            "flags": flags(measurement, number)[columns],
            "index_weight": weights,
            "car_loo": [alone[column][number].car[0] if column in alone else np.nan for column in columns.tolist()],
            "scar_loo": [alone[column][number].scar[0] if column in alone else np.nan for column in columns.tolist()],
            "index_contribution": weights * raw,
            "half_width": study.half_widths[number][columns],
            "marcap": measurement.caps[columns],
            "observations": study.fit.observations[columns],
        }
        if study.has_history:
            others = None if market is None else market[number]
            part |= _scored(measurement, number, q, evidence, others)
        parts.append(part)
    return stacked("stocks", parts)


def _scored(measurement: Measurement, number: int, q: Floats, evidence: Bools, market: Floats | None) -> dict[str, Any]:
    """The placebo p of the stocks in one window, the scores that rest on it, and verdicts, which take `q` as well."""
    study, columns, event = measurement.study, measurement.column_of, measurement.event_row
    window = measurement.available[number]
    taus = window.first, window.last
    car, placebo = study.results[number].car[columns], study.stock_placebos[number]
    p = placebo.placebo_p[columns]
    # A stock of two sectors is one stock among the others.
    once = np.unique(columns[evidence], return_index=True)[1]
    paths = np.cumsum(study.daily(slice(event, event + max(window.last, 0) + 1))[:, columns], axis=0)
    others = car[evidence][once] if market is None else market
    ratio, on_day = measurement.volume[number][columns], scores.on_event_day(taus, paths[0])
    parts = scores.parts_of(car, p, others, ratio, on_day)
    return {
        "placebo_p": p,
        "placebo_n": placebo.placebo_n[columns],
        **scores.score_columns(parts, measurement.rules.weights, q, evidence, car, measurement.inconclusive[number]),
        **scores.lasting_columns(taus, paths, car, p, measurement.p_on_event_day[columns]),
    }


def stock_columns(stocks: Sequence[Stock]) -> dict[str, list[str | None]]:
    """What a stock is, by column."""
    return {
        "ticker": [stock.ticker for stock in stocks],
        "symbol": [f"KRX:{stock.ticker}" for stock in stocks],
        "name_ko": [stock.ko for stock in stocks],
        "name_en": [stock.en for stock in stocks],
        "market": [stock.market for stock in stocks],
        "sector": [stock.sector for stock in stocks],
        "theme": [stock.theme for stock in stocks],
    }


def flags(measurement: Measurement, number: int) -> np.ndarray[Any, np.dtype[np.object_]]:
    """(N,) what a reader must know of each column in one window: limit_up, limit_down, halted, resumed (first return
    after a halt), no_estimation, separated by spaces.
    """
    panel, rows = measurement.panel, measurement.study.windows[number]
    raised = {
        "limit_up": (panel.limit[rows] > 0).any(axis=0),
        "limit_down": (panel.limit[rows] < 0).any(axis=0),
        "halted": (panel.volume[rows] == 0).any(axis=0),
        "resumed": (panel.span[rows] > 1).any(axis=0),
        "no_estimation": ~measurement.study.studied,
    }
    names = list(raised)
    texts = np.full(len(panel.tickers), "", dtype=object)
    table = np.array(list(raised.values()))
    for column in np.flatnonzero(table.any(axis=0)):
        texts[column] = " ".join(name for name, raises in zip(names, table[:, column], strict=True) if raises)
    return texts


def skipped_frame(measurement: Measurement) -> pd.DataFrame:
    """Every stock without an abnormal return in the leading window, and why.

    The codes: no_price, listed_after, no_history, too_short, no_index, halted, refused: its row is not to be
    believed, or gap: its return spans sessions before it. `day` is the first with a price; for the last three the day
    that is concerned.
    """
    study, leading = measurement.study, measurement.available[0] if measurement.available else None
    rows = []
    for stock, column in zip(measurement.stocks, measurement.column_of.tolist(), strict=True):
        if leading and np.isfinite(study.results[0].car[column]):
            continue
        code, day = _reason(measurement, column, leading)
        rows.append(
            {
                **{name: values[0] for name, values in stock_columns([stock]).items()},
                "code": code,
                "day": day,
                "observations": int(study.fit.observations[column]),
                "has_return": bool(leading and np.isfinite(measurement.raw[0][column])),
            }
        )
    return from_rows("skipped", rows)


def _reason(measurement: Measurement, column: int, leading: Window | None) -> tuple[str, date | None]:
    panel, event_row, study = measurement.panel, measurement.event_row, measurement.study
    first_price = panel.first_price[column].item()
    if first_price is None:
        return "no_price", None
    if first_price > panel.sessions[event_row].item():
        return "listed_after", first_price
    if study.estimation.stop == study.estimation.start:
        return "no_history", first_price
    if not np.isfinite(study.benchmarks[study.benchmark_of[column]][study.estimation]).any():
        return "no_index", first_price
    if not study.studied[column]:
        return "too_short", first_price
    start = event_row + leading.first if leading else event_row
    missed = np.flatnonzero(np.isnan(study.returns[start:, column]))
    row = start + int(missed[0]) if missed.size else event_row
    if panel.suspect[row, column]:
        return "refused", panel.sessions[row].item()
    spans_more = np.isfinite(panel.returns[row, column])
    return "gap" if spans_more else "halted", panel.sessions[row].item()


def behaviours_frame(measurement: Measurement) -> pd.DataFrame:
    """How each column of the panel usually behaves, and what happened to it around the event beside its return.

    beta, alpha, sigma and r_squared are of the estimation window. From the first window's first session on:
    limit_days, on which it closed at the price limit; halted_days, on which it did not trade; action_days, on which
    its official rate differs from its closes (a split, a rights issue, a capital reduction). `lowest` is the lowest
    close against the base in the longest window from the event day on that the prices reach over, `lowest_day` its
    day, and `regained_day` the first session after it, in the same window, on which the stock closed at the base price.
    """
    panel, event_row, study = measurement.panel, measurement.event_row, measurement.study
    fitted = study.fit
    first = event_row + min(0, *(window.first for window in measurement.windows))
    last = event_row + max(window.last for window in measurement.windows) + 1
    days = panel.sessions[first:last]
    own = study.returns[study.estimation]
    longest = max((window.last for window in measurement.available if window.first == 0), default=-1)
    since = np.cumprod(1.0 + np.nan_to_num(panel.returns[event_row : event_row + longest + 1]), axis=0)
    slope = fitted.coefficients[1] if len(fitted.coefficients) > 1 else np.full(len(panel.tickers), np.nan)
    at_base = measurement.traded[event_row - 1] if event_row else np.zeros(len(panel.tickers), dtype=bool)

    def when(raised: Bools) -> tuple[date, ...]:
        return tuple(day.item() for day in days[raised])

    rows: list[Mapping[str, Any]] = []
    for column, ticker in enumerate(panel.tickers):
        known = own[:, column][np.isfinite(own[:, column])]
        total = float(((known - known.mean()) ** 2).sum()) if known.size else 0.0
        # A stock without a price at the base has none to fall below or to come back to.
        path: Floats = since[:, column].astype(np.float64) if at_base[column] else np.empty(0)
        rows.append(
            {
                "ticker": ticker,
                "beta": slope[column],
                "alpha": fitted.coefficients[0, column] if len(fitted.coefficients) else np.nan,
                "sigma": fitted.sigma[column],
                "r_squared": 1.0 - fitted.sigma[column] ** 2 * int(fitted.df[column]) / total if total else np.nan,
                "observations": int(fitted.observations[column]),
                "limit_days": when(panel.limit[first:last, column] != 0),
                "halted_days": when(panel.volume[first:last, column] == 0),
                "action_days": when(panel.actions[first:last, column]),
                **_lowest(path, panel.sessions[event_row:].tolist()),
            }
        )
    return from_rows("behaviours", rows)


def _lowest(path: Floats, days: Sequence[date]) -> dict[str, Any]:
    """Columns lowest, lowest_day and regained_day of `path`, growth since the base on each of the first of `days`."""
    if not path.size:
        return {"lowest": np.nan}
    at = int(path.argmin())
    back = at + np.flatnonzero(path[at:] >= 1.0) if path[at] < 1.0 else np.empty(0, dtype=np.int64)
    return {
        "lowest": path[at] - 1.0,
        "lowest_day": days[at],
        "regained_day": days[int(back[0])] if back.size else None,
    }
