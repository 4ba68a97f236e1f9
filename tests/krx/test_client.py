"""The way out: spaced, counted, bounded, repeated only if that helps, and closed for a day after a refusal."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from screener.errors import BlockedError, DataError, NetworkError
from screener.krx.client import Breaker, Client, RefusalError, TemporaryError, Timeouts, within
from screener.krx.hours import KST

NOW = datetime(2025, 2, 3, 18, 30, tzinfo=KST)


class Clock:
    """A day, and seconds since the test began, which pass only while somebody sleeps or a call takes its time."""

    def __init__(self) -> None:
        self.now = NOW
        self.seconds = 0.0

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def client(folder: Path, clock: Clock, **timeouts: float) -> Client:
    times = Timeouts(**{"spacing": 0.0, "backoff": 0.001, **timeouts})  # type: ignore[arg-type]  # attempts is no float
    return Client(Breaker(folder, clock), times, clock=clock.monotonic, sleep=clock.sleep)


def failing(times: int, error: Exception, clock: Clock) -> tuple[list[float], Callable[[float], str]]:
    """A call that fails the first `times` times, and when it was made."""
    calls: list[float] = []

    def call(_seconds: float) -> str:
        calls.append(clock.seconds)
        if len(calls) <= times:
            raise error
        return "answer"

    return calls, call


def silent(clock: Clock) -> tuple[list[float], Callable[[float], str]]:
    """A call that is never answered, and the seconds that it was given each time."""
    given: list[float] = []

    def call(seconds: float) -> str:
        given.append(seconds)
        clock.sleep(seconds)
        raise TemporaryError("response timed out")

    return given, call


def test_what_passes_is_tried_three_times(tmp_path: Path, clock: Clock) -> None:
    calls, call = failing(2, TemporaryError("status 503"), clock)
    out = client(tmp_path, clock)
    assert out.ask("host", "page", call) == "answer"
    assert (len(calls), out.requests) == (3, 3)
    calls, call = failing(9, TemporaryError("status 503"), clock)
    with pytest.raises(NetworkError, match=r"^host could not be reached \(page: status 503, 3 tries\): check"):
        out.ask("host", "page", call)
    assert len(calls) == 3


def test_a_refusal_is_not_tried_again_and_closes_the_host_for_a_day(tmp_path: Path, clock: Clock) -> None:
    calls, call = failing(9, RefusalError("status 403"), clock)
    with pytest.raises(BlockedError, match=r"host blocks this machine \(page: status 403\)"):
        client(tmp_path, clock).ask("host", "page", call)
    assert len(calls) == 1
    for later in (timedelta(0), timedelta(hours=23, minutes=59)):
        clock.now = NOW + later
        with pytest.raises(BlockedError, match=r"blocked this machine on 2025-02-03 18:30 \(status 403\)"):
            client(tmp_path, clock).ask("host", "page", call)
    assert len(calls) == 1
    assert client(tmp_path, clock).ask("another host", "page", lambda _: 1) == 1
    clock.now = NOW + timedelta(hours=24)
    assert client(tmp_path, clock).ask("host", "page", lambda _: 1) == 1


def test_a_refusal_that_cannot_be_read_still_holds(tmp_path: Path) -> None:
    breaker = Breaker(tmp_path, lambda: datetime.now(KST))  # the time of the file is all that is known of it
    breaker.trip("host", "status 403")
    breaker.path("host").write_text("{", encoding="utf-8")
    with pytest.raises(BlockedError, match="cannot be read"):
        breaker.check("host")


def test_a_refusal_that_cannot_be_remembered_is_said(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    _, call = failing(9, RefusalError("status 403"), clock)
    with pytest.raises(BlockedError, match="this could not be recorded"):
        client(tmp_path / "file" / "below", clock).ask("host", "page", call)


def test_requests_to_a_host_are_spaced(tmp_path: Path, clock: Clock) -> None:
    calls, call = failing(0, TemporaryError(), clock)
    out = client(tmp_path, clock, spacing=0.5)
    for host in ("host", "host", "another", "host"):
        out.ask(host, "page", call)
    assert calls == [0.0, 0.5, 0.5, 1.0]
    clock.sleep(0.2)
    out.ask("host", "page", call)
    assert calls[-1] == 1.5  # what has passed meanwhile counts
    clock.sleep(60)
    out.ask("host", "page", call)
    assert calls[-1] == 61.5


def test_a_call_gets_so_many_seconds_each_time(tmp_path: Path, clock: Clock) -> None:
    given, call = silent(clock)
    with pytest.raises(NetworkError, match=r"response timed out, 3 tries"):
        client(tmp_path, clock, request=25.0).ask("host", "page", call)
    assert given == [25.0, 25.0, 25.0]


def test_a_call_that_never_ends_is_left_alone(tmp_path: Path, clock: Clock) -> None:
    end = threading.Event()
    with pytest.raises(NetworkError, match=r"no complete answer within 0.01 seconds, 3 tries"):
        client(tmp_path, clock, request=0.01).ask("host", "page", lambda _: end.wait())
    end.set()


def test_a_fetch_has_an_end(tmp_path: Path, clock: Clock) -> None:
    out = client(tmp_path, clock, overhead=60.0, average=4.0, request=25.0, attempts=100)
    out.expect(10)
    given, call = silent(clock)
    with pytest.raises(NetworkError, match="took too long and was stopped"):
        out.ask("host", "page", call)
    assert clock.seconds == pytest.approx(60 + 10 * 4)
    assert given[0] == 25.0
    assert sum(given) <= 100.0


def test_who_can_do_without_waits_once_and_not_for_long(tmp_path: Path, clock: Clock) -> None:
    out = client(tmp_path, clock, first=2.0)
    given, call = silent(clock)
    for host in ("one", "another"):
        with pytest.raises(NetworkError, match="could not be reached"):
            out.ask(host, "page", call)
    assert given == [2.0, 0.5]  # two seconds in all, but each host is given half a second
    assert (clock.seconds, out.requests) == (2.5, 2)
    out.ask("a third", "page", lambda _: 1)
    calls, call = failing(1, TemporaryError("status 500"), clock)
    out.ask("one", "page", call)  # an answer has come: patience is the usual one now
    assert len(calls) == 2


def test_what_a_library_makes_of_an_answer_is_the_answers_fault(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(NetworkError, match="an answer that cannot be parsed \\(KeyError\\)"):
        client(tmp_path, clock).ask("host", "page", lambda _: {"a": 1}["nothing"])
    with pytest.raises(DataError, match="as it is"):
        client(tmp_path, clock).ask("host", "page", _refuse)


def _refuse(_seconds: float) -> None:
    raise DataError("as it is")


def test_a_call_that_takes_too_long_is_left_alone() -> None:
    end = threading.Event()
    with pytest.raises(TemporaryError, match=r"within 0\.01 seconds"):
        within(0.01, end.wait)
    end.set()
