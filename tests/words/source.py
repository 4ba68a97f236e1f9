"""What the code says: the messages that go through the catalogue, and the sentences that do not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from screener.data.store.manifest import DamagedError

from screener import errors
from tests.conftest import ROOT

SCREENER = ROOT / "screener"
SILENT = ("study/", "screens/", "words/")
"""Rooms for callers of the Python API, and the catalogue itself."""
DICTIONARY = ("report/forms/", "report/files/", "report/scan/forms.py", "report/columns.py", "report/document.py")
"""Rooms that describe the columns of files to those who read them with a program, in English."""

_SAYING = {"say", "translated", "mistake", DamagedError.__name__} | {
    name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.ScreenerError)
}
_SENTENCE = re.compile(r"[A-Za-z]{2,}\W{0,3} \W{0,3}[a-z]{2,}|^ [a-z]{2,} |[a-z]{2,} $")


@dataclass(frozen=True)
class Said:
    """One call that says something."""

    where: str
    message: str
    values: frozenset[str]
    """What it fills the message with."""


def files() -> Iterator[tuple[str, ast.Module]]:
    """Every module that speaks, by its path below the package."""
    for path in sorted(SCREENER.rglob("*.py")):
        name = path.relative_to(SCREENER).as_posix()
        if not name.startswith(SILENT):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def said() -> list[Said]:
    """Every message that stands in a call which says it."""
    found = []
    for name, tree in files():
        for call in _calls(tree):
            values = frozenset(keyword.arg or "**" for keyword in call.keywords)
            found += [Said(f"{name}:{call.lineno}", text, values) for text in _texts(call.args[0])]
    return found


def unsaid() -> list[tuple[str, str]]:
    """Every sentence that stands in the code and in no such call, with its place."""
    found = []
    for name, tree in files():
        if name.startswith(DICTIONARY):
            continue
        passed = {node for call in _calls(tree) for node in ast.walk(call.args[0])} | _told_elsewhere(tree)
        found += [
            (f"{name}:{node.lineno}", _text(node))
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant | ast.JoinedStr) and node not in passed and _SENTENCE.search(_text(node))
        ]
    return found


def arguments(function: str, place: int) -> set[str]:
    """Every literal that calls of `function` have at `place`."""
    return {
        text
        for _, tree in files()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _name(node) == function and len(node.args) > place
        for text in _texts(node.args[place])
    }


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name) and node.func.id in _SAYING:
            yield node


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _told_elsewhere(tree: ast.AST) -> set[ast.AST]:
    """Docstrings, and the parts of f-strings, which count as a whole."""
    passed: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            passed.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            passed |= {part for part in ast.walk(node) if part is not node and isinstance(part, ast.Constant)}
    return passed
