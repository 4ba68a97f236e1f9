"""Says in the user's words what tomllib and pydantic have against a configuration file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import PydanticKnownError

from screener.config.nearest import nearest
from screener.i18n import N_, _

_TOMLLIB = (
    N_("Cannot declare {value} twice"),
    N_("Cannot mutate immutable namespace {value}"),
    N_("Cannot overwrite a value"),
    N_("Cannot redefine namespace {value}"),
    N_("Duplicate inline table key {value}"),
    N_("Escaped character is not a Unicode scalar value"),
    N_("Expected ']' at the end of a table declaration"),
    N_("Expected ']]' at the end of an array declaration"),
    N_("Expected '=' after a key in a key/value pair"),
    N_("Expected newline or end of document after a statement"),
    N_("Expected {value}"),
    N_("Found invalid character {value}"),
    N_("Illegal character {value}"),
    N_("Invalid date or datetime"),
    N_("Invalid hex value"),
    N_("Invalid initial character for a key part"),
    N_("Invalid statement"),
    N_("Invalid value"),
    N_("Unclosed array"),
    N_("Unclosed inline table"),
    N_("Unescaped '\\' in a string"),
    N_("Unterminated string"),
)
"""Messages of tomllib, with {value} for what stands in quotes or brackets: here for the catalogue alone."""
_PYDANTIC = (
    N_("Input should be a valid string"),
    N_("Input should be a valid integer"),
    N_("Input should be a valid number"),
    N_("Input should be a valid boolean"),
    N_("Input should be a valid dictionary"),
    N_("Input should be a valid dictionary or instance of {class_name}"),
    N_("Input should be a valid dictionary or object to extract fields from"),
    N_("Input should be a valid tuple"),
    N_("Input should be greater than {gt}"),
    N_("Input should be greater than or equal to {ge}"),
    N_("Input should be less than or equal to {le}"),
    N_("{field_type} should have at least {min_length} item{expected_plural} after validation, not {actual_length}"),
    N_("{field_type} should have at most {max_length} item{expected_plural} after validation, not {actual_length}"),
)
"""Templates of pydantic's messages: here for the catalogue alone."""


def syntax_mistake(path: Path, text: str, message: str) -> str:
    """What is wrong in the `text` of a file that is not TOML, and where; `message` is tomllib's."""
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    line = int(found.group(1)) if found else text.count("\n") + 1
    content = text.splitlines()[line - 1] if line <= len(text.splitlines()) else ""
    where, unquoted = f"{path}:{line}", re.search(r"=\s*(0\d+)", content)
    if unquoted:
        number = unquoted.group(1)
        return f"{where}: " + _('a ticker is text, not a number: write "{ticker}" in quotes', ticker=f"{number:0>6}")
    what = _in_words(re.sub(r"\s*\(at .*\)", "", message))
    return _("{where}: not TOML: {what}: look for a missing quote, bracket or equals sign", where=where, what=what)


def _in_words(message: str) -> str:
    """A message of tomllib in the language of the process; what it is about stands in quotes or brackets."""
    if _(message) != message:
        return _(message)
    value = re.search(r"""'.*'|".*"|\(.*\)""", message)
    return _(message.replace(value[0], "{value}"), value=value[0]) if value else message


def explained(detail: Any, adapter: TypeAdapter[Any], data: Mapping[str, Any]) -> tuple[Sequence[str | int], str]:
    """Path and sentence of one pydantic error."""
    kind, value = detail["type"], detail["input"]
    path = _in_file(detail["loc"], data)
    if kind == "missing" and isinstance(detail["loc"][-1], int):
        return path, _("{value} is too short: add what is missing", value=_short(list(value)))
    path += detail["loc"][-1:] if kind == "missing" else ()
    key = str(path[-1]) if path else ""
    if kind == "mistake":
        return path + tuple(detail["ctx"]["at"]), detail["ctx"]["message"]
    if kind == "extra_forbidden":
        return path, _("unknown key {key!r}", key=key) + nearest(key, _keys(adapter))
    if kind == "missing":
        return path, _("the key {key!r} is missing: add it", key=key)
    if kind == "union_tag_not_found":
        return path, _("the key {key!r} is missing: add it", key="kind")
    if kind == "union_tag_invalid":
        tag, kinds = detail["ctx"]["tag"], re.findall(r"'(\w+)'", detail["ctx"]["expected_tags"])
        return (*path, "kind"), _("no test is of the kind {kind!r}", kind=tag) + nearest(tag, kinds)
    if kind == "literal_error":
        choices = detail["ctx"]["expected"].replace(" or ", _(" or "))
        return path, _("{value!r} is not possible here: write {choices}", value=value, choices=choices)
    if kind == "string_pattern_mismatch":
        return path, _("{value!r} is no id: letters, digits, _ and - only, at most 40", value=value)
    if kind.startswith(("date", "datetime")):
        return path, _("{value!r} is no date: write it as 2025-01-31, without quotes", value=value)
    # pydantic's own sentence, which fills in what only its English needs, such as plurals.
    template = PydanticKnownError(kind, detail.get("ctx")).message_template
    own = _(template)
    what = detail["msg"] if own == template else own.format(**detail.get("ctx", {}))
    return path, _("{what} (found {value})", what=what[0].lower() + what[1:], value=_short(value))


def _in_file(loc: Sequence[str | int], data: Any) -> tuple[str | int, ...]:
    """The parts of `loc` that the file has: pydantic adds some of its own, such as the kind of a test."""
    path: list[str | int] = []
    for part in loc:
        in_list = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if in_list or (isinstance(data, Mapping) and part in data):
            path.append(part)
            data = data[part]
    return tuple(path)


def _keys(adapter: TypeAdapter[Any]) -> list[str]:
    """Every key that any model of a file knows."""
    schema = adapter.json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({key for part in parts for key in part.get("properties", {})})


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
