"""Rows of a live source, one by one: which are not believed, and why. They are kept aside in the store.

A session is held against itself and against the session before it, a history against the calendar and against itself.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from screener.data import witnesses
from screener.data.findings import Finding
from screener.data.store import WHOLE_SESSION, Refused
from screener.i18n import N_
from screener.krx.calendar import Calendar
from screener.krx.tables import PRICES, Bools, Floats, floats, to_numpy, words

LARGEST = 2.0**53
"""No figure of a day is larger, and none that is could be told from its neighbours as a float."""
_RATE_ROUNDED = 0.011
"""Percentage points between a rate of two decimals and the one that the change gives."""
_STOCK_LIMIT = 30.05
_PRICE_ROUNDED = 0.001
"""Part of a price that rounding may have moved it by."""
_TENFOLD = 0.12
"""Powers of ten by which a leap may differ from ten, or a thousand, times the price."""
_STEPS, _STEPS_PART = 2, 0.05
"""Days on which the factor of an adjustment changes, at most; or part of the days."""
_EXCHANGED = 0.305
"""Logarithm of the largest move that the price limit allows."""
_FIGURES = ("open", "high", "low", "close", "volume", "value", "marcap", "shares")

REASONS = {
    "form": N_("a figure is missing or impossible"),
    "rate": N_("rate of change and closes contradict each other"),
    "no_rate": N_("it traded but has no rate of change"),
    "untraded": N_("it has open, high or low prices but no volume"),
    "limit": N_("its price moved beyond the daily limit"),
    "repeated": N_("it repeats the previous session, including volume"),
    "exchanged": N_("its figures belong to another stock"),
    "next": N_("the next session does not start from its close"),
    "marcap": N_("its capitalisation differs from close × shares; only the capitalisation was left out"),
    "index": N_("it does not follow the stocks of its market"),
    "session": N_("the session contradicts itself or its neighbours"),
    "closed": N_("KRX was closed on that day; if it traded, add the day to [calendar] in screener.toml"),
    "twice": N_("is duplicated"),
    "missing": N_("the source has no row, though the other stocks have the day"),
    "short": N_("the source provides only part of the history"),
    "other": N_("the prices received are not an adjustment of the stored ones but the history of another stock"),
}
"""Why a row was refused, by the word that the store keeps."""


class _Judged(NamedTuple):
    """A session, row by row."""

    rows: pa.Table
    """Those that are believed."""
    refused: dict[str, tuple[str, str]]
    """By ticker, the reason, and what came as JSON; of `marcap` and `no_rate` the rest of the row is believed."""
    earlier: list[str]
    """Stocks of which not this row is wrong, but that of the session before."""


def judge_session(rows: pa.Table, before: pa.Table | None) -> _Judged:
    """Hold MARKET rows against each other and against those of the session before, where it is known."""
    rows = rows.combine_chunks()
    now = {name: floats(rows, name) for name in (*_FIGURES, "change_pct")}
    tickers = np.array(words(rows, "ticker"), dtype=object)
    change = floats(rows, "change") if "change" in rows.column_names else np.full(len(tickers), np.nan)
    rate, close, traded = now["change_pct"], now["close"], now["volume"] > 0
    then = _aligned(tickers, before)
    with np.errstate(all="ignore"):
        told = 100.0 * change / (close - change)
        moved = 100.0 * (close / then["close"] - 1.0)
        agrees = np.abs(moved - rate) <= 100.0 * witnesses.AGREES
        # KRX's own change says the rate too, where its base is the close that is known.
        based = np.where(np.isnan(then["close"]), True, close - change == then["close"])
        unsaid = traded & np.isnan(rate)
        rate = np.where(unsaid & based & np.isfinite(told), np.round(told, 2), rate)
    reasons = np.full(len(tickers), "", dtype=object)

    def mark(reason: str, wrong: Bools) -> None:
        reasons[wrong & (reasons == "")] = reason

    mark("form", _impossible(now, traded) | _faulty(rows) | witnesses.outside_range(now))
    mark("untraded", (now["volume"] == 0) & (now["open"] > 0))
    mark("rate", traded & (np.abs(told - rate) > _RATE_ROUNDED) & ~agrees)
    earlier = np.zeros(len(tickers), dtype=bool)
    if before is not None:
        figures = {**now, "change_pct": rate}
        usual = traded & (then["close"] > 0)
        one_session = np.zeros(len(tickers), dtype=np.int64)
        verdict, _ratio = witnesses.weigh(
            np.where(usual, rate / 100.0, np.nan),
            figures,
            witnesses.Before(
                np.where(then["close"] > 0, then["close"], np.nan), then["shares"], halted=then["volume"] == 0
            ),
            one_session,
        )
        differs = verdict != witnesses.Verdict.SOUND
        mark("repeated", usual & witnesses.repeated(now, then, one_session))
        mark("exchanged", _exchanged(close, then["close"], differs))
        mark("rate", (verdict == witnesses.Verdict.CONTRADICTION) | (differs & witnesses.false_caps(now)))
        beyond = usual & (np.abs(rate) > _STOCK_LIMIT) & (then["volume"] > 0)
        mark("limit", beyond & ~witnesses.lifted(rate / 100.0, moved / 100.0, now))
        # The close before it that its own average price contradicts is the one that is wrong.
        late = witnesses.outside_average(then) & ~witnesses.outside_average(now) & ~witnesses.false_caps(now)
        earlier = differs & late & np.isin(reasons, ["", "rate"]) & ~(np.abs(told - rate) > _RATE_ROUNDED)
        reasons[earlier] = ""
    mark("no_rate", traded & np.isnan(rate) & np.isfinite(then["close"]))
    mark("marcap", witnesses.false_caps(now))
    marcap = pc.if_else(pa.array(reasons == "marcap"), pa.scalar(None, pa.int64()), rows["marcap"])
    whole = rows.set_column(rows.column_names.index("marcap"), "marcap", marcap)
    rates = pa.array(rate, from_pandas=True)
    whole = whole.set_column(rows.column_names.index("change_pct"), "change_pct", rates)
    kept = np.isin(reasons, ["", "marcap", "no_rate"])
    return _Judged(
        whole.filter(pa.array(kept)),
        {str(tickers[row]): (str(reasons[row]), as_json(rows, int(row))) for row in np.flatnonzero(reasons != "")},
        [str(ticker) for ticker in tickers[earlier]],
    )


def judge_history(
    rows: pa.Table, calendar: Calendar, after_market: date | None
) -> tuple[pa.Table, dict[date, tuple[str, str]]]:
    """PRICES rows of one stock that are believed, each day once, and by day the others.

    From `after_market` on the close may be a price of the after-market, not bounded by the high and low of the regular
    session.
    """
    days = to_numpy(rows["date"])
    figures = {name: floats(rows, name) for name in PRICES.schema.names if name not in ("date", "ticker")}
    reasons = np.full(len(days), "", dtype=object)

    def mark(reason: str, wrong: Bools) -> None:
        reasons[wrong & (reasons == "")] = reason

    mark("form", _outside(figures, days, after_market))
    mark("closed", np.array([not calendar.is_session(day) for day in days.tolist()], dtype=bool))
    again = np.zeros(len(days), dtype=bool)
    again[1:] = days[1:] == days[:-1]
    alike = again.copy()
    for values in figures.values():
        alike[1:] &= values[1:] == values[:-1]
    unlike = np.isin(days, days[again & ~alike])
    mark("twice", unlike)
    # Each row beside the ones around it, of what is left.
    left = np.flatnonzero((reasons == "") & ~alike)
    beside = {name: values[left] for name, values in figures.items()}
    before = {name: np.concatenate([[np.nan], values[:-1]]) for name, values in beside.items()}
    found = np.full(len(left), "", dtype=object)
    found[_leaps(beside["close"], beside["volume"] > 0)] = "limit"
    found[witnesses.repeated(beside, before, days[left])] = "repeated"
    reasons[left] = found
    refused = {days[row].item(): (str(reasons[row]), as_json(rows, int(row))) for row in np.flatnonzero(reasons != "")}
    return rows.filter(pa.array((reasons == "") & ~alike)), refused


def _outside(figures: Mapping[str, Floats], days: NDArray[Any], after_market: date | None) -> Bools:
    """Rows of a history that cannot be by themselves."""
    close, high, low, volume = (figures[name] for name in ("close", "high", "low", "volume"))
    # Adjusted prices are rounded one by one, so that a close may stand a little above its own high.
    slack = np.maximum(1.0, _PRICE_ROUNDED * close)
    bounded = (volume > 0) & (True if after_market is None else days < np.datetime64(after_market))
    wrong: Bools = ~(close > 0) | (bounded & ((high < close - slack) | (low > close + slack)))
    for values in figures.values():
        wrong |= (values < 0) | (values > LARGEST)
    return wrong


def _leaps(close: Floats, traded: Bools) -> Bools:
    """Closes that leave the price limit and are back the next session, or are ten or a thousand times another."""
    with np.errstate(all="ignore"):
        move = np.concatenate([[np.nan], np.log(close[1:] / close[:-1])])
    following = np.concatenate([move[1:], [np.nan]])
    beyond = (move > np.log(1.3) + 0.01) | (move < np.log(0.7) - 0.01)
    before = np.concatenate([[False], traded[:-1]])
    back = np.abs(move + following) < _EXCHANGED
    tens = np.abs(np.abs(move) / np.log(10.0) - np.array([[1.0], [3.0]])).min(axis=0) < _TENFOLD
    found: Bools = traded & before & beyond & (back | (tens & np.isnan(following)))
    return found


def is_adjustment(stored: Floats, fresh: Floats) -> bool:
    """Whether closes differ from those that are stored by a factor that changes on a few days only."""
    with np.errstate(all="ignore"):
        factor = np.log(fresh / stored)
        rounded = 1.0 / fresh + 1.0 / stored + _PRICE_ROUNDED
    steps = int((np.abs(np.diff(factor)) > rounded[1:] + rounded[:-1]).sum())
    return steps <= max(_STEPS, _STEPS_PART * len(factor))


def as_json(rows: pa.Table, row: int) -> str:
    """One row, as it came."""
    (figures,) = rows.slice(row, 1).to_pylist()
    return json.dumps(figures, ensure_ascii=False, default=str)


def set_aside(day: date, refused: Mapping[str, tuple[str, str]], at: datetime) -> list[Refused]:
    """Rows of a day as the store keeps them aside."""
    return [Refused(day, key, reason, row, at) for key, (reason, row) in sorted(refused.items())]


def findings(refused: Collection[Refused], keys: Collection[str], first: date, last: date) -> list[Finding]:
    """What a report must say of rows that it is made without."""
    lacking = [
        one.shown for one in refused if first <= one.day <= last and (one.key in keys or one.key == WHOLE_SESSION)
    ]
    return Finding.at("quarantined", lacking)


def _aligned(tickers: NDArray[Any], before: pa.Table | None) -> dict[str, Floats]:
    """Figures of the session before, a row for each of `tickers`; NaN where it has none."""
    unknown = np.full(len(tickers), np.nan)
    if before is None:
        return dict.fromkeys(_FIGURES, unknown)
    there = np.array(words(before, "ticker"), dtype=object)
    _both, now, then = np.intersect1d(tickers, there, return_indices=True)
    aligned = {}
    for name in _FIGURES:
        aligned[name] = unknown.copy()
        aligned[name][now] = floats(before, name)[then]
    return aligned


def _impossible(now: Mapping[str, Floats], traded: Bools) -> Bools:
    rate = now["change_pct"] / 100.0
    wrong = traded & ~(now["close"] > 0)
    wrong |= np.isinf(rate) | (rate >= witnesses.LARGEST_RATE) | (rate <= witnesses.LEAST_RATE)
    for name in _FIGURES:
        wrong |= (now[name] < 0) | (now[name] > LARGEST)
    return wrong


def _faulty(rows: pa.Table) -> Bools:
    """Rows in which a cell held no number."""
    if "fault" not in rows.column_names:
        return np.zeros(rows.num_rows, dtype=bool)
    found: Bools = np.array(rows["fault"].is_valid().to_pylist(), dtype=bool)
    return found


def _exchanged(close: Floats, before: Floats, differs: Bools) -> Bools:
    """Rows of which each goes on where another one left off, and the other way round."""
    found = np.zeros(len(close), dtype=bool)
    which = np.flatnonzero(differs)
    with np.errstate(all="ignore"):
        follows = np.abs(np.log(close[which][:, None] / before[which][None, :])) < _EXCHANGED
    pairs = follows & follows.T & ~np.eye(len(which), dtype=bool)
    # A stock that goes on from its own close has not been exchanged.
    pairs &= ~np.diag(follows)[:, None]
    found[which] = pairs.any(axis=1)
    return found
