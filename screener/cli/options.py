"""Options that several commands share, and the objects that commands get for them."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener.choices import MODELS, PALETTES
from screener.cli import completion
from screener.cli.help_i18n import language_option, settle_language
from screener.i18n import _

if TYPE_CHECKING:
    from screener.config import Settings
    from screener.data.connections import Connections
    from screener.data.store import Store

Decorator = Callable[[Any], Any]
PATH = click.Path(path_type=Path)
FETCHED = "auto, pykrx, openapi, or file:PATH,..."
"""Sources of the commands that write the store."""


class Workspace:
    """The user's configuration and store, each opened when the command asks for it."""

    def __init__(self, directory: Path | None, store: str | None = None) -> None:
        self.directory = directory
        """Of the configuration; None for the shipped one."""
        self.store = store
        """Path or URL; None for the user's own."""

    @cached_property
    def settings(self) -> Settings:
        """The configuration; its language becomes that of the process.

        Raises:
            ConfigError: it has mistakes.
        """
        from screener.config import load_settings

        settings = load_settings(self.directory)
        settle_language(sys.argv[1:], settings.screener.language)
        return settings

    def load(self) -> None:
        """Load the configuration of a command that needs no more of it than its language and its mistakes."""
        self.settings  # noqa: B018

    def open_store(self) -> Store:
        """The store; the configuration is loaded first, for its language and its mistakes."""
        from screener.data.connections import open_store

        self.load()
        return open_store(self.store)

    def access(self, *, fail_fast: bool = False, show_progress: bool = False) -> Connections:
        """The store and the ways to the exchange.

        Args:
            fail_fast: whether the command can do without the exchange, and so does not wait long for it.
            show_progress: whether a progress bar shows how far a fetch has come.
        """
        from screener.console import ProgressBar
        from screener.data.connections import open_access

        bar = None
        if show_progress:
            bar = ProgressBar()
            # However the command ends, no trace of the bar stays on the terminal.
            click.get_current_context().call_on_close(bar.stop)
        return open_access(self.settings, os.environ, self.store, bar, fail_fast=fail_fast)


def parse_day(_context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """The value of an option as a date."""
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a session has no time zone
    except ValueError:
        message = _("{value!r} is no date: write it as 2025-01-31", value=value)
        raise click.BadParameter(message, param=parameter) from None


def common_options(command: Callable[..., int]) -> Callable[..., int]:
    """Options of every command, which gets them, and --store, as one `workspace`."""

    @functools.wraps(command)
    def with_workspace(config_directory: Path | None, store: str | None = None, **options: Any) -> int:
        return command(workspace=Workspace(config_directory, store), **options)

    # `main` looks for --debug itself: an error may come before there are options to ask.
    debug = click.option("--debug", is_flag=True, expose_value=False, help="Show where something failed.")
    config = click.option(
        "--config",
        "config_directory",
        type=PATH,
        envvar="SCREENER_CONFIG",
        metavar="DIR",
        help="Directory with your own events.toml, sectors.toml, screener.toml or claims.toml.",
    )
    decorated: Callable[..., int] = config(language_option(debug(with_workspace)))
    return decorated


def store_option(command: Any) -> Any:
    """The option of every command that reads or writes the store; it stands above `common_options`."""
    return click.option(
        "--store", envvar="SCREENER_STORE", metavar="URL", help="Directory or URL of the store of prices."
    )(command)


def palette_option(command: Any) -> Any:
    """The option of every command that makes pages in colour."""
    return click.option("--palette", type=click.Choice(PALETTES), help="kr: up red; us: up green; cb: safe.")(command)


def event_options(event_help: str) -> Decorator:
    """Options of every command that is about an event."""
    event = click.option("--event", metavar="ID", shell_complete=completion.events, help=event_help)
    as_of = click.option("--as-of", metavar="DATE", callback=parse_day, help="Use prices through this day only.")
    return lambda command: event(as_of(command))


def source_options(
    source_help: str,
    benchmark_help: str = "With file:PATH: date,index,close.",
    market_help: str = "With file:PATH: whole sessions.",
) -> Decorator:
    """Options of every command that reads prices: where they come from."""
    source = click.option("--source", default="auto", metavar="SOURCE", help=source_help)
    benchmark = click.option("--benchmark", multiple=True, type=PATH, help=benchmark_help)
    market = click.option("--market", multiple=True, type=PATH, help=market_help)
    return lambda command: source(benchmark(market(command)))


def study_options(command: Any) -> Any:
    """Options of every command that measures an event."""
    event = event_options("Event to report on; `screener events` lists them.")
    source = source_options(
        "auto, store, pykrx, openapi, press, or file:PATH,...",
        "Index levels: date,index,close.",
        "Official change_pct, marcap per stock.",
    )
    model = click.option("--model", type=click.Choice(MODELS), help="Expected return.")
    return event(source(model(command)))
