"""All commands under one name."""

from __future__ import annotations

import click

from screener import __version__
from screener.cli import completion, configured, daily, dataset, reports, scan
from screener.cli.help_i18n import Group
from screener.cli.options import language

EPILOG = (
    "Exit codes: 0 done, 1 a bug, 2 usage or configuration, 3 data missing or wrong, 4 login refused or missing, "
    "5 network, blocked or stale, 130 interrupted."
)


@click.group(cls=Group, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@language
@click.version_option(
    __version__,
    package_name="krx-impact-screener",
    message="screener %(version)s",
    help="Show the version and exit.",  # click would have it translated before the language is known
)
def commands() -> None:
    """Which Korean sectors and stocks won and lost after an event, by how much more than the market, and is it noise?

    Without a command: `screener report`.
    """


for command in (
    reports.report,
    reports.compare,
    reports.stock,
    reports.export,
    reports.demo,
    daily.daily,
    dataset.sync,
    dataset.store,
    dataset.doctor,
    configured.events,
    configured.sectors,
    configured.config,
    reports.claims,
    scan.scan,
    completion.completion,
):
    commands.add_command(command)
