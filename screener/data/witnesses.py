"""Two witnesses for every figure, row by row: what says the same, what an action explains, what is not to be believed.

Pure functions of aligned arrays, an entry a row, NaN = unknown. Rates and moves are decimals, prices KRW.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from screener.krx.tables import Bools, Floats

Columns = Mapping[str, Floats]
"""By name, open, high, low, close, volume, value, marcap, shares; those that are not known may be absent."""

AGREES = 0.0006
"""Distance of an official rate, of two decimals of a percent, from the change of the unadjusted closes."""
NEAR = 0.005
"""The same where the closes are adjusted: those are rounded to whole won one by one."""
LIMIT = 0.30
"""No stock moves further in a day, so no index does."""
WEIGHTED = 0.003
"""How far an index may be from the capitalisation-weighted move of its whole market; measured were 0.0009 at most."""
_RATE_LIMIT = 0.3005
_STEPS = ((2_000, 1), (5_000, 5), (20_000, 10), (50_000, 50), (200_000, 100), (500_000, 500))
"""KRX's ticks since 2023: below a price, the step."""
_LARGEST_TICK = 1_000
_SHARES_MOVED = 0.01
_ROUNDED = 5.1e-5
"""Half of the last digit of a rate, and a little."""
_UNSURE_RATE = 0.10
_UNSURE_BASE = 0.95
_MANY = 3
"""More doubtful rates in one session than a market has in truth, which is two."""
_RANGE = 0.005
"""Part of a price by which a close may lie outside its own high and low: adjusted prices are rounded one by one."""
_VWAP = 0.05
_CAP = 1e-6
_THIN = 100
"""A volume below which a session may repeat the one before by chance."""
LARGEST_RATE, LEAST_RATE = 100.0, -1.0
"""No rate, as a decimal, is as large, or as small."""


class Verdict(IntEnum):
    """What becomes of the rate of a row."""

    SOUND = 0
    ACTION = 1
    """The base price is not the close before it, and something else says so too: a corporate action."""
    UNSURE = 2
    """It may be one: nothing contradicts it, and nothing confirms it."""
    RATE = 3
    """The rate contradicts closes that are confirmed: they tell the return."""
    CONTRADICTION = 4
    """Rate and closes contradict each other, and nothing tells which is right."""
    CLOSES = 5
    """The other closes contradict a rate that is confirmed."""


class Before(NamedTuple):
    """What is known of the row before each of R rows."""

    close: Floats
    """(R,) that of the session before, or the last one before a halt."""
    shares: Floats
    """(R,) shares listed."""
    halted: Bools
    """(R,) the stock was halted."""


def weigh(
    rate: Floats,
    rows: Columns,
    before: Before,
    session: NDArray[Any],
    other: Floats | None = None,
    slack: float = AGREES,
) -> tuple[NDArray[np.int8], Floats]:
    """Hold rates against the closes, and where they differ look for what explains it.

    Args:
        rate: the change that is told.
        rows: figures of the rows themselves.
        before: the rows before them.
        session: of each row, the day or its number.
        other: the change of closes from elsewhere, adjusted.
        slack: how far rate and closes may differ.

    Returns:
        (R,) `Verdict`s, and (R,) base price over the close before it.
    """
    close, halted = rows["close"], before.halted
    other = np.full(len(close), np.nan) if other is None else other
    with np.errstate(all="ignore"):
        moved = close / before.close - 1.0
        differs = np.isfinite(rate) & np.isfinite(moved) & (np.abs(moved - rate) > slack)
        ratio = np.where(np.isfinite(rate), close / (1.0 + rate) / before.close, np.nan)
        sure, unsure = _action(rate, rows, before, ratio)
        told = np.abs(other - rate) <= NEAR
        same = np.abs(other - moved) <= NEAR + 1.0 / before.close
    if (differs & sure & same & ~told).sum() > (differs & sure & told).sum():
        # The other closes are not adjusted either: they are the same witness once more.
        same = told = np.zeros(len(close), dtype=bool)
    verdict = np.zeros(len(close), dtype=np.int8)
    verdict[differs] = np.where(same, Verdict.RATE, Verdict.CONTRADICTION)[differs]
    unsure &= ~same
    doubtful = differs & ~sure & ~told
    where, number = np.unique(session, return_inverse=True)
    many = np.bincount(number, weights=doubtful, minlength=len(where)) >= _MANY
    verdict[differs & unsure & ~many[number]] = Verdict.UNSURE
    verdict[differs & (sure | told)] = Verdict.ACTION
    far = (
        ~differs & ~halted & np.isfinite(rate) & np.isfinite(moved) & (np.abs(other - rate) > NEAR + 1.0 / before.close)
    )
    verdict[far] = Verdict.CLOSES
    return verdict, ratio


def _action(rate: Floats, rows: Columns, before: Before, ratio: Floats) -> tuple[Bools, Bools]:
    """Where a base price can be that of a corporate action: with something else that says so, and without."""
    close = rows["close"]
    opened, high, low, shares = map(_price, columns(rows, "open", "high", "low", "shares"))
    base = ratio * before.close
    tick = _ticks(base)
    on_grid = np.abs(base - np.round(base / tick) * tick) <= base * _ROUNDED / (1.0 + rate)
    top, bottom = np.fmax(high, close), np.fmin(low, close)
    inside = (top <= (1 + LIMIT) * base + tick) & (bottom >= (1 - LIMIT) * base - tick) & (np.abs(rate) <= _RATE_LIMIT)
    listed = shares / before.shares
    moved = np.abs(listed - 1.0) > _SHARES_MOVED
    conserved = moved & (np.abs(np.log(ratio * listed)) < 0.02)
    # Only a reverse split or a capital reduction lifts the base price: shares go, or trading halts.
    raised = (ratio > 1 + _SHARES_MOVED) & np.isfinite(listed) & ~moved
    beyond = (top > (1 + LIMIT) * before.close + tick) | (bottom < (1 - LIMIT) * before.close - tick)
    nearer = np.abs(np.log(opened / base)) < np.abs(np.log(opened / before.close))
    possible = on_grid & inside & (rate != 0)
    sure = (
        (inside & conserved)
        | (on_grid & inside & (moved | before.halted | (beyond & ~raised)))
        | (possible & (base < before.close) & nearer)
    )
    return sure, possible & (base < _UNSURE_BASE * before.close) & (np.abs(rate) <= _UNSURE_RATE)


def _ticks(price: Floats) -> Floats:
    """KRX's step at each price."""
    return np.select([price < top for top, _step in _STEPS], [float(step) for _top, step in _STEPS], _LARGEST_TICK)


def lifted(rate: Floats, moved: Floats, rows: Columns) -> Bools:
    """Where a move beyond the daily limit is true, as in the last days of a stock that leaves.

    A rate that was computed from the closes beside it says nothing: an official one has two decimals, and value over
    volume, or the capitalisation, go with the close.
    """
    marcap, value, volume = columns(rows, "marcap", "value", "volume")
    percent = 100.0 * rate
    with np.errstate(all="ignore"):
        rounded = np.abs(percent - np.round(percent, 2)) < 1e-6
        witnessed = np.isfinite(marcap) | np.isfinite(value / volume)
    fits: Bools = (np.abs(moved - rate) <= AGREES) & rounded & witnessed & ~outside_average(rows)
    return fits


def outside_average(rows: Columns) -> Bools:
    """Where value over volume, the average price of the session, lies beyond its high or low, as few do by blocks."""
    high, low = map(_price, columns(rows, "high", "low"))
    value, volume = columns(rows, "value", "volume")
    with np.errstate(all="ignore"):
        average = value / volume
        found: Bools = (average > high * (1 + _VWAP)) | (average < low * (1 - _VWAP))
    return found


def outside_range(rows: Columns) -> Bools:
    """Where a close lies above the high or below the low of its own row."""
    close, volume = columns(rows, "close", "volume")
    high, low = map(_price, columns(rows, "high", "low"))
    known = (close > 0) & ~(volume == 0)
    found: Bools = known & ((close > high * (1 + _RANGE) + 1) | (low > close * (1 + _RANGE) + 1))
    return found


def false_caps(rows: Columns) -> Bools:
    """Where the capitalisation is not close times shares."""
    close, marcap, shares = columns(rows, "close", "marcap", "shares")
    with np.errstate(all="ignore"):
        part = marcap / (close * _price(shares))
    found: Bools = np.abs(part - 1.0) > _CAP
    return found


def repeated(rows: Columns, before: Columns, session: NDArray[Any]) -> Bools:
    """Rows that are those of the session before, volume included.

    Closes and volumes alone, or a volume of a few shares, may be equal by chance: those must be a group.
    """
    names = ("close", "volume", "open", "high", "low")
    close, volume, *others = columns(rows, *names)
    close_before, volume_before, *others_before = columns(before, *names)
    with np.errstate(all="ignore"):
        alike = (close == close_before) & (volume == volume_before) & (volume > 0)
    whole = alike.copy()
    for now, then in zip(others, others_before, strict=True):
        alike &= equal(now, then)
        whole &= now == then
    number = np.unique(session, return_inverse=True)[1]
    group = np.bincount(number, weights=alike, minlength=1)[number] >= _MANY if len(session) else alike
    found: Bools = alike & (group | (whole & (volume >= _THIN)))
    return found


def columns(rows: Columns, *names: str) -> list[Floats]:
    """Some of the columns; NaN throughout where one is absent."""
    unknown = np.full(len(rows["close"]), np.nan)
    return [rows.get(name, unknown) for name in names]


def equal(figures: Floats, others: Floats) -> Bools:
    """Where both are equal, or both unknown."""
    found: Bools = (figures == others) | (np.isnan(figures) & np.isnan(others))
    return found


def _price(values: Floats) -> Floats:
    """Zero is how KRX writes that there was none."""
    return np.where(values > 0, values, np.nan)
