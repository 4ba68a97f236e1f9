"""`screener mcp` over stdio: the SDK's own client starts the real command and asks it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.analysis import long_market
from tests.conftest import LIMIT, OFFLINE, ROOT, Run
from tests.data import small

pytest.importorskip("mcp", reason="the mcp SDK is not installed: pip install '.[mcp]'")

import anyio
from mcp import Client, StdioServerParameters, stdio_client
from mcp_types import CallToolResult, ListToolsResult, TextContent

from screener.mcp.server import _server
from screener.mcp.tools import Setup
from tests.i18n import speaking

Call = tuple[str, dict[str, Any]]
START = [sys.executable, "-m", "screener", "mcp"]
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


class Session:
    """What a server said: its tools, its resources, and its answers in the order of the calls."""

    def __init__(self, options: Sequence[str], calls: Sequence[Call], home: Path, **environment: str) -> None:
        self.tools = ListToolsResult(tools=[])
        self.resources: dict[str, str] = {}
        self.answers: list[CallToolResult] = []
        self.instructions = ""
        self._calls = calls
        own = environment_of(home, **environment)
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            server = StdioServerParameters(command=START[0], args=[*START[1:], *options], env=own, cwd=own["HOME"])
            anyio.run(self._ask, stdio_client(server, errlog=nowhere))

    async def _ask(self, server: Any) -> None:
        async with Client(server) as client:
            self.instructions = client.instructions or ""
            self.tools = await client.list_tools()
            for resource in (await client.list_resources()).resources:
                [content] = (await client.read_resource(resource.uri)).contents
                self.resources[str(resource.uri)] = getattr(content, "text", "")
            self.answers = await _answers(client, self._calls)


async def _answers(client: Client, calls: Sequence[Call]) -> list[CallToolResult]:
    return [await client.call_tool(name, arguments) for name, arguments in calls]


def asked_inside(setup: Setup, *calls: Call) -> tuple[ListToolsResult, list[CallToolResult]]:
    """The tools and the answers of a server in this process: what a start costs, `Session` pays once."""

    async def ask() -> tuple[ListToolsResult, list[CallToolResult]]:
        async with Client(_server(setup, debug=False)) as client:
            return await client.list_tools(), await _answers(client, calls)

    return anyio.run(ask)


def setup_of(options: Sequence[str], home: Path) -> Setup:
    """What `screener mcp` makes of --config, --source and --benchmark."""
    given = dict(zip(options[::2], options[1::2], strict=True))
    return Setup(Path(given["--config"]), str(home / "store"), given["--source"], (Path(given["--benchmark"]),))


def environment_of(home: Path, **environment: str) -> dict[str, str]:
    bare = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    return {**bare, **OFFLINE, **environment}


def texts(answer: CallToolResult) -> list[str]:
    return [block.text for block in answer.content if isinstance(block, TextContent)]


def document(answer: CallToolResult) -> Any:
    assert not answer.is_error, texts(answer)
    return answer.structured_content


ASKED: list[Call] = [
    ("events", {}),
    ("sectors", {}),
    ("sectors", {"sectors": ["A"]}),
    ("report", {"whole": True}),
    ("report", {"sectors": ["Sector A"], "whole": True}),
    ("compare", {"whole": True}),
    ("stock", {"stock": "000002"}),
    ("claims", {}),
    ("report", {"as_of": "2024-04-23", "model": "mean-adjusted", "whole": True}),
]
"""Calls whose answers are whole, each with the command that says the same in `COMMANDS`."""
COMMANDS = [
    "events",
    "sectors",
    "sectors A",
    "report",
    "report --sector A",
    "compare",
    "stock 000002",
    "claims",
    "report --as-of 2024-04-23 --model mean-adjusted",
]
PARTS: list[Call] = [
    ("report", {}),
    ("report", {"tables": ["stocks", "paths"], "windows": [[0, 3]]}),
    ("compare", {"groups": ["B", "A"]}),
]
WRONG: list[tuple[Call, str]] = [
    (("stok", {}), "no tool 'stok': did you mean stock"),
    (("stock", {}), "stock.stock: the key 'stock' is missing: add it"),
    (("stock", {"stock": "999999"}), "no stock '999999' in the sectors or the store"),
    (("stock", {"stock": "000001", "tops": 3}), "stock.tops: unknown key 'tops'"),
    (("report", {"event": "tset"}), "no event 'tset'"),
    (("report", {"event": ""}), "report.event: string should have at least 1 character"),
    (("report", {"as_of": 20240423}), "report.as_of: 20240423 is not a valid date: write it as 2025-01-31"),
    (("report", {"as_of": "2024/04/23"}), "report.as_of: '2024/04/23' is not a valid date: write it as 2025-01-31"),
    (("report", {"as_of": "2024-03-04"}), "prices"),
    (("report", {"windows": [[0, 7]]}), "no window [0, 7]: windows of the report: [0, 0], [0, 3]"),
    (("report", {"tables": ["stocks"], "whole": True}), "whole cannot be combined with tables or windows"),
    (("report", {"tables": ["prices"]}), "'prices' is not possible here: write 'stocks',"),
    (("compare", {"groups": ["A"]}), "compare takes two sectors or themes, got 1"),
    (("scan", {"top": "5"}), "scan.top: input should be a valid integer"),
    (("scan", {}), "scan needs the whole market"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("market")


@pytest.fixture(scope="module")
def session(folder: Path) -> Session:
    """Everything that is asked about the small market, by one client of one server."""
    wrong = [call for call, _said in WRONG]
    return Session(small.options(folder), [*ASKED, *PARTS, *wrong, ("events", {})], folder)


@pytest.fixture(scope="module")
def parts(session: Session) -> list[CallToolResult]:
    return session.answers[len(ASKED) : len(ASKED) + len(PARTS)]


@pytest.mark.parametrize("number", range(len(ASKED)), ids=COMMANDS)
def test_whole_documents_are_those_of_the_commands(number: int, session: Session, folder: Path, run: Run) -> None:
    command, *names = COMMANDS[number].split()
    options = small.options(folder)
    given = options[:2] if command in ("events", "sectors") else options
    done = run(command, *names, *given, "--json")
    assert done.returncode == 0, done.stderr
    # The server runs today, the command on a day of its own.
    said, printed = (re.sub(r'"since": \d+', "", text) for text in (texts(session.answers[number])[0], done.stdout))
    assert said == printed


def faults(kind: str, document: Any) -> list[str]:
    schema = json.loads((ROOT / f"reports/{kind}.schema.json").read_text("utf-8"))
    checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [fault.message for fault in checker.iter_errors(document)]


def test_every_document_fits_its_published_schema(session: Session) -> None:
    for (name, arguments), answer in zip([*ASKED, *PARTS], session.answers, strict=False):
        kind = name if name in ("events", "sectors") else "report"
        assert faults(kind, document(answer)) == [], (name, arguments)


def test_days_are_given_in_part_unless_all_are_asked_for(tmp_path: Path, run: Run) -> None:
    options, first, last = long_market.options(tmp_path), "2024-06-03", "2024-06-28"
    asked = {"series": "B", "from": first, "to": last}
    limits: list[Call] = [("days", {**asked, "top": top}) for top in (2, 500)]
    _tools, (most, every) = asked_inside(setup_of(options, tmp_path), *limits)
    done = run("days", "B", "--from", first, "--to", last, *options, "--json", "--top", "500")
    assert texts(every)[0] == done.stdout
    whole, part = document(every), document(most)
    assert part["part"] == {"top": 2}
    assert part["days"] == [row for row in whole["days"] if row["rank"] in (1, 2) or row["tau"] == 0]
    assert faults("days", whole) == faults("days", part) == []


def test_the_text_is_the_document_and_the_page(parts: list[CallToolResult]) -> None:
    for answer in parts:
        written, page = texts(answer)
        assert json.loads(written) == document(answer)
        assert page.startswith("## ")


def test_a_part_has_the_rows_of_the_whole(session: Session, parts: list[CallToolResult]) -> None:
    whole, short = document(session.answers[3]), document(parts[0])
    assert short["part"] == {"tables": ["sectors", "spreads"], "windows": [[0, 0]]}
    on_the_day = {
        name: [row for row in whole[name] if (row["window_start"], row["window_end"]) == (0, 0)]
        for name in ("sectors", "spreads")
    }
    assert {name: short[name] for name in on_the_day} == on_the_day
    assert not {"stocks", "placebos", "paths", "levels", "claims"} & short.keys()
    asked = document(parts[1])
    assert [row["window_end"] for row in asked["stocks"]] == [3, 3, 3]
    assert asked["paths"] == whole["paths"]
    assert "sectors" not in asked


def test_the_hand_made_figure_arrives(session: Session) -> None:
    """The two stocks of A move by +10% and -5% on the event day."""
    [row] = [row for row in document(session.answers[3])["sectors"] if (row["sector"], row["window_end"]) == ("A", 0)]
    assert row["mean_return_ew"] == pytest.approx(0.025, abs=1e-6)


@pytest.mark.parametrize("number", range(len(WRONG)), ids=[said for _call, said in WRONG])
def test_what_is_wrong_is_one_line(number: int, session: Session) -> None:
    answer = session.answers[len(ASKED) + len(PARTS) + number]
    assert answer.is_error
    assert answer.structured_content is None
    [line] = texts(answer)
    assert WRONG[number][1] in line
    assert "\n" not in line
    assert "Traceback" not in line


def test_the_server_goes_on_after_errors(session: Session) -> None:
    assert document(session.answers[-1])["default"] == "test"


def test_tools_and_parameters_are_described(session: Session) -> None:
    tools = {tool.name: tool for tool in session.tools.tools}
    assert list(tools) == ["events", "sectors", "report", "compare", "stock", "scan", "days", "claims"]
    for tool in tools.values():
        Draft202012Validator.check_schema(tool.input_schema)
        assert tool.title
        assert len(tool.description or "") > 100
        assert all(parameter["description"] for parameter in tool.input_schema["properties"].values())
        assert tool.input_schema["additionalProperties"] is False
        assert tool.annotations is not None
        assert (tool.annotations.read_only_hint, tool.annotations.open_world_hint) == (True, False)
    assert {"from", "to", "series", "top"} <= tools["days"].input_schema["properties"].keys()
    assert tools["stock"].input_schema["required"] == ["stock"]
    assert "banner" in session.instructions
    assert "reads only stored prices and files" in session.instructions
    # Claude Code cuts off longer ones.
    assert all(
        len(text) <= 2000 for text in (session.instructions, *(tool.description or "" for tool in tools.values()))
    )


def test_resources_are_the_published_schemas(session: Session) -> None:
    published = {path.name: path.read_text("utf-8") for path in (ROOT / "reports").glob("*.schema.json")}
    published["README.md"] = (ROOT / "reports/README.md").read_text("utf-8")
    assert session.resources == {f"screener://{name}": text for name, text in published.items()}


def test_a_banner_is_passed_on(tmp_path: Path) -> None:
    _tools, [answer] = asked_inside(Setup(None, str(tmp_path / "store"), "press"), ("report", {}))
    assert "figures selected by newspapers" in document(answer)["banner"]
    assert "figures selected by newspapers" in texts(answer)[1].replace("\n", " ")


def test_korean(tmp_path: Path, folder: Path) -> None:
    with speaking("ko"):
        setup = setup_of(small.options(folder), tmp_path)
        tools, (stock, unknown) = asked_inside(setup, ("stock", {"stock": "하나"}), ("stok", {}))
    assert {row["name"] for row in document(stock)["stocks"]} == {"하나"}
    assert texts(unknown)[0].startswith("'stok' 도구는 없습니다")
    assert [tool.title for tool in tools.tools][:2] == ["설정된 사건", "설정된 업종과 구성 종목"]


def test_scan_of_the_real_market(krx: Path, tmp_path: Path) -> None:
    source, market = f"file:{krx / 'prices_adjusted.parquet'}", krx / "market_2025-01-02_2025-02-11.parquet"
    setup = Setup(None, str(tmp_path / "store"), source, (krx / "indices.parquet",), (market,))
    _tools, [answer] = asked_inside(setup, ("scan", {"top": 3, "as_of": "2025-02-11"}))
    scan = document(answer)
    assert scan["part"] == {"top": 3}
    assert [row["rank"] for row in scan["scan"]][:3] == [1, 2, 3]
    assert len(scan["scan"]) == 6
    assert faults("scan", scan) == []


@pytest.fixture
def proxy() -> Iterator[tuple[str, list[bool]]]:
    """A proxy that refuses everything, and counts who asked."""
    asked: list[bool] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def refuse() -> None:
            while True:
                try:
                    connection, _address = listening.accept()
                except OSError:
                    return
                with connection:
                    asked.append(True)
                    connection.recv(1)
                    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize(("source", "fetches"), [("store", False), ("auto", True)])
def test_only_a_live_source_fetches(
    source: str, fetches: bool, proxy: tuple[str, list[bool]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = proxy
    for name, value in environment_of(tmp_path, **dict.fromkeys(OFFLINE, address)).items():
        monkeypatch.setenv(name, value)
    calls: list[Call] = [("report", {}), ("events", {}), ("sectors", {}), ("scan", {})]
    tools, (report, events, sectors, scan) = asked_inside(Setup(None, None, source), *calls)
    assert bool(asked) is fetches
    assert (events.is_error, sectors.is_error, scan.is_error) == (False, False, True)
    assert report.is_error is not fetches  # `auto` has newspaper figures where nothing else can be had
    if not fetches:
        assert "store is empty" in texts(report)[0]
    hint = tools.tools[0].annotations
    assert hint is not None
    assert hint.open_world_hint is fetches


def started(arguments: Sequence[str | Path], home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment_of(home),
        cwd=home,
        text=True,
        encoding="utf-8",
    )


def greet(process: subprocess.Popen[str], *more: dict[str, Any]) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    for message in (HELLO, {"jsonrpc": "2.0", "method": "notifications/initialized"}, *more):
        process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def test_closed_stdin_ends_it(tmp_path: Path) -> None:
    process = started(START, tmp_path)
    assert greet(process)["result"]["serverInfo"]["name"] == "krx-impact-screener"
    assert process.communicate(timeout=LIMIT) == ("", "")
    assert process.returncode == 0


def test_interruption_ends_it(tmp_path: Path) -> None:
    process = started(START, tmp_path)
    greet(process)
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT) == 0
    assert process.communicate() == ("", "")


NOISY = """
import os, sys, warnings
from screener.report.screens import Screen
document = Screen.document
def noisy(screen):
    print("stray print")
    os.write(1, b"stray write")
    os.system("echo stray child")
    warnings.warn("stray warning")
    return document(screen)
Screen.document = noisy
sys.argv = ["screener", *sys.argv[1:]]
from screener.__main__ import main
main()
"""


def test_nothing_but_the_protocol_is_on_stdout(tmp_path: Path) -> None:
    process = started([sys.executable, "-c", NOISY, "mcp", *small.options(tmp_path)], tmp_path)
    # A buffer of Python keeps what it is given until the end, which must not be on stdout either.
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "claims", "arguments": {}}}
    greet(process, call)
    assert process.stdout is not None
    answer = json.loads(process.stdout.readline())
    assert answer["id"] == 2
    assert answer["result"]["structuredContent"]["claims"] == []
    out, err = process.communicate(timeout=LIMIT)
    assert out == ""
    for stray in ("print", "write", "child", "warning"):
        assert f"stray {stray}" in err
