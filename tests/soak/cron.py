"""The printed line under Debian's cron, with the real clock: `pytest tests/soak/cron.py`, part of `make soak`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

import pytest

from screener.daily.schedule import cron_lines
from tests.conftest import ROOT
from tests.e2e.conftest import SCREENER, SECTORS
from tests.e2e.secrets import ID, PASSWORD
from tests.fakes.krx import KST, Exchange, Market

WAIT = 150
"""Seconds in which a cron that looks once a minute has run the line, and the run has ended."""


def in_its_own_crontabs(folder: Path, script: str) -> subprocess.Popen[bytes]:
    """A shell whose crontabs and lock files are its own; everything in it ends with it."""
    for name in ("spool/crontabs", "run", "cron.d"):
        (folder / name).mkdir(parents=True)
    (folder / "crontab").touch()
    binds = " && ".join(
        f"mount --bind {folder / ours} {theirs}"
        for ours, theirs in (
            ("spool", "/var/spool/cron"),
            ("run", "/run"),
            ("cron.d", "/etc/cron.d"),
            ("crontab", "/etc/crontab"),
        )
    )
    inner = f"{binds} && chmod 1730 /var/spool/cron/crontabs && {script}"
    return subprocess.Popen(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "/bin/sh", "-c", inner]
    )


def can_unshare() -> bool:
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.skipif(not shutil.which("cron"), reason="Debian's cron is not installed: apt-get install cron")
@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="a cron daemon needs root")
def test_debians_cron_runs_it(tmp_path: Path) -> None:
    """The printed line, but for the hour, under the real daemon with the real clock and a bare environment."""
    if not can_unshare():
        pytest.skip("needs name spaces, so that no crontab of this machine is touched")
    today = datetime.now(KST).date()
    market = Market(today - timedelta(days=330), today, size=300)
    closed = [day for day in market.days if day < today]
    event = closed[-3]
    folder = tmp_path / "work"
    config = folder / "config"
    config.mkdir(parents=True)
    (config / "sectors.toml").write_text(SECTORS)
    (config / "screener.toml").write_text(SCREENER)
    (config / "events.toml").write_text(f'[deepseek]\nname = {{ ko = "사건", en = "Event" }}\nnews = {event}\n')
    (config / "secrets.toml").write_text(f'KRX_ID = "{ID}"\nKRX_PW = "{PASSWORD}"\n')
    (config / "secrets.toml").chmod(0o600)
    market.now = datetime.now(KST)
    with Exchange(market) as exchange:
        exchange.account.name, exchange.account.password = ID, PASSWORD
        # A market of 300 names is none to the screener: the one thing that is changed in it.
        small = "import screener.data.checks as c; c.WHOLE = 200; from screener.__main__ import main; main()"
        command = [sys.executable, "-c", small, "daily", "--config", "config", "--store", "store", "--log", "daily.log"]
        line = cron_lines(command, folder, time_of_day(20, 30)).replace("*/15", "*").replace("[1-5]2030", "*")
        crontab = "".join(
            f'{name}="{value}"\n' for name, value in {**exchange.environment, "PYTHONPATH": str(ROOT)}.items()
        )
        (tmp_path / "mine").write_text(f"{crontab}{line}")
        daemon = in_its_own_crontabs(tmp_path / "cron", f"crontab {tmp_path / 'mine'} && exec cron -f")
        try:
            end = time.monotonic() + WAIT
            while time.monotonic() < end and not list((folder / "reports").glob("latest")):
                assert daemon.poll() is None
                market.now = datetime.now(KST)
                time.sleep(0.5)
        finally:
            daemon.kill()
            daemon.wait()
    log = (folder / "daily.log").read_text()
    assert "daily exit 0: " in log, log
    made = date.fromisoformat((folder / "reports/latest").readlink().name)
    assert made in market.days[-2:]
    assert (folder / "reports/latest/deepseek/report.html").exists()
    assert PASSWORD not in log
