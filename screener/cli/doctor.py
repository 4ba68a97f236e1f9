"""The command that checks everything that a report depends on."""

from __future__ import annotations

import os
from contextlib import suppress

import click

from screener.cli.help_i18n import Command
from screener.cli.options import Workspace, common_options, store_option
from screener.console import echo, shows_colour
from screener.errors import ConfigError


@click.command(cls=Command, epilog="Example: screener doctor --offline")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--offline", is_flag=True, help="Send nothing.")
@store_option
@common_options
def doctor(workspace: Workspace, as_json: bool, offline: bool) -> int:
    """Check this machine, the account, the network and the store; each line with what mends it.

    Sends one small request to each host, waits 3 seconds at most for an answer, and logs in once where KRX_ID and
    KRX_PW are set, which ends another session of that account. A host that refuses this machine is not asked.

    A host that cannot be reached, or whose refusal is not over, has failed if the best way to the exchange leads there
    (the Open API with a key, KRX with an account, else Naver) and the store lacks something that the configured report
    needs; it is a warning otherwise.

    Exit codes: 0 nothing failed (warnings count as nothing), 3 data, 2 configuration or installation, 4 login or key
    refused, 5 network or refusal; where several failed, the first of these.
    """
    from screener.doctor import examine
    from screener.doctor.check import as_text, exit_code, to_json

    with suppress(ConfigError):  # the language that it asks for counts; its mistakes are a finding
        workspace.load()
    checks = examine(workspace.directory, workspace.store, os.environ, offline=offline)
    echo(to_json(checks) if as_json else as_text(checks, colour=shows_colour()))
    return exit_code(checks)
