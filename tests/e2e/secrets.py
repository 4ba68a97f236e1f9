"""What must not come out, and the search for it."""

from __future__ import annotations

from urllib.parse import quote

from tests.e2e.command import Command
from tests.fakes.krx import Exchange
from tests.fakes.krx.messages import NAVER

ID, PASSWORD, KEY = "id-of-the-user", "password-of-the-user", "key-of-the-user"
DATA_KEY = "a2V5K29m/3RoZStkYXRh+3BvcnRhbA=="
"""Of data.go.kr, not percent-encoded."""
WRONG = "password-that-is-wrong"


def assert_nothing_leaked(command: Command, exchange: Exchange) -> None:
    """No secret in any file below the command's folder, its streams included, and no cookie on its way to Naver."""
    words = (ID, PASSWORD, KEY, DATA_KEY, quote(DATA_KEY, safe=""), WRONG, "JSESSIONID", "SIMULATED0")
    secrets = [one.encode() for one in words]
    for path in command.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [one for one in secrets if one in content], path
    for request in exchange.requests:
        assert request.host != NAVER or "cookie" not in request.headers
        assert request.secure or request.host == NAVER, request.url
