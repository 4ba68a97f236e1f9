"""The command that serves agents."""

from __future__ import annotations

import signal
import sys
from typing import Any

from screener.cli.help_i18n import commands
from screener.cli.options import Workspace, close_option, common_options, source_options, store_option
from screener.console import exit_now
from screener.errors import ExitCode, UsageError


@commands.command(
    "mcp",
    epilog="Example: screener mcp --source file:prices.parquet --benchmark indices.csv",
    help="""Serve reports to an AI agent (Model Context Protocol).

    A client such as Claude Desktop starts this command and talks to it on stdin and stdout. It reads the store or the
    files of --source, and downloads prices only with --source auto, pykrx, openapi or datagokr.
    """,
)
@source_options(
    "store or file:PATH,...; auto, pykrx, openapi and datagokr download prices.  [store]",
    "Index levels: date,index,close.",
    "Official change_pct, marcap per stock.",
    default="store",
)
@close_option
@store_option
@common_options
def _mcp(workspace: Workspace, **options: Any) -> int:
    # The SDK reads stdin in a thread, which an exception could not end; the store survives that a writer is cut off.
    signal.signal(signal.SIGINT, lambda *_signal: exit_now(ExitCode.DONE))
    workspace.load()
    try:
        from screener.mcp.server import serve
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types", "anyio"):
            raise
        raise UsageError("screener mcp needs the `mcp` package", hint="run `pip install '.[mcp]'`") from None
    from screener.mcp.tools import Setup

    serve(Setup(workspace.directory, workspace.store, **options), debug="--debug" in sys.argv)
    return ExitCode.DONE
