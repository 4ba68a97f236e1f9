"""The first minutes: what is said to somebody who has configured nothing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.data import small


def test_bare_command_explains_itself_in_five_lines_and_reports(run: Run) -> None:
    done = run()
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert lines[0] == "screener shows which Korean sectors and stocks an event moved significantly."
    assert lines[4] == "Next: `screener doctor` checks this machine; `screener --help` lists commands"
    assert max(map(len, lines[:5])) <= 80
    assert done.stdout.startswith("DeepSeek shock")


def test_who_asks_for_something_is_told_nothing_else(run: Run) -> None:
    assert "Next:" not in run("report", "--source", "press").stderr
    assert "Next:" not in run("--source", "press").stderr


def test_who_has_configured_something_knows_the_screener(run: Run, tmp_path: Path) -> None:
    small.write_config(tmp_path).rename(tmp_path / "mine")
    assert "Next:" not in run(SCREENER_CONFIG=str(tmp_path / "mine")).stderr


def test_in_korean(run: Run) -> None:
    lines = run(LANG="ko_KR.UTF-8").stderr.splitlines()
    assert "screener doctor" in lines[4]
    assert any("가" <= letter <= "힣" for letter in lines[0])


@pytest.mark.parametrize(("language", "said"), [("C.UTF-8", "screener shows"), ("ko_KR.UTF-8", "screener는")])
def test_on_a_terminal_a_bare_command_names_two_others_and_sends_nothing(
    tmp_path: Path, language: str, said: str
) -> None:
    ours, theirs = pty.openpty()
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": language, "HOME": str(tmp_path)}
    # A proxy that is not there would be heard of, were anything sent.
    env["HTTPS_PROXY"] = env["HTTP_PROXY"] = "http://127.0.0.1:9"
    done = subprocess.run(
        [sys.executable, "-m", "screener"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=env,
        cwd=tmp_path,
        check=False,
    )
    os.close(theirs)
    page = os.read(ours, 10_000).decode()
    os.close(ours)
    assert done.returncode == 0
    assert said in page.splitlines()[0]
    assert [line.split("   ")[0].strip() for line in page.splitlines() if line.startswith("  ")] == [
        "screener report",
        "screener demo",
    ]
    assert max(map(len, page.splitlines())) <= 80
    assert not (tmp_path / "reports").exists()
