"""Work in parts: on this machine's cores or on a Dask cluster, each part kept as it is done.

The executors are those of `concurrent.futures`. What a part holds does not depend on who computed it, or on how many
there are: parts are cut by what is to be computed, and put together in their order.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

from screener.errors import DataError, NetworkError, ScreenerError, UsageError, install
from screener.files import unwritable, write_atomic
from screener.i18n import N_

Job = TypeVar("Job")
_SECONDS_TO_CONNECT = 10


@dataclass(frozen=True)
class Workers:
    """Who computes."""

    jobs: int | None = None
    """Processes on this machine; None = one for each core that the process may use."""
    cluster: str | None = None
    """Address of a Dask scheduler, tcp://HOST:8786, in place of them."""

    @contextmanager
    def executor(self, parts: int, module: str) -> Iterator[Executor | None]:
        """Something to submit `parts` parts of work of a `module` to; None where they are best computed here and now.

        Raises:
            UsageError: the library of the cluster is not installed.
            NetworkError: no scheduler answers.
        """
        if self.cluster is not None:
            with _dask(self.cluster) as executor:
                yield executor
            return
        processes = min(self.jobs or len(os.sched_getaffinity(0)), parts)
        if processes <= 1:
            yield None
            return
        # A forked child would inherit threads' locks; one that is spawned imports everything anew.
        context = get_context("forkserver")
        # Imported once, by the server that the workers are forked from.
        context.set_forkserver_preload([module])
        pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_end_with_parent)
        try:
            yield pool
        finally:
            # Waits for the parts at hand: a command that ends at once would leave its workers behind.
            pool.shutdown(wait=True, cancel_futures=True)


def _end_with_parent() -> None:
    """End this worker when the command that it works for is killed; it would wait for parts for ever."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_outlive, args=(parent.sentinel,), daemon=True).start()


def _outlive(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    try:
        import distributed
    except ImportError:
        raise UsageError(
            "--cluster needs Dask", hint="{command}", command=install("cluster", "'distributed>=2025.1'")
        ) from None
    connect: Any = distributed.Client  # has no types
    try:
        client = connect(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise NetworkError(
            "{address}: no Dask scheduler responds ({error})",
            hint="start `dask scheduler`, or omit --cluster",
            address=address,
            error=str(error).splitlines()[0] if str(error) else type(error).__name__,
        ) from None
    try:
        if not client.scheduler_info()["workers"]:
            raise NetworkError(
                "{address}: the cluster has no workers", hint="start `dask worker {address}`", address=address
            )
        yield client.get_executor(pure=False)
    finally:
        client.close(timeout=2)


def named(*made_of: str) -> str:
    """The name of a part: what it is made of, in 32 letters."""
    return hashlib.sha256("\0".join(made_of).encode()).hexdigest()[:32]


def compute(
    work: Callable[[Job], bytes],
    jobs: Sequence[tuple[str, Job]],
    workers: Workers,
    folder: Path,
    done: Callable[[int], None],
) -> list[bytes]:
    """The result of `work` for each of the named `jobs`, in their order; those in `folder` are not computed again.

    Args:
        work: a function of a module, which a worker imports.
        jobs: names (see `named`) and what `work` gets.
        workers: who computes.
        folder: where each result is kept as soon as it is there, whole or not at all.
        done: is told how many results are there, each time that one is added.

    Raises:
        ScreenerError: one that `work` raised.
        DataError: a worker was killed.
        NetworkError: the cluster went away.
    """
    results: dict[str, bytes] = {name: kept for name, _job in jobs if (kept := _kept(folder / name)) is not None}
    open_jobs = {name: job for name, job in jobs if name not in results}
    done(len(results))

    def keep(name: str, result: bytes) -> None:
        try:
            write_atomic(folder / name, result + hashlib.sha256(result).digest())
        except OSError as error:
            raise unwritable(folder / name, error) from None
        results[name] = result
        done(len(results))

    with workers.executor(len(open_jobs), work.__module__) as executor:
        if executor is None:
            for name, job in open_jobs.items():
                keep(name, work(job))
        else:
            _gather(executor, work, open_jobs, keep, len(jobs))
    return [results[name] for name, _job in jobs]


def _gather(
    executor: Executor,
    work: Callable[[Job], bytes],
    jobs: dict[str, Job],
    keep: Callable[[str, bytes], None],
    parts: int,
) -> None:
    names: dict[Future[bytes], str] = {}
    try:
        for name, job in jobs.items():
            names[executor.submit(work, job)] = name
        for future in as_completed(names):
            keep(names[future], future.result())
    except ScreenerError:
        raise
    except BrokenProcessPool:
        raise DataError(
            "a worker was killed; the finished ones of {parts} parts are kept",
            hint=N_("run the same command again, with fewer --jobs if memory runs out"),
            parts=parts,
        ) from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] in ("distributed", "dask", "tornado") or _is_cancelled(error):
            raise NetworkError(
                "the cluster failed ({error}); the finished ones of {parts} parts are kept",
                hint=N_("run the same command again when it is available"),
                error=(str(error).splitlines() or [type(error).__name__])[0][:160],
                parts=parts,
            ) from None
        raise


def _is_cancelled(error: Exception) -> bool:
    """Dask cancels what it loses with its scheduler."""
    return type(error).__name__ in ("CancelledError", "FutureCancelledError")


def _kept(path: Path) -> bytes | None:
    """What was kept under that name; None where it is not there, or not as it was written."""
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    result, digest = whole[:-32], whole[-32:]
    return result if hashlib.sha256(result).digest() == digest else None


def _forget(folder: Path) -> None:
    """Remove what was kept, once it is no longer needed."""
    for path in folder.glob("*") if folder.is_dir() else ():
        path.unlink(missing_ok=True)
    if folder.is_dir():
        folder.rmdir()
