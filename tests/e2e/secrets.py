"""What must not come out, and the search for it."""

from __future__ import annotations

from tests.e2e.command import Command
from tests.fakes.krx import Exchange
from tests.fakes.krx.messages import NAVER

ID, PASSWORD, KEY = "id-of-the-user", "password-of-the-user", "key-of-the-user"
WRONG = "password-that-is-wrong"


def assert_nothing_leaked(command: Command, exchange: Exchange) -> None:
    """No secret in any file below the command's folder, its streams included, and no cookie on its way to Naver."""
    secrets = [one.encode() for one in (ID, PASSWORD, KEY, WRONG, "JSESSIONID", "SIMULATED0")]
    for path in command.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [one for one in secrets if one in content], path
    for request in exchange.requests:
        assert request.host != NAVER or "cookie" not in request.headers
        assert request.secure or request.host == NAVER, request.url
