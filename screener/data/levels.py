"""Levels of indices, against themselves, against each other and against the stocks of their market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from screener.data.findings import Finding, refuse
from screener.data.panel import Panel, on_days
from screener.data.price_rows import ByMarket
from screener.data.witnesses import LIMIT, WEIGHTED
from screener.i18n import N_
from screener.krx.tables import Bools, Days, Floats, floats, to_numpy, words

_LONG = 100
"""Sessions from which it shows that an index does not go with its stocks."""
_FEW, _SEVERAL = 5, 10
"""Stocks from which a shift shows, and from which something else altogether does."""
_SHIFTED = 0.15
"""How much better an index goes with the stocks of the session beside it, if it is shifted; in truth never better."""
_UNRELATED = 0.1
"""Correlation with the mean of its stocks that an index of theirs has at least."""
_FUNDS_APART = 0.03
"""How far a fund may move from the other fund and from the stocks, if the next session takes it back; on 843 sessions
of the two indices and 2,683 stocks none did so, nor by 0.02."""
_SPIKE = 6.0
"""Deviations from the stocks, by which a single level is out of line if the next session takes it back."""


def by_index(rows: pa.Table) -> dict[str, tuple[Days, Floats]]:
    """Days and levels of each index that has rows, by its name, sorted."""
    names, days, close = np.array(words(rows, "index"), dtype=object), to_numpy(rows["date"]), floats(rows, "close")
    return {name: (days[names == name], close[names == name]) for name in sorted(set(names))}


def index_is_sound(called: str, name: str, days: Days, close: Floats, until: date | None) -> tuple[Days, Floats]:
    """One index of a file, sorted, each day once, through `until`.

    Raises:
        DataError: a level that cannot be, or two of one day.
    """
    order = np.argsort(days, kind="stable")
    days, close = days[order], close[order]
    again = days[1:] == days[:-1]
    told: dict[str, Any] = {"called": called, "name": name}
    refuse(
        again & (close[1:] != close[:-1]),
        "{called}: {name} on {day} is listed twice with different levels",
        hint="delete one row",
        day=days[1:],
        **told,
    )
    no_level = ~((close > 0) & np.isfinite(close))
    refuse(no_level, "{called}: {name} on {day}: {level:g} is not an index level", day=days, level=close, **told)
    refuse(
        np.abs(np.diff(close)) > LIMIT * close[:-1],
        "{called}: {name} moves from {before:g} to {level:g} on {day}",
        hint="correct it",
        before=close[:-1],
        level=close[1:],
        day=days[1:],
        **told,
    )
    keep = days <= np.datetime64(until) if until is not None else np.ones(len(days), dtype=bool)
    keep[1:] &= ~again
    return days[keep], close[keep]


def weigh_levels(
    panel: Panel,
    levels: ByMarket,
    market_of: Mapping[str, str],
    called: str,
    moves: ByMarket | None,
) -> tuple[Panel, list[Finding]]:
    """Hold the indices against each other and against the stocks; a single level that is out of line is left out.

    Args:
        panel: what was made of the levels.
        levels: days and levels of each index.
        market_of: by ticker, the market.
        called: how messages call where the levels come from.
        moves: by market, days and capitalisation-weighted move of the whole of it; None where that is not known.

    Raises:
        DataError: indices that are exchanged, shifted, stand still, or are something else.
    """
    refuse_exchanged(levels, called)
    markets = np.array([market_of[ticker] for ticker in panel.tickers], dtype=object)
    returns = np.clip(panel.daily_returns, -LIMIT, LIMIT)
    wrong = {name: np.zeros(len(panel.sessions), dtype=bool) for name in panel.benchmarks}
    for name, index in panel.benchmarks.items():
        mean, stocks = _mean(returns[:, markets == name])
        both = np.isfinite(mean) & np.isfinite(index)
        if stocks >= _FEW and both.sum() >= _LONG:
            _refuse_unrelated(called, name, index, mean, stocks)
            wrong[name] |= _spikes(index, mean)
        if moves and name in moves:
            wrong[name] |= _off(panel.sessions, index, *moves[name])
    still = [series == 0.0 for series in panel.benchmarks.values()]
    if len(still) > 1:
        repeats = np.all(still, axis=0)
        for name in wrong:
            wrong[name] |= repeats
    places = sorted((str(day), name) for name, rows in wrong.items() for day in panel.sessions[rows])
    if not places:
        return panel, []
    believed = {
        name: np.where(wrong[name] | np.concatenate([[False], wrong[name][:-1]]), np.nan, series)
        for name, series in panel.benchmarks.items()
    }
    found = Finding.at("level_refused", [f"{name} {day}" for day, name in places])
    return replace(panel, benchmarks=believed), found


def refuse_exchanged(levels: ByMarket, called: str) -> None:
    """KOSPI has stood above KOSDAQ on every session since 2004."""
    days, kospi, kosdaq = _both(levels)
    late = days >= np.datetime64("2004-01-01")
    refuse(
        bool(late.any()) and np.mean(kosdaq[late] > kospi[late]) > 0.5,
        "{called}: KOSDAQ is above KOSPI on most days, which never happened: they are swapped",
        hint="correct the column index",
        called=called,
    )


def refuse_alike(levels: ByMarket, called: str) -> None:
    """The two indices are never the same over months."""
    days, kospi, kosdaq = _both(levels)
    refuse(
        len(days) >= _LONG and bool(np.all(kospi == kosdaq)),
        "{called}: KOSDAQ has the same levels as KOSPI on every day",
        hint="provide the levels of both",
        called=called,
    )


def _both(levels: ByMarket) -> tuple[Days, Floats, Floats]:
    """Days that both indices have, and their levels."""
    none = np.array([], dtype="datetime64[D]"), np.array([])
    (days, kospi), (others, kosdaq) = (levels.get(name, none) for name in ("KOSPI", "KOSDAQ"))
    common, here, there = np.intersect1d(days, others, return_indices=True)
    return common, kospi[here], kosdaq[there]


def join(called: str, name: str, days: Days, close: Floats, stored: tuple[Days, Floats]) -> None:
    """Refuse levels that are others than those that are stored of the same days."""
    common, here, there = np.intersect1d(days, stored[0], return_indices=True)
    known = stored[1][there]
    refuse(
        np.abs(close[here] / known - 1.0) > 1e-4,
        "{called}: {name} on {day} is {level:g}, but {known:g} in the store{more}",
        hint="correct the file, or delete the index from the store",
        called=called,
        name=name,
        day=common,
        level=close[here],
        known=known,
    )


def _mean(returns: Floats) -> tuple[Floats, int]:
    """(T,) mean of the stocks on each session, and how many there are on the usual one."""
    known = np.isfinite(returns)
    count = known.sum(axis=1)
    total = np.where(known, returns, 0.0).sum(axis=1)
    mean = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return mean, int(np.median(count)) if len(count) else 0


def _refuse_unrelated(called: str, name: str, index: Floats, mean: Floats, stocks: int) -> None:
    refuse(
        bool(np.nanstd(index) == 0),
        "{called}: {name} has the same level on every day",
        hint="provide its levels",
        called=called,
        name=name,
    )
    beside = _correlation(index, mean)
    late = N_("{called}: {name} is one session late: it follows the stocks of the previous day")
    early = N_("{called}: {name} is one session early: it follows the stocks of the next day")
    for shifted, message in (
        (_correlation(index[1:], mean[:-1]), late),
        (_correlation(index[:-1], mean[1:]), early),
    ):
        refuse(shifted - beside > _SHIFTED, message, hint="correct its dates", called=called, name=name)
    refuse(
        stocks >= _SEVERAL and beside < _UNRELATED,
        "{called}: {name} does not follow the {stocks} stocks of its market (correlation {beside:.2f})",
        hint="check that it is that index",
        called=called,
        name=name,
        stocks=stocks,
        beside=beside,
    )


def _correlation(one: Floats, other: Floats) -> float:
    both = np.isfinite(one) & np.isfinite(other)
    with np.errstate(all="ignore"):
        return float(np.corrcoef(one[both], other[both])[0, 1])


def _spikes(index: Floats, mean: Floats) -> Bools:
    """(T,) levels far from what the stocks did, if the next session takes it back."""
    both = np.isfinite(index) & np.isfinite(mean)
    slope, level = np.polyfit(mean[both], index[both], 1)
    rest = index - level - slope * mean
    scale = 1.4826 * np.median(np.abs(rest[both]))
    return _taken_back(rest, _SPIKE * scale) if scale > 0 else np.zeros(len(index), dtype=bool)


def _taken_back(rest: Floats, far: float) -> Bools:
    """(T,) what is further than `far` from its witness, if the next session takes it back."""
    found = np.zeros(len(rest), dtype=bool)
    first, then = rest[:-1], rest[1:]
    with np.errstate(all="ignore"):
        back = np.abs(first / then)
        found[:-1] = (np.fmin(np.abs(first), np.abs(then)) > far) & (first * then < 0) & (back > 0.67) & (back < 1.5)
    return found


def out_of_line(fund: Floats, other: Floats, stocks: Floats) -> Bools:
    """(T,) returns of a fund that follows an index, far from both its witnesses, if the next session takes them back.

    Args:
        fund: (T,) returns, decimal; NaN = unknown.
        other: (T,) those of a fund that follows another index of the same exchange.
        stocks: (T, N) those of stocks.
    """
    mean, _count = _mean(np.clip(stocks, -LIMIT, LIMIT))
    return _taken_back(fund - other, _FUNDS_APART) & _taken_back(fund - mean, _FUNDS_APART)


def _off(sessions: Days, index: Floats, days: Days, moves: Floats) -> Bools:
    """(T,) sessions on which an index moved otherwise than the whole market weighted by capitalisation."""
    with np.errstate(all="ignore"):
        off: Bools = np.abs(on_days(sessions, days, moves) - index) > WEIGHTED
    return off
