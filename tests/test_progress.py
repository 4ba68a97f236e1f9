"""The bar of a fetch, on a terminal whose clock is set."""

from __future__ import annotations

import io
import re
import sys
from typing import Any

import pytest
from rich.progress import Progress

from screener import progress


class Terminal(io.StringIO):
    """A terminal that keeps what it shows."""

    def isatty(self) -> bool:
        return True


def test_a_bar_shows_what_is_done_how_fast_and_how_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    class Clocked(Progress):
        """Shown anew after each change, and by that clock."""

        def __init__(self, *columns: Any, **options: Any) -> None:
            super().__init__(*columns, **options, get_time=lambda: now[0], auto_refresh=False)

        def update(self, *task: Any, **changes: Any) -> None:
            super().update(*task, **changes)
            self.refresh()

    terminal = Terminal()
    monkeypatch.setattr(progress, "Progress", Clocked)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    bar = progress.Bar()
    bar.start("stocks", 9)
    for number in range(9):
        now[0] += 0.25
        bar.step(f"{number:06d}")
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    lines = [" ".join(line.split()) for line in re.split(r"[\r\n]+", shown)]
    assert any(re.fullmatch(r"stocks 000004 \S+ 5/9 4\.0/s 0:00:01", line) for line in lines), lines
    assert terminal.getvalue().rindex("\x1b[?25h") > terminal.getvalue().rindex("\x1b[?25l")
