"""The commands that report on an event."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener.choices import FORMATS, SCREENS
from screener.cli.completion import completing
from screener.cli.help_i18n import commands
from screener.cli.options import (
    PATH,
    Output,
    Workspace,
    common_options,
    headers_option,
    output_options,
    palette_option,
    parse_day,
    screen_options,
    store_option,
    study_options,
    write_targets,
)
from screener.console import busy, echo, warn
from screener.errors import ExitCode
from screener.i18n import _

if TYPE_CHECKING:
    from screener.data.connections import Connections
    from screener.data.sources import Tried
    from screener.report.screens import Screen

_CLAIMS_EPILOG = """Example: screener claims --event deepseek

Your own claims about your own events go into claims.toml in --config DIR."""


@commands.command(
    "report",
    epilog="Example: screener report --source file:prices.parquet --benchmark indices.csv",
    help="""Sectors, themes, winners and losers of an event.

    Saves it under reports/.
    """,
)
@study_options
@click.option("--so-far", is_flag=True, help="Also measure all days since the event, with their trend.")
@click.option(
    "--sector",
    "sectors",
    multiple=True,
    metavar="ID",
    shell_complete=completing("sector"),
    help="Limit to this sector; may be repeated.",
)
@click.option("--explain", is_flag=True, help="Show the parts of the scores.")
@click.option("--reports", type=PATH, metavar="DIR", help="Directory for reports.  [reports]")
@store_option
@common_options
@output_options
def _report(workspace: Workspace, output: Output, reports: Path | None, explain: bool, **options: Any) -> int:
    settings = workspace.settings
    from screener.report.make import make_report
    from screener.report.request import Request
    from screener.report.screens import Screen

    root = reports or Path("reports")
    with busy(_("measuring")):
        made = make_report(settings, Request(**options), access_of(workspace, options["source"]))
        if options["so_far"]:
            from screener.archive.history import with_trend

            made = with_trend(made, root, settings)
    screen = Screen("report", made, explain=explain)

    def file(palette: str) -> str:
        if reports is None and (options["sectors"] or options["model"]):
            # Part of a study must not take the place of the whole.
            return _(
                "Files: none, because this is not the configured study; --reports DIR saves the report, --csv DIR "
                "its tables."
            )
        from screener.archive import report_name
        from screener.archive.reports import file_report

        filed = file_report(root, screen, settings, palette, sys.argv[1:])
        if filed.folder:
            return _(
                "Files: {folder} ({n} files; {page} has the charts)",
                folder=filed.folder,
                n=len(filed.files),
                page="report.html",
            )
        return _(
            "Files: {folder} holds this study with more windows (screener daily) and was not changed; --html FILE "
            "writes it elsewhere."
            if made.provenance.study
            else "Files: {folder} holds a full study already and was not changed.",
            folder=root / report_name(made.as_of, made.event.id),
        )

    code = warn_of(made.provenance.tried)
    output.deliver(screen, settings, file=file)
    return code


@commands.command(
    "compare",
    epilog="Example: screener compare SEMI:memory SEMI:hbm_equipment",
    help="""One sector or theme against another.

    A theme is written SECTOR:theme. Shows the difference, its tests, its path and the stocks that drove it.
    """,
)
@click.argument("groups", nargs=-1, metavar="[SECTOR SECTOR]", shell_complete=completing("group"))
@screen_options
def _compare(groups: tuple[str, ...], **options: Any) -> int:
    return _show("compare", groups, **options)


@commands.command(
    "stock",
    epilog="Example: screener stock 000660",
    help="""One stock around an event: returns, tests, prices.

    By its code or name.
    """,
)
@click.argument("ticker", shell_complete=completing("stock"))
@screen_options
def _stock(ticker: str, **options: Any) -> int:
    return _show("stock", [ticker], **options)


@commands.command(
    "days",
    epilog="Example: screener days SEMI --from 2024-11-01 --to 2025-01-31",
    help="""Sessions on which a sector or stock moved most.

    Each session is compared with the sessions before it. Marks the ordinary sessions that were as extreme as the
    event, which a report counts.
    """,
)
@click.argument("series", metavar="SECTOR|TICKER", shell_complete=completing("group or stock"))
@click.option("--from", "first", metavar="DATE", callback=parse_day, help="First session.")
@click.option("--to", "last", metavar="DATE", callback=parse_day, help="Last session of the list.")
@click.option(
    "--top", type=click.IntRange(1, 500), default=15, show_default=True, help="Number of sessions in the table."
)
@screen_options
def _days(workspace: Workspace, output: Output, series: str, top: int, **options: Any) -> int:
    screen, code = _measured("days", [series], workspace, options, top=top)
    output.deliver(screen, workspace.settings)
    return code


@commands.command(
    "claims",
    epilog=_CLAIMS_EPILOG,
    help="""Check claims about an event against prices.

    Writes no report to reports/.
    """,
)
@screen_options
def _claims(**options: Any) -> int:
    return _show("claims", (), **options)


@commands.command(
    "demo",
    epilog="Example: screener demo --seed 7",
    help="""Tour of a simulated market with known effects.

    The known effects are shown next to the estimates.
    """,
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the simulated market.")
@common_options
@output_options
def _demo(workspace: Workspace, output: Output, seed: int) -> int:
    settings = workspace.settings
    from screener.demo import make_demo
    from screener.report.screens import Screen

    output.deliver(Screen("report", make_demo(settings, seed)), settings)
    return ExitCode.DONE


@commands.command(
    "export",
    epilog="Example: screener export compare AI_SW SEMI --out mine --format xlsx",
    help="""Write the result of a screen to files.

    In one format; NAMEs are the arguments of that screen.
    """,
)
@click.argument("screen", type=click.Choice(SCREENS), default="report")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completing("of screen"))
@click.option("--out", type=PATH, metavar="DIR", required=True, help="Directory for the files.")
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), default="csv", show_default=True, help="Format of the files."
)
@study_options
@store_option
@common_options
@palette_option
@headers_option
def _export(workspace: Workspace, screen: str, names: tuple[str, ...], out: Path, format_: str, **options: Any) -> int:
    palette = options.pop("palette") or workspace.settings.screener.palette
    headers = options.pop("headers") or workspace.settings.screener.headers
    from screener.report.formats import files_of

    made, code = _measured(screen, names, workspace, options)
    files = files_of(made, format_, palette, headers)
    echo(write_targets({out / name: content for name, content in files.items()}, out))
    return code


def _show(screen: str, names: Sequence[str], workspace: Workspace, output: Output, **options: Any) -> int:
    made, code = _measured(screen, names, workspace, options)
    output.deliver(made, workspace.settings)
    return code


def _measured(
    screen: str, names: Sequence[str], workspace: Workspace, options: dict[str, Any], **shown: Any
) -> tuple[Screen, int]:
    """What a screen shows, and the exit code; `shown` is how much of it."""
    settings = workspace.settings
    from screener.report.make import make_report
    from screener.report.request import Request, request_for
    from screener.report.screens import Screen

    with busy(_("measuring")):
        request = request_for(settings, screen, names, Request(**options))
        made = make_report(settings, request, access_of(workspace, options["source"]))
    return Screen(screen, made, **shown), warn_of(made.provenance.tried)


_PATIENCE = 600
"""Seconds to wait for another command that fetches: the first fetch of all stocks takes about two minutes."""


def access_of(workspace: Workspace, source: str) -> Callable[[], Connections]:
    """Opens the store and the ways to the exchange when needed; with source `auto`, a report can do without it."""
    return lambda: workspace.access(fail_fast=source == "auto", show_progress=True, patience=_PATIENCE)


def warn_of(tried: Sequence[Tried]) -> int:
    """Name the sources that could not serve; returns the exit code."""
    for failed in tried:
        warn(_("{source}: unavailable: {why}", source=failed.source, why=failed.why))
    return max((failed.code for failed in tried), default=ExitCode.DONE)
