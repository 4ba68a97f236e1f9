"""The command that studies many events."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from screener.cli.help_i18n import commands
from screener.cli.options import (
    PATH,
    Output,
    Workspace,
    as_of_option,
    close_option,
    common_options,
    file_options,
    model_option,
    output_options,
    prices_options,
    store_option,
)
from screener.cli.report import access_of, warn_of
from screener.console import ProgressBar, busy
from screener.errors import UsageError
from screener.i18n import _

_GROUPS = ("sectors", "industry")
_LONG = 4
"""Parts of a study from which on a log is told how many there are: each takes some seconds."""
_WINDOW = re.compile(r"(-?\d{1,3}):([+-]?\d{1,3})")
_EPILOG = """Example: screener study splits.csv --groups sectors --windows 0:0,0:5 --html splits.html --latex tables

EVENTS.csv has one row per event: event_id, date and ticker; docs/study.md lists the optional columns."""


def _parse_windows(
    _context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[tuple[int, int], ...] | None:
    """Windows as 0:0,0:5, the leading one first."""
    if value is None:
        return None
    windows = []
    for text in value.split(","):
        found = _WINDOW.fullmatch(text.strip())
        first, last = (int(found[1]), int(found[2])) if found else (1, 0)
        if first > last:
            message = _(
                "{value!r} is not a valid window: write 0:5 for the event day and the five sessions after it",
                value=text.strip(),
            )
            raise click.BadParameter(message, param=parameter)
        windows.append((first, last))
    return tuple(dict.fromkeys(windows))


def _complete_groups(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    return [CompletionItem(group) for group in _GROUPS if group.startswith(typed)]


@commands.command(
    "study",
    epilog=_EPILOG,
    help="""Many events from a file: pooled tests and groups.

    Each row is assigned to its session and measured, or left out and counted by reason; the tests count dates, not
    rows.
    """,
)
@click.argument("events", type=PATH, metavar="EVENTS.csv")
@click.option(
    "--groups",
    metavar="sectors|industry|COLUMN",
    shell_complete=_complete_groups,
    help="Compare groups of events: by sector, by industry, or by a column of the file.",
)
@click.option(
    "--windows",
    metavar="0:0,0:5,...",
    callback=_parse_windows,
    help="First and last session of each window, 0 = the event day; the page starts with the first window.",
)
@model_option
@prices_options
@close_option
@file_options
@as_of_option
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes on this machine.  [cores]")
@click.option("--cluster", metavar="URL", help="Use the workers of a Dask cluster instead, such as tcp://HOST:8786.")
@click.option("--parts", type=PATH, metavar="DIR", help="Keep finished parts, and resume from those that exist.")
@click.option("--latex", type=PATH, metavar="DIR", help="Write LaTeX tables to this directory.")
@store_option
@common_options
@output_options
def _study(workspace: Workspace, output: Output, latex: Path | None, **options: Any) -> int:
    if options["jobs"] is not None and options["cluster"]:
        raise UsageError("--jobs and --cluster are mutually exclusive", hint="use one of them")
    settings = workspace.settings
    from screener.pooled.events import StudyRequest
    from screener.pooled.make import make_study
    from screener.report.screens import StudyScreen

    access = access_of(workspace, options["source"])
    bar = ProgressBar(least=_LONG)
    click.get_current_context().call_on_close(bar.stop)
    with busy(_("measuring")):
        made = make_study(settings, StudyRequest(store=workspace.store, **options), access, bar)
    code = warn_of(made.tried)
    if latex is not None:
        output = replace(output, files={**output.files, "latex": latex})
    output.deliver(StudyScreen(made), settings)
    return code
