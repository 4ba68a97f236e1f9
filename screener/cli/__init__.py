"""The command line: parses, calls, and turns what happened into an exit code."""

from __future__ import annotations

import sys

import click

from screener.cli.first import introduce
from screener.cli.group import commands
from screener.cli.help_i18n import settle_language
from screener.errors import ExitCode, ScreenerError
from screener.i18n import _, apart, cause
from screener.streams import fail, leave, prepare


def main() -> None:
    """Run the command line and exit with its code."""
    prepare()
    settle_language(sys.argv[1:])
    debug = "--debug" in sys.argv
    try:
        code = commands.main(_arguments(sys.argv[1:]), prog_name="screener", standalone_mode=False)
    except ScreenerError as error:
        code = fail(error.lines, error.exit_code, debug)
    except (click.exceptions.Abort, KeyboardInterrupt):
        what = _("interrupted: nothing is half done, run it again to go on")
        code = fail([what], ExitCode.INTERRUPTED, debug)
    except click.ClickException as error:
        what = error.format_message().rstrip(".").replace("\n", " ")
        if isinstance(error, click.UsageError) and error.ctx:
            what = _("{what}: {command} --help shows how", what=what, command=error.ctx.command_path)
        code = fail([what], ExitCode.USAGE, debug)
    except OSError as error:
        file = error.filename or _("the output")
        what = _("{file}: {cause}: make room, or choose another place", file=file, cause=cause(error))
        code = fail([what], ExitCode.DATA, debug)
    except Exception as error:
        kind = type(error).__name__
        what = _("a bug in the screener: {kind}: {error} (--debug shows where)", kind=kind, error=error)
        code = fail([what], ExitCode.BUG, debug)
    leave(code or ExitCode.DONE)


def _arguments(asked: list[str]) -> list[str]:
    """Without a command, `report` is meant."""
    _, words = apart(asked)
    if not words:
        introduce()
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        return ["report", *asked]
    return asked
