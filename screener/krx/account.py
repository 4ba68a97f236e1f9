"""Who may ask the exchange, and since when its password is known to be good."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from screener.files import write_atomic

PASSWORD_LIFE = timedelta(days=90)
"""KRX has passwords changed every 3 months."""


@dataclass(frozen=True)
class Account:
    """An account of data.krx.co.kr."""

    login: str = field(repr=False)
    password: str = field(repr=False)


class PasswordAge:
    """Remembers when KRX first accepted a password, and of the password only what cannot be turned back into it."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self.path = path
        self.now = now

    def since(self, account: Account) -> datetime | None:
        """When this login and password were first accepted here; None if that is not known."""
        try:
            facts = json.loads(self.path.read_text(encoding="utf-8"))
            since = datetime.fromisoformat(facts["since"]).astimezone(self.now().tzinfo)
            same = hmac.compare_digest(_fingerprint(account, bytes.fromhex(facts["salt"])), facts["fingerprint"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return since if same else None

    def accepted(self, account: Account) -> None:
        """KRX has just accepted this login and password; where the disk would not take it, nothing is remembered."""
        if self.since(account) is not None:
            return
        salt = secrets.token_bytes(16)
        facts = {
            "since": self.now().isoformat(timespec="seconds"),
            "salt": salt.hex(),
            "fingerprint": _fingerprint(account, salt),
        }
        with suppress(OSError):
            write_atomic(self.path, json.dumps(facts, ensure_ascii=False).encode())


def _fingerprint(account: Account, salt: bytes) -> str:
    # Slow on purpose: who finds the file shall not be able to try passwords against it.
    both = f"{account.login}\0{account.password}".encode("utf-8", "surrogateescape")
    return hashlib.scrypt(both, salt=salt, n=2**14, r=8, p=1).hex()
