"""What a shell completes: events, sectors, themes, and stocks by their code or by their Korean or English name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from screener.errors import ScreenerError
from screener.i18n import Named, name_of

if TYPE_CHECKING:
    from screener.config import Settings


def events(context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """Configured events."""
    settings = _settings(context)
    known = settings.events if settings else {}
    return _starting(typed, ((name, _said(event.name)) for name, event in known.items()))


def sectors(context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """Configured sectors."""
    settings = _settings(context)
    known = settings.sectors if settings else {}
    return _starting(typed, ((name, _said(one.name)) for name, one in known.items()))


def groups(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """Configured sectors, and their themes once a colon is typed."""
    settings = _settings(context)
    name, colon, _ = typed.partition(":")
    if not colon or settings is None or name not in settings.sectors:
        return sectors(context, parameter, typed)
    themes = settings.sectors[name].themes
    return _starting(typed, ((f"{name}:{theme}", _said(its)) for theme, its in themes.items()))


def stocks(context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """Stocks of the configured sectors."""
    settings = _settings(context)
    if settings is None:
        return []
    members = {one.ticker: one for sector in settings.sectors.values() for one in sector.members}.values()
    by_code = [(one.ticker, f"{one.ko} {one.en}") for one in members]
    by_name = [(name, one.ticker) for one in members for name in dict.fromkeys((one.ko, one.en))]
    # Without a letter typed the codes are enough: each has its names beside it.
    return _starting(typed, by_code) + (_starting(typed, by_name) if typed else [])


def names(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """What the screen that `export` writes takes."""
    of = {"stock": stocks, "compare": groups, "report": sectors}
    screen = of.get(context.params.get("screen") or "")
    return screen(context, parameter, typed) if screen else []


def _starting(typed: str, known: Iterable[tuple[str, str]]) -> list[CompletionItem[str]]:
    start = typed.casefold()
    return [CompletionItem(value, help=told) for value, told in known if value.casefold().startswith(start)]


def _said(name: Named) -> str:
    return name_of(name)


def _settings(context: click.Context) -> Settings | None:
    """The configuration; a mistake in it is told by the command, not while it is typed."""
    from screener.config import load_settings

    try:
        return load_settings(context.params.get("config_directory"))
    except ScreenerError:
        return None
