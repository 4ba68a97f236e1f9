"""The README's commands run, and its output is what they print."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.data import small

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
EXCERPTS = re.findall(r"<!-- from (\S+) -->\n```text\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def assert_in_order(expected: list[str], output: str) -> None:
    lines = iter(line.rstrip() for line in output.splitlines())
    for line in expected:
        if line.strip() and line.strip() != "...":
            assert line.rstrip() in lines, f"not there, or not in this order: {line!r}"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the files that the README's examples name."""
    small.write_prices(tmp_path)
    small.write_benchmark(tmp_path).rename(tmp_path / "indices.csv")
    (tmp_path / "market.csv").write_text("date,ticker,close,volume,change_pct,marcap\n", encoding="utf-8")
    with (tmp_path / "market.csv").open("a", encoding="utf-8") as file:
        file.write(f"{small.sessions()[small.EVENT_ROW - 1]},000001,1,1,-2.20,1e12\n")
    small.write_config(tmp_path).rename(tmp_path / "mine")
    return tmp_path


@pytest.mark.parametrize("block", BLOCKS)
def test_commands_run_and_print_what_the_readme_shows(block: str, desk: Path, run: Run) -> None:
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    assert parts
    for part in parts:
        command, *expected = part.replace("\\\n", " ").splitlines()
        words = shlex.split(command, comments=True)
        if words[0] == "make":  # it would install; that its targets exist is what can be shown here
            dry = ["make", "--dry-run", "--directory", str(ROOT), *words[1:]]
            done = subprocess.run(dry, capture_output=True, text=True, encoding="utf-8", check=False)
        elif words[0] == "screener":
            done = run(*words[1:], cwd=desk, HOME=str(desk))
        else:
            assert words[0] in ("git", "pip", "cd")
            continue
        assert done.returncode == 0, done.stderr
        assert_in_order(expected, done.stdout)


@pytest.mark.parametrize(("file", "excerpt"), EXCERPTS)
def test_excerpts_are_from_the_files_they_name(file: str, excerpt: str) -> None:
    assert_in_order(excerpt.splitlines(), (ROOT / file).read_text(encoding="utf-8"))


def test_readme_shows_the_sample_and_runs_something() -> None:
    assert len(BLOCKS) >= 4
    assert "reports/2025-02-11/deepseek/report.txt" in {file for file, _ in EXCERPTS}


def test_exit_codes_are_those_of_the_code() -> None:
    from screener.errors import ExitCode

    table = dict(re.findall(r"^\| (\d+) \| (.+?) \|$", README, flags=re.MULTILINE))
    assert {int(code) for code in table} == {int(code) for code in ExitCode}


def test_reference_is_that_of_the_code() -> None:
    from tests.reference import with_reference

    assert with_reference(README) == README, "make reference brings it up to date"
    assert README.count("```text\nscreener ") >= 14
