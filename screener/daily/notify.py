"""Sends the summary through apprise: Slack, Telegram, mail and many more.

The addresses hold tokens and passwords, so they are neither printed nor written: a message that could not be sent
waits beside a fingerprint of its address.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from screener.errors import UsageError, install
from screener.files import remembered, write_atomic
from screener.i18n import _, cause
from screener.krx.client import TemporaryError, within

UNSENT = ".unsent.json"
KEPT = 5
"""Messages that wait for one address, at most: the newest."""
PATIENCE = 60.0
"""Seconds for one address."""


class Outbox:
    """The messages that wait for the addresses of this run: what is taken is sent by this run or by a later one."""

    def __init__(self, root: Path, urls: Sequence[str]) -> None:
        """Open the file in the reports directory `root`; `urls` are addresses in apprise's form."""
        self._path = root / UNSENT
        self._urls = urls
        self._salt, self._known = _load(self._path) if urls else ("", {})
        self._waiting = {
            url: list(self._known.get(_fingerprint(url, self._salt), [])) if self._known else [] for url in urls
        }

    def take(self, text: str) -> str:
        """Let `text` wait for every address, once; returns what is lost if the disk would not take it."""
        for messages in self._waiting.values():
            if text and text not in messages[-1:]:
                messages.append(text)
        return self._keep()

    def send(self, page: Path | None) -> list[str]:
        """Send what waits, `page` with it where a service takes files; returns a message for each address that failed.

        Raises:
            UsageError: the extra is not installed.
        """
        if not any(self._waiting.values()):
            return []
        apprise = _import()
        faults = []
        for number, (url, messages) in enumerate(self._waiting.items(), 1):
            if not messages:
                continue
            why = _sent(apprise, url, messages[-1].splitlines()[0], "\n\n".join(messages), page)
            if why:
                service = _service(url)
                faults.append(
                    _(
                        "notification {number} ({service}): {why}: the next run tries again",
                        number=number,
                        service=service,
                        why=why,
                    )
                )
            else:
                messages.clear()
                if lost := self._keep():
                    faults.append(lost)
        return faults

    def _keep(self) -> str:
        """Replace the file in one step, readable by its owner only; returns what is lost if it cannot be written."""
        waiting = {_fingerprint(url, self._salt): texts[-KEPT:] for url, texts in self._waiting.items() if texts}
        if waiting == self._known:
            return ""
        self._known = waiting
        try:
            if waiting:
                content = {"salt": self._salt, "waiting": waiting}
                write_atomic(self._path, json.dumps(content, ensure_ascii=False).encode())
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            return _(
                "{path}: cannot be written ({cause}): unsent notifications are lost",
                path=self._path,
                cause=cause(error),
            )
        return ""


def _sent(apprise: Any, url: str, title: str, body: str, attachment: Path | None) -> str:
    """Send once; returns why it failed, empty if it did not."""
    files = {"attach": str(attachment)} if attachment is not None else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its libraries; the user can do nothing about them
            sender = apprise.Apprise()
            if not sender.add(url):
                return _("an address that apprise does not support")
            done = within(PATIENCE, lambda: sender.notify(title=title, body=body, **files))
    except TemporaryError:
        return _("it took more than {seconds:g} seconds", seconds=PATIENCE)
    except Exception as error:  # a plugin's own mistake must not end the run; its text may hold the address
        return _("failed ({kind})", kind=type(error).__name__)
    return "" if done else _("could not be sent")


def _import() -> Any:
    try:
        import apprise
    except ImportError:
        raise UsageError("notifications need apprise", hint=install("notify", "apprise")) from None
    logging.getLogger("apprise").disabled = True  # what it logs holds addresses
    return apprise


def _service(url: str) -> str:
    """The scheme of an address, which is no secret, if it looks like one."""
    scheme = url.partition("://")[0]
    return scheme if "://" in url and scheme.isalnum() and len(scheme) <= 20 else "?"


def _fingerprint(url: str, salt: str) -> str:
    # Slow on purpose: whoever finds the file must not be able to try addresses against it.
    return hashlib.scrypt(url.encode("utf-8", "surrogateescape"), salt=bytes.fromhex(salt), n=2**14, r=8, p=1).hex()


def _load(path: Path) -> tuple[str, dict[str, list[str]]]:
    """The salt, and the messages that wait by the fingerprint of their address."""

    def build(content: Any) -> tuple[str, dict[str, list[str]]]:
        salt = bytes.fromhex(content["salt"]).hex()
        return salt, {str(mark): [str(text) for text in texts] for mark, texts in content["waiting"].items()}

    nothing: tuple[str, dict[str, list[str]]] = secrets.token_hex(16), {}
    return remembered(path, build, nothing)
