"""The command that serves agents."""

from __future__ import annotations

import sys
from typing import Any

from screener.cli.help_i18n import commands
from screener.cli.options import Workspace, close_option, common_options, source_options, store_option
from screener.errors import ExitCode, UsageError


@commands.command("mcp", epilog="Example: screener mcp --source file:prices.parquet --benchmark indices.csv")
@source_options("store, or file:PATH,...; auto, pykrx, openapi, datagokr fetch.  [store]", default="store")
@close_option
@store_option
@common_options
def _mcp(workspace: Workspace, **options: Any) -> int:
    """Serve an agent: what the commands print as JSON, as tools of the Model Context Protocol.

    A client such as Claude Desktop starts it and talks to it on stdin and stdout. It reads the store, or the files that
    --source names, and fetches nothing, unless --source is auto, pykrx, openapi or datagokr.
    """
    workspace.load()
    try:
        from screener.mcp.server import serve
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types", "anyio"):
            raise
        raise UsageError("agents are served with the `mcp` SDK", hint="run `pip install '.[mcp]'`") from None
    from screener.mcp.tools import Setup

    serve(Setup(workspace.directory, workspace.store, **options), debug="--debug" in sys.argv)
    return ExitCode.DONE
