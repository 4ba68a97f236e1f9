"""Scores of the stocks and groups of one measurement, from figures that its tests have computed already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from screener.analysis import scores
from screener.analysis.measurement import Measurement
from screener.analysis.persistence import classify, half_life
from screener.analysis.results import GroupRow, Lasting, Score, StockRow, Window
from screener.study.arrays import Bools, Floats, Ints
from screener.study.placebo import FEWEST_DATES, Placebo


def score_stocks(
    measurement: Measurement,
    window: Window,
    rows: Sequence[StockRow],
    evidence: Bools,
    p_on_day: Floats,
    market: Floats | None,
    weights: Mapping[str, float],
) -> list[StockRow]:
    """The rows of one window with their scores.

    Args:
        measurement: whose rows these are.
        window: theirs.
        rows: one per stock and sector.
        evidence: (len(rows),) rows of sectors that were not put together after the event; only they are ranked.
        p_on_day: (len(rows),) headline p of the event day alone.
        market: (M,) CARs of the whole market, which sizes are compared with; None = those of the rows.
        weights: of the parts.
    """
    car, p, q, ratio = (
        np.array([getattr(row, name) for row in rows]) for name in ("car", "placebo_p", "q", "volume_ratio")
    )
    columns = np.array(measurement.column_of)
    day = measurement.fit.abnormal[measurement.event_row][columns]
    # A stock of two sectors is one stock among the others.
    once = np.unique(columns[evidence], return_index=True)[1]
    parts = {
        "magnitude": scores.magnitude(car, car[evidence][once] if market is None else market),
        "certainty": scores.certainty(car, p),
        "persistence": _lasted(window, car, day),
        "volume": scores.volume(car, ratio),
    }
    found = _scores(parts, weights, q, evidence)
    lasting = _lasting(measurement, window, [columns[i : i + 1] for i in range(len(rows))], car, p, p_on_day)
    return [replace(row, score=score, lasting=how) for row, score, how in zip(rows, found, lasting, strict=True)]


def score_groups(
    measurement: Measurement,
    window: Window,
    rows: Sequence[GroupRow],
    of_groups: Placebo,
    of_stocks: Placebo,
    p_on_day: Floats,
    weights: Mapping[str, float],
) -> list[GroupRow]:
    """The rows of one window with their scores; sectors are ranked among sectors, themes among themes.

    Args:
        measurement: whose rows these are.
        window: theirs.
        rows: one per group.
        of_groups: the groups among their placebo dates.
        of_stocks: the panel's columns among theirs.
        p_on_day: (len(rows),) headline p of the event day alone.
        weights: of the parts.
    """
    caar = np.array([row.caar_ew for row in rows])
    ratio = np.array([row.volume_ratio for row in rows])
    up = np.array([row.breadth_up for row in rows])
    day = np.array([_mean_abnormal(measurement, measurement.columns(row.group))[0] for row in rows])
    p = of_groups.placebo_p
    parts = {
        "magnitude": scores.magnitude(caar, of_groups.placebo_caar),
        "certainty": scores.certainty(caar, p),
        "persistence": _lasted(window, caar, day),
        "breadth": scores.breadth(up),
        "volume": scores.volume(caar, ratio),
    }
    q = np.array([row.headline.q for row in rows])
    members = [measurement.columns(row.group) for row in rows]
    lasting = _lasting(measurement, window, members, caar, p, p_on_day)
    scored = list(rows)
    for of_themes in (False, True):
        mine = np.array([i for i, row in enumerate(rows) if (row.group.theme is not None) is of_themes], dtype=np.int64)
        if not mine.size:
            continue
        fair = np.array([not rows[i].group.post_hoc for i in mine])
        found = _scores({name: part[mine] for name, part in parts.items()}, weights, q[mine], fair)
        for i, score in zip(mine, found, strict=True):
            low, high, maker = np.nan, np.nan, ""
            if not of_themes:
                low, high, maker = _without_each(measurement, window, members[i], int(i), of_groups, of_stocks, weights)
            scored[i] = replace(rows[i], score=replace(score, low=low, high=high, maker=maker), lasting=lasting[i])
    return scored


def _scores(parts: Mapping[str, Floats], weights: Mapping[str, float], q: Floats, fair: Bools) -> list[Score]:
    """One `Score` per row; those that are not `fair` get one as well, but neither rank nor verdict."""
    ranked = scores.scored({name: np.where(fair, part, np.nan) for name, part in parts.items()}, weights)
    value = scores.combine(parts, weights)
    words = scores.verdicts(value, np.where(fair, q, np.nan))
    return [
        Score(
            value=float(value[i]),
            rank=float(ranked.rank[i]),
            verdict=words[i],
            steady=float(ranked.steady[i]),
            parts={name: float(part[i]) for name, part in parts.items()},
        )
        for i in range(len(value))
    ]


def _lasted(window: Window, car: Floats, day: Floats) -> Floats:
    """The part `persistence`, in the direction of the window's CAR; unknown for windows that say nothing of it."""
    if window.first != 0 or window.last == 0:
        return np.full(len(car), np.nan)
    return np.asarray(np.sign(car) * scores.persistence(car, day))


def _lasting(
    measurement: Measurement, window: Window, members: Sequence[Ints], car: Floats, p: Floats, p_on_day: Floats
) -> list[Lasting]:
    """What became of each one's event day move by the end of the window."""
    if window.first != 0 or window.last == 0:
        return [Lasting()] * len(members)
    found = []
    for i, columns in enumerate(members):
        path = _mean_abnormal(measurement, columns, window.last + 1)
        what = classify(float(path[0]), float(p_on_day[i]), float(car[i]), float(p[i]))
        gone = what in ("faded", "reversed")
        found.append(Lasting(what, half_life(path) if gone else np.nan))
    return found


def _without_each(
    measurement: Measurement,
    window: Window,
    members: Ints,
    place: int,
    of_groups: Placebo,
    of_stocks: Placebo,
    weights: Mapping[str, float],
) -> tuple[float, float, str]:
    """Lowest and highest score when each member is left out once, and the member that makes the group, if one does.

    The placebo dates are the group's own. An equal-weight portfolio without one member follows from the portfolio and
    that member, so nothing is fitted again; its volatility is taken to be the whole portfolio's.
    """
    car = measurement.results[window].car[members]
    inside = np.isfinite(car)
    members, car = members[inside], car[inside]
    if len(members) < 2 or np.isfinite(of_groups.placebo_z[:, place]).sum() < FEWEST_DATES:
        return np.nan, np.nan, ""
    own = of_stocks.placebo_caar[:, members]
    there = np.isfinite(own)
    count = there.sum(axis=1, keepdims=True)
    whole = of_groups.placebo_caar[:, [place]]
    with np.errstate(divide="ignore", invalid="ignore"):
        placebo = np.where(there, (count * whole - own) / (count - 1), whole)
        z = np.abs(placebo * of_groups.placebo_z[:, [place]] / whole)
        left = _left_out(car)
        z_event = np.abs(left * of_groups.z_ewma[place] / of_groups.caar[place])
    known = np.isfinite(z)
    p = (1 + (known & (z >= z_event)).sum(axis=0)) / (1 + known.sum(axis=0))
    day = _left_out(measurement.fit.abnormal[measurement.event_row][members])
    up, ratio = measurement.raw[window][members] > 0, measurement.volume[window][members]
    parts = {
        "magnitude": scores.magnitude(left, placebo),
        "certainty": scores.certainty(left, p),
        "persistence": _lasted(window, left, day),
        "breadth": scores.breadth((up.sum() - up) / (len(up) - 1)),
        "volume": scores.volume(left, _median_of_others(ratio)),
    }
    score = scores.combine(parts, weights)
    full = float(np.median(score))
    farthest = int(np.argmax(np.abs(score - full)))
    makes = abs(score[farthest] - full) >= scores.LEAST_SCORE
    maker = measurement.panel.tickers[members[farthest]] if makes else ""
    return float(score.min()), float(score.max()), maker


def _left_out(values: Floats) -> Floats:
    """(N,) mean of the others."""
    return np.asarray((values.sum() - values) / (len(values) - 1))


def _median_of_others(values: Floats) -> Floats:
    """(N,) median of the others that are known; NaN where none is."""
    others = np.where(np.eye(len(values), dtype=bool), np.nan, values)
    known = np.isfinite(others).any(axis=1)
    median = np.full(len(values), np.nan)
    median[known] = np.nanmedian(others[known], axis=1)
    return median


def _mean_abnormal(measurement: Measurement, members: Ints, sessions: int = 1) -> Floats:
    """(sessions,) cumulative mean abnormal return of `members` from the event day on; NaN where none has one."""
    abnormal = measurement.fit.abnormal[measurement.event_row : measurement.event_row + sessions][:, members]
    have = np.isfinite(abnormal)
    count = have.sum(axis=1)
    mean = np.where(count > 0, np.where(have, abnormal, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
    return np.asarray(np.cumsum(mean))
