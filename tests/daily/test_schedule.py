"""How a machine runs it by itself: a line that cron understands, and units that systemd understands."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from screener.daily.schedule import cron_lines, systemd_units, time_of_run
from screener.krx.hours import KRX_SCHEDULE, Span, TradingHours
from tests.conftest import ROOT, Run
from tests.fakes.krx import KST

_QUARTER = timedelta(minutes=15)
AT = time(20, 30)


def fires(line: str, at: datetime) -> bool:
    """Whether the shell part of the line runs its command at `at`, told by a shell with another `date`."""
    schedule, shell = line.split(" * * * * ", 1)
    assert schedule == "*/15"
    code = f'date() {{ TZ=Asia/Seoul command date -d "@{int(at.timestamp())}" "$1"; }}; {shell}'
    unescaped = re.sub(r"\\%", "%", code)
    done = subprocess.run(["/bin/sh", "-c", unescaped], capture_output=True, text=True, check=True)
    return done.stdout == "ran\n"


def test_the_line_fires_at_half_past_eight_in_seoul_whatever_the_zone() -> None:
    line = cron_lines(["echo", "ran"], Path("/"), AT).splitlines()[1]
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
            quarters = [(moment + n * _QUARTER).astimezone(ZoneInfo(zone)) for n in range(80, 86)]
            fired = [one.astimezone(KST) for one in quarters if fires(line, one)]
            assert [f"{one:%H:%M}" for one in fired] == ["20:30"] * wanted


def test_the_time_follows_the_trading_hours() -> None:
    assert time_of_run(KRX_SCHEDULE, date(2026, 9, 11)) == time(18, 30)
    assert time_of_run(KRX_SCHEDULE, date(2026, 9, 14)) == time(20, 30)
    longer = TradingHours(date(2027, 1, 4), Span(time(9), time(15, 30)), Span(time(16), time(20, 50)))
    assert time_of_run(KRX_SCHEDULE.corrected([longer], []), date(2027, 1, 4)) == time(21, 30)


def test_words_with_signs_of_cron_and_systemd_survive() -> None:
    odd = ["/opt/my tools/python", "-m", "screener", "daily", "--reports", "50% done/$HOME", 'a"b']
    line = cron_lines(odd, Path("/tmp"), AT).splitlines()[1]  # noqa: S108 - a name
    assert "%" not in re.sub(r"\\%", "", line)
    unit = systemd_units(odd, Path("/tmp"), AT)["screener-daily.service"]  # noqa: S108 - a name
    assert r'ExecStart="/opt/my tools/python" -m screener daily --reports "50%% done/$$HOME" "a\"b"' in unit


def test_it_prints_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    done = run("daily", "--install", "cron", "--reports", "out")
    assert done.returncode == 0, done.stderr
    mark, line = done.stdout.splitlines()
    assert mark == "# screener daily: 20:30 Asia/Seoul, Monday to Friday"
    assert f"cd {tmp_path} && {sys.executable} -m screener daily --reports out --quiet --lang en;; esac" in line
    done = run("daily", "--install", "systemd")
    assert "OnCalendar=Mon..Fri *-*-* 20:30:00 Asia/Seoul" in done.stdout
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


def test_what_the_environment_says_stands_on_the_line_but_no_secret(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/screener.toml").write_bytes((ROOT / "config/screener.toml").read_bytes())
    variables = {"SCREENER_CONFIG": "own", "SCREENER_STORE": "s3://key:token@bucket/x", "KRX_PW": "token"}
    done = run("daily", "--install", "cron", **variables)
    assert "--quiet --config own --lang en;; esac" in done.stdout
    assert "token" not in done.stdout + done.stderr


def test_the_language_in_force_stands_on_the_line_once(run: Run) -> None:
    assert "--quiet --lang ko;; esac" in run("daily", "--install", "cron", LANG="ko_KR.UTF-8").stdout
    assert run("daily", "--install", "cron", "--lang", "ko").stdout.count("--lang ko") == 1


def test_secrets_on_the_line_are_warned_of_and_not_written(run: Run) -> None:
    done = run("daily", "--install", "cron", "--notify", "json://token@nowhere.invalid")
    assert "token" not in done.stdout + done.stderr
