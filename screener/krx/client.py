"""Requests to the hosts of market data: spaced, counted, bounded in time, repeated only if that helps.

A refusal is remembered on disk: KRX blocks scrapers for a day, and for another day on the next try.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import queue
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from screener.decoding import NOT_UNDERSTOOD
from screener.errors import BlockedError, NetworkError, UsageError
from screener.files import remembered, write_atomic
from screener.i18n import _, cause

PASSWORD_LIFE = timedelta(days=90)
"""KRX has passwords changed every 3 months."""
_REST = timedelta(hours=24)
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far this machine's clock may be from the exchange's."""


class _Block(NamedTuple):
    """A refusal that is not over."""

    since: datetime
    why: str

    @property
    def until(self) -> datetime:
        """When the next request may go out."""
        return self.since + _REST


class Breaker:
    """Remembers refusals: one small file per host below `folder`."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.folder = folder
        self.now = now

    def check(self, host: str) -> None:
        """Nothing, if requests may go out to `host`.

        Raises:
            BlockedError: they may not.
        """
        block = self.block(host)
        if block is not None:
            raise BlockedError(
                "{host} blocked this machine on {since:%Y-%m-%d %H:%M} ({why})",
                hint="no requests before {until:%Y-%m-%d %H:%M} KST, because earlier requests prolong the block",
                host=host,
                since=block.since,
                why=block.why,
                until=block.until,
            )

    def block(self, host: str) -> _Block | None:
        """The refusal of `host` that is not over, if there is one."""
        path = self.path(host)
        try:
            written = path.stat().st_mtime
        except OSError:
            return None

        def build(facts: Any) -> _Block:
            since = datetime.fromisoformat(facts["since"]).astimezone(self.now().tzinfo)
            return _Block(since, str(facts["why"]))

        # What cannot be read was a refusal: when is all that the disk still knows of it.
        since = datetime.fromtimestamp(written, self.now().tzinfo)
        block = remembered(path, build, _Block(since, _("{file} cannot be read", file=path.name)))
        if block.since > self.now() + CLOCK_TOLERANCE:
            # The clock was wrong then or is now: a day from now on is the most that can be left of it.
            block = _Block(self.now(), block.why)
            self.trip(host, block.why)
        return block if self.now() < block.until else None

    def trip(self, host: str, why: str) -> str:
        """Remember a refusal; returns what to say of it if the disk would not take it."""
        facts = {"host": host, "since": self.now().isoformat(timespec="seconds"), "why": why}
        path = self.path(host)
        try:
            write_atomic(path, json.dumps(facts, ensure_ascii=False).encode())
        except OSError as error:
            return _(
                "; this could not be recorded ({path}: {cause}): wait a day before you ask again",
                path=path,
                cause=cause(error),
            )
        return ""

    def path(self, host: str) -> Path:
        """The file that remembers a refusal of `host`; deleting it is the way to ask again at one's own risk."""
        return self.folder / f"blocked-{host}.json"


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

        def build(facts: Any) -> datetime | None:
            since = datetime.fromisoformat(facts["since"]).astimezone(self.now().tzinfo)
            same = hmac.compare_digest(_fingerprint(account, bytes.fromhex(facts["salt"])), facts["fingerprint"])
            return since if same else None

        return remembered(self.path, build, None)

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


T = TypeVar("T")

LARGEST = 8 * 2**20
"""Bytes of an answer at most, unpacked; a session of the whole market has 1.2 million, and becomes 200 MB if it lies.

A host that gives more is taken for one that is broken, or for somebody else in its place."""
PIECE = 2**14
"""Bytes to take of an answer at once: packed, they can be a thousand times as many."""


def taken_whole(pieces: Iterable[bytes], host: str) -> bytes:
    """An answer from its pieces.

    Raises:
        NetworkError: there are more than any answer has; no further one is taken.
    """
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > LARGEST:
            raise NetworkError(
                "{host} sent an answer larger than {most} MB, larger than any of its data",
                hint="none of it is stored; try again later",
                host=host,
                most=LARGEST // 10**6,
            )
    return bytes(whole)


def trusted() -> ssl.SSLContext:
    """The certificates that the system trusts, and those of the bundle that the environment names, if it does.

    Raises:
        UsageError: there is no such bundle, or it holds no certificates.
    """
    context = ssl.create_default_context()
    load_bundle(context)
    return context


def load_bundle(context: ssl.SSLContext) -> None:
    """Let `context` trust the certificates of the bundle that the environment names, if it does.

    Raises:
        UsageError: there is no such bundle, or it holds no certificates.
    """
    for name in _BUNDLES:
        if not (bundle := os.environ.get(name)):
            continue
        try:
            # Of a directory nothing is read yet.
            context.load_verify_locations(**{"capath" if os.path.isdir(bundle) else "cafile": bundle})  # noqa: PTH112
        except OSError as error:
            why = (
                cause(error)
                if error.errno and not isinstance(error, ssl.SSLError)
                else _("it contains no certificates")
            )
            raise UsageError(
                "{name} points to {bundle}, which cannot be read ({why})",
                hint="set it to a certificate bundle, or unset it",
                name=name,
                bundle=bundle,
                why=why,
            ) from None
        break


_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables that name certificates; the first one that is set counts."""


class TemporaryError(Exception):
    """What may be gone a moment later: a timeout, a 5xx answer, a dropped connection."""


class RefusalError(Exception):
    """A sign that the host has had enough of this machine."""


@dataclass(frozen=True)
class Timeouts:
    """How long to wait, in seconds."""

    spacing: float = 0.5
    """Between the starts of two requests to one host."""
    connect: float = 5.0
    read: float = 15.0
    """Without a byte."""
    request: float = 25.0
    """For one request from beginning to end; a server that drips is not waited for."""
    first: float | None = None
    """For the first answer of any host, in all; what fails before it is not tried again. None = like any other.

    Somebody waits who could do without the exchange."""
    attempts: int = 3
    backoff: float = 1.0
    """Before the second attempt, at most; before the third one twice that."""
    overhead: float = 60.0
    """For a whole fetch, beside what its requests may take on average."""
    average: float = 4.0
    """For one request of a fetch, on average."""


_LEAST = 0.5
"""Seconds that every host is given."""


class Client:
    """The way to the hosts of all live sources."""

    def __init__(
        self,
        breaker: Breaker,
        timeouts: Timeouts | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Send requests through `breaker`, which knows the hosts that refuse this machine; times are in seconds."""
        self.breaker = breaker
        self.timeouts = timeouts or Timeouts()
        self.requests = 0
        """Requests sent so far."""
        self._clock, self._pause = clock, sleep
        self._started: dict[str, float] = {}
        self._reached = False
        self._waited = 0.0
        """Seconds spent on hosts that did not answer, while none had."""
        self._end: float | None = None

    def expect(self, requests: int) -> None:
        """Set the deadline of a whole fetch by the number of its requests."""
        self._end = self._clock() + self.timeouts.overhead + requests * self.timeouts.average

    def ask(self, host: str, what: str, call: Callable[[float], T], *, once: bool = False) -> T:
        """The answer to one request.

        Args:
            host: where it goes.
            what: how messages call it.
            call: sends it once, in at most the given number of seconds. Raises `TemporaryError` for what may pass,
                `RefusalError` for a sign of a block, a `ScreenerError` to end the fetch; what it fails with otherwise
                is an answer that cannot be understood.
            once: never to send it a second time.

        Raises:
            BlockedError: the host refuses this machine, now or since earlier.
            NetworkError: it could not be reached, or did not answer in time.
        """
        self.breaker.check(host)
        seconds, attempts = self.timeouts.request, 1 if once else self.timeouts.attempts
        if self.timeouts.first is not None and not self._reached:
            seconds, attempts = max(self.timeouts.first - self._waited, _LEAST), 1
        began = self._clock()
        retrying = Retrying(
            retry=retry_if_exception_type(TemporaryError),
            stop=stop_after_attempt(attempts),
            wait=wait_random_exponential(multiplier=self.timeouts.backoff, max=10),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            answer: T = retrying(self._once, host, what, call, seconds)
        except RefusalError as refusal:
            aside = self.breaker.trip(host, str(refusal))
            raise BlockedError(
                "{host} blocks this machine ({what}: {refusal})",
                hint="no requests are sent there for 24 hours{aside}",
                host=host,
                what=what,
                refusal=refusal,
                aside=aside,
            ) from None
        except TemporaryError as fault:
            self._waited += self._clock() - began
            tries = _(", {attempts} tries", attempts=attempts) if attempts > 1 else ""
            raise NetworkError(
                "{host} could not be reached ({what}: {fault}{tries})",
                hint="check the network, or try again later",
                host=host,
                what=what,
                fault=fault,
                tries=tries,
            ) from None
        self._reached = True
        return answer

    def _once(self, host: str, what: str, call: Callable[[float], T], seconds: float) -> T:
        self._sleep(self._started.get(host, -self.timeouts.spacing) + self.timeouts.spacing - self._clock())
        self._started[host] = self._clock()
        if self._end is not None:
            left = self._end - self._clock()
            if left <= 0:
                raise NetworkError(
                    "{host}: {what}: the download took too long and was stopped",
                    hint="run it again to resume",
                    host=host,
                    what=what,
                )
            seconds = min(seconds, left)
        self.requests += 1
        try:
            return within(seconds, lambda: call(seconds))
        except NOT_UNDERSTOOD as error:
            # Headers and bodies of the wire can make any library on the way fail: that is the answer's fault.
            raise TemporaryError(_("an answer that cannot be parsed ({kind})", kind=type(error).__name__)) from None

    def _sleep(self, seconds: float) -> None:
        if self._end is not None:
            seconds = min(seconds, self._end - self._clock())
        if seconds > 0:
            self._pause(seconds)


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` returns or raises, if it does so in time; a name server or a dripping host cannot hold it up.

    Raises:
        TemporaryError: it took longer. The thread that still waits ends with the process.
    """
    done: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((call(), None))
        except BaseException as error:
            done.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        answer, error = done.get(timeout=seconds)
    except queue.Empty:
        raise TemporaryError(_("no complete answer within {seconds:g} seconds", seconds=seconds)) from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]  # without an error there is an answer
