"""Frame of the sessions of one sector or stock: how far it moved on each, against the sessions before that one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from screener.analysis.frames import by_column, stacked
from screener.analysis.measurement import Measurement
from screener.analysis.model import Group
from screener.study.arrays import Ints
from screener.study.placebo import Placebo


def days_frame(
    measurement: Measurement, group: Group, rows: slice, texts: Mapping[str, Mapping[date, str]]
) -> tuple[pd.DataFrame, Placebo]:
    """The sessions in `rows`, the most extreme first, and the event day among its placebo sessions.

    Sessions without a statistic stand last. `texts` are columns of text by session.
    """
    study, event, columns = measurement.study, measurement.event_row, measurement.columns(group)
    rolling = study.each_session(columns, rows)
    [placebo] = study.placebos([columns], [slice(event, event + 1)])
    sessions, z = np.arange(rows.start, rows.stop), rolling.z_ewma[:, 0]
    order = np.argsort(-np.abs(z), kind="stable")  # NaN last
    known = np.isfinite(placebo.placebo_z[:, 0])
    extreme = np.abs(placebo.placebo_z[:, 0]) >= abs(placebo.z_ewma[0])
    days = [measurement.panel.sessions[row].item() for row in sessions[order]]
    frame = stacked(
        "days",
        [
            {
                "series": group.label,
                "name_ko": group.ko,
                "name_en": group.en,
                "date": days,
                "tau": sessions[order] - event,
                "rank": np.where(np.isfinite(z[order]), np.arange(1, len(z) + 1), np.nan),
                "z_ewma": z[order],
                "abnormal_return": rolling.caar[order, 0],
                **by_column([_described(measurement, columns, row) for row in sessions[order].tolist()]),
                "ordinary": np.isin(sessions, placebo.dates[known])[order],
                "as_extreme": np.isin(sessions, placebo.dates[known & extreme])[order],
                **{name: [by_day.get(day) for day in days] for name, by_day in texts.items()},
            }
        ],
    )
    return frame, placebo


def _described(measurement: Measurement, columns: Ints, row: int) -> dict[str, float]:
    """How the members' returns and volumes lie on one session, as a report has them of an event day."""
    study = measurement.study
    returns = study.returns[row, columns]
    traded = np.isfinite(returns)
    volume = measurement.volume_ratio(slice(row, row + 1), study.refit.estimation_of(row))[columns]
    active = volume[np.isfinite(volume)]
    benchmarks = study.benchmarks[study.benchmark_of[columns], row]
    return {
        "n": int(traded.sum()),
        "raw_return": float(returns[traded].mean()) if traded.any() else np.nan,
        "benchmark_return": float(benchmarks[traded].mean()) if traded.any() else np.nan,
        "volume_ratio": float(np.median(active)) if active.size else np.nan,
    }
