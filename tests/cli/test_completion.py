"""Completion in real shells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LIMIT, ROOT, Run
from tests.forkserver import Starter

BASH = """
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_screener_completion screener
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH on which there is a `screener`."""
    command = tmp_path / "bin" / "screener"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m screener "$@"\n')
    command.chmod(0o755)
    return f"{command.parent}:{os.environ['PATH']}"


@pytest.fixture(scope="module")
def script(starter: Starter, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What bash is given to read."""
    folder = tmp_path_factory.mktemp("script")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    streams = folder / "out", folder / "err"
    assert starter.wait(starter.start(["completion", "bash"], environment, folder, *streams, LIMIT)) == 0
    return streams[0].read_text("utf-8")


def complete(path: str, script: str, words: str) -> list[str]:
    environment = {"PATH": path, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "HOME": "/nonexistent"}
    bash = ["bash", "--norc", "-c", script + BASH.format(words=words)]
    done = subprocess.run(bash, env=environment, capture_output=True, text=True, encoding="utf-8", check=True)
    assert not done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("screener rep", ["report"]),
        ("screener compare POWER SEMI : m", ["memory", "materials"]),  # bash takes words apart at colons
        ("screener stock SK하", ["SK하이닉스"]),
        ("screener days DATA", ["DATACENTER"]),
        ("screener days 00066", ["000660"]),
        ("screener stock 'sk\\ hy'", ["SK\\ hynix"]),  # as bash keeps what was typed
    ],
)
def test_bash(path: str, script: str, words: str, expected: list[str]) -> None:
    assert [word for word in complete(path, script, words) if word] == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("screener report --event d", ["deepseek"]),
        ("screener report --sector PO", ["POWER"]),
        ("screener sectors AI", ["AI_SW", "AIRLINES"]),
        ("screener compare SEMI PO", ["POWER"]),
        ("screener compare SEMI : mem", ["memory"]),
        ("screener stock 00066", ["000660"]),
        ("screener export stock 00066", ["000660"]),
        ("screener export compare AI", ["AI_SW", "AIRLINES"]),
        ("screener export report x --format pa", ["parquet"]),
        ("screener stock --config /nowhere 0", []),
    ],
)
def test_words_that_may_follow(run: Run, words: str, expected: list[str]) -> None:
    """What the script of bash asks for, without bash."""
    place = str(len(words.split()) - 1)
    done = run(COMP_WORDS=words, COMP_CWORD=place, _SCREENER_COMPLETE="bash_complete")
    assert [line.removeprefix("plain,") for line in done.stdout.splitlines() if line] == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_it_can_read(run: Run, shell: str, tmp_path: Path) -> None:
    done = run("completion", shell)
    assert done.returncode == 0, done.stderr
    assert "_SCREENER_COMPLETE" in done.stdout
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here to read it")
    script = tmp_path / "script"
    script.write_text(done.stdout, encoding="utf-8")
    subprocess.run([shell, "-n", script], check=True)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_told_names_beside_codes(run: Run, shell: str) -> None:
    asked = {"COMP_WORDS": "screener stock 00066", "COMP_CWORD": "2" if shell == "zsh" else "00066"}
    done = run(**asked, _SCREENER_COMPLETE=f"{shell}_complete")
    assert "000660" in done.stdout
    assert "SK hynix" in done.stdout
    assert not done.stderr
