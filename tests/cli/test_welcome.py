"""The first minutes: what is said to somebody who has configured nothing."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Run
from tests.data import small


def test_bare_command_explains_itself_in_five_lines_and_reports(run: Run) -> None:
    done = run()
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert lines[0] == "screener tells which Korean sectors and stocks an event moved, and how surely."
    assert lines[4] == "Next: screener doctor, which checks this machine, and screener --help"
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
