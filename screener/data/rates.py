"""Official rates of a file or of the store, weighed against its closes and against those of another file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from screener.data.findings import Finding
from screener.data.price_rows import PriceRows
from screener.data.witnesses import LIMIT, NEAR, Verdict, lifted, other_units, weigh
from screener.krx.tables import Days

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_STEADY = 0.01
"""Part by which the shares of a stock may change without its closes being those of another share."""
_COMMON = 5
"""Sessions of two files from which a stock can be seen to be another in one of them."""


@dataclass(frozen=True)
class Rates:
    """T sessions x N tickers: what the rates of one part come to."""

    rate: Floats
    """The rate, decimal, where it is believed; NaN elsewhere."""
    moved: Floats
    """The change of the unadjusted closes, where no shares moved with it; NaN elsewhere."""
    doubted: Bools
    """Neither rate nor closes can be believed."""
    lifted: Bools
    """A move beyond the daily limit is true."""
    actions: Bools
    """The base price is not the close before it."""
    resumed: Bools
    """The row before it was refused, so the rate tells one session whatever the closes span."""
    findings: tuple[Finding, ...]


def weigh_rates(
    rows: PriceRows, days: Days, tickers: Sequence[str], slack: float, other: Floats | None, spans: Floats | None
) -> Rates:
    """Weigh the rates of cleaned, sorted rows.

    `other` (T, N) are changes of adjusted closes from elsewhere, over `spans` sessions.
    """
    shape = len(days), len(tickers)
    at, key = np.searchsorted(days, rows.day), rows.ticker
    values, number = rows.values, np.arange(len(at))
    unknown = np.full(len(at), np.nan)
    refused = np.zeros(len(at), dtype=bool) if rows.refused is None else rows.refused
    close = np.where(rows.traded, values["close"], np.nan)
    rate = np.where(rows.traded, values.get("change_pct", unknown) / 100.0, np.nan)
    # KRX carries the last close through a halt, and changes it where the base price changes meanwhile.
    carried = np.where((values["close"] > 0) & ~refused, values["close"], np.nan)
    source, trade = _last(np.isfinite(carried), number, key), _last(rows.traded, number, key)
    known = source >= 0
    untold = np.cumsum(refused)
    broken = known & ((at - at[source] != number - source) | (untold - untold[source] > 0))
    halted = known & ~rows.traded[source] & ~broken
    before = np.where(known, carried[source], np.nan)
    shares = values.get("shares", unknown)
    shares_before = np.where(known, shares[source], np.nan)
    with np.errstate(all="ignore"):
        moved = close / before - 1.0
        steady = known & (np.abs(shares / shares_before - 1.0) < _STEADY)
        # A rate is that of one session: over rows that are missing or refused it says nothing of the whole.
        gap = broken & ~(np.abs(moved - rate) <= slack)
    units = other_units(np.where(halted, np.nan, rate), moved, key, len(tickers))
    rate = np.where(units[key], np.nan, rate)
    beside = unknown
    if other is not None and spans is not None:
        span = np.where(trade >= 0, at - at[trade], np.where(halted, spans[at, key], 1))
        beside = np.where((spans[at, key] == span) & (halted | (span == 1) | broken), other[at, key], np.nan)
    weighed = weigh(
        np.where(gap, np.nan, rate),
        before,
        {**values, "close": close},
        shares_before=shares_before,
        halted=halted,
        session=at,
        other=beside,
        slack=slack,
    )
    verdict = _in_order(weighed.verdict, key)
    with np.errstate(all="ignore"):
        # Of a first row, what is beyond the daily limit is false.
        alone = ~known & (np.abs(beside - rate) > 2 * NEAR)
        verdict[alone] = Verdict.CONTRADICTION
        verdict[alone & (np.abs(beside) > LIMIT + NEAR)] = Verdict.CLOSES
        verdict[alone & (np.abs(rate) > LIMIT + NEAR)] = Verdict.RATE
    strangers = _strangers(verdict, beside, rate, key, len(tickers))
    verdict[strangers[key] & np.isfinite(beside)] = Verdict.CONTRADICTION
    believed = np.isin(verdict, (Verdict.SOUND, Verdict.ACTION, Verdict.UNSURE, Verdict.CLOSES))

    def spread(values: NDArray[Any], empty: float = np.nan) -> NDArray[Any]:
        grid = np.full(shape, empty)
        grid[at, key] = values
        return grid

    raised = lifted(rate, moved, {**values, "close": close}) & believed & ~(verdict == Verdict.CLOSES)
    resumed = gap & (untold - untold[source] > 0)
    usable = steady & (np.abs(moved) <= LIMIT + 0.001) & ~broken
    return Rates(
        rate=spread(np.where(believed & (~gap | resumed), rate, np.nan)),
        moved=spread(np.where(usable, moved, np.nan)),
        doubted=spread((verdict == Verdict.CONTRADICTION), False).astype(bool),
        lifted=spread(raised, False).astype(bool),
        actions=spread(np.isin(verdict, (Verdict.ACTION, Verdict.UNSURE)), False).astype(bool),
        resumed=spread(resumed, False).astype(bool),
        findings=tuple(_findings(verdict, weighed.ratio, units, strangers, rows, tickers)),
    )


def _last(traded: Bools, number: NDArray[np.int64], key: NDArray[np.int32]) -> NDArray[np.int64]:
    """The row of each stock's last trade before each row; -1 without one."""
    latest = np.maximum.accumulate(np.where(traded, number, -1)) if len(number) else number
    source = np.concatenate([[-1], latest[:-1]])[: len(number)]
    return np.where((source >= 0) & (key[source] == key), source, -1)


def _in_order(verdict: NDArray[np.int8], key: NDArray[np.int32]) -> NDArray[np.int8]:
    """A close that is false contradicts its own row and the next one, which is no corporate action."""
    same = key[1:] == key[:-1]
    first, then = verdict[:-1].copy(), verdict[1:].copy()
    doubtful = np.isin(first, (Verdict.CONTRADICTION, Verdict.CLOSES)) & same
    settled = verdict.copy()
    settled[1:][doubtful & (then == Verdict.ACTION)] = Verdict.SOUND
    settled[:-1][same & (first == Verdict.CLOSES) & (then != Verdict.SOUND) & (then != Verdict.CLOSES)] = (
        Verdict.CONTRADICTION
    )
    return settled


def _strangers(verdict: NDArray[np.int8], other: Floats, rate: Floats, key: NDArray[np.int32], count: int) -> Bools:
    """(count,) stocks whose closes move otherwise in the two files on most days: one of them has another stock's."""
    both = np.isfinite(other) & np.isfinite(rate)
    common = np.bincount(key[both], minlength=count)
    unlike = np.isin(verdict, (Verdict.CLOSES, Verdict.CONTRADICTION)) & both
    return (common >= _COMMON) & (np.bincount(key[unlike], minlength=count) > common / 2)


def _findings(
    verdict: NDArray[np.int8], ratio: Floats, units: Bools, strangers: Bools, rows: PriceRows, tickers: Sequence[str]
) -> list[Finding]:
    """What is said of the rows, each by ticker and day, and of stocks as a whole."""
    found = Finding.at("rate_unit", "warning", [tickers[one] for one in np.flatnonzero(units).tolist()])
    found += Finding.at("files_disagree", "warning", [tickers[one] for one in np.flatnonzero(strangers).tolist()])
    for code, which in (
        ("rate_contradicts", Verdict.RATE),
        ("contradiction", Verdict.CONTRADICTION),
        ("closes_contradict", Verdict.CLOSES),
        ("action_unsure", Verdict.UNSURE),
        ("corporate_action", Verdict.ACTION),
    ):
        here = np.flatnonzero((verdict == which) & ~strangers[rows.ticker])
        here = here[np.lexsort((rows.ticker[here], rows.day[here]))]
        named = which in (Verdict.ACTION, Verdict.UNSURE)
        places = [
            f"{tickers[rows.ticker[row]]} {rows.day[row]}" + (f" {shown_ratio(ratio[row])}" if named else "")
            for row in here
        ]
        found += Finding.at(code, "info" if which == Verdict.ACTION else "warning", places)
    return found


def shown_ratio(ratio: float) -> str:
    """Base price over the close before it, as ×0.2."""
    return f"×{ratio:.3g}"
