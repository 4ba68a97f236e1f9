"""What reaches the terminal: text made safe, and a progress bar that leaves no trace."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from screener.console import ProgressBar, busy, escaped, explain, warn

HOSTILE = "\x1b[2J\x1b]0;owned\x07\r\nscreener: done\u202e"


def terminal() -> Console:
    return Console(record=True, file=io.StringIO(), force_terminal=True, width=100, color_system=None)


def test_control_characters_become_escapes() -> None:
    assert escaped("삼성 +1.5%") == "삼성 +1.5%"
    assert escaped(HOSTILE) == r"\x1b[2J\x1b]0;owned\x07\r\nscreener: done\u202e"


def test_a_warning_is_one_line_of_bounded_length(capsys: pytest.CaptureFixture[str]) -> None:
    warn("two\nlines")
    warn("x" * 1000)
    explain("a", "b\x07")
    assert capsys.readouterr().err.splitlines() == [
        r"screener: two\nlines", f"screener: {'x' * 600}...", "a", r"b\x07",
    ]  # fmt: skip


def test_the_bar_shows_step_rate_and_remaining_time() -> None:
    """Nine steps, one every quarter of a second: four a second, and a second left when five are done."""
    now = 100.0
    console = terminal()
    bar = ProgressBar(console, lambda: now)
    bar.start("pykrx-keyless: stocks", 9)
    for number in range(5):
        now += 0.25
        bar.step(f"00000{number}")
    shown = console.export_text(clear=False)
    assert "pykrx-keyless: stocks 000004" in shown
    assert "5/9 4.0/s 0:00:01" in shown
    bar.stop()


def test_the_bar_leaves_no_trace_when_it_is_full() -> None:
    console = terminal()
    bar = ProgressBar(console)
    bar.start("stocks", 1)
    bar.step("000001")
    written = console.file.getvalue()  # type: ignore[attr-defined]
    assert "1/1" in written
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")
    assert not written.rpartition("\x1b[2K")[2].strip("\r\n")


@pytest.mark.parametrize(("total", "said"), [(3, "screener: stocks: 3 to go\n"), (0, "")])
def test_a_log_gets_one_line_for_a_stretch(total: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    bar = ProgressBar(Console(file=io.StringIO()))
    bar.start("stocks", total)
    bar.step("000001")
    bar.stop()
    assert capsys.readouterr().err == said


def test_an_endless_bar_ends_with_its_block(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr("sys.stderr", stderr)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with busy("measuring"):
        pass
    written = stderr.getvalue()
    assert "measuring" in written
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")


def test_a_log_is_told_of_long_stretches_and_once_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    bar = ProgressBar(Console(file=io.StringIO()), lambda: now, least=3)
    bar.start("stocks", 2)
    bar.step("000001")
    assert capsys.readouterr().err == ""
    bar.start("stocks", 4)
    for _ in range(4):
        now += 40
        bar.step("000001")
    assert capsys.readouterr().err == "screener: stocks: 4 to go\nscreener: stocks: 2 of 4 done\n"
