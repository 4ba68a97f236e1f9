"""Options that several commands share, and what they mean."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener.cli import candidates
from screener.cli.help_i18n import settle_language
from screener.i18n import LANGUAGES, OPTION, _

if TYPE_CHECKING:
    from screener.config import Settings
    from screener.data.connections import Connections
    from screener.report.terminal import Style


SOURCE_HELP = "auto, store, pykrx, openapi, press, or file:PATH,..."
MODEL_HELP = "Expected return."


def day(_context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a session has no time zone
    except ValueError:
        what = _("{value!r} is no date: write it as 2025-01-31", value=value)
        raise click.BadParameter(what, param=parameter) from None


def language(command: Any) -> Any:
    """The option of everything that has a page of help."""
    # `settle_language` looks for it itself: a fault may come before there are options to ask.
    return click.option(OPTION, type=click.Choice(LANGUAGES), expose_value=False, help="Korean or English.")(command)


def common(command: Any) -> Any:
    """Options of every command."""
    # `main` looks for --debug itself, for the same reason.
    command = click.option("--debug", is_flag=True, expose_value=False, help="Show where something failed.")(command)
    command = language(command)
    return click.option(
        "--config",
        "config_directory",
        type=click.Path(path_type=Path),
        envvar="SCREENER_CONFIG",
        metavar="DIR",
        help="Directory with your own events.toml, sectors.toml, screener.toml or claims.toml.",
    )(command)


def studied(command: Any) -> Any:
    """Options of every command that measures an event."""
    path = click.Path(path_type=Path)
    for option in (
        click.option("--model", type=click.Choice(["market", "market-adjusted", "mean-adjusted"]), help=MODEL_HELP),
        click.option("--market", multiple=True, type=path, help="Official change_pct, marcap per stock."),
        click.option("--benchmark", multiple=True, type=path, help="Index levels: date,index,close."),
        click.option("--source", default="auto", metavar="SOURCE", help=SOURCE_HELP),
        click.option("--as-of", metavar="DATE", callback=day, help="Use prices through this day only."),
        click.option(
            "--event",
            metavar="ID",
            shell_complete=candidates.events,
            help="Event to report on; `screener events` lists them.",
        ),
    ):
        command = option(command)
    return command


def coloured(command: Any) -> Any:
    """The option of every command that makes pages in colour."""
    choice = click.Choice(["kr", "us", "cb"])
    return click.option("--palette", type=choice, help="kr: up red; us: up green; cb: safe.")(command)


def stored(command: Any) -> Any:
    """The option of every command that reads or writes the store."""
    return click.option(
        "--store", envvar="SCREENER_STORE", metavar="URL", help="Directory or URL of the store of prices."
    )(command)


def access_to(settings: Settings, store: str | None, *, hurried: bool = False, watched: bool = False) -> Connections:
    """The store and the ways to the exchange, as options and environment say."""
    from screener.data.connections import open_access
    from screener.progress import Bar

    bar = None
    if watched:
        bar = Bar()
        # However the command ends, the terminal is left without a trace of it.
        click.get_current_context().call_on_close(bar.stop)
    return open_access(settings, os.environ, store, bar, fail_fast=hurried)


def settings_of(directory: Path | None) -> Settings:
    from screener.config import load_settings

    settings = load_settings(directory)
    settle_language(sys.argv[1:], settings.screener.language)
    return settings


def is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def in_colour() -> bool:
    """Whether stdout shows colours, and the user wants them."""
    return is_terminal() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")


def style_of(settings: Settings, palette: str | None, ascii_only: bool, width: int | None) -> Style:
    import shutil

    from screener.report.terminal import PLAIN_WIDTH, Style

    terminal, colour = is_terminal(), in_colour()
    unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "").startswith("utf")
    return Style(
        palette=palette or settings.screener.palette,
        ascii=ascii_only or not unicode,
        width=width or (min(max(shutil.get_terminal_size().columns, 60), 200) if terminal else PLAIN_WIDTH),
        colour=colour,
    )
