"""Commands whose help is in the language of the process, and folds where the screen is full."""

from __future__ import annotations

import copy
import inspect
import os
from collections.abc import Iterable
from gettext import bindtextdomain
from typing import TypeVar

import click

from screener.language import choose, speak, spoken
from screener.words import LOCALE, translated
from screener.words.cells import narrowed, widened

T = TypeVar("T", bound="Command")


def settle_language(arguments: list[str], configured: str = "auto") -> None:
    """Speak the language that the user wants; click takes its own words from where gettext is told to look."""
    speak(choose(arguments, os.environ, configured))
    os.environ["LANGUAGE"] = spoken()
    bindtextdomain("messages", LOCALE)


class Formatter(click.HelpFormatter):
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

    formatter_class = Formatter


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


def _in_language(command: T) -> T:
    """A command with its texts and those of its options in the language of the process."""
    shown = copy.copy(command)
    shown.help, shown.epilog = (
        text and "\n\n".join(map(translated, paragraphs(text))) for text in (shown.help, shown.epilog)
    )
    shown.params = [copy.copy(one) for one in shown.params]
    for one in shown.params:
        if isinstance(one, click.Option) and one.help:
            one.help = translated(one.help)
    return shown


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a docstring or epilog, each on one line but those that click is told to leave as they are."""
    parts = inspect.cleandoc(text).split("\n\n")
    return [part if part.startswith("\b") else " ".join(part.split()) for part in parts]
