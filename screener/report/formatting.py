"""How values are written: always with a sign, with an arrow where the direction matters, never by colour alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from screener.i18n import _, language

_HUNDRED_MILLION, _BILLION, _TRILLION = 1e8, 1e9, 1e12
_STEPS = "▁▂▃▄▅▆▇█"
_HALF = 2
"""Cells of a bar on either side of its zero."""


def signed(value: float, decimals: int) -> str:
    """A value with its sign, never a negative zero; a dash for NaN."""
    return f"{round(value, decimals) + 0.0:+.{decimals}f}" if math.isfinite(value) else "-"


def percent(value: float) -> str:
    """A decimal as a signed percentage with two decimals, without the percent sign."""
    return signed(value * 100, 2)


def window_name(first: float, last: float) -> str:
    """A window as [0,+5]."""
    return f"[{first:.0f},{last:+.0f}]" if last else f"[{first:.0f},0]"


def number(value: float, decimals: int) -> str:
    """A value without a sign; a dash for NaN."""
    return f"{value:.{decimals}f}" if math.isfinite(value) else "-"


def money(won: float) -> str:
    """A sum of money, KRW: in 조 원 or 억 원, in English in trillions or billions."""
    if abs(won) >= _TRILLION:
        return _("₩{value} tn", value=f"{won / _TRILLION:,.1f}")
    units = won / money_unit()
    return _("₩{value} bn", value=f"{units:,.0f}" if abs(units) >= 10 else f"{units:.2g}")


def money_unit() -> float:
    """KRW in the unit of a column of money: 억 원, in English a billion."""
    return _HUNDRED_MILLION if language() == "ko" else _BILLION


def significant(value: float) -> str:
    """A value of any size, with three significant figures; a dash for NaN."""
    return f"{value:#.3g}".rstrip(".") if math.isfinite(value) else "-"


def probability(value: float) -> str:
    """A p value."""
    if not math.isfinite(value):
        return "-"
    return "<.001" if value < 0.001 else f"{value:.3f}".lstrip("0")


def direction(value: float) -> int:
    """1, -1 or 0: the direction of a decimal, as its printed percentage shows it."""
    printed = round(value, 4) if math.isfinite(value) else 0.0
    return (printed > 0) - (printed < 0)


def arrow(value: float) -> str:
    """The direction of a decimal as a symbol."""
    return ("=", "▲", "▼")[direction(value)]


def sparkline(values: Sequence[float]) -> str:
    """A path in one row of characters; a dash for fewer than three known values."""
    known = [value for value in values if math.isfinite(value)]
    if len(known) < 3:
        return "-"
    low, high = min(known), max(known)
    scale = (len(_STEPS) - 1) / (high - low) if high > low else 0.0
    return "".join(_STEPS[round((value - low) * scale)] if math.isfinite(value) else " " for value in values)


def bar(score: float) -> str:
    """A score in [-100, +100] as a bar to the left or right of zero, in steps of an eighth."""
    if not math.isfinite(score):
        return "-"
    halves = round(abs(score) / 100 * _HALF * 2)
    full, half = divmod(halves, 2)
    if score < 0:
        return ("▐" * half + "█" * full).rjust(_HALF) + "│" + " " * _HALF
    return " " * _HALF + "│" + ("█" * full + "▌" * half).ljust(_HALF)
