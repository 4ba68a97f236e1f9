"""The whole market without anyone's list: its stocks by score, its industries, and groups that the search discovers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from screener.analysis import scores
from screener.analysis.discover import search
from screener.analysis.headlines import headlines
from screener.analysis.left_out import flags
from screener.analysis.measurement import Measurement, Rules
from screener.analysis.results import Stock
from screener.analysis.scanned import Scan, ScanGroup, ScanStock
from screener.data.panel import Panel
from screener.study.arrays import Bools, Floats, Ints
from screener.study.parametric import two_sided
from screener.study.placebo import (
    Placebo,
    benjamini_hochberg,
    pooled_p,
    westfall_young,
)


def scan_market(
    panel: Panel,
    event_row: int,
    stocks: Sequence[Stock],
    values: Mapping[str, float],
    rules: Rules,
    weights: Mapping[str, float],
    sectors: Mapping[str, frozenset[str]],
    industries: Mapping[str, str],
    listed: int,
    left_out: Mapping[str, int | None],
    excluded: Sequence[int] = (),
) -> Scan:
    """Measure the event at row `event_row` on `stocks`, each once, the columns of `panel`.

    Args:
        panel: prices of the stocks that the filters left.
        event_row: row of tau = 0.
        stocks: in the order of the panel's tickers.
        values: by ticker, KRW traded in a usual session.
        rules: the first window is the one that is scanned.
        weights: of the parts of a score.
        sectors: tickers of each configured sector.
        industries: by ticker.
        listed: stocks before the filters.
        left_out: by filter, how many it took.
        excluded: rows that no ordinary session's window may touch.
    """
    leading = replace(rules, windows=rules.windows[:1])
    measurement = Measurement(panel, event_row, stocks, leading, excluded)
    window = measurement.windows[0]
    complete = measurement.study.complete(measurement.study.windows)[:, 0]
    found = search(measurement.study, measurement.studied)
    placebo = _placebo(measurement, [one.columns for one in found.formed])
    stirred = found.stirred(placebo.z_ewma)
    groups = _ranked(
        measurement,
        sectors,
        placebo,
        pooled_p(placebo.z_ewma, found.ordinary),
        [
            ("", one.columns, one.correlation, int(count))
            for one, count in zip(found.formed, found.as_extreme(placebo.z_ewma), strict=True)
        ],
    )
    of_industry = _by_industry(panel.tickers, industries, complete)
    placebo = _placebo(measurement, list(of_industry.values()))
    ranked = _ranked(
        measurement,
        sectors,
        placebo,
        pooled_p(placebo.z_ewma, placebo.placebo_z),
        [(name, columns, np.nan, None) for name, columns in of_industry.items()],
    )
    group_of = {stock.ticker: group.number for group in groups for stock in group.members}
    table = _stocks(measurement, values, weights, sectors, group_of)
    missing = {
        "no_estimation": int((~measurement.studied).sum()),
        "no_return": int((measurement.studied & ~complete).sum()),
        "no_placebo": int(complete.sum()) - len(table),
    }
    return Scan(
        window=window,
        listed=listed,
        left_out={**left_out, **missing},
        stocks=tuple(table),
        industries=tuple(ranked),
        groups=tuple(groups),
        sessions=found.sessions,
        ordinary=len(found.moves),
        stirred=stirred,
    )


def _placebo(measurement: Measurement, members: Sequence[Ints]) -> Placebo:
    """The headline test of portfolios in the leading window."""
    [placebo] = measurement.study.placebos(members)
    return placebo


def _by_industry(tickers: Sequence[str], industries: Mapping[str, str], complete: Bools) -> dict[str, Ints]:
    """Columns of each industry that has an abnormal return of any."""
    of: dict[str, list[int]] = {}
    for column, ticker in enumerate(tickers):
        if ticker in industries:
            of.setdefault(industries[ticker], []).append(column)
    by_name = {name: np.array(columns, dtype=np.int64) for name, columns in sorted(of.items())}
    return {name: columns for name, columns in by_name.items() if complete[columns].any()}


def _ranked(
    measurement: Measurement,
    sectors: Mapping[str, frozenset[str]],
    placebo: Placebo,
    p: Floats,
    formed: Sequence[tuple[str, Ints, float, int | None]],
) -> list[ScanGroup]:
    """Rows of groups (name, columns, correlation, sessions as extreme), the most extreme first; `p` (G,) before q."""
    window = measurement.windows[0]
    raw, car = measurement.raw[window], measurement.results[window].car
    q, family = benjamini_hochberg(p), westfall_young(placebo.z_ewma, placebo.placebo_z)
    p_portfolio = two_sided(placebo.t, measurement.rules.estimation - measurement.fit.parameters)
    q_portfolio = benjamini_hochberg(p_portfolio)
    of_groups = headlines(placebo, q, family)
    order = np.argsort(np.where(np.isfinite(placebo.z_ewma), -np.abs(placebo.z_ewma), np.inf), kind="stable")
    table = []
    for place, k in enumerate(order.tolist()):
        name, columns, correlation, as_extreme = formed[k]
        inside = columns[np.isfinite(car[columns])]
        stocks = tuple(measurement.stocks[column] for column in columns)
        table.append(
            ScanGroup(
                number=place + 1,
                name=name,
                members=stocks,
                correlation=correlation,
                n=len(inside),
                mean_return=float(raw[inside].mean()) if len(inside) else np.nan,
                mean_car=float(car[inside].mean()) if len(inside) else np.nan,
                breadth_up=float((raw[inside] > 0).mean()) if len(inside) else np.nan,
                headline=of_groups[k],
                as_extreme=as_extreme,
                t_portfolio=float(placebo.t[k]),
                p_portfolio=float(p_portfolio[k]),
                q_portfolio=float(q_portfolio[k]),
                overlap=_overlap(stocks, sectors),
            )
        )
    return table


def _overlap(stocks: Sequence[Stock], sectors: Mapping[str, frozenset[str]]) -> dict[str, float]:
    share = {name: sum(one.ticker in tickers for one in stocks) / len(stocks) for name, tickers in sectors.items()}
    return dict(sorted(((name, one) for name, one in share.items() if one), key=lambda pair: -pair[1]))


def _stocks(
    measurement: Measurement,
    values: Mapping[str, float],
    weights: Mapping[str, float],
    sectors: Mapping[str, frozenset[str]],
    group_of: Mapping[str, int],
) -> list[ScanStock]:
    """Every stock with a score, the highest first."""
    window = measurement.windows[0]
    rows, result = measurement.rows[window], measurement.results[window]
    [placebo] = measurement.study.stock_placebos
    car, p, ratio = result.car, placebo.placebo_p, measurement.volume[window]
    q = benjamini_hochberg(pooled_p(np.where(np.isfinite(car), placebo.z_ewma, np.nan), placebo.placebo_z))
    parts = {
        "magnitude": scores.magnitude(car, car),
        "certainty": scores.certainty(car, p),
        "volume": scores.volume(car, ratio),
    }
    if (window.first, window.last) != (0, 0):
        on_day = measurement.fit.abnormal[measurement.event_row]
        parts["persistence"] = np.sign(car) * scores.persistence(car, on_day)
    scored = scores.scored(parts, weights)
    verdicts = scores.verdicts(scored.score, q)
    has_score = np.flatnonzero(np.isfinite(scored.score))
    table = []
    for column in has_score[np.argsort(scored.rank[has_score], kind="stable")].tolist():
        stock = measurement.stocks[column]
        table.append(
            ScanStock(
                stock=stock,
                sectors=tuple(name for name, tickers in sectors.items() if stock.ticker in tickers),
                cap=float(measurement.caps[column]),
                value=values[stock.ticker],
                raw_return=float(measurement.raw[window][column]),
                benchmark_return=float(measurement.benchmark[window][column]),
                car=float(car[column]),
                t=float(result.scar[column]),
                placebo_p=float(p[column]),
                q=float(q[column]),
                volume_ratio=float(ratio[column]),
                score=float(scored.score[column]),
                rank=float(scored.rank[column]),
                steady=float(scored.steady[column]),
                verdict=verdicts[column],
                group=group_of.get(stock.ticker),
                flags=flags(measurement, column, rows),
            )
        )
    return table
