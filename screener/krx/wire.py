"""Every request of a live source goes out here: spaced, counted, bounded in time, repeated only if that helps."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from screener.errors import BlockedError, NetworkError
from screener.i18n import _
from screener.krx.breaker import Breaker

T = TypeVar("T")


class PassingError(Exception):
    """What may be gone a moment later: a timeout, a 5xx answer, a dropped connection."""


class RefusalError(Exception):
    """A sign that the host has had enough of this machine."""


@dataclass(frozen=True)
class Patience:
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


LEAST = 0.5
"""Seconds that every host is given."""


@dataclass
class Wire:
    """The way to the hosts of all live sources."""

    breaker: Breaker
    patience: Patience = field(default_factory=Patience)
    requests: int = 0
    """Requests sent so far."""
    _started: dict[str, float] = field(default_factory=dict)
    _reached: bool = False
    _waited: float = 0.0
    """Seconds spent on hosts that did not answer, while none had."""
    _end: float | None = None

    def expect(self, requests: int) -> None:
        """Set the deadline of a whole fetch by the number of its requests."""
        self._end = time.monotonic() + self.patience.overhead + requests * self.patience.average

    def ask(self, host: str, what: str, call: Callable[[float], T], *, once: bool = False) -> T:
        """The answer to one request.

        Args:
            host: where it goes.
            what: how messages call it.
            call: sends it once, in at most the given number of seconds. Raises `PassingError` for what may pass,
                `RefusalError` for a sign of a block; whatever else it raises ends the fetch as it is.
            once: never to send it a second time.

        Raises:
            BlockedError: the host refuses this machine, now or since earlier.
            NetworkError: it could not be reached, or did not answer in time.
        """
        self.breaker.check(host)
        seconds, attempts = self.patience.request, 1 if once else self.patience.attempts
        if self.patience.first is not None and not self._reached:
            seconds, attempts = max(self.patience.first - self._waited, LEAST), 1
        began = time.monotonic()
        retrying = Retrying(
            retry=retry_if_exception_type(PassingError),
            stop=stop_after_attempt(attempts),
            wait=wait_random_exponential(multiplier=self.patience.backoff, max=10),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            answer: T = retrying(self._once, host, what, call, seconds)
        except RefusalError as refusal:
            aside = self.breaker.trip(host, str(refusal))
            raise BlockedError(
                "{host} refuses this machine ({what}: {refusal})",
                hint="nothing more is sent there for 24 hours{aside}",
                host=host,
                what=what,
                refusal=refusal,
                aside=aside,
            ) from None
        except PassingError as fault:
            self._waited += time.monotonic() - began
            tries = _(", {attempts} tries", attempts=attempts) if attempts > 1 else ""
            raise NetworkError(
                "{host} could not be reached ({what}: {fault}{tries})",
                hint="check the network, or try later",
                host=host,
                what=what,
                fault=fault,
                tries=tries,
            ) from None
        self._reached = True
        return answer

    def _once(self, host: str, what: str, call: Callable[[float], T], seconds: float) -> T:
        self._sleep(self._started.get(host, -self.patience.spacing) + self.patience.spacing - time.monotonic())
        self._started[host] = time.monotonic()
        if self._end is not None:
            left = self._end - time.monotonic()
            if left <= 0:
                raise NetworkError(
                    "{host}: {what}: the fetch took too long and was ended",
                    hint="run it again to go on",
                    host=host,
                    what=what,
                )
            seconds = min(seconds, left)
        self.requests += 1
        return within(seconds, lambda: call(seconds))

    def _sleep(self, seconds: float) -> None:
        if self._end is not None:
            seconds = min(seconds, self._end - time.monotonic())
        if seconds > 0:
            time.sleep(seconds)


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` returns or raises, if it does so in time; a name server or a dripping host cannot hold it up.

    Raises:
        PassingError: it took longer. The thread that still waits ends with the process.
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
        raise PassingError(_("no whole answer within {seconds:g} seconds", seconds=seconds)) from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]  # without an error there is an answer
