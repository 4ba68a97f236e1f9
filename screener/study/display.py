"""How a result shows itself in a notebook: as text, as HTML, and as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST_ROWS = 30
"""Of a table that is shown; more are in the frames."""
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Okabe and Ito's, which the colour-blind can tell apart."""
_BANDS = 3
"""Intervals that can be told apart in one chart."""
_HANGUL_FONTS = ("Malgun Gothic", "Apple SD Gothic Neo", "AppleGothic", "NanumGothic", "Noto Sans CJK KR")


class Shown:
    """A result with a heading, a table of its leading figures in percent, and what must be known of them."""

    heading: str
    notes: tuple[str, ...]

    def _table(self) -> tuple[list[list[str]], int, str]:
        """The header and up to `MOST_ROWS` rows, how many rows there are, and where a user finds them all."""
        raise NotImplementedError

    def _rows_and_rest(self) -> tuple[list[list[str]], list[str]]:
        rows, count, where = self._table()
        left = count - MOST_ROWS
        return rows, [f"... and {left} more rows: see {where}"] if left > 0 else []

    def __repr__(self) -> str:
        rows, rest = self._rows_and_rest()
        widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
        lines = [self.heading, ""]
        for cells in rows:
            padded = [
                cell + " " * (width - _width(cell)) if place < 2 else " " * (width - _width(cell)) + cell
                for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
            ]
            lines.append("  ".join(padded).rstrip())
        return "\n".join([*lines, *rest, *([""] if self.notes else []), *self.notes])

    def _repr_html_(self) -> str:
        """The same as a table that loads nothing; all text is escaped."""
        (header, *rows), rest = self._rows_and_rest()
        head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        below = "".join(f"<p>{escape(note)}</p>" for note in (*rest, *self.notes))
        return (
            f"<div><p><strong>{escape(self.heading)}</strong></p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}</div>"
        )


def as_cell(value: float, form: str) -> str:
    """A figure as text; `-` for none."""
    return form.format(value) if np.isfinite(value) else "-"


def as_interval(low: float, high: float) -> str:
    """An interval, given as decimals, in percent; `-` for none."""
    return f"{100 * low:+.2f} to {100 * high:+.2f}" if np.isfinite(low) else "-"


def as_window(first: int, last: int) -> str:
    """An event window by its first and last tau, such as [0,+5]."""
    return f"[{first:+d},{last:+d}]".replace("+0", "0")


def plot_paths(
    paths: Sequence[tuple[Any, pd.DataFrame]],
    behind: Sequence[pd.DataFrame],
    ax: Axes | None,
    *,
    origin: str,
    what: str,
) -> Axes:
    """Draw named paths in percent, with the intervals of those that have one where these are few.

    Args:
        paths: name, and columns tau, caar and, if it has an interval, ci_low and ci_high; decimals.
        behind: paths of single stocks, in grey behind them.
        ax: where to draw; by default on a figure of its own.
        origin: what the axis of sessions says of its marks.
        what: the label of the axis of returns.
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    if ax is None:
        _, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for number, path in enumerate(behind):
        label = f"each of {len(behind)} stocks" if number == 0 else None
        ax.plot(path["tau"], path["caar"], color="0.75", linewidth=0.6, zorder=1, label=label)
    few = sum("ci_low" in path for _, path in paths) <= _BANDS
    for number, (name, path) in enumerate(paths):
        colour, style = COLOURS[number % len(COLOURS)], ("-", "--", ":", "-.")[number // len(COLOURS) % 4]
        band = few and "ci_low" in path and bool(path["ci_low"].notna().any())
        label = f"{name} (95% interval)" if band else str(name)
        ax.plot(path["tau"], path["caar"], color=colour, linestyle=style, marker=".", zorder=3, label=label)
        if band:
            ax.fill_between(path["tau"], path["ci_low"], path["ci_high"], color=colour, alpha=0.15, linewidth=0)
    ax.axhline(0.0, color="0.4", linewidth=0.8)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(PercentFormatter(xmax=1.0))
    ax.set_xlabel(f"sessions since the event ({origin})")
    ax.set_ylabel(what)
    # A legend of many lines stands beside the chart.
    place = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5)} if len(paths) > _BANDS else {"loc": "best"}
    legend = ax.legend(frameon=False, fontsize="small", **place)
    families = _families()
    for text in (*legend.get_texts(), ax.xaxis.label):
        text.set_fontfamily(families)
    return ax


def _families() -> list[str]:
    """Fonts for names, with one for Hangul where there is one."""
    from matplotlib import font_manager, rcParams

    installed = set(font_manager.get_font_names())
    return [*rcParams["font.family"], *(font for font in _HANGUL_FONTS if font in installed)]


def _width(text: str) -> int:
    """Cells of a terminal: a syllable of Hangul has two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
