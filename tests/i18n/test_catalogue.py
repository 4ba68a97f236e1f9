"""The catalogue is complete, and its check sees what it must; messages of other programs are theirs."""

from __future__ import annotations

import ast
import errno
import inspect
import os
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from pydantic_core import PydanticKnownError

from screener import i18n
from screener.i18n import _, ngettext, pgettext, set_language
from tests.i18n.catalogue import PO, compiled, extracted, problems, updated


def test_it_is_complete_and_compiled() -> None:
    catalogue = updated()
    assert list(problems(catalogue)) == []
    assert PO.with_suffix(".mo").read_bytes() == compiled(catalogue), "run `make catalogue`"


def test_every_kind_of_message_is_extracted() -> None:
    found = {message for message, _context in extracted()}
    assert {
        "{path}:{line}: not UTF-8 text",  # an error
        "save the file as UTF-8",  # its hint
        "no price in the source",  # N_
        "Won", "Lost",  # both ends of a conditional
        "the weights sum to {total:g}; they must sum to 1",  # a mistake in a configuration file
        "Korean or English.",  # an option
        "Without a command: `screener report`.",  # a paragraph of help
        "Missing command.",  # click's
    } <= found  # fmt: skip
    assert ("; no clear effect", "verdict") in set(extracted())


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


def test_plural_and_context() -> None:
    assert [ngettext("{n} stock", "{n} stocks", n) for n in (0, 1, 2)] == ["0 stocks", "1 stock", "2 stocks"]
    texts = [_("; no clear effect"), pgettext("verdict", "; no clear effect")]
    set_language("ko")
    assert [ngettext("{n} stock", "{n} stocks", n) for n in (1, 2)] == ["1종목", "2종목"]
    assert len({*texts, _("; no clear effect"), pgettext("verdict", "; no clear effect")}) == 3


def test_messages_of_the_system_are_the_systems() -> None:
    set_language("ko")
    known = [os.strerror(number) for number in errno.errorcode if _(os.strerror(number)) != os.strerror(number)]
    assert set(i18n._SYSTEM) == set(known)


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


def test_templates_of_pydantic_have_their_korean() -> None:
    kinds: list[Any] = [
        "string_type", "int_type", "float_type", "bool_type", "dict_type", "model_type", "model_attributes_type",
        "tuple_type", "greater_than", "greater_than_equal", "less_than_equal", "too_short", "too_long",
    ]  # fmt: skip
    places = "class_name", "gt", "ge", "le", "field_type", "min_length", "max_length", "actual_length"
    values: dict[str, Any] = {name: "" if name in ("class_name", "field_type") else 0 for name in places}
    set_language("ko")
    templates = {PydanticKnownError(kind, values).message_template for kind in kinds}
    assert {template for template in templates if _(template) == template} == set()
