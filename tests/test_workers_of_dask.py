"""Work in parts on a Dask cluster: what one process finds, and nothing lost whoever dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.errors import DataError, NetworkError
from screener.workers import Workers, compute
from tests.test_workers import EXPECTED, JOBS, fail_at_three, ignored, square

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

import dask

from tests.dask_cluster import running

pytestmark = pytest.mark.filterwarnings(
    "ignore::UserWarning", "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning"
)
Cluster = tuple[str, list[int]]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    # A client waits so long for a scheduler that is gone.
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), running() as cluster:
        yield cluster


def square_or_die_once(job: tuple[int, str]) -> bytes:
    """The square of the number; the first worker that is to compute that of 3 is killed."""
    number, mark = job
    if number == 3:
        try:
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return square(number)
        os.kill(os.getpid(), signal.SIGKILL)
    return square(number)


def square_or_kill(job: tuple[int, int]) -> bytes:
    """The square of the number; for that of the last one the process `pid` is killed first."""
    number, pid = job
    if number == 4:
        os.kill(pid, signal.SIGKILL)
        while True:
            signal.pause()
    return square(number)


def test_workers_find_what_one_process_finds_and_one_that_is_killed_is_replaced(
    cluster: Cluster, tmp_path: Path
) -> None:
    workers = Workers(cluster=cluster[0])
    assert compute(square, JOBS, workers, tmp_path / "all", ignored) == EXPECTED
    with pytest.raises(DataError, match="part 3 has no prices"):
        compute(fail_at_three, JOBS, workers, tmp_path / "failing", ignored)
    jobs = [(name, (number, str(tmp_path / "mark"))) for name, number in JOBS]
    assert compute(square_or_die_once, jobs, workers, tmp_path / "killed", ignored) == EXPECTED
    assert (tmp_path / "mark").exists(), "one was killed"


def test_a_scheduler_that_is_killed_costs_no_finished_part(cluster: Cluster, tmp_path: Path) -> None:
    address, (scheduler, *_workers) = cluster
    first = [(name, (number, 0)) for name, number in JOBS[:4]]
    compute(square_or_kill, first, Workers(cluster=address), tmp_path, ignored)
    jobs = [(name, (number, scheduler)) for name, number in JOBS]
    told: list[int] = []
    with pytest.raises(NetworkError, match="the finished ones of 5 parts are kept"):
        compute(square_or_kill, jobs, Workers(cluster=address), tmp_path, told.append)
    assert told == [4]
    assert compute(square, JOBS, Workers(jobs=1), tmp_path, ignored) == EXPECTED
