"""The catalogue is complete, and its check sees what it must; messages of other programs are theirs."""

from __future__ import annotations

import ast
import errno
import inspect
import os
import re
import tomllib
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog

from screener.i18n import _, ngettext, set_language
from tests.i18n.catalogue import OF_SYSTEM, PO, compiled, extracted, problems, updated


def test_it_is_complete_and_compiled() -> None:
    catalogue = updated()
    assert list(problems(catalogue)) == []
    assert PO.with_suffix(".mo").read_bytes() == compiled(catalogue), "run `make catalogue`"


def test_every_kind_of_message_is_extracted() -> None:
    assert {
        "{path}:{line}: not UTF-8 text",  # an error
        "save the file as UTF-8",  # its hint
        "no price in the source",  # N_
        "Won", "Lost",  # both ends of a conditional
        "the weights sum to {total:g}; they must sum to 1",  # a mistake in a configuration file
        "Korean or English.",  # an option
        "Without a command: suggests the next one on a terminal; otherwise runs `screener report`.",  # a paragraph of help
        "Missing command.",  # click's
        "No space left on device",  # the operating system's
        "Input should be a valid string",  # pydantic's
        "Unterminated string",  # tomllib's
    } <= set(extracted())  # fmt: skip


def faulty() -> Iterator[tuple[str, Catalog]]:
    for fault, english, korean, flags in (
        ("not translated", "new {x}", "", ()),
        ("fuzzy", "new {x}", "새 {x}", ("fuzzy",)),
        ("placeholders differ", "new {x}", "새 {y}", ()),
        ("placeholders differ", "new {x:.2f}", "새 {x}", ()),
        ("placeholders differ", ("{n} thing", "{n} things"), ("것",), ()),
    ):
        catalogue = Catalog("ko")
        catalogue.add(english, korean, flags=flags)
        yield fault, catalogue
    catalogue = Catalog("ko")
    catalogue.add("gone", "없음")
    catalogue.update(Catalog())
    yield "unused", catalogue


@pytest.mark.parametrize(("fault", "catalogue"), [*faulty()])
def test_the_check_finds(fault: str, catalogue: Catalog) -> None:
    [problem] = problems(catalogue)
    assert problem.startswith(f"{fault}: ")


def test_plural() -> None:
    assert [ngettext("{n} stock", "{n} stocks", n) for n in (0, 1, 2)] == ["0 stocks", "1 stock", "2 stocks"]
    set_language("ko")
    assert [ngettext("{n} stock", "{n} stocks", n) for n in (1, 2)] == ["1종목", "2종목"]


def test_messages_of_the_system_are_the_systems() -> None:
    set_language("ko")
    known = [os.strerror(number) for number in errno.errorcode if _(os.strerror(number)) != os.strerror(number)]
    assert {os.strerror(number) for number in OF_SYSTEM} == set(known)


def test_every_message_of_tomllib_has_its_korean() -> None:
    tree = ast.parse(inspect.getsource(tomllib._parser))  # type: ignore[attr-defined]  # where its messages are
    said = {
        re.sub(r"'\{value\}'", "{value}", text)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("suffixed_err", "TOMLDecodeError")
        for text in [_template(call.args[-1])]
    }
    set_language("ko")
    never_said = {"parse_float must not return dicts or lists", "{value} (at {value})", "{value}", ""}
    assert {text for text in said - never_said if _(text) == text} == set()


def _template(node: ast.expr) -> str:
    """A message with {value} for what is filled in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{value}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
