"""Colours: of what rose and what fell in each palette, and of the web page by day and by night.

On the page every letter has the contrast that WCAG 2 AA asks for (4.5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

_SHARES = (0.14, 0.30, 0.48, 1.0)
"""Share of the direction's colour in the four steps of a tile. Between the last two, neither black nor white text has
enough contrast."""


class Directions(NamedTuple):
    """The colours of what rose and of what fell."""

    up: str
    down: str


class Palette(NamedTuple):
    """The colours of both directions in the terminal and on the page."""

    terminal: Directions
    """Names of colours that rich knows."""
    day: Directions
    night: Directions


SERIES = ("#0067a5", "#b34700", "#007a5a", "#8a3b9c", "#7a6000", "#a3295c", "#46545f")
"""Colours of lines on paper: dark enough to be read as labels, and told apart in every common colour blindness with the
help of their dashes."""
_SERIES_AT_NIGHT = ("#62b5ec", "#ff9d5c", "#41cfa2", "#d8a2ee", "#dcc052", "#ff92b8", "#b3bec9")
_DAY = {
    "paper": "#ffffff",
    "wash": "#f5f6f7",
    "ink": "#16191d",
    "quiet": "#5a626c",
    "rule": "#dfe3e8",
    "faint": "#b9c0c9",
    **{f"s{index}": colour for index, colour in enumerate(SERIES)},
    "level": "#e4e7eb",
}
"""Colours that do not depend on the palette."""
_NIGHT = {
    "paper": "#14171b",
    "wash": "#1d2126",
    "ink": "#e9ebee",
    "quiet": "#9fa8b3",
    "rule": "#2e343b",
    "faint": "#56606b",
    **{f"s{index}": colour for index, colour in enumerate(_SERIES_AT_NIGHT)},
    "level": "#343b43",
}
PALETTES = {
    "kr": Palette(
        Directions("red", "dodger_blue2"), Directions("#c5162e", "#1359b0"), Directions("#ff7d80", "#74b4ff")
    ),
    "us": Palette(Directions("green", "red"), Directions("#0f7541", "#c5162e"), Directions("#52cc90", "#ff7d80")),
    "cb": Palette(
        Directions("dark_orange", "dodger_blue2"), Directions("#a85000", "#1359b0"), Directions("#ffab57", "#74b4ff")
    ),
}
"""kr: up red, down blue; us: up green, down red; cb: safe for the colour-blind."""


def style(palette: str) -> str:
    """The custom properties of a palette; paper that is printed is always white."""
    night = dict(_properties(_NIGHT, PALETTES[palette].night))
    return (
        f":root{{{_declared(by_day(palette))}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{_declared(night)}}}}}\n"
    )


def by_day(palette: str) -> dict[str, str]:
    """Colours on light paper, by name of the custom property that has them on the page."""
    return dict(_properties(_DAY, PALETTES[palette].day))


def _declared(colours: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{colour}" for name, colour in colours.items())


def contrast(colour: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    brighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _properties(ground: Mapping[str, str], directions: Directions) -> Iterator[tuple[str, str]]:
    for name, colour in ground.items():
        yield name, colour
    yield "on-level", _legible(ground, ground["level"])
    for name, colour in directions._asdict().items():
        yield name, colour
        yield f"on-{name}", _legible(ground, colour)
        for number, share in enumerate(_SHARES, start=1):
            step = _mixed(colour, ground["paper"], share)
            yield f"{name}{number}", step
            yield f"on-{name}{number}", _legible(ground, step)


def _legible(ground: Mapping[str, str], colour: str) -> str:
    """Ink or paper, whichever has more contrast on `colour`."""
    return max((ground["ink"], ground["paper"]), key=lambda letters: contrast(letters, colour))


def _mixed(colour: str, other: str, share: float) -> str:
    mixed = [round(a * share + b * (1 - share)) for a, b in zip(_channels(colour), _channels(other), strict=True)]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (n / 255 for n in _channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
    return red, green, blue
