"""From figures to places: linear scales, round ticks, and labels that do not cover each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_MARGIN = 0.04
"""Of the span of the figures, beyond each of its ends."""
_FLAT = 0.01


@dataclass(frozen=True)
class Scale:
    """A linear scale: `low` lies at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Place of `value`."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def round_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten of which at most `most` fit into `span`."""
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(step for step in (power, 2 * power, 5 * power, 10 * power) if span / step <= most + 1e-9)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round figures between `low` and `high`, at most about `most` of them."""
    step = round_step(high - low, most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def roomy(low: float, high: float) -> tuple[float, float]:
    """Ends of a scale that leaves a little room beyond `low` and `high`, and some where they are the same."""
    margin = (high - low) * _MARGIN or _FLAT
    return low - margin, high + margin


def apart(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """`places` moved as little as needed to lie `gap` apart and between `low` and `high`, in the same order.

    Labels that touch become one block around the mean of where they want to be; blocks that touch become one.
    """
    order = sorted(range(len(places)), key=lambda one: places[one])
    blocks: list[list[int]] = []
    for one in order:
        blocks.append([one])
        while len(blocks) > 1 and _first(blocks[-1], places, gap, low, high) < _first(
            blocks[-2], places, gap, low, high
        ) + gap * len(blocks[-2]):
            last = blocks.pop()
            blocks[-1] += last
    moved = list(places)
    for block in blocks:
        first = _first(block, places, gap, low, high)
        for step, one in enumerate(block):
            moved[one] = first + step * gap
    return moved


def _first(block: Sequence[int], places: Sequence[float], gap: float, low: float, high: float) -> float:
    """Where the first label of a block lies."""
    middle = sum(places[one] for one in block) / len(block)
    length = gap * (len(block) - 1)
    return max(low, min(middle - length / 2, high - length))
