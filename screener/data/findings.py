"""What is said of faulty rows: a finding of those that can be mended or left out, an error for the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    "duplicates": N_("identical rows that stood twice, one kept"),
    "missing_price": N_("rows without a price, taken as no trade"),
    "zero_price": N_("rows with price and volume 0, taken as no trade"),
    "halted": N_("halted days: no trade, not 0%"),
    "session_missing": N_("sessions on which no stock has a price"),
    "gap": N_("sessions missing for a stock"),
    "beyond_limit": N_("returns beyond the price limit, not used"),
    "corporate_action": N_("corporate actions: base price over the close before it, official rate used"),
    "action_unsure": N_("perhaps corporate actions, official rate used: check them with KIND"),
    "impossible": N_("rows with a figure that cannot be, left out: correct them"),
    "impossible_rate": N_("rates that cannot be, the closes are used: correct them"),
    "outside_range": N_("closes above their own high or below their own low, left out: correct them"),
    "repeated": N_("rows that repeat the session before, volume included, left out: get them again"),
    "false_cap": N_("capitalisations that are not close times shares, not used: correct them"),
    "untold_halt": N_("days without a trade that no volume tells: no trade, not 0%"),
    "stands_still": N_("closes that stand still for three sessions or more, taken as no trade: add volumes"),
    "rate_unit": N_("stocks whose rates are not in %, the closes are used: multiply or divide them by 100"),
    "rate_contradicts": N_("rates that contradict the closes, the closes are used: correct them"),
    "contradiction": N_("rates that contradict the closes, neither is used: correct one of them"),
    "closes_contradict": N_("closes that contradict the official rate, official rate used: correct them"),
    "files_disagree": N_("stocks whose closes are another stock's in one of the files, left out: correct the tickers"),
    "twins": N_("stocks with the very prices and volumes of another one, left out: correct the tickers"),
    "day_early": N_("files whose dates are all a day early, as midnight in Seoul is in UTC, moved by a day"),
    "day_late": N_("files whose dates are all a day late, moved by a day"),
    "level_refused": N_("levels of an index that the stocks contradict, not used: correct them"),
    "benchmark_gap": N_("sessions without an index level"),
    "quarantined": N_("rows of the source that were not believed, left out"),
    "other_market": N_("stocks that the market file lists on another market"),
    "in_no_sector": N_("stocks that newspapers printed but no sector holds"),
}
"""By code, what a finding means, and what mends it."""

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
    def at(cls, code: str, severity: Severity, places: Sequence[str]) -> list[Finding]:
        """One finding for `places`, or none where there are none."""
        return [cls(code, severity, len(places), tuple(places[:EXAMPLES]))] if places else []


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
