"""The crashes themselves: every change is a step, and a kill leaves what it says that it leaves."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.crash import every_step


def test_every_kind_of_change_is_a_step_and_leaves_what_a_crash_leaves(tmp_path: Path) -> None:
    folder = tmp_path / "disk"

    def prepare() -> None:
        folder.mkdir()

    def work() -> None:
        (tmp_path / "elsewhere").write_text("does not count")
        with (folder / "new").open("wb") as file:
            file.write(b"12345678")
            file.flush()
            os.fsync(file.fileno())
        (folder / "new").replace(folder / "final")
        (folder / "below").mkdir()
        (folder / "below").mkdir(exist_ok=True)
        (folder / "nothing").unlink(missing_ok=True)
        (folder / "link").symlink_to("final")
        shutil.rmtree(folder / "below")
        with (folder / "final").open("ab") as file:
            file.write(b"9")
        (folder / "final").unlink()

    def left() -> dict[str, bytes]:
        return {path.name: path.read_bytes() if path.is_file() else b"" for path in folder.iterdir()}

    found = [(step, left()) for step in every_step(folder, work, prepare)]
    whole = b"12345678"
    assert found == [
        ("open new", {"new": b""}),
        ("sync new", {"new": b"1234"}),
        ("rename final", {"new": whole}),
        ("mkdir below", {"final": whole}),
        ("symlink link", {"final": whole, "below": b""}),
        ("rmdir below", {"final": whole, "below": b"", "link": whole}),
        ("remove final", {"final": whole + b"9", "link": whole + b"9"}),
    ]
    assert left() == {"link": b""}


def test_a_failure_of_the_action_is_no_crash(tmp_path: Path) -> None:
    def fail() -> None:
        raise ValueError

    with pytest.raises(AssertionError, match="the action failed by itself"):
        list(every_step(tmp_path / "disk", fail, (tmp_path / "disk").mkdir))
