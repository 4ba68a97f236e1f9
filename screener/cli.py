"""The command line: parses, calls a use case, prints its result, and turns faults into one line and an exit code.

Heavy libraries are imported inside the commands, so that --help and --version answer at once.
"""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener import __version__
from screener.errors import ExitCode, ScreenerError, UsageError
from screener.streams import emit, fail, leave, prepare

if TYPE_CHECKING:
    from screener.report.terminal import Style
    from screener.settings import Settings

EPILOG = "Exit codes: 0 done, 1 a bug, 2 usage or configuration, 3 data missing or wrong, 130 interrupted."


def main() -> None:
    """Run the command line and exit with its code."""
    prepare()
    debug = "--debug" in sys.argv
    try:
        code = commands.main(_arguments(sys.argv[1:]), prog_name="screener", standalone_mode=False)
    except ScreenerError as error:
        code = fail(str(error), error.exit_code, debug)
    except click.exceptions.Abort:
        code = ExitCode.INTERRUPTED
    except click.ClickException as error:
        hint = (
            f": {error.ctx.command_path} --help shows how" if isinstance(error, click.UsageError) and error.ctx else ""
        )
        code = fail(error.format_message().rstrip(".").replace("\n", " ") + hint, ExitCode.USAGE, debug)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except OSError as error:
        what = f"{error.filename or 'the output'}: {error.strerror or error}: make room, or choose another place"
        code = fail(what, ExitCode.DATA, debug)
    except Exception as error:
        code = fail(
            f"a bug in the screener: {type(error).__name__}: {error} (--debug shows where)", ExitCode.BUG, debug
        )
    leave(code or ExitCode.DONE)


def _arguments(asked: list[str]) -> list[str]:
    """Without a command, `report` is meant."""
    if not asked or (asked[0].startswith("-") and asked[0] not in ("-h", "--help", "--version")):
        return ["report", *asked]
    return asked


def _day(_context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a session has no time zone
    except ValueError:
        raise click.BadParameter(f"{value!r} is no date: write it as 2025-01-31", param=parameter) from None


def common(command: Any) -> Any:
    """Options of every command."""
    # `main` looks for --debug itself: a fault may come before there are options to ask.
    command = click.option("--debug", is_flag=True, expose_value=False, help="Show where something failed.")(command)
    return click.option(
        "--config",
        "config_directory",
        type=click.Path(path_type=Path),
        envvar="SCREENER_CONFIG",
        metavar="DIR",
        help="Directory with your own events.toml, sectors.toml or screener.toml.",
    )(command)


def looks(command: Any) -> Any:
    """Options of every command that prints a report."""
    for option in (
        click.option("--width", type=click.IntRange(60, 200), help="Columns of the report."),
        click.option("--ascii", "ascii_only", is_flag=True, help="No arrows or lines outside ASCII."),
        click.option("--palette", type=click.Choice(["kr", "us", "cb"]), help="kr: up red; us: up green; cb: safe."),
        click.option("--lang", type=click.Choice(["ko", "en"]), help="Language of the report."),
    ):
        command = option(command)
    return command


def _settings(directory: Path | None) -> Settings:
    from screener.settings import load_settings

    return load_settings(directory)


def _language(choice: str) -> Any:
    if choice != "auto":
        return choice
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "ko" if locale.startswith("ko") else "en"


def _style(settings: Settings, lang: str | None, palette: str | None, ascii_only: bool, width: int | None) -> Style:
    import shutil

    from screener.report.terminal import PALETTE, PLAIN_WIDTH, Style

    terminal = sys.stdout is not None and sys.stdout.isatty()
    colour = terminal and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")
    unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "").startswith("utf")
    return Style(
        # Hangul on such a terminal would be a row of question marks.
        language=_language(lang or settings.screener.language) if unicode else "en",
        palette=(palette or settings.screener.palette) if colour else PALETTE,
        ascii=ascii_only or not unicode,
        width=width or (min(max(shutil.get_terminal_size().columns, 60), 200) if terminal else PLAIN_WIDTH),
        colour=colour,
    )


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="krx-impact-screener", message="screener %(version)s")
def commands() -> None:
    """Which Korean sectors and stocks won and lost after an event, by how much more than the market, and is it noise?

    Without a command: `screener report`.
    """


@commands.command(epilog="Example: screener report --source file:prices.parquet --benchmark indices.csv")
@click.option("--event", metavar="ID", help="Event to report on; `screener events` lists them.")
@click.option("--as-of", metavar="DATE", callback=_day, help="Use prices through this day only.")
@click.option("--sector", "sectors", multiple=True, metavar="ID", help="Only this sector; may be given several times.")
@click.option("--source", default="auto", metavar="SOURCE", help="auto, press, or file:PATH[,PATH...].")
@click.option("--benchmark", multiple=True, type=click.Path(path_type=Path), help="Index levels: date,index,close.")
@click.option("--market", multiple=True, type=click.Path(path_type=Path), help="Official change_pct, marcap per stock.")
@click.option("--model", type=click.Choice(["market", "market-adjusted", "mean-adjusted"]), help="Expected return.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON; write no files.")
@click.option("--csv", "csv_folder", type=click.Path(path_type=Path), metavar="DIR", help="Write only CSV files, here.")
@click.option("--reports", type=click.Path(path_type=Path), metavar="DIR", help="Where reports are filed.  [reports]")
@common
@looks
def report(
    config_directory: Path | None,
    lang: str | None,
    palette: str | None,
    ascii_only: bool,
    width: int | None,
    as_json: bool,
    csv_folder: Path | None,
    reports: Path | None,
    **asked: Any,
) -> int:
    """Sectors, themes, winners and losers of an event; files them under reports/."""
    import textwrap

    if as_json and csv_folder:
        raise UsageError("--json and --csv exclude each other: give one of them")
    settings = _settings(config_directory)
    from screener.app import Request, file_report, make_report, write_csv
    from screener.report.document import to_json
    from screener.report.tables import tables
    from screener.report.terminal import Style, render
    from screener.report.words import Words

    style = _style(settings, lang, palette, ascii_only, width)
    words = Words(style.language)
    made = make_report(settings, Request(**asked))
    if as_json:
        emit(to_json(made, words, tables(made, words)).decode())
        return ExitCode.DONE
    screen = render(made, style)
    try:
        if csv_folder is not None:
            names = ", ".join(path.name for path in write_csv(csv_folder, made, words))
            said = words("files", folder=csv_folder, names=names)
        elif reports is None and (asked["sectors"] or asked["model"]):
            said = words("files_part")  # part of a study must not take the place of the whole
        else:
            root = reports or Path("reports")
            plain = Style(language=style.language)
            text = screen if style == plain else render(made, plain)
            folder, files = file_report(root, made, settings, words, text, sys.argv[1:])
            kept = root / made.as_of.isoformat() / made.event.id
            said = words("files", folder=folder, names=", ".join(files)) if folder else words("files_kept", folder=kept)
    except ScreenerError:
        emit(screen)  # the report was made, whatever became of its files
        raise
    emit(f"{screen}\n{textwrap.fill(said, style.width, break_long_words=False, break_on_hyphens=False)}\n")
    return ExitCode.DONE


@commands.command()
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Which simulated market.")
@common
@looks
def demo(config_directory: Path | None, seed: int, **look: Any) -> int:
    """Tour of a simulated market: planted effects beside what the study finds of them."""
    settings = _settings(config_directory)
    from screener.demo import make_demo
    from screener.report.terminal import render

    emit(render(make_demo(settings, seed), _style(settings, **look)))
    return ExitCode.DONE


@commands.command()
@common
def events(config_directory: Path | None) -> int:
    """List the configured events: news, event day, base."""
    from screener.report.listing import list_events

    emit(list_events(_settings(config_directory)))
    return ExitCode.DONE


@commands.command()
@click.argument("ids", nargs=-1, metavar="[SECTOR]...")
@common
def sectors(config_directory: Path | None, ids: tuple[str, ...]) -> int:
    """List the configured sectors, or the stocks of those that are named."""
    from screener.report.listing import list_members, list_sectors

    settings = _settings(config_directory)
    listing = "\n".join(list_members(settings, one) for one in ids) if ids else list_sectors(settings)
    emit(listing)
    return ExitCode.DONE


@commands.group()
def config() -> None:
    """Check, show or copy the configuration."""


@config.command()
@common
def check(config_directory: Path | None) -> int:
    """Say whether the configuration is right; every mistake with its file and line."""
    settings = _settings(config_directory)
    stocks = sum(len(sector.members) for sector in settings.sectors.values())
    paths = "".join(f"{path}\n" for path in settings.files.values())
    emit(f"{paths}right: {len(settings.events)} events, {len(settings.sectors)} sectors, {stocks} stocks\n")
    return ExitCode.DONE


@config.command()
@common
def show(config_directory: Path | None) -> int:
    """Print the configuration files in force."""
    for path in _settings(config_directory).files.values():
        emit(f"# {path}\n{path.read_text(encoding='utf-8-sig')}\n")
    return ExitCode.DONE


@config.command()
@click.argument("directory", type=click.Path(path_type=Path))
def init(directory: Path) -> int:
    """Copy the shipped configuration into DIRECTORY, to be changed there; files that exist are left alone."""
    from screener.settings.load import copy_shipped

    for path, copied in copy_shipped(directory):
        emit(f"{path}: {'copied' if copied else 'left as it is'}\n")
    return ExitCode.DONE
