"""What is new since the last report of an event: ranks, significance, spreads."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from screener.report.model import TrendRow

NOTEWORTHY = 0.01
"""Percentage point, as a decimal: a spread that moved by less has not changed."""

Kind = Literal["significant", "insignificant", "spread", "rank"]


@dataclass(frozen=True)
class News:
    """One change, of the days since the event."""

    kind: Kind
    subject: str
    """A sector, or two with ` - ` between them."""
    before: float
    after: float
    """q; CAAR of the spread; rank."""

    @property
    def how(self) -> str:
        """Of a spread: widened, narrowed, turned or closed; else empty."""
        if self.kind != "spread":
            return ""
        if abs(self.after) < NOTEWORTHY:
            return "closed"
        if self.before * self.after < 0:
            return "turned"
        return "widened" if abs(self.after) > abs(self.before) else "narrowed"


def sector_news(before: Sequence[TrendRow], after: Sequence[TrendRow]) -> list[News]:
    """What changed for sectors from one report of an event to a later one, the weightiest first.

    Args:
        before: the earlier report's rows, one per sector.
        after: the later one's.
    """
    earlier = {row.sector: row for row in before}
    pairs = [(earlier[row.sector], row) for row in after if row.sector in earlier]
    crossed = [
        News("significant" if b.significant else "insignificant", b.sector, a.q, b.q)
        for a, b in pairs
        if a.significant != b.significant
    ]
    ranked = [News("rank", b.sector, a.rank, b.rank) for a, b in pairs if a.rank != b.rank and _known(a.rank, b.rank)]
    return [*sorted(crossed, key=lambda one: one.after), *sorted(ranked, key=lambda one: one.after)]


def spread_news(before: Iterable[Mapping[str, str]], after: Iterable[Mapping[str, str]]) -> list[News]:
    """Spreads that moved by a percentage point or more from one report of an event to a later one, widest move first.

    Args:
        before: rows of the earlier report's spreads.csv, as text.
        after: those of the later one.
    """
    earlier, later = _since(before), _since(after)
    found = [
        News("spread", f"{a} - {b}", earlier[a, b], now)
        for (a, b), now in later.items()
        if (a, b) in earlier and abs(now - earlier[a, b]) >= NOTEWORTHY
    ]
    return sorted(found, key=lambda one: -abs(one.after - one.before))


def _since(rows: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], float]:
    """By pair of sectors, CAAR over the longest window that begins on the event day."""
    longest: dict[tuple[str, str], tuple[int, float]] = {}
    for row in rows:
        pair, end = (row["sector_a"], row["sector_b"]), int(row["window_end"])
        if row["window_start"] == "0" and row["caar_ew"] and end >= longest.get(pair, (0, 0.0))[0]:
            longest[pair] = end, float(row["caar_ew"])
    return {pair: value for pair, (_, value) in longest.items()}


def _known(*values: float) -> bool:
    return all(math.isfinite(value) for value in values)
