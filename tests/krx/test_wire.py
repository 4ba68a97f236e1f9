"""The way out: spaced, counted, bounded, repeated only if that helps, and closed for a day after a refusal."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from screener.errors import BlockedError, NetworkError
from screener.krx.breaker import Breaker
from screener.krx.hours import KST
from screener.krx.wire import PassingError, Patience, RefusalError, Wire, within

NOW = datetime(2025, 2, 3, 18, 30, tzinfo=KST)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


def wire(folder: Path, clock: Clock | None = None, **patience: float) -> Wire:
    return Wire(Breaker(folder, clock or Clock()), Patience(**{"spacing": 0.0, "backoff": 0.001, **patience}))  # type: ignore[arg-type]  # attempts is no float


def failing(times: int, error: Exception) -> tuple[list[float], Callable[[float], str]]:
    """A call that fails the first `times` times, and when it was made."""
    calls: list[float] = []

    def call(_seconds: float) -> str:
        calls.append(time.monotonic())
        if len(calls) <= times:
            raise error
        return "answer"

    return calls, call


def test_what_passes_is_tried_three_times(tmp_path: Path) -> None:
    calls, call = failing(2, PassingError("status 503"))
    out = wire(tmp_path)
    assert out.ask("host", "page", call) == "answer"
    assert (len(calls), out.requests) == (3, 3)
    calls, call = failing(9, PassingError("status 503"))
    with pytest.raises(NetworkError, match=r"^host could not be reached \(page: status 503, 3 tries\): check"):
        out.ask("host", "page", call)
    assert len(calls) == 3


def test_a_refusal_is_not_tried_again_and_closes_the_host_for_a_day(tmp_path: Path) -> None:
    clock = Clock()
    calls, call = failing(9, RefusalError("status 403"))
    with pytest.raises(BlockedError, match=r"host refuses this machine \(page: status 403\)"):
        wire(tmp_path, clock).ask("host", "page", call)
    assert len(calls) == 1
    for later in (timedelta(0), timedelta(hours=23, minutes=59)):
        clock.now = NOW + later
        with pytest.raises(BlockedError, match=r"refused this machine on 2025-02-03 18:30 \(status 403\)"):
            wire(tmp_path, clock).ask("host", "page", call)
    assert len(calls) == 1
    assert wire(tmp_path, clock).ask("another host", "page", lambda _: 1) == 1
    clock.now = NOW + timedelta(hours=24)
    assert wire(tmp_path, clock).ask("host", "page", lambda _: 1) == 1


def test_a_refusal_that_cannot_be_read_still_holds(tmp_path: Path) -> None:
    breaker = Breaker(tmp_path, lambda: datetime.now(KST))
    breaker.trip("host", "status 403")
    breaker.path("host").write_text("{", encoding="utf-8")
    with pytest.raises(BlockedError, match="cannot be read"):
        breaker.check("host")


def test_a_refusal_that_cannot_be_remembered_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    _, call = failing(9, RefusalError("status 403"))
    with pytest.raises(BlockedError, match="this could not be remembered"):
        wire(tmp_path / "file" / "below").ask("host", "page", call)


def test_requests_to_a_host_are_spaced(tmp_path: Path) -> None:
    calls, call = failing(0, PassingError())
    out = wire(tmp_path, spacing=0.05)
    for _ in range(4):
        out.ask("host", "page", call)
    assert min(b - a for a, b in pairwise(calls)) > 0.045


def test_a_call_that_never_ends_is_left_alone(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(NetworkError, match=r"no whole answer within 0.1 seconds, 3 tries"):
        wire(tmp_path, request=0.1).ask("host", "page", lambda _: time.sleep(60))
    assert time.monotonic() - began < 5


def test_a_fetch_has_an_end(tmp_path: Path) -> None:
    out = wire(tmp_path, overhead=0.2, average=0.0, request=0.05, attempts=100, backoff=0.01)
    out.expect(10)
    began = time.monotonic()
    with pytest.raises(NetworkError, match="took too long and was ended"):
        out.ask("host", "page", lambda _: time.sleep(60))
    assert time.monotonic() - began < 5


def test_who_can_do_without_waits_once_and_not_for_long(tmp_path: Path) -> None:
    out = wire(tmp_path, first=0.2)
    began = time.monotonic()
    for host in ("one", "another"):
        with pytest.raises(NetworkError, match="could not be reached"):
            out.ask(host, "page", lambda _: time.sleep(60))
    assert 0.2 < time.monotonic() - began < 1.5
    assert out.requests == 2
    out.ask("a third", "page", lambda _: 1)
    calls, call = failing(1, PassingError("status 500"))
    out.ask("one", "page", call)  # an answer has come: patience is the usual one now
    assert len(calls) == 2


def test_errors_of_a_call_come_through(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        wire(tmp_path).ask("host", "page", lambda _: {"a": 1}["nothing"])
    with pytest.raises(PassingError, match=r"within 0\.01 seconds"):
        within(0.01, lambda: time.sleep(1))
