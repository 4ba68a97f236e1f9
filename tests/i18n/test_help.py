"""--help in both languages: nothing is left in English, every command has an example, and every example can be typed."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from rich.cells import cell_len

from screener.cli.app import commands
from screener.cli.help_i18n import Command, paragraphs
from screener.i18n import _
from tests.conftest import ROOT, Run
from tests.i18n import speaking


def walk(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command and all below it, each with how it is typed."""
    yield path, command
    for name, one in getattr(command, "commands", {}).items():
        yield from walk(one, (*path, name))


ALL = dict(walk(commands))
TYPED = [" ".join(path) for path in ALL if path]


def texts(command: click.Command) -> set[str]:
    """Everything that its --help says and that is written here."""
    told = {part for text in (command.help, command.epilog) if text for part in paragraphs(text)}
    return told | {one.help for one in command.params if isinstance(one, click.Option) and one.help}


def test_every_command_speaks() -> None:
    assert [path for path, command in ALL.items() if not isinstance(command, Command)] == []


@pytest.mark.parametrize("typed", ["", *TYPED])
def test_every_command_takes_the_language(typed: str) -> None:
    [option] = [one for one in ALL[tuple(typed.split())].params if "--lang" in one.opts]
    assert isinstance(option.type, click.Choice)
    assert list(option.type.choices) == ["ko", "en"]


@pytest.mark.parametrize("typed", TYPED)
def test_every_command_has_an_example_that_can_be_typed(typed: str) -> None:
    [example] = [part for part in paragraphs(ALL[tuple(typed.split())].epilog or "") if part.startswith("Example: ")]
    with speaking("ko"):
        assert _(example) == example.replace("Example", "예")
    line = re.sub(r'^eval "\$\((.*)\)"$', r"\1", example.removeprefix("Example: "))
    program, *words = shlex.split(line)
    assert program == "screener"
    assert words[: len(typed.split())] == typed.split()
    context: click.Context | None = None
    command: click.Command = commands
    while True:  # down to the command that the words end with, without running it
        context = command.make_context(command.name, words, parent=context)
        if not isinstance(command, click.Group):
            break
        name, found, words = command.resolve_command(context, [*context._protected_args, *context.args])
        assert name is not None
        assert found is not None
        command = found
    assert context.args == []


TECHNICAL = re.compile(
    r"`[^`]*`|예: .*|--[a-z-]+|\[[^\]]*\]|file:\S+|[a-z]+\.toml|\b(event|press|auto|store|pykrx|openapi)\b"
)
"""Of a page in Korean: what is typed, and names."""


PAGES = """
import json
from screener.cli.app import commands
from screener.cli.help_i18n import settle_language

settle_language(["--lang", "ko"])

def walk(command, path=()):
    yield " ".join(path), command.get_help(command.context_class(command, info_name=" ".join(("screener", *path)),
        help_option_names=["-h", "--help"]))
    for name, one in getattr(command, "commands", {}).items():
        yield from walk(one, (*path, name))

print(json.dumps(dict(walk(commands))))
"""


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Of each command as it is typed, its page in Korean, as a process of its own shows it."""
    env = {"PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", PAGES], env=env, capture_output=True, text=True, check=True)
    shown: dict[str, str] = json.loads(done.stdout)
    return shown


@pytest.mark.parametrize("typed", ["", *TYPED])
def test_page_in_korean_has_no_english_sentence_and_fits(pages: dict[str, str], typed: str) -> None:
    page, command = pages[typed], ALL[tuple(typed.split())]
    lines = page.splitlines()
    assert [line for line in lines if cell_len(line) > 80] == []
    verbatim = {line for part in paragraphs(command.help or "") if part[0] == "\b" for line in part.split("\n")}
    prose = [TECHNICAL.sub("", line) for line in lines[1:] if line.strip() not in verbatim]
    assert [line for line in prose if re.search(r"\b[A-Za-z]{2,} [a-z]{2,}", line)] == []
    # Each text of the command is there in Korean, folded or not.
    told = "".join(page.split())
    with speaking("ko"):
        korean = {_(text) for text in texts(command) if not text.startswith("\b")}
    assert [text for text in korean if "".join(text.split()) not in told] == []


def test_page_as_a_user_sees_it(run: Run) -> None:
    page = run("events", "--help", "--lang", "ko", COLUMNS="80").stdout
    assert page == (
        "사용법: screener events [OPTIONS]\n"
        "\n"
        "  설정된 사건 목록.\n"
        "\n"
        "  뉴스 시점, 사건일, 기준일, 경과 거래일, 업종 수.\n"
        "\n"
        "옵션:\n"
        "  --json          JSON으로 출력합니다.\n"
        "  --store URL     시세 DB의 디렉터리나 URL.\n"
        "  --config DIR    직접 만든 events.toml, sectors.toml, library.toml,\n"
        "                  screener.toml, claims.toml이 있는 디렉터리.\n"
        "  --lang [ko|en]  한국어(ko) 또는 영어(en).\n"
        "  --debug         오류가 발생한 위치를 표시합니다.\n"
        "  -h, --help      이 도움말을 표시하고 종료합니다.\n"
        "\n"
        "  예: screener events --config my\n"
    )


@pytest.mark.parametrize(("file", "language"), [("help.txt", "en"), ("help.ko.txt", "ko")])
def test_kept_pages_are_the_command_lines_own(run: Run, file: str, language: str) -> None:
    command = [sys.executable, "-c", "from screener.cli.app import main; main()", "--help", "--lang", language]
    env = {"PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUTF8": "1"}
    own = subprocess.run(command, env=env, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    kept = (ROOT / "screener" / file).read_text(encoding="utf-8")
    assert kept == own, f"make screener/{file} brings it up to date"
    assert run("--help", f"--lang={language}").stdout == kept
    assert run("--lang", language, "-h").stdout == kept


def test_kept_page_follows_the_locale(run: Run) -> None:
    assert run("--help", LANG="ko_KR.UTF-8").stdout.startswith("사용법: screener")
    assert run("--help", LANG="ko_KR.UTF-8", PYTHONIOENCODING="ascii").stdout.startswith("Usage: screener")
    assert run("--help").stdout.startswith("Usage: screener")
