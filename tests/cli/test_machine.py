"""What the command does where the machine refuses: memory, stdout and stderr, docstrings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

HELP = """
import click, sys
from screener.cli.app import commands

def tell(command, context):
    sys.stdout.write(command.get_help(context) + "\\n")
    for name in sorted(getattr(command, "commands", {})):
        tell(command.commands[name], click.Context(command.commands[name], context, info_name=name))

tell(commands, click.Context(commands, info_name="screener"))
"""


def shell(line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHON": sys.executable, **environment}
    return subprocess.run(["bash", "-c", line], cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("megabytes", [200, 500, 1_000])
def test_too_little_memory_is_one_line(megabytes: int, tmp_path: Path) -> None:
    line = f"ulimit -v {megabytes * 1024}; exec $PYTHON -m screener report --source press"
    done = shell(line, tmp_path)
    if megabytes == 1_000 and not done.returncode:
        return  # what the libraries reserve differs from run to run: it was enough
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("screener: out of memory")
    assert done.stderr.count("\n") == 1
    assert not done.stdout
    assert not list(tmp_path.rglob("*.*")), "nothing is half-written"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_help_without_docstrings_is_the_same(language: str, tmp_path: Path) -> None:
    whole, bare = (
        shell(f'exec $PYTHON {option} -c "$TELL"', tmp_path, TELL=HELP, SCREENER_LANG=language)
        for option in ("", "-OO")
    )
    assert whole.returncode == bare.returncode == 0, bare.stderr
    assert whole.stdout.count("Usage: ") > 15
    assert bare.stdout == whole.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "redirect"),
    [
        ("report --source press", 0, "2>/dev/full"),
        ("report --source file:empty.csv", 3, "2>/dev/full"),
        ("report --event nothing", 2, "2>&-"),
    ],
)
def test_the_code_stays_where_stderr_takes_nothing(arguments: str, code: int, redirect: str, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    done = shell(f"exec $PYTHON -m screener {arguments} {redirect}", tmp_path)
    assert done.returncode == code
    assert not done.stderr
