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


def notify(root: Path, urls: Sequence[str], title: str, text: str, attachment: Path | None) -> list[str]:
    """Send `text`, and what could not be sent before, to every address; returns a message for each that failed.

    Args:
        root: the reports directory, where unsent messages wait.
        urls: addresses in apprise's form.
        title: first line of a mail; empty to send only what waits.
        text: the message; empty likewise.
        attachment: the report as a page, for services that take files.

    Raises:
        UsageError: the extra is not installed.
    """
    if not urls:
        return []
    salt, waiting = _load(root / UNSENT)
    if not text and not waiting:
        return []
    apprise = _import()
    left: dict[str, list[str]] = {}
    faults = []
    for number, url in enumerate(urls, 1):
        mark = _fingerprint(url, salt) if waiting else ""
        messages = [*waiting.get(mark, []), *([text] if text else [])]
        if not messages:
            continue
        why = _sent(apprise, url, title or messages[-1].splitlines()[0], "\n\n".join(messages), attachment)
        if why:
            left[mark or _fingerprint(url, salt)] = messages[-KEPT:]
            service = _service(url)
            faults.append(
                _(
                    "notification {number} ({service}): {why}: it is tried again on the next run",
                    number=number,
                    service=service,
                    why=why,
                )
            )
    if left != waiting:
        faults += _keep(root / UNSENT, salt, left)
    return faults


def _sent(apprise: Any, url: str, title: str, body: str, attachment: Path | None) -> str:
    """Send once; returns why it failed, empty if it did not."""
    files = {"attach": str(attachment)} if attachment is not None else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its libraries; the user can do nothing about them
            sender = apprise.Apprise()
            if not sender.add(url):
                return _("no address that apprise knows")
            done = within(PATIENCE, lambda: sender.notify(title=title, body=body, **files))
    except TemporaryError:
        return _("it took more than {seconds:g} seconds", seconds=PATIENCE)
    except Exception as error:  # a plugin's own mistake must not end the run; its text may hold the address
        return _("it failed ({kind})", kind=type(error).__name__)
    return "" if done else _("it could not be sent")


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


def _keep(path: Path, salt: str, waiting: dict[str, list[str]]) -> list[str]:
    """Replace the file in one step, readable by its owner only; returns what is lost if it cannot be written."""
    try:
        if not waiting:
            path.unlink(missing_ok=True)
            return []
        content = {"salt": salt, "waiting": waiting}
        write_atomic(path, json.dumps(content, ensure_ascii=False).encode())
    except OSError as error:
        return [_("{path}: cannot be written ({cause}): unsent notifications are lost", path=path, cause=cause(error))]
    return []
