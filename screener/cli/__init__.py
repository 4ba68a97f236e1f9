"""The command line: parses, calls, and turns what happened into an exit code."""

from __future__ import annotations

import sys

import click

from screener.cli.group import commands
from screener.errors import ExitCode, ScreenerError
from screener.streams import fail, leave, prepare


def main() -> None:
    """Run the command line and exit with its code."""
    prepare()
    debug = "--debug" in sys.argv
    try:
        code = commands.main(_arguments(sys.argv[1:]), prog_name="screener", standalone_mode=False)
    except ScreenerError as error:
        code = fail(str(error), error.exit_code, debug)
    except (click.exceptions.Abort, KeyboardInterrupt):
        code = fail("interrupted: nothing is half done, run it again to go on", ExitCode.INTERRUPTED, debug)
    except click.ClickException as error:
        hint = (
            f": {error.ctx.command_path} --help shows how" if isinstance(error, click.UsageError) and error.ctx else ""
        )
        code = fail(error.format_message().rstrip(".").replace("\n", " ") + hint, ExitCode.USAGE, debug)
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
