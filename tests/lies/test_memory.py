"""No answer, however it bursts, takes 300 MB: shown by a process that may not have more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

MORE = 300_000_000
"""Bytes that a fetch may take beside what the process has once everything is imported."""
CHILD = """
import gzip, resource, sys
from dataclasses import replace
from pathlib import Path
from tests.lies import fetched, wire

(lie,) = [one for one in wire.WIRE if one.name == sys.argv[1]]
wire.BLANKS *= 66  # 400 MB
market = fetched.simulated()
with fetched.exchange_of(lie, market, None) as exchange, fetched.whole_is(fetched.WHOLE):
    fetched.stage(lie, exchange, Path(sys.argv[2]))
    fetched.tell(lie, exchange)
    held = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (held + int(sys.argv[3]),) * 2)
    came = fetched.load(lie, exchange, Path(sys.argv[2]))
print(came.code, came.said)
"""


def child(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", text, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


TRUTH = """
import resource, sys
from datetime import date
from pathlib import Path
from tests.data import live
from tests.fakes.krx import Market, kst, mocked

market = Market(date(2024, 12, 2), date(2025, 3, 31))
with mocked(market) as exchange:
    market.now = kst(2025, 2, 11)
    way = live.live("pykrx-login", live.access(Path(sys.argv[1]), exchange))
    way.fetch(live.plan(date(2025, 1, 20), date(2025, 1, 20)))
    held = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (held + int(sys.argv[2]),) * 2)
    done = way.fetch(live.plan(date(2025, 1, 20), date(2025, 1, 31)))
print(done.sessions, len(market.stocks))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="what a process holds is read from Linux' /proc")
def test_sessions_of_the_whole_market_take_less_than_300_mb(tmp_path: Path) -> None:
    done = child(TRUTH, str(tmp_path), str(MORE))
    assert done.returncode == 0, done.stderr[-300:]
    sessions, stocks = map(int, done.stdout.split())
    assert sessions == 5
    assert stocks > 2_500


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="what a process holds is read from Linux' /proc")
@pytest.mark.parametrize("name", ["KRX: a body that bursts", "Naver: a body that bursts"])
def test_a_fetch_takes_less_than_300_mb(name: str, tmp_path: Path) -> None:
    done = child(CHILD, name, str(tmp_path), str(MORE))
    assert done.returncode == 0, done.stderr[-300:]
    assert done.stdout[0] in "035", done.stdout
    assert "large" in done.stdout
