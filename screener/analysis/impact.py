"""The impact of one event: every table that a report has of it, and the sessions of one sector or stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from screener.analysis.frames import Frames, by_column, stacked
from screener.analysis.groups import levels_frame, paths_frame, sectors_frame, spreads_frames
from screener.analysis.measurement import Measurement
from screener.analysis.model import Flows, Group, Window
from screener.analysis.stocks import behaviours_frame, skipped_frame, stocks_frame
from screener.data.universe import WholeMarket
from screener.krx.tables import Days
from screener.study import Floats, Ints
from screener.study.abnormal import over_window
from screener.study.models import fit
from screener.study.placebo import Placebo


def measure_impact(measurement: Measurement, groups: Sequence[Group], market: Sequence[Floats] | None = None) -> Frames:
    """The frames of an event.

    Args:
        measurement: of the event.
        groups: the sectors and themes of its stocks.
        market: for each available window the CARs of the whole market, if they are known.
    """
    spreads, placebos = spreads_frames(measurement, groups)
    return Frames.of(
        stocks=stocks_frame(measurement, groups, market),
        sectors=sectors_frame(measurement, groups),
        spreads=spreads,
        placebos=placebos,
        paths=paths_frame(measurement, groups),
        skipped=skipped_frame(measurement),
        behaviours=behaviours_frame(measurement),
        levels=levels_frame(measurement, groups),
    )


def market_cars(whole: WholeMarket, measurement: Measurement) -> list[Floats]:
    """(N,) CAR of every stock of the market, for each window of a measurement and by its model."""
    study, markets = measurement.study, measurement.markets
    benchmark_of = np.array([markets.index(market) for market in whole.markets], dtype=np.int64)
    fitted = fit(whole.returns, study.designs, benchmark_of, study.estimation, study.refit.min_obs)
    return [over_window(fitted, window).car for window in study.windows]


def with_window(frames: Frames, other: Frames, taus: tuple[int, int]) -> Frames:
    """`frames`, and what `other` has of the window `taus`, which `frames` lacks."""

    def both(name: str) -> pd.DataFrame:
        own, more = getattr(frames, name), getattr(other, name)
        inside = (more["window_start"] == taus[0]) & (more["window_end"] == taus[1])
        joined: pd.DataFrame = pd.concat([own, more[inside]], ignore_index=True)
        return joined

    return replace(frames, **{name: both(name) for name in ("stocks", "sectors", "spreads", "placebos")})


def with_flows(frames: Frames, flows: Flows, sessions: Days, windows: Sequence[Window]) -> Frames:
    """`frames` with foreign_net and institution_net of each group and window, KRW.

    They count the members with a return over the window, and are NaN unless each session of each member is known.

    Args:
        frames: of a report.
        flows: of its stocks.
        sessions: of the panel, among them those of the windows.
        windows: those of the frames.
    """
    column = {ticker: place for place, ticker in enumerate(flows.tickers)}
    stocks, sectors = frames.stocks, frames.sectors
    traded = stocks[np.isfinite(stocks["raw_return"])]
    inside: dict[tuple[int, int], Ints | None] = {}
    for window in windows:
        if window.available:
            wanted = sessions[(sessions >= np.datetime64(window.start)) & (sessions <= np.datetime64(window.end))]
            known = np.isin(wanted, flows.days).all()
            inside[window.first, window.last] = np.flatnonzero(np.isin(flows.days, wanted)) if known else None
    net: dict[str, list[float]] = {"foreign_net": [], "institution_net": []}
    for sector, theme, first, last in zip(
        *(sectors[name] for name in ("sector", "theme", "window_start", "window_end")), strict=True
    ):
        own = traded[(traded["window_start"] == first) & (traded["window_end"] == last) & (traded["sector"] == sector)]
        tickers = own["ticker"] if theme is None else own.loc[own["theme"] == theme, "ticker"]
        members, rows = np.array([column[ticker] for ticker in tickers], dtype=np.int64), inside[first, last]
        for name, bought in (("foreign_net", flows.foreign), ("institution_net", flows.institution)):
            net[name].append(np.nan if rows is None or not members.size else bought[np.ix_(rows, members)].sum())
    return replace(frames, sectors=sectors.assign(**net))


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
