"""The catalogue of translations: `python -m tests.i18n.catalogue` updates it; with --check it only tells what is wrong."""

from __future__ import annotations

import ast
import errno
import io
import os
import string
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import click
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from pydantic_core import PydanticKnownError

from screener import errors
from screener.cli.app import commands
from screener.cli.help_i18n import paragraphs
from screener.i18n import DOMAIN, LOCALE

PO = Path(LOCALE) / "ko" / "LC_MESSAGES" / f"{DOMAIN}.po"
KEYWORDS = {"_", "N_", "ngettext", "mistake", "DamagedError", "refuse"} | {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.ScreenerError)
}
OPTIONAL = {"field_type", "expected_plural", "actual_length", "class_name", "gt", "ge", "le"} | {
    "choice", "possibility", "format", "nargs", "number_type", "arg"
}  # fmt: skip
"""Placeholders of pydantic and click that their English alone needs, or that Korean formats otherwise."""

OF_DOCTOR = (
    "libraries", "locale", "terminal", "font", "clock", "disk: reports", "disk: state", "disk: store", "configuration",
    "KRX account", "KRX password", "Open API key", "breaker KRX", "breaker Naver", "breaker Open API", "network KRX",
    "network Naver", "network Open API", "data.go.kr key", "breaker data.go.kr", "network data.go.kr", "store",
    "store files", "newest session", "calendar", "closes", "published",
)  # fmt: skip
"""Names of its checks, which are English in the JSON."""
OF_SYSTEM = (
    errno.EBADF, errno.EPIPE, errno.EBUSY, errno.EDQUOT, errno.EEXIST, errno.ENAMETOOLONG, errno.EFBIG, errno.EIO,
    errno.EISDIR, errno.ENOSPC, errno.ENOENT, errno.ENOTDIR, errno.EPERM, errno.EACCES, errno.EROFS, errno.ESTALE,
    errno.ELOOP, errno.EMFILE,
)  # fmt: skip
"""What the operating system answers about files."""
OF_PYDANTIC: tuple[Any, ...] = (
    "string_type", "int_type", "float_type", "bool_type", "dict_type", "model_type", "model_attributes_type",
    "tuple_type", "greater_than", "greater_than_equal", "less_than_equal", "too_short", "too_long",
)  # fmt: skip
"""Kinds of mistakes for which a configuration file gets pydantic's own sentence."""
OF_TOMLLIB = (
    "Cannot declare {value} twice", "Cannot mutate immutable namespace {value}", "Cannot overwrite a value",
    "Cannot redefine namespace {value}", "Duplicate inline table key {value}",
    "Escaped character is not a Unicode scalar value", "Expected ']' at the end of a table declaration",
    "Expected ']]' at the end of an array declaration", "Expected '=' after a key in a key/value pair",
    "Expected newline or end of document after a statement", "Expected {value}", "Found invalid character {value}",
    "Illegal character {value}", "Invalid date or datetime", "Invalid hex value",
    "Invalid initial character for a key part", "Invalid statement", "Invalid value", "Unclosed array",
    "Unclosed inline table", "Unescaped '\\' in a string", "Unterminated string",
)  # fmt: skip
"""Its messages; {value} is what stands in quotes or brackets. They differ between versions of Python."""


def extracted() -> Iterator[str | tuple[str, str]]:
    """Every message: of the code, of click, of the pages of help, and of what else is translated where it is shown."""
    for path in (*Path(LOCALE).parent.rglob("*.py"), *Path(click.__file__).parent.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS:
                texts = [list(_texts(argument)) for argument in call.args]
                if call.func.id == "ngettext":
                    yield texts[0][0], texts[1][0]
                else:
                    hints = (
                        text for keyword in call.keywords if keyword.arg == "hint" for text in _texts(keyword.value)
                    )
                    message = texts[call.func.id == "refuse" :][:1]  # there the rows come first
                    yield from (*chain.from_iterable(message), *hints)
    yield from (*help_texts(commands), *OF_DOCTOR, *OF_TOMLLIB, *map(os.strerror, OF_SYSTEM))
    values = {"class_name": "", "field_type": "", **dict.fromkeys(("gt", "ge", "le"), 0)}
    values |= dict.fromkeys(("min_length", "max_length", "actual_length"), 0)
    yield from (PydanticKnownError(kind, values).message_template for kind in OF_PYDANTIC)


def help_texts(command: click.Command) -> Iterator[str]:
    """What the pages of help of a command and of all below it say."""
    for text in filter(None, (command.help, command.epilog)):
        yield from (part for part in paragraphs(text) if not part.startswith("\b"))
    yield from (option.help for option in command.params if isinstance(option, click.Option) and option.help)
    for below in getattr(command, "commands", {}).values():
        yield from help_texts(below)


def updated() -> Catalog:
    """The catalogue with an entry for every message: new ones are empty or fuzzy, unused ones obsolete."""
    catalogue = read_po(io.BytesIO(PO.read_bytes()), locale="ko", domain=DOMAIN)
    template = Catalog(creation_date=catalogue.creation_date)
    for message in extracted():
        template.add(message)
    catalogue.update(template)
    return catalogue


def problems(catalogue: Catalog) -> Iterator[str]:
    """What keeps an updated catalogue from being complete."""
    for entry in catalogue:
        if not entry.id:
            continue
        originals, texts = _forms(entry.id), _forms(entry.string)
        if entry.fuzzy or not all(texts):
            yield f"{'fuzzy' if entry.fuzzy else 'not translated'}: {entry.id!r}"
            continue
        differ = {field for text in originals for field in _fields(text)} ^ {
            field for text in texts for field in _fields(text)
        }
        if {name for name, *_ in differ} - OPTIONAL:
            yield f"placeholders differ: {entry.id!r}"
    yield from (f"unused: {entry.id!r}" for entry in catalogue.obsolete.values())


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value


def _forms(text: Any) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text or "",)


def _fields(text: str) -> set[tuple[str, str | None, str | None]]:
    return {
        (name, form, conversion) for _, name, form, conversion in string.Formatter().parse(text) if name is not None
    }


def main() -> int:
    """Update the catalogue, or only check it; 1 where something is wrong."""
    catalogue = updated()
    wrong = list(problems(catalogue))
    if "--check" not in sys.argv:
        with PO.open("wb") as file:
            write_po(file, catalogue, width=120, no_location=True, sort_output=True, ignore_obsolete=True)
        PO.with_suffix(".mo").write_bytes(compiled(catalogue))
    elif PO.with_suffix(".mo").read_bytes() != compiled(catalogue):
        wrong.append("screener.mo is not made of screener.po: run `make catalogue`")
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
