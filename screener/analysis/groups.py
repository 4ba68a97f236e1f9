"""Frames of groups: sectors and themes in every window, differences of two, their paths and levels around the event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from screener.analysis import scores
from screener.analysis.frames import by_column, from_rows, stacked
from screener.analysis.measurement import Measurement
from screener.analysis.model import PATH, Group
from screener.study import Bools, Floats, Ints
from screener.study.parametric import mean
from screener.study.placebo import FEWEST_DATES, Placebo
from screener.study.portfolio import cross_section, mean_of_available


def sectors_frame(measurement: Measurement, groups: Sequence[Group]) -> pd.DataFrame:
    """Every group in every available window, window by window.

    q and p_family are adjusted for the sectors, and for the themes, by themselves. Groups that were put together
    after the event are left out of both: they would make the others look better.
    """
    study, members = measurement.study, [measurement.columns(group) for group in groups]
    placebos = study.placebos(members) if study.has_history else []
    tests = study.tests(members) if study.has_history else []
    on_day = measurement.number(0, 0)
    parts = []
    for number, window in enumerate(measurement.available):
        part: dict[str, Any] = {
            **_group_columns(groups),
            "window_start": window.first,
            "window_end": window.last,
            **by_column([_described(measurement, number, columns) for columns in members]),
            "undefined": "",
            "undefined_tests": "",
            "random_share": measurement.random_shares[number],
        }
        if placebos:
            placebo, of_window = placebos[number], [of_group[number] for of_group in tests]
            part |= by_column([test.columns() for test in of_window])
            caar = np.array(part["caar_ew"])
            part |= {
                **placebo_columns(placebo, caar),
                **_corrected(placebo, groups),
                **_as_extreme(measurement, placebo),
                "undefined": [
                    "; ".join(f"{name}: {why}" for name, why in (("placebo", reason), *test.undefined) if why)
                    for reason, test in zip(placebo.reason, of_window, strict=True)
                ],
                "undefined_tests": [" ".join(sorted(name for name, _ in test.undefined)) for test in of_window],
            }
            p_on_day = placebos[on_day].placebo_p if on_day is not None else np.full(len(groups), np.nan)
            part |= _scored(measurement, number, groups, placebo, part)
            paths = _paths_of(measurement, members, max(window.last, 0) + 1)
            part |= scores.lasting_columns((window.first, window.last), paths, caar, placebo.placebo_p, p_on_day)
        parts.append(part)
    return stacked("sectors", parts)


def _group_columns(groups: Sequence[Group]) -> dict[str, list[Any]]:
    return {
        "sector": [group.sector for group in groups],
        "theme": [group.theme for group in groups],
        "name_ko": [group.ko for group in groups],
        "name_en": [group.en for group in groups],
        "post_hoc": [group.post_hoc for group in groups],
    }


def _described(measurement: Measurement, number: int, columns: Ints) -> dict[str, float]:
    """How the members' returns lie in one window."""
    raw, volume = measurement.raw[number][columns], measurement.volume[number][columns]
    cross, benchmark = cross_section(raw, measurement.caps[columns]), measurement.study.benchmark_returns[number]
    active = volume[np.isfinite(volume)]
    return {
        "members": len(columns),
        "n": cross.n,
        "n_skipped": int(np.isnan(measurement.study.results[number].car[columns]).sum()),
        "benchmark_return": float(benchmark[columns][np.isfinite(raw)].mean()) if cross.n else np.nan,
        "mean_return_ew": cross.mean_ew,
        "mean_return_cw": cross.mean_cw,
        "median_return": cross.median,
        "breadth_up": cross.breadth_up,
        "volume_ratio": float(np.median(active)) if active.size else np.nan,
        "n_up": cross.n_up,
        "n_flat": cross.n - cross.n_up - cross.n_down,
        "n_down": cross.n_down,
    }


def placebo_columns(placebo: Placebo, caar: Floats) -> dict[str, Any]:
    """Columns of the primary test of P portfolios in one window, with its interval around their `caar` (P,)."""
    return {
        **placebo.columns(caar),
        "placebo_n": np.where(np.isfinite(placebo.z_ewma), placebo.placebo_n, np.nan),
        "caar_tested": placebo.caar,
        "half_width": placebo.half_width(),
        "undefined": list(placebo.reason),
    }


def _as_extreme(measurement: Measurement, placebo: Placebo) -> dict[str, list[Any]]:
    """The placebo sessions that were as extreme as the event, and their statistics, of each portfolio that has a rank.

    The most extreme come first. A session stands for the first of its window, as the event day does.
    """
    sessions = measurement.panel.sessions[placebo.dates]
    days: list[str | None] = []
    statistics: list[str | None] = []
    for rank, event, z in zip(placebo.placebo_rank, placebo.z_ewma, placebo.placebo_z.T, strict=True):
        size = np.where(np.isfinite(z) & np.isfinite(rank), np.abs(z), -1.0)
        order = np.argsort(-size, kind="stable")[: int((size >= abs(event)).sum())]
        days.append(" ".join(map(str, sessions[order])) or None)
        statistics.append(" ".join(map(str, z[order].tolist())) or None)
    return {"as_extreme_on": days, "as_extreme_z": statistics}


def _corrected(placebo: Placebo, groups: Sequence[Group]) -> dict[str, Floats]:
    """Columns q, p_family and family_n; a group with too few placebo sessions of its own is in no family."""
    q, family, dates = (np.full(len(groups), np.nan) for _ in range(3))
    known = np.isfinite(placebo.placebo_z)
    for evidence in _families(groups).values():
        tested = evidence & np.isfinite(placebo.placebo_rank)
        q[tested], family[tested] = (adjusted[tested] for adjusted in placebo.corrected(evidence))
        dates[evidence] = known[:, evidence].sum(axis=0)
        dates[tested] = known[:, tested].all(axis=1).sum()
    return {"q": q, "p_family": family, "family_n": dates}


def _families(groups: Sequence[Group]) -> dict[bool, Bools]:
    """Which groups are tested together: the sectors (False), and the themes (True), that are evidence."""
    return {
        of_themes: np.array([not g.post_hoc and (g.theme is not None) is of_themes for g in groups], dtype=np.bool_)
        for of_themes in (False, True)
    }


def _scored(
    measurement: Measurement, number: int, groups: Sequence[Group], placebo: Placebo, part: Mapping[str, Any]
) -> dict[str, Any]:
    """Scores in one window, `part` its columns so far; sectors are ranked among sectors, themes among themes."""
    window, weights = measurement.available[number], measurement.rules.weights
    members = [measurement.columns(group) for group in groups]
    caar, ratio, up = (np.array(part[name]) for name in ("caar_ew", "volume_ratio", "breadth_up"))
    on_day = scores.on_event_day((window.first, window.last), _paths_of(measurement, members)[0])
    parts = scores.parts_of(caar, placebo.placebo_p, placebo.placebo_caar, ratio, on_day, up)
    table: dict[str, Any] = {}
    for of_themes, evidence in _families(groups).items():
        own = np.flatnonzero([(group.theme is not None) is of_themes for group in groups])
        if not own.size:
            continue
        inside = {name: values[own] for name, values in parts.items()}
        scored = scores.score_columns(
            inside, weights, part["p_family"][own], evidence[own], caar[own], measurement.inconclusive[number]
        )
        for name, values in scored.items():
            table.setdefault(name, np.full(len(groups), np.nan, dtype=values.dtype))[own] = values
    ranges = [
        _without_each(measurement, number, members[place], placebo, place)
        if group.theme is None
        else (np.nan, np.nan, None)
        for place, group in enumerate(groups)
    ]
    low, high, maker = zip(*ranges, strict=True) if ranges else ((), (), ())
    return {**table, "score_low": list(low), "score_high": list(high), "score_maker": list(maker)}


def _without_each(
    measurement: Measurement, number: int, members: Ints, placebo: Placebo, place: int
) -> tuple[float, float, str | None]:
    """Lowest and highest score when each member is left out once, and the member that makes the group, if one does.

    The placebo dates are the group's own. An equal-weight portfolio without one member follows from the portfolio and
    that member, so nothing is fitted again; its volatility is taken to be the whole portfolio's. `place` is the
    group's among those of `placebo`.
    """
    study, window = measurement.study, measurement.available[number]
    car = study.results[number].car[members]
    inside = np.isfinite(car)
    members, car = members[inside], car[inside]
    if len(members) < 2 or np.isfinite(placebo.placebo_z[:, place]).sum() < FEWEST_DATES:
        return np.nan, np.nan, None
    own = study.stock_placebos[number].placebo_caar[:, members]
    known = np.isfinite(own)
    count = known.sum(axis=1, keepdims=True)
    whole = placebo.placebo_caar[:, [place]]
    with np.errstate(divide="ignore", invalid="ignore"):
        others = np.where(known, (count * whole - own) / (count - 1), whole)
        z = np.abs(others * placebo.placebo_z[:, [place]] / whole)
        left = _mean_of_others(car)
        z_event = np.abs(left * placebo.z_ewma[place] / placebo.caar[place])
    ranked = np.isfinite(z)
    p = (1 + (ranked & (z >= z_event)).sum(axis=0)) / (1 + ranked.sum(axis=0))
    day = _mean_of_others(study.fit.abnormal[measurement.event_row][members])
    up, ratio = measurement.raw[number][members] > 0, measurement.volume[number][members]
    on_day = scores.on_event_day((window.first, window.last), day)
    parts = scores.parts_of(left, p, others, _median_of_others(ratio), on_day, (up.sum() - up) / (len(up) - 1))
    score = scores.combine(parts, measurement.rules.weights)
    middle = float(np.median(score))
    farthest = int(np.argmax(np.abs(score - middle)))
    makes = abs(score[farthest] - middle) >= scores.LEAST_SCORE
    maker = measurement.panel.tickers[members[farthest]] if makes else None
    return float(score.min()), float(score.max()), maker


def _mean_of_others(values: Floats) -> Floats:
    """(N,) mean of the others."""
    return np.asarray((values.sum() - values) / (len(values) - 1))


def _median_of_others(values: Floats) -> Floats:
    """(N,) median of the others that are known; NaN where none is."""
    others = np.where(np.eye(len(values), dtype=bool), np.nan, values)
    known = np.isfinite(others).any(axis=1)
    median = np.full(len(values), np.nan)
    median[known] = np.nanmedian(others[known], axis=1)
    return median


def _paths_of(measurement: Measurement, members: Sequence[Ints], sessions: int = 1) -> Floats:
    """(sessions, G) cumulative mean abnormal return of each group from the event day on; NaN where none has one."""
    event_row = measurement.event_row
    abnormal = measurement.study.daily(slice(event_row, event_row + sessions))
    means = [mean_of_available(abnormal[:, columns]) for columns in members]
    return np.cumsum(np.array(means).reshape(len(members), -1).T, axis=0)


def spreads_frames(measurement: Measurement, groups: Sequence[Group]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each pair of `rules.spreads` in every available window, and the placebo sessions of each of these.

    Where the rules have none, the pair is the best minus the worst sector of the first available window. Its primary
    test gives each placebo session the same choice; its other p are NaN, because they take the pair for granted.
    """
    study = measurement.study
    by_label = {group.label: measurement.columns(group) for group in groups}
    pairs, widest = measurement.rules.spreads, None
    if pairs is None:
        pairs, widest = _widest(measurement, groups)
    parts, placebos = [], []
    for label_a, label_b in pairs:
        a, b = by_label[label_a], by_label[label_b]
        spreads = study.spreads(a, b) if study.has_history else []
        for number, window in enumerate(measurement.available):
            of_a, of_b = (cross_section(measurement.raw[number][own], measurement.caps[own]) for own in (a, b))
            part: dict[str, Any] = {
                "sector_a": label_a,
                "sector_b": label_b,
                "window_start": window.first,
                "window_end": window.last,
                "n_a": of_a.n,
                "n_b": of_b.n,
                "mean_return_ew": of_a.mean_ew - of_b.mean_ew,
                "mean_return_cw": of_a.mean_cw - of_b.mean_cw,
                "chosen": measurement.rules.spreads is None,
                "undefined": "",
            }
            if spreads:
                (portfolio, placebo), kp = spreads[number], study.two_sample(a, b, number)
                placebo = widest[number] if widest else placebo
                car = study.results[number].car
                caar = mean(car[a]) - mean(car[b])
                part |= {
                    **placebo_columns(placebo, np.array([caar])),
                    "caar_ew": caar,
                    "t_portfolio": portfolio.t,
                    "p_portfolio": np.nan if widest else portfolio.p,
                    "t_kp": kp.t,
                    "p_kp": np.nan if widest else kp.p,
                    "r_ab": kp.r_ab,
                    "detectable": np.nan if widest else placebo.detectable()[0],
                }
                z = placebo.placebo_z[:, 0] if np.isfinite(placebo.placebo_rank[0]) else np.empty(0)
                z = z[np.isfinite(z)]
                pair = {name: part[name] for name in ("sector_a", "sector_b", "window_start", "window_end")}
                placebos.append({**pair, "ordinary": np.arange(1, len(z) + 1), "z_ewma": z})
            parts.append(part)
    return stacked("spreads", parts), stacked("placebos", placebos)


def _widest(
    measurement: Measurement, groups: Sequence[Group]
) -> tuple[tuple[tuple[str, str], ...], list[Placebo] | None]:
    """The best and the worst of the sectors that are evidence, and their difference in each window; no pair of one.

    Without history, and so without abnormal returns, by the mean return; then nothing is tested.
    """
    sectors = [group for group in groups if group.theme is None and not group.post_hoc]
    members = [measurement.columns(group) for group in sectors]
    if not measurement.available:
        return (), None
    if measurement.study.has_history:
        found = measurement.study.widest(members)
        return (((sectors[found[0]].label, sectors[found[1]].label),), found[2]) if found else ((), None)
    means = {
        group.label: mean
        for group, columns in zip(sectors, members, strict=True)
        if np.isfinite(mean := cross_section(measurement.raw[0][columns], measurement.caps[columns]).mean_ew)
    }
    return ((max(means, key=means.__getitem__), min(means, key=means.__getitem__)),) if len(means) > 1 else (), None


def paths_frame(measurement: Measurement, groups: Sequence[Group]) -> pd.DataFrame:
    """The path of each group that has one, over the sessions of `PATH` that no model has learned from.

    `caar` is 0 at tau = -1, the base.
    """
    event_row, sessions = measurement.event_row, measurement.panel.sessions
    first = max(event_row + PATH[0], measurement.study.estimation.stop)
    rows = range(first, min(event_row + PATH[1] + 1, len(sessions)))
    half_widths = _half_widths(measurement, groups, rows)
    parts = []
    for group, half in zip(groups, half_widths.T, strict=True):
        path = measurement.study.path_columns(measurement.columns(group), rows, half)
        if not path["n"].any():
            continue
        parts.append(
            {
                **{name: values[0] for name, values in _group_columns([group]).items()},
                "tau": np.arange(rows.start, rows.stop) - event_row,
                "date": sessions[rows.start : rows.stop].tolist(),
                **path,
                "half_width": half,
            }
        )
    return stacked("paths", parts)


def _half_widths(measurement: Measurement, groups: Sequence[Group], rows: range) -> Floats:
    """(rows, groups) half of the 95% interval of each path; NaN for themes, whose bands no chart draws."""
    half = np.full((len(rows), len(groups)), np.nan)
    sectors = [place for place, group in enumerate(groups) if group.theme is None]
    if sectors and measurement.study.has_history:
        members = [measurement.columns(groups[place]) for place in sectors]
        half[:, sectors] = measurement.study.path_half_widths(members, rows)
    return half


def planted_frame(sectors: pd.DataFrame, planted: Mapping[tuple[str, int, int], float]) -> pd.DataFrame:
    """Estimates of a frame of sectors beside what was `planted`, by (sector, first tau, last tau)."""
    rows: list[dict[str, Any]] = [
        {
            **{str(name): value for name, value in row.items()},
            "planted": planted[key],
            "covered": row["ci_low"] <= planted[key] <= row["ci_high"],
        }
        for row in sectors[sectors["theme"].isna()].to_dict("records")
        if (key := (row["sector"], row["window_start"], row["window_end"])) in planted
    ]
    return from_rows("planted", sorted(rows, key=lambda row: (row["window_start"], row["window_end"])))


def levels_frame(measurement: Measurement, groups: Sequence[Group]) -> pd.DataFrame:
    """The level of each index, sector and stock on the sessions of `PATH` that the panel has; unknown ones left out.

    A stock keeps its last known price while it does not trade. It has no level at all where it did not trade at the
    base, and none beyond a return that is not known. A sector is the equal-weight mean of its members with a price at
    the base, bought then and held; a member counts with its last known level after it stops trading, and with its
    first known one before it was listed, so that nothing jumps when a member comes or goes.
    """
    panel, base = measurement.panel, measurement.event_row - 1
    if base < 0:
        return stacked("levels", ())
    rows = slice(max(base + 1 + PATH[0], 0), base + 2 + PATH[1])
    days = np.array(panel.sessions[rows].tolist(), dtype=object)
    taus = np.arange(len(panel.sessions))[rows] - base - 1
    parts: list[dict[str, Any]] = []

    def add(series: str, kind: str, values: Floats) -> None:
        known = np.isfinite(values)
        parts.append({"series": series, "kind": kind, "tau": taus[known], "date": days[known], "level": values[known]})

    for name, returns in panel.benchmarks.items():
        own = np.isfinite(returns[:, None])
        add(name, "index", _growth(returns[:, None], own.astype(np.int64), np.ones_like(own), base)[rows, 0])
    traded = measurement.traded
    stocks = _last_known(_growth(panel.returns, panel.span, traded, base), traded)[rows]
    for group in groups:
        columns = measurement.columns(group)
        members = columns[traded[base, columns]]
        if group.theme is None and members.size:
            add(group.label, "sector", _held(stocks[:, members]).mean(axis=1))
    for column in dict.fromkeys(measurement.column_of.tolist()):
        add(panel.tickers[column], "stock", stocks[:, column])
    return stacked("levels", parts)


def _growth(returns: Floats, span: Ints, traded: Bools, base: int) -> Floats:
    """(T, N) growth from the base row to each row on which it traded, or the inverse before; NaN where not known.

    It is known where the spans of the returns between the two rows add up to their distance.
    """
    grown, reach = np.cumprod(1.0 + np.nan_to_num(returns), axis=0), np.cumsum(span, axis=0)
    distance = np.arange(len(returns))[:, None] - base
    known = traded & traded[base] & (reach - reach[base] == distance)
    return np.where(known, grown / grown[base], np.nan)


def _last_known(growth: Floats, traded: Bools) -> Floats:
    """(T, N) `growth` on the latest row on which it traded; NaN before the first."""
    latest = np.maximum.accumulate(np.where(traded, np.arange(len(traded))[:, None], -1), axis=0)
    return np.where(latest >= 0, np.take_along_axis(growth, np.maximum(latest, 0), axis=0), np.nan)


def _held(levels: Floats) -> Floats:
    """(L, N) `levels`, of which each column has some, with the last known one after it and the first one before it."""
    known = np.isfinite(levels)
    rows = np.arange(len(levels))[:, None]
    nearest = np.clip(rows, known.argmax(axis=0), len(levels) - 1 - known[::-1].argmax(axis=0))
    return np.take_along_axis(levels, nearest, axis=0)
