"""The command itself, in processes of its own: what it prints, and what it ends with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from screener.doctor.check import Check, as_text, to_json
from screener.errors import ExitCode
from tests.conftest import LIMIT, ROOT
from tests.doctor.conftest import NOW, SECRETS
from tests.fakes.krx import Exchange, Market
from tests.forkserver import Starter

CLOCK = "import time_machine; time_machine.travel('2025-02-07T09:30:00+00:00', tick=True).start()"
CHECKS = [
    Check("Python", "ok", "3.11.7"),
    Check("disk: store", "warning", f"{'word ' * 15}end", "free some space there"),
    Check("calendar", "failed", "one\ntwo \x1b[31m", "put:\nclosed = []"),
]


Doctor = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def doctor(starter: Starter, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Doctor:
    """The command, with nothing but a home around it."""
    streams = tmp_path_factory.mktemp("streams")

    def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", **environment}
        out, err = streams / "out", streams / "err"
        pid = starter.start(["doctor", *arguments], bare, tmp_path, out, err, LIMIT, now=NOW.isoformat())
        code = starter.wait(pid)
        return subprocess.CompletedProcess(arguments, code, out.read_text("utf-8"), err.read_text("utf-8"))

    return call


def in_a_python_of_its_own(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    code = f"{CLOCK}; import sys; sys.argv = ['screener', 'doctor', *sys.argv[1:]]; from screener.__main__ import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "C", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_text() -> None:
    assert as_text(CHECKS, colour=False).splitlines() == [
        "ok       Python       3.11.7",
        "warning  disk: store  word word word word word word word word word word word",
        "                      word word word word end",
        "         -> free some space there",
        "failed   calendar     one",
        r"                      two \x1b[31m",
        "         -> put:",
        "            closed = []",
        "1 ok, 1 warning, 1 failed",
    ]


def test_colour_marks_the_state_and_nothing_else() -> None:
    plain, coloured = as_text(CHECKS, colour=False), as_text(CHECKS, colour=True)
    assert coloured.startswith("\x1b[32mok\x1b[0m       Python")
    for code in ("32", "33", "31", "0"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == plain


def test_json() -> None:
    document = json.loads(to_json(CHECKS))
    assert document["schema_version"] == 1
    assert document["checks"][1] | {"found": ""} == {
        "name": "disk: store",
        "state": "warning",
        "found": "",
        "fix": "free some space there",
    }


def test_offline_sends_nothing(doctor: Doctor, market: Market, tmp_path: Path) -> None:
    with Exchange(market) as exchange:
        done = doctor("--offline", **exchange.environment, **SECRETS)
    assert (done.returncode, done.stderr) == (0, "")
    assert exchange.requests == []
    assert not list(tmp_path.rglob("*"))
    assert "\x1b" not in done.stdout
    words = [line[:9].strip() for line in done.stdout.splitlines()[:-1]]
    assert set(words) <= {"ok", "warning", ""}
    # Only what cannot be broken, such as a path, goes beyond 80 columns.
    assert all(len(line) <= 80 or len(line[27:].split()) == 1 for line in done.stdout.splitlines())
    assert not any(secret in done.stdout for secret in SECRETS.values())


def test_no_network_is_an_exit_code(doctor: Doctor, market: Market) -> None:
    with Exchange(market) as exchange:
        nobody = exchange.unreachable
        done = doctor("--json", **nobody, KRX_ID="tester", KRX_PW="right-password")
    assert (done.returncode, done.stderr) == (ExitCode.NETWORK, "")
    states = {one["name"]: one["state"] for one in json.loads(done.stdout)["checks"]}
    assert (states["network KRX"], states["network Naver"], states["KRX account"]) == ("failed", "warning", "warning")


def test_login_through_the_command(doctor: Doctor, market: Market) -> None:
    with Exchange(market) as exchange:
        done = doctor(**exchange.environment, **SECRETS)
        assert (done.returncode, done.stderr) == (0, "")
        assert exchange.account.logins == 1
    assert "KRX_ID and KRX_PW set and accepted" in done.stdout
    assert not any(secret in done.stdout for secret in SECRETS.values())


def test_config_and_locale_that_are_broken(tmp_path: Path) -> None:
    (tmp_path / "screener.toml").write_text("event = \n", encoding="utf-8")
    strict = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = in_a_python_of_its_own(tmp_path, "--offline", "--config", str(tmp_path), **strict)
    assert (done.returncode, done.stderr) == (ExitCode.USAGE, "")
    assert f"{tmp_path / 'screener.toml'}:1:" in done.stdout
    assert done.stdout.isascii()
    lines = done.stdout.splitlines()
    assert any(line.startswith("warning  locale") for line in lines)
    assert any(line.startswith("warning  terminal") for line in lines)
