"""What is missing is data: stocks without an abnormal return and why, and what marks a stock's window."""

from __future__ import annotations

from datetime import date

import numpy as np

from screener.analysis.measurement import Measurement
from screener.analysis.results import Skipped, Window


def flags(measurement: Measurement, column: int, rows: slice) -> tuple[str, ...]:
    """What a reader must know of one stock over the panel's `rows`."""
    panel = measurement.panel
    raised = {
        "limit_up": panel.limit[rows, column] > 0,
        "limit_down": panel.limit[rows, column] < 0,
        "halted": panel.volume[rows, column] == 0,
        "resumed": panel.span[rows, column] > 1,
        "no_estimation": ~measurement.studied[column : column + 1],
    }
    return tuple(flag for flag, where in raised.items() if where.any())


def skipped(measurement: Measurement) -> list[Skipped]:
    """Every stock without an abnormal return in the leading window."""
    leading = next(iter(measurement.rows), None)
    table = []
    for stock, column in zip(measurement.stocks, measurement.column_of, strict=True):
        if leading and np.isfinite(measurement.results[leading].car[column]):
            continue
        code, day = _reason(measurement, column, leading)
        has_return = bool(leading and np.isfinite(measurement.raw[leading][column]))
        table.append(Skipped(stock, code, day, int(measurement.fit.observations[column]), has_return))
    return table


def _reason(measurement: Measurement, column: int, leading: Window | None) -> tuple[str, date | None]:
    panel, event_row = measurement.panel, measurement.event_row
    first_price = panel.first_price[column].item()
    if first_price is None:
        return "no_price", None
    if first_price > panel.sessions[event_row].item():
        return "listed_after", first_price
    if measurement.estimation.stop == measurement.estimation.start:
        return "no_history", first_price
    benchmark = measurement.study.benchmarks[measurement.study.benchmark_of[column]]
    if not np.isfinite(benchmark[measurement.estimation]).any():
        return "no_index", first_price
    if not measurement.studied[column]:
        return "too_short", first_price
    start = measurement.rows[leading].start if leading else event_row
    missed = np.flatnonzero(np.isnan(measurement.study.returns[start:, column]))
    at = start + int(missed[0]) if missed.size else event_row
    spans_more = np.isfinite(panel.returns[at, column])
    return "gap" if spans_more else "halted", panel.sessions[at].item()
