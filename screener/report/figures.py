"""How figures are written in a terminal: always a sign, an arrow where it counts, never colour alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.text import Text

_COLOURS = {"kr": ("red", "dodger_blue2"), "us": ("green", "red"), "cb": ("dark_orange", "dodger_blue2")}


def signed(value: float, decimals: int) -> str:
    """A figure with its sign; a dash where there is none to be had."""
    return f"{value:+.{decimals}f}" if math.isfinite(value) else "-"


def percent(value: float) -> str:
    """A decimal as a signed percentage with two decimals, without the sign for percent."""
    return signed(value * 100, 2)


def number(value: float, decimals: int) -> str:
    """A figure without a sign."""
    return f"{value:.{decimals}f}" if math.isfinite(value) else "-"


def probability(value: float) -> str:
    """A p value."""
    if not math.isfinite(value):
        return "-"
    return "<.001" if value < 0.001 else f"{value:.3f}".lstrip("0")


@dataclass(frozen=True)
class Figures:
    """Writes signed figures in one palette."""

    palette: str
    ascii: bool

    def percent(self, value: float, *, arrow: bool = False) -> Text:
        """A decimal as a signed percentage, in the colour of its direction."""
        if not math.isfinite(value):
            return Text("-", style="dim")
        return Text((f"{self.arrow(value)} " if arrow else "") + percent(value), style=self.colour(value))

    def arrow(self, value: float) -> str:
        """Direction of a decimal, as its printed figure has it."""
        up, down = ("^", "v") if self.ascii else ("▲", "▼")
        printed = round(value, 4)
        return up if printed > 0 else down if printed < 0 else "="

    def colour(self, value: float) -> str:
        """Style of a decimal's direction."""
        up, down = _COLOURS[self.palette]
        return up if value > 0 else down if value < 0 else ""
