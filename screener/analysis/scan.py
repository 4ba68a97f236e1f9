"""The whole market without anyone's list: its stocks by score, its industries, and groups that the search discovers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from screener.analysis import scores
from screener.analysis.discover import Search, search
from screener.analysis.frames import Frames, by_column, stacked
from screener.analysis.groups import placebo_columns
from screener.analysis.measurement import Measurement
from screener.analysis.model import Moved
from screener.analysis.stocks import flags, stock_columns
from screener.study import Floats, Ints
from screener.study.parametric import two_sided
from screener.study.placebo import LEVEL, Placebo, benjamini_hochberg, pooled_p, westfall_young

_STRONGEST = 3
"""Members that name a discovered group."""
Sectors = Mapping[str, frozenset[str]]
"""Tickers of each configured sector."""


def scan_market(
    measurement: Measurement, values: Mapping[str, float], sectors: Sectors, industries: Mapping[str, str]
) -> tuple[Frames, Search, Floats]:
    """The frames scan, groups and industries of a measurement in one window, and what the search found.

    Args:
        measurement: of the stocks that the filters left, each once, in the order of the panel's tickers.
        values: by ticker, KRW traded in a usual session.
        sectors: the configured ones.
        industries: by ticker.

    Returns:
        the frames, the search, and z_ewma (G,) of the groups that it formed.
    """
    study = measurement.study
    found = search(study, study.studied)
    [placebo] = study.placebos([formed.columns for formed in found.formed])
    members = [formed.columns for formed in found.formed]
    pooled = pooled_p(placebo.z_ewma, found.ordinary, len(found.moves))
    table, order = _ranked(measurement, sectors, placebo, members, pooled)
    ordered = [members[k] for k in order]
    groups = {
        **table,
        "group": np.arange(1, len(order) + 1),
        "strongest_ko": [_names(measurement, columns, "ko") for columns in ordered],
        "strongest_en": [_names(measurement, columns, "en") for columns in ordered],
        "correlation": np.array([found.formed[k].correlation for k in order], dtype=np.float64),
        "as_extreme": found.as_extreme(placebo.z_ewma)[order],
        "ordinary": len(found.moves),
        # As they are, one a row: numpy takes equally long tuples for a table.
        "stocks": np.fromiter((tuple(measurement.stocks[one] for one in own) for own in ordered), dtype=object),
    }
    group_of = {column: number for number, columns in enumerate(ordered, 1) for column in columns.tolist()}
    by_name = _by_industry(measurement, industries)
    [of_industries] = study.placebos(list(by_name.values()))
    pooled = pooled_p(of_industries.z_ewma, of_industries.placebo_z, len(of_industries.dates))
    table, order = _ranked(measurement, sectors, of_industries, list(by_name.values()), pooled)
    frames = Frames.of(
        scan=_scan_frame(measurement, values, sectors, group_of),
        groups=stacked("groups", [groups] if members else []),
        industries=stacked("industries", [{**table, "industry": [list(by_name)[k] for k in order]}] if by_name else []),
    )
    return frames, found, placebo.z_ewma


def moved_alone(placebo: Placebo) -> Moved:
    """How many stocks have a p of 5% at most, on the event and, each among the others, on its ordinary sessions."""
    z = np.abs(placebo.placebo_z)
    z = z[:, np.isfinite(placebo.placebo_p)]
    known = np.isfinite(z)
    # The place of each session among those of its stock; sessions without a statistic come last.
    order = np.argsort(np.argsort(-np.where(known, z, -1.0), axis=0, kind="stable"), axis=0, kind="stable")
    beyond = known & (order + 1 <= LEVEL * known.sum(axis=0))
    ordinary = beyond.sum(axis=1)
    return Moved(
        stocks=z.shape[1],
        beyond=int((placebo.placebo_p <= LEVEL).sum()),
        usual=float(np.median(ordinary)) if ordinary.size else 0.0,
        least=int(ordinary.min(initial=z.shape[1])),
        most=int(ordinary.max(initial=0)),
        sessions=len(z),
    )


def left_out(measurement: Measurement, frames: Frames) -> dict[str, int]:
    """Stocks that passed the filters and have no score, by what they lack."""
    study = measurement.study
    complete = study.complete(study.windows)[:, 0]
    return {
        "no_estimation": int((~study.studied).sum()),
        "no_return": int((study.studied & ~complete).sum()),
        "no_placebo": int(complete.sum()) - len(frames.scan),
    }


def _by_industry(measurement: Measurement, industries: Mapping[str, str]) -> dict[str, Ints]:
    """Columns of each industry that has an abnormal return of any, by name."""
    complete = measurement.study.complete(measurement.study.windows)[:, 0]
    columns: dict[str, list[int]] = {}
    for column, ticker in enumerate(measurement.panel.tickers):
        if ticker in industries:
            columns.setdefault(industries[ticker], []).append(column)
    by_name = {name: np.array(own, dtype=np.int64) for name, own in sorted(columns.items())}
    return {name: own for name, own in by_name.items() if complete[own].any()}


def _ranked(
    measurement: Measurement, sectors: Sectors, placebo: Placebo, members: Sequence[Ints], p: Floats
) -> tuple[dict[str, Any], Ints]:
    """Columns of groups, the most extreme first, and their order; `p` (G,) is what q corrects."""
    window, study = measurement.available[0], measurement.study
    raw, car = measurement.raw[0], study.results[0].car
    p_portfolio = two_sided(placebo.t, study.refit.estimation - study.fit.parameters)
    order = np.argsort(np.where(np.isfinite(placebo.z_ewma), -np.abs(placebo.z_ewma), np.inf), kind="stable")
    described = []
    for columns in members:
        inside = columns[np.isfinite(car[columns])]
        shares = _overlap([measurement.panel.tickers[column] for column in columns], sectors)
        described.append(
            {
                "n": len(inside),
                "members": len(columns),
                "mean_return_ew": float(raw[inside].mean()) if len(inside) else np.nan,
                "caar_ew": float(car[inside].mean()) if len(inside) else np.nan,
                "breadth_up": float((raw[inside] > 0).mean()) if len(inside) else np.nan,
                "overlap": " ".join(f"{name}:{share:.2f}" for name, share in shares.items()),
                "overlap_shares": shares,
                "tickers": " ".join(measurement.panel.tickers[column] for column in columns),
            }
        )
    table: dict[str, Any] = {
        **by_column(described),
        **placebo_columns(placebo, placebo.caar),
        "p_pooled": p,
        "q": benjamini_hochberg(p),
        "p_family": westfall_young(placebo.z_ewma, placebo.placebo_z),
        "t_portfolio": placebo.t,
        "p_portfolio": p_portfolio,
        "q_portfolio": benjamini_hochberg(p_portfolio),
    }
    ordered = {
        name: values[order] if isinstance(values, np.ndarray) else [values[k] for k in order]
        for name, values in table.items()
    }
    taus = {"window_start": window.first, "window_end": window.last}
    return {**taus, "random_share": measurement.random_shares[0], **ordered}, order


def _overlap(tickers: Sequence[str], sectors: Sectors) -> dict[str, float]:
    """Share of `tickers` that each sector holds, the largest first; none that is 0."""
    shares = {name: sum(ticker in held for ticker in tickers) / len(tickers) for name, held in sectors.items()}
    return dict(sorted(((name, share) for name, share in shares.items() if share), key=lambda pair: -pair[1]))


def _names(measurement: Measurement, columns: Ints, language: str) -> str:
    return ", ".join(getattr(measurement.stocks[column], language) for column in columns[:_STRONGEST])


def _scan_frame(
    measurement: Measurement, values: Mapping[str, float], sectors: Sectors, group_of: Mapping[int, int]
) -> pd.DataFrame:
    """Every stock with a score, the highest first."""
    window, study, stocks = measurement.available[0], measurement.study, measurement.stocks
    columns, [placebo] = study.stock_columns(0), study.stock_placebos
    car, p, ratio = columns["car"], placebo.placebo_p, measurement.volume[0]
    z = np.where(np.isfinite(car), placebo.z_ewma, np.nan)
    pooled = pooled_p(z, placebo.placebo_z, len(placebo.dates))
    q = benjamini_hochberg(pooled)
    if (window.first, window.last) == (0, 0):
        parts = scores.parts_of(car, p, car, ratio)
    else:
        parts = scores.parts_of(car, p, car, ratio, study.fit.abnormal[measurement.event_row])
        # Weightings are drawn in the order of the parts, and a scan has always had this one last.
        parts["persistence"] = parts.pop("persistence")
    columns |= scores.score_columns(
        parts, measurement.rules.weights, q, np.ones(len(car), dtype=np.bool_), car, measurement.inconclusive[0]
    )
    scored = np.flatnonzero(np.isfinite(columns["score"]))
    order = scored[np.argsort(columns["rank"][scored], kind="stable")]
    chosen = [stocks[column] for column in order]
    table = {
        **stock_columns(chosen),
        "sectors": [" ".join(name for name, held in sectors.items() if stock.ticker in held) for stock in chosen],
        "group": [group_of.get(column, np.nan) for column in order.tolist()],
        "window_start": window.first,
        "window_end": window.last,
        "raw_return": measurement.raw[0][order],
        **{name: values[order] for name, values in columns.items()},
        "placebo_p": p[order],
        "placebo_n": placebo.placebo_n[order],
        "p_pooled": pooled[order],
        "q": q[order],
        "volume_ratio": ratio[order],
        "marcap": measurement.caps[order],
        "value": [values[stock.ticker] for stock in chosen],
        "flags": flags(measurement, 0)[order],
        "random_share": measurement.random_shares[0],
    }
    return stacked("scan", [table])
