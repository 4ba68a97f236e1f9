"""What all tests share: a small market with known figures, the real market where it is at hand, and the command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run: a test that fails only now and then tells nobody anything.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("fuzz", max_examples=10_000, deadline=None)
settings.load_profile("repeatable")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def krx() -> Path:
    """Folder of the real market data."""
    folder = SHARED / "krx"
    if not (folder / "prices_adjusted.parquet").is_file():
        pytest.skip("the real market data is not here: it may not be redistributed")
    return folder


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("KRX_", "SCREENER_")) or name in ("NO_COLOR", "COLUMNS"):
            monkeypatch.delenv(name)


NOWHERE = "http://127.0.0.1:9"
"""A proxy that refuses every connection: what is sent through it leaves no machine."""
OFFLINE = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)


@pytest.fixture
def run(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The command, run in an empty folder, with an empty home, and without a network."""
    home = str(tmp_path_factory.mktemp("home"))

    def call(*arguments: str | Path, cwd: Path = tmp_path, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {"PATH": os.environ["PATH"], "HOME": home, **OFFLINE}
        return subprocess.run(
            [sys.executable, "-m", "screener", *map(str, arguments)],
            cwd=cwd,
            env={**kept, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return call
