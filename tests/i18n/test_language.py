"""Which language the process speaks, and how texts fill a screen."""

from __future__ import annotations

import io
import sys
from threading import Thread

import pytest
from rich.cells import cell_len

from screener.console import folded, padded
from screener.errors import ConfigError, DataError, ScreenerError
from screener.i18n import Language, _, apart, cause, choose, language, set_language

KOREAN = {"LANG": "ko_KR.UTF-8"}


@pytest.fixture
def in_korean() -> None:
    set_language("ko")


@pytest.mark.parametrize(
    ("arguments", "environment", "configured", "expected"),
    [
        ([], {}, "auto", "en"),
        ([], KOREAN, "auto", "ko"),
        ([], {"LC_ALL": "en_US.UTF-8", **KOREAN}, "auto", "en"),
        ([], {"LC_ALL": "", "LC_MESSAGES": "ko_KR.UTF-8", "LANG": "C"}, "auto", "ko"),
        ([], {}, "ko", "ko"),
        ([], KOREAN, "en", "en"),
        (["report", "--lang", "en"], KOREAN, "ko", "en"),
        (["--lang=ko", "events"], {}, "en", "ko"),
        (["--lang", "en", "events", "--lang=ko"], {}, "auto", "ko"),
        (["--lang", "fr"], KOREAN, "auto", "ko"),
        (["--lang"], {}, "auto", "en"),
    ],
)
def test_command_line_counts_before_configuration_before_locale(
    arguments: list[str], environment: dict[str, str], configured: str, expected: Language
) -> None:
    assert choose(arguments, environment, configured) == expected


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize(
    ("encoding", "expected"), [("ascii", "en"), ("latin-1", "en"), ("cp949", "ko"), ("utf-8", "ko")]
)
def test_screen_without_hangul_is_spoken_to_in_english(
    monkeypatch: pytest.MonkeyPatch, stream: str, encoding: str, expected: Language
) -> None:
    monkeypatch.setattr(sys, stream, io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert choose(["--lang", "ko"], KOREAN, "ko") == expected


def test_process_without_streams_has_a_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert choose([], KOREAN) == "ko"


def test_command_line_without_its_language() -> None:
    assert apart(["--lang", "ko", "stock", "--lang=en", "SK"]) == ("en", ["stock", "SK"])
    assert apart(["stock", "--language"]) == (None, ["stock", "--language"])


@pytest.mark.usefixtures("in_korean")
def test_messages_are_said_in_threads_as_well() -> None:
    heard = []
    thread = Thread(target=lambda: heard.append(_("status {status}", status=503)))
    thread.start()
    thread.join()
    assert heard == ["상태 코드 503"]
    assert language() == "ko"


@pytest.mark.usefixtures("in_korean")
def test_errors_speak_the_language_and_leave_values_alone() -> None:
    assert str(DataError("{path}: contains no rows", path="{a}.csv")) == "{a}.csv: 행이 없습니다"
    assert str(ConfigError("a.toml:1: {x", "b.toml:2: }")) == "a.toml:1: {x\nb.toml:2: }"
    assert str(ScreenerError("what a server said: {not} a template")) == "what a server said: {not} a template"


@pytest.mark.usefixtures("in_korean")
def test_system_faults_are_told_in_korean() -> None:
    assert cause(PermissionError(13, "Permission denied")) == "권한 없음"
    assert cause(OSError(71, "Protocol error")) == "Protocol error"
    assert cause(OSError("no number")) == "no number"


def test_english_is_as_it_is_written() -> None:
    assert _("{path}: contains no rows", path="a.csv") == "a.csv: contains no rows"
    assert _("{path}: contains no rows") == "{path}: contains no rows"


def test_lines_fold_by_cells_and_words_stay_whole() -> None:
    text = "반도체 업종의 종목은 /a/path/that/is/longer/than/the/line 모두 내렸습니다"
    lines = folded(text, 20, first="- ", further="  ").split("\n")
    assert "".join(line.removeprefix("- ").strip() + " " for line in lines).split() == text.split()
    assert [line for line in lines if cell_len(line) > 20] == ["  /a/path/that/is/longer/than/the/line"]
    assert lines[0] == "- 반도체 업종의"


@pytest.mark.parametrize("text", ["", "ok", "정상", "KRX 계정"])
def test_padding_fills_cells(text: str) -> None:
    assert cell_len(padded(text, 12)) == 12
    assert padded(text, 0) == text
