"""How a machine runs it by itself: a line that cron understands, units that systemd understands, and a real cron."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from screener.daily.schedule import MARK, cron_lines, systemd_units
from tests.conftest import ROOT, Run
from tests.e2e.conftest import SCREENER, SECTORS
from tests.e2e.secrets import ID, PASSWORD
from tests.fakes.krx import KST, Exchange, Market

WAIT = 150
"""Seconds in which a cron that looks once a minute has run the line, and the run has ended."""
_QUARTER = timedelta(minutes=15)


def fires(line: str, at: datetime) -> bool:
    """Whether the shell part of the line runs its command at `at`, told by a shell with another `date`."""
    schedule, shell = line.split(" * * * * ", 1)
    assert schedule == "*/15"
    code = f'date() {{ TZ=Asia/Seoul command date -d "@{int(at.timestamp())}" "$1"; }}; {shell}'
    unescaped = re.sub(r"\\%", "%", code)
    done = subprocess.run(["/bin/sh", "-c", unescaped], capture_output=True, text=True, check=True)
    return done.stdout == "ran\n"


def test_the_line_fires_at_half_past_six_in_seoul_whatever_the_zone() -> None:
    line = cron_lines(["echo", "ran"], Path("/")).splitlines()[1]
    for zone in ("UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"):
        # A Friday, the week end, a Monday in July, and the night in which New York changes its clocks.
        for day, wanted in (
            ((2025, 1, 31), 1),
            ((2025, 2, 1), 0),
            ((2025, 2, 2), 0),
            ((2025, 7, 7), 1),
            ((2025, 3, 9), 0),
        ):
            moment = datetime(*day, tzinfo=KST)
            quarters = [(moment + n * _QUARTER).astimezone(ZoneInfo(zone)) for n in range(72, 78)]
            fired = [one.astimezone(KST) for one in quarters if fires(line, one)]
            assert [f"{one:%H:%M}" for one in fired] == ["18:30"] * wanted


def test_words_with_signs_of_cron_and_systemd_survive() -> None:
    odd = ["/opt/my tools/python", "-m", "screener", "daily", "--reports", "50% done/$HOME", 'a"b']
    line = cron_lines(odd, Path("/tmp")).splitlines()[1]  # noqa: S108 - a name
    assert "%" not in re.sub(r"\\%", "", line)
    unit = systemd_units(odd, Path("/tmp"))["screener-daily.service"]  # noqa: S108 - a name
    assert r'ExecStart="/opt/my tools/python" -m screener daily --reports "50%% done/$$HOME" "a\"b"' in unit


def test_it_prints_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    done = run("daily", "--install", "cron", "--reports", "out")
    assert done.returncode == 0, done.stderr
    mark, line = done.stdout.splitlines()
    assert mark == MARK
    assert f"cd {tmp_path} && {sys.executable} -m screener daily --reports out --quiet;; esac" in line
    done = run("daily", "--install", "systemd")
    assert "OnCalendar=Mon..Fri *-*-* 18:30:00 Asia/Seoul" in done.stdout
    assert f"WorkingDirectory={tmp_path}" in done.stdout
    assert list(tmp_path.iterdir()) == []
    assert run("daily", "--yes").returncode == 2


def test_with_yes_systemd_finds_the_units(run: Run, tmp_path: Path) -> None:
    done = run("daily", "--install", "systemd", "--yes", XDG_CONFIG_HOME=str(tmp_path / "config"))
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "config/systemd/user"
    assert {path.name for path in folder.iterdir()} == {"screener-daily.service", "screener-daily.timer"}
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here to verify the units")
    verified = subprocess.run(
        ["systemd-analyze", "verify", *map(str, folder.iterdir())], capture_output=True, text=True, check=False
    )
    assert "screener-daily" not in verified.stderr, verified.stderr


def test_what_the_environment_says_stands_on_the_line_but_no_secret(run: Run) -> None:
    variables = {"SCREENER_CONFIG": "own", "SCREENER_STORE": "s3://key:token@bucket/x", "KRX_PW": "token"}
    done = run("daily", "--install", "cron", **variables)
    assert "--quiet --config own;; esac" in done.stdout
    assert "token" not in done.stdout + done.stderr


def test_secrets_on_the_line_are_warned_of_and_not_written(run: Run) -> None:
    done = run("daily", "--install", "cron", "--notify", "json://token@nowhere.invalid")
    assert "token" not in done.stdout + done.stderr


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
        small = "import screener.krx.checks as c; c.WHOLE = 200; from screener.__main__ import main; main()"
        command = [sys.executable, "-c", small, "daily", "--config", "config", "--store", "store", "--log", "daily.log"]
        line = cron_lines(command, folder).replace("*/15", "*").replace("[1-5]1830", "*")
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
