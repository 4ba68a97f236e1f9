"""Commands whose help is in the language of the process, and folds where the screen is full."""

from __future__ import annotations

import copy
import gettext
import inspect
import os
from collections.abc import Iterable
from typing import TypeVar

import click

from screener import __version__
from screener.console import narrowed, widened
from screener.i18n import DOMAIN, LANGUAGES, LOCALE, N_, OPTION, _, choose, language, set_language

T = TypeVar("T", bound="Command")
_EPILOG = (
    "Exit codes: 0 success, 1 bug, 2 usage or configuration, 3 data missing or wrong, 4 login refused or missing, "
    "5 network, blocked or stale, 130 interrupted."
)
_REQUIRED = N_("required")
"""A word of click that stands in no call of gettext: here for the catalogue alone."""


def settle_language(arguments: list[str], configured: str = "auto") -> None:
    """Set the language that the user wants; gettext looks up click's own words in the same catalogue."""
    set_language(choose(arguments, os.environ, configured))
    os.environ["LANGUAGE"] = language()
    gettext.bindtextdomain(DOMAIN, LOCALE)
    gettext.textdomain(DOMAIN)


language_option = click.option(OPTION, type=click.Choice(LANGUAGES), expose_value=False, help="Korean or English.")
"""Of everything with a page of help; `settle_language` looks for it itself, for errors that come before options."""


class _Formatter(click.HelpFormatter):
    """Click folds by characters; a syllable of Hangul is two cells wide, so it is made to count for two."""

    def write_text(self, text: str) -> None:
        """Write text, folded."""
        super().write_text(widened(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms with what they mean, folded."""
        super().write_dl([(term, widened(text)) for term, text in rows], col_max, col_spacing)

    def getvalue(self) -> str:
        """What was written."""
        return narrowed(super().getvalue())


class Context(click.Context):
    """Where a command runs."""

    formatter_class = _Formatter


class Command(click.Command):
    """One that is described in the language of the process; its texts are written in English."""

    context_class = Context

    def get_help(self, ctx: click.Context) -> str:
        """The page of --help."""
        return super(Command, _in_language(self)).get_help(ctx)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The line in the list of commands."""
        shown = _in_language(self)
        shown.help = widened(shown.help or "")
        return narrowed(super(Command, shown).get_short_help_str(limit))


class Group(Command, click.Group):
    """Commands under one name."""

    command_class = Command
    group_class = type


def _in_language(command: T) -> T:
    """A command with its texts and those of its options in the language of the process."""
    shown = copy.copy(command)
    shown.help, shown.epilog = (text and "\n\n".join(map(_, paragraphs(text))) for text in (shown.help, shown.epilog))
    shown.params = [copy.copy(parameter) for parameter in shown.params]
    for parameter in shown.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = _(parameter.help)
    return shown


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a docstring or epilog, each on one line but those that click is told to leave as they are."""
    parts = inspect.cleandoc(text).split("\n\n")
    return [part if part.startswith("\b") else " ".join(part.split()) for part in parts]


@click.group(
    cls=Group,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Which Korean sectors and stocks rose and fell after an event, by how much more than the market, and is the
    move significant?

    Without a command: suggests the next one on a terminal; otherwise runs `screener report`.
    """,
)
@language_option
@click.version_option(
    __version__,
    package_name="krx-impact-screener",
    message="screener %(version)s",
    help="Show the version and exit.",  # click would have it translated before the language is known
)
def commands() -> None: ...
