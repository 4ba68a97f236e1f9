"""How an event went on, report by report: what the history tells of the days since."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from screener.screens.scores import LARGEST_Q


@dataclass(frozen=True)
class TrendRow:
    """One sector as one report had it, over the days since the event. Decimals; NaN = not known."""

    event: str
    as_of: date
    sector: str
    tau: int
    """Sessions since the event day, 0 on it."""
    score: float
    """In [-100, 100]."""
    rank: float
    """1 = highest score; NaN for sectors that are no evidence."""
    caar: float
    q: float

    @property
    def significant(self) -> bool:
        """Whether its q is one that a verdict takes."""
        return self.q <= LARGEST_Q


def trend(history: Iterable[Mapping[str, str]], event: str) -> list[TrendRow]:
    """The rows of the window from the event day to each report's last session, by session and sector.

    Args:
        history: rows of history.csv.
        event: which event.
    """
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for row in history:
        if row["event"] != event or row["window_start"] != "0":
            continue
        key = row["as_of"], row["sector"]
        if key not in found or int(row["window_end"]) > int(found[key]["window_end"]):
            found[key] = row
    return [
        TrendRow(
            event=event,
            as_of=date.fromisoformat(row["as_of"]),
            sector=row["sector"],
            tau=int(row["window_end"]),
            score=_number(row, "score"),
            rank=_number(row, "rank"),
            caar=_number(row, "caar_ew"),
            q=_number(row, "q"),
        )
        for _, row in sorted(found.items())
    ]


def _number(row: Mapping[str, str], name: str) -> float:
    cell = row.get(name, "")
    return float(cell) if cell else math.nan
