"""Cells of tables on pages: of a value, or of the row where a cell holds several."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from screener.i18n import N_, _
from screener.report import formatting
from screener.report.blocks import Cell

_OVERLAPS = 2
"""Configured sectors that are named beside a discovered group."""
_FLAGS = {
    "limit_up": N_("limit up"),
    "limit_down": N_("limit down"),
    "halted": N_("halted"),
    "resumed": N_("resumed"),
    "no_estimation": N_("no estimation"),
}
_LASTING = {
    "held": N_("held"),
    "faded": N_("faded"),
    "reversed": N_("reversed"),
    "extended": N_("extended"),
    "delayed": N_("delayed"),
}
_VERDICTS = {"winner": N_("winner"), "loser": N_("loser"), "no clear effect": N_("no clear effect")}


def percent(value: float) -> Cell:
    """A decimal as a signed percentage, in the colour of its direction."""
    return (
        Cell(formatting.percent(value), value, formatting.direction(value))
        if math.isfinite(value)
        else Cell("-", value, dim=True)
    )


def arrow(value: float) -> Cell:
    """The same with an arrow."""
    cell = percent(value)
    return cell._replace(text=f"{formatting.arrow(value)} {cell.text}") if math.isfinite(value) else cell


def signed(value: float, decimals: int = 0) -> Cell:
    """A figure with its sign."""
    return Cell(formatting.signed(value, decimals), value)


def directed(value: float) -> Cell:
    """A signed whole number, in the colour of its direction."""
    return Cell(formatting.signed(value, 0), value, formatting.direction(value))


def count(value: float) -> Cell:
    """A whole number."""
    return Cell(formatting.number(value, 0), value)


def group(value: float) -> Cell:
    """The number of a group, or nothing."""
    return Cell("" if math.isnan(value) else f"{value:.0f}")


def times(value: float) -> Cell:
    """A ratio."""
    return Cell(formatting.number(value, 1), value)


def points(value: float) -> Cell:
    """A decimal as a percentage without a sign."""
    return Cell(formatting.number(value * 100, 1), value * 100)


def share(value: float) -> Cell:
    """A share as a whole percentage."""
    return Cell(formatting.number(value * 100, 0), value * 100)


def p(value: float) -> Cell:
    """A p value."""
    return Cell(formatting.probability(value), value)


def money(won: float) -> Cell:
    """KRW in units of 100 million, in the colour of its direction."""
    if not math.isfinite(won):
        return Cell("-", won, dim=True)
    return Cell(f"{won / formatting.HUNDRED_MILLION:+,.0f}", won, (won > 0) - (won < 0))


def text(value: object) -> Cell:
    """A text or a day as it is."""
    return Cell(str(value))


def bar(score: float) -> Cell:
    """A score as a bar."""
    return Cell(formatting.bar(score), score)


def flags(flags: str) -> Cell:
    """Flags of a stock in words."""
    return Cell(", ".join(_(_FLAGS[flag]) for flag in flags.split()))


def lasting(lasting: str | None) -> Cell:
    """What became of the event day's move."""
    return Cell(_(_LASTING[lasting]) if lasting else "-")


def verdict(verdict: str) -> Cell:
    """A verdict in words."""
    return Cell(_(_VERDICTS[verdict]))


def yes_no(value: object) -> Cell:
    """Yes or no."""
    return Cell(_("yes") if value else _("no"))


def overlap(shares: Mapping[str, float]) -> Cell:
    """The sectors that hold most of a discovered group."""
    return Cell(", ".join(f"{sector} {share * 100:.0f}%" for sector, share in list(shares.items())[:_OVERLAPS]))


def window(row: Any) -> Cell:
    """The window of a row."""
    return Cell(formatting.window_name(row.window_start, row.window_end))


def interval(row: Any) -> Cell:
    """The 95 % interval of a row."""
    if not math.isfinite(row.ci_low):
        return Cell("-", row.ci_low)
    return Cell(f"{formatting.percent(row.ci_low)} {formatting.percent(row.ci_high)}", row.ci_low)


def dotted_interval(row: Any) -> Cell:
    """The same with dots between its ends."""
    return Cell(f"{formatting.percent(row.ci_low)} .. {formatting.percent(row.ci_high)}", row.ci_low)


def rank(row: Any) -> Cell:
    """The rank of the event among the placebo sessions of a row."""
    known = math.isfinite(row.placebo_rank)
    return Cell(f"{row.placebo_rank:.0f}/{row.placebo_n:.0f}" if known else "-", row.placebo_rank)


def breadth(row: Any) -> Cell:
    """Members of a group that rose, stayed and fell."""
    return Cell(f"{row.n_up}/{row.n_flat}/{row.n_down}" if row.n else "-", row.breadth_up)


def left_out(row: Any) -> Cell:
    """The range of a score when each member is left out once."""
    return Cell(f"{formatting.signed(row.score_low, 0)} {formatting.signed(row.score_high, 0)}", row.score_low)


def as_extreme(row: Any) -> Cell:
    """Placebo sessions on which the search found something as extreme."""
    return Cell(f"{row.as_extreme}/{row.ordinary}", row.as_extreme)
