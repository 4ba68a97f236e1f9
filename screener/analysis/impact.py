"""The impact of one event: every table that a report has of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from screener.analysis.frames import Frames
from screener.analysis.groups import levels_frame, paths_frame, sectors_frame, spreads_frames
from screener.analysis.measurement import Measurement
from screener.analysis.model import Flows, Group, Window
from screener.analysis.stocks import behaviours_frame, skipped_frame, stocks_frame
from screener.data.universe import WholeMarket
from screener.krx.tables import Days
from screener.study.abnormal import over_window
from screener.study.arrays import Floats, Ints
from screener.study.models import fit


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
