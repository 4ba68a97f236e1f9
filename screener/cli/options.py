"""Options that several commands share, and what commands get for them: the workspace and the output."""

from __future__ import annotations

import functools
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener.choices import HEADERS, MODELS, PALETTES, Headers
from screener.cli.completion import completing
from screener.cli.help_i18n import language_option, settle_language
from screener.console import echo, folded, is_terminal, shows_colour, warn
from screener.errors import UsageError
from screener.i18n import _
from screener.krx.codes import code_of
from screener.krx.hours import KST

if TYPE_CHECKING:
    from screener.config import Settings
    from screener.data.connections import Connections
    from screener.data.store import Store
    from screener.report.screens import Shown

_ONE_FILE = ("html", "xlsx", "png")
"""Formats that are one file of the user's naming."""
_Decorator = Callable[[Any], Any]
PATH = click.Path(path_type=Path)
FETCHED = "auto, pykrx, openapi, datagokr, or file:PATH,..."
"""Sources of the commands that write the store."""
store_option = click.option(
    "--store", envvar="SCREENER_STORE", metavar="URL", help="Directory or URL of the price store."
)
"""Of every command that reads or writes the store; it stands above `common_options`."""
palette_option = click.option("--palette", type=click.Choice(PALETTES), help="kr: up red; us: up green; cb: safe.")
"""Of every command that makes pages in colour."""


headers_option = click.option("--headers", type=click.Choice(HEADERS), help="Headers of CSV files: Korean or code.")
"""Of every command that writes CSV."""


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
        return Store.open(self.store, self.settings.screener.store.group)

    def access(
        self, *, fail_fast: bool = False, show_progress: bool = False, least: int = 1, patience: int = 0
    ) -> Connections:
        """The store and the ways to the exchange; with `fail_fast` it does not wait long for that.

        `least` steps must be to go for a log to hear of them; `patience` is how many seconds it waits for another
        command that writes the store.
        """
        from screener.console import ProgressBar
        from screener.data.connections import open_access

        bar = None
        if show_progress:
            bar = ProgressBar(least=least)
            # However the command ends, no trace of the bar stays on the terminal.
            click.get_current_context().call_on_close(bar.stop)
        opened = open_access(self.settings, os.environ, self.store, bar, fail_fast=fail_fast)
        return replace(opened, patience=patience)


_DAYS = {"today": 0, "yesterday": 1, "오늘": 0, "어제": 1}


def parse_moment(_context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """The value of an option as a date, or as a datetime where it has a time; KST."""
    if value is None:
        return None
    if value.casefold() in _DAYS:
        return datetime.now(KST).date() - timedelta(days=_DAYS[value.casefold()])
    found = _MOMENT.fullmatch(value.strip())
    try:
        if found is not None:
            day = date(*(int(found[part]) for part in ("year", "month", "day")))
            clock = found["clock"]
            return datetime.combine(day, time.fromisoformat(f"{clock:0>5}")) if clock else day
    except ValueError:
        pass
    message = _("{value!r} is not a valid date: write it as 2025-01-31", value=value)
    raise click.BadParameter(message, param=parameter)


_MOMENT = re.compile(
    r"(?P<year>\d{4})(?P<mark>[-/.]?)(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?:[T ]+(?P<clock>\d{1,2}:\d{2}))?"
)


def parse_day(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """The value of an option as a date: 2025-01-31, 20250131, today or yesterday, KST."""
    moment = parse_moment(context, parameter, value)
    if isinstance(moment, datetime):
        raise click.BadParameter(_("{value!r} has a time: write the day alone", value=value), param=parameter)
    return moment


def common_options(command: Callable[..., int]) -> Callable[..., int]:
    """Options of every command, which gets them, and --store, as one `workspace`."""

    @functools.wraps(command)
    def with_workspace(config_directory: Path | None, store: str | None = None, **options: Any) -> int:
        return command(workspace=Workspace(config_directory, store), **options)

    # `main` looks for --debug itself: an error may come before there are options to ask.
    debug = click.option("--debug", is_flag=True, expose_value=False, help="Show where an error occurred.")
    config = click.option(
        "--config",
        "config_directory",
        type=PATH,
        envvar="SCREENER_CONFIG",
        metavar="DIR",
        help="Directory with your own events.toml, sectors.toml, library.toml, screener.toml or claims.toml.",
    )
    decorated: Callable[..., int] = config(language_option(debug(with_workspace)))
    return decorated


json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")


as_of_option = click.option("--as-of", metavar="DATE", callback=parse_day, help="Use only prices up to this day.")
model_option = click.option("--model", type=click.Choice(MODELS), help="Model of the expected return.")


def event_options(event_help: str) -> _Decorator:
    """Options of every command that is about an event."""
    event = click.option("--event", metavar="ID", shell_complete=completing("event"), help=event_help)
    on = click.option(
        "--date", "moment", metavar="DATE", callback=parse_moment, help="Another event: the day of its news."
    )
    name = click.option("--name", metavar="TEXT", help="Name of the event of --date.")
    return lambda command: event(on(name(as_of_option(command))))


def source_options(
    source_help: str,
    benchmark_help: str = "With file:PATH: date,index,close.",
    market_help: str = "With file:PATH: sessions of the whole market.",
    default: str = "auto",
) -> _Decorator:
    """Options of every command that reads prices: where they come from."""
    source = click.option("--source", default=default, metavar="SOURCE", help=source_help)
    benchmark = click.option("--benchmark", multiple=True, type=PATH, help=benchmark_help)
    market = click.option("--market", multiple=True, type=PATH, help=market_help)
    return lambda command: source(benchmark(market(command)))


prices_options = source_options(
    "auto, store, pykrx, openapi, datagokr, press, or file:PATH,...",
    "Index levels: date,index,close.",
    "Official change_pct, marcap per stock.",
)
"""Of every command that measures events: where their prices come from."""
close_option = click.option("--regular-close", is_flag=True, help="With file:PATH: the closes are official (15:30).")


def file_options(command: Callable[..., int]) -> Callable[..., int]:
    """Options of every command that reads files, which gets as `hints` what these do not say themselves."""

    @functools.wraps(command)
    def with_hints(ticker_of_file: str | None, adjusted: str | None, **options: Any) -> int:
        from screener.data.forms.dialects import Hints

        return command(hints=Hints(ticker_of_file, None if adjusted is None else adjusted == "yes"), **options)

    whose = click.option(
        "--ticker", "ticker_of_file", metavar="CODE", callback=_parse_code, help="Ticker of a file of one stock."
    )
    which = click.option(
        "--adjusted",
        type=click.Choice(["yes", "no"]),
        help="If there are two close columns, whether to read the adjusted one.",
    )
    decorated: Callable[..., int] = whose(which(with_hints))
    return decorated


def _parse_code(_context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    if code := code_of(value):
        return code
    raise click.BadParameter(_("{value!r} is not a valid ticker: write it as 000660", value=value), param=parameter)


def study_options(command: Any) -> Any:
    """Options of every command that measures an event."""
    event = event_options("Event to report on; `screener events` lists them.")
    return event(prices_options(close_option(file_options(model_option(command)))))


@dataclass(frozen=True)
class Output:
    """The output that the user wants, and how it is to look."""

    full: bool
    json: bool
    md: bool
    files: Mapping[str, Path]
    """By format, the directory (csv) or file to write."""
    palette: str | None
    headers: Headers | None
    ascii: bool
    width: int | None

    def deliver(
        self, screen: Shown, settings: Settings, note: str = "", file: Callable[[str], str] | None = None
    ) -> None:
        """Print the screen and `note` below it; write the files that were asked for and say where they are.

        `file`, given a palette, files the screen where nothing but a page was asked for, and says where.
        """
        from screener.report.formats.terminal import PLAIN_WIDTH, Style, render

        palette = self.palette or settings.screener.palette
        headers = self.headers or settings.screener.headers
        if self.json or self.md:
            if self.json:
                echo(screen.document().decode())
            else:
                from screener.report.formats.markdown import to_markdown

                echo(to_markdown(screen.page(full=self.full)))
            for format_, path in self.files.items():
                warn(_write(screen, format_, path, palette, headers).rstrip())
            return
        unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "").startswith("utf")
        fitting = min(max(shutil.get_terminal_size().columns, 60), 200) if is_terminal() else PLAIN_WIDTH
        style = Style(
            palette=palette,
            ascii=self.ascii or not unicode,
            width=self.width or fitting,
            colour=shows_colour(),
        )
        # The page first: it was made, whatever becomes of the files.
        echo(render(screen.page(full=self.full), style, summary=screen.summarised and not self.full))
        for format_, path in self.files.items():
            note += _write(screen, format_, path, style.palette, headers)
        if file is not None and not self.files:
            note += file(style.palette)
        if note:
            echo(f"\n{folded(note, style.width)}\n")


def _write(screen: Shown, format_: str, path: Path, palette: str, headers: Headers) -> str:
    """Write the screen in one format, into the directory or as the file `path`; returns where it is."""
    from screener.report.formats import files_of

    files = files_of(screen, format_, palette, headers)
    if format_ in _ONE_FILE:
        return write_targets({path: next(iter(files.values()))}, path.parent)
    return write_targets({path / name: content for name, content in files.items()}, path)


def write_targets(targets: Mapping[Path, bytes], folder: Path) -> str:
    """Write files, all or none; returns where they are."""
    from screener.files import write_files

    write_files(targets)
    names = ", ".join(target.name for target in targets)
    return _("Files: {folder} ({names})", folder=folder, names=names) + "\n"


def output_options(command: Callable[..., int]) -> Callable[..., int]:
    """Options of every command with a page, which gets them as one `output`."""

    @functools.wraps(command)
    def with_output(**options: Any) -> int:
        files = {name: path for name in ("csv", *_ONE_FILE) if (path := options.pop(name)) is not None}
        look = {name: options.pop(name) for name in ("full", "json", "md", "palette", "headers", "ascii", "width")}
        if look["json"] and look["md"]:
            raise UsageError("--json and --md are mutually exclusive", hint="use one of them")
        return command(output=Output(files=files, **look), **options)

    for option in (
        click.option("--width", type=click.IntRange(60, 200), help="Width of the page, in columns."),
        click.option("--ascii", is_flag=True, help="ASCII only: no arrows or box lines."),
        palette_option,
        headers_option,
        click.option("--png", type=PATH, metavar="FILE", help="Write a picture for chats to this file."),
        click.option("--xlsx", type=PATH, metavar="FILE", help="Write an Excel workbook to this file."),
        click.option("--html", type=PATH, metavar="FILE", help="Write a web page to this file."),
        click.option("--csv", type=PATH, metavar="DIR", help="Write CSV files to this directory."),
        click.option("--md", is_flag=True, help="Print Markdown instead of the page."),
        click.option("--json", is_flag=True, help="Print JSON instead of the page."),
        click.option("--full", is_flag=True, help="The full page instead of a summary."),
    ):
        with_output = option(with_output)
    return with_output


def screen_options(command: Callable[..., int]) -> Any:
    """Options of a command that shows an event on a page and files nothing."""
    return study_options(store_option(common_options(output_options(command))))
