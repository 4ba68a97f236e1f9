"""Who bought the groups: net purchases of kinds of investors, KRW."""

from __future__ import annotations

from dataclasses import dataclass

from screener.screens.results import Group, Window


@dataclass(frozen=True)
class GroupFlow:
    """Net purchases of one group over one window, KRW; NaN unless every session is known of each member counted."""

    group: Group
    window: Window
    foreign: float
    institution: float
    n: int
    """Members counted: those with a return over the window."""
