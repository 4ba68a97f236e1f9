"""The command that prints the completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class, get_completion_class

from screener.cli.help_i18n import Command
from screener.cli.options import language_option
from screener.console import echo
from screener.errors import ExitCode

SHELLS = ("bash", "zsh", "fish")
COMPLETING = "_SCREENER_COMPLETE"
"""Set by the shell while it asks for completions."""


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
