"""Mistakes in configuration files: what tomllib and pydantic say of them is said in Korean as well."""

from __future__ import annotations

import copy
import re
import shutil
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from screener.config.load import FILES, _shipped_directory, load_settings
from screener.errors import ConfigError
from screener.i18n import set_language

TODAY = date(2025, 6, 30)
HANGUL = re.compile(r"[가-힣]")
SENTENCE = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")


@pytest.fixture(autouse=True)
def in_korean() -> None:
    set_language("ko")


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_settings(folder, today=TODAY)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("x = 'a", '"\'": 없음'),
        ('x = "a', "닫히지 않은 문자열"),
        ("x = [1", "닫히지 않은 배열"),
        ("x = {a = 1, a = 2}", "인라인 표에 'a' 키가 두 번 있음"),
        ("x 1", "키 다음에 '='가 없음"),
        ("x =", "값이 아님"),
        ('x = "\\q"', "문자열에 이스케이프하지 않은 '\\'"),
        ("x = {a = 1}\n[x.b]", "('x', 'b'): 두 번 선언할 수 없음"),
        ("x = 'a\x01'", "쓸 수 없는 문자 '\\x01'"),
    ],
)
def test_what_is_not_toml(tmp_path: Path, toml: str, said: str) -> None:
    (tmp_path / "events.toml").write_text(toml, encoding="utf-8")
    [line] = mistakes(tmp_path)
    assert re.fullmatch(
        rf".*events\.toml:\d+: TOML 형식 오류: {re.escape(said)}: 빠진 따옴표, 괄호, 등호를 확인하십시오", line
    )


WRONG: list[Any] = [True, 3, -1, 2.5, "", "x y", [], ["a"], [[]], {}, {"a": 1}, date(2025, 1, 31)]


def shortened(node: Any, most: int, depth: int = 0) -> Any:
    """A file of a few tables, whose first one of a list stands for all: tomlkit takes its time with a long one."""
    if isinstance(node, dict):
        return {key: shortened(value, most, depth + 1) for key, value in list(node.items())[: 6 if depth else most]}
    return (
        [shortened(one, most, depth + 1) for one in node[:1]]
        if isinstance(node, list) and node and isinstance(node[0], dict)
        else node
    )


def leaves(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value of a file; of a list the first one stands for all."""
    if path:
        yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list) and node:
        yield from leaves(node[0], (*path, 0))


@pytest.mark.parametrize("file", FILES)
def test_no_wrong_value_is_told_in_english(tmp_path: Path, file: str) -> None:
    """Every kind of value of the shipped files, in turn replaced by what it cannot be; `make soak` has more of each."""
    assert_no_english(tmp_path, file, 2 if file in ("sectors.toml", "claims.toml", "library.toml") else 6)


def assert_no_english(tmp_path: Path, file: str, most: int) -> None:
    for name in FILES:
        shutil.copy(_shipped_directory() / name, tmp_path / name)
    right = shortened(tomllib.loads((tmp_path / file).read_text(encoding="utf-8")), most)
    told = set()
    for place, path in enumerate(leaves(right)):
        wrong = copy.deepcopy(right)
        holder = wrong
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = WRONG[place % len(WRONG)]
        (tmp_path / file).write_text(tomlkit.dumps(wrong), encoding="utf-8")
        try:
            load_settings(tmp_path, today=TODAY)
        except ConfigError as error:
            told |= set(str(error).splitlines())
    assert len(told) > 10
    assert [
        line for line in told if not HANGUL.search(line) or SENTENCE.search(re.sub(r"\(입력값.*|'[^']*'", "", line))
    ] == []
