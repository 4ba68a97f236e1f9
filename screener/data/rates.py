"""Official rates of a file or of the store, weighed against its closes and against those of another file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from screener.data.findings import Finding
from screener.data.price_rows import PriceRows
from screener.data.witnesses import AGREES, LIMIT, NEAR, Before, Verdict, lifted, weigh
from screener.krx.tables import Bools, Days, Floats

_STEADY = 0.01
"""Part by which the shares of a stock may change without its closes being those of another share."""
_LEAST = 20
"""Rows of a stock from which the unit of its rates shows."""
_UNIT = 20.0
"""How many times a move a rate in another unit is at least, or its inverse."""
_COMMON = 5
"""Sessions of two files from which a stock can be seen to be another in one of them."""


@dataclass(frozen=True)
class _Rates:
    """T sessions x N tickers: what rates come to."""

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
    prices: PriceRows,
    official: PriceRows | None,
    days: Days,
    changes: Floats,
    spans: Floats,
) -> _Rates:
    """Weigh the rates of cleaned rows, of both; the first that believes a rate of its own is followed.

    Args:
        prices: closes, adjusted unless they are `official` themselves.
        official: rows of a market file, whose closes are not adjusted.
        days: sessions of the result.
        changes: (T, N) changes of the closes of `prices`, decimal.
        spans: (T, N) sessions that those span.
    """
    parts = [prices] if official is None or official is prices else [official, prices]
    told = [
        _weigh(part, days, NEAR if part is not official else AGREES, None if part is prices else (changes, spans))
        for part in parts
        if "change_pct" in part.values
    ]
    if not told:
        unknown, no = np.full(spans.shape, np.nan), np.zeros(spans.shape, dtype=bool)
        return _Rates(unknown, unknown, no, no, no, no, ())
    if len(told) == 1:
        return told[0]
    first, second = told
    new = np.isnan(first.rate) & np.isfinite(second.rate)
    return _Rates(
        rate=np.where(new, second.rate, first.rate),
        moved=first.moved,
        doubted=first.doubted | second.doubted,
        lifted=first.lifted | (new & second.lifted),
        actions=first.actions | second.actions,
        resumed=first.resumed | (new & second.resumed),
        findings=first.findings + second.findings,
    )


class _Neighbours(NamedTuple):
    """R rows beside the last row with a price before each."""

    before: Before
    known: Bools
    """Whether there is one."""
    broken: Bools
    """Rows between the two are missing or refused."""
    refused: Bools
    """A row from the one to the other is refused."""


def _neighbours(rows: PriceRows, at: NDArray[np.int64]) -> _Neighbours:
    """`rows` are sorted; `at` are their sessions."""
    values, number = rows.values, np.arange(len(at))
    refused = rows.is_refused
    # KRX carries the last close through a halt, and changes it where the base price changes meanwhile.
    carried = np.where((values["close"] > 0) & ~refused, values["close"], np.nan)
    source = _last(np.isfinite(carried), number, rows.ticker)
    known = source >= 0
    untold = np.cumsum(refused)
    between = known & (untold - untold[source] > 0)
    broken = known & ((at - at[source] != number - source) | between)
    before = Before(
        np.where(known, carried[source], np.nan),
        np.where(known, rows.column("shares")[source], np.nan),
        halted=known & ~rows.traded[source] & ~broken,
    )
    return _Neighbours(before, known, broken, between)


def _weigh(rows: PriceRows, days: Days, slack: float, changes: tuple[Floats, Floats] | None) -> _Rates:
    """Weigh those of one part; `changes` are those of adjusted closes from elsewhere, and the sessions they span."""
    at, key = np.searchsorted(days, rows.day), rows.ticker
    figures = {**rows.values, "close": np.where(rows.traded, rows.values["close"], np.nan)}
    rate = np.where(rows.traded, rows.column("change_pct") / 100.0, np.nan)
    before, known, broken, between = _neighbours(rows, at)
    with np.errstate(all="ignore"):
        moved = figures["close"] / before.close - 1.0
        steady = known & (np.abs(rows.column("shares") / before.shares - 1.0) < _STEADY)
        # A rate is that of one session: over rows that are missing or refused it says nothing of the whole.
        gap = broken & ~(np.abs(moved - rate) <= slack)
    units = _other_units(np.where(before.halted, np.nan, rate), moved, key, len(rows.tickers))
    rate = np.where(units[key], np.nan, rate)
    beside = np.full(len(at), np.nan)
    if changes is not None:
        other, spans = (grid[at, key] for grid in changes)
        trade = _last(rows.traded, np.arange(len(at)), key)
        span = np.where(trade >= 0, at - at[trade], np.where(before.halted, spans, 1))
        beside = np.where((spans == span) & (before.halted | (span == 1) | broken), other, np.nan)
    verdict, ratio = weigh(np.where(gap, np.nan, rate), figures, before, at, beside, slack)
    verdict = _in_order(verdict, key)
    with np.errstate(all="ignore"):
        # Of a first row, what is beyond the daily limit is false.
        alone = ~known & (np.abs(beside - rate) > 2 * NEAR)
        verdict[alone] = Verdict.CONTRADICTION
        verdict[alone & (np.abs(beside) > LIMIT + NEAR)] = Verdict.CLOSES
        verdict[alone & (np.abs(rate) > LIMIT + NEAR)] = Verdict.RATE
    strangers = _strangers(verdict, beside, rate, key, len(rows.tickers))
    verdict[strangers[key] & np.isfinite(beside)] = Verdict.CONTRADICTION
    believed = np.isin(verdict, (Verdict.SOUND, Verdict.ACTION, Verdict.UNSURE, Verdict.CLOSES))

    told = np.where(believed & (~gap | between), rate, np.nan)

    def spread(values: NDArray[Any]) -> NDArray[Any]:
        return rows.spread(days, values)

    return _Rates(
        rate=spread(told),
        moved=spread(np.where(steady & (np.abs(moved) <= LIMIT + 0.001) & ~broken, moved, np.nan)),
        doubted=spread(verdict == Verdict.CONTRADICTION),
        lifted=spread(lifted(rate, moved, figures) & believed & ~(verdict == Verdict.CLOSES)),
        actions=spread(np.isin(verdict, (Verdict.ACTION, Verdict.UNSURE))),
        resumed=spread(gap & between & np.isfinite(told)),
        findings=tuple(_findings(verdict, ratio, units, strangers, rows)),
    )


def _last(traded: Bools, number: NDArray[np.int64], key: NDArray[np.int32]) -> NDArray[np.int64]:
    """The row of each stock's last trade before each row; -1 without one."""
    latest = np.maximum.accumulate(np.where(traded, number, -1)) if len(number) else number
    source = np.concatenate([[-1], latest[:-1]])[: len(number)]
    return np.where((source >= 0) & (key[source] == key), source, -1)


def _other_units(rate: Floats, moved: Floats, key: NDArray[np.int32], count: int) -> Bools:
    """(count,) stocks all of whose rates are in another unit than percent: decimals, or hundredths of a percent."""
    both = np.flatnonzero(np.isfinite(rate) & np.isfinite(moved) & (np.abs(moved) > 0))
    with np.errstate(all="ignore"):
        part = np.abs(rate[both] / moved[both])
    odd = (part < 1.0 / _UNIT) | (part > _UNIT)
    all_of = np.bincount(key[both], minlength=count)
    odd_of = np.bincount(key[both], weights=odd, minlength=count)
    return np.asarray((all_of >= _LEAST) & (odd_of > 0.8 * all_of))


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
    verdict: NDArray[np.int8], ratio: Floats, units: Bools, strangers: Bools, rows: PriceRows
) -> list[Finding]:
    """What is said of the rows, each by ticker and day, and of stocks as a whole."""
    found = Finding.at("rate_unit", [rows.tickers[one] for one in np.flatnonzero(units).tolist()])
    found += Finding.at("files_disagree", [rows.tickers[one] for one in np.flatnonzero(strangers).tolist()])
    for code, which in (
        ("rate_contradicts", Verdict.RATE),
        ("contradiction", Verdict.CONTRADICTION),
        ("closes_contradict", Verdict.CLOSES),
        ("action_unsure", Verdict.UNSURE),
        ("corporate_action", Verdict.ACTION),
    ):
        told = rows.places((verdict == which) & ~strangers[rows.ticker])
        if which in (Verdict.ACTION, Verdict.UNSURE):
            # The base price over the close before it, such as ×0.2.
            told = {row: f"{place} ×{ratio[row]:.3g}" for row, place in told.items()}
        found += Finding.at(code, told.values())
    return found
