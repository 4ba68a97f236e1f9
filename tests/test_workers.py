"""Work in parts: the same results whoever computes, and nothing lost whoever dies."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from screener import workers
from screener.errors import DataError, NetworkError
from screener.workers import Workers, compute, named

JOBS = [(named("part", str(number)), number) for number in range(5)]
EXPECTED = [str(number**2).encode() for number in range(5)]


def square(number: int) -> bytes:
    return str(number**2).encode()


def square_or_die(number: int) -> bytes:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return square(number)


def fail_at_three(number: int) -> bytes:
    if number == 3:
        raise DataError("part {number} has no prices", number=number)
    return square(number)


def hold(fifo: str) -> bytes:
    """Say who computes, and whether a module of `loads` is there; then never end."""
    to = os.open(fifo, os.O_WRONLY)
    os.write(to, f"{os.getpid()} {'colorsys' in sys.modules}\n".encode())
    while True:
        signal.pause()


def ignored(_count: int) -> None:
    """Nobody watches."""


def test_results_come_in_the_order_of_the_jobs_and_are_kept(tmp_path: Path) -> None:
    told: list[int] = []
    assert compute(square, JOBS, Workers(jobs=1), tmp_path, told.append) == EXPECTED
    assert told == [0, 1, 2, 3, 4, 5]

    def never(number: int) -> bytes:
        raise AssertionError(f"part {number} was there already")

    assert compute(never, JOBS, Workers(jobs=1), tmp_path, ignored) == EXPECTED


def test_processes_find_what_one_finds(tmp_path: Path) -> None:
    assert compute(square, JOBS, Workers(jobs=2), tmp_path, ignored) == EXPECTED


def test_a_kept_part_that_is_damaged_is_computed_again(tmp_path: Path) -> None:
    compute(square, JOBS, Workers(jobs=1), tmp_path, ignored)
    for name, cut in ((JOBS[0][0], 3), (JOBS[1][0], 0), (JOBS[2][0], 32)):
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:cut])
    computed: list[int] = []

    def counted(number: int) -> bytes:
        computed.append(number)
        return square(number)

    assert compute(counted, JOBS, Workers(jobs=1), tmp_path, ignored) == EXPECTED
    assert computed == [0, 1, 2]


def test_a_killed_worker_is_told_and_the_next_run_goes_on(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a worker was killed"):
        compute(square_or_die, JOBS, Workers(jobs=2), tmp_path, ignored)
    assert compute(square, JOBS, Workers(jobs=2), tmp_path, ignored) == EXPECTED


def test_what_a_worker_says_is_what_the_user_reads(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="part 3 has no prices"):
        compute(fail_at_three, JOBS, Workers(jobs=2), tmp_path, ignored)


@pytest.mark.parametrize("stage", range(1, 6))
@pytest.mark.parametrize("step", ["before the name", "after the name"])
def test_a_client_killed_at_any_stage_loses_no_finished_part(tmp_path: Path, stage: int, step: str) -> None:
    child = os.fork()
    if not child:
        written = 0

        def write_and_die(path: Path, data: bytes) -> None:
            nonlocal written
            written += 1
            if written == stage and step == "before the name":
                (path.parent / f".{path.name}.staged").write_bytes(data[:1])
                os.kill(os.getpid(), signal.SIGKILL)
            path.write_bytes(data)
            if written == stage:
                os.kill(os.getpid(), signal.SIGKILL)

        setattr(workers, "write_atomic", write_and_die)  # noqa: B010 - the child is gone after this
        compute(square, JOBS, Workers(jobs=1), tmp_path, ignored)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    computed: list[int] = []

    def counted(number: int) -> bytes:
        computed.append(number)
        return square(number)

    assert compute(counted, JOBS, Workers(jobs=1), tmp_path, ignored) == EXPECTED
    assert computed == list(range(stage if step == "after the name" else stage - 1, 5))


def test_workers_end_with_the_command_that_is_killed(tmp_path: Path) -> None:
    fifo, folder = tmp_path / "fifo", tmp_path / "parts"
    os.mkfifo(fifo)
    # Read from before the first worker writes, so that none has to wait for a reader.
    read_end = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    jobs = [(name, str(fifo)) for name, _number in JOBS[:2]]
    code = (
        "from pathlib import Path\n"
        "from screener.workers import Workers, compute\n"
        "from tests.test_workers import hold, ignored\n"
        f"compute(hold, {jobs}, Workers(jobs=2), Path({str(folder)!r}), ignored, loads=['colorsys'])\n"
    )
    command = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.DEVNULL)
    try:
        said = b""
        while said.count(b"\n") < 2:
            said += _read(read_end)
        pids = [int(line.split()[0]) for line in said.splitlines()]
        assert [line.split()[1] for line in said.splitlines()] == [b"True", b"True"]
        assert len({*pids, command.pid}) == 3
        command.kill()
        assert command.wait() == -signal.SIGKILL
        # Each worker holds its end of the fifo open as long as it lives.
        assert _read(read_end) == b""
    finally:
        command.kill()
        command.wait()
        os.close(read_end)


def _read(fifo: int) -> bytes:
    """What was written; nothing once every writer is gone. A writer that stays silent for two minutes is a fault."""
    poll = select.poll()
    poll.register(fifo, select.POLLIN)
    assert poll.poll(120_000), "nothing was written, and a writer still lives"
    return os.read(fifo, 4096)


class CommClosedError(Exception):
    """As Dask raises it."""


CommClosedError.__module__ = "distributed.comm.core"


class Failing(Executor):
    """A cluster that goes away after two parts."""

    def submit(self, work: Callable[..., Any], /, *jobs: Any, **_named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if jobs[0] < 2:
            future.set_result(work(*jobs))
        else:
            future.set_exception(CommClosedError("in <TCP>: Stream is closed"))
        return future


def test_a_cluster_that_goes_away_is_the_networks_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    monkeypatch.setattr(workers, "_dask", lambda _address: nullcontext(Failing()))
    with pytest.raises(NetworkError, match="the finished ones of 5 parts are kept"):
        compute(square, JOBS, Workers(cluster="tcp://gone:8786"), tmp_path, ignored)
    assert compute(square, JOBS, Workers(jobs=1), tmp_path, ignored) == EXPECTED


def test_nobody_answers_at_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(workers, "_SECONDS_TO_CONNECT", 0.2)
    with pytest.raises(NetworkError, match="no Dask scheduler responds"):
        compute(square, JOBS, Workers(cluster="tcp://127.0.0.1:9"), tmp_path, ignored)
