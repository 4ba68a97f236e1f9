"""What all tests share: a small market with known figures, the real market where it is at hand, and the command."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings

from screener.i18n import set_language
from tests.forkserver import Starter

# Two workers on two cores: threads of one would only wait for those of the other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# The same examples on every run, however long each takes: a test that fails only now and then tells nobody anything.
settings.register_profile(
    "repeatable",
    max_examples=50,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)
settings.register_profile("fuzz", max_examples=10_000, deadline=None)
settings.load_profile("repeatable")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

LONGEST = (
    "tests/e2e",
    "tests/lies/test_wire.py",
    "tests/report",
    "tests/daily",
    "tests/lies/test_files.py",
    "tests/mcp/test_server.py",
    "tests/test_cli.py",
    "tests/cli/test_output.py",
)
"""What takes longest comes first, or one worker would be at it when the other has nothing left to do."""
TOGETHER = ("tests/report", "tests/daily", "tests/e2e")
"""Tests of these folders share what takes longest to make, so that one worker has them all."""


SLOW = (
    "tests/analysis/test_day.py",
    "tests/analysis/test_scan.py",
    "tests/cli/test_completion.py",
    "tests/cli/test_machine.py",
    "tests/cli/test_mcp.py",
    "tests/cli/test_output.py",
    "tests/daily/test_configuration.py",
    "tests/daily/test_hard_times.py",
    "tests/daily/test_notify.py",
    "tests/daily/test_run.py",
    "tests/data/test_store_crash.py",
    "tests/data/test_stored.py",
    "tests/data/test_whole_market.py",
    "tests/e2e",
    "tests/fakes/krx/test_exchange.py",
    "tests/lies",
    "tests/mcp/test_server.py",
    "tests/outside/test_telling.py",
    "tests/report/formats/test_agreement.py",
    "tests/report/formats/test_browser.py",
    "tests/report/formats/test_picture.py",
    "tests/test_demo.py",
    "tests/test_docs.py",
    "tests/test_install.py",
    "tests/test_pages.py",
    "tests/test_workers_of_dask.py",
)
"""Whole commands, a browser, or every row of a matrix: marked `slow`, and run by `make slow` after `make test`."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without the slow tests, what they import is not loaded either."""
    path = collection_path.relative_to(ROOT).as_posix()
    return (config.option.markexpr == "not slow" and path.startswith(SLOW)) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest first; the others stay in their order."""

    def rank(item: pytest.Item) -> int:
        return next((n for n, one in enumerate(LONGEST) if item.nodeid.startswith(one)), len(LONGEST))

    items.sort(key=rank)
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker("slow")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A worker takes whole files, and the folders that are tested together whole."""
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    class Scheduling(LoadFileScheduling):  # type: ignore[misc]  # its library has no types
        def _split_scope(self, nodeid: str) -> str:
            return next((one for one in TOGETHER if nodeid.startswith(f"{one}/")), super()._split_scope(nodeid))

    return Scheduling(config, log)


Run = Callable[..., subprocess.CompletedProcess[str]]
LIMIT = 600
"""Seconds after which a run is ended: it hangs."""


@pytest.fixture(scope="session")
def krx() -> Path:
    """Folder of the real market data."""
    folder = SHARED / "krx"
    if not (folder / "prices_adjusted.parquet").is_file():
        pytest.skip("the real market data is not here: it may not be redistributed")
    return folder


BUNDLES = "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"
"""Variables that name certificates; those of this machine are of no use to a test, and take a twentieth of a second."""


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("KRX_", "SCREENER_", "DATA_GO_KR_")) or name in ("NO_COLOR", "COLUMNS", *BUNDLES):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _quick_fingerprints() -> Iterator[None]:
    """A fingerprint of a password takes a tenth of a second on purpose."""
    scrypt = hashlib.scrypt

    def quick(password: bytes, **options: Any) -> bytes:
        return scrypt(password, **{**options, "n": 2})

    with patch.object(hashlib, "scrypt", quick):
        yield


NOWHERE = "http://127.0.0.1:9"
"""A proxy that refuses every connection: what is sent through it leaves no machine."""
SATURDAY = "2026-11-28T12:00:00+09:00"
"""When forks of the command run: what the screener asks for depends on the hour of a session."""
OFFLINE = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    """What forks the command: an import costs more than all that most runs do."""
    running = Starter()
    yield running
    running.stop()


def _at_the_start(name: str, value: str) -> bool:
    """Whether Python itself reads it, once, so that a fork of a process that runs already would not see it.

    Under any language in UTF-8 Python does the same; what the screener makes of it, it reads later.
    """
    return name.startswith(("LANG", "LC_", "PYTHON")) and not (name == "LANG" and value.endswith("UTF-8"))


@pytest.fixture
def run(starter: Starter, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The command, run in an empty folder, with an empty home, and without a network."""
    home, streams = (tmp_path_factory.mktemp(name) for name in ("home", "streams"))
    bare = {"PATH": os.environ["PATH"], "HOME": str(home), **OFFLINE, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}

    def call(*arguments: str | Path, cwd: Path = tmp_path, **environment: str) -> subprocess.CompletedProcess[str]:
        words = [str(one) for one in arguments]
        if any(_at_the_start(name, value) for name, value in environment.items()):
            return subprocess.run(
                [sys.executable, "-m", "screener", *words],
                cwd=cwd,
                env={**bare, **environment},
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=LIMIT,
                check=False,
            )
        pid = starter.start(words, {**bare, **environment}, cwd, streams / "out", streams / "err", LIMIT, now=SATURDAY)
        code = starter.wait(pid)
        out, err = ((streams / name).read_text("utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess(words, code, out, err)

    return call


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Whatever language a test sets, the next begins in English."""
    yield
    set_language("en")
