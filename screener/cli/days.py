"""The command that looks up the sessions of a sector or stock."""

from __future__ import annotations

from typing import Any

import click

from screener.cli.completion import completing
from screener.cli.help_i18n import commands
from screener.cli.options import Output, Workspace, parse_day, screen_options
from screener.cli.report import measured


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
    screen, code = measured("days", [series], workspace, options, top=top)
    output.deliver(screen, workspace.settings)
    return code
