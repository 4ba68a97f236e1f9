"""The same exchange inside the process, through the `responses` library: for code that uses `requests`.

with mocked(market) as exchange:
    exchange.faults.add("no_answer", bld="MDCSTAT01501")   # raises ReadTimeout at once
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from email.utils import format_datetime

import requests
import responses

from tests.fakes.krx.answers import Desk
from tests.fakes.krx.market import Market
from tests.fakes.krx.messages import HOSTS, Request

_RAISED: dict[str, Callable[[str], requests.RequestException]] = {
    "refused": requests.ConnectionError,
    "connect_timeout": requests.ConnectTimeout,
    "no_answer": requests.ReadTimeout,
    "dropped": requests.exceptions.ChunkedEncodingError,
}


class MockedExchange(Desk):
    """The exchange behind `requests`; drip and wrong_length need the loopback server."""

    def respond(self, asked: requests.PreparedRequest) -> tuple[int, Mapping[str, str], bytes]:
        """Answer, or raise what `requests` would raise."""
        headers = {name.lower(): str(value) for name, value in asked.headers.items()}
        body = asked.body.decode() if isinstance(asked.body, bytes) else str(asked.body or "")
        request = Request(str(asked.method), str(asked.url), headers, body)
        answer, fault = self.handle(request)
        if fault is not None and fault.name in ("drip", "wrong_length"):
            raise ValueError(f"{fault.name} needs the loopback server")
        if fault is not None and fault.name in _RAISED:
            raise _RAISED[fault.name](f"{request.host}: {fault.name}")
        told = {"Date": format_datetime(self.market.now.astimezone(UTC), usegmt=True), "Content-Type": answer.kind}
        return answer.status, {**told, **answer.headers}, answer.body


@contextmanager
def mocked(market: Market) -> Iterator[MockedExchange]:
    """Answer every use of `requests` in this process; other hosts than the exchange's are refused."""
    exchange = MockedExchange(market)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for host in HOSTS:
            for method in (responses.GET, responses.POST):
                url = re.compile(rf"https?://{re.escape(host)}/.*")
                mock.add_callback(method, url, callback=exchange.respond, content_type=None)
        yield exchange
