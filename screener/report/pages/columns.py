"""Makes columns of a page out of rows: headers from the catalogue, cells by what they hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from screener.analysis.results import GroupRow, Headline, StockRow
from screener.i18n import N_, _
from screener.report.blocks import Cell, Field
from screener.report.figures import number_cell, p_cell, percent_cell, signed_cell
from screener.report.pages.path import shown_taus, tau_label

_LASTING = {
    "held": N_("held"),
    "faded": N_("faded"),
    "reversed": N_("reversed"),
    "extended": N_("extended"),
    "delayed": N_("delayed"),
}


@dataclass(frozen=True)
class Columns:
    """Makes columns out of rows, with headers from the catalogue."""

    def field(
        self, header: str, rows: Sequence[Any], cell: Callable[[Any], Cell], priority: int = 0, *, right: bool = True
    ) -> Field:
        """One column."""
        return Field(header, tuple(cell(row) for row in rows), priority, right)

    def text(self, header: str, rows: Sequence[Any], text: Callable[[Any], str], priority: int = 0) -> Field:
        """A column of words."""
        return self.field(header, rows, lambda row: Cell(text(row)), priority, right=False)

    def percent(
        self,
        header: str,
        rows: Sequence[Any],
        value: Callable[[Any], float],
        priority: int = 0,
        *,
        arrowed: bool = False,
    ) -> Field:
        """A column of returns."""
        return self.field(header, rows, lambda row: percent_cell(value(row), arrowed=arrowed), priority)

    def p(self, header: str, rows: Sequence[Any], value: Callable[[Any], float], priority: int = 0) -> Field:
        """A column of p values."""
        return self.field(header, rows, lambda row: p_cell(value(row)), priority)

    def number(
        self, header: str, rows: Sequence[Any], value: Callable[[Any], float], decimals: int, priority: int = 0
    ) -> Field:
        """A column of figures without a sign."""
        return self.field(header, rows, lambda row: number_cell(value(row), decimals), priority)

    def score(self, rows: Sequence[Any], value: Callable[[Any], float], priority: int = 2) -> Field:
        """A column of scores."""
        return self.field(_("Score"), rows, lambda row: signed_cell(value(row), 0), priority)

    def rank(self, rows: Sequence[Any], headline: Callable[[Any], Headline], priority: int = 1) -> Field:
        """A column of places among ordinary sessions."""

        def place(row: Any) -> Cell:
            its = headline(row)
            return Cell(f"{its.rank:.0f}/{its.n}" if math.isfinite(its.rank) else "-", its.rank)

        return self.field(_("Rank"), rows, place, priority)

    def lasting(self, rows: Sequence[GroupRow] | Sequence[StockRow], priority: int = 2) -> Field:
        """A column of what became of the event day's move."""
        return self.text(
            _("since"),
            rows,
            lambda row: _(_LASTING[row.lasting.what]) if row.lasting.what else "-",
            priority,
        )

    def by_tau(
        self, named: Sequence[tuple[str, Mapping[int, float]]], cell: Callable[[float], Cell] = percent_cell
    ) -> tuple[Field, ...]:
        """Figures of sectors by session, one row each; empty if none reaches beyond the event day."""
        taus = shown_taus([path for _name, path in named])
        if not taus:
            return ()
        columns = [
            Field(
                tau_label(tau),
                tuple(cell(path.get(tau, math.nan)) for _name, path in named),
                0 if tau in (0, taus[-1]) else abs(tau),
            )
            for tau in taus
        ]
        return (self.text(_("Sector"), named, lambda one: one[0]), *columns)
