"""All commands under one name, the welcome, and the exit code."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence

import click

from screener.cli import columns, completion, config, daily, mcp, report, scan, store, study  # noqa: F401 - each adds its commands
from screener.cli.completion import COMPLETING
from screener.cli.help_i18n import commands, settle_language
from screener.console import echo, exit_now, explain, is_terminal, replace_unencodable, warn
from screener.errors import ExitCode, ScreenerError, describe
from screener.files import OWN
from screener.i18n import _, apart

__all__ = ["commands", "main"]
_CONFIGURED = ("SCREENER_CONFIG", "SCREENER_STORE", "KRX_ID", "KRX_AUTH_KEY", "DATA_GO_KR_KEY")
"""Variables of users who know the screener."""
_LEAST_MEMORY = 640 * 2**20
"""Bytes of address space: with less the libraries of a report cannot be loaded."""


def main() -> None:
    """Run the command line and exit with its code."""
    replace_unencodable()
    os.umask(os.umask(0o077) | OWN)
    arguments = sys.argv[1:]
    settle_language(arguments)
    debug = "--debug" in arguments
    if _address_space() < _LEAST_MEMORY:
        # What loads numpy and scipy with less may wait for memory for ever, and none of it is theirs to report.
        message, exit_code = describe(MemoryError(), "")
        exit_now(_fail([message], exit_code, debug))
    if not apart(arguments)[1] and is_terminal() and COMPLETING not in os.environ:
        echo("\n".join(_introduction()) + "\n")
        exit_now(ExitCode.DONE)
    try:
        code = commands.main(_with_command(arguments), prog_name="screener", standalone_mode=False)
    except ScreenerError as error:
        code = _fail(error.lines, error.exit_code, debug)
    except (click.exceptions.Abort, KeyboardInterrupt):
        message = _("interrupted: no partial results; run it again to resume")
        code = _fail([message], ExitCode.INTERRUPTED, debug)
    except click.ClickException as error:
        message = error.format_message().rstrip(".").replace("\n", " ")
        if isinstance(error, click.UsageError) and error.ctx:
            message = _("{what}: see {command} --help", what=message, command=error.ctx.command_path)
        code = _fail([message], ExitCode.USAGE, debug)
    except Exception as error:
        message, exit_code = describe(error, _("the output"))
        code = _fail([message], exit_code, debug)
    exit_now(code or ExitCode.DONE)


def _address_space() -> float:
    """Bytes that this process may have (`ulimit -v`)."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return math.inf
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return math.inf if limit == resource.RLIM_INFINITY else limit


def _fail(lines: Sequence[str], code: ExitCode, debug: bool) -> ExitCode:
    """Write what is wrong to stderr, one line each, with `debug` after the traceback; returns `code`."""
    if debug:
        import traceback  # loaded for this alone

        explain(*traceback.format_exc().splitlines())
    for line in lines:
        warn(line)
    return code


def _with_command(arguments: list[str]) -> list[str]:
    """Without a command, and without a terminal, `report` is meant."""
    words = apart(arguments)[1]
    if not words:
        _welcome()
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        return ["report", *arguments]
    return arguments


def _introduction() -> list[str]:
    """What a bare command says on a terminal, where it sends nothing."""
    return [
        _("screener shows which Korean sectors and stocks an event moved significantly."),
        "",
        _("  screener report   The DeepSeek shock of 31 January 2025; fetches prices once."),
        _("  screener demo     A tour of a simulated market; sends nothing."),
        "",
        _("Any other day: screener report --date 2024-08-05. More: screener --help"),
    ]


def _welcome() -> None:
    """Explain the screener on stderr, and what to type next, if nothing was configured or fetched yet."""
    if COMPLETING in os.environ or any(os.environ.get(name) for name in _CONFIGURED):
        return
    from screener.data.store import Store

    if Store.open(None).tables():
        return
    explain(
        _("screener shows which Korean sectors and stocks an event moved significantly."),
        _("Default event: the DeepSeek shock of 2025-01-31. Yours: screener config init my"),
        _("Prices are downloaded once, without an account, in about a minute, and kept."),
        _("For the whole market: set KRX_AUTH_KEY, KRX_ID and KRX_PW, or DATA_GO_KR_KEY."),
        _("Next: `screener doctor` checks this machine; `screener --help` lists commands"),
    )
