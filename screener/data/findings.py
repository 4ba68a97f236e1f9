"""What is said of faulty rows: a finding of those that can be mended or left out, an error for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from screener.errors import DataError, ScreenerError
from screener.i18n import _

Severity = Literal["info", "warning"]

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
