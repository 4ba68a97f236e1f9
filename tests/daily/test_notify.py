"""Notifications on a loopback receiver: what is sent, what waits, and what nobody ever sees."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from screener.daily.notify import UNSENT, Outbox
from tests.daily.conftest import NEXT, THIRD, Daily
from tests.e2e.command import Command
from tests.fakes.krx import Exchange, kst

TOKEN = "token-of-the-user"  # noqa: S105 - of nobody


class Receiver:
    """Takes what is posted to it, or refuses it."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.refuses = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not outer.refuses:
                    outer.taken.append(json.loads(body))
                self.send_response(500 if outer.refuses else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """The requests are kept."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"json://user:{TOKEN}@127.0.0.1:{self.server.server_address[1]}/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.server.shutdown()
    one.server.server_close()


def assert_unseen(member: Command) -> None:
    """The token stands in no file that was written."""
    for path in member.folder.rglob("*"):
        if path.is_file() and path.name != "secrets.toml":
            assert TOKEN.encode() not in path.read_bytes(), path


@pytest.fixture
def tell(member: Command, exchange: Exchange, receiver: Receiver) -> Daily:
    """`screener daily` with an address in its environment, and pages; the receiver is not behind the exchange's proxy."""
    pages = member.with_(constants={"screener.archive.reports.FORMATS": ["html", "csv"]})

    def run(at: Any, *arguments: str | Path) -> Any:
        exchange.market.now = at if hasattr(at, "hour") else kst(at.year, at.month, at.day)
        user = pages.given(SCREENER_NOTIFY=receiver.url, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
        return user.with_(now=exchange.market.now).run("daily", *arguments)

    return run


@pytest.mark.usefixtures("first")
def test_the_summary_is_sent_with_the_page(tell: Daily, member: Command, receiver: Receiver) -> None:
    done = tell(NEXT)
    assert (done.code, len(done.said)) == (0, 1), done.err
    (message,) = receiver.taken
    assert message["title"] == done.out.splitlines()[0]
    assert message["message"] == done.out.rstrip("\n")
    (page,) = message["attachments"]
    assert page["filename"] == "report.html"
    assert tell(kst(2025, 2, 3, 20, 0)).code == 0
    assert len(receiver.taken) == 1, "nothing new, nothing sent"
    assert_unseen(member)


@pytest.mark.usefixtures("first")
def test_what_could_not_be_sent_waits_for_the_next_run(
    tell: Daily, member: Command, receiver: Receiver, reports: Path
) -> None:
    receiver.refuses = True
    done = tell(NEXT)
    assert done.code == 0
    assert "notification 1 (json): could not be sent: the next run tries again" in done.err
    assert (reports / UNSENT).stat().st_mode & 0o077 == 0
    first = done.out
    done = tell(THIRD)
    assert done.code == 0
    receiver.refuses = False
    second = done.out
    done = tell(kst(2025, 2, 4, 20, 0))  # nothing new, but something that waits
    assert (done.code, done.out) == (0, "")
    (message,) = receiver.taken
    assert message["message"] == f"{first}\n{second}".rstrip("\n")
    assert not (reports / UNSENT).exists()
    assert_unseen(member)


@pytest.mark.usefixtures("first")
def test_a_failure_is_told_once_and_its_end_as_well(tell: Daily, exchange: Exchange, receiver: Receiver) -> None:
    exchange.faults.add("status", status=503, host="data.krx.co.kr")
    tell(NEXT)
    tell(kst(2025, 2, 3, 20, 0))
    exchange.faults.clear()
    tell(THIRD)
    failed, late = (one["message"] for one in receiver.taken)
    assert "daily failed: data.krx.co.kr could not be reached" in failed
    assert "What to do: the next run tries again" in failed
    assert "Late: 1 session missed (2025-02-03)" in late


def sent(root: Path, urls: list[str], text: str) -> list[str]:
    """What is said of the addresses to which `text`, and what waits, could not be sent."""
    outbox = Outbox(root, urls)
    assert outbox.take(text) == ""
    return outbox.send(None)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"nonsense://{TOKEN}", "notification 1 (nonsense): an address that apprise does not support"),
        (TOKEN, "notification 1 (?): an address that apprise does not support"),
        (f"json://{TOKEN}@127.0.0.1:9", "notification 1 (json): could not be sent"),
        (f"slack://{TOKEN}/x", "notification 1 (slack): an address that apprise does not support"),
    ],
)
def test_an_address_that_leads_nowhere_is_not_repeated(
    tmp_path: Path, url: str, said: str, caplog: Any, capfd: Any
) -> None:
    (fault,) = sent(tmp_path, [url], "text")
    assert fault.startswith(said)
    shown = capfd.readouterr()
    assert TOKEN not in fault + caplog.text + shown.out + shown.err
    assert TOKEN.encode() not in (tmp_path / UNSENT).read_bytes()


def test_addresses_are_told_apart_without_being_kept(tmp_path: Path, receiver: Receiver) -> None:
    down = f"json://{TOKEN}@127.0.0.1:9"
    assert len(sent(tmp_path, [down, receiver.url], "one")) == 1
    assert len(sent(tmp_path, [receiver.url, down], "two")) == 1
    assert [one["message"] for one in receiver.taken] == ["one", "two"]
    kept = json.loads((tmp_path / UNSENT).read_text())
    assert list(kept["waiting"].values()) == [["one", "two"]]
    assert sent(tmp_path, [receiver.url], "three") == []
    assert not (tmp_path / UNSENT).exists(), "of an address that is configured no more nothing waits"
