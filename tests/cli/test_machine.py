"""What the command does where the machine refuses or differs: memory, disks, stdout and stderr, locales, docstrings."""

from __future__ import annotations

import os
import resource
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.data import small

HELP = """
import click, sys
from screener.cli.app import commands

def tell(command, context):
    sys.stdout.write(command.get_help(context) + "\\n")
    for name in sorted(getattr(command, "commands", {})):
        tell(command.commands[name], click.Context(command.commands[name], context, info_name=name))

tell(commands, click.Context(commands, info_name="screener"))
"""


@pytest.fixture
def own(tmp_path: Path) -> list[str]:
    """Options that point at the small market."""
    return small.options(tmp_path)


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


@pytest.mark.parametrize("arguments", ["report --source press --json", "--help"])
@pytest.mark.parametrize("redirect", [">/dev/full", ">&-", "| true"])
def test_output_that_cannot_be_written_is_no_traceback(arguments: str, redirect: str, tmp_path: Path) -> None:
    done = shell(f"$PYTHON -m screener {arguments} {redirect}", tmp_path)
    assert "Traceback" not in done.stderr
    assert "a bug" not in done.stderr
    assert done.stderr.count("\n") <= 1


def test_reader_that_leaves_early_is_no_fault(own: list[str], tmp_path: Path) -> None:
    done = shell(f"$PYTHON -m screener report {shlex.join(own)} | head -1; exit ${{PIPESTATUS[0]}}", tmp_path)
    assert done.returncode == 0
    assert done.stderr == ""
    assert next((tmp_path / "reports").glob("*/test/report.txt")).is_file()


def test_plain_latin_terminal_gets_ascii_and_no_traceback(run: Run, own: list[str]) -> None:
    done = run("report", *own, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert "?" not in done.stdout


@pytest.mark.parametrize("locale", ["C", "ko_KR.UTF-8"])
def test_any_locale(run: Run, own: list[str], locale: str) -> None:
    config = Path(own[1]) / "screener.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace('language = "en"', 'language = "auto"'), encoding="utf-8"
    )
    done = run("report", *own, LANG=locale)
    assert done.returncode == 0, done.stderr
    assert ("업종" in done.stdout) == locale.startswith("ko")


def test_full_disk_leaves_what_was_there(own: list[str], tmp_path: Path) -> None:
    """No file of this process may grow beyond 4 KB, as on a disk that is full."""
    target = tmp_path / "page.html"
    target.write_text("mine", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "screener", "report", "--html", target, *own],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert target.read_text(encoding="utf-8") == "mine"
    assert not list(tmp_path.glob(".page*"))
