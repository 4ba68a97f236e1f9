"""The impact of one event: every stock, sector, theme and spread, in every window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from screener.analysis.behaviour import Behaviour, behaviours
from screener.analysis.headlines import headlines
from screener.analysis.left_out import flags, skipped
from screener.analysis.levels import levels
from screener.analysis.measurement import LARGE_PART, Measurement, Rules
from screener.analysis.paths import paths
from screener.analysis.results import (
    Group,
    GroupRow,
    Headline,
    Level,
    PathPoint,
    Skipped,
    SpreadRow,
    Stock,
    StockRow,
    Window,
)
from screener.analysis.scoring import score_groups, score_stocks
from screener.data.panel import Panel
from screener.study.arrays import Floats
from screener.study.placebo import Placebo, benjamini_hochberg, westfall_young
from screener.study.portfolio import cross_section


@dataclass(frozen=True)
class Impact:
    """Everything that was measured; one row per (stock or group, window that the prices reach over)."""

    windows: tuple[Window, ...]
    stocks: tuple[StockRow, ...]
    groups: tuple[GroupRow, ...]
    spreads: tuple[SpreadRow, ...]
    paths: tuple[PathPoint, ...]
    skipped: tuple[Skipped, ...]
    behaviours: tuple[Behaviour, ...]
    levels: tuple[Level, ...]
    """Growth since the base close: each index, sector and stock, session by session."""

    @property
    def leading(self) -> Window | None:
        """The first configured window that the prices reach over."""
        return next((window for window in self.windows if window.available), None)


def measure_impact(
    panel: Panel,
    event_row: int,
    stocks: Sequence[Stock],
    groups: Sequence[Group],
    rules: Rules,
    excluded: Sequence[int] = (),
    market: Sequence[Floats] | None = None,
) -> Impact:
    """Measure the event at row `event_row` of `panel` on `stocks`, whose tickers are among the panel's.

    `excluded` are rows of the panel that no placebo window may touch, because something else happened there; `market`
    has the CARs of the whole market for each available window, if they are known.
    """
    measurement = Measurement(panel, event_row, stocks, rules, excluded)
    study = measurement.study
    of_stocks = study.stock_placebos if study.has_history else []
    of_groups = study.placebos([measurement.columns(group) for group in groups]) if study.has_history else []
    return Impact(
        measurement.windows,
        tuple(_stock_rows(measurement, groups, of_stocks, market)),
        tuple(_group_rows(measurement, groups, of_groups, of_stocks)),
        tuple(row for pair in rules.spreads for row in _spread_rows(measurement, *_pair(pair, groups))),
        tuple(paths(measurement, groups)),
        tuple(skipped(measurement)),
        behaviours(measurement),
        tuple(levels(measurement, groups)),
    )


def market_cars(panel: Panel, event_row: int, market_of: Mapping[str, str], rules: Rules) -> list[Floats]:
    """(N,) CAR of every stock of a panel, for each window that it reaches over."""
    stocks = [Stock(ticker, ticker, ticker, market, "", None) for ticker, market in market_of.items()]
    measurement = Measurement(panel, event_row, stocks, rules)
    return [measurement.results[window].car for window in measurement.rows]


def _stock_rows(
    measurement: Measurement,
    groups: Sequence[Group],
    placebos: Sequence[Placebo],
    market: Sequence[Floats] | None,
) -> list[StockRow]:
    evidence = {group.sector for group in groups if not group.post_hoc}
    columns = measurement.column_of
    fair = np.isin(
        np.arange(len(measurement.panel.tickers)),
        [column for stock, column in zip(measurement.stocks, columns, strict=True) if stock.sector in evidence],
    )
    ranked = np.array([stock.sector in evidence for stock in measurement.stocks])
    weights = measurement.index_weights()
    alone = measurement.study.without_itself(weights, LARGE_PART)
    half_widths = measurement.study.half_widths
    table: list[StockRow] = []
    for number, (window, rows) in enumerate(measurement.rows.items()):
        result = measurement.results[window]
        q = benjamini_hochberg(np.where(fair, result.p, np.nan))
        placebo_p = placebos[number].placebo_p if placebos else np.full(len(q), np.nan)
        of_window = [
            StockRow(
                stock=stock,
                window=window,
                raw_return=float(measurement.raw[window][column]),
                benchmark_return=float(measurement.benchmark[window][column]),
                car=float(result.car[column]),
                bhar=float(result.bhar[column]),
                scar=float(result.scar[column]),
                p=float(result.p[column]),
                q=float(q[column]),
                placebo_p=float(placebo_p[column]),
                index_weight=float(weights[column]),
                car_loo=float(alone[column][number].car[0]) if column in alone else np.nan,
                scar_loo=float(alone[column][number].scar[0]) if column in alone else np.nan,
                volume_ratio=float(measurement.volume[window][column]),
                flags=flags(measurement, column, rows),
                half_width=float(half_widths[number][column]),
                cap=float(measurement.caps[column]),
            )
            for stock, column in zip(measurement.stocks, columns, strict=True)
        ]
        if placebos:
            on_day = _p_on_event_day(measurement, placebos)[columns]
            others = market[number] if market else None
            weighting = measurement.rules.weights
            of_window = score_stocks(measurement, window, of_window, ranked, on_day, others, weighting)
        table += of_window
    return table


def _p_on_event_day(measurement: Measurement, placebos: Sequence[Placebo]) -> Floats:
    """Headline p in the window [0,0]; NaN where that is not among the windows."""
    for window, placebo in zip(measurement.rows, placebos, strict=True):
        if (window.first, window.last) == (0, 0):
            return placebo.placebo_p
    return np.full_like(placebos[0].placebo_p, np.nan)


def _group_rows(
    measurement: Measurement, groups: Sequence[Group], placebos: Sequence[Placebo], of_stocks: Sequence[Placebo]
) -> list[GroupRow]:
    if not placebos:
        return [_group_row(measurement, group, window) for window in measurement.rows for group in groups]
    tests = measurement.study.tests([measurement.columns(group) for group in groups])
    on_day = _p_on_event_day(measurement, placebos)
    table: list[GroupRow] = []
    for number, (window, placebo) in enumerate(zip(measurement.rows, placebos, strict=True)):
        of_groups = _corrected(placebo, groups)
        found = [tests[place][number] for place in range(len(groups))]
        rows = [
            _group_row(measurement, group, window, headline, one.columns(), dict(one.undefined))
            for group, headline, one in zip(groups, of_groups, found, strict=True)
        ]
        table += score_groups(measurement, window, rows, placebo, of_stocks[number], on_day, measurement.rules.weights)
    return table


def _group_row(
    measurement: Measurement,
    group: Group,
    window: Window,
    headline: Headline | None = None,
    tests: dict[str, float] | None = None,
    undefined: dict[str, str] | None = None,
) -> GroupRow:
    columns = measurement.columns(group)
    raw, volume = measurement.raw[window][columns], measurement.volume[window][columns]
    car = measurement.results[window].car[columns]
    cross = cross_section(raw, measurement.caps[columns])
    held, active = np.isfinite(raw), np.isfinite(volume)
    tests = tests or {}
    return GroupRow(
        group=group,
        window=window,
        members=len(columns),
        n=cross.n,
        n_skipped=int(np.isnan(car).sum()),
        benchmark_return=_mean(measurement.benchmark[window][columns][held]),
        mean_return_ew=cross.mean_ew,
        mean_return_cw=cross.mean_cw,
        median_return=cross.median,
        breadth_up=cross.breadth_up,
        caar_ew=tests.get("caar_ew", np.nan),
        caar_cw=tests.get("caar_cw", np.nan),
        headline=headline or Headline(),
        tests=tests,
        undefined=undefined or {},
        volume_ratio=float(np.median(volume[active])) if active.any() else np.nan,
        n_up=cross.n_up,
        n_flat=cross.n - cross.n_up - cross.n_down,
        n_down=cross.n_down,
    )


def _corrected(placebo: Placebo, groups: Sequence[Group]) -> list[Headline]:
    """Headline of each group in one window; q and p_family over the sectors, and over the themes, by themselves.

    Groups that were put together after the event are left out of both: they would make the others look better.
    """
    q, family = np.full(len(groups), np.nan), np.full(len(groups), np.nan)
    for of_themes in (False, True):
        fair = np.array([not group.post_hoc and (group.theme is not None) is of_themes for group in groups], dtype=bool)
        q[fair] = benjamini_hochberg(placebo.placebo_p[fair])
        family[fair] = westfall_young(placebo.z_ewma[fair], placebo.placebo_z[:, fair])
    return headlines(placebo, q, family)


def _pair(pair: tuple[str, str], groups: Sequence[Group]) -> tuple[Group, Group]:
    by_label = {group.label: group for group in groups}
    return by_label[pair[0]], by_label[pair[1]]


def _spread_rows(measurement: Measurement, a: Group, b: Group) -> list[SpreadRow]:
    study, of_a_b = measurement.study, (measurement.columns(a), measurement.columns(b))
    found = study.spreads(*of_a_b) if study.has_history else [None] * len(measurement.rows)
    table = []
    for number, (window, spread) in enumerate(zip(measurement.rows, found, strict=True)):
        of_a, of_b = (
            cross_section(measurement.raw[window][columns], measurement.caps[columns])
            for columns in (measurement.columns(a), measurement.columns(b))
        )
        kp = study.two_sample(*of_a_b, number) if spread else None
        table.append(
            SpreadRow(
                sector_a=a.label,
                sector_b=b.label,
                window=window,
                n_a=of_a.n,
                n_b=of_b.n,
                mean_return_ew=of_a.mean_ew - of_b.mean_ew,
                mean_return_cw=of_a.mean_cw - of_b.mean_cw,
                caar_ew=_caar(measurement, window, a) - _caar(measurement, window, b) if spread else np.nan,
                headline=_corrected(spread.placebo, [a])[0] if spread else Headline(),
                t_portfolio=spread.portfolio.t if spread else np.nan,
                p_portfolio=spread.portfolio.p if spread else np.nan,
                t_kp=kp.t if kp else np.nan,
                p_kp=kp.p if kp else np.nan,
                r_ab=kp.r_ab if kp else np.nan,
                detectable=spread.detectable_placebo if spread else np.nan,
            )
        )
    return table


def _caar(measurement: Measurement, window: Window, group: Group) -> float:
    car = measurement.results[window].car[measurement.columns(group)]
    return _mean(car[np.isfinite(car)])


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")
