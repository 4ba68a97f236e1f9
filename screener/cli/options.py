"""Options that several commands share, and what commands get for them: the workspace and the output."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener.choices import MODELS, PALETTES
from screener.cli.completion import completing
from screener.cli.help_i18n import language_option, settle_language
from screener.console import echo, folded, is_terminal, shows_colour
from screener.errors import UsageError
from screener.i18n import _

if TYPE_CHECKING:
    from screener.config import Settings
    from screener.data.connections import Connections
    from screener.data.store import Store
    from screener.report.screens import Screen

_ONE_FILE = ("html", "xlsx")
"""Formats that are one file of the user's naming."""
Decorator = Callable[[Any], Any]
PATH = click.Path(path_type=Path)
FETCHED = "auto, pykrx, openapi, datagokr, or file:PATH,..."
"""Sources of the commands that write the store."""
store_option = click.option(
    "--store", envvar="SCREENER_STORE", metavar="URL", help="Directory or URL of the store of prices."
)
"""Of every command that reads or writes the store; it stands above `common_options`."""
palette_option = click.option("--palette", type=click.Choice(PALETTES), help="kr: up red; us: up green; cb: safe.")
"""Of every command that makes pages in colour."""


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
        from screener.data.store import Store

        self.load()
        return Store.open(self.store)

    def access(self, *, fail_fast: bool = False, show_progress: bool = False) -> Connections:
        """The store and the ways to the exchange; with `fail_fast` it does not wait long for that."""
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


def event_options(event_help: str) -> Decorator:
    """Options of every command that is about an event."""
    event = click.option("--event", metavar="ID", shell_complete=completing("event"), help=event_help)
    as_of = click.option("--as-of", metavar="DATE", callback=parse_day, help="Use prices through this day only.")
    return lambda command: event(as_of(command))


def source_options(
    source_help: str,
    benchmark_help: str = "With file:PATH: date,index,close.",
    market_help: str = "With file:PATH: whole sessions.",
    default: str = "auto",
) -> Decorator:
    """Options of every command that reads prices: where they come from."""
    source = click.option("--source", default=default, metavar="SOURCE", help=source_help)
    benchmark = click.option("--benchmark", multiple=True, type=PATH, help=benchmark_help)
    market = click.option("--market", multiple=True, type=PATH, help=market_help)
    return lambda command: source(benchmark(market(command)))


close_option = click.option("--regular-close", is_flag=True, help="With file:PATH: closes are those of 15:30.")


def study_options(command: Any) -> Any:
    """Options of every command that measures an event."""
    event = event_options("Event to report on; `screener events` lists them.")
    source = source_options(
        "auto, store, pykrx, openapi, datagokr, press, or file:PATH,...",
        "Index levels: date,index,close.",
        "Official change_pct, marcap per stock.",
    )
    model = click.option("--model", type=click.Choice(MODELS), help="Expected return.")
    return event(source(close_option(model(command))))


@dataclass(frozen=True)
class Output:
    """The output that the user wants, and how it is to look."""

    full: bool
    json: bool
    md: bool
    files: Mapping[str, Path]
    """By format, the directory (csv) or file to write; one at most."""
    palette: str | None
    ascii: bool
    width: int | None

    def deliver(
        self, screen: Screen, settings: Settings, note: str = "", file: Callable[[str], str] | None = None
    ) -> None:
        """Print the screen and `note` below it; write the files that were asked for and say where they are.

        `file`, given a palette, files the screen where nothing but a page was asked for, and says where.
        """
        from screener.report.formats.terminal import PLAIN_WIDTH, Style, render

        if self.json:
            echo(screen.document().decode())
            return
        if self.md:
            from screener.report.formats.markdown import to_markdown

            echo(to_markdown(screen.page(full=self.full)))
            return
        unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "").startswith("utf")
        fitting = min(max(shutil.get_terminal_size().columns, 60), 200) if is_terminal() else PLAIN_WIDTH
        style = Style(
            palette=self.palette or settings.screener.palette,
            ascii=self.ascii or not unicode,
            width=self.width or fitting,
            colour=shows_colour(),
        )
        # The page first: it was made, whatever becomes of the files.
        echo(render(screen.page(full=self.full), style, summary=screen.summarised and not self.full))
        for format_, path in self.files.items():
            note += write_screen(screen, format_, path, style.palette, as_file=format_ in _ONE_FILE)
        if file is not None and not self.files:
            note += file(style.palette)
        if note:
            echo(f"\n{folded(note, style.width)}\n")


def write_screen(screen: Screen, format_: str, path: Path, palette: str, *, as_file: bool = False) -> str:
    """Write the screen in one format, into the directory `path` or as the file `path`; returns where it is."""
    from screener.files import write_files
    from screener.report.formats import files_of

    files = files_of(screen, format_, palette)
    if as_file:
        targets, folder = {path: next(iter(files.values()))}, path.parent
    else:
        targets, folder = {path / name: content for name, content in files.items()}, path
    write_files(targets)
    names = ", ".join(target.name for target in targets)
    return _("Files: {folder} ({names})", folder=folder, names=names) + "\n"


def output_options(command: Callable[..., int]) -> Callable[..., int]:
    """Options of every command with a page, which gets them as one `output`."""

    @functools.wraps(command)
    def with_output(**options: Any) -> int:
        files = {name: path for name in ("csv", "html", "xlsx") if (path := options.pop(name)) is not None}
        look = {name: options.pop(name) for name in ("full", "json", "md", "palette", "ascii", "width")}
        if look["json"] + look["md"] + len(files) > 1:
            raise UsageError("--json, --md, --csv, --html and --xlsx exclude each other", hint="give one of them")
        return command(output=Output(files=files, **look), **options)

    for option in (
        click.option("--width", type=click.IntRange(60, 200), help="Columns of the page."),
        click.option("--ascii", is_flag=True, help="No arrows or lines outside ASCII."),
        palette_option,
        click.option("--xlsx", type=PATH, metavar="FILE", help="Write an Excel workbook, here."),
        click.option("--html", type=PATH, metavar="FILE", help="Write a web page, here."),
        click.option("--csv", type=PATH, metavar="DIR", help="Write CSV files, here."),
        click.option("--md", is_flag=True, help="Print Markdown; write no files."),
        click.option("--json", is_flag=True, help="Print JSON; write no files."),
        click.option("--full", is_flag=True, help="Everything, instead of a summary."),
    ):
        with_output = option(with_output)
    return with_output


def screen_options(command: Callable[..., int]) -> Any:
    """Options of a command that shows an event on a page and files nothing."""
    return study_options(store_option(common_options(output_options(command))))
