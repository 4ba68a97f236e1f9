"""The options of `screener study`, before anything is measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    path.write_text("event_id,date,ticker\na,2024-08-29,000660\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("windows", ["0,5", "5:0", "0", "a:b", "0:0,", "0:0;0:5"])
def test_windows_that_are_none(run: Run, events: Path, windows: str) -> None:
    done = run("study", events, "--windows", windows, "--lang", "en")
    assert done.returncode == 2
    assert "write 0:5 for the event day and the five sessions after it" in done.stderr


def test_windows_may_begin_before_the_event(run: Run, events: Path) -> None:
    done = run(
        "study", events, "--windows", "-5:-1,0:0", "--jobs", "2", "--cluster", "tcp://127.0.0.1:1", "--lang", "en"
    )
    assert done.returncode == 2
    assert done.stderr == "screener: --jobs and --cluster are mutually exclusive: use one of them\n"


def test_a_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    done = run("study", tmp_path / "none.csv", "--lang", "en")
    assert done.returncode == 2
    assert "none.csv" in done.stderr


def test_help_in_korean(run: Run) -> None:
    done = run("study", "--help", "--lang", "ko")
    assert done.returncode == 0
    assert "파일에 담은 여러 사건" in done.stdout
    assert "Write LaTeX" not in done.stdout
