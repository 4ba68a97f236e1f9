"""The stand-in on a loopback port: an HTTP proxy that answers for the exchange's hosts instead of passing on.

with Exchange(market) as exchange:
    subprocess.run([...], env={**os.environ, **exchange.environment})
    assert [request.bld for request in exchange.requests] == [...]
"""

from __future__ import annotations

import socket
import ssl
import struct
import sys
import tempfile
import threading
from contextlib import suppress
from datetime import UTC
from email.utils import format_datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any, Self

import trustme

from tests.fakes.krx.answers import Desk
from tests.fakes.krx.market import Market
from tests.fakes.krx.messages import HOSTS, Answer, Request


@lru_cache(maxsize=2)
def _authority(hosts: tuple[str, ...]) -> tuple[trustme.CA, ssl.SSLContext]:
    """One CA and one certificate a process and stand-in: keys are slow to make."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*hosts).configure_cert(context)
    return authority, context


class Exchange(Desk):
    """A running stand-in; `market`, `account` and `faults` may be changed while it runs."""

    hosts: tuple[str, ...] = HOSTS
    """Who it answers for."""

    def __init__(self, market: Market, *, port: int = 0) -> None:
        super().__init__(market)
        self._port = port

    @property
    def url(self) -> str:
        """Address of the proxy."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to meet the stand-in instead of the exchange."""
        return self._environment(self.url)

    @property
    def unreachable(self) -> dict[str, str]:
        """The same for a process that shall meet nobody: its connections are refused."""
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            return self._environment(f"http://127.0.0.1:{unused.getsockname()[1]}")

    def _environment(self, url: str) -> dict[str, str]:
        authority = str(self._folder / "ca.pem")
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), url)
        return {**proxies, "NO_PROXY": "", "no_proxy": "", "REQUESTS_CA_BUNDLE": authority, "SSL_CERT_FILE": authority}

    def __enter__(self) -> Self:
        self._temporary = tempfile.TemporaryDirectory()
        self._folder = Path(self._temporary.name)
        _authority(self.hosts)[0].cert_pem.write_to_path(self._folder / "ca.pem")
        self._server = _Server(("127.0.0.1", self._port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join()
        self._temporary.cleanup()
        if error is None and self._server.errors:
            raise self._server.errors[0]


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], exchange: Exchange) -> None:
        self.exchange = exchange
        self.stopping = threading.Event()
        self.connections: set[socket.socket] = set()
        self.errors: list[BaseException] = []
        super().__init__(address, _Handler)

    def stop(self) -> None:
        """Wake whoever waits on a socket or in a fault, and close."""
        self.stopping.set()
        self.shutdown()
        for connection in list(self.connections):
            _hang_up(connection)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - what socketserver calls
        """Keep the stand-in's own mistakes; clients that went away are no news."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.errors.append(error)


def wait(stopping: threading.Event, seconds: float) -> bool:
    """Let that time pass between two bytes; whether the stand-in ends meanwhile."""
    return stopping.wait(seconds)


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):  # gone already
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._tunnel = ""
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        with suppress(OSError):  # the client went away before the end
            super().finish()
        self.server.connections.discard(self.connection)
        self.connection.close()

    def do_CONNECT(self) -> None:
        host = self.path.rsplit(":", 1)[0]
        if host not in self.server.exchange.hosts:
            self.send_error(502, "the stand-in knows no such host")
            return
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.rfile.close()
        self.server.connections.discard(self.connection)
        try:
            self.connection = _authority(self.server.exchange.hosts)[1].wrap_socket(self.connection, server_side=True)
        except OSError:
            self.close_connection = True
            return
        self.server.connections.add(self.connection)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)
        self._tunnel = f"https://{host}"
        self.close_connection = False

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        if hasattr(socket, "TCP_QUICKACK"):
            # Through a proxy urllib3 leaves Nagle's algorithm on: a form would wait 40 ms for the ack of its headers.
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self._tunnel + self.path, headers, body)
        answer, fault = self.server.exchange.handle(request)
        name = fault.name if fault else ""
        if fault and name == "held":
            while not (fault.released.wait(0.02) or self.server.stopping.is_set()):
                pass
        if name in ("no_answer", "connect_timeout"):
            self.server.stopping.wait()
        if name in ("refused", "no_answer", "connect_timeout"):
            self._reset()
            return
        length = len(answer.body) // 2 if name == "wrong_length" else len(answer.body)
        self.close_connection |= name in ("drip", "dropped", "wrong_length")
        head = self._head(answer, length)
        if name == "drip":
            self.connection.sendall(head)
            self._drip(answer.body)
        else:
            self.connection.sendall(head + answer.body[: length // 2 if name == "dropped" else None])

    def _drip(self, body: bytes) -> None:
        for byte in body:
            if wait(self.server.stopping, self.server.exchange.faults.drip_seconds):
                return
            self.connection.sendall(bytes([byte]))

    def _head(self, answer: Answer, length: int) -> bytes:
        lines = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}"]
        date = format_datetime(self.server.exchange.market.now.astimezone(UTC), usegmt=True)
        fields = {"Date": date, "Content-Type": answer.kind, "Content-Length": str(length), **answer.headers}
        if self.close_connection:
            fields["Connection"] = "close"
        lines += [f"{name}: {value}" for name, value in fields.items()]
        return "\r\n".join([*lines, "", ""]).encode()

    def _reset(self) -> None:
        """Close with RST: the client sees a refused or dropped connection."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """The requests are logged by the exchange."""
