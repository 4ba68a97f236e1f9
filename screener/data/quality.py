"""What is wrong with prices: counted and named where it can be mended, an error where figures would be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from screener.data.price_rows import PriceRows
from screener.errors import DataError
from screener.i18n import _
from screener.krx.tables import Days

Severity = Literal["info", "warning"]

EXAMPLES = 3
"""Places that a finding names; its count says how many there are."""


IMPLAUSIBLE = 0.30
"""No index moves further in a day than each of its stocks may."""


@dataclass(frozen=True)
class Finding:
    """One kind of fault in the data, and how often it was met."""

    code: str
    severity: Severity
    count: int
    examples: tuple[str, ...] = ()
    """Ticker and date of the first few."""


def finding(code: str, severity: Severity, places: Sequence[str]) -> list[Finding]:
    """One finding for `places`, or none where there are none."""
    if not places:
        return []
    return [Finding(code, severity, len(places), tuple(places[:EXAMPLES]))]


def _places(long: PriceRows, rows: NDArray[Any], tickers: Sequence[str]) -> list[str]:
    """Ticker and date of the given rows."""
    chosen = long.take(rows)
    return [f"{tickers[code]} {day}" for code, day in zip(chosen.ticker, chosen.day, strict=True)]


def clean(long: PriceRows, tickers: Sequence[str], what: str) -> tuple[PriceRows, list[Finding]]:
    """Rows sorted by ticker and date, each once, without rows of days on which the market was closed.

    `tickers` are what `long.ticker` points into; `what` is how messages call the files.

    Raises:
        DataError: two rows that contradict each other, or a price that is zero or negative.
    """
    findings: list[Finding] = []
    if long.restored_zeros:
        findings.append(Finding("zeros_restored", "warning", long.restored_zeros))
    order = np.lexsort((long.day, long.ticker))
    in_file = np.lexsort((np.arange(len(long.day)), long.ticker))
    if (order != in_file).any():
        findings.append(Finding("unsorted", "info", int((order != in_file).sum())))
    long = long.take(order)

    long, found = _drop_closed_days(long)
    findings += found
    long, found = _drop_duplicates(long, tickers, what)
    findings += found

    close = long.values["close"]
    untraded = long.untraded
    _refuse(long, tickers, what, "close", (close <= 0) & ~((close == 0) & untraded), _("is not a price"))
    for name, column in long.values.items():
        may_fall = name == "change_pct"
        bad = np.isinf(column) | ((column < (-100 if may_fall else 0)) & ~np.isnan(column))
        _refuse(long, tickers, what, name, bad, _("cannot be"))
    if "marcap" in long.values:
        _refuse(long, tickers, what, "marcap", long.values["marcap"] == 0, _("cannot be"))
    findings += finding("missing_price", "warning", _places(long, np.isnan(close), tickers))
    findings += finding("zero_price", "warning", _places(long, (close == 0) & untraded, tickers))
    return long, findings


def _refuse(long: PriceRows, tickers: Sequence[str], what: str, name: str, bad: NDArray[np.bool_], why: str) -> None:
    """An error for the first of the `bad` rows."""
    rows = np.flatnonzero(bad)
    if rows.size:
        row = rows[0]
        raise DataError(
            "{what}: {ticker} on {day}: {name} {value:g} {why}{more}",
            hint="correct it or delete the row",
            what=what,
            ticker=tickers[long.ticker[row]],
            day=long.day[row],
            name=name,
            value=long.values[name][row],
            why=why,
            more=_and_more(rows.size),
        )


def _drop_closed_days(long: PriceRows) -> tuple[PriceRows, list[Finding]]:
    """A filled-in weekend or holiday is no session: it would shift every window that spans it."""
    days, position = np.unique(long.day, return_inverse=True)
    weekend = ~np.is_busday(days)
    # One stock without a trade is halted; a day on which none of several traded, although they did before and
    # after, was no session.
    several = np.bincount(position, minlength=len(days)) > 1
    anything = (np.bincount(position, weights=~long.untraded, minlength=len(days)) > 0) | ~several
    closed = weekend | ~anything
    if not closed.any():
        return long, []
    rows = closed[position]
    found = Finding("closed_days", "warning", int(rows.sum()), tuple(str(day) for day in days[closed][:EXAMPLES]))
    return long.take(~rows), [found]


def _drop_duplicates(long: PriceRows, tickers: Sequence[str], what: str) -> tuple[PriceRows, list[Finding]]:
    again = np.zeros(len(long.day), dtype=bool)
    again[1:] = (long.day[1:] == long.day[:-1]) & (long.ticker[1:] == long.ticker[:-1])
    if not again.any():
        return long, []
    rows = np.flatnonzero(again)
    for name, column in long.values.items():
        differs = rows[~((column[rows] == column[rows - 1]) | (np.isnan(column[rows]) & np.isnan(column[rows - 1])))]
        if differs.size:
            row = differs[0]
            raise DataError(
                "{what}: {ticker} on {day} stands twice, with {name} {first:g} and {second:g}{more}",
                hint="delete the wrong row",
                what=what,
                ticker=tickers[long.ticker[row]],
                day=long.day[row],
                name=name,
                first=column[row - 1],
                second=column[row],
                more=_and_more(differs.size),
            )
    return long.take(~again), finding("duplicates", "warning", _places(long, again, tickers))


def _and_more(count: int) -> str:
    return _(" (and {count} more)", count=count - 1) if count > 1 else ""


def checked_level(
    called: str, name: str, days: Days, close: NDArray[np.float64], until: date | None
) -> tuple[Days, NDArray[np.float64]]:
    """One index, sorted, each day once, through `until`; a level that cannot be is an error."""
    order = np.argsort(days, kind="stable")
    days, close = days[order], close[order]
    again = np.flatnonzero(days[1:] == days[:-1])
    clash = again[close[again] != close[again + 1]]
    if clash.size:
        raise DataError(
            "{called}: {name} on {day} stands twice with different levels",
            hint="delete one row",
            called=called,
            name=name,
            day=days[clash[0]],
        )
    bad = np.flatnonzero(~((close > 0) & np.isfinite(close)))
    if bad.size:
        raise DataError(
            "{called}: {name} on {day}: {level:g} is not an index level",
            called=called,
            name=name,
            day=days[bad[0]],
            level=close[bad[0]],
        )
    jump = np.flatnonzero(np.abs(np.diff(close)) > IMPLAUSIBLE * close[:-1])
    if jump.size:
        row = jump[0]
        raise DataError(
            "{called}: {name} moves from {before:g} to {level:g} on {day}",
            hint="correct it",
            called=called,
            name=name,
            before=close[row],
            level=close[row + 1],
            day=days[row + 1],
        )
    keep = np.ones(len(days), dtype=bool)
    keep[again + 1] = False
    if until is not None:
        keep &= days <= np.datetime64(until)
    return days[keep], close[keep]
