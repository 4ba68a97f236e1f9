"""One sector or theme against another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from screener.app.report import Request, make_report
from screener.config import Settings
from screener.errors import UsageError
from screener.i18n import _
from screener.report.model import Report

if TYPE_CHECKING:
    from screener.data.connections import Connections


def make_comparison(
    settings: Settings, request: Request, pair: tuple[str, str] | None, access: Callable[[], Connections]
) -> Report:
    """The report on two groups alone, with their difference as its only spread.

    Args:
        settings: the configuration.
        request: what else is asked for.
        pair: SECTOR or SECTOR:theme, twice; None = the first configured pair.
        access: opened if a source needs it.

    Raises:
        UsageError: a sector or theme that is not configured, with the nearest, or the same one twice.
    """
    if pair is None:
        if not settings.screener.spreads:
            raise UsageError("which two? screener.toml has no spreads", hint="write `screener compare SECTOR SECTOR`")
        pair = settings.screener.spreads[0]
    pair = (_known(settings, pair[0]), _known(settings, pair[1]))
    if pair[0] == pair[1]:
        raise UsageError("{group} against itself is nothing", hint="name two", group=pair[0])
    sectors = dict.fromkeys(label.partition(":")[0] for label in pair)
    return make_report(settings, replace(request, sectors=tuple(sectors), spreads=(pair,)), access)


def _known(settings: Settings, label: str) -> str:
    asked, colon, theme = label.partition(":")
    identifier = settings.sector_id(asked)
    sector = settings.sectors[identifier]
    if colon and theme not in sector.themes:
        known = ", ".join(f"{identifier}:{one}" for one in sector.themes) or _("it has none")
        raise UsageError(
            "no theme {theme!r} in {sector}", hint="known are {known}", theme=theme, sector=identifier, known=known
        )
    return f"{identifier}{colon}{theme}"
