"""Completion in a shell: events, sectors, themes, stocks by code or by Korean or English name; and its script."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class, get_completion_class

from screener.cli.help_i18n import commands, language_option
from screener.console import echo
from screener.errors import ExitCode, ScreenerError
from screener.i18n import name_of

if TYPE_CHECKING:
    from screener.config import Settings

_SHELLS = ("bash", "zsh", "fish")
COMPLETING = "_SCREENER_COMPLETE"
"""Set by the shell while it asks for completions."""
_OF_SCREEN = {"stock": "stock", "compare": "group", "days": "group or stock", "report": "sector"}


def completing(what: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]:
    """Completes what is configured: an event, a sector, a group (a sector, or a theme once a colon is typed), a stock,
    or "group or stock".

    "of screen" stands for what the screen of `export` takes.
    """

    def complete(context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
        from screener.config import load_settings

        try:
            settings = load_settings(context.params.get("config_directory"))
        except ScreenerError:
            return []  # a mistake in the configuration is an error of the command, not of the completion
        wanted = _OF_SCREEN.get(context.params.get("screen") or "", "") if what == "of screen" else what
        known, start = _known(wanted, settings, typed), typed.casefold()
        return [CompletionItem(value, help=label) for value, label in known if value.casefold().startswith(start)]

    return complete


def _known(what: str, settings: Settings, typed: str) -> Iterable[tuple[str, str]]:
    """Each value with what is shown beside it."""
    if what == "group or stock":
        return [*_known("group", settings, typed), *_known("stock", settings, typed)]
    sector, colon, _theme = typed.partition(":")
    if what == "group" and colon and sector in settings.sectors:
        return [(f"{sector}:{theme}", name_of(name)) for theme, name in settings.sectors[sector].themes.items()]
    if what in ("sector", "group"):
        return [(name, name_of(sector.name)) for name, sector in settings.sectors.items()]
    if what == "event":
        return [(name, name_of(event.name)) for name, event in settings.events.items()]
    if what != "stock":
        return []
    stocks = {stock.ticker: stock for sector in settings.sectors.values() for stock in sector.members}.values()
    by_code = [(stock.ticker, f"{stock.ko} {stock.en}") for stock in stocks]
    by_name = [(name, stock.ticker) for stock in stocks for name in dict.fromkeys((stock.ko, stock.en))]
    # Without a letter typed the codes are enough: each has its names beside it.
    return by_code + by_name if typed else by_code


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


@commands.command(
    "completion",
    epilog='Example: eval "$(screener completion bash)"',
    help="""Print the completion script of a shell.

    Completes commands, options, events, sectors and stocks.

    \b
    ~/.bashrc  eval "$(screener completion bash)"
    ~/.zshrc   eval "$(screener completion zsh)"
    fish       screener completion fish > ~/.config/fish/completions/screener.fish
    """,  # the backslash is click's sign for lines that are not to be folded
)
@click.argument("shell", type=click.Choice(_SHELLS))
@language_option
@click.pass_context
def _completion(context: click.Context, shell: str) -> int:
    completer = get_completion_class(shell)
    assert completer is not None  # noqa: S101 - for the type alone
    echo(completer(context.find_root().command, {}, "screener", COMPLETING).source() + "\n")
    return ExitCode.DONE
