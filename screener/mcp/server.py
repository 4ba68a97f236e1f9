"""The Model Context Protocol over stdin and stdout, by the official SDK: the only module that imports it."""

from __future__ import annotations

import json
import sys
import threading
import traceback
from contextlib import redirect_stdout
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import mcp_types as types
from mcp import MCPError
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from pydantic import TypeAdapter, ValidationError

from screener import __version__
from screener.config.mistakes import explained, nearest
from screener.console import escaped, explain
from screener.errors import ScreenerError, UsageError, describe
from screener.i18n import N_, _
from screener.mcp.tools import TOOLS, Answer, Setup, Tool
from screener.report.formats.schema import descriptions

_NAME = "krx-impact-screener"
_SCHEME = "screener://"
_INSTRUCTIONS = N_(
    "Event studies of Korea Exchange stocks: which sectors and stocks an event moved, by how much more than the "
    "market, and whether the move is statistically significant. Returns are decimals: -0.0986 is -9.86%. Sessions "
    "are counted from the event day, which is 0. p and q are between 0 and 1. p_family and q are p corrected for "
    "the number of tests: verdicts of sectors rest on p_family, those of stocks on q. 'no clear effect' does not "
    "prove that there was none; 'withheld' means that a mix of two kinds of closing price could by itself explain "
    "the figure. null means that a figure cannot be computed; it is never 0, and must not be estimated. If "
    "`banner` is not null (in a scan: in its rows), repeat it with every figure you quote: it says what the "
    "figures cannot support, for example because closes are after-market prices. Quote `as_of`, the source in "
    "`provenance` and confounders (other news in the window) with the figures. `part` says which part of a larger "
    "document you see. The resources describe every column and every document."
)
_LIVE = N_("This server may query the exchange; such a call can take a minute. The prices are kept in the store.")
_STORED = N_("This server reads only stored prices and files; the user downloads newer prices with `screener sync`.")
_one_at_a_time = threading.Lock()
"""Language and streams are those of the process. A call that a client gave up ends before the next begins."""

Context = ServerRequestContext[Any]


def serve(setup: Setup, *, debug: bool = False) -> None:
    """Answer one client until it closes stdin.

    While this runs the SDK keeps file descriptor 1 for itself: what anybody else writes to it goes to stderr.
    """
    if sys.stdin is not None and sys.stdin.isatty():
        explain(_("waiting for a client of the Model Context Protocol on stdin; stop with Ctrl-C (docs/mcp.md)"))
    try:
        anyio.run(_over_stdio, _server(setup, debug))
    except* (BrokenPipeError, anyio.BrokenResourceError):
        pass  # the client is gone


async def _over_stdio(server: Server[Any]) -> None:
    async with stdio_server() as (incoming, outgoing):
        # What is printed must not wait in the buffer of stdout until the SDK has given the descriptor back.
        with redirect_stdout(sys.stderr):
            await server.run(incoming, outgoing, server.create_initialization_options())


def _server(setup: Setup, debug: bool) -> Server[Any]:
    files = {f"{_SCHEME}{name}": content.decode() for name, content in descriptions().items()}

    async def list_tools(_context: Context, _asked: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool, setup) for tool in TOOLS.values()])

    async def call_tool(_context: Context, asked: types.CallToolRequestParams) -> types.CallToolResult:
        called = partial(_called, asked.name, asked.arguments or {}, setup, debug=debug)
        return await anyio.to_thread.run_sync(called, abandon_on_cancel=True)

    async def list_resources(
        _context: Context, _asked: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        return types.ListResourcesResult(
            resources=[types.Resource(uri=uri, name=_file_name(uri), mime_type=_kind(uri)) for uri in files]
        )

    async def read_resource(_context: Context, asked: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        uri = str(asked.uri)
        if uri not in files:
            message = _("no resource {uri!r}", uri=uri) + nearest(uri, files)
            raise MCPError(code=types.INVALID_PARAMS, message=message)
        text = types.TextResourceContents(uri=uri, text=files[uri], mime_type=_kind(uri))
        return types.ReadResourceResult(contents=[text])

    return Server(
        _NAME,
        version=__version__,
        title=_("KRX sector impact screener"),
        instructions=" ".join((_(_INSTRUCTIONS), _(_LIVE if setup.may_fetch else _STORED))),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_read_resource=read_resource,
    )


def _file_name(uri: str) -> str:
    return uri.removeprefix(_SCHEME)


def _kind(uri: str) -> str:
    return "text/markdown" if uri.endswith(".md") else "application/schema+json"


def _described(tool: type[Tool], setup: Setup) -> types.Tool:
    """What a client is told of a tool, in the language of the process."""
    schema = tool.model_json_schema()
    for parameter in schema.get("properties", {}).values():
        parameter.pop("title", None)
        parameter["description"] = _(parameter["description"])
    schema.pop("title", None)
    return types.Tool(
        name=tool.name,
        title=_(tool.title),
        description=_(tool.about),
        input_schema=schema,
        annotations=types.ToolAnnotations(
            read_only_hint=not setup.may_fetch,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=setup.may_fetch,
        ),
    )


def _called(name: str, arguments: dict[str, Any], setup: Setup, *, debug: bool) -> types.CallToolResult:
    """The answer of a tool, or what is wrong in one line."""
    try:
        with _one_at_a_time:
            answer = _call(name, arguments).answer(setup)
    except Exception as error:
        if debug:
            explain(*traceback.format_exc().splitlines())
        lines = error.lines if isinstance(error, ScreenerError) else [describe(error, _("the output"))[0]]
        text = escaped("; ".join(lines))
        return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)
    return types.CallToolResult(content=_texts(answer), structured_content=answer.document)


def _texts(answer: Answer) -> list[types.ContentBlock]:
    return [types.TextContent(text=text) for text in (answer.text, answer.page) if text]


def _call(name: str, arguments: dict[str, Any]) -> Tool:
    """The call of a tool.

    Raises:
        UsageError: there is no such tool, or an argument is not what it takes.
    """
    if name not in TOOLS:
        raise UsageError("no tool {tool!r}{near}", tool=name, near=nearest(name, TOOLS))
    tool = TOOLS[name]
    try:
        # As JSON, in which a date is text; numbers that are text, or dates that are numbers, are refused.
        return tool.model_validate_json(json.dumps(arguments))
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        if detail["type"].startswith("date"):
            wrong = _("{value!r} is not a valid date: write it as 2025-01-31", value=detail["input"])
        else:
            wrong = explained(detail, TypeAdapter(tool), arguments)[1]
        where = ".".join(map(str, (name, *detail["loc"])))
        raise UsageError(f"{where}: {wrong}") from None
