"""What is said of faulty rows: a finding of those that can be mended or left out, an error for the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from screener.errors import DataError, ScreenerError
from screener.i18n import N_, _

Severity = Literal["info", "warning"]

_MEANINGS = {
    "zeros_restored": N_("tickers whose lost leading zeros were restored"),
    "unsorted": N_("rows out of date order, sorted"),
    "closed_days": N_("rows on days when the market was closed, dropped"),
    "duplicates": N_("duplicate rows, one kept"),
    "missing_price": N_("rows without a price, treated as no trade"),
    "zero_price": N_("rows with price and volume 0, treated as no trade"),
    "halted": N_("halted days, counted as no trade, not as 0%"),
    "session_missing": N_("sessions on which no stock has a price"),
    "gap": N_("sessions missing for a stock"),
    "beyond_limit": N_("returns beyond the price limit, not used"),
    "corporate_action": N_("corporate actions: base price over the previous close, official change used"),
    "action_unsure": N_("possible corporate actions, official change used: check them with KIND"),
    "impossible": N_("rows with an impossible figure, left out: correct them"),
    "impossible_rate": N_("impossible rates of change, closes used: correct them"),
    "outside_range": N_("closes above the day's high or below its low, left out: correct them"),
    "repeated": N_("rows that repeat the previous session, including volume, left out: download them again"),
    "false_cap": N_("capitalisations that differ from close × shares, not used: correct them"),
    "untold_halt": N_("days without a trade, by unchanged closes: no trade, not 0%"),
    "stands_still": N_("closes unchanged for three sessions or more, treated as no trade: add volumes"),
    "rate_unit": N_("stocks whose rates of change are not in %, closes used: multiply or divide them by 100"),
    "rate_contradicts": N_("rates of change that contradict the closes, closes used: correct them"),
    "contradiction": N_("rates of change that contradict the closes, neither used: correct one of them"),
    "closes_contradict": N_("closes that contradict the official change, official change used: correct them"),
    "files_disagree": N_(
        "stocks whose closes belong to another stock in one of the files, left out: correct the tickers"
    ),
    "twins": N_("stocks with the same prices and volumes as another one, left out: correct the tickers"),
    "day_early": N_("files with all dates one day early (midnight in Seoul written in UTC), shifted by a day"),
    "day_late": N_("files with all dates one day late, shifted by a day"),
    "level_refused": N_("index levels that contradict the stocks, not used: correct them"),
    "benchmark_gap": N_("sessions without an index level"),
    "quarantined": N_("rows of the source that are not reliable, left out"),
    "other_market": N_("stocks that the market file lists on another market"),
    "in_no_sector": N_("stocks in newspapers that no sector contains"),
}
"""By code, what a finding means, and what mends it."""

_INFORMATION = {"unsorted", "halted", "corporate_action", "untold_halt", "in_no_sector"}
"""Codes of findings that take nothing away from the figures; all others are warnings."""
EXAMPLES = 3
"""Places that a finding names; its count says how many there are."""


@dataclass(frozen=True)
class Finding:
    """One kind of fault in the data, and how often it was met."""

    code: str
    severity: Severity
    count: int
    examples: tuple[str, ...] = ()
    """Ticker and date of the first few."""

    @classmethod
    def at(cls, code: str, places: Collection[str], count: int | None = None) -> list[Finding]:
        """One finding for `places`, or for `count` of which these are the first; none where there are none."""
        count = len(places) if count is None else count
        severity: Severity = "info" if code in _INFORMATION else "warning"
        return [cls(code, severity, count, tuple(places)[:EXAMPLES])] if count else []


def in_words(findings: Iterable[Finding]) -> list[str]:
    """A line each, warnings first and marked."""
    lines = []
    for finding in sorted(findings, key=lambda finding: (finding.severity != "warning", finding.code)):
        what = ("! " if finding.severity == "warning" else "") + _(_MEANINGS[finding.code])
        message = N_("{what}: {n} (such as {examples})") if finding.examples else N_("{what}: {n}")
        lines.append(_(message, what=what, n=f"{finding.count:,}", examples=", ".join(finding.examples)))
    return lines


def refuse(wrong: Any, message: str, *, hint: str = "", error: type[ScreenerError] = DataError, **told: Any) -> None:
    """An error for the first row that is `wrong`, a mask, or of everything, a bool.

    What of `told` is a list, an array or a column has a value a row, and that of the row is told; `more` says how many
    others there are.
    """
    rows = np.flatnonzero(wrong)
    if rows.size:
        by_row = (list, np.ndarray, pa.ChunkedArray)
        of_row = {name: value[int(rows[0])] for name, value in told.items() if isinstance(value, by_row)}
        more = _(" (and {count} more)", count=rows.size - 1) if rows.size > 1 else ""
        raise error(message, hint=hint, **{**told, **of_row, "more": more})
