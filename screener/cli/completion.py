"""Completion in a shell: events, sectors, themes, stocks by code or by Korean or English name; and its script."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class, get_completion_class

from screener.cli.help_i18n import Command, language_option
from screener.console import echo
from screener.errors import ExitCode, ScreenerError
from screener.i18n import name_of

if TYPE_CHECKING:
    from screener.config import Settings

SHELLS = ("bash", "zsh", "fish")
COMPLETING = "_SCREENER_COMPLETE"
"""Set by the shell while it asks for completions."""


def events(context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """Configured events."""
    settings = _settings(context)
    events = settings.events if settings else {}
    return _starting(typed, ((name, name_of(event.name)) for name, event in events.items()))


def sectors(context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """Configured sectors."""
    settings = _settings(context)
    sectors = settings.sectors if settings else {}
    return _starting(typed, ((name, name_of(sector.name)) for name, sector in sectors.items()))


def groups(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """Configured sectors, and their themes once a colon is typed."""
    settings = _settings(context)
    sector, colon = typed.partition(":")[:2]
    if not colon or settings is None or sector not in settings.sectors:
        return sectors(context, parameter, typed)
    themes = settings.sectors[sector].themes
    return _starting(typed, ((f"{sector}:{theme}", name_of(name)) for theme, name in themes.items()))


def stocks(context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """Stocks of the configured sectors."""
    settings = _settings(context)
    if settings is None:
        return []
    stocks = {stock.ticker: stock for sector in settings.sectors.values() for stock in sector.members}.values()
    by_code = [(stock.ticker, f"{stock.ko} {stock.en}") for stock in stocks]
    by_name = [(name, stock.ticker) for stock in stocks for name in dict.fromkeys((stock.ko, stock.en))]
    # Without a letter typed the codes are enough: each has its names beside it.
    return _starting(typed, by_code) + (_starting(typed, by_name) if typed else [])


def names(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """The names that the screen of `export` takes."""
    of = {"stock": stocks, "compare": groups, "report": sectors}
    screen = of.get(context.params.get("screen") or "")
    return screen(context, parameter, typed) if screen else []


def _starting(typed: str, known: Iterable[tuple[str, str]]) -> list[CompletionItem[str]]:
    start = typed.casefold()
    return [CompletionItem(value, help=label) for value, label in known if value.casefold().startswith(start)]


def _settings(context: click.Context) -> Settings | None:
    """The configuration; a mistake in it is an error of the command, not of the completion."""
    from screener.config import load_settings

    try:
        return load_settings(context.params.get("config_directory"))
    except ScreenerError:
        return None


class _Bash(BashComplete):
    """Bash takes words apart at colons and spaces, which themes and names of stocks hold."""

    _before_colon = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor and the one under it, joined again."""
        arguments, incomplete = super().get_completion_args()
        if incomplete == ":":
            arguments, incomplete = [*arguments, ":"], ""
        if arguments[-1:] == [":"] and len(arguments) > 1:
            self._before_colon = f"{arguments[-2]}:"
            return arguments[:-2], self._before_colon + incomplete
        return arguments, incomplete

    def format_completion(self, item: CompletionItem[str]) -> str:
        """One completion, from the colon on and with its spaces escaped."""
        # The shell's `read` takes one of two backslashes, the other one is for the line that is typed.
        value = item.value.removeprefix(self._before_colon).replace(" ", "\\\\ ")
        return f"{item.type},{value}"


add_completion_class(_Bash)


@click.command(cls=Command, epilog='Example: eval "$(screener completion bash)"')
@click.argument("shell", type=click.Choice(SHELLS))
@language_option
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print what makes a shell complete commands, options, events, sectors and stocks.

    \b
    ~/.bashrc  eval "$(screener completion bash)"
    ~/.zshrc   eval "$(screener completion zsh)"
    fish       screener completion fish > ~/.config/fish/completions/screener.fish
    """  # noqa: D301 - the backslash is click's sign for lines that are not to be folded
    completer = get_completion_class(shell)
    assert completer is not None  # noqa: S101 - for the type alone
    echo(completer(context.find_root().command, {}, "screener", COMPLETING).source() + "\n")
    return ExitCode.DONE
