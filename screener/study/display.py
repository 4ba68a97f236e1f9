"""An `EventStudy` as text, as HTML and as a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from screener.study.api import EventStudy

_MOST = 30
"""Rows of a table that is shown; more are in the frames."""
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Okabe and Ito's, which the colour-blind can tell apart."""
_BANDS = 3
"""Intervals that can be told apart in one chart."""
_HANGUL_FONTS = ("Malgun Gothic", "Apple SD Gothic Neo", "AppleGothic", "NanumGothic", "Noto Sans CJK KR")


def as_text(study: EventStudy) -> str:
    """The heading, the leading figures in percent, and what must be known of them."""
    header, rows, left = _table(study)
    return text_of(study.heading, [header, *rows], left, study.notes)


def text_of(heading: str, rows: Sequence[Sequence[str]], below: Sequence[str], notes: Sequence[str]) -> str:
    """A heading, a table of which the first row is the header, lines below it, and notes."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = [heading, ""]
    for cells in rows:
        padded = [
            cell + " " * (width - _width(cell)) if place < 2 else " " * (width - _width(cell)) + cell
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join([*lines, *below, *([""] if notes else []), *notes])


def as_html(study: EventStudy) -> str:
    """The same as a table that loads nothing; all text is escaped."""
    header, rows, left = _table(study)
    return html_of(study.heading, [header, *rows], [*left, *study.notes])


def html_of(heading: str, rows: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    """A heading, a table of which the first row is the header, and notes; loads nothing, all text is escaped."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows[1:])
    below = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return (
        f"<div><p><strong>{escape(heading)}</strong></p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}</div>"
    )


def plot(study: EventStudy, names: Sequence[Any], *, stocks: bool, ax: Axes | None) -> Axes:
    """Draw the paths of `names`, groups or tickers; with `stocks`, all stocks behind them."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    if ax is None:
        _, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
    paths = [(name, _path(study, name)) for name in names]
    if stocks and len(study.ar.columns) > 1:
        few = len(study.ar.columns) < len(_COLOURS)
        of_stocks = [(ticker, _path(study, ticker)) for ticker in study.ar.columns]
        if few:
            paths += of_stocks
        for number, (_, path) in enumerate(() if few else of_stocks):
            label = f"each of {len(of_stocks)} stocks" if number == 0 else None
            ax.plot(path["tau"], path["caar"], color="0.75", linewidth=0.6, zorder=1, label=label)
    with_interval = sum("ci_low" in path for _, path in paths) <= _BANDS
    for number, (name, path) in enumerate(paths):
        colour, style = _COLOURS[number % len(_COLOURS)], ("-", "--", ":", "-.")[number // len(_COLOURS) % 4]
        band = with_interval and "ci_low" in path and bool(path["ci_low"].notna().any())
        label = f"{name} (95% interval)" if band else str(name)
        ax.plot(path["tau"], path["caar"], color=colour, linestyle=style, marker=".", zorder=3, label=label)
        if band:
            ax.fill_between(path["tau"], path["ci_low"], path["ci_high"], color=colour, alpha=0.15, linewidth=0)
    ax.axhline(0.0, color="0.4", linewidth=0.8)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(PercentFormatter(xmax=1.0))
    ax.set_xlabel(f"sessions since the event (0 = {study.event_day.date()}; -1 = the base)")
    ax.set_ylabel("cumulative abnormal return")
    legend = ax.legend(frameon=False, fontsize="small", **_outside(len(paths)))
    families = _families()
    for text in (*legend.get_texts(), ax.xaxis.label):
        text.set_fontfamily(families)
    return ax


def plot_pooled(tables: Mapping[str, pd.DataFrame], ax: Axes | None) -> Axes:
    """Draw mean paths of many events, by group: columns tau, caar, caar_low and caar_high, decimals."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    if ax is None:
        _, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for number, (name, path) in enumerate(tables.items()):
        band = len(tables) <= _BANDS and bool(path["caar_low"].notna().any())
        colour, style = _COLOURS[number % len(_COLOURS)], ("-", "--", ":", "-.")[number // len(_COLOURS) % 4]
        label = f"{name} (95% interval)" if band else name
        ax.plot(path["tau"], path["caar"], color=colour, linestyle=style, marker=".", label=label)
        if band:
            ax.fill_between(path["tau"], path["caar_low"], path["caar_high"], color=colour, alpha=0.15, linewidth=0)
    ax.axhline(0.0, color="0.4", linewidth=0.8)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(PercentFormatter(xmax=1.0))
    ax.set_xlabel("sessions since the event (-1 = the base)")
    ax.set_ylabel("mean cumulative abnormal return")
    legend = ax.legend(frameon=False, fontsize="small", **_outside(len(tables)))
    for text in legend.get_texts():
        text.set_fontfamily(_families())
    return ax


def _table(study: EventStudy) -> tuple[list[str], list[list[str]], list[str]]:
    """Header, rows, and a line on the rows that are left out."""
    summary = study.summary()
    ranked = "placebo_p" in summary
    header = ["window", "group", "n", "mean return %", "CAAR %"]
    header += ["95% interval", "rank", "p", "q"] if ranked else ["t", "p"]
    rows = []
    for _, row in summary.head(_MOST).reset_index().iterrows():
        cells = [str(row["window"]), str(row["group"]), as_cell(row["n"], "{:.0f}")]
        cells += [as_cell(100 * row[name], "{:+.2f}") for name in ("mean_return_ew", "caar_ew")]
        if ranked:
            low, high = (as_cell(100 * row[name], "{:+.2f}") for name in ("ci_low", "ci_high"))
            rank, sessions = (as_cell(row[name], "{:.0f}") for name in ("placebo_rank", "placebo_n"))
            cells.append(f"{low} to {high}" if low != "-" else "-")
            cells.append(f"{rank} of {sessions}" if rank != "-" else "-")
            cells += [as_cell(row[name], "{:.3f}") for name in ("placebo_p", "q")]
        else:
            cells += [as_cell(row["t_portfolio"], "{:.2f}"), as_cell(row["p_portfolio"], "{:.3f}")]
        rows.append(cells)
    left = len(summary) - len(rows)
    return header, rows, [f"... and {left} more rows: see .summary()"] if left else []


def _path(study: EventStudy, name: Any) -> pd.DataFrame:
    """The path of a group, or of a stock, since the base."""
    of_group: pd.DataFrame = study.paths[study.paths["group"] == name]
    if len(of_group):
        return of_group
    if name not in study.ar:
        known = ", ".join(map(str, dict.fromkeys(study.paths["group"])))
        raise ValueError(f"{name!r} is neither a group nor a ticker: groups are {known}")
    import pandas as pd

    own = study.ar[name]
    path = own.cumsum()
    if -1 in path.index:
        path = path - own.loc[:-1].sum()
    else:
        path.loc[-1] = 0.0
    sorted_path = path.sort_index()
    return pd.DataFrame({"tau": sorted_path.index, "caar": sorted_path.to_numpy()})


def _outside(lines: int) -> dict[str, Any]:
    """A legend of many lines stands beside the chart."""
    return {"loc": "center left", "bbox_to_anchor": (1.0, 0.5)} if lines > _BANDS else {"loc": "best"}


def _families() -> list[str]:
    """Fonts for names, with one for Hangul where there is one."""
    from matplotlib import font_manager, rcParams

    installed = set(font_manager.get_font_names())
    return [*rcParams["font.family"], *(font for font in _HANGUL_FONTS if font in installed)]


def as_cell(value: float, form: str) -> str:
    """A figure as text; `-` for none."""
    return form.format(value) if np.isfinite(value) else "-"


def _width(text: str) -> int:
    """Cells of a terminal: a syllable of Hangul has two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
